"""The reference conversation, from the first doubt to the goodbye: each reply right, sourced, ending on 119."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.driver import Vigie

pytestmark = pytest.mark.model

TURNS = yaml.safe_load((Path(__file__).parents[1] / "fixtures/conversation.yml").read_text(encoding="utf-8"))["tours"]


def test_the_reference_conversation(vigie: Vigie) -> None:
    sender = vigie.conversation()
    wrong = []
    for turn in TURNS:
        answer = vigie.say(sender, turn["dit"])
        missing = [fragment for fragment in turn["attendu"] if fragment not in answer.text]
        if missing or not re.search(r"\b119\b", answer.last):
            wrong.append((turn["dit"], missing, answer.text))
    assert not wrong, "\n\n".join(f">>> {said}\nmissing {missing}\n{text}" for said, missing, text in wrong)
    assert len(TURNS) >= 30
