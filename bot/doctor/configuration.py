"""Checks of the environment: what the settings say, alone and together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from urllib.parse import urlsplit

from bot.doctor.findings import Finding, Installation, fault, fine, warning
from bot.start_checks import StartError, check_configuration

_SHORTEST_SECRET = 32
_FEWEST_CHARACTERS = 8  # different ones: "aaaa..." is long and no secret
_SOUND = "0123456789abcdef" * 4
_OTHERS = 0o007
_LIKE = 0.85  # two names nearer than this are one name and its slip


def given(installation: Installation) -> Iterator[Finding]:
    """How many settings were read: none where those of a service were not loaded first."""
    names = [name for name in installation.environ if name.startswith("VIGIE_")]
    yield fine("reglages" if names else "reglages_par_defaut", nombre=len(names))


def secrets(installation: Installation) -> Iterator[Finding]:
    """Secrets that are missing, short, simple, or used twice; none is printed."""
    settings = installation.settings
    given = {"VIGIE_SECRET": settings.secret, "VIGIE_API_TOKEN": settings.api_token}
    faults = []
    if (settings.exposed or settings.redis_url) and not settings.secret:
        faults.append(fault("secret_absent"))
    for name, value in given.items():
        if value and len(value) < _SHORTEST_SECRET:
            faults.append(fault("secret_court", nom=name, longueur=len(value), attendue=_SHORTEST_SECRET))
        elif value and len(set(value)) < _FEWEST_CHARACTERS:
            faults.append(fault("secret_simple", nom=name))
    if settings.secret and settings.secret == settings.api_token:
        faults.append(fault("secret_double"))
    yield from faults
    if not faults:
        yield fine("secrets" if settings.secret else "secrets_inutiles")


def environment_file(installation: Installation) -> Iterator[Finding]:
    """`.env` holds secrets: the account that serves reads it, nobody else."""
    file = installation.settings.root / ".env"
    if not file.is_file():
        return
    mode = file.stat().st_mode
    if mode & _OTHERS:
        yield fault("env_lisible", fichier=file, droits=f"{mode & 0o777:o}")
    else:
        yield fine("env_ferme", droits=f"{mode & 0o777:o}")


def misspelt(installation: Installation) -> Iterator[Finding]:
    """Variables that nothing reads and whose name is nearly one of ours."""
    example = installation.settings.root / ".env.example"
    known = (
        set(re.findall(r"^# (VIGIE_\w+)=", example.read_text(encoding="utf-8"), re.M)) if example.is_file() else set()
    )
    for name in sorted(installation.environ):
        near = get_close_matches(name, known, n=1, cutoff=_LIKE) if name.startswith("VIGIE_") else []
        if near and name not in known:
            yield warning("variable_inconnue", nom=name, proche=near[0])


def start(installation: Installation) -> Iterator[Finding]:
    """What `python -m bot serve` refuses to start with, secrets apart."""
    settings = replace(installation.settings, secret=_SOUND, api_token="")
    try:
        check_configuration(settings)
    except StartError as error:
        yield fault("demarrage_refuse", raison=error)
    else:
        yield fine("demarrage")


def address(installation: Installation) -> Iterator[Finding]:
    """The address that visitors write, and the proxies in front."""
    settings = installation.settings
    if not settings.exposed:
        yield fine("adresse_locale", adresse=settings.url)
        return
    site = urlsplit(settings.url)
    if site.hostname in (settings.host, "0.0.0.0", "::") and not installation.environ.get("VIGIE_URL"):
        yield fault("adresse_absente", adresse=settings.url)
    elif site.scheme == "http":
        yield fault("adresse_en_clair", adresse=settings.url)
    elif not settings.proxies:
        # Vigie speaks plain HTTP: where the address is https, something in front decrypts.
        yield fault("mandataire_non_dit", adresse=settings.url)
    else:
        yield fine("adresse", adresse=settings.url, mandataires=settings.proxies)


def log_level(installation: Installation) -> Iterator[Finding]:
    """Whether warnings are written."""
    level = installation.settings.log_level
    yield warning("journal_muet", niveau=level) if level == "ERROR" else fine("journal", niveau=level)
