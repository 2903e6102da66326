"""What is examined, what is found, and what a check is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.settings import Settings

Level = Literal["fine", "warning", "fault"]


@dataclass(frozen=True)
class Installation:
    """What is examined: its settings, and the environment that they were read from."""

    settings: Settings
    environ: Mapping[str, str]
    today: date


@dataclass(frozen=True)
class Finding:
    """One thing seen; `key` names its text in data/exploitation/diagnostic.yml, `values` fill it."""

    level: Level
    key: str
    values: Mapping[str, object]


Check = Callable[[Installation], Iterator[Finding]]


def fine(key: str, **values: object) -> Finding:
    """Something that is as it should be."""
    return Finding("fine", key, values)


def warning(key: str, **values: object) -> Finding:
    """Something to look at, with which Vigie works."""
    return Finding("warning", key, values)


def fault(key: str, **values: object) -> Finding:
    """Something to mend: users suffer from it, or will."""
    return Finding("fault", key, values)
