"""Checks of the machine: Python and its packages, disk, file descriptors."""

from __future__ import annotations

import re
import resource
import shutil
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bot.doctor.findings import Finding, Installation, fault, fine, warning
from bot.storage.inspection import file_of

_FEWEST_DESCRIPTORS, _DESCRIPTORS = 256, 1024  # a connection, a file or a database takes one each
_MEGABYTE = 1_000_000
_FULL, _NEARLY_FULL = 200 * _MEGABYTE, 1000 * _MEGABYTE
_NAMED_AT_MOST = 5


def python(installation: Installation) -> Iterator[Finding]:
    """The version of Python that Rasa 3.6 needs."""
    wanted = (installation.settings.root / ".python-version").read_text(encoding="utf-8").strip()
    running = ".".join(str(part) for part in sys.version_info[:3])
    if running == wanted or running.startswith(wanted + "."):
        yield fine("python", version=running)
    else:
        yield fault("python_autre", version=running, attendue=wanted)


def packages(installation: Installation) -> Iterator[Finding]:
    """The packages that serving needs, in the locked versions; tools of developers are left alone."""
    root = installation.settings.root
    locked = _locked(root / "requirements.lock")
    absent, other, seen = set(), set(), set()
    waiting = [Requirement(one) for one in _declared(root / "pyproject.toml")]
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if (name, frozenset(wanted.extras)) in seen:
            continue
        seen.add((name, frozenset(wanted.extras)))
        try:
            version, requires = _installed(name)
        except metadata.PackageNotFoundError:
            absent.add(name)
            continue
        if name in locked and version != locked[name]:
            other.add(f"{name} {version} ({locked[name]})")
        waiting += _needed(requires, frozenset(wanted.extras))
    if absent:
        yield fault("bibliotheques_absentes", nombre=len(absent), noms=_named(absent))
    if other:
        yield fault("bibliotheques_autres", nombre=len(other), noms=_named(other))
    if not absent and not other:
        yield fine("bibliotheques", nombre=len({name for name, _ in seen}))


def disk(installation: Installation) -> Iterator[Finding]:
    """Room left where the databases and the model lie."""
    settings = installation.settings
    files = [file_of(url) for url in (settings.database_url, settings.conversations_url) if url]
    folders = {settings.models_dir, *(file.parent for file in files if file)}
    free = {folder: shutil.disk_usage(folder).free for folder in sorted(folders) if folder.is_dir()}
    if not free:
        return
    folder, room = min(free.items(), key=lambda one: one[1])
    if room < _NEARLY_FULL:
        found = fault if room < _FULL else warning
        yield found("disque_plein", dossier=folder, place=room // _MEGABYTE)
    else:
        yield fine("disque", place=f"{room / 1000 / _MEGABYTE:.0f}")


def descriptors(installation: Installation) -> Iterator[Finding]:
    """How many connections and files a process may hold open."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if allowed == resource.RLIM_INFINITY or allowed >= _DESCRIPTORS:
        yield fine("descripteurs", nombre=allowed)
    else:
        found = fault if allowed < _FEWEST_DESCRIPTORS else warning
        yield found("descripteurs_peu", nombre=allowed, attendu=_DESCRIPTORS)


# Reading two hundred packages takes most of the time of all the checks.


@cache
def _installed(name: str) -> tuple[str, tuple[str, ...]]:
    """Version of a package and what it requires; raises PackageNotFoundError."""
    said = metadata.distribution(name).metadata
    return said["Version"], tuple(said.get_all("Requires-Dist") or ())


@cache
def _needed(requires: tuple[str, ...], extras: frozenset[str]) -> list[Requirement]:
    """What a package with these `extras` needs on this machine."""
    mandatory = [Requirement(one) for one in requires if extras or "extra ==" not in one]
    return [
        one
        for one in mandatory
        if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in extras or {""})
    ]


def _locked(file: Path) -> dict[str, str]:
    lines = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", file.read_text(encoding="utf-8"), re.M)
    return {canonicalize_name(name): version for name, version in lines}


def _declared(file: Path) -> list[str]:
    """The dependencies of pyproject.toml; Python 3.10 reads no TOML by itself."""
    block = re.search(r"^dependencies = \[$(.*?)^\]", file.read_text(encoding="utf-8"), re.M | re.S)
    return re.findall(r'^\s*"([^"]+)"', block[1], re.M) if block else []


def _named(names: Iterable[str]) -> str:
    ordered = sorted(names)
    return ", ".join(ordered[:_NAMED_AT_MOST]) + (", …" if len(ordered) > _NAMED_AT_MOST else "")
