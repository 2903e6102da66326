"""Makes the documents that the page and the chat offer, and keeps those that do not change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from cachetools import TTLCache

from bot.content.documents import (
    read_document_phrases,
    read_documents,
    read_given,
    read_recap_words,
    read_sheet_words,
)
from bot.content.orientation import read_policy
from bot.content.paths import read_paths
from bot.content.places import load_departments
from bot.logic.documents import Document
from bot.logic.fiche_contacts import contact_sheet
from bot.logic.recapitulatif import recapitulate
from bot.settings import Settings
from bot.storage.directory import open_directory

MIME = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_FRESH = 60.0  # seconds: as long as the dialogue reads the directory


class Shelf:
    """The documents of one installation."""

    def __init__(self, settings: Settings, fonts: Path) -> None:
        """`fonts` is the folder of the TTF files; nothing is made before it is asked for."""
        self._data = settings.data_dir
        self._folder = settings.data_dir / "documents"
        self._directory = settings.data_dir / "directory"
        self._database_url = settings.database_url
        self._fonts = fonts
        self._kept: TTLCache[tuple[str, str], bytes] = TTLCache(256, ttl=_FRESH)
        # One at a time: a document takes a tenth of a second of a core, and the dialogue comes first.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="document")
        self.departments = {one.code: one for one in load_departments(self._directory)}

    def fixed(self, id: str) -> Document | None:
        """The document `id` of data/documents, None when there is none."""
        return read_documents(self._folder).get(id)

    def contacts(self, code: str) -> Document:
        """The contact sheet of the département `code`; raises KeyError, DirectoryUnavailableError."""
        policy = read_policy(self._directory)
        contacts = open_directory(self._database_url).reader(policy.territories)(code)
        words = read_sheet_words(self._folder)
        return contact_sheet(self.departments[code], contacts, policy, words, date.today())

    def recap(self, keys: Sequence[str], code: str | None) -> Document:
        """What the answers `keys` said, with the contacts of the département `code`; unknown keys are left out."""
        words = read_recap_words(self._folder)
        contacts = self.contacts(code) if code else None
        path = read_paths(self._data / "parcours")[words.path]
        return recapitulate(keys, read_given(self._data), words, path, contacts)

    async def keep(self, key: str, form: str, compose: Callable[[], Document | None]) -> bytes | None:
        """The file `form` ("pdf", "docx") of what `compose` gives, made again after a minute; None when it is None."""
        kept = self._kept.get((key, form))
        if kept is None:
            kept = await self.make(form, compose)
            if kept is not None:
                self._kept[(key, form)] = kept
        return kept

    async def make(self, form: str, compose: Callable[[], Document | None]) -> bytes | None:
        """The file `form` of what `compose` gives, made beside the dialogue."""

        def work() -> bytes | None:
            document = compose()
            return self._render(document, form) if document else None

        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _render(self, document: Document, form: str) -> bytes:
        phrases = read_document_phrases(self._folder)
        # Loaded with the first document: they would slow every start.
        if form == "pdf":
            from bot.documents.pdf import render_pdf

            return render_pdf(document, phrases, self._fonts)
        from bot.documents.word import render_word

        return render_word(document, phrases)
