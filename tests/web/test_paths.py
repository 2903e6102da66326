"""The whole path, from opening to a contact, as each kind of visitor walks it, and what cuts it on the way."""

from __future__ import annotations

import io
import json
import re
import signal
import threading
import zipfile
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Dialog, Page, Response, Route, expect
from pypdf import PdfReader

from tests.server import ROOT, Server
from tests.web.conftest import (
    DESKTOP,
    PATIENCE,
    PHONE,
    WEBHOOK,
    ZOOMED,
    Chat,
    NewPage,
    NewSite,
    eventually,
    plain,
)

pytestmark = pytest.mark.server

SIGNS = "elle fugue souvent et elle a deux téléphones"
CRIP_93 = "tel:0143931035"
CLIENT = "que risque le client ?"


@pytest.fixture()
def chat(new_page: NewPage, server: Server) -> Chat:
    return Chat(new_page()).open(server.url)


def shows_the_contact(chat: Chat) -> None:
    contact = chat.answers.filter(has_text="CRIP 93").last
    expect(contact.locator(f'a[href="{CRIP_93}"]')).to_be_visible()
    assert "119" in plain(chat.answers.last.inner_text())
    assert chat.answers.last.locator('a[href="tel:119"]').count()


def file(name: str) -> re.Pattern[str]:
    """The name of a link to a file: "PDF, Carte d'entretien", whose end is for screen readers only."""
    return re.compile("^" + re.escape(name).replace(",", " ?,"))


def has_no_overflow(page: Page) -> bool:
    return bool(
        page.evaluate("""() => { const root = document.querySelector('vigie-chat').shadowRoot;
            const wide = [document.documentElement, root.querySelector('.cadre'), root.querySelector('.fil')];
            return wide.every((one) => one.scrollWidth <= one.clientWidth); }""")
    )


# ---- the path


def test_by_mouse(chat: Chat) -> None:
    assert "Repérer des signes" in chat.said()
    chat.press("Repérer des signes")
    chat.field.fill(SIGNS)
    seen = chat.answers.count()
    chat.widget.get_by_role("button", name="Envoyer").click()
    assert "plusieurs téléphones" in chat.wait(seen).said(seen)
    expect(chat.progress).to_be_hidden()
    chat.press("Préparer l'entretien")
    assert "Étape 1 sur 8" in chat.press("Commencer à l'étape 1")
    expect(chat.progress).to_be_visible()
    assert "Étape 2 sur 8" in chat.press("Étape suivante")
    expect(chat.progress).to_contain_text("2/8")
    chat.ask("quels contacts dans le 93 ?")
    chat.press("Transmettre à la CRIP")
    shows_the_contact(chat)
    expect(chat.progress).to_contain_text("2/8")  # the way back is still offered
    assert "Étape 2 sur 8" in chat.press("Reprendre")


def test_by_keyboard_only(new_page: NewPage, server: Server) -> None:
    page = new_page()
    chat = Chat(page).open(server.url)
    seen: list[str] = []
    while chat.focused()["id"] != "message":
        page.keyboard.press("Tab")
        one = chat.focused()
        assert one["name"] != "BODY" and len(seen) < 60, seen
        seen.append(one["text"])
    assert any("quitter la page" in text for text in seen)

    def say(text: str) -> str:
        before = chat.answers.count()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        said = chat.wait(before).said(before)
        assert chat.focused()["id"] == "message"
        return said

    say("1")
    assert "plusieurs téléphones" in say(SIGNS)
    say("Préparer l'entretien")
    assert "Étape 1 sur 8" in say("4")
    assert "Étape 2 sur 8" in say("étape suivante")
    expect(chat.progress).to_contain_text("2/8")
    say("Les contacts du 93")
    say("Transmettre à la CRIP")
    shows_the_contact(chat)
    # Back to a choice in the log, without the mouse: it keeps the focus once pressed.
    while "Reprendre" not in chat.focused()["text"]:
        page.keyboard.press("Shift+Tab")
        assert chat.focused()["inside"]
    before = chat.answers.count()
    page.keyboard.press("Enter")
    assert "Étape 2 sur 8" in chat.wait(before).said(before)
    assert chat.focused()["name"] == "BUTTON"


def test_tab_leaves_the_widget_both_ways(chat: Chat) -> None:
    chat.field.focus()
    for key in ("Tab", "Shift+Tab"):
        left = 0
        while chat.focused()["inside"] or left == 0:
            chat.page.keyboard.press(key)
            left += 1
            assert left < 60, "trapped"
        assert chat.focused()["name"] == "A"  # a link of the page itself


