from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.settings import SettingsError, load_settings

ROOT = Path(__file__).resolve().parents[2]


def test_defaults_are_embedded_and_on_loopback() -> None:
    settings = load_settings({})
    assert settings.host == "127.0.0.1"
    assert settings.port == 5005
    assert settings.database_url.startswith("sqlite:///")


@pytest.mark.parametrize(("name", "value"), [("VIGIE_PORT", "abc"), ("VIGIE_PORT", "0"), ("VIGIE_IDLE_MINUTES", "-3")])
def test_a_bad_number_is_refused_with_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({name: value})


def test_the_example_names_every_variable() -> None:
    used = set(re.findall(r"VIGIE_[A-Z_]+", (ROOT / "bot/settings.py").read_text(encoding="utf-8")))
    assert used == set(re.findall(r"VIGIE_[A-Z_]+", (ROOT / ".env.example").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VIGIE_ORIGINS", "*"),
        ("VIGIE_ORIGINS", "www.exemple.fr"),
        ("VIGIE_RATE_ADDRESS", "300"),
        ("VIGIE_RATE_CONVERSATION", "20/900"),
        ("VIGIE_LOG_LEVEL", "DEBUG"),
        ("VIGIE_PROXIES", "-1"),
    ],
)
def test_what_would_open_a_door_is_refused_with_its_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({name: value})


@pytest.mark.parametrize(
    ("environ", "exposed"),
    [
        ({}, False),
        ({"VIGIE_HOST": "localhost"}, False),
        ({"VIGIE_HOST": "::1"}, False),
        ({"VIGIE_HOST": "0.0.0.0"}, True),
        ({"VIGIE_HOST": "vigie.exemple.fr"}, True),
        ({"VIGIE_ORIGINS": "https://www.exemple.fr/"}, True),
        ({"VIGIE_PROXIES": "1"}, True),
    ],
)
def test_whoever_else_may_reach_it_makes_it_exposed(environ: dict[str, str], exposed: bool) -> None:
    assert load_settings(environ).exposed is exposed
