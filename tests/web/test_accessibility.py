"""Accessibility in a real browser: axe-core, contrasts, focus, and what a screen reader is given, in every state.

docs/accessibilite.md quotes these tests by name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.server import ROOT, Server
from tests.web.axe import Node, audit, look, tree
from tests.web.conftest import DESKTOP, PHONE, NewPage

pytestmark = pytest.mark.server

TEXTS = json.loads((ROOT / "data/interface.json").read_text(encoding="utf-8"))
LOOKS = [(scheme, size) for scheme in ("light", "dark") for size in (DESKTOP, PHONE)]
MESSAGES = "**/webhooks/rest/webhook*"
HOST = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Essai</title>
<meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width, initial-scale=1">
<script src="/vigie-chat.js" defer></script></head>
<body>{body}</body></html>"""


# --- the states


def chat(page: Page) -> Locator:
    return page.get_by_role("region", name=TEXTS["region"])


def answered(page: Page) -> None:
    expect(page.get_by_role("log").locator(".vigie").first).to_be_visible()
    expect(page.locator("p.etat")).not_to_have_class(re.compile("ecrit"))


def say(page: Page, text: str, wait: bool = True) -> None:
    page.get_by_label(TEXTS["champ"]).fill(text)
    page.get_by_label(TEXTS["champ"]).press("Enter")
    if wait:
        answered(page)


def choose(page: Page, title: str) -> None:
    page.get_by_role("log").get_by_role("button", name=title).last.click()
    answered(page)


def at_rest(page: Page, url: str) -> None:
    page.goto(url)
    answered(page)


def conversation(page: Page, url: str) -> None:
    at_rest(page, url)
    choose(page, "Préparer l'entretien")
    choose(page, "Commencer à l'étape 1")
    say(page, "contact crip dans le 93")
    for source in page.locator(".source summary").all():
        source.click()
    assert page.locator(".vigie li").count() and page.locator(".source[open]").count()


def eight_steps(page: Page, url: str) -> None:
    at_rest(page, url)
    choose(page, "Préparer l'entretien")
    choose(page, "Commencer à l'étape 1")
    choose(page, "Étape suivante")
    expect(page.locator(".marques .fait")).to_have_count(2)


def menu_open(page: Page, url: str) -> None:
    conversation(page, url)
    page.locator("details.menu > summary").click()
    expect(page.get_by_role("link", name=TEXTS["discretion"])).to_be_visible()


def typing(page: Page, url: str) -> None:
    at_rest(page, url)
    page.route(MESSAGES, lambda route: None)  # never answered
    say(page, "que dit la loi ?", wait=False)
    expect(page.locator("p.etat")).to_have_text(TEXTS["ecrit"])


def unreachable(page: Page, url: str) -> None:
    at_rest(page, url)
    page.route(MESSAGES, lambda route: route.abort())
    say(page, "que dit la loi ?", wait=False)
    expect(page.get_by_role("button", name=TEXTS["reessayer"])).to_be_visible()
    # Nothing is tried again by itself while the state is looked at.
    page.evaluate("() => { for (let id = setTimeout(() => {}); id > 0; id -= 1) clearTimeout(id); }")


def shift_warning(page: Page, url: str) -> None:
    at_rest(page, url)
    page.keyboard.press("Shift")
    expect(page.locator("p.etat")).to_have_text(TEXTS["quitter_encore"].replace("{n}", "2"))


def floating_closed(page: Page, url: str) -> None:
    host(page, url, "<main><h1>Site</h1><p>Texte.</p></main>")
    expect(page.get_by_role("button", name=TEXTS["ouvrir"])).to_be_visible()


def floating_open(page: Page, url: str) -> None:
    floating_closed(page, url)
    page.get_by_role("button", name=TEXTS["ouvrir"]).click()
    answered(page)


