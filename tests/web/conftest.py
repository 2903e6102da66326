"""A served Vigie, a headless Chromium, and what several tests do with them; `make web` has built the widget."""

from __future__ import annotations

import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect, sync_playwright

from tests.server import ROOT, Server

SCREENSHOTS = ROOT / "results" / "web"
DESKTOP, PHONE, ZOOMED = (1280, 800), (360, 640), (320, 256)  # the last: 1280x1024 at 400 %
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
PATIENCE = 20_000  # milliseconds, on a loaded machine; longer than the widget's first retries
WEBHOOK = "**/webhooks/rest/webhook*"
# What has the focus, through the shadow roots: "BODY" when nothing has.
FOCUSED = """() => { let one = document.activeElement;
    while (one && one.shadowRoot && one.shadowRoot.activeElement) one = one.shadowRoot.activeElement;
    const inside = one.getRootNode() !== document;
    return { name: one.tagName, text: one.innerText || '', id: one.id, role: one.getAttribute('role'), inside }; }"""

NewPage = Callable[..., Page]


class Chat:
    """The dialogue of a page, as its user sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.widget = page.locator("vigie-chat")
        self.log = self.widget.get_by_role("log")
        self.answers = self.log.locator(".vigie")
        self.mine = self.log.locator(".moi")
        self.status = self.widget.locator("p.etat")
        self.trouble = self.widget.locator(".coupure")
        self.progress = self.widget.locator(".etapes")
        self.field = self.widget.locator("#message")
        self.menu = self.widget.locator("details.menu")

    def open(self, address: str) -> Chat:
        self.page.goto(address)
        return self.wait(0)

    def wait(self, seen: int) -> Chat:
        """Until the answer that follows the `seen` answers is whole."""
        expect(self.answers.nth(seen)).to_be_attached(timeout=PATIENCE)
        expect(self.status).not_to_contain_text("Vigie écrit", timeout=PATIENCE)
        expect(self.trouble).to_be_hidden()
        return self

    def ask(self, text: str) -> str:
        """Type `text` and Enter; the words of the answer."""
        seen = self.answers.count()
        self.field.press_sequentially(text)
        self.field.press("Enter")
        return self.wait(seen).said(seen)

    def press(self, choice: str | Locator, act: str = "click") -> str:
        """Press the last choice of this title ("click", "tap" or a key); the words of the answer."""
        seen = self.answers.count()
        found = self.choice(choice) if isinstance(choice, str) else choice
        if act in ("click", "tap"):
            getattr(found, act)()
        else:
            found.press(act)
        return self.wait(seen).said(seen)

    def choice(self, title: str) -> Locator:
        named = re.compile(rf"^(\d+\. )?{re.escape(title)}$")
        return self.log.get_by_role("button", name=named).last

    def said(self, since: int = 0) -> str:
        return plain("\n".join(self.answers.nth(i).inner_text() for i in range(since, self.answers.count())))

    def focused(self) -> dict[str, str]:
        found: dict[str, str] = self.page.evaluate(FOCUSED)
        return found


class Site:
    """A site of another origin, in a thread: `pages` by path, each (type, body), and the headers of all of them."""

    def __init__(self, pages: dict[str, tuple[str, str]], headers: dict[str, str] | None = None) -> None:
        site = self
        self.pages, self.headers = pages, headers or {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        kind, body = self.pages.get(request.path, ("", ""))
        request.send_response(200 if kind else 404)
        for name, value in {"Content-Type": f"{kind}; charset=utf-8", **self.headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body.encode())

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()


NewSite = Callable[..., Site]


def plain(text: str) -> str:
    """`text` with ordinary spaces: the page and the documents keep French punctuation from parting."""
    return re.sub(r"[\u00a0\u202f]", " ", text)


def rows(server: Server) -> set[str]:
    """Keys of the conversations on the server's disk."""
    path = server.environ["VIGIE_CONVERSATIONS_URL"].removeprefix("sqlite:///")
    reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return {key for (key,) in reader.execute("SELECT key FROM conversations")}
    finally:
        reader.close()


def eventually(true: Callable[[], object], page: Page | None = None) -> None:
    """Wait until `true()`, letting the browser work meanwhile."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        if page:
            page.wait_for_timeout(50)
        else:
            time.sleep(0.05)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "Chromium is missing: apt-get install chromium (.ci/run does)"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # All the tests of a file come from one address: more in a minute than any visitor.
    started = Server(tmp_path_factory.mktemp("web"), VIGIE_RATE_ADDRESS="100000/60")
    yield started
    started.stop()


@pytest.fixture()
def new_site() -> Iterator[NewSite]:
    """Starts sites of another origin."""
    sites: list[Site] = []

    def start(pages: dict[str, tuple[str, str]], headers: dict[str, str] | None = None) -> Site:
        sites.append(Site(pages, headers))
        return sites[-1]

    yield start
    for site in sites:
        site.stop()


@pytest.fixture()
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[NewPage]:
    """Opens pages of a given size; an error of a script fails the test, and the last sight of each page is kept."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(size: tuple[int, int] = DESKTOP, **options: object) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="fr-FR", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for number, context in enumerate(contexts):
        for page in context.pages:
            if not page.is_closed() and page.url != "about:blank":
                with suppress(Error):  # a page that is being left cannot be looked at
                    sight = SCREENSHOTS / f"{Path(request.node.name).name}-{number}.png"
                    page.screenshot(path=sight, timeout=5000)
        context.close()
    assert not errors, errors
