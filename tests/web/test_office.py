"""Every document opened by a word processor and by a PDF reader; pictures of the pages are kept as CI output."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pypdf
import pytest

from bot.content.documents import read_document_phrases, read_documents
from bot.content.location import DATA
from bot.documents.pdf import render_pdf
from bot.documents.word import render_word
from bot.logic.documents import Document
from bot.settings import load_settings
from bot.web.documents import Shelf
from tests.web.conftest import SCREENSHOTS

pytestmark = pytest.mark.server

FONTS = load_settings().root / "bot/web/built/fonts"
PHRASES = read_document_phrases(DATA / "documents")
SHELF = Shelf(load_settings(), FONTS)
ANSWERS = ("loi/client_peines", "preparer_entretien/etape_1", "apres_entretien/signalement")


def documents() -> list[Document]:
    computed = [SHELF.contacts("93"), SHELF.contacts("23"), SHELF.contacts("988"), SHELF.recap(ANSWERS, "2A")]
    return [*read_documents(DATA / "documents").values(), *computed]


def run(*command: str) -> None:
    assert shutil.which(command[0]), f"{command[0]} is missing (.ci/run installs it)"
    subprocess.run(command, check=True, capture_output=True, timeout=180)


def letters(text: str) -> str:
    """Without spaces (a line may break anywhere, in an address too) nor boxes, which a reader puts where it likes."""
    return re.sub(r"[\s☐]+", "", text)


def test_a_word_processor_opens_every_docx_and_shows_all_of_it(tmp_path: Path) -> None:
    files = []
    for number, document in enumerate(documents()):
        files.append(tmp_path / f"{number}_{document.id}.docx")
        files[-1].write_bytes(render_word(document, PHRASES))
    # One start of LibreOffice for all; its settings in the test's folder.
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), *map(str, files))
    for file, document in zip(files, documents(), strict=True):
        shown = letters("".join(page.extract_text() for page in pypdf.PdfReader(file.with_suffix(".pdf")).pages))
        texts = [letters(text) for text in document.texts()]
        lost = [text for text in texts if text[:12] not in shown or text[-12:] not in shown]
        assert not lost, (document.id, lost)
        assert "119" in shown


def test_every_page_of_every_pdf_becomes_a_picture(tmp_path: Path) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for number, document in enumerate(documents()):
        file = tmp_path / f"{number}.pdf"
        file.write_bytes(render_pdf(document, PHRASES, FONTS))
        run("pdftoppm", "-r", "60", "-gray", "-png", str(file), str(SCREENSHOTS / f"document-{number}-{document.id}"))
        assert list(SCREENSHOTS.glob(f"document-{number}-{document.id}*.png"))
