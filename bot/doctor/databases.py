"""Checks of the databases: directory, conversations, statistics. Nothing is written, nothing migrated."""

from __future__ import annotations

import os
from collections.abc import Iterator

from bot.content.directory import load_policy, load_sheets
from bot.content.workbench import stale_contacts
from bot.doctor.findings import Finding, Installation, fault, fine, warning
from bot.storage.directory_import import contacts_of, read_present
from bot.storage.inspection import Look, file_of, is_known, last_counted, look

_SKEW, _GREAT_SKEW = 2.0, 30.0  # seconds
_NOT_THE_OWNER = 0o077
_UTF8 = ("UTF8", "UTF-8")
DIRECTORY, CONVERSATIONS = "annuaire", "conversations"


def directory(installation: Installation) -> Iterator[Finding]:
    """The directory's database: reachable, of this version, filled, as the tables are, verified."""
    settings = installation.settings
    seen = look(settings.database_url)
    if seen.trouble == "absent" or (not seen.trouble and not seen.revision):
        yield fault("annuaire_non_cree")
        return
    if seen.trouble:
        yield fault(f"base_{seen.trouble}", base=DIRECTORY)
        return
    yield from _server(seen, DIRECTORY)
    if not seen.is_current:
        yield fault("base_a_migrer" if is_known(seen.revision) else "base_plus_recente", base=DIRECTORY)
        return
    parts = read_present(settings.database_url)
    contacts = contacts_of(parts)
    if not contacts:
        yield fault("annuaire_vide")
        return
    folder = settings.data_dir / "directory"
    loaded = {part.file.file: part.file.fingerprint for part in parts if part.file}
    delivered = {one.file: one.fingerprint for one in load_sheets(folder)}
    other = sorted({file for file, _ in loaded.items() ^ delivered.items()})
    if other:
        yield fault("annuaire_ancien", fichiers=", ".join(other))
    policy = load_policy(folder)
    stale = stale_contacts(contacts, policy, installation.today)
    if stale:
        yield warning("contacts_a_verifier", nombre=len(stale))
    if not other:
        verified = sum(one.verified_on is not None for one in contacts)
        yield fine("annuaire", contacts=len(contacts), verifies=verified)


def conversations(installation: Installation) -> Iterator[Finding]:
    """The conversations' database: reachable, of this version, and closed to others."""
    url = installation.settings.conversations_url
    if not url:
        yield fine("conversations_en_memoire")
        return
    seen = look(url)
    file = file_of(url)
    if file:
        folder = file.parent
        if not folder.is_dir():
            yield fault("dossier_absent", dossier=folder)
            return
        if not os.access(folder, os.W_OK | os.X_OK) or (file.exists() and not os.access(file, os.W_OK)):
            yield fault("dossier_ferme", dossier=folder, fichier=file.name)
        kept = [one for one in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))) if one.exists()]
        for one in kept:
            mode = one.stat().st_mode & 0o777
            if mode & _NOT_THE_OWNER:
                yield fault("conversations_lisibles", fichier=one, droits=f"{mode:o}")
    if seen.trouble == "absent" or (not seen.trouble and not seen.revision):
        yield fine("conversations_a_creer")
        return
    if seen.trouble:
        yield fault(f"base_{seen.trouble}", base=CONVERSATIONS)
        return
    yield from _server(seen, CONVERSATIONS)
    if seen.is_current:
        yield fine("conversations", moteur=seen.dialect)
    elif is_known(seen.revision):
        # The first conversation brings the tables up to date.
        yield warning("base_a_migrer", base=CONVERSATIONS)
    else:
        yield fault("base_plus_recente", base=CONVERSATIONS)


def statistics(installation: Installation) -> Iterator[Finding]:
    """The counts: in the directory's database, whose own check says when their table is missing."""
    url = installation.settings.database_url
    if look(url).is_current:
        lines, day = last_counted(url)
        yield fine("statistiques", lignes=lines, jour=f"{day:%d/%m/%Y}") if day else fine("statistiques_vides")


def _server(seen: Look, base: str) -> Iterator[Finding]:
    """Encoding and clock of a database server."""
    if seen.dialect != "postgresql":
        return
    if seen.encoding.upper() not in _UTF8:
        yield fault("base_encodage", base=base, encodage=seen.encoding)
    if abs(seen.skew) > _SKEW:
        found = fault if abs(seen.skew) > _GREAT_SKEW else warning
        yield found("base_horloge", base=base, ecart=f"{seen.skew:+.0f}")
