"""Sentences by what they hold, as data/formation and data/signes write them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

DENIED = "!"  # begins a label that the sentences only resemble


def read_phrases(folder: Path) -> Iterator[tuple[str, frozenset[str], str]]:
    """(theme, labels, sentence) of each line of `folder`/*.txt; « [label, label] » opens a group of them."""
    for file in sorted(folder.glob("*.txt")):
        labels: frozenset[str] = frozenset()
        for line in file.read_text(encoding="utf-8").splitlines():
            text = line.strip()
            if text.startswith("[") and text.endswith("]"):
                labels = frozenset(filter(None, (one.strip() for one in text[1:-1].split(","))))
            elif text and not text.startswith("#"):
                yield file.stem, labels, text
