"""Read data/registres.yml: what a minor or a relative reads in place of an answer written for professionals."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.content.location import load_yaml
from bot.content.readings import remember
from bot.logic.registre import Register


@remember
def read_registers(file: Path) -> Mapping[str, Register]:
    """Registers by name ("mineur", "proche")."""
    return {
        name: Register(tuple(row["garde"]), dict(row["a_la_place"]), row.get("sinon"))
        for name, row in load_yaml(file).items()
    }
