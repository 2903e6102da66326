"""Read data/nlu: what people write, by key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.content.location import load_yaml


def read_sentences(folder: Path) -> Mapping[str, list[str]]:
    """Training sentences by key ("loi/client_peines"), in the order of the files."""
    found: dict[str, list[str]] = {}
    for file in sorted(folder.glob("*.yml")):
        for block in load_yaml(file).get("nlu") or ():
            lines = str(block.get("examples", "")).splitlines()
            found.setdefault(block["intent"], []).extend(
                line.strip().removeprefix("- ").strip() for line in lines if line.strip()
            )
    return found
