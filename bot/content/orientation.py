"""What the search for a contact reads once: the display policy and the names of places."""

from __future__ import annotations

from pathlib import Path

from bot.content.directory import load_policy
from bot.content.places import load_departments
from bot.content.readings import remember
from bot.logic.directory_model import Policy
from bot.logic.orienter import Places


@remember
def read_policy(folder: Path) -> Policy:
    """The display policy of `folder` (data/directory)."""
    return load_policy(folder)


@remember
def read_places(folder: Path) -> Places:
    """Names of the départements and collectivités."""
    return Places({one.code: one.name for one in load_departments(folder)})


def department_name(folder: Path, code: str | None) -> str | None:
    """« Seine-Saint-Denis (93) » for "93", None for None."""
    return read_places(folder).label(code) if code else None