def test_a_line_break_is_typed_with_shift(chat: Chat) -> None:
    chat.field.press_sequentially("étape")
    chat.field.press("Shift+Enter")
    expect(chat.field).to_have_value("étape\n")
    expect(chat.mine).to_have_count(0)


def test_on_a_phone(new_page: NewPage, server: Server) -> None:
    page = new_page(PHONE, has_touch=True, is_mobile=True)
    chat = Chat(page).open(server.url)
    chat.press("Repérer des signes", "tap")
    chat.field.tap()
    chat.field.fill(SIGNS)
    seen = chat.answers.count()
    chat.widget.get_by_role("button", name="Envoyer").tap()
    chat.wait(seen)
    chat.press("Préparer l'entretien", "tap")
    assert "Étape 1 sur 8" in chat.press("Commencer à l'étape 1", "tap")
    expect(chat.progress).to_be_visible()
    chat.ask("quels contacts dans le 93 ?")
    chat.press("Transmettre à la CRIP", "tap")
    shows_the_contact(chat)
    assert has_no_overflow(page)


@pytest.mark.parametrize("size", [(320, 640), ZOOMED])
def test_nothing_overflows_and_the_last_answer_is_seen(
    new_page: NewPage, server: Server, size: tuple[int, int]
) -> None:
    page = new_page(size)
    chat = Chat(page).open(server.url)
    chat.ask("préparer l'entretien")
    chat.ask("étape 5")
    assert has_no_overflow(page)
    seen = chat.answers.count()
    chat.ask("la CRIP du 93")
    # Two lines of the answer at least, inside what the panel and the log let through.
    shown = chat.answers.nth(seen).evaluate("""(answer) => {
        let { top, bottom } = answer.getBoundingClientRect();
        for (let one = answer.parentElement; one; one = one.parentElement) {
            if (getComputedStyle(one).overflowY === 'visible') continue;
            const box = one.getBoundingClientRect();
            top = Math.max(top, box.top);
            bottom = Math.min(bottom, box.bottom);
        }
        return Math.min(bottom, innerHeight) - Math.max(top, 0); }""")
    assert shown >= 48
    assert has_no_overflow(page)
    chat.menu.locator("summary").click()
    expect(chat.menu.get_by_role("button", name="Effacer et recommencer")).to_be_visible()
    chat.menu.get_by_role("link", name=file("PDF, Carte d'entretien")).click(trial=True)
    assert has_no_overflow(page)


@pytest.mark.parametrize("size", [PHONE, ZOOMED])
def test_an_answer_is_read_from_its_beginning(new_page: NewPage, server: Server, size: tuple[int, int]) -> None:
    chat = Chat(new_page(size)).open(server.url)
    chat.ask("étape 4")
    choice = chat.choice("Un exemple")
    choice.scroll_into_view_if_needed()
    chat.page.mouse.wheel(0, 150)  # the page is scrolled too, as a finger does
    choice.evaluate("(one) => one.click()")
    expect(chat.answers.nth(2)).to_be_attached()
    chat.wait(2)
    expect(chat.mine.last).to_be_in_viewport()


# ---- what is said


def test_several_messages_come_in_order_and_their_choices_are_numbered_on(chat: Chat) -> None:
    chat.ask("étape 4")
    before = chat.answers.count()
    said = chat.ask(CLIENT)
    assert chat.answers.count() == before + 2
    assert said.index("client prostitueur") < said.index("Nous étions à")
    numbers = re.findall(r"^(\d+)\. ", "\n".join(chat.log.locator(".choix button").all_inner_texts()), re.MULTILINE)
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)] and len(numbers) >= 4
    assert chat.answers.nth(before).locator(".rappel").count() == 0  # 119 closes the turn, once
    assert chat.answers.last.locator(".rappel").count() == 1
    assert "Étape 4 sur 8" in chat.ask(numbers[-2])  # Reprendre


