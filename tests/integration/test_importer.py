"""The fast reading of the training data is Rasa's own reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.engine.startup import prepare_imports

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[2]
PATHS = [str(ROOT / "data" / part) for part in ("nlu", "rules", "stories", "responses")]


def test_both_importers_read_the_same() -> None:
    prepare_imports(ROOT / "config.yml")
    from rasa.shared.importers.rasa import RasaFileImporter

    from bot.engine.importer import FastImporter

    files = (str(ROOT / "config.yml"), str(ROOT / "domain.yml"), PATHS)
    ours, theirs = FastImporter(*files), RasaFileImporter(*files)
    assert ours.get_nlu_data().fingerprint() == theirs.get_nlu_data("fr").fingerprint()
    assert ours.get_stories().fingerprint() == theirs.get_stories().fingerprint()
    assert ours.get_domain().fingerprint() == theirs.get_domain().fingerprint()


def test_a_sentence_keeps_its_fingerprint_until_it_changes() -> None:
    import copy

    from bot.engine.importer import Sentence

    sentence = Sentence.build("que risque le client", "loi/client_peines")
    mark = sentence.fingerprint()
    copied = copy.deepcopy(sentence)
    assert copied.fingerprint() == mark
    copied.set("text", "autre chose")
    assert copied.fingerprint() != mark
    assert sentence.get("text") == "que risque le client"
