"""What the safety layer learns from: complete, apart from the test sets, and a lexicon that says only what it means."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.content.alerts import ENDING, NO_DANGER, read_messages
from bot.content.answers import read_answers
from bot.content.lexicon import read_lexicon
from bot.content.registers import read_registers
from bot.logic.normalisation import fold

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
ALERTS = {file.stem: read_messages(file) for file in sorted((DATA / "alertes").glob(f"*{ENDING}"))}
PERSONAL = re.compile(r"(?<!\d)0\d(?:[ .]?\d\d){4}(?!\d)|[\w.]+@[\w.]+\.\w+")  # a number or an address


def test_each_danger_has_its_messages_and_its_answer() -> None:
    kinds = [danger.id for danger in read_lexicon(DATA / "lexicon").dangers]
    assert set(ALERTS) == {*kinds, NO_DANGER}
    assert {f"urgence/{kind}" for kind in kinds} <= set(read_answers(DATA / "responses"))
    assert all(len(messages) >= 300 for messages in ALERTS.values())


def test_no_message_is_of_two_kinds() -> None:
    folded = [fold(message) for messages in ALERTS.values() for message in messages]
    assert len(folded) == len(set(folded))


@pytest.mark.parametrize("file", ["alertes.yml", "alertes_dev.yml"])
def test_nothing_is_learned_from_a_test_set(file: str) -> None:
    tests = yaml.safe_load((ROOT / "tests/nlu" / file).read_text(encoding="utf-8"))
    held = {fold(message) for messages in tests.values() for message in messages}
    assert not held & {fold(message) for messages in ALERTS.values() for message in messages}


def test_no_message_holds_a_number_or_an_address() -> None:
    assert not [message for messages in ALERTS.values() for message in messages if PERSONAL.search(message)]


def test_a_register_leads_to_answers_that_exist() -> None:
    answers = read_answers(DATA / "responses")
    for register in read_registers(DATA / "registres.yml").values():
        for key in (*register.table.values(), *([register.default] if register.default else [])):
            assert key in answers or key == "naviguer/effacer", key


def test_a_minor_is_spoken_to_as_a_person_and_never_questioned() -> None:
    for key, answer in read_answers(DATA / "responses").items():
        if key.startswith("urgence/jeune_"):
            text = answer.variants[0].text
            assert "119" in text, key
            assert len(text) <= 500, key
            assert "?" not in text, key
            assert not re.search(r"\bvous\b|\bvotre\b|\bvos\b", text.replace("« Aidez-moi, appelez le 17. »", "")), key
