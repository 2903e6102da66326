"""What the directory is made of: contacts, and the policy that says what may be shown of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from bot.logic.normalisation import fold

NATIONAL = "FR"
NATIONAL_KIND = "national"

_DATE = re.compile(r"(?<!\d)(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?!\d)")
_UNDATED = "undated"


class Display(str, Enum):
    """How much of a contact may be shown; the values are those of politique.yml."""

    FULL = "complet"
    DATED = "avec_date"
    NAME_ONLY = "nom_seul"
    NEVER = "jamais"


class Detail(str, Enum):
    """The parts of a contact that a rule may hide; the values are those of politique.yml."""

    PHONES = "telephones"
    EMAILS = "courriels"
    ADDRESS = "adresse"
    HOURS = "horaires"
    URL = "site"


ALL_DETAILS = frozenset(Detail)


@dataclass(frozen=True)
class Contact:
    """One row of the directory, as delivered; `doubtful_phones` are kept for the record and never shown."""

    department_code: str
    department_name: str
    kind: str
    services: tuple[str, ...]
    name: str
    description: str = ""
    phones: tuple[str, ...] = ()
    doubtful_phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    address: str = ""
    hours: str = ""
    url: str = ""
    source: str = ""
    source_date: str = ""
    confidence: str = ""
    note: str = ""
    verified_on: date | None = None
    verified_by: str = ""
    address_displayable: bool = True

    @property
    def coordinates_date(self) -> str:
        """Date of the telephone and address, "2014-01-28", "2017-10" or "2022"; "" when undated.

        A `source_date` such as "2026-04 name; phone 2014-01-28" dates them apart; of two dates, the later counts.
        """
        text = self.source_date.rpartition("phone")[2]
        if text.startswith(_UNDATED) and "/" not in text:
            return ""
        found = ["-".join(part for part in match if part) for match in _DATE.findall(text)]
        return max(found, default="")


@dataclass(frozen=True)
class Criterion:
    """A condition on a contact; an empty field accepts everything, `name` is the beginning of the name."""

    kind: str = ""
    service: str = ""
    source: str = ""
    confidence: str = ""
    name: str = ""

    def accepts(self, contact: Contact) -> bool:
        """Whether `contact` meets every condition."""
        return (
            self.kind in ("", contact.kind)
            and (not self.service or self.service in contact.services)
            and self.source in ("", contact.source)
            and self.confidence in ("", contact.confidence)
            and (not self.name or f"{fold(contact.name)} ".startswith(f"{fold(self.name)} "))
        )


@dataclass(frozen=True)
class Rule:
    """What may be shown of the contacts that a criterion accepts."""

    criterion: Criterion
    display: Display
    details: frozenset[Detail] = ALL_DETAILS


@dataclass(frozen=True)
class Mask:
    """Details never shown for a name, for a known fault of the source."""

    criterion: Criterion
    details: frozenset[Detail]


@dataclass(frozen=True)
class Need:
    """What a user may ask for: `criteria` in display order, `direct` kinds that really answer."""

    key: str
    title: str
    direct: frozenset[str]
    criteria: tuple[Criterion, ...]
    national: tuple[Criterion, ...]


@dataclass(frozen=True)
class Policy:
    """The display policy of politique.yml."""

    surveyed_on: date
    expiry_months: Mapping[str, int]
    rules: tuple[Rule, ...]
    masks: tuple[Mask, ...]
    needs: Mapping[str, Need]
    territories: Mapping[str, tuple[str, ...]]
    refused_sites: tuple[str, ...]
    undescribed_kinds: frozenset[str]
    personal_mailboxes: frozenset[str]
    consumer_domains: frozenset[str]
    mailbox_warning: str
    remarks: Mapping[str, str]
    several_courts: str
    other_contacts: str
    source_titles: tuple[tuple[str, str], ...]
    labels: Mapping[str, str] = field(repr=False)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or the last day of that month when it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise ValueError(day)
