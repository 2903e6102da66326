"""What editors ask of the answers: which there are, which to read again, what a change does to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import Literal

from bot.content.answers import Answer, Variant, read_answers, read_sources
from bot.logic.directory_model import Contact, Display, Policy, add_months
from bot.logic.normalisation import fold

SOON = 30  # days before a review date during which it is announced

Kind = Literal["loi", "contact", "chiffre"]
# What a reader acts upon, the most precise first: an article holds figures, and so does a telephone number.
_FACTS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (
        "loi",
        re.compile(
            r"\b(?:articles?|loi|décret|arrêté)\b(?: n°)?(?: du)? ?(?:[LRD]\.? ?)?\d[\w°.-]*(?: [a-zûé]+ \d{4})?"
            r"|\b[LRD]\.? ?\d{3}[\d-]*",
            re.I,
        ),
    ),
    (
        "contact",
        re.compile(
            r"\b(?:116 ?00[06]|11[2459]|1[578]|3018|3114|3919)\b(?! ?(?:ans?|mois|jours?|%|€|000|h\b))"
            r"|\b0\d(?:[ .]?\d\d){4}\b|\b[\w-]+(?:\.[\w-]+)*\.(?:fr|org|com|eu)\b|\S+@\S+"
        ),
    ),
    (
        "chiffre",
        re.compile(r"\d+(?:[ \u00a0\u202f.,]\d+)*(?:[ \u00a0\u202f]?(?:%|€|ans?\b|mois\b|jours?\b|heures?\b))?"),
    ),
)


@dataclass(frozen=True)
class Row:
    """An answer as a list shows it; `length` is that of its longest text, in characters."""

    key: str
    title: str
    sources: tuple[str, ...]
    reviewed_on: date | None
    review_by: date | None
    length: int


@dataclass(frozen=True)
class StaleAnswer:
    """An answer to read again; `days` until then, negative when it is past."""

    key: str
    title: str
    review_by: date
    days: int


@dataclass(frozen=True)
class StaleContact:
    """A contact to telephone again; `days` until then, negative when it is past."""

    contact: Contact
    due: date
    days: int


@dataclass(frozen=True)
class Fact:
    """A law, a contact or a figure that a text gained or lost."""

    kind: Kind
    text: str
    gained: bool


@dataclass(frozen=True)
class VariantChange:
    """A text of an answer that changed; `condition` is empty for the text of everybody."""

    key: str
    condition: str
    before: Variant | None
    after: Variant | None

    @property
    def text_changed(self) -> bool:
        """Whether words changed, and not only spaces."""
        return _words(self.before) != _words(self.after)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Laws, contacts and figures that it gained or lost."""
        old, new = facts_of(self.before.text if self.before else ""), facts_of(self.after.text if self.after else "")
        gone = (Fact(kind, text, gained=False) for kind, text in old if (kind, text) not in new)
        come = (Fact(kind, text, gained=True) for kind, text in new if (kind, text) not in old)
        return (*gone, *come)

    @property
    def not_reviewed(self) -> bool:
        """Whether the text changed and its review date did not."""
        if not self.before or not self.after or not self.text_changed:
            return False
        return self.after.reviewed_on is not None and self.after.reviewed_on == self.before.reviewed_on


