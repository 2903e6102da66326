"""Read data/directory: the delivered tables, the display policy and the messages of the importer."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.content.location import load_yaml
from bot.content.places import load_departments, load_postal_exceptions
from bot.logic.contact_rows import Problem, Sheet, Vocabulary
from bot.logic.directory_model import ALL_DETAILS, Criterion, Detail, Display, Mask, Need, Policy, Rule

POLICY_FILE = "politique.yml"
MESSAGES_FILE = "messages.yml"


def load_policy(directory: Path) -> Policy:
    """The display policy of politique.yml."""
    data = load_yaml(directory / POLICY_FILE)
    mailboxes = data["boites_nominatives"]
    return Policy(
        surveyed_on=data["releve"],
        expiry_months=data["genres"],
        rules=tuple(Rule(_criterion(one), Display(one["affichage"]), _details(one)) for one in data["regles"]),
        masks=tuple(Mask(_criterion(one), _details(one)) for one in data["masques"]),
        needs={key: _need(key, one) for key, one in data["besoins"].items()},
        territories={code: tuple(one["departements"]) for code, one in data["territoires"].items()},
        refused_sites=tuple(data["sites_ecartes"]),
        undescribed_kinds=frozenset(data["sans_description"]),
        personal_mailboxes=frozenset(address.lower() for address in mailboxes["adresses"]),
        consumer_domains=frozenset(mailboxes["domaines"]),
        mailbox_warning=mailboxes["avertissement"],
        remarks=data["remarques"],
        several_courts=data["plusieurs_tribunaux"],
        other_contacts=data["autres_contacts"],
        source_titles=tuple((one["contient"], one["titre"]) for one in data["sources_affichees"]),
        labels=data["etiquettes"],
    )


def load_vocabulary(directory: Path) -> Vocabulary:
    """What the cells of the tables may hold."""
    data = load_yaml(directory / POLICY_FILE)
    departments = {one.code: one.name for one in load_departments(directory)}
    return Vocabulary(
        territories={**departments, **{code: one["nom"] for code, one in data["territoires"].items()}},
        departments=frozenset(departments),
        kinds=tuple(data["genres"]),
        services=tuple(data["services"]),
        postal_exceptions=load_postal_exceptions(directory),
    )


def load_sheets(directory: Path, files: Sequence[Path] = ()) -> tuple[Sheet, ...]:
    """The tables that politique.yml lists, or `files` instead; raises OSError, also when one is no UTF-8."""
    listed: dict[str, Mapping[str, str]] = {one["nom"]: one for one in load_yaml(directory / POLICY_FILE)["fichiers"]}
    paths = files or [directory / name for name in listed]
    return tuple(_sheet(path, listed.get(path.name, {})) for path in paths)


def load_messages(directory: Path) -> Mapping[str, str]:
    """The sentences of `python -m bot directory`, with their placeholders."""
    messages: Mapping[str, str] = load_yaml(directory / MESSAGES_FILE)
    return messages


def describe(problem: Problem, messages: Mapping[str, str]) -> str:
    """A problem in French: file, line, what is wrong, what to do."""
    text = messages[problem.key].format(valeur=problem.value, attendu=problem.expected)
    return messages[problem.severity].format(fichier=problem.file, ligne=problem.line, texte=text)


def _sheet(path: Path, listed: Mapping[str, str]) -> Sheet:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OSError(errno.EILSEQ, error.reason, str(path)) from error
    head = text.partition("\n")[0]
    separator = ";" if head.count(";") > head.count(",") else ","  # a spreadsheet in French writes ";"
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    rows = tuple(reader)
    return Sheet(
        file=path.name,
        fingerprint=hashlib.sha256(content).hexdigest(),
        columns=tuple(reader.fieldnames or ()),
        rows=rows,
        source=listed.get("source", ""),
        source_date=listed.get("date", ""),
    )


def _need(key: str, data: Mapping[str, Any]) -> Need:
    return Need(
        key=key,
        title=data["titre"],
        direct=frozenset(data["direct"]),
        criteria=tuple(_criterion(one) for one in data["criteres"]),
        national=tuple(_criterion(one) for one in data["national"]),
    )


def _criterion(data: Mapping[str, Any]) -> Criterion:
    return Criterion(
        kind=data.get("genre", ""),
        service=data.get("service", ""),
        source=data.get("source", ""),
        confidence=data.get("confiance", ""),
        name=str(data.get("nom", "")),
    )


def _details(data: Mapping[str, Any]) -> frozenset[Detail]:
    return frozenset(Detail(one) for one in data["champs"]) if "champs" in data else ALL_DETAILS