def whole_page(page: Page, url: str) -> None:
    host(page, url, '<main><h1>Vigie</h1><vigie-chat mode="page"></vigie-chat></main>')
    answered(page)


def host(page: Page, url: str, body: str) -> None:
    page.route(url + "/essai", lambda route: route.fulfill(content_type="text/html", body=HOST.format(body=body)))
    page.goto(url + "/essai")


def discretion(page: Page, url: str) -> None:
    page.goto(url + "/discretion")


def statement(page: Page, url: str) -> None:
    page.goto(url + "/accessibilite")


def report_empty(page: Page, url: str) -> None:
    page.goto(url + "/documents/ecrit")
    for part in page.locator("details > summary").all():
        part.click()


def report_filled(page: Page, url: str) -> None:
    report_empty(page, url)
    for field in page.locator("textarea").all():
        field.fill("Des faits, avec leur date.\nUne seconde ligne.")


State = Callable[[Page, str], None]
CHAT: list[State] = [at_rest, conversation, eight_steps, menu_open, typing, unreachable, shift_warning]
ELSEWHERE: list[State] = [floating_closed, floating_open, whole_page]
PAGES: list[State] = [discretion, statement, report_empty, report_filled]
every_state = pytest.mark.parametrize("state", CHAT + ELSEWHERE + PAGES, ids=lambda state: str(state.__name__))
pages_to_tab = pytest.mark.parametrize(
    "state",
    [conversation, menu_open, unreachable, floating_open, whole_page, discretion, statement, report_empty],
    ids=lambda state: str(state.__name__),
)


def dress(page: Page, scheme: str, size: tuple[int, int]) -> str:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": size[0], "height": size[1]})
    return f"{scheme} {size[0]}x{size[1]}"


# --- axe-core and contrasts


@every_state
def test_axe_finds_nothing(server: Server, new_page: NewPage, state: State) -> None:
    page = new_page()
    state(page, server.url)
    found = [f"{dress(page, *one)}: {finding}" for one in LOOKS for finding in _audit(page, one)]
    assert not found, "\n".join(found)


def _audit(page: Page, one: tuple[str, tuple[int, int]]) -> list[object]:
    dress(page, *one)
    return list(audit(page))


@every_state
def test_texts_borders_and_marks_stand_out(server: Server, new_page: NewPage, state: State) -> None:
    page = new_page()
    state(page, server.url)
    faint = []
    for one in LOOKS:
        where = dress(page, *one)
        texts = look(page, "texts()")
        assert texts
        faint += [f"{where}: text {name} {ratio:.2f}" for name, ratio in texts if ratio < 4.5]
        for name, sides, border, filling in look(page, "edges()"):
            if not (sides == 4 and border >= 3) and filling < 3:
                faint.append(f"{where}: border of {name} {sides} sides, {border or 0:.2f}")
    assert not faint, "\n".join(faint)


def test_the_axe_helper_sees_faults_inside_the_shadow_root(server: Server, new_page: NewPage) -> None:
    page = new_page()
    at_rest(page, server.url)
    page.evaluate(
        """() => { const inside = document.querySelector("vigie-chat").shadowRoot;
                   inside.querySelector("p.aide").style.color = "#999";
                   inside.querySelector("label").remove(); }"""
    )
    rules = {finding.rule for finding in audit(page)}
    assert {"color-contrast", "label"} <= rules
    assert min(ratio for _, ratio in look(page, "texts()")) < 3


# --- focus and targets


@pages_to_tab
def test_every_focus_is_seen_whole(server: Server, new_page: NewPage, state: State) -> None:
    page = new_page()
    state(page, server.url)
    faults = []
    for scheme, size in LOOKS:
        where = dress(page, scheme, size)
        _reopen(page, state)
        for ring in _tab_through(page, pictures=(scheme, size) == LOOKS[0]):
            name = f"{where}: {ring['name']}"
            if ring["width"] < 2 or ring["contrast"] < 3:
                faults.append(f"{name}: outline {ring['width']} px, contrast {ring['contrast']:.2f}")
            if ring["cut"]:
                faults.append(f"{name}: cut {ring['cut']}")
            if ring["covered"]:
                faults.append(f"{name}: under {ring['covered']}")
            if ring.get("same"):
                faults.append(f"{name}: looks the same with and without focus")
    assert not faults, "\n".join(faults)


