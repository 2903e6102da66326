"""Leaving at once and leaving nothing: on the screen, in the browser, on the server, in the form that is never sent."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Page, Request, Route, expect
from pypdf import PdfReader

from tests.server import Server
from tests.web.conftest import PATIENCE, Chat, NewPage, NewSite, Site, eventually, plain, rows

pytestmark = pytest.mark.server

NEUTRAL = "https://meteofrance.com/"
TYPED = "zanzibar"
MESSAGE = f"au collège {TYPED} elle fugue souvent"
STORED = """async () => JSON.stringify({
    local: { ...localStorage }, session: { ...sessionStorage }, cookie: document.cookie,
    bases: (await indexedDB.databases()).length, caches: (await caches.keys()).length })"""
EMPTY = {"local": {}, "session": {}, "cookie": "", "bases": 0, "caches": 0}


# Tells what is on the screen when its words are gone: a page that is being left answers no question.
WATCH = """() => new MutationObserver(() => {
    if (document.body && document.body.innerText.trim() === 'Effacement…') {
        const { width, height, top, left } = document.body.firstElementChild.getBoundingClientRect();
        const title = document.title.replace('\\u200b', '');
        const whole = width >= innerWidth && height >= innerHeight && top === 0 && left === 0;
        console.log(JSON.stringify({ blank: whole && document.body.childElementCount === 1, title }));
    }
}).observe(document, { childList: true, subtree: true })"""


class Exit:
    """The neutral site of a page, and what was on the screen when it was asked for."""

    def __init__(self, page: Page, address: str = NEUTRAL) -> None:
        self.page = page
        self.address = address
        self.held: list[Route] = []
        self.sights: list[str] = []
        page.context.route(address + "**", lambda route: self.held.append(route))
        page.on("console", lambda said: self.sights.append(said.text))
        page.add_init_script(f"({WATCH})()")
        if page.url != "about:blank":
            page.evaluate(WATCH)

    def taken(self) -> bool:
        return bool(self.held)

    def left(self) -> None:
        """The page is blank while the neutral site is on its way, then the neutral site is there."""
        eventually(self.taken, self.page)
        page_of_others = "<title>Météo</title><p>Il fait beau.</p>"
        try:
            eventually(lambda: {"blank": True, "title": ""} in map(_read, self.sights), self.page)
        finally:
            for route in self.held:
                route.fulfill(body=page_of_others, content_type="text/html; charset=utf-8")
        expect(self.page).to_have_url(self.address, timeout=PATIENCE)


def _read(said: str) -> object:
    return json.loads(said) if said.startswith("{") else None


def stored(page: Page) -> dict[str, object]:
    found: dict[str, object] = json.loads(page.evaluate(STORED))
    return found


def talk(page: Page, server: Server) -> tuple[Chat, str]:
    """A conversation and its key on the server's disk."""
    before = rows(server)
    chat = Chat(page).open(server.url)
    chat.ask(MESSAGE)
    (key,) = rows(server) - before
    return chat, key


# ---- leaving


def by_button(chat: Chat) -> None:
    chat.widget.get_by_role("button", name="Effacer et quitter").click(no_wait_after=True)


def by_keyboard_link(chat: Chat) -> None:
    # The first thing of the widget that Tab meets. (The page's own skip link adds "#dialogue" to the history.)
    chat.page.get_by_role("link", name="Aller au dialogue").focus()
    while not chat.focused()["inside"]:
        chat.page.keyboard.press("Tab")
    assert "quitter la page" in chat.focused()["text"]
    link = chat.widget.get_by_role("link", name="quitter la page")
    expect(link).to_be_in_viewport()
    chat.page.keyboard.press("Enter")


def by_shift(chat: Chat) -> None:
    for _ in range(3):
        chat.page.keyboard.press("Shift")


@pytest.mark.parametrize("leave", [by_button, by_keyboard_link, by_shift])
def test_leaving_leaves_nothing(new_page: NewPage, server: Server, leave: Callable[[Chat], None]) -> None:
    page = new_page()
    exit = Exit(page)
    page.goto(f"{server.url}/discretion")
    chat, key = talk(page, server)
    assert stored(page) == EMPTY
    leave(chat)
    exit.left()
    eventually(lambda: key not in rows(server))
    assert page.context.cookies() == []
    assert page.context.storage_state()["origins"] == []
    # In place of the page: the history goes from before it to the neutral site.
    page.go_back()
    expect(page).to_have_url(f"{server.url}/discretion")
    assert stored(page) == EMPTY
    assert TYPED not in page.content()


