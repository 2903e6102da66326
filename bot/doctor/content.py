"""Checks of what is built and written: model, widget, answers."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from bot.content.workbench import stale_answers
from bot.doctor.findings import Finding, Installation, fault, fine, warning
from bot.training import FORMER, MODEL, fingerprint

_WIDGET = ("vigie-chat.js", "ecrit.js", "page.js")


def model(installation: Installation) -> Iterator[Finding]:
    """The trained model: there, whole, and made of the data at hand."""
    settings = installation.settings
    file = settings.models_dir / f"{MODEL}.tar.gz"
    if not file.is_file():
        yield fault("modele_absent", fichier=file)
        return
    if not _is_whole(file):
        yield fault("modele_abime", fichier=file)
        return
    mark, former = settings.models_dir / f"{MODEL}.sha256", settings.models_dir / f"{FORMER}.sha256"
    current = fingerprint(settings.root)
    if _read(mark) == current:
        yield fine("modele", taille=file.stat().st_size // 1_000_000)
    elif _read(former) == current and former.with_suffix(".tar.gz").is_file():
        # After a return, the model made of the data at hand is the former one.
        yield warning("modele_retabli")
    elif not mark.is_file():
        yield warning("modele_sans_empreinte", fichier=mark)
    else:
        yield fault("modele_ancien")


def widget(installation: Installation) -> Iterator[Finding]:
    """The scripts that the page and the sites load."""
    built = installation.settings.root / "bot/web/built"
    missing = [name for name in _WIDGET if not (built / name).is_file() or not (built / name).stat().st_size]
    if missing:
        yield fault("page_non_construite", fichiers=", ".join(missing))
    else:
        yield fine("page")


def answers(installation: Installation) -> Iterator[Finding]:
    """Answers past their review date, or nearly."""
    stale = stale_answers(installation.settings.data_dir, installation.today)
    late = sum(one.days < 0 for one in stale)
    if late:
        yield warning("reponses_a_relire", nombre=late)
    else:
        yield fine("reponses", bientot=len(stale))


def _read(mark: Path) -> str:
    """The fingerprint of what a model is made of, "" when it was not written."""
    return mark.read_text(encoding="utf-8").strip() if mark.is_file() else ""


def _is_whole(file: Path) -> bool:
    """Whether the archive can be read to its end, as loading does."""
    try:
        with tarfile.open(file) as archive:
            return "metadata.json" in {Path(member.name).name for member in archive.getmembers()}
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        return False