def _tab_through(page: Page, pictures: bool) -> list[dict[str, object]]:
    """The ring of each stop of Tab, from the first to the last; with pictures, also whether focus changes anything."""
    rings = []
    _before_the_first(page)
    for _ in look(page, "stops()"):
        page.keyboard.press("Tab")
        if not page.evaluate("() => !!eye.active()"):
            break
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        ring = page.evaluate("() => eye.ring()")
        if pictures:
            focused = page.screenshot(clip=ring["clip"])
            page.evaluate("() => { globalThis.held = eye.active(); held.blur(); }")
            ring["same"] = focused == page.screenshot(clip=ring["clip"])
            page.evaluate("() => held.focus({ focusVisible: true, preventScroll: true })")
        rings.append(ring)
    return rings


def _reopen(page: Page, state: State) -> None:
    # The menu may close when Tab leaves it.
    if state is menu_open:
        page.locator("details.menu").evaluate("menu => { menu.open = true }")


def _before_the_first(page: Page) -> None:
    # Smooth scrolling would move a ring between two measures.
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(
        """() => { scrollTo(0, 0); let node = document.activeElement;
                   while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
                   node?.blur?.();
                   const start = document.createElement("span"); start.tabIndex = -1; document.body.prepend(start);
                   start.focus(); start.remove(); }"""
    )


@pages_to_tab
def test_focus_order_is_reading_order(server: Server, new_page: NewPage, state: State) -> None:
    page = new_page()
    state(page, server.url)
    for one in LOOKS:
        dress(page, *one)
        _reopen(page, state)
        assert not page.evaluate("() => [...document.querySelectorAll('[tabindex]')].some(node => node.tabIndex > 0)")
        expected = look(page, "stops().map(eye.name)")
        _before_the_first(page)
        met = []
        for _ in range(len(expected) + 1):
            page.keyboard.press("Tab")
            met.append(page.evaluate("() => eye.active() && eye.name(eye.active())"))
        assert met[:-1] == expected
        assert met[-1] in (None, expected[0])  # the window's own controls, then round again: no trap


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_is_seen_from_top_to_bottom_is_met_in_that_order(
    server: Server, new_page: NewPage, size: tuple[int, int]
) -> None:
    page = new_page(size)
    at_rest(page, server.url)
    inside = "document.querySelector('vigie-chat').shadowRoot"
    # What is in the log scrolls apart from what surrounds it.
    for part in ("n.closest('.fil')", "!n.closest('.fil')"):
        boxes = look(
            page,
            f"stops({inside}).filter(n => {part} && !n.matches('.lien-sortie, .fil'))"
            ".map(n => [eye.name(n), n.getBoundingClientRect().toJSON()])",
        )
        assert len(boxes) > 3
        for (name, box), (after, next_box) in pairwise(boxes):
            middle, next_middle = ((one["top"] + one["bottom"]) / 2 for one in (box, next_box))
            same_line = abs(middle - next_middle) < min(box["height"], next_box["height"]) / 2
            assert next_box["left"] > box["left"] if same_line else next_middle > middle, (name, after)


@every_state
def test_targets_are_24_pixels_or_in_a_sentence(server: Server, new_page: NewPage, state: State) -> None:
    page = new_page()
    state(page, server.url)
    small = []
    for one in LOOKS:
        where = dress(page, *one)
        for name, width, height, in_sentence in look(page, "targets()"):
            if (width < 24 or height < 24) and not in_sentence:
                small.append(f"{where}: {name} {width:.1f}x{height:.1f}")
    assert not small, "\n".join(small)


