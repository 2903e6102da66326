"""« Cette réponse vous aide-t-elle ? »: when it is asked, how it is answered, and what leaves the page."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.server import ROOT, Server
from tests.web.axe import audit
from tests.web.conftest import PHONE, Chat, NewPage, eventually

pytestmark = pytest.mark.server

TEXTS = json.loads((ROOT / "data/interface.json").read_text(encoding="utf-8"))
QUESTION = "que risque le client ?"
ANSWER = "loi/client_peines"
DANGER = "il la retient de force en ce moment, elle est enfermée"


def rating(chat: Chat) -> Locator:
    return chat.widget.locator(".avis")


def counted(page: Page) -> list[tuple[str, dict[str, Any], int]]:
    """(route, body without the conversation's id, status) of every count that leaves the page."""
    seen: list[tuple[str, dict[str, Any], int]] = []

    def hear(response: Any) -> None:
        found = re.search(r"/webhooks/rest/(avis|clic)$", response.url)
        if found:
            body = json.loads(response.request.post_data)
            assert body.pop("sender")
            seen.append((found[1], body, response.status))

    page.on("response", hear)
    return seen


def asked(new_page: NewPage, server: Server, **options: Any) -> tuple[Chat, list[tuple[str, dict[str, Any], int]]]:
    page = new_page(**options)
    seen = counted(page)
    chat = Chat(page).open(server.url)
    expect(rating(chat)).to_be_hidden()  # a welcome states nothing that could be wrong
    chat.ask(QUESTION)
    expect(rating(chat)).to_be_visible()
    return chat, seen


def test_yes_is_counted_and_the_question_goes(server: Server, new_page: NewPage) -> None:
    chat, seen = asked(new_page, server)
    rating(chat).get_by_role("button", name=TEXTS["avis_oui"], exact=True).click()
    expect(rating(chat)).to_be_hidden()
    expect(chat.status).to_have_text(TEXTS["avis_merci"])
    assert chat.focused()["id"] == "message"
    eventually(lambda: seen == [("avis", {"answer": ANSWER, "useful": True}, 204)], chat.page)


def test_no_asks_why_with_the_keyboard_alone(server: Server, new_page: NewPage) -> None:
    chat, seen = asked(new_page, server)
    chat.field.press("Shift+Tab")
    assert chat.focused()["text"] == TEXTS["avis_non"]
    chat.page.keyboard.press("Enter")
    group = chat.widget.get_by_role("group", name=TEXTS["avis_pourquoi"])
    assert group.get_by_role("button").all_inner_texts() == list(TEXTS["avis_raisons"].values())
    assert chat.focused()["text"] == TEXTS["avis_raisons"]["pas_ma_question"]
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Space")
    expect(rating(chat)).to_be_hidden()
    eventually(lambda: seen == [("avis", {"answer": ANSWER, "useful": False, "reason": "incomplet"}, 204)], chat.page)


def test_it_is_never_a_nag(server: Server, new_page: NewPage) -> None:
    chat, seen = asked(new_page, server)
    chat.ask("merci")
    expect(rating(chat)).to_be_hidden()
    chat.ask(QUESTION)  # the same answer
    expect(rating(chat)).to_be_hidden()
    assert seen == []


def test_a_no_without_a_reason_is_counted_once_when_the_next_message_leaves(server: Server, new_page: NewPage) -> None:
    chat, seen = asked(new_page, server)
    rating(chat).get_by_role("button", name=TEXTS["avis_non"], exact=True).click()
    chat.ask("merci")
    expect(rating(chat)).to_be_hidden()
    eventually(lambda: seen == [("avis", {"answer": ANSWER, "useful": False}, 204)], chat.page)


def test_nothing_is_asked_after_a_danger(server: Server, new_page: NewPage) -> None:
    chat, _ = asked(new_page, server)
    assert "17" in chat.ask(DANGER)
    expect(rating(chat)).to_be_hidden()
    assert TEXTS["avis"] not in chat.log.inner_text()


def test_it_is_not_read_aloud_by_itself(server: Server, new_page: NewPage) -> None:
    chat, _ = asked(new_page, server)
    live = rating(chat).evaluate("one => !!one.closest('[role=log], [role=status], [role=alert], [aria-live]')")
    assert not live
    assert chat.widget.get_by_role("group", name=TEXTS["avis"]).count() == 1


def test_a_call_to_the_119_is_counted(server: Server, new_page: NewPage) -> None:
    page = new_page()
    seen = counted(page)
    chat = Chat(page).open(server.url)
    # A headless browser has no telephone: following the link would only fail.
    page.evaluate("addEventListener('click', (event) => event.preventDefault())")
    chat.widget.locator('.urgence a[href="tel:17"]').click()
    chat.widget.locator('.urgence a[href="tel:119"]').click()
    eventually(lambda: seen == [("clic", {"what": "119"}, 204)], page)


def test_a_training_says_so_in_every_request_that_is_counted(server: Server, new_page: NewPage) -> None:
    page = new_page()
    told: list[str | None] = []
    watched = re.compile(r"/webhooks/rest/(webhook|avis)")
    page.on("request", lambda one: told.append(one.headers.get("x-vigie-traffic")) if watched.search(one.url) else None)
    host = (
        "<!doctype html><html lang=fr><script src=/vigie-chat.js data-mode=page data-trafic=formation defer></script>"
    )
    page.route("**/formation-essai", lambda route: route.fulfill(content_type="text/html", body=host))
    chat = Chat(page).open(f"{server.url}/formation-essai")
    chat.ask(QUESTION)
    rating(chat).get_by_role("button", name=TEXTS["avis_oui"], exact=True).click()
    eventually(lambda: told == ["formation"] * 3, page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_passes_axe(server: Server, new_page: NewPage, scheme: str) -> None:
    chat, _ = asked(new_page, server, size=PHONE, color_scheme=scheme)
    assert audit(chat.page) == []
    rating(chat).get_by_role("button", name=TEXTS["avis_non"], exact=True).click()
    assert audit(chat.page) == []
    for button in rating(chat).get_by_role("button").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24  # WCAG 2.5.8, pixels
