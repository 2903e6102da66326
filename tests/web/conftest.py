"""A served Vigie and a headless Chromium; `make web` has built the widget."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.server import ROOT, Server

SCREENSHOTS = ROOT / "results" / "web"
DESKTOP, PHONE, ZOOMED = (1280, 800), (360, 640), (320, 256)  # the last: 1280x1024 at 400 %
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]

NewPage = Callable[..., Page]


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
    started = Server(tmp_path_factory.mktemp("web"))
    yield started
    started.stop()


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
                page.screenshot(path=SCREENSHOTS / f"{Path(request.node.name).name}-{number}.png")
        context.close()
    assert not errors, errors