def test_each_message_is_shown_as_it_comes(new_page: NewPage, new_site: NewSite) -> None:
    """A server that holds back its second message until it is told."""
    go_on = threading.Event()
    script = (ROOT / "bot/web/built/vigie-chat.js").read_text(encoding="utf-8")
    page_text = '<!doctype html><script src="vigie-chat.js"></script><vigie-chat></vigie-chat>'
    site = new_site({"/": ("text/html", page_text), "/vigie-chat.js": ("text/javascript", script)})

    def post(request: BaseHTTPRequestHandler) -> None:
        request.rfile.read(int(request.headers["Content-Length"]))
        request.send_response(200)
        request.end_headers()
        for text in ("le premier", "le second : le 119"):
            line = json.dumps({"recipient_id": "x", "text": text}) + "\n"
            # Cut in the middle of a line: a network does.
            request.wfile.write(line[:9].encode())
            request.wfile.flush()
            request.wfile.write(line[9:].encode())
            request.wfile.flush()
            go_on.wait(30)

    handler: type = site._http.RequestHandlerClass
    handler.do_POST = post
    chat = Chat(new_page())
    chat.page.goto(site.url)
    expect(chat.answers).to_have_count(1)
    expect(chat.answers.first).to_contain_text("le premier")
    expect(chat.status).to_contain_text("Vigie écrit")
    go_on.set()
    expect(chat.answers).to_have_count(2)
    expect(chat.status).not_to_contain_text("Vigie écrit")


def test_sources_are_folded_under_the_answer(chat: Chat) -> None:
    chat.ask(CLIENT)
    source = chat.answers.last.locator("details.source")
    text = source.locator("p")
    expect(text).to_be_hidden()
    source.locator("summary").click()
    expect(text).to_be_visible()
    expect(text).to_contain_text("Code pénal")


def test_older_choices_can_still_be_pressed(chat: Chat) -> None:
    chat.ask("étape 4")
    chat.ask(CLIENT)
    first = chat.answers.first.get_by_role("button", name="Trouver un contact")
    expect(first).to_have_text("Trouver un contact")  # without the number, which is another choice's now
    assert "contact" in chat.press(first)
    expect(chat.mine.last).to_contain_text("Trouver un contact")


# ---- what cuts


def received(page: Page, text: str) -> list[Response]:
    """The answers, to come, of the server to a message that says `text`."""
    heard: list[Response] = []

    def hear(answer: Response) -> None:
        if answer.status == 200 and text in (answer.request.post_data or ""):
            heard.append(answer)

    page.on("response", hear)
    return heard


def test_a_killed_server_loses_nothing(chat: Chat, server: Server) -> None:
    chat.ask("étape 4")
    heard = received(chat.page, "suivante")
    server.stop(signal.SIGKILL)
    try:
        chat.field.fill("étape suivante")
        chat.field.press("Enter")
        expect(chat.trouble).to_be_visible()
        expect(chat.trouble.get_by_role("alert")).to_contain_text("Votre message est gardé")
        expect(chat.mine.last).to_contain_text("étape suivante")
        expect(chat.mine.last).to_contain_text("Pas encore reçu")
        expect(chat.widget.locator(".urgence a")).to_have_text(["17", "119"])
    finally:
        server.start()
    # By itself: nobody presses anything.
    expect(chat.answers.last).to_contain_text("Étape 5 sur 8", timeout=45_000)
    chat.wait(0)
    expect(chat.mine.last).not_to_contain_text("Pas encore reçu")
    expect(chat.mine.filter(has_text="étape suivante")).to_have_count(1)
    assert len(heard) == 1
    assert "Étape 6 sur 8" in chat.ask("suivant")


def test_the_network_goes_and_comes_back(chat: Chat) -> None:
    chat.ask("étape 4")
    heard = received(chat.page, "suivante")
    chat.page.context.set_offline(True)
    seen = chat.answers.count()
    chat.field.fill("étape suivante")
    chat.field.press("Enter")
    expect(chat.trouble).to_be_visible()
    expect(chat.mine.last).to_contain_text("Pas encore reçu")
    chat.page.context.set_offline(False)
    assert "Étape 5 sur 8" in chat.wait(seen).said(seen)
    chat.page.wait_for_timeout(2500)  # the first retry was due within two seconds: it must not send again
    assert len(heard) == 1 and chat.answers.count() == seen + 1


def test_trying_again_by_keyboard_keeps_the_focus(chat: Chat) -> None:
    chat.page.route(WEBHOOK, lambda route: route.abort())
    chat.field.fill("étape 4")
    chat.field.press("Enter")
    again = chat.trouble.get_by_role("button", name="Réessayer")
    again.focus()
    chat.page.unroute(WEBHOOK)
    seen = chat.answers.count()
    again.press("Enter")
    assert "Étape 4 sur 8" in chat.wait(seen).said(seen)
    assert chat.focused()["name"] != "BODY"


