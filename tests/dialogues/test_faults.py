"""What a user reads when an action fails or never ends, and what is left of the turn."""

from __future__ import annotations

import logging
import time
from typing import Any

import pytest

from bot.channels import turn
from tests.driver import Vigie

pytestmark = pytest.mark.model

WORDS = "que risque le client zanzibar"


def break_down(vigie: Vigie, monkeypatch: pytest.MonkeyPatch, fault: Any) -> None:
    """Every action does `fault` in place of its work."""
    actions = vigie.endpoint._executor.actions  # type: ignore[attr-defined]
    monkeypatch.setattr(
        vigie.endpoint._executor,
        "actions",
        {name: vigie.endpoint._beside(fault) for name in actions},  # type: ignore[attr-defined]
    )


def test_an_action_that_raises_is_answered_and_nothing_said_before_is_lost(
    vigie: Vigie, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(*_: Any) -> None:
        raise RuntimeError(WORDS)

    sender = vigie.conversation()
    vigie.say(sender, "/preparer_entretien/etape_4")
    with monkeypatch.context() as broken, caplog.at_level(logging.INFO):
        break_down(vigie, broken, fault)
        assert "119" in vigie.say(sender, WORDS).last
    assert "zanzibar" not in caplog.text
    assert "Étape 4 " in vigie.say(sender, "reprendre").text


def test_an_action_that_never_ends_keeps_nobody_waiting(vigie: Vigie, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = vigie.conversation()
    vigie.say(sender, "/preparer_entretien/etape_4")
    with monkeypatch.context() as broken:
        broken.setattr(turn, "_LONGEST_ANSWER", 0.2)
        break_down(vigie, broken, lambda *_: time.sleep(1))
        assert "119" in vigie.say(sender, WORDS).last
    snapshot = str(vigie.loop.run_until_complete(vigie.store.retrieve(sender)).current_state())
    assert "zanzibar" not in snapshot
    assert "Étape 4 " in vigie.say(sender, "reprendre").text
