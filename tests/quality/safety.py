"""Figures of the safety layer and of the masking, on messages written without sight of either."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.content.names import read_names
from bot.logic.confidentialite import mask
from tests.quality.measures import Parse, share

NONE = "aucune"
_URGENT = "urgence/"
# The kind that an answer of the minor's register stands for.
_OF_A_MINOR = {"jeune_danger": "danger_immediat", "jeune_mourir": "risque_suicidaire", "jeune_fugue": "disparition"}


@dataclass(frozen=True)
class Alarms:
    """What became of the messages of one kind: shares that raised an alarm, the right one, an alarm or a precaution."""

    kind: str
    messages: int
    alarm: float
    right: float
    warned: float


def alarms(parse: Parse, messages: Mapping[str, Sequence[str]]) -> list[Alarms]:
    """Figures of each kind; for "aucune" an alarm is a false one."""
    return [_alarms(parse, kind, texts) for kind, texts in messages.items()]


def _alarms(parse: Parse, kind: str, texts: Sequence[str]) -> Alarms:
    read = [parse(text) for text in texts]
    raised = [one.key.removeprefix(_URGENT) if one.key.startswith(_URGENT) else None for one in read]
    return Alarms(
        kind=kind,
        messages=len(texts),
        alarm=share(found is not None for found in raised),
        right=share(
            kind in (_OF_A_MINOR.get(found or "", found), *_told(one.entities))
            for found, one in zip(raised, read, strict=True)
        ),
        warned=share(found is not None or one.doubt for found, one in zip(raised, read, strict=True)),
    )


def _told(entities: Sequence[tuple[str, str]]) -> list[str]:
    return [value for name, value in entities if name == "danger"]


@dataclass(frozen=True)
class Masking:
    """Shares of planted fragments that are gone and of harmless messages that were changed; milliseconds a message."""

    fragments: int
    gone: float
    harmless: int
    changed: float
    ms: float


def masking(planted: Path, harmless: Path) -> Masking:
    """Mask the messages of `planted` (message, tab, fragments separated by "|") and of `harmless` (one a line)."""
    names = read_names()
    gone, taken = [], []
    for line in _lines(planted):
        message, _, fragments = line.partition("\t")
        start = time.perf_counter()
        masked = mask(message, names).text
        taken.append((time.perf_counter() - start) * 1000)
        gone += [not re.search(rf"(?<!\w){re.escape(one)}(?!\w)", masked) for one in fragments.split("|")]
    changed = [mask(line, names).changed for line in _lines(harmless)]
    return Masking(len(gone), share(gone), len(changed), share(changed), statistics.median(taken))


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]
