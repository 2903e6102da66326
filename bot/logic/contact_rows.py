"""Turn the rows of a delivered table into contacts, and report every fault with its line and its remedy."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.logic.directory_model import Contact

Severity = Literal["error", "warning"]
Postal = Mapping[str, tuple[str, ...]]

REQUIRED_COLUMNS = (
    "department_code",
    "department_name",
    "kind",
    "service",
    "name",
    "description_short_in_your_own_words",
    "phones",
    "phones_doubtful",
    "emails",
    "address",
    "hours",
    "url",
    "confidence",
    "note",
)
OPTIONAL_COLUMNS = ("source", "source_date", "source_line", "verified_on", "verified_by", "access_date")
CONFIDENCES = ("high", "medium", "low")
SEPARATOR = "|"

_IDENTITY = ("department_code", "kind", "service", "name", "phones", "emails", "address", "source")

_TEN_DIGITS = re.compile(r"0[1-9]\d{8}")
_OVERSEAS_NUMBER = re.compile(r"\+(?:508|590|594|596|262|681|687|689)\d{6,9}")
_SHORT_NUMBER = re.compile(r"1[578]|11[0-9]|116\d{3}|3\d{3}|10\d{2}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_URL = re.compile(r"https?://(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:[/?#]\S*)?")
_POSTAL_CODE = re.compile(r"(?<!\d)(?<!CS )(?<!BP )(?<!CO )(?<!TSA )\d{5}(?= [^\W\d])")  # followed by a town


@dataclass(frozen=True)
class Sheet:
    """One delivered table: cells by column for each line, and what the file says of all its rows."""

    file: str
    fingerprint: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    source: str = ""
    source_date: str = ""


@dataclass(frozen=True)
class Problem:
    """A fault of a line; `key` names the message (data/directory/messages.yml), `value` is the faulty text."""

    severity: Severity
    key: str
    file: str
    line: int
    value: str = ""
    expected: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """What the cells may hold: territory code -> name, kinds, services, and the départements of a postal code."""

    territories: Mapping[str, str]
    departments: Collection[str]
    kinds: Collection[str]
    services: Collection[str]
    postal_exceptions: Postal


def read_contacts(
    sheets: Iterable[Sheet], vocabulary: Vocabulary, today: date
) -> tuple[tuple[Contact, ...], tuple[Problem, ...]]:
    """Contacts of all the sheets, and all their problems; contacts are complete only if no problem is an error."""
    contacts: list[Contact] = []
    problems: list[Problem] = []
    for sheet in sheets:
        faults = list(_column_faults(sheet))
        problems.extend(faults)
        if faults:
            continue
        seen: dict[tuple[str, ...], int] = {}
        for line, row in enumerate(sheet.rows, start=2):
            row_problems = list(_row_problems(sheet, line, row, vocabulary, today))
            if not any(one.severity == "error" for one in row_problems):
                row_problems.extend(_duplicate(sheet, line, row, seen))
            problems.extend(row_problems)
            if not any(one.severity == "error" for one in row_problems):
                contacts.append(_contact(sheet, row, address_ok=not row_problems))
    return tuple(contacts), tuple(problems)


def address_conflicts(address: str, department_code: str, postal_exceptions: Postal) -> str:
    """The postal code of `address` that belongs to another département, or ""."""
    from_prefix = _prefixes(department_code)
    for code in _POSTAL_CODE.findall(address):
        exception = postal_exceptions.get(code)
        if department_code in exception if exception else code.startswith(from_prefix):
            continue
        return str(code)
    return ""


def _prefixes(department_code: str) -> tuple[str, ...]:
    return {"2A": ("200", "201"), "2B": ("202", "204", "206")}.get(department_code, (department_code,))


def _cells(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(SEPARATOR) if part.strip())


def _contact(sheet: Sheet, row: Mapping[str, str], address_ok: bool) -> Contact:
    verified = row.get("verified_on", "")
    return Contact(
        department_code=row["department_code"],
        department_name=row["department_name"],
        kind=row["kind"],
        services=_cells(row["service"]),
        name=row["name"],
        description=row["description_short_in_your_own_words"],
        phones=_cells(row["phones"]),
        doubtful_phones=_cells(row["phones_doubtful"]),
        emails=_cells(row["emails"]),
        address=row["address"],
        hours=row["hours"],
        url=row["url"],
        source=row.get("source") or sheet.source,
        source_date=row.get("source_date") or sheet.source_date,
        confidence=row["confidence"],
        note=row["note"],
        verified_on=date.fromisoformat(verified) if verified else None,
        verified_by=row.get("verified_by", ""),
        address_displayable=address_ok,
    )


def _column_faults(sheet: Sheet) -> Iterator[Problem]:
    for column in REQUIRED_COLUMNS:
        if column not in sheet.columns:
            yield Problem("error", "colonne_absente", sheet.file, 1, column)
    for column in sheet.columns:
        if column not in REQUIRED_COLUMNS and column not in OPTIONAL_COLUMNS:
            yield Problem("error", "colonne_inconnue", sheet.file, 1, column)


def _row_problems(
    sheet: Sheet, line: int, row: Mapping[str, str], vocabulary: Vocabulary, today: date
) -> Iterator[Problem]:
    if None in row or None in row.values():  # csv.DictReader marks missing and surplus cells with None
        yield Problem("error", "nombre_de_cellules", sheet.file, line)
        return
    for key, value, expected in _cell_faults(row, vocabulary, today):
        yield Problem("error", key, sheet.file, line, value, expected)
    if not (row.get("source") or sheet.source):
        yield Problem("error", "source_absente", sheet.file, line, row["name"])
    code = row["department_code"]
    if code in vocabulary.departments:
        wrong = address_conflicts(row["address"], code, vocabulary.postal_exceptions)
        if wrong:
            yield Problem("warning", "code_postal", sheet.file, line, wrong, code)


def _cell_faults(row: Mapping[str, str], vocabulary: Vocabulary, today: date) -> Iterator[tuple[str, str, str]]:
    """Key of the message, faulty value, what was expected."""
    if not row["name"]:
        yield "nom_absent", "", ""
    name = vocabulary.territories.get(row["department_code"])
    if name is None:
        yield "departement_inconnu", row["department_code"], ""
    elif name != row["department_name"]:
        yield "departement_nom", row["department_name"], name
    if row["kind"] not in vocabulary.kinds:
        yield "genre_inconnu", row["kind"], ", ".join(vocabulary.kinds)
    for service in _cells(row["service"]) or ("",):
        if service not in vocabulary.services:
            yield "service_inconnu", service, ", ".join(vocabulary.services)
    for phone in _cells(row["phones"]):
        if not is_phone(phone):
            yield "telephone", phone, ""
    for email in _cells(row["emails"]):
        if not _EMAIL.fullmatch(email):
            yield "courriel", email, ""
    if row["url"] and not _URL.fullmatch(row["url"]):
        yield "site", row["url"], ""
    if row["confidence"] not in CONFIDENCES:
        yield "confiance", row["confidence"], ", ".join(CONFIDENCES)
    yield from _verification_faults(row, today)


def _verification_faults(row: Mapping[str, str], today: date) -> Iterator[tuple[str, str, str]]:
    verified_on, verified_by = row.get("verified_on", ""), row.get("verified_by", "")
    if bool(verified_on) != bool(verified_by):
        yield "verification_incomplete", verified_on or verified_by, ""
    if not verified_on:
        return
    try:
        verified = date.fromisoformat(verified_on)
    except ValueError:
        yield "date", verified_on, today.isoformat()
        return
    if verified > today:
        yield "date_future", verified_on, today.isoformat()


def is_phone(text: str) -> bool:
    """Whether `text` is a French number: ten digits, a short one (17, 3018, 116 000) or an overseas "+687..."."""
    digits = re.sub(r"[ .\u00a0-]", "", text)
    return any(form.fullmatch(digits) for form in (_TEN_DIGITS, _SHORT_NUMBER, _OVERSEAS_NUMBER))


def _duplicate(sheet: Sheet, line: int, row: Mapping[str, str], seen: dict[tuple[str, ...], int]) -> Iterator[Problem]:
    key = tuple(str(row.get(column)) for column in _IDENTITY)
    if key in seen:
        yield Problem("error", "doublon", sheet.file, line, row["name"], str(seen[key]))
    else:
        seen[key] = line
