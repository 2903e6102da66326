"""The site's routes, on a Sanic application of their own, with the delivered directory in a database of the test."""

from __future__ import annotations

import asyncio
import gzip
import io
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest

from bot.engine.startup import prepare_imports

prepare_imports(Path(__file__).resolve().parents[2] / "config.yml")

import docx  # noqa: E402
from sanic import Sanic  # noqa: E402

from bot.channels.walls import Rules, build  # noqa: E402
from bot.directory_cli import main as directory  # noqa: E402
from bot.settings import load_settings  # noqa: E402
from bot.web.routes import serve_web  # noqa: E402

NAMES = itertools.count()
SITE = "https://vigie.exemple.fr/"
CRIP_93 = "01 43 93 10 35"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('web') / 'annuaire.sqlite'}"
    assert directory(["load", "--database", url]) == 0
    return url


@pytest.fixture()
def app(database: str) -> Sanic:
    return make(database)


def make(database: str) -> Sanic:
    app = Sanic(f"site_{next(NAMES)}", configure_logging=False)
    build(app, Rules(local_only=False))
    serve_web(app, replace(load_settings({}), database_url=database, url=SITE))
    return app


def ask(app: Sanic, path: str, method: str = "GET", body: Any = None, **headers: str) -> Any:
    content = body if isinstance(body, str) else json.dumps(body) if body is not None else None

    async def request() -> Any:
        _, answer = await app.asgi_client.request(
            method,
            path,
            content=content,
            headers={"host": "vigie.exemple.fr", "accept-encoding": "identity", **headers},
        )
        return answer

    return asyncio.run(request())