@dataclass(frozen=True)
class AnswerDiff:
    """What a change does to the answers: keys added and removed, texts that changed."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[VariantChange, ...]

    @property
    def nothing(self) -> bool:
        """Whether users see no difference."""
        return not (self.added or self.removed or self.changed)


def list_answers(data: Path, *, topic: str = "", source: str = "", text: str = "") -> tuple[Row, ...]:
    """Answers whose topic is `topic`, that cite `source`, that hold `text` whatever its accents; empty: all."""
    return tuple(
        _row(answer)
        for answer in read_answers(data / "responses").values()
        if topic in ("", answer.topic)
        and (not source or any(source in variant.sources for variant in answer.variants))
        and (not text or any(fold(text) in fold(part) for part in _texts(answer)))
    )


def source_titles(data: Path) -> Mapping[str, str]:
    """Title of each source by its id."""
    return {id: one.title for id, one in read_sources(data / "sources.yml").items()}


def stale_answers(data: Path, today: date, soon: int = SOON) -> tuple[StaleAnswer, ...]:
    """Answers past their review date, or less than `soon` days before it; the oldest first."""
    found = []
    for answer in read_answers(data / "responses").values():
        due = min((v.review_by for v in answer.variants if v.review_by), default=None)
        if due and (due - today).days < soon:
            found.append(StaleAnswer(answer.key, answer.title or "", due, (due - today).days))
    return tuple(sorted(found, key=lambda one: (one.review_by, one.key)))


def stale_contacts(
    contacts: Iterable[Contact], policy: Policy, today: date, soon: int = SOON
) -> tuple[StaleContact, ...]:
    """Contacts shown without reserve whose verification has expired or will; those never verified have none."""
    dated = ((contact, due_date(contact, policy)) for contact in contacts)
    found = (StaleContact(contact, due, (due - today).days) for contact, due in dated if due)
    return tuple(sorted((one for one in found if one.days < soon), key=lambda one: one.due))


def due_date(contact: Contact, policy: Policy) -> date | None:
    """The day after which a contact is no longer shown as certain; None when it is not."""
    months = policy.expiry_months.get(contact.kind, 0)
    if contact.verified_on:
        return add_months(contact.verified_on, months)
    rule = next((rule for rule in policy.rules if rule.criterion.accepts(contact)), None)
    return add_months(policy.surveyed_on, months) if rule and rule.display is Display.FULL else None


def diff_answers(before: Mapping[str, Answer], after: Mapping[str, Answer]) -> AnswerDiff:
    """What makes `after` of `before`, in the order of `after`."""
    changes = (
        change
        for key, answer in after.items()
        if key in before and before[key] != answer
        for change in _variant_changes(before[key], answer)
    )
    return AnswerDiff(
        tuple(key for key in after if key not in before),
        tuple(key for key in before if key not in after),
        tuple(changes),
    )


def facts_of(text: str) -> tuple[tuple[Kind, str], ...]:
    """Laws, contacts and figures of a text, each once, spaces made alike."""
    found: dict[tuple[Kind, str], None] = {}
    for kind, pattern in _FACTS:
        for match in pattern.finditer(text):
            found[kind, " ".join(match[0].split())] = None
        text = pattern.sub(" · ", text)
    return tuple(found)


def marked(before: str, after: str, gone: tuple[str, str], come: tuple[str, str]) -> tuple[str, str]:
    """Both texts, what only one of them holds put between the marks `gone` and `come`; line breaks are kept."""
    old, new = _pieces(before), _pieces(after)
    left, right = [], []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        was, now = "".join(old[i:j]), "".join(new[k:m])
        left.append(was if tag == "equal" else _between(was, gone))
        right.append(now if tag == "equal" else _between(now, come))
    return "".join(left), "".join(right)


def _variant_changes(before: Answer, after: Answer) -> Iterator[VariantChange]:
    old, new = ({_condition(v): v for v in answer.variants} for answer in (before, after))
    for condition in {**new, **old}:
        if old.get(condition) != new.get(condition):
            yield VariantChange(after.key, condition, old.get(condition), new.get(condition))


def _condition(variant: Variant) -> str:
    return ", ".join(f"{name} : {value}" for name, value in variant.conditions)


def _row(answer: Answer) -> Row:
    variants = answer.variants
    return Row(
        answer.key,
        answer.title or "",
        tuple(dict.fromkeys(source for v in variants for source in v.sources)),
        min((v.reviewed_on for v in variants if v.reviewed_on), default=None),
        min((v.review_by for v in variants if v.review_by), default=None),
        max((len(v.text) for v in variants), default=0),
    )


def _texts(answer: Answer) -> Iterator[str]:
    yield answer.key
    for variant in answer.variants:
        yield f"{variant.title or ''} {variant.text}"


def _words(variant: Variant | None) -> Sequence[str]:
    return variant.text.split() if variant else ()


def _pieces(text: str) -> list[str]:
    return re.findall(r"\n|[^\S\n]+|[\w’'-]+|[^\w\s]", text)


def _between(text: str, marks: tuple[str, str]) -> str:
    """`text` between marks, line by line, spaces left outside."""
    return "\n".join(
        f"{line[: len(line) - len(line.lstrip())]}{marks[0]}{line.strip()}{marks[1]}{line[len(line.rstrip()) :]}"
        if line.strip()
        else line
        for line in text.split("\n")
    )
