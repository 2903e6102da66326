"""What a browser asks for: the page, the widget, the documents to take away, the QR code."""

from __future__ import annotations

import gzip
import io
import json
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markdown_it import MarkdownIt
from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import VERSION
from bot.channels.phrases import read_notice
from bot.channels.walls import RefusedError, address_of, walls_of
from bot.content.answers import read_sources
from bot.settings import Settings
from bot.storage.directory import DirectoryUnavailableError
from bot.web.documents import MIME, Shelf
from bot.web.formation import serve_formation

ROOM = Path(__file__).parent
BUILT = ROOM / "built"
CONTACTS, RECAP = "fiche_contacts", "recapitulatif"
NEUTRAL = "https://meteofrance.com/"  # where one who leaves is taken
DOCUMENTED = ("promifrance_2022", "guide_idf_2022", "onpe", "plan_national_2021")  # the sources that the page names
MOST_KEYS = 500  # of a recap; longer than any conversation

# Nothing but this site; Trusted Types: no script may turn a text into HTML.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types "
)
_RATE = (30, 60)  # documents and seconds for one address
_FILE = re.compile(r"(?P<id>[a-z_]+)\.(?P<form>pdf|docx)")
_KEY = re.compile(r"[a-z_]+/[a-z0-9_]+")


@dataclass(frozen=True)
class File:
    """What is sent as it is: its bytes, plain and compressed, and its type."""

    body: bytes
    small: bytes
    kind: str


def serve_web(app: Sanic, settings: Settings) -> None:
    """Add every route of the site to `app`; raises OSError when the widget is not built."""
    site = app.ctx.site = settings.url
    shelf = Shelf(settings, BUILT / "fonts")
    pages = Environment(loader=FileSystemLoader(ROOM), autoescape=select_autoescape(default=True))
    sources = read_sources(settings.data_dir / "sources.yml")
    values = {
        "adresse": site,
        "departements": [{"code": one.code, "label": f"{one.code} {one.name}"} for one in shelf.departments.values()],
        "adresse_neutre": NEUTRAL,
        "sources": [source for id in DOCUMENTED if (source := sources.get(id))],
        "version": VERSION,
        "ecrit": shelf.fixed("ecrit_protection"),
        "declaration": MarkdownIt()
        .enable("table")
        .render(_statement(settings.root))
        .replace("<th>", '<th scope="col">'),
    }

    def page(template: str) -> bytes:
        return pages.get_template(template).render(values).encode()

    qr = io.BytesIO()
    segno.make(site, error="m").save(qr, kind="svg", scale=4, border=2, light="#fff", xmldecl=False)
    add = partial(_add, app)
    add("/", page("page.html"), "text/html")
    add("/discretion", page("quitter.html"), "text/html")
    add("/accessibilite", page("accessibilite.html"), "text/html")
    add("/documents/ecrit", page("ecrit.html"), "text/html", types="vigie-docx")
    add("/page.css", (ROOM / "page.css").read_bytes(), "text/css")
    add("/icon.svg", (ROOM / "icon.svg").read_bytes(), "image/svg+xml")
    add("/qr.svg", qr.getvalue(), "image/svg+xml")
    add("/formation.css", (ROOM / "formation.css").read_bytes(), "text/css")
    for script in ("vigie-chat.js", "ecrit.js", "page.js", "formation.js"):
        add(f"/{script}", (BUILT / script).read_bytes(), "text/javascript")

    async def give(request: Request, file: str) -> HTTPResponse:
        try:
            return await _give(request, file, shelf)
        except RefusedError as refused:
            return refused.answer()

    app.add_route(give, "/documents/<file:str>", methods=["GET", "POST"], name="document")
    serve_formation(app, settings, pages, BUILT / "fonts", POLICY + "'none'")


async def _give(request: Request, file: str, shelf: Shelf) -> HTTPResponse:
    """A document to take away; the recap is asked for by POST, so that no address tells what was spoken of."""
    found = _FILE.fullmatch(file)
    if not found:
        raise RefusedError(404, "document: unknown; ID.pdf or ID.docx is expected")
    await walls_of(request).admit(f"documents {address_of(request)}", _RATE, request)
    id, form = found["id"], found["form"]
    try:
        if (id == RECAP) != (request.method == "POST"):
            raise RefusedError(405, "the recap is asked for by POST, the other documents by GET")
        if id == RECAP:
            keys, code = _read_recap(request.body, shelf)
            made = await shelf.make(form, partial(shelf.recap, keys, code))
        elif id == CONTACTS:
            code = _department(request.args.get("departement"), shelf)
            made = await shelf.keep(f"{id}_{code}", form, partial(shelf.contacts, code))
            id = f"{id}_{code}"
        else:
            made = await shelf.keep(id, form, partial(shelf.fixed, id))
    except DirectoryUnavailableError:
        raise RefusedError(503, read_notice("contacter_departement/annuaire_indisponible").text, 10) from None
    if made is None:
        raise RefusedError(404, "document: unknown")
    headers = {"Content-Disposition": f'attachment; filename="vigie_{id}.{form}"'}
    return response.raw(made, content_type=MIME[form], headers=headers)


def _read_recap(body: bytes, shelf: Shelf) -> tuple[list[str], str | None]:
    """(keys of answers, code of a département or None). Raises RefusedError."""
    try:
        asked = json.loads(body)
        keys, code = asked["answers"], asked.get("department")
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise RefusedError(400, 'JSON expected: {"answers": ["loi/client_peines"], "department": "93"}') from None
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys) or len(keys) > MOST_KEYS:
        raise RefusedError(400, f"answers: a list of keys is expected, {MOST_KEYS} at most")
    # A key and nothing else enters the document: no text of a user can.
    return [key for key in keys if _KEY.fullmatch(key)], _department(code, shelf) if code else None


def _department(code: object, shelf: Shelf) -> str:
    if not isinstance(code, str) or code not in shelf.departments:
        raise RefusedError(400, "departement: a code is expected, such as 93 or 2A")
    return code


def _statement(root: Path) -> str:
    return (root / "docs/accessibilite.md").read_text(encoding="utf-8")


def _add(app: Sanic, path: str, body: bytes, kind: str, types: str = "'none'") -> None:
    """A route that sends `body` as it is; `types` are the Trusted Types policies that its scripts may make."""
    text = not kind.startswith("image/")
    file = File(body, gzip.compress(body, mtime=0), f"{kind}; charset=utf-8" if text else kind)
    headers = {"Vary": "Accept-Encoding"}
    if kind == "text/html":
        headers["Content-Security-Policy"] = POLICY + types
    else:
        headers["Cache-Control"] = "public, max-age=300"
        # Another site's page loads the widget, even one that isolates itself (COEP).
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"

    async def send(request: Request) -> HTTPResponse:
        if "gzip" in request.headers.get("accept-encoding", ""):
            return response.raw(file.small, headers={**headers, "Content-Encoding": "gzip"}, content_type=file.kind)
        return response.raw(file.body, headers=headers, content_type=file.kind)

    app.add_route(send, path, name="web_" + re.sub(r"\W", "_", path))