def test_leaving_does_not_wait_for_the_server(new_page: NewPage, server: Server) -> None:
    page = new_page()
    exit = Exit(page)
    chat, _ = talk(page, server)
    page.context.route("**/webhooks/**", lambda route: route.abort())
    by_button(chat)
    exit.left()


def test_leaving_while_an_answer_is_on_its_way(new_page: NewPage, server: Server) -> None:
    page = new_page()
    exit = Exit(page)
    chat, key = talk(page, server)
    chat.field.fill("que risque le client ?")
    chat.field.press("Enter")
    by_button(chat)
    exit.left()
    eventually(lambda: key not in rows(server))


@pytest.fixture()
def timed(new_page: NewPage, server: Server) -> tuple[Chat, Exit]:
    """A conversation whose clock is in our hands."""
    page = new_page()
    page.clock.install()
    return Chat(page).open(server.url), Exit(page)


def test_shift_three_times_within_five_seconds_leaves(timed: tuple[Chat, Exit]) -> None:
    chat, exit = timed
    for wait in (2000, 2000, 0):
        chat.page.keyboard.press("Shift")
        if wait:
            chat.page.clock.run_for(wait)
    exit.left()


def test_shift_too_slowly_stays(timed: tuple[Chat, Exit]) -> None:
    chat, exit = timed
    chat.page.keyboard.press("Shift")
    expect(chat.status).to_contain_text("encore 2 fois")
    chat.page.keyboard.press("Shift")
    expect(chat.status).to_contain_text("encore 1 fois")
    chat.page.clock.run_for(5100)
    expect(chat.status).to_contain_text("Sortie annulée")
    chat.page.keyboard.press("Shift")
    expect(chat.status).to_contain_text("encore 2 fois")
    stays(chat, exit)


def test_shift_for_capitals_stays(timed: tuple[Chat, Exit]) -> None:
    chat, exit = timed
    chat.field.focus()
    for letter in "ABCD":
        chat.page.keyboard.press(f"Shift+{letter}")
    expect(chat.field).to_have_value("ABCD")
    stays(chat, exit)


def test_shift_twice_stays(timed: tuple[Chat, Exit]) -> None:
    chat, exit = timed
    for key in ("Shift", "Shift", "a", "Shift", "Shift", "Tab", "Shift"):
        chat.page.keyboard.press(key)
    stays(chat, exit)


def test_shift_held_down_stays(timed: tuple[Chat, Exit]) -> None:
    chat, exit = timed
    for _ in range(5):
        chat.page.keyboard.down("Shift")  # repeats, as a held key does
    chat.page.keyboard.up("Shift")
    stays(chat, exit)


def stays(chat: Chat, exit: Exit) -> None:
    assert "étape 4" in chat.ask("étape 4").lower()
    assert not exit.taken()


def test_closing_the_page_erases(new_page: NewPage, server: Server) -> None:
    page = new_page()
    page.context.new_page()  # the browser itself stays open
    _, key = talk(page, server)
    page.close(run_before_unload=True)
    eventually(lambda: key not in rows(server))


def test_going_elsewhere_erases_and_coming_back_shows_no_word(new_page: NewPage, server: Server) -> None:
    page = new_page()
    chat, key = talk(page, server)
    page.goto(f"{server.url}/discretion")
    eventually(lambda: key not in rows(server))
    page.go_back()
    chat.wait(0)
    assert TYPED not in chat.log.inner_text()
    assert "Par quoi voulez-vous commencer" in chat.said()


def test_starting_again_erases(new_page: NewPage, server: Server) -> None:
    chat, key = talk(new_page(), server)
    chat.menu.locator("summary").click()
    chat.menu.get_by_role("button", name="Effacer et recommencer").click()
    eventually(lambda: key not in rows(server))
    chat.wait(0)
    expect(chat.mine).to_have_count(0)


# ---- what leaves, what is kept


def test_no_request_leaves_the_origin_and_nothing_is_kept(new_page: NewPage, server: Server) -> None:
    page = new_page()
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    chat = Chat(page).open(server.url)
    for text in (MESSAGE, "étape 4", "que risque le client ?", "la CRIP du 93", "documents"):
        chat.ask(text)
        assert stored(page) == EMPTY
    chat.menu.locator("summary").click()
    for name in ("PDF", "Word"):
        recap = chat.menu.get_by_role("button", name=re.compile(f"^{name} ?, Récapitulatif"))
        with page.expect_download():
            recap.click()
    page.goto(f"{server.url}/accessibilite")
    page.goto(f"{server.url}/documents/ecrit")
    assert len(asked) > 10
    foreign = [url for url in asked if not url.removeprefix("blob:").startswith(f"{server.url}/")]
    assert not foreign
    assert not any(TYPED in url for url in asked)
    assert page.context.cookies() == [] and stored(page) == EMPTY


