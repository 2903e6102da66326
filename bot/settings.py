"""The environment, read once into one frozen Settings; nothing else of the server reads os.environ."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import load_dotenv

# DEBUG is not among them: there Rasa writes the user's words.
LONGEST_PERIOD = 600  # seconds that a rate may be counted over
LOG_LEVELS = ("INFO", "WARNING", "ERROR")
LOG_FORMATS = ("texte", "json")
ROOT = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """A variable of the environment has a value that Vigie cannot use; the message says which and the remedy."""


@dataclass(frozen=True)
class Settings:
    """What may differ between two installations; everything else is data or code."""

    root: Path
    data_dir: Path
    models_dir: Path
    database_url: str
    conversations_url: str  # empty: in memory only
    host: str
    port: int
    idle_minutes: int
    max_conversations: int
    log_level: str
    origins: frozenset[str]
    secret: str
    api_token: str
    proxies: int
    rate_conversation: tuple[float, float]  # messages, seconds
    rate_address: tuple[float, float]
    url: str  # address of the site, as its visitors write it, ending with a slash
    redis_url: str  # locks shared by several servers; empty: locks in the process
    actions_url: str  # webhook of an action server; empty: actions in the process
    log_format: str

    @property
    def exposed(self) -> bool:
        """Whether others than this machine's user may reach the server."""
        return bool(self.origins or self.proxies) or not _is_loopback(self.host)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `environ` (default: `.env` then the process's environment).

    Raises SettingsError when a number is not a number or is out of range.
    """
    if environ is None:
        load_dotenv(ROOT / ".env")
        environ = os.environ
    host = environ.get("VIGIE_HOST") or "127.0.0.1"
    port = _number(environ, "VIGIE_PORT", default=5005, smallest=1, largest=65535)
    return Settings(
        root=ROOT,
        data_dir=ROOT / "data",
        models_dir=Path(environ.get("VIGIE_MODELS_DIR") or ROOT / "models"),
        database_url=environ.get("VIGIE_DATABASE_URL") or f"sqlite:///{ROOT / 'vigie.sqlite'}",
        conversations_url=_conversations_url(environ.get("VIGIE_CONVERSATIONS_URL")),
        host=host,
        port=port,
        idle_minutes=_number(environ, "VIGIE_IDLE_MINUTES", default=60, smallest=1, largest=1440),
        max_conversations=_number(environ, "VIGIE_MAX_CONVERSATIONS", default=2000, smallest=1, largest=1_000_000),
        log_level=_log_level(environ.get("VIGIE_LOG_LEVEL") or "WARNING"),
        origins=_origins(environ.get("VIGIE_ORIGINS") or ""),
        secret=environ.get("VIGIE_SECRET") or "",
        api_token=environ.get("VIGIE_API_TOKEN") or "",
        proxies=_number(environ, "VIGIE_PROXIES", default=0, smallest=0, largest=5),
        rate_conversation=_rate(environ, "VIGIE_RATE_CONVERSATION", default="20/10"),
        rate_address=_rate(environ, "VIGIE_RATE_ADDRESS", default="300/60"),
        url=_url(environ.get("VIGIE_URL") or f"http://{host}:{port}/"),
        redis_url=_redis_url(environ.get("VIGIE_REDIS_URL") or ""),
        actions_url=_actions_url(environ.get("VIGIE_ACTIONS_URL") or ""),
        log_format=_log_format(environ.get("VIGIE_LOG_FORMAT") or "texte"),
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _origins(raw: str) -> frozenset[str]:
    origins = frozenset(origin.strip().rstrip("/") for origin in raw.split(",") if origin.strip())
    for origin in origins:
        if not re.fullmatch(r"https?://[\w.\-]+(:\d+)?", origin):
            raise SettingsError(f"VIGIE_ORIGINS: {origin!r} is no origin; https://www.exemple.fr is expected")
    return origins


def _url(raw: str) -> str:
    if not re.fullmatch(r"https?://[\w.\-\[\]:]+(/[\w.\-/]*)?", raw):
        raise SettingsError(
            f"VIGIE_URL={raw!r}: the address of the site is expected, such as https://vigie.exemple.fr/"
        )
    return raw.rstrip("/") + "/"


def _redis_url(raw: str) -> str:
    # The address may hold a password: it is not repeated.
    if raw and not re.fullmatch(r"rediss?://([^@/\s]*@)?[\w.\-\[\]:]+(/\d{1,3})?", raw):
        raise SettingsError(
            "VIGIE_REDIS_URL: an address such as redis://redis.exemple.fr:6379/0 (or rediss://) expected"
        )
    return raw


def _actions_url(raw: str) -> str:
    if raw and not re.fullmatch(r"https?://[\w.\-\[\]:]+/[\w.\-/]*", raw):
        raise SettingsError(f"VIGIE_ACTIONS_URL={raw!r}: an address such as http://127.0.0.1:5055/webhook is expected")
    return raw


def _log_format(raw: str) -> str:
    if raw not in LOG_FORMATS:
        raise SettingsError(f"VIGIE_LOG_FORMAT={raw!r}: one of {', '.join(LOG_FORMATS)} is expected")
    return raw


def _rate(environ: Mapping[str, str], name: str, *, default: str) -> tuple[float, float]:
    raw = environ.get(name) or default
    found = re.fullmatch(r"([1-9]\d{0,6})/([1-9]\d{0,2})", raw)
    if not found or int(found[2]) > LONGEST_PERIOD:
        raise SettingsError(
            f"{name}={raw!r}: messages/seconds (600 at most) is expected, for instance {name}={default}"
        )
    return float(found[1]), float(found[2])


def _conversations_url(raw: str | None) -> str:
    return "" if raw == "memoire" else raw or f"sqlite:///{ROOT / 'conversations.sqlite'}"


def _log_level(raw: str) -> str:
    if raw.upper() not in LOG_LEVELS:
        raise SettingsError(f"VIGIE_LOG_LEVEL={raw!r}: one of {', '.join(LOG_LEVELS)} is expected")
    return raw.upper()


def _number(environ: Mapping[str, str], name: str, *, default: int, smallest: int, largest: int) -> int:
    raw = environ.get(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise SettingsError(f"{name}={raw!r}: a whole number is expected, for instance {name}={default}") from None
    if not smallest <= value <= largest:
        raise SettingsError(f"{name}={value}: expected a number from {smallest} to {largest}")
    return value
