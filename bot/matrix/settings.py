"""What the Matrix process reads of the environment, once, into one frozen MatrixSettings."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import load_dotenv

ROOT = Path(__file__).resolve().parents[2]
ANY_SERVER = "*"


class MatrixSettingsError(ValueError):
    """A variable has a value that cannot be used; the message says which and the remedy."""


@dataclass(frozen=True)
class MatrixSettings:
    """One account on one homeserver, and the Vigie that it speaks for."""

    homeserver: str  # address, without a slash at the end
    user: str  # @vigie:exemple.fr
    password: str  # one of the two
    token: str
    store: Path  # keys of the encryption, session, sync token
    servers: frozenset[str]  # whose users may invite; "*" for any
    vigie: str  # address of Vigie, with a slash at the end
    vigie_token: str
    log_level: str

    def allows(self, user: str) -> bool:
        """Whether this user's server may invite."""
        return ANY_SERVER in self.servers or user.partition(":")[2] in self.servers


def load_matrix_settings(environ: Mapping[str, str] | None = None) -> MatrixSettings:
    """Settings from `environ` (default: `.env` then the process's environment). Raises MatrixSettingsError."""
    if environ is None:
        load_dotenv(ROOT / ".env")
        environ = os.environ
    user = _needed(environ, "VIGIE_MATRIX_USER", r"@[^\s:]+:\S+", "@vigie:exemple.fr")
    servers = [one.strip() for one in (environ.get("VIGIE_MATRIX_SERVERS") or "").split(",") if one.strip()]
    password, token = environ.get("VIGIE_MATRIX_PASSWORD") or "", environ.get("VIGIE_MATRIX_TOKEN") or ""
    if not password and not token:
        raise MatrixSettingsError("VIGIE_MATRIX_PASSWORD or VIGIE_MATRIX_TOKEN is expected")
    local = f"http://{environ.get('VIGIE_HOST') or '127.0.0.1'}:{environ.get('VIGIE_PORT') or 5005}"
    level = (environ.get("VIGIE_LOG_LEVEL") or "WARNING").upper()
    return MatrixSettings(
        homeserver=_needed(environ, "VIGIE_MATRIX_HOMESERVER", r"https?://\S+", "https://matrix.exemple.fr").rstrip(
            "/"
        ),
        user=user,
        password=password,
        token=token,
        store=Path(environ.get("VIGIE_MATRIX_STORE") or ROOT / "matrix-store"),
        servers=frozenset(servers or [user.partition(":")[2]]),
        vigie=(environ.get("VIGIE_URL") or local).rstrip("/") + "/",
        vigie_token=_needed(environ, "VIGIE_API_TOKEN", r"\S+", "the token that Vigie's server was given"),
        log_level=level if level in ("INFO", "WARNING", "ERROR") else "WARNING",
    )


def _needed(environ: Mapping[str, str], name: str, pattern: str, example: str) -> str:
    value = environ.get(name) or ""
    if not re.fullmatch(pattern, value):
        raise MatrixSettingsError(f"{name}: expected, such as {example}")
    return value