# ---- memoire="onglet"


@pytest.fixture()
def followed(
    new_page: NewPage, new_site: NewSite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Chat, Site, Server]]:
    """A site of two pages, whose visitor's conversation follows, and a dialogue open on the first."""
    site = new_site({})
    served = Server(tmp_path_factory.mktemp("followed"), VIGIE_ORIGINS=site.url, VIGIE_SECRET="5" * 64)
    line = f'<script src="{served.url}/vigie-chat.js" data-memoire="onglet" defer></script>'
    site.pages.update(
        {path: ("text/html", f"<!doctype html><title>Un site</title>{line}") for path in ("/un", "/deux")}
    )
    page = new_page()
    page.goto(f"{site.url}/un")
    page.get_by_role("button", name="Parler à Vigie").click()
    yield Chat(page).wait(0), site, served
    served.stop()


def test_the_conversation_follows_the_tab(followed: tuple[Chat, Site, Server]) -> None:
    chat, site, served = followed
    page, exit = chat.page, Exit(chat.page)
    chat.ask(MESSAGE)
    chat.ask("étape 4")
    (key,) = rows(served)
    said = chat.answers.count()

    page.goto(f"{site.url}/deux")
    expect(chat.answers).to_have_count(said)
    expect(chat.answers.last).to_contain_text("Étape 4 sur 8")
    expect(chat.mine).to_have_count(0)  # what was typed was not kept
    kept = stored(page)
    assert TYPED not in json.dumps(kept, ensure_ascii=False)
    assert kept["local"] == {} and kept["cookie"] == ""
    assert rows(served) == {key}
    assert "Étape 5 sur 8" in chat.ask("étape suivante")
    assert rows(served) == {key}
    assert TYPED not in json.dumps(stored(page), ensure_ascii=False)

    # A second tab is another visit.
    other = Chat(page.context.new_page())
    other.page.goto(f"{site.url}/un")
    other.page.get_by_role("button", name="Parler à Vigie").click()
    other.wait(0)
    expect(other.answers).to_have_count(1)
    other.page.close()

    by_button(chat)
    exit.left()
    eventually(lambda: key not in rows(served))
    page.goto(f"{site.url}/un")
    assert stored(page) == EMPTY
    expect(page.get_by_role("button", name="Parler à Vigie")).to_be_visible()


def test_what_follows_looks_as_it_did(followed: tuple[Chat, Site, Server]) -> None:
    chat, site, _ = followed
    page = chat.page
    chat.ask("étape 3")
    chat.ask("étape 4")
    numbers, progress = chat.log.locator(".numero").count(), chat.progress.inner_text()
    page.goto(f"{site.url}/deux")
    expect(chat.answers.last).to_contain_text("Étape 4 sur 8")
    expect(chat.progress).to_have_text(progress)
    expect(chat.log.locator(".numero")).to_have_count(numbers)  # only the last turn's choices are typed by number
    assert "un exemple" in chat.ask("2")


# ---- the form


@pytest.fixture()
def form(new_page: NewPage, server: Server) -> Page:
    page = new_page()
    page.goto(f"{server.url}/documents/ecrit")
    return page


def names_of(page: Page) -> dict[str, str]:
    """Label of each field, by its name."""
    return {
        field.get_attribute("name") or "": plain(page.locator(f"label[for='{field.get_attribute('id')}']").inner_text())
        for field in page.locator("textarea").all()
    }