def test_a_refusal_is_told_and_the_message_is_not_lost(
    new_page: NewPage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    slow = Server(tmp_path_factory.mktemp("slow"), VIGIE_RATE_CONVERSATION="2/6")
    try:
        chat = Chat(new_page()).open(slow.url)
        refused: list[int] = []
        chat.page.on("response", lambda answer: refused.append(answer.status) if answer.status != 200 else None)
        for step in ("étape 2", "étape 3", "étape 4"):
            seen = chat.answers.count()
            chat.field.fill(step)
            with chat.page.expect_response(lambda answer: "webhook" in answer.url):
                chat.field.press("Enter")
            if refused:
                break
            chat.wait(seen)
        assert refused == [429]
        expect(chat.trouble.get_by_role("alert")).to_contain_text("attendez quelques secondes")
        expect(chat.mine.last).to_contain_text(step)
        expect(chat.answers.nth(seen)).to_contain_text(f"Étape {step[-1]} sur 8", timeout=PATIENCE)
        expect(chat.trouble).to_be_hidden()
        expect(chat.mine.filter(has_text=step)).to_have_count(1)
    finally:
        slow.stop()


def test_what_is_typed_while_an_answer_is_on_its_way_stays(chat: Chat) -> None:
    held: list[Route] = []
    chat.page.route(WEBHOOK, lambda route: held.append(route))
    seen = chat.answers.count()
    chat.field.fill("étape 4")
    chat.field.press("Enter")
    chat.field.fill(CLIENT)
    chat.field.press("Enter")
    expect(chat.field).to_have_value(CLIENT)
    expect(chat.status).to_contain_text("votre message est gardé")
    expect(chat.mine).to_have_count(1)
    eventually(lambda: held, chat.page)
    held[0].continue_()
    chat.wait(seen)
    expect(chat.field).to_have_value(CLIENT)
    assert len(held) == 1
    chat.page.unroute(WEBHOOK)
    seen = chat.answers.count()
    chat.field.press("Enter")
    assert "client prostitueur" in chat.wait(seen).said(seen)


def test_a_press_in_the_menu_keeps_the_focus(chat: Chat) -> None:
    chat.page.evaluate("window.print = () => {}")
    chat.menu.locator("summary").focus()
    chat.page.keyboard.press("Enter")
    chat.menu.get_by_role("button", name="Imprimer la conversation").press("Enter")
    expect(chat.menu.locator(".contenu")).to_be_hidden()
    assert chat.focused()["name"] != "BODY"


def test_starting_again_forgets_and_keeps_the_focus(chat: Chat) -> None:
    chat.ask("étape 4")
    chat.menu.locator("summary").focus()
    chat.page.keyboard.press("Enter")
    chat.menu.get_by_role("button", name="Effacer et recommencer").press("Enter")
    expect(chat.answers).to_have_count(1)
    chat.wait(0)
    assert "Par quoi voulez-vous commencer" in chat.said()
    expect(chat.progress).to_be_hidden()
    assert chat.focused()["id"] == "message"


# ---- what is taken away


def saved(page: Page, press: object) -> tuple[str, bytes]:
    """Name and bytes of the file that `press` (a locator) downloads."""
    with page.expect_download() as waiting:
        press.click()  # type: ignore[attr-defined]
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def words_of(pdf: bytes) -> str:
    return plain(" ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split()))


def is_word(file: bytes) -> bool:
    return "word/document.xml" in zipfile.ZipFile(io.BytesIO(file)).namelist()


@pytest.mark.parametrize("title", ["Carte d'entretien", "Fiche des signes", "Modèle d'écrit (IP, signalement)"])
def test_a_document_of_the_menu_downloads(chat: Chat, title: str) -> None:
    chat.menu.locator("summary").click()
    name, pdf = saved(chat.page, chat.menu.get_by_role("link", name=file(f"PDF, {title}")))
    assert name.endswith(".pdf") and pdf.startswith(b"%PDF")
    name, word = saved(chat.page, chat.menu.get_by_role("link", name=file(f"Word, {title}")))
    assert name.endswith(".docx") and is_word(word)
    assert chat.answers.count() == 1  # the conversation is still there


def test_a_document_of_an_answer_downloads(chat: Chat) -> None:
    chat.press("Préparer l'entretien")
    offered = chat.answers.last.locator(".emporter")
    assert saved(chat.page, offered.get_by_role("link", name="PDF"))[1].startswith(b"%PDF")
    assert is_word(saved(chat.page, offered.get_by_role("link", name="Word"))[1])
    assert "http" not in chat.said()  # the address is behind the link, not in the words


def test_the_contacts_of_the_departement_come_once_it_is_known(chat: Chat) -> None:
    chat.menu.locator("summary").click()
    link = chat.menu.get_by_role("link", name=file("PDF, Contacts du département"))
    expect(link).to_have_count(0)
    chat.page.keyboard.press("Escape")
    chat.ask("la CRIP du 93")
    # Under the answer that shows them, and in the menu.
    under = chat.answers.filter(has_text="CRIP 93").first.locator(".emporter").get_by_role("link", name="PDF")
    assert "01 43 93 10 35" in words_of(saved(chat.page, under)[1])
    chat.menu.locator("summary").click()
    assert "01 43 93 10 35" in words_of(saved(chat.page, link)[1])
    assert is_word(saved(chat.page, chat.menu.get_by_role("link", name=file("Word, Contacts du département")))[1])


def test_the_recap_holds_answers_and_no_word_typed(chat: Chat) -> None:
    chat.ask("au collège zanzibar elle fugue avec un certain kilimandjaro")
    chat.ask("étape 4")
    chat.ask(CLIENT)
    chat.menu.locator("summary").click()
    name, pdf = saved(chat.page, chat.menu.get_by_role("button", name=file("PDF, Récapitulatif")))
    recap = words_of(pdf)
    assert name.endswith(".pdf")
    assert "Étape 4" in recap and "Ce que risque le client prostitueur" in recap
    name, word = saved(chat.page, chat.menu.get_by_role("button", name=file("Word, Récapitulatif")))
    written = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(word)).paragraphs)
    assert "Ce que risque le client prostitueur" in plain(written)
    for typed in ("zanzibar", "kilimandjaro"):
        assert typed not in recap.lower() and typed not in written.lower()


