"""What Vigie refuses to start with: a configuration that would lose conversations, leak words or open a door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.settings import Settings

STORE = "bot.engine.tracker_store.ConversationStore"
_OWN_CHANNELS = "bot.channels."
_SHORTEST_SECRET = 32
# Endpoints through which Rasa would send users' words, or take a model, from elsewhere.
_FOREIGN = ("nlg", "nlu", "models")


class StartError(RuntimeError):
    """Vigie refuses to start; the message says why and the remedy."""


def check_configuration(settings: Settings) -> None:
    """Raise StartError on the first fault found in the environment, endpoints.yml or credentials.yml."""
    _check_secrets(settings)
    _check_endpoints(_read(settings.root / "endpoints.yml"))
    _check_channels(_read(settings.root / "credentials.yml"))


def check_rasa_arguments(argv: list[str]) -> None:
    """Raise StartError when `rasa run` would open Rasa's HTTP API, trackers included, to whoever calls."""
    guarded = any(argument.startswith(("--auth-token", "-t", "--jwt-secret")) for argument in argv)
    if "--enable-api" in argv and not guarded:
        raise StartError("--enable-api opens every conversation to whoever calls: add --auth-token, or leave it out")
    if any(argument.startswith("--cors") for argument in argv) and "*" in argv:
        raise StartError("--cors '*' lets any site call: name the sites")


def _check_secrets(settings: Settings) -> None:
    for name, value in (("VIGIE_SECRET", settings.secret), ("VIGIE_API_TOKEN", settings.api_token)):
        if value and len(value) < _SHORTEST_SECRET:
            raise StartError(f"{name} is too short to be a secret: `openssl rand -hex 32` makes one")
    if settings.exposed and not settings.secret:
        raise StartError(
            "VIGIE_HOST, VIGIE_ORIGINS or VIGIE_PROXIES open this installation to others: set VIGIE_SECRET, which signs"
            " the conversation ids (`openssl rand -hex 32` makes one)"
        )


def _check_endpoints(endpoints: dict[str, Any]) -> None:
    kind = (endpoints.get("tracker_store") or {}).get("type")
    if kind != STORE:
        # A class that cannot be imported would silently become Rasa's memory store; Rasa's own stores keep every word.
        raise StartError(
            f"endpoints.yml: tracker_store type {kind!r} would keep users' words or lose them; use {STORE}"
        )
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