def test_the_emergency_numbers_are_large_enough_to_press(server: Server, new_page: NewPage) -> None:
    page = new_page(PHONE)
    at_rest(page, server.url)
    for link in page.locator(".urgence a").all():
        box = link.bounding_box()
        assert box and box["width"] >= 24 and box["height"] >= 24, (link.text_content(), box)


# --- what the user's system asks for


def test_forced_colours_keep_every_border(server: Server, new_page: NewPage) -> None:
    page = new_page()
    eight_steps(page, server.url)
    for scheme in ("light", "dark"):
        page.emulate_media(forced_colors="active", color_scheme=scheme)  # type: ignore[arg-type]
        assert page.evaluate("() => matchMedia('(forced-colors: active)').matches")
        edges = look(page, "edges()")
        assert len(edges) > 20
        assert not [edge for edge in edges if edge[1] != 4 or edge[2] < 3]
        done = look(page, "edges().find(edge => edge[0].startsWith('span.fait'))")
        left = look(page, "edges().find(edge => edge[0].startsWith('span.reste'))")
        assert done[3] >= 3 > left[3]  # filled, empty
        bubble = page.locator(".vigie").first.evaluate("node => getComputedStyle(node).borderLeftWidth")
        assert float(bubble.removesuffix("px")) >= 1
        page.get_by_label(TEXTS["champ"]).focus()
        ring = look(page, "ring()")
        assert ring["width"] >= 2 and ring["contrast"] >= 3


def test_reduced_motion_stops_what_moves(server: Server, new_page: NewPage) -> None:
    page = new_page()
    typing(page, server.url)
    moving = "() => document.querySelector('vigie-chat').shadowRoot.getAnimations().length"
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) == 1
    assert page.evaluate("() => getComputedStyle(document.documentElement).scrollBehavior") == "smooth"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == 0
    assert page.evaluate("() => getComputedStyle(document.documentElement).scrollBehavior") == "auto"


