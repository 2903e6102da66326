"""The content of data/ passes its check, and the check finds what it must."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.content.check import check
from bot.content.coverage import PAGE, render
from bot.content.readings import read_aside

ROOT = Path(__file__).resolve().parents[2]


def test_the_content_has_no_fault() -> None:
    assert [fault for fault in check(ROOT, date(2026, 11, 21)) if not fault.warning] == []


def test_what_is_past_its_review_is_reported() -> None:
    late = [fault for fault in check(ROOT, date(2031, 1, 1)) if "à relire" in fault.what]
    assert len(late) > 100
    assert all(fault.warning for fault in late)


PLANTED = [
    ("data/responses/loi.yml", "payload: /loi/proxenete_peines", "payload: /loi/disparue", "n'existe pas"),
    ("data/responses/loi.yml", "source: [code_penal", "source: [source_inventee", "source inconnue"),
    ("data/responses/urgence.yml", "Appelez le 17", "Appelez le 06 12 34 56 78", "numéro"),
    ("data/responses/comprendre.yml", "utter_comprendre/age:", "utter_comprendre/emprise:", "existe déjà"),
    ("data/parcours/preparer_entretien.yml", "id: etape_3", "id: etape_33", "aucune réponse"),
    ("data/nlu/loi.yml", "intent: loi/traite", "intent: loi/traitee", "aucune réponse"),
    ("data/lexicon/signes.yml", "nature: atteinte", "nature: grave", "nature inconnue"),
    ("data/couverture.yml", "accompagner/recherche,", "accompagner/disparue,", "n'existe pas"),
    ("domain.yml", "  - action_naviguer", "  - action_naviger", "déclarée sans fichier"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), PLANTED)
def test_a_planted_fault_is_found(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    for part in ("data", "actions"):
        shutil.copytree(ROOT / part, tmp_path / part)
    shutil.copy(ROOT / "domain.yml", tmp_path)
    (tmp_path / "tests/nlu").mkdir(parents=True)
    shutil.copy(ROOT / "tests/nlu/heldout.yml", tmp_path / "tests/nlu")
    target = tmp_path / file
    text = target.read_text(encoding="utf-8")
    assert old in text
    target.write_text(text.replace(old, new, 1), encoding="utf-8")
    with read_aside():
        assert any(said in fault.what for fault in check(tmp_path, date(2026, 11, 21)))


def test_the_coverage_page_is_made_of_the_data() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == render(ROOT), "run `python -m bot coverage`"
