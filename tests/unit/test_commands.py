"""`python -m bot <command>`: a slip starts nothing."""

from __future__ import annotations

import pytest

from bot.__main__ import COMMANDS, TAKING, main


@pytest.mark.parametrize("command", TAKING)
@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("-h", 0), ("5006", 2), ("--forse", 2)])
def test_arguments_that_a_command_does_not_take_start_nothing(
    command: str, argument: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[list[str]] = []
    monkeypatch.setitem(COMMANDS, command, lambda argv: started.append(argv) or 0)
    assert main([command, argument]) == code
    said = capsys.readouterr()
    assert f"usage: python -m bot {command}" in (said.err if code else said.out)
    assert started == []
    for taken in ([], sorted(TAKING[command])):
        assert main([command, *taken]) == 0
        assert started.pop() == taken
