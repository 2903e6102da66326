"""Figures of understanding on labelled sentences, through the trained pipeline as the service runs it."""

from __future__ import annotations

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.logic.request import DOUBT

DECLINED = ("nlu_fallback", "accueil/hors_sujet")
OFFERED = 3
# A wrong answer here harms: reporting duty, secrecy, parents, penalties, contacts, suicide risk.
CRITICAL = (
    "apres_entretien/obligation",
    "apres_entretien/secret_professionnel",
    "apres_entretien/signalement",
    "apres_entretien/information_preoccupante",
    "apres_entretien/parents",
    "loi/client_peines",
    "loi/proxenete_peines",
    "loi/moins_15",
    "contacter_departement/crip",
    "contacter_departement/tribunal",
    "accueil/numeros_nationaux",
    "accueil/le_119",
    "urgence/risque_suicidaire",
)


@dataclass(frozen=True)
class Understood:
    """What was read in a sentence: the key, the candidates best first, the entities, milliseconds.

    `doubt` is True when a danger was neither told nor ruled out, and a line of precaution follows the answer.
    """

    key: str
    candidates: tuple[str, ...]
    entities: tuple[tuple[str, str], ...]
    ms: float
    doubt: bool = False


Parse = Callable[[str], Understood]


@dataclass(frozen=True)
class Case:
    """A sentence of a test set, the key expected, what was understood."""

    text: str
    expected: str
    understood: Understood

    @property
    def right(self) -> bool:
        """The right answer came first."""
        return self.understood.key == self.expected

    @property
    def offered(self) -> bool:
        """The right answer came first or among the three candidates."""
        return self.right or self.expected in self.understood.candidates[:OFFERED]

    @property
    def declined(self) -> bool:
        """The sentence was taken for another subject."""
        return self.understood.key in DECLINED


def parser(vigie: Any) -> Parse:
    """Understanding of a sentence by itself, by `vigie` (tests.driver.Vigie)."""
    from rasa.core.channels.channel import UserMessage

    def parse(text: str) -> Understood:
        start = time.perf_counter()
        parsed = vigie.loop.run_until_complete(vigie.agent.processor.parse_message(UserMessage(text)))
        elapsed = (time.perf_counter() - start) * 1000
        intent = parsed["intent"]
        return Understood(
            key=str(intent.get("full_retrieval_intent_name") or intent["name"]),
            candidates=tuple(str(one["name"]) for one in parsed["intent_ranking"]),
            entities=tuple((e["entity"], str(e["value"])) for e in parsed["entities"]),
            ms=elapsed,
            doubt=bool(parsed.get(DOUBT)),
        )

    return parse


def run(parse: Parse, tests: Mapping[str, Sequence[str]]) -> list[Case]:
    """Every sentence of `tests` (key to sentences), understood."""
    return [Case(text, key, parse(text)) for key, texts in tests.items() for text in texts]


def share(values: Iterable[bool]) -> float:
    """Share of the true ones, 0 when there is none."""
    kept = list(values)
    return sum(kept) / len(kept) if kept else 0.0


def macro(cases: Sequence[Case]) -> float:
    """Mean over the answers of the share of sentences understood."""
    by_key: dict[str, list[bool]] = defaultdict(list)
    for case in cases:
        by_key[case.expected].append(case.right)
    return statistics.mean(share(rights) for rights in by_key.values())


@dataclass(frozen=True)
class TopicFigures:
    """One line of the table by topic; F1 is the mean over the answers of the topic."""

    topic: str
    answers: int
    sentences: int
    accuracy: float
    f1: float
    offered: float


def by_topic(cases: Sequence[Case]) -> list[TopicFigures]:
    """Figures of each topic, in alphabetical order."""
    scores = _f1(cases)
    rows = []
    for topic in sorted({case.expected.partition("/")[0] for case in cases}):
        own = [case for case in cases if case.expected.startswith(f"{topic}/")]
        keys = {case.expected for case in own}
        rows.append(
            TopicFigures(
                topic,
                len(keys),
                len(own),
                share(c.right for c in own),
                statistics.mean(scores[key] for key in keys),
                share(c.offered for c in own),
            )
        )
    return rows


def confusions(cases: Sequence[Case]) -> Counter[tuple[str, str]]:
    """How often each answer (first) was read as another (second)."""
    return Counter((case.expected, case.understood.key) for case in cases if not case.right)


@dataclass(frozen=True)
class Found:
    """Labels found against labels expected; `forbidden` are those that should have been left out and were not."""

    precision: float
    recall: float
    forbidden: float
    texts: int


def extraction(read: Callable[[str], set[str]], rows: Sequence[Mapping[str, Any]]) -> Found:
    """Micro precision and recall of `read` over `rows` (texte, presents, absents)."""
    right = taken = wanted = wrong = refused = 0
    for row in rows:
        found, present, absent = read(row["texte"]), set(row["presents"]), set(row["absents"])
        right, taken, wanted = right + len(found & present), taken + len(found), wanted + len(present)
        wrong, refused = wrong + len(found & absent), refused + len(absent)
    return Found(right / max(1, taken), right / max(1, wanted), wrong / max(1, refused), len(rows))


def _f1(cases: Sequence[Case]) -> dict[str, float]:
    expected, read = Counter(c.expected for c in cases), Counter(c.understood.key for c in cases)
    right = Counter(c.expected for c in cases if c.right)
    return {key: 2 * right[key] / (expected[key] + read[key]) for key in expected}
