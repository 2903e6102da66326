"""Read the first names of data/lexicon/prenoms.txt."""

from __future__ import annotations

from pathlib import Path

from bot.content.location import DATA
from bot.content.readings import remember
from bot.logic.noms import ALSO_A_PLACE, ALSO_A_WORD
from bot.logic.normalisation import fold

_FILE = DATA / "lexicon/prenoms.txt"


@remember
def read_names(file: Path = _FILE) -> frozenset[str]:
    """Folded first names of `file`, for bot.logic.confidentialite.mask.

    A name that is also a word or a place keeps its mark ("rose?", "noe@"). Raises OSError.
    """
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(_entry(line) for line in lines if line.strip() and not line.startswith("#"))


def _entry(line: str) -> str:
    mark = line.rstrip()[-1]
    return fold(line) + (mark if mark in (ALSO_A_WORD, ALSO_A_PLACE) else "")