@pytest.mark.parametrize("state", [conversation, menu_open, report_filled], ids=lambda state: str(state.__name__))
def test_wider_text_spacing_cuts_nothing(server: Server, new_page: NewPage, state: State) -> None:
    # WCAG 1.4.12: the spacing that a reader may ask for, inside the shadow root too.
    page = new_page(PHONE)
    state(page, server.url)
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet();
                   sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; "
                     + "word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }");
                   document.adoptedStyleSheets.push(sheet);
                   document.querySelector("vigie-chat")?.shadowRoot.adoptedStyleSheets.push(sheet); }"""
    )
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    blocks = "'button, summary, p, li, label, .cadre, .fil'"
    cut = look(
        page,
        f"all().filter(node => node.matches({blocks}) && eye.shown(node) && !eye.read(node))"
        ".filter(node => node.scrollWidth > node.clientWidth + 1).map(eye.name)",
    )
    assert not cut


# --- what a screen reader is given


def named(nodes: list[Node], role: str, name: str | None = None) -> list[Node]:
    return [node for node in nodes if node.role == role and name in (None, spoken(node.name))]


def spoken(text: str) -> str:
    """The words of `text`: no-break spaces, and the space that Chromium adds before a hidden piece, say nothing."""
    return re.sub(r" (?=,)", "", re.sub(r"\s+", " ", text)).strip()


def inside(node: Node, holder: str) -> bool:
    return any(spoken(one).startswith(holder) for one in node.inside)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_parts_of_the_chat_have_roles_and_names(server: Server, new_page: NewPage, size: tuple[int, int]) -> None:
    page = new_page(size)
    at_rest(page, server.url)
    nodes = tree(page)
    region = f"region {TEXTS['region']}"
    assert len(named(nodes, "region", TEXTS["region"])) == 1
    [log] = named(nodes, "log", TEXTS["fil"])
    [status] = named(nodes, "status")
    [field] = named(nodes, "textbox", TEXTS["champ"])
    assert log.live == status.live == "polite"
    assert spoken(field.description) == spoken(TEXTS["aide"])
    [quit_button] = named(nodes, "button", TEXTS["quitter"])
    assert spoken(quit_button.description) == spoken(TEXTS["quitter_aide"])
    [way_out] = named(nodes, "link", TEXTS["quitter_lien"])
    assert all(inside(node, region) for node in (log, status, field, quit_button, way_out))
    parts = [
        node
        for node in nodes
        if inside(node, region) and node.role in ("link", "button", "textbox", "DisclosureTriangle")
    ]
    assert parts[0] is way_out  # the first thing met
    assert all(node.name for node in parts)


def test_choices_are_buttons_of_a_named_group(server: Server, new_page: NewPage) -> None:
    page = new_page()
    at_rest(page, server.url)
    nodes = tree(page)
    assert len(named(nodes, "group", TEXTS["choix"])) == 1
    choices = [spoken(node.name) for node in nodes if node.role == "button" and inside(node, f"group {TEXTS['choix']}")]
    assert choices == [
        "1. Repérer des signes", "2. Préparer l'entretien", "3. Après l'entretien", "4. Trouver un contact",
    ]  # fmt: skip


def test_each_message_begins_with_its_speaker(server: Server, new_page: NewPage) -> None:
    page = new_page()
    at_rest(page, server.url)
    say(page, "que dit la loi sur le client ?")
    heard = [spoken(node.name) for node in tree(page) if node.role == "StaticText" and inside(node, "log")]
    mine = heard.index("que dit la loi sur le client ?")
    assert heard[0] == heard[mine + 1] == TEXTS["vigie"]
    assert heard[mine - 1] == TEXTS["vous"]
    speakers = [one for one in heard if one in (TEXTS["vigie"], TEXTS["vous"])]
    assert len(speakers) == page.locator(".vigie, .moi").count()


def test_documents_say_their_format_and_their_title(server: Server, new_page: NewPage) -> None:
    page = new_page()
    menu_open(page, server.url)
    nodes = tree(page)
    titles = TEXTS["documents_choix"]
    for kind in (TEXTS["pdf"], TEXTS["docx"]):
        for id in ("carte_entretien", "fiche_signes", "ecrit_protection", "fiche_contacts"):
            assert named(nodes, "link", f"{kind}, {titles[id]}")
        assert named(nodes, "button", f"{kind}, {titles['recapitulatif']}")
    assert named(nodes, "list", TEXTS["documents"])
    links = [spoken(node.name) for node in nodes if node.role in ("link", "button")]
    assert not {TEXTS["pdf"], TEXTS["docx"]} & set(links)


def test_progress_is_read_once(server: Server, new_page: NewPage) -> None:
    page = new_page()
    eight_steps(page, server.url)
    told = [node for node in tree(page) if "Étape 2" in node.name and not inside(node, "log")]
    assert len(told) == 1
    assert told[0].name.count("8") == 1
    assert not any(inside(told[0], live) for live in ("status", "alert"))  # the answer has just said it
    assert page.locator(".marques").get_attribute("aria-hidden") == "true"


LISTEN = """() => {
  const inside = document.querySelector("vigie-chat").shadowRoot;
  globalThis.heard = [];
  const status = inside.querySelector("[role=status]");
  const log = inside.querySelector("[role=log]");
  const words = (node) => node.textContent.trim().replace(/\\s+/g, " ");
  new MutationObserver((all) => {
    for (const one of all) {
      if (status.contains(one.target)) heard.push(["status", words(status)]);
      else for (const node of one.addedNodes) if (one.target === log) heard.push(["log", words(node)]);
    }
  }).observe(inside, { childList: true, subtree: true, characterData: true });
}"""


def test_live_regions_speak_in_order(server: Server, new_page: NewPage) -> None:
    page = new_page()
    at_rest(page, server.url)
    choose(page, "Préparer l'entretien")
    page.evaluate(LISTEN)
    say(page, "contact crip dans le 93")  # answered in several messages
    heard = [(where, spoken(words)) for where, words in page.evaluate("() => heard")]
    answers = heard[2:-1]
    assert heard[0] == ("log", f"{TEXTS['vous']} contact crip dans le 93")
    assert heard[1] == ("status", TEXTS["ecrit"])
    assert len(answers) > 1
    assert all(where == "log" and words.startswith(TEXTS["vigie"]) for where, words in answers)
    assert heard[-1] == ("status", "")
    blocks = [spoken(one) for one in page.locator(".vigie").all_text_contents()]
    assert [words for _, words in answers] == blocks[-len(answers) :]


def test_typing_is_told_without_its_mark(server: Server, new_page: NewPage) -> None:
    page = new_page()
    typing(page, server.url)
    assert [spoken(node.name) for node in tree(page) if inside(node, "status") and node.role == "StaticText"] == [
        TEXTS["ecrit"]
    ]


def test_a_failure_is_an_alert_with_a_way_out(server: Server, new_page: NewPage) -> None:
    page = new_page()
    unreachable(page, server.url)
    nodes = tree(page)
    [alert] = named(nodes, "alert")
    assert alert.live == "assertive"
    told = " ".join(node.name for node in nodes if inside(node, "alert"))
    assert spoken(TEXTS["coupure"].partition("{")[0]) in spoken(told)
    assert named(nodes, "button", TEXTS["reessayer"])
    assert page.locator("p.etat").text_content() == ""
    page.unroute(MESSAGES)
    page.get_by_role("button", name=TEXTS["reessayer"]).click()
    answered(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("log")).not_to_contain_text(TEXTS["non_envoye"])


def test_the_floating_button_tells_what_it_opens(server: Server, new_page: NewPage) -> None:
    page = new_page()
    floating_closed(page, server.url)
    launcher = page.get_by_role("button", name=TEXTS["ouvrir"])
    expect(launcher).to_have_attribute("aria-expanded", "false")
    assert not named(tree(page), "region", TEXTS["region"])
    launcher.press("Enter")
    answered(page)
    expect(page.locator(".lanceur")).to_have_attribute("aria-expanded", "true")
    nodes = tree(page)
    assert named(nodes, "region", TEXTS["region"])
    assert named(nodes, "button", TEXTS["fermer"])
    expect(page.get_by_label(TEXTS["champ"])).to_be_focused()
    page.keyboard.press("Escape")
    expect(launcher).to_be_focused()
    expect(launcher).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("path", ["/", "/discretion", "/accessibilite", "/documents/ecrit"])
def test_each_page_has_one_h1_a_title_and_landmarks(server: Server, new_page: NewPage, path: str) -> None:
    page = new_page()
    page.goto(server.url + path)
    assert page.title()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    levels = [
        int(level)
        for level in page.evaluate("() => [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => h.tagName[1])")
    ]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for role in ("banner", "main"):
        expect(page.get_by_role(role)).to_have_count(1)  # type: ignore[arg-type]
    expect(page.locator("th:not([scope])")).to_have_count(0)
    first = page.evaluate("() => document.querySelector('a').getAttribute('href')")
    assert first.startswith("#")  # a way past the header
    assert page.locator(first).count() == 1


def test_each_field_of_the_report_has_a_label_and_its_group(server: Server, new_page: NewPage) -> None:
    page = new_page()
    page.goto(server.url + "/documents/ecrit")
    nodes = tree(page)
    fields = named(nodes, "textbox")
    assert fields
    for field in fields:
        assert field.name
        assert any(one.startswith("group ") for one in field.inside), field.name
    described = page.locator("textarea[aria-describedby]").count()
    assert described == sum(1 for field in fields if field.description)
