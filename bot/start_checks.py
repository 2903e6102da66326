"""What Vigie refuses to start with: a configuration that would lose conversations, leak words or open a door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.settings import Settings

STORE = "bot.engine.tracker_store.ConversationStore"
LOCKS = "bot.engine.lock_store.ConversationLocks"
_OWN_CHANNELS = "bot.channels."
_SHORTEST_SECRET = 32
# Options of `rasa run` that undo a wall, and how.
_REFUSED = {
    "--enable-api": "opens every conversation to whoever calls",
    "--cors": "lets the pages of other sites call, with credentials",
    "--debug": "writes users' words in the log",
    "--verbose": "writes users' words in the log",
}
# Endpoints through which Rasa would send users' words, or take a model, from elsewhere.
_FOREIGN = ("nlg", "nlu", "models")


class StartError(RuntimeError):
    """Vigie refuses to start; the message says why and the remedy."""


def check_configuration(settings: Settings) -> None:
    """Raise StartError on the first fault found in the environment, endpoints.yml or credentials.yml."""
    _check_secrets(settings)
    _check_servers(settings)
    _check_endpoints(_read(settings.root / "endpoints.yml"))
    _check_channels(_read(settings.root / "credentials.yml"))


def check_rasa_arguments(argv: list[str]) -> None:
    """Raise StartError when an option of a Rasa command would undo one of Vigie's walls."""
    names = [argument.partition("=")[0] for argument in argv]
    for name, wrong in _REFUSED.items():
        # Rasa takes the beginning of an option for the option.
        if any(len(given) > len("--e") and name.startswith(given) for given in names):
            raise StartError(f"{name} {wrong}; leave it out (`python -m bot serve` runs Vigie behind its walls)")
    if any(given.startswith("-v") for given in names):
        raise StartError("-v writes users' words in the log; leave it out")


def _check_secrets(settings: Settings) -> None:
    for name, value in (("VIGIE_SECRET", settings.secret), ("VIGIE_API_TOKEN", settings.api_token)):
        if value and len(value) < _SHORTEST_SECRET:
            raise StartError(f"{name} is too short to be a secret: `openssl rand -hex 32` makes one")
    if settings.exposed and not settings.secret:
        raise StartError(
            "VIGIE_HOST, VIGIE_ORIGINS or VIGIE_PROXIES open this installation to others: set VIGIE_SECRET, which signs"
            " the conversation ids (`openssl rand -hex 32` makes one)"
        )


def _check_servers(settings: Settings) -> None:
    """Redis is for several servers: what they must share may not stay with each."""
    if not settings.redis_url:
        return
    for name, url in (
        ("VIGIE_CONVERSATIONS_URL", settings.conversations_url),
        ("VIGIE_DATABASE_URL", settings.database_url),
    ):
        if not url.startswith("postgresql"):
            where = "in a file of this machine" if url else "in the memory of each server"
            raise StartError(
                f"VIGIE_REDIS_URL is for several servers, and {name} keeps {where} what they must share: conversations"
                f" would be lost; set {name} to a PostgreSQL address, or leave VIGIE_REDIS_URL out"
            )
    if not settings.secret:
        raise StartError(
            "VIGIE_REDIS_URL is for several servers, and each would sign the conversation ids with a secret of its own:"
            " set the same VIGIE_SECRET for all (`openssl rand -hex 32` makes one)"
        )


def _check_endpoints(endpoints: dict[str, Any]) -> None:
    kind = (endpoints.get("tracker_store") or {}).get("type")
    if kind != STORE:
        # A class that cannot be imported would silently become Rasa's memory store; Rasa's own stores keep every word.
        raise StartError(
            f"endpoints.yml: tracker_store type {kind!r} would keep users' words or lose them; use {STORE}"
        )
    kind = (endpoints.get("lock_store") or {}).get("type")
    if kind != LOCKS:
        # Rasa's own locks keep ids in Redis and look once a second whether their turn has come.
        raise StartError(f"endpoints.yml: lock_store type {kind!r}; use {LOCKS}, which VIGIE_REDIS_URL shares")
    for name in _FOREIGN:
        if endpoints.get(name):
            raise StartError(f"endpoints.yml: {name!r} would send users' words to another server; remove it")


def _check_channels(credentials: dict[str, Any]) -> None:
    for name in credentials:
        if not name.startswith(_OWN_CHANNELS):
            raise StartError(
                f"credentials.yml: channel {name!r} has none of Vigie's walls (ids, limits, masking);"
                f" use a channel of {_OWN_CHANNELS.rstrip('.')}"
            )


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise StartError(f"{file.name} cannot be read ({type(error).__name__})") from error
    return content or {}
