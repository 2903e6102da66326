"""Build the place tables of data/directory from the npm package @etalab/decoupage-administratif."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.logic.gazetteer import prefix_departments

Row = tuple[str, ...]

_KINDS = {
    "commune-actuelle": "",
    "commune-deleguee": "deleguee",
    "commune-associee": "associee",
}
_OVERSEAS_COLLECTIVITY = "com"


@dataclass(frozen=True)
class PlaceTables:
    """The three tables, header row excluded, sorted."""

    communes: tuple[Row, ...]
    departments: tuple[Row, ...]
    postal_exceptions: tuple[Row, ...]


def read_package(package: Path) -> PlaceTables:
    """Tables read from an unpacked copy of the package (the folder that holds `data/communes.json`)."""
    data = package / "data"
    communes = json.loads((data / "communes.json").read_text(encoding="utf-8"))
    departments = json.loads((data / "departements.json").read_text(encoding="utf-8"))
    regions = json.loads((data / "regions.json").read_text(encoding="utf-8"))
    return PlaceTables(_communes(communes), _departments(departments, regions), _postal_exceptions(communes))


def write_tables(tables: PlaceTables, directory: Path) -> None:
    """Write communes.csv, departements.csv and codes_postaux.csv into `directory`."""
    _write(directory / "communes.csv", ("nom", "departement", "population", "type"), tables.communes)
    _write(directory / "departements.csv", ("code", "nom", "region", "type"), tables.departments)
    _write(directory / "codes_postaux.csv", ("code_postal", "departements"), tables.postal_exceptions)


def _communes(entries: Iterable[Mapping[str, object]]) -> tuple[Row, ...]:
    """One row per name and département: a living commune wins over a former one of the same name."""
    best: dict[tuple[str, str], tuple[int, str]] = {}
    order = list(_KINDS.values())
    for entry in entries:
        kind = _KINDS.get(str(entry["type"]))
        if kind is None:  # the arrondissements of Paris, Lyon and Marseille follow a rule, not a table
            continue
        if set(str(entry["nom"])) & set(',"\n'):
            raise ValueError(f"communes.csv is read without quotes: {entry['nom']!r} cannot be written in it")
        key = (str(entry["nom"]), str(entry["departement"]))
        population = entry.get("population")
        row = (population if isinstance(population, int) else 0, kind)
        known = best.get(key)
        if known is None or (order.index(row[1]), -row[0]) < (order.index(known[1]), -known[0]):
            best[key] = row
    return tuple((name, code, str(population or ""), kind) for (name, code), (population, kind) in sorted(best.items()))


def _departments(entries: Iterable[Mapping[str, object]], regions: Iterable[Mapping[str, object]]) -> tuple[Row, ...]:
    names = {str(region["code"]): str(region["nom"]) for region in regions}
    rows = []
    for entry in entries:
        overseas = entry["zone"] == _OVERSEAS_COLLECTIVITY
        region = "" if overseas else names.get(str(entry["region"]), "")
        rows.append((str(entry["code"]), str(entry["nom"]), region, "collectivite" if overseas else "departement"))
    return tuple(sorted(rows))


def _postal_exceptions(entries: Iterable[Mapping[str, object]]) -> tuple[Row, ...]:
    """The postal codes for which the prefix does not tell the one département."""
    found: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        codes = entry.get("codesPostaux")
        for code in codes if isinstance(codes, list) else ():
            found[str(code)].add(str(entry["departement"]))
    return tuple(
        (code, "|".join(sorted(departments)))
        for code, departments in sorted(found.items())
        if tuple(sorted(departments)) != prefix_departments(code)
    )


def _write(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
