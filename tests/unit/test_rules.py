"""What the engine takes for granted about the rules: each holds within one turn (bot/engine/tracker_store.py)."""

from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_every_rule_has_one_request_and_ends_with_an_action() -> None:
    seen = 0
    for file in (ROOT / "data/rules").glob("*.yml"):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            seen += 1
            assert sum("intent" in step for step in rule["steps"]) == 1, rule["rule"]
            assert "intent" in rule["steps"][0]
            assert "condition" not in rule
            assert rule["rule"].startswith(f"{file.stem} - ")
    assert seen


def test_one_rule_per_intent_of_the_domain() -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    ruled = [
        rule["steps"][0]["intent"]
        for file in (ROOT / "data/rules").glob("*.yml")
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]
    ]
    assert sorted(ruled) == sorted(domain["intents"])


def test_no_action_says_a_sentence_of_its_own() -> None:
    for file in (ROOT / "actions").glob("action_*.py"):
        assert "utter_message(text" not in file.read_text(encoding="utf-8"), file.name


def test_nothing_but_the_turn_decides_the_next_action() -> None:
    # bot/engine/one_turn_rules.py remembers a decision by intent and actions: no slot may weigh in.
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    assert all(slot["influence_conversation"] is False for slot in domain["slots"].values())
    assert "forms" not in domain
    for file in (ROOT / "data/rules").glob("*.yml"):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            assert {key for step in rule["steps"] for key in step} == {"intent", "action"}, rule["rule"]
    assert not list((ROOT / "data/stories").glob("*.yml"))
