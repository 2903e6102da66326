"""Read data/parcours: the guided paths."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.content.location import load_yaml
from bot.content.readings import remember
from bot.logic import parcours


@remember
def read_paths(folder: Path) -> Mapping[str, parcours.Path]:
    """Guided paths by name; raises KeyError when a required field is missing."""
    found = {}
    for file in sorted(folder.glob("*.yml")):
        whole = load_yaml(file)
        raw = whole["parcours"]
        if len(whole) > 1:
            raise KeyError(f"{file.name}: {sorted(set(whole) - {'parcours'})} must be indented under parcours")
        found[raw["nom"]] = parcours.Path(
            name=raw["nom"],
            title=raw["titre"],
            steps=tuple(parcours.Step(s["id"], s["titre"]) for s in raw["etapes"]),
            annexes=dict(raw.get("annexes") or {}),
        )
    return found