def test_the_recap_waits_for_something_to_recall(chat: Chat) -> None:
    chat.menu.locator("summary").click()
    expect(chat.menu).to_contain_text("Il se remplit avec les réponses de Vigie")
    expect(chat.menu.get_by_role("button", name=file("PDF, Récapitulatif"))).to_have_count(0)


def test_the_conversation_can_be_printed(new_page: NewPage, server: Server) -> None:
    page = new_page(DESKTOP)
    page.add_init_script("window.print = () => { document.title = 'imprimé'; }")
    chat = Chat(page).open(server.url)
    for text in ("préparer l'entretien", "étape 4", CLIENT, "étape 7"):
        chat.ask(text)
    chat.menu.locator("summary").focus()
    page.keyboard.press("Enter")
    chat.menu.get_by_role("button", name="Imprimer la conversation").press("Enter")
    expect(page).to_have_title("imprimé")
    printed = words_of(page.pdf(format="A4"))
    for said in ("Par quoi voulez-vous commencer", "Étape 4 sur 8", "client prostitueur", "Étape 7 sur 8", "119"):
        assert said in printed, said
    assert "Code pénal" in printed  # sources are folded on the screen only


def test_nothing_else_opens_a_dialog(chat: Chat) -> None:
    shown: list[Dialog] = []
    chat.page.on("dialog", lambda dialog: shown.append(dialog))
    chat.ask("<img src=x onerror=alert(1)><script>alert(2)</script>")
    expect(chat.mine.last).to_contain_text("<img src=x")
    assert chat.log.locator("img, script").count() == 0 and not shown


def test_an_answer_that_comes_after_starting_again_is_not_shown(chat: Chat) -> None:
    held: list[Route] = []
    slow = lambda route: held.append(route) if "étape 4" in (route.request.post_data or "") else route.continue_()  # noqa: E731
    chat.page.route(WEBHOOK, slow)
    chat.field.fill("étape 4")
    chat.field.press("Enter")
    expect(chat.status).to_contain_text("Vigie écrit")
    chat.menu.locator("summary").click()
    chat.menu.get_by_role("button", name="Effacer et recommencer").click()
    expect(chat.answers).to_have_count(1)
    for route in held:
        route.continue_()
    chat.page.wait_for_timeout(500)
    expect(chat.answers).to_have_count(1)
    expect(chat.page.get_by_text("Étape 4 sur 8")).to_have_count(0)
