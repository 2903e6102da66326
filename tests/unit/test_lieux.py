"""Places: every département, the ambiguous names, and what must never be taken for a place."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.places import load_departments, load_gazetteer, load_postal_exceptions
from bot.logic.communes import fold_names
from bot.logic.gazetteer import Gazetteer
from bot.logic.lieux import find_place
from bot.logic.normalisation import fold
from bot.logic.spelling import distance

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = ROOT / "data" / "directory"
CASES = yaml.safe_load((ROOT / "tests" / "fixtures" / "lieux.yml").read_text(encoding="utf-8"))
GAZETTEER: Gazetteer = load_gazetteer(DIRECTORY)
DEPARTMENTS = [one for one in load_departments(DIRECTORY) if not one.overseas]

PREFECTURES = (ROOT / "tests" / "fixtures" / "prefectures.txt").read_text(encoding="utf-8").splitlines()

AMBIGUOUS_TOWNS = {
    "Saint-Denis": ["974", "93"],
    "Moulins": ["03", "35", "02", "79"],
    "Valence": ["26", "82"],
}


def outcome(text: str, expected: bool) -> object:
    place = find_place(text, GAZETTEER, expected)
    return {
        "none": "rien",
        "department": place.code,
        "overseas": f"outre-mer {place.code}",
        "ambiguous": [choice.code for choice in place.choices],
    }[place.outcome]


@pytest.mark.parametrize("expected", [True, False])
@pytest.mark.parametrize(("text", "wanted"), CASES["partout"].items())
def test_place_whether_asked_or_not(text: str, wanted: object, expected: bool) -> None:
    assert outcome(str(text), expected) == wanted


@pytest.mark.parametrize(("text", "wanted"), CASES["demande"].items())
def test_answer_to_the_question(text: str, wanted: object) -> None:
    assert outcome(str(text), expected=True) == wanted


@pytest.mark.parametrize(("text", "wanted"), CASES["libre"].items())
def test_free_text(text: str, wanted: object) -> None:
    assert outcome(str(text), expected=False) == wanted


def test_there_are_101_departments() -> None:
    assert len(DEPARTMENTS) == 101 == len(PREFECTURES)


@pytest.mark.parametrize("department", DEPARTMENTS, ids=lambda one: one.code)
def test_department_by_number_and_name(department: object) -> None:
    code, name = department.code, department.name  # type: ignore[attr-defined]
    assert outcome(code, expected=True) == code
    assert outcome(f"je suis dans le {code}", expected=False) == code
    for text in (name, name.upper(), fold(name)):
        found = outcome(text, expected=True)
        assert found == code or (name == "Vienne" and found == ["86", "38"])


@pytest.mark.parametrize(
    ("department", "town"), zip(DEPARTMENTS, PREFECTURES, strict=True), ids=lambda one: str(one)[:20]
)
def test_department_by_its_main_town(department: object, town: str) -> None:
    code = department.code  # type: ignore[attr-defined]
    for expected in (True, False):
        found = outcome(f"à {town}", expected)
        assert found == AMBIGUOUS_TOWNS.get(town, code)


def test_postal_exceptions() -> None:
    exceptions = load_postal_exceptions(DIRECTORY)
    assert len(exceptions) == 20
    for code, departments in exceptions.items():
        found = outcome(code, expected=True)
        assert found in (list(departments), departments[0], f"outre-mer {departments[0]}")


def test_every_commune_name_is_found_when_asked() -> None:
    """A sample of one name in fifty: its département is the answer or one of the choices."""
    with (DIRECTORY / "communes.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))[::50]
    lost = []
    for row in rows:
        place = find_place(row["nom"], GAZETTEER, expected=True)
        codes = {place.code, *(choice.code for choice in place.choices)}
        dominated = any(people > 20_000 for _, people in GAZETTEER.communes.named(fold(row["nom"])))
        if row["departement"] not in codes and not dominated and fold(row["nom"]) not in GAZETTEER.aliases:
            lost.append((row["nom"], row["departement"], codes))
    assert len(lost) <= len(rows) * 0.01, lost


def test_fast_folding_is_folding() -> None:
    with (DIRECTORY / "communes.csv").open(encoding="utf-8", newline="") as stream:
        names = [row["nom"] for row in csv.DictReader(stream)][::10]
    assert fold_names(names) == [fold(name) for name in names]


def test_choices_are_readable() -> None:
    place = find_place("Saint-Denis", GAZETTEER, expected=True)
    assert [choice.label for choice in place.choices] == ["La Réunion (974)", "Seine-Saint-Denis (93)"]


@pytest.mark.parametrize(
    ("left", "right", "slips"),
    [
        ("creteil", "cretteil", 1),
        ("bobigny", "bobigni", 1),
        ("nantes", "nanets", 1),
        ("metz", "paris", 3),
        ("a", "abcd", 3),
    ],
)
def test_distance(left: str, right: str, slips: int) -> None:
    assert distance(left, right, 2) == slips == distance(right, left, 2)


@settings(deadline=None)
@given(st.text(max_size=120), st.booleans())
def test_any_text_is_answered(text: str, expected: bool) -> None:
    place = find_place(text, GAZETTEER, expected)
    assert (place.outcome == "ambiguous") == (len(place.choices) > 1)
    assert bool(place.code) == (place.outcome in ("department", "overseas"))
