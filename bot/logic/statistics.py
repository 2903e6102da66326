"""What is counted of a turn, and what may leave the machine of it: no words, no conversation, no small cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from enum import Enum
from functools import lru_cache
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.logic.parcours import Path

REAL, TRAINING, TEST = TRAFFICS = ("reel", "formation", "essai")
# What is counted, each by one value and never crossed with another.
TURNS, CONVERSATIONS, CHANNEL, TOPIC, DEPARTMENT = "tours", "conversations", "canal", "sujet", "departement"
STEP, NUMBER, CONTACT, CLICK = "etape", "numero", "contact", "clic"
FALLBACK, FALLBACK_TOPIC, RATING, NOT_USEFUL = "incompris", "incompris_sujet", "avis", "avis_reponse"
USEFUL, NO_REASON = "utile", "sans_raison"
REASONS = ("pas_ma_question", "incomplet", "faux_ou_perime", "pas_clair")
HELPLINE, POLICE = "119", "17"
NO_ANSWER, NOT_UNDERSTOOD = "sans_reponse", "incompris"  # topics of a turn without an answer

FALLBACKS = frozenset({"accueil/proposer", "accueil/pas_compris", "accueil/hors_sujet", "accueil/incompris"})
DANGERS = frozenset(
    f"urgence/{kind}"
    for kind in (
        *("danger_immediat", "disparition", "risque_suicidaire", "mineur_ecrit", "proche_ecrit", "demande_interdite"),
        *("detresse_professionnel", "contenu_sexuel", "jeune_danger", "jeune_mourir", "jeune_fugue"),
    )
)
_CONTACTS = frozenset(f"contacter_departement/{key}" for key in ("contacts", "contacts_nationaux", "repli"))
# Elsewhere the département is only remembered from an earlier question.
_PLACED = frozenset(
    {
        *(f"contacter_departement/{key}" for key in ("contacts", "sans_contact_verifie", "rien_pour_ce_besoin")),
        "documents/fiche_contacts",
    }
)
_HELPLINE_NAMED = re.compile(r"\b119\b")
_POLICE_NAMED = re.compile(r"\ble 17\b|\b17 (?:ou|or|/) 112\b|: 17 \(")

SMALLEST = 5  # a smaller count, 0 apart, might point at somebody


class Hidden(Enum):
    """What stands for a count that is not told."""

    SMALL = "<5"
    LARGER = "masque"  # hidden lest a subtraction gives a small one away


Shown = int | Hidden
FEWEST_TURNS = 20  # a period with fewer turns is too small for any detail

Cell = tuple[date, str, str, str]  # day, traffic, measure, value
Event = tuple[str, str]  # measure, value
_Name = TypeVar("_Name")


class Message(Protocol):
    """One message of a turn, as the channels carry it."""

    @property
    def text(self) -> str:
        """What is read."""

    @property
    def answer(self) -> str | None:
        """Key of the answer, None for a notice of the channel."""

    @property
    def department(self) -> str | None:
        """Code of the département that it speaks of."""

    @property
    def buttons(self) -> Sequence[Mapping[str, str]]:
        """Choices, with their payload."""


def outcome(keys: Collection[str | None]) -> str:
    """What a turn that answered `keys` was: danger, fallback or answered."""
    if not DANGERS.isdisjoint(keys):
        return "danger"
    return "answered" if FALLBACKS.isdisjoint(keys) else "fallback"


def steps_of(paths: Iterable[Path]) -> frozenset[str]:
    """Keys of the answers that are a step of a guided path, without what hangs beside the line."""
    return frozenset(f"{path.name}/{step.id}" for path in paths for step in path.steps)


def count_turn(said: Sequence[Message], channel: str, begins: bool, steps: Collection[str]) -> list[Event]:
    """What a turn adds to the counts, each event once, from what was answered; `steps` are steps_of() every path."""
    keys = list(dict.fromkeys(message.answer for message in said if message.answer))
    events = [(TURNS, ""), (CHANNEL, channel), (TOPIC, _topic_of_turn(keys))]
    if begins:
        events.append((CONVERSATIONS, ""))
    if any(HELPLINE in message.text and _HELPLINE_NAMED.search(message.text) for message in said):
        events.append((NUMBER, HELPLINE))
    if any(POLICE in message.text and _POLICE_NAMED.search(message.text) for message in said):
        events.append((NUMBER, POLICE))
    if not _CONTACTS.isdisjoint(keys):
        events.append((CONTACT, ""))
    places = [message.department for message in said if message.department and message.answer in _PLACED]
    events += [(DEPARTMENT, place) for place in places[:1] if place]
    for key in keys:
        if key in steps:
            events.append((STEP, key))
        if key in FALLBACKS:
            events.append((FALLBACK, key.partition("/")[2]))
            offered = next((m.buttons[0]["payload"] for m in said if m.answer == key and m.buttons), "")
            events += [(FALLBACK_TOPIC, _topic(offered.lstrip("/")))] if offered else []
    return events


def count_rating(answer: str, useful: bool, reason: str | None) -> list[Event]:
    """What a rating of `answer` adds to the counts."""
    return [(RATING, USEFUL)] if useful else [(RATING, reason or NO_REASON), (NOT_USEFUL, answer)]


def day_of(moment: datetime) -> date:
    """The day in Paris of an aware `moment`."""
    return moment.astimezone(_paris()).date()


@lru_cache(maxsize=1)
def _paris() -> tzinfo:
    try:
        return ZoneInfo("Europe/Paris")
    except ZoneInfoNotFoundError:  # a machine without the table of time zones: winter time all the year
        return timezone(timedelta(hours=1))


def _topic_of_turn(keys: Sequence[str]) -> str:
    if not keys:
        return NO_ANSWER
    return NOT_UNDERSTOOD if keys[0] in FALLBACKS else _topic(keys[0])


def _topic(key: str) -> str:
    return key.partition("/")[0]


# --- what may leave the machine


@dataclass(frozen=True)
class Published:
    """The figures of a period.

    `days` holds TURNS and CONVERSATIONS by day, `tables` the other measures by value; a measure that cannot be
    published without giving a small count away is in `withheld`. `too_few`: nothing is published at all.
    """

    first: date
    last: date
    turns: Shown
    conversations: Shown
    days: Mapping[str, Mapping[date, Shown]]
    tables: Mapping[str, Mapping[str, Shown]]
    withheld: frozenset[str] = frozenset()
    too_few: bool = False


_TABLES = (TOPIC, CHANNEL, DEPARTMENT, STEP, NUMBER, CONTACT, CLICK, FALLBACK, FALLBACK_TOPIC, RATING, NOT_USEFUL)
# Their values are the parts of a whole that is published, or easily guessed.
_SUMMED = frozenset({TOPIC, CHANNEL, DEPARTMENT, RATING})


def publish(counts: Mapping[tuple[date, str, str], int], first: date, last: date) -> Published:
    """What may be told of `counts` (by day, measure, value), from `first` to `last` included."""
    by_value: dict[str, Counter[str]] = {measure: Counter() for measure in (TURNS, CONVERSATIONS, *_TABLES)}
    by_day: dict[str, dict[date, int]] = {
        measure: dict.fromkeys(_days(first, last), 0) for measure in (TURNS, CONVERSATIONS)
    }
    for (day, measure, value), count in counts.items():
        if first <= day <= last and measure in by_value:
            by_value[measure][value] += count
            if measure in by_day:
                by_day[measure][day] += count
    turns, conversations = by_value[TURNS][""], by_value[CONVERSATIONS][""]
    if turns < FEWEST_TURNS:
        return Published(first, last, Hidden.LARGER, Hidden.LARGER, {}, {}, too_few=True)
    days = {measure: protect(found) for measure, found in by_day.items()}
    tables = {
        measure: protect(by_value[measure]) if measure in _SUMMED else hide_small(by_value[measure])
        for measure in _TABLES
    }
    return Published(
        first=first,
        last=last,
        turns=turns,
        conversations=_shown(conversations),
        days={measure: found for measure, found in days.items() if found is not None},
        tables={measure: found for measure, found in tables.items() if found is not None},
        withheld=frozenset(measure for measure, found in {**days, **tables}.items() if found is None),
    )


def hide_small(cells: Mapping[str, int]) -> dict[str, Shown]:
    """`cells` of which no total is known, the small ones hidden."""
    return {name: _shown(count) for name, count in cells.items()}


def protect(cells: Mapping[_Name, int]) -> dict[_Name, Shown] | None:
    """`cells` whose total is known: the small ones hidden, then the next smallest until no subtraction gives one away.

    None when even hiding all of them would not do.
    """
    shown: dict[_Name, Shown] = {name: _shown(count) for name, count in cells.items()}
    by_size = iter(sorted((name for name, count in cells.items() if count >= SMALLEST), key=lambda name: cells[name]))
    small = sum(0 < count < SMALLEST for count in cells.values())
    if not small:
        return shown
    others = 0
    while not _is_ambiguous(
        sum(count for name, count in cells.items() if isinstance(shown[name], Hidden)), small, others
    ):
        name = next(by_size, None)
        if name is None:
            return None
        shown[name] = Hidden.LARGER
        others += 1
    return shown


def _is_ambiguous(total: int, small: int, others: int) -> bool:
    """Whether each of `small` counts from 1 to 4 stays unknown, hidden with `others` larger ones of that `total`."""
    most = min(SMALLEST - 1, total - (small - 1) - SMALLEST * others)
    least = 1 if others else max(1, total - (SMALLEST - 1) * (small - 1))
    return most > least


def _shown(count: int) -> Shown:
    return Hidden.SMALL if 0 < count < SMALLEST else count


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
