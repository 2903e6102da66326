"""What Vigie refuses to start with."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from bot.settings import SettingsError, load_settings
from bot.start_checks import LOCKS, STORE, StartError, check_configuration, check_rasa_arguments

ROOT = Path(__file__).resolve().parents[2]
SECRET = "s" * 32


def test_the_delivered_configuration_starts() -> None:
    check_configuration(load_settings({}))
    check_configuration(load_settings({"VIGIE_ORIGINS": "https://www.exemple.fr", "VIGIE_SECRET": SECRET}))


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"VIGIE_HOST": "0.0.0.0"}, "VIGIE_SECRET"),
        ({"VIGIE_ORIGINS": "https://www.exemple.fr"}, "VIGIE_SECRET"),
        ({"VIGIE_PROXIES": "1"}, "VIGIE_SECRET"),
        ({"VIGIE_SECRET": "court"}, "VIGIE_SECRET"),
        ({"VIGIE_API_TOKEN": "court"}, "VIGIE_API_TOKEN"),
    ],
)
def test_an_open_door_or_a_short_secret_is_refused(environ: dict[str, str], named: str) -> None:
    with pytest.raises(StartError, match=named):
        check_configuration(load_settings(environ))


POSTGRESQL = "postgresql+psycopg2://vigie@base/vigie"
SEVERAL = {
    "VIGIE_REDIS_URL": "redis://verrous:6379/0",
    "VIGIE_CONVERSATIONS_URL": POSTGRESQL,
    "VIGIE_DATABASE_URL": POSTGRESQL,
    "VIGIE_SECRET": SECRET,
}


def test_several_servers_that_share_everything_start() -> None:
    check_configuration(load_settings(SEVERAL))
    check_configuration(load_settings({**SEVERAL, "VIGIE_REDIS_URL": "rediss://:mot%20de%20passe@verrous"}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VIGIE_CONVERSATIONS_URL", "memoire"),
        ("VIGIE_CONVERSATIONS_URL", ""),
        ("VIGIE_CONVERSATIONS_URL", "sqlite:////var/lib/vigie/conversations.sqlite"),
        ("VIGIE_DATABASE_URL", ""),
        ("VIGIE_DATABASE_URL", "sqlite:////var/lib/vigie/vigie.sqlite"),
        ("VIGIE_SECRET", ""),
    ],
)
def test_several_servers_that_keep_something_to_themselves_are_refused(name: str, value: str) -> None:
    with pytest.raises(StartError, match=name):
        check_configuration(load_settings({**SEVERAL, name: value}))


@pytest.mark.parametrize("url", ["http://verrous:6379", "unix:///run/redis.sock", "verrous:6379", "redis://"])
def test_an_address_of_redis_is_expected(url: str) -> None:
    with pytest.raises(SettingsError, match="VIGIE_REDIS_URL"):
        load_settings({**SEVERAL, "VIGIE_REDIS_URL": url})


@pytest.mark.parametrize(
    ("file", "content", "named"),
    [
        ("endpoints.yml", "tracker_store: {type: SQL, dialect: sqlite}", "tracker_store"),
        ("endpoints.yml", "tracker_store: {type: bot.engine.absent.Store}", "tracker_store"),
        ("endpoints.yml", "{}", "tracker_store"),
        ("endpoints.yml", "lock_store: {type: redis}\ntracker_store: {type: KIND}", "lock_store"),
        ("endpoints.yml", "tracker_store: {type: KIND}", "lock_store"),
        ("endpoints.yml", "nlg: {url: http://ailleurs}\nOURS", "nlg"),
        ("endpoints.yml", "models: {url: http://ailleurs}\nOURS", "models"),
        ("endpoints.yml", "{", "endpoints.yml"),
        ("credentials.yml", "rest: {}", "rest"),
        ("credentials.yml", "socketio: {}", "socketio"),
    ],
)
def test_a_dangerous_file_is_refused(tmp_path: Path, file: str, content: str, named: str) -> None:
    for name in ("endpoints.yml", "credentials.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    content = content.replace("OURS", f"tracker_store: {{type: KIND}}\nlock_store: {{type: {LOCKS}}}")
    (tmp_path / file).write_text(content.replace("KIND", STORE))
    with pytest.raises(StartError, match=named):
        check_configuration(dataclasses.replace(load_settings({}), root=tmp_path))


@pytest.mark.parametrize(
    "argv",
    [
        ["run", "--enable-api"],
        ["run", "--enable-ap"],
        ["run", "--enable-api", "--auth-token", "x"],
        ["run", "--cors", "*"],
        ["run", "--cors=*"],
        ["run", "--debug"],
        ["shell", "-vv"],
    ],
)
def test_an_option_that_undoes_a_wall_is_refused(argv: list[str]) -> None:
    with pytest.raises(StartError):
        check_rasa_arguments(argv)


def test_ordinary_rasa_commands_pass() -> None:
    for argv in (["train"], ["run", "--port", "5006"], ["run", "actions"], ["data", "validate", "--fail-on-warnings"]):
        check_rasa_arguments(argv)
