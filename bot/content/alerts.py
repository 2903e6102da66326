"""Read data/alertes: messages that the safety layer learns from, a file for each kind of danger and one for none."""

from __future__ import annotations

from pathlib import Path

NO_DANGER = "aucune"  # messages that only resemble a danger
ENDING = ".txt"


def read_messages(file: Path) -> tuple[str, ...]:
    """The messages of a file, one a line; a line that begins with `#` is a comment."""
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
