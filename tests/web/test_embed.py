"""The script line on a site of another origin, under a strict CSP with Trusted Types, and beside rude style sheets."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.server import Server
from tests.web.conftest import DESKTOP, PHONE, Chat, NewPage, NewSite, Site, eventually, plain, rows

pytestmark = pytest.mark.server

SECRET = "0123456789abcdef" * 4
VIOLATIONS = """addEventListener('securitypolicyviolation', (event) => {
    console.error(`violation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`); })"""
# In a page whose own CSP would refuse a style sheet, the rude ones come from the test.
RUDE = """
    html, body { font: italic 40px/3 fantasy; color: #f00; text-align: center; text-transform: uppercase;
                 letter-spacing: 0.3em; word-spacing: 1em; white-space: nowrap;
                 text-indent: 5em; text-shadow: 0 0 9px red; }
    div, p, form, label, details, ul { display: none; }
    button { all: unset; }
    a { color: transparent; }
    textarea, input { visibility: hidden; }
"""


@pytest.fixture(scope="module")
def allowed() -> Iterator[Site]:
    site = Site({})
    yield site
    site.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, allowed: Site) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("embed")
    started = Server(folder, VIGIE_ORIGINS=allowed.url, VIGIE_SECRET=SECRET, VIGIE_RATE_ADDRESS="100000/60")
    yield started
    started.stop()


def furnish(site: Site, server: Server, attributes: str = "", body: str = "", policy: str = "") -> str:
    """Address of a page of `site` with the script line."""
    line = f'<script src="{server.url}/vigie-chat.js" {attributes} defer></script>'
    text = f"<!doctype html><html lang='fr'><title>Un site</title><h1>Un site</h1>{body}{line}<a href='#fin'>Après</a>"
    site.pages["/"] = ("text/html", text)
    strict = (
        f"default-src 'none'; script-src {server.url}; connect-src {server.url}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    site.headers["Content-Security-Policy"] = policy or strict
    return site.url + "/"


def look(chat: Chat, css: str, *names: str) -> list[str]:
    found = chat.widget.locator(css).first.evaluate(
        "(one, names) => names.map((name) => getComputedStyle(one).getPropertyValue(name))", list(names)
    )
    return [str(value) for value in found]


@pytest.fixture()
def visit(new_page: NewPage) -> Iterator[Page]:
    """A page that fails its test when a policy is violated or the console complains."""
    page = new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.add_init_script(VIOLATIONS)
    yield page
    # The only thing that this bare site lacks.
    complaints = [said for said in complaints if "favicon" not in said and "404" not in said]
    assert not complaints, complaints


def launch(page: Page) -> Chat:
    page.get_by_role("button", name="Parler à Vigie").click()
    return Chat(page).wait(0)


def test_one_line_is_enough_under_a_strict_policy(visit: Page, allowed: Site, server: Server) -> None:
    asked: list[str] = []
    visit.on("request", lambda request: asked.append(request.url))
    visit.goto(furnish(allowed, server))
    assert not any("webhook" in url for url in asked)  # nothing is said before the button is pressed
    chat = launch(visit)
    assert chat.focused()["id"] == "message"
    chat.press("Repérer des signes")
    assert "plusieurs téléphones" in chat.ask("elle fugue souvent et elle a deux téléphones")
    chat.press("Préparer l'entretien")
    assert "Étape 4 sur 8" in chat.ask("étape 4")
    expect(chat.progress).to_contain_text("4/8")
    chat.ask("la CRIP du 93")
    expect(chat.answers.filter(has_text="CRIP 93").locator('a[href="tel:0143931035"]')).to_be_visible()
    assert all(url.startswith((allowed.url + "/", server.url + "/")) for url in asked), asked
    assert visit.context.cookies() == []


def test_it_is_styled_under_a_strict_policy(visit: Page, allowed: Site, server: Server) -> None:
    visit.goto(furnish(allowed, server))
    chat = launch(visit)
    background, border = look(chat, ".vigie", "background-color", "border-left-width")
    assert (background, border) == ("rgb(238, 242, 248)", "4px")
    box = chat.widget.locator(".cadre").bounding_box()
    assert box and abs(box["x"] + box["width"] - (DESKTOP[0] - 16)) < 2
    assert abs(box["y"] + box["height"] - (DESKTOP[1] - 16)) < 2
    expect(chat.answers.first.locator(".lu").first).to_have_css("position", "absolute")


def test_escape_closes_and_gives_the_focus_back(visit: Page, allowed: Site, server: Server) -> None:
    visit.goto(furnish(allowed, server))
    button = visit.get_by_role("button", name="Parler à Vigie")
    button.focus()
    expect(button).to_have_attribute("aria-expanded", "false")
    visit.keyboard.press("Enter")
    chat = Chat(visit).wait(0)
    chat.ask("étape 4")
    # Escape closes what is open last: the menu, then the panel.
    chat.menu.locator("summary").click()
    visit.keyboard.press("Escape")
    expect(chat.menu).not_to_have_attribute("open", re.compile(""))
    expect(chat.log).to_be_visible()
    visit.keyboard.press("Escape")
    expect(chat.log).to_be_hidden()
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    visit.keyboard.press("Enter")
    expect(chat.answers.last).to_contain_text("Étape 4 sur 8")
    chat.widget.get_by_role("button", name="Réduire Vigie").click()
    expect(button).to_be_focused()


def test_tab_leaves_the_floating_panel(visit: Page, allowed: Site, server: Server) -> None:
    visit.goto(furnish(allowed, server))
    chat = launch(visit)
    for _ in range(40):
        visit.keyboard.press("Shift+Tab")
        if not chat.focused()["inside"]:
            break
    assert not chat.focused()["inside"]


def test_a_phone_gets_the_whole_screen(new_page: NewPage, allowed: Site, server: Server) -> None:
    page = new_page(PHONE, has_touch=True, is_mobile=True)
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    page.goto(furnish(allowed, server, body=viewport))
    page.get_by_role("button", name="Parler à Vigie").tap()
    chat = Chat(page).wait(0)
    assert chat.widget.locator(".cadre").bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}
    assert chat.focused()["role"] == "log"  # the field would raise the keyboard over the answer
    assert "Étape 4 sur 8" in chat.ask("étape 4")


def test_attributes_pass_from_the_line(visit: Page, allowed: Site, server: Server) -> None:
    away = "https://www.exemple.fr/accueil"
    visit.context.route(away, lambda route: route.fulfill(body="ailleurs", content_type="text/html"))
    before = rows(server)
    visit.goto(furnish(allowed, server, f'data-mode="page" data-theme="sombre" data-sortie="{away}"'))
    chat = Chat(visit).wait(0)
    (key,) = rows(server) - before
    assert visit.get_by_role("button", name="Parler à Vigie").count() == 0
    box = chat.widget.locator(".cadre").bounding_box()
    assert box == {"x": 0, "y": 0, "width": DESKTOP[0], "height": DESKTOP[1]}
    assert look(chat, ".cadre", "background-color") == ["rgb(20, 26, 34)"]
    chat.widget.get_by_role("button", name="Effacer et quitter").click()
    expect(visit).to_have_url(away)
    eventually(lambda: key not in rows(server))


def test_an_exit_that_is_no_address_is_not_taken(visit: Page, allowed: Site, server: Server) -> None:
    visit.goto(furnish(allowed, server, 'data-mode="integre" data-sortie="javascript:alert(1)"'))
    link = Chat(visit).wait(0).widget.get_by_role("link", name="quitter la page")
    expect(link).to_have_attribute("href", "https://meteofrance.com/")


def test_an_element_stands_where_the_page_puts_it(visit: Page, allowed: Site, server: Server) -> None:
    body = (
        f'<main><vigie-chat theme="clair" serveur="{server.url}/"><p>Sans JavaScript : le 119.</p></vigie-chat></main>'
    )
    visit.goto(furnish(allowed, server, body=body))
    chat = Chat(visit).wait(0)
    expect(chat.widget).to_have_count(1)
    assert visit.locator("main vigie-chat").count() == 1
    expect(visit.get_by_text("Sans JavaScript")).to_be_hidden()


def test_documents_download_from_the_site(visit: Page, allowed: Site, server: Server) -> None:
    visit.goto(furnish(allowed, server))
    chat = launch(visit)
    chat.ask("que risque le client ?")
    chat.menu.locator("summary").click()
    for role, title in (("link", "Carte d'entretien"), ("button", "Récapitulatif")):
        found = chat.menu.get_by_role(role, name=re.compile(f"^PDF ?, {title}"))  # type: ignore[arg-type]
        with visit.expect_download() as waiting:
            found.click()
        assert PdfReader(io.BytesIO(Path(waiting.value.path()).read_bytes())).pages
    expect(chat.status).not_to_contain_text("n'a pas pu être fait")


def test_a_restarted_server_is_found_again(visit: Page, allowed: Site, server: Server) -> None:
    visit.goto(furnish(allowed, server))
    chat = launch(visit)
    chat.ask("étape 4")
    server.stop()
    server.start()
    # Its ids are signed with the same secret.
    assert "Étape 5 sur 8" in chat.ask("étape suivante")


def test_a_site_that_is_not_declared_is_told(new_page: NewPage, new_site: NewSite, server: Server) -> None:
    site = new_site({})
    page = new_page()
    page.goto(furnish(site, server))
    page.get_by_role("button", name="Parler à Vigie").click()
    chat = Chat(page)
    alert = chat.trouble.get_by_role("alert")
    expect(alert).to_be_visible()
    assert "Vigie ne répond pas" in plain(alert.inner_text())
    expect(chat.widget.locator(".urgence a")).to_have_text(["17", "119"])
    for number in chat.widget.locator(".urgence a").all():
        expect(number).to_be_visible()
    assert chat.answers.count() == 0
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Parler à Vigie")).to_be_focused()


def rude(page: Page, allowed: Site, server: Server, css: str) -> None:
    """Open a page of the site whose own style sheet is `css`."""
    open_policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src {server.url}; connect-src {server.url}"
    page.goto(furnish(allowed, server, body=f"<style>{css}</style>", policy=open_policy))


def test_rude_style_sheets_stay_outside(visit: Page, allowed: Site, server: Server) -> None:
    names = ("font-size", "font-style", "font-family", "line-height", "color", "text-align", "display")
    visit.goto(furnish(allowed, server))
    chat = launch(visit)
    expected = {css: look(chat, css, *names) for css in (".vigie p", ".lanceur", ".choix button", "#message", ".nom")}
    rude(visit, allowed, server, RUDE.replace("html, body", "body"))
    chat = launch(visit)
    assert {css: look(chat, css, *names) for css in expected} == expected
    assert "Étape 4 sur 8" in chat.ask("étape 4")
    for shown in (chat.field, chat.progress, chat.answers.last, chat.widget.get_by_role("button", name="Envoyer")):
        expect(shown).to_be_visible()


def test_inherited_manners_stay_outside(visit: Page, allowed: Site, server: Server) -> None:
    names = ("text-transform", "letter-spacing", "word-spacing", "white-space", "text-indent", "text-shadow")
    visit.goto(furnish(allowed, server))
    chat = launch(visit)
    expected = {css: look(chat, css, *names) for css in (".vigie p", ".choix button", ".lanceur")}
    rude(visit, allowed, server, RUDE)
    chat = launch(visit)
    assert {css: look(chat, css, *names) for css in expected} == expected