def test_the_form_sends_nothing_and_writes_everything(form: Page) -> None:
    asked: list[Request] = []
    form.wait_for_load_state("networkidle")
    form.context.on("request", lambda request: asked.append(request))
    labels = names_of(form)
    assert len(labels) > 15
    typed = {
        name: f'{TYPED} {name}\n\nligne <b>"deux"</b> & la suite\t« l\'été » 😀 \x07\x1b\u2028\uffff\ufffefin {place}'
        for place, name in enumerate(labels)
    }
    for name, text in typed.items():
        form.locator(f"textarea[name={name}]").fill(text)
    with form.expect_download() as waiting:
        form.get_by_role("button", name="Télécharger en Word").click()
    assert waiting.value.suggested_filename == "ecrit_protection.docx"
    urls = [request.url for request in asked if not request.url.startswith("blob:")]
    assert [url.rpartition("/")[2] for url in urls] == ["ecrit_protection.docx"]
    for request in asked:
        assert TYPED not in request.url and TYPED not in (request.post_data or "") + str(request.headers)
    assert stored(form) == EMPTY

    written = filled(Path(waiting.value.path()).read_bytes())
    for name, label in labels.items():
        expected = re.sub("[\x07\x1b\uffff\ufffe]", "", typed[name])
        assert written[label] == expected, label


def filled(file: bytes) -> dict[str, str]:
    """Text under each heading of level 2 that has a content control."""
    found, heading = {}, ""
    opened = docx.Document(io.BytesIO(file))
    for part in opened.element.body:
        if part.tag.endswith("}p"):
            paragraph = docx.text.paragraph.Paragraph(part, opened)
            if paragraph.style is not None and paragraph.style.name == "Heading 2":
                heading = plain(paragraph.text)
        elif part.tag.endswith("}sdt"):
            inside = part.iterchildren("{*}sdtContent").__next__()
            lines = [docx.text.paragraph.Paragraph(one, opened).text for one in inside.iterchildren("{*}p")]
            assert not list(part.iter("{*}showingPlcHdr"))
            found[heading] = "\n".join(lines)
    return found


def test_an_empty_field_leaves_with_its_title(form: Page) -> None:
    form.locator("textarea[name=faits]").fill("Vu mardi.")
    with form.expect_download() as waiting:
        form.get_by_role("button", name="Télécharger en Word").click()
    body = docx.Document(waiting.value.path()).element.body
    assert "w:showingPlcHdr" not in body.xml
    words = [node.text for node in body.iter() if node.tag.endswith("}t") and node.text]
    assert [plain(word) for word in words] == ["Les faits", "Faits observés", "Vu mardi."]


def test_a_long_field_is_printed_whole(form: Page) -> None:
    lines = [f"Ligne {number} de ce qui a été vu." for number in range(1, 121)]
    form.locator("textarea[name=faits]").fill("\n".join(lines))
    form.locator("textarea[name=objet]").fill("Un objet bref.")
    pages = PdfReader(io.BytesIO(form.pdf(format="A4"))).pages
    printed = plain(" ".join(" ".join(page.extract_text() for page in pages).split()))
    for line in (*lines, "Un objet bref.", "Faits observés", "119"):
        assert printed.count(line) == 1 or line in ("Faits observés", "119"), line
        assert line in printed, line
    for button in ("Télécharger en Word", "Tout effacer"):
        assert button not in printed


def test_leaving_the_form_and_coming_back_shows_empty_fields(form: Page, server: Server) -> None:
    asked: list[str] = []

    def answer(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]
        dialog.accept()  # type: ignore[attr-defined]

    form.on("dialog", answer)
    field = form.locator("textarea[name=faits]")
    field.press_sequentially("Vu mardi.")
    form.goto(f"{server.url}/discretion")
    assert asked == ["beforeunload"]  # one who closes by mistake is asked first
    form.go_back()
    expect(field).to_have_value("")
    form.reload()
    expect(field).to_have_value("")
    assert "Vu mardi" not in form.content()


def test_the_form_can_be_wiped(form: Page) -> None:
    field = form.locator("textarea[name=faits]")
    field.fill("Vu mardi.")
    form.once("dialog", lambda dialog: dialog.dismiss())
    form.get_by_role("button", name="Tout effacer").click()
    expect(field).to_have_value("Vu mardi.")
    form.once("dialog", lambda dialog: dialog.accept())
    form.get_by_role("button", name="Tout effacer").click()
    expect(field).to_have_value("")
    assert "Vu mardi" not in form.content()


@pytest.mark.parametrize("by_key", [True, False])
def test_the_form_is_left_at_once(form: Page, by_key: bool) -> None:
    exit = Exit(form)
    form.on("dialog", lambda dialog: pytest.fail(f"{dialog.type} keeps the words on the screen"))
    form.locator("textarea[name=faits]").fill("Vu mardi.")
    if by_key:
        for _ in range(3):
            form.keyboard.press("Shift")
    else:
        form.get_by_role("button", name="Effacer et quitter").click(no_wait_after=True)
    exit.left()
    form.go_back()
    assert "Vu mardi" not in form.content()
