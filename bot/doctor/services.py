"""Checks of what answers over the network: Redis, the action server, Vigie itself and its public address."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from redis import Redis
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from bot.doctor.findings import Finding, Installation, fault, fine, warning
from bot.training import MODEL

_PATIENCE = 3.0  # seconds
_REFUSED = ("WRONGPASS", "NOAUTH", "invalid password", "NOPERM")
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def redis(installation: Installation) -> Iterator[Finding]:
    """The locks that several servers share: reachable, and kept on no disk."""
    url = installation.settings.redis_url
    if not url:
        yield fine("verrous_locaux")
        return
    server = Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
    try:
        server.ping()
    except (AuthenticationError, ResponseError) as error:
        refused = isinstance(error, AuthenticationError) or any(word in str(error) for word in _REFUSED)
        yield fault("redis_mot_de_passe" if refused else "redis_injoignable", adresse=_bare(url))
        return
    except (RedisError, OSError):
        yield fault("redis_injoignable", adresse=_bare(url))
        return
    try:
        asked = {**server.config_get("save"), **server.config_get("appendonly")}
        told = {_text(name): _text(value) for name, value in asked.items()}
    except RedisError:  # a hosted Redis may keep its settings to itself
        told = {}
    kept = [name for name, on in (("RDB", bool(told.get("save"))), ("AOF", told.get("appendonly") == "yes")) if on]
    if kept:
        yield warning("redis_sur_disque", formes=" + ".join(kept))
    else:
        yield fine("redis", adresse=_bare(url))


def actions(installation: Installation) -> Iterator[Finding]:
    """The action server, when the actions are apart."""
    url = installation.settings.actions_url
    if not url:
        return
    status, _ = _ask(url.rpartition("/")[0] + "/health")
    yield fine("actions", adresse=url) if status == 200 else fault("actions_injoignables", adresse=url)


def port(installation: Installation) -> Iterator[Finding]:
    """Who answers on Vigie's port: nobody yet, Vigie, or something else."""
    settings = installation.settings
    host = _EVERYWHERE.get(settings.host, settings.host)
    try:
        socket.create_connection((host, settings.port), timeout=_PATIENCE).close()
    except OSError:
        yield fine("port_libre", port=settings.port)
        return
    local = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    status, said = _ask(f"{local}/ready")
    if not isinstance(said, dict) or "model" not in said:
        yield fault("port_pris", port=settings.port)
        return
    running = said.pop("version", "")
    down = [str(name) for name, state in said.items() if state != "ok"]
    if status != 200 or down:
        yield fault("vigie_incomplete", port=settings.port, parties=", ".join(down) or status)
    elif running and not _digest(settings.models_dir / f"{MODEL}.tar.gz").startswith(running):
        yield warning("modele_non_repris", port=settings.port)
    else:
        yield fine("vigie_en_marche", port=settings.port)


def public_address(installation: Installation) -> Iterator[Finding]:
    """What visitors get at VIGIE_URL, proxy and certificate included."""
    settings = installation.settings
    if not settings.exposed or not installation.environ.get("VIGIE_URL"):
        return
    try:
        status, said = _ask(settings.url + "health")
    except ssl.SSLCertVerificationError as error:
        yield fault("certificat_refuse", adresse=settings.url, raison=error.verify_message)
        return
    reason = str(said.get("error", "")) if isinstance(said, dict) else ""
    if status == 403 and "VIGIE_PROXIES" in reason:
        yield fault("mandataire_refuse", adresse=settings.url)
    elif status == 200:
        yield fine("adresse_repond", adresse=settings.url)
    else:
        yield warning("adresse_muette", adresse=settings.url, etat=status or "-")


def _ask(url: str) -> tuple[int, Any]:
    """(status, JSON or None) of a GET; status 0 when nothing answers. Raises SSLCertVerificationError."""
    opener = build_opener(ProxyHandler({}))  # the answer of this machine, not of a proxy on the way out
    try:
        with opener.open(url, timeout=_PATIENCE) as answer:
            return answer.status, _json(answer.read(65536))
    except HTTPError as error:
        with error:
            return error.code, _json(error.read(65536))
    except URLError as error:
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            raise error.reason from None
        return 0, None
    except (OSError, ValueError, HTTPException):  # what answers may speak no HTTP at all
        return 0, None


def _digest(model: Path) -> str:
    """SHA-256 of the model at hand, "" when there is none; `/ready` tells the beginning of that of the one in use."""
    return hashlib.sha256(model.read_bytes()).hexdigest() if model.is_file() else ""


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _bare(url: str) -> str:
    """The address without its password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 6379}"


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