def text_of(answer: Any) -> str:
    """The words of a document, in one line, without the hyphens and no-break spaces of its layout."""
    if answer.content.startswith(b"%PDF"):
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
    else:
        document = docx.Document(io.BytesIO(answer.content))
        text = " ".join(node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t"))
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("path", ["/", "/discretion", "/accessibilite", "/documents/ecrit"])
def test_a_page_runs_nothing_but_its_own_scripts(app: Sanic, path: str) -> None:
    answer = ask(app, path)
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "require-trusted-types-for 'script'" in policy
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|<style", answer.text)
    assert not re.search(r"<(?:\w+[^>]*\ssrc|link[^>]*\shref)=\"(?:https?:)?//", answer.text)
    assert "17" in answer.text and "119" in answer.text


def test_every_link_of_the_pages_leads_somewhere(app: Sanic) -> None:
    found = set()
    for path in ("/", "/discretion", "/accessibilite", "/documents/ecrit"):
        base = path.rpartition("/")[0]
        for link in re.findall(r"(?:href|src|formaction|action)=\"([^\"#]+)", ask(app, path).text):
            if not re.match(r"(?:tel|sms|mailto|https?):", link):
                found.add(str(Path(f"{base}/{link}").as_posix()).replace("/documents/../", "/"))
            elif link.startswith(SITE):
                found.add("/" + link.removeprefix(SITE))
    assert {"/documents/carte_entretien.pdf", "/documents/ecrit"} <= found
    for path in sorted(found):
        departement = "?departement=93" if "fiche_contacts" in path else ""
        assert ask(app, path.replace("/./", "/") + departement).status == 200, path


def test_scripts_are_sent_compressed_and_kept_a_moment(app: Sanic) -> None:
    plain = ask(app, "/vigie-chat.js")
    small = ask(app, "/vigie-chat.js", **{"accept-encoding": "gzip, br"})
    assert small.headers["content-encoding"] == "gzip"
    # The client of the test has undone the compression, or not, according to its version.
    received = gzip.decompress(small.content) if small.content[:2] == b"\x1f\x8b" else small.content
    assert received == plain.content
    assert "max-age" in plain.headers["cache-control"]
    assert plain.headers["cross-origin-resource-policy"] == "cross-origin"


def test_the_widget_weighs_less_than_15_kb() -> None:
    script = load_settings({}).root / "bot/web/built/vigie-chat.js"
    assert len(gzip.compress(script.read_bytes())) <= 15_000


def test_the_qr_code_is_a_picture_of_this_sites_address(app: Sanic) -> None:
    answer = ask(app, "/qr.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert SITE in ask(app, "/").text


@pytest.mark.parametrize("form", ["pdf", "docx"])
@pytest.mark.parametrize("id", ["carte_entretien", "fiche_signes", "ecrit_protection"])
def test_a_document_is_a_file_to_keep(app: Sanic, id: str, form: str) -> None:
    answer = ask(app, f"/documents/{id}.{form}")
    assert answer.status == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="vigie_{id}.{form}"'
    text = text_of(answer)
    assert "119" in text and "17" in text


def test_the_interview_card_is_one_sheet(app: Sanic) -> None:
    assert len(pypdf.PdfReader(io.BytesIO(ask(app, "/documents/carte_entretien.pdf").content)).pages) == 2


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_the_contacts_are_those_of_the_departement(app: Sanic, form: str) -> None:
    assert CRIP_93 in text_of(ask(app, f"/documents/fiche_contacts.{form}?departement=93"))
    assert CRIP_93 not in text_of(ask(app, f"/documents/fiche_contacts.{form}?departement=75"))


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_the_recap_is_made_of_keys_alone(app: Sanic, form: str) -> None:
    secret = "Lila Moreau, 06 12 34 56 78"
    body = {"answers": ["loi/client_peines", "preparer_entretien/etape_2", secret, "x/inconnu"], "department": "93"}
    text = text_of(ask(app, f"/documents/recapitulatif.{form}", "POST", {**body, "user": secret}))
    assert "225-12-1" in text and CRIP_93 in text and "Étape 2" in text
    assert "Lila" not in text and "06 12" not in text


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/documents/inconnu.pdf", None, 404),
        ("GET", "/documents/carte_entretien.exe", None, 404),
        ("GET", "/documents/_commun.pdf", None, 404),
        ("GET", "/documents/..%2f..%2f.env", None, 404),
        ("GET", "/documents/recapitulatif.pdf", None, 405),
        ("POST", "/documents/carte_entretien.pdf", {}, 405),
        ("GET", "/documents/fiche_contacts.pdf", None, 400),
        ("GET", "/documents/fiche_contacts.pdf?departement=999", None, 400),
        ("POST", "/documents/recapitulatif.pdf", "[", 400),
        ("POST", "/documents/recapitulatif.pdf", [], 400),
        ("POST", "/documents/recapitulatif.pdf", {"answers": "loi/client_peines"}, 400),
        ("POST", "/documents/recapitulatif.pdf", {"answers": ["a/b"] * 501}, 400),
        ("POST", "/documents/recapitulatif.pdf", {"answers": [], "department": ["93"]}, 400),
    ],
)
def test_what_cannot_be_made_is_refused_with_its_reason(
    app: Sanic, method: str, path: str, body: Any, status: int
) -> None:
    answer = ask(app, path, method, body)
    assert answer.status == status
    assert answer.json.get("error") or answer.json["message"]


def test_without_its_directory_the_site_says_so_and_points_to_119(tmp_path: Path) -> None:
    answer = ask(make(f"sqlite:///{tmp_path / 'absent' / 'x.sqlite'}"), "/documents/fiche_contacts.pdf?departement=93")
    assert answer.status == 503
    assert "119" in answer.json["error"]


def test_one_address_cannot_keep_the_documents_for_itself(app: Sanic) -> None:
    asked = (ask(app, "/documents/fiche_signes.pdf").status for _ in range(300))
    allowed = list(itertools.takewhile(lambda status: status == 200, asked))
    # The bucket leaks while the requests go on: a slow machine lets a few more through.
    assert 30 <= len(allowed) < 300
