"""The pages /formation in a real browser: the list, a group that plays, one who practises, a phrase to read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date

import pypdf
import pytest
from playwright.sync_api import Download, Locator, Page, expect

from bot.content.formation import read_practice
from bot.content.formulations import read_formulations
from bot.content.location import load_yaml
from bot.content.scenarios import read_scenarios
from bot.logic.practice import Session, practise
from bot.logic.scenario import Scenario
from bot.settings import load_settings
from tests.server import ROOT, Server
from tests.web.axe import audit, look
from tests.web.conftest import DESKTOP, PHONE, ZOOMED, NewPage, plain

pytestmark = pytest.mark.server

DATA = ROOT / "data"
PROJECTOR = (1920, 1080)
LOOKS = [(scheme, size) for scheme in ("light", "dark") for size in (DESKTOP, PHONE)]
ID = "depistage_infirmerie"
SCENARIO = read_scenarios(DATA / "scenarios")[ID]
WORDS = load_yaml(DATA / "formation/page.yml")["script"]
PHRASES = read_practice(DATA).phrases
SKILLED = (
    "Bonjour, oui, c'est ici. On a vingt minutes, la porte est fermée, et tu n'es pas obligée de tout dire.",
    "Tu dis « être sûre ». Qu'est-ce que ça veut dire, pour toi ?",
    "...",
    "Je m'inquiète pour toi : je t'ai vue dormir ici vendredi.",
)
CLUMSY = (
    "Pourquoi tu as fait ça ? À ton âge, tu devrais avoir honte.",
    "Je te promets que ça restera entre nous.",
    "Il s'appelle comment, il habite où, et combien de fois ?",
)
STORED = """async () => ({
    local: { ...localStorage }, session: { ...sessionStorage }, cookie: document.cookie,
    bases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
})"""
# Tab then meets the first stop of the page, or of what covers it.
BEFORE_THE_FIRST = """() => {
    scrollTo(0, 0);
    const start = document.createElement("span");
    start.tabIndex = -1;
    (document.querySelector("dialog[open]") ?? document.body).prepend(start);
    start.focus();
    start.remove();
}"""
NOTHING = {"local": {}, "session": {}, "cookie": "", "bases": 0, "caches": 0}


def expected(lines: Sequence[str], scenario: Scenario = SCENARIO) -> Session:
    """What the rules make of `lines`, without the page."""
    formulations = read_formulations(DATA, load_settings().models_dir)
    return practise(scenario, read_practice(DATA).rules, formulations, lines)


def folded(text: str) -> str:
    return " ".join(plain(text).split())


# --- doing what a visitor does


def open_list(page: Page, url: str) -> None:
    page.goto(f"{url}/formation")
    expect(page.locator("#nombre")).not_to_be_empty()


def open_phrase(page: Page, url: str) -> None:
    open_list(page, url)
    page.get_by_label("Votre phrase").fill(" ".join(CLUMSY))
    page.get_by_label("Votre phrase").press("Enter")
    expect(page.locator("#relue .verdict")).to_have_text(WORDS["ameliorer"])


def open_scenario(page: Page, url: str) -> None:
    page.goto(f"{url}/formation/{ID}")
    expect(page.get_by_role("heading", level=1)).to_have_text(SCENARIO.title)


def open_play(page: Page, url: str) -> None:
    page.goto(f"{url}/formation/{ID}#jouer")
    expect(page.locator("#jouer .compteur")).to_have_text(re.compile("^1 sur"))


def open_pause(page: Page, url: str) -> None:
    open_play(page, url)
    advance_to(page, "pause")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#jouer .moment li").first).to_be_visible()


def open_end(page: Page, url: str) -> None:
    open_play(page, url)
    advance_to(page, "fin")


def open_notes(page: Page, url: str) -> None:
    page.goto(f"{url}/formation/{ID}#notes")
    page.keyboard.press(" ")
    page.locator("#notes details summary").click()


def open_practice(page: Page, url: str) -> None:
    page.goto(f"{url}/formation/{ID}#entrainement")
    expect(page.locator(".fil .jeune")).to_contain_text(SCENARIO.practice.opening)


def open_feedback(page: Page, url: str) -> None:
    open_practice(page, url)
    for line in (SKILLED[1], CLUMSY[0]):
        tell(page, line)
    for one in page.locator(".retour summary").all():
        one.click()


def open_debriefing(page: Page, url: str) -> None:
    open_practice(page, url)
    for line in (*SKILLED[1:], CLUMSY[0]):
        tell(page, line)
    page.get_by_role("button", name="Arrêter").click()
    expect(page.locator("#titre-bilan")).to_be_focused()


def open_aside(page: Page, url: str) -> None:
    open_practice(page, url)
    page.get_by_role("button", name="Ça ne va pas").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def advance_to(page: Page, kind: str) -> None:
    for _ in range(len(SCENARIO.play) + len(SCENARIO.debriefing) + 10):
        if page.locator("#jouer .moment").get_attribute("data-genre") == kind:
            return
        page.keyboard.press(" ")
    raise AssertionError(f"no moment is {kind}")


def tell(page: Page, line: str) -> None:
    """Type `line` and Enter; wait for the answer."""
    said = page.locator(".fil .moi").count()
    page.locator("#ligne").fill(line)
    page.locator("#ligne").press("Enter")
    expect(page.locator(".fil .moi")).to_have_count(said + 1)


def replies(page: Page) -> list[str]:
    return [folded(one) for one in page.locator(".fil .jeune p:last-child").all_inner_texts()]


# --- the list


def test_every_scenario_is_in_the_list_and_choices_narrow_it(server: Server, new_page: NewPage) -> None:
    page = new_page()
    open_list(page, server.url)
    scenarios = read_scenarios(DATA / "scenarios").values()
    shown = page.locator("#scenarios > li:visible")
    expect(shown).to_have_count(len(scenarios))
    assert {one.title for one in scenarios} == set(page.locator("#scenarios h3").all_inner_texts())
    page.get_by_label("Public").select_option(SCENARIO.audience[0])
    page.get_by_label("Durée").select_option(str(SCENARIO.minutes))
    wanted = [one for one in scenarios if SCENARIO.audience[0] in one.audience and one.minutes == SCENARIO.minutes]
    expect(shown).to_have_count(len(wanted))
    assert str(len(wanted)) in page.locator("#nombre").inner_text()
    page.get_by_label("La ou le jeune").select_option(SCENARIO.family)
    shown.get_by_role("link", name=SCENARIO.title, exact=True).click()
    expect(page).to_have_url(f"{server.url}/formation/{ID}")


def test_the_home_page_leads_to_the_scenarios(server: Server, new_page: NewPage) -> None:
    page = new_page()
    page.goto(server.url)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Des scénarios").click()
    expect(opened.value).to_have_url(f"{server.url}/formation")


def test_a_phrase_is_read_with_its_reasons_and_a_better_wording(server: Server, new_page: NewPage) -> None:
    page = new_page()
    open_phrase(page, server.url)
    read = page.locator("#relue")
    expect(read).to_contain_text(CLUMSY[0])
    formulations = read_formulations(DATA, load_settings().models_dir)
    kinds = [formulations.kinds[one.kind_id] for one in formulations.read(" ".join(CLUMSY)).found]
    faults = [kind for kind in kinds if kind.verdict == "ameliorer"]
    assert faults
    for kind in faults:
        expect(read).to_contain_text(kind.why)
        expect(read).to_contain_text(kind.better[0])
    page.get_by_label("Votre phrase").fill("42 !")  # no word to read
    page.get_by_role("button", name="Relire").click()
    expect(read.locator(".verdict")).to_have_text(WORDS["inconnu"])


# --- playing in a group


def test_a_group_plays_by_the_space_bar_and_the_notes_stay_in_the_second_window(
    server: Server, new_page: NewPage
) -> None:
    page = new_page(PROJECTOR)
    open_scenario(page, server.url)
    page.get_by_role("link", name="Jouer", exact=True).press("Enter")
    stage, count = page.locator("#jouer .moment"), page.locator("#jouer .compteur")
    for goal in SCENARIO.goals:
        expect(stage).to_contain_text(goal)
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Ouvrir les notes").click()
    notes = opened.value
    expect(notes.locator("#lien-projection")).to_have_text(WORDS["notes_suivies"])
    total = int(count.inner_text().split()[-1])
    page.keyboard.press(" ")
    expect(stage).to_contain_text(SCENARIO.setting.split("\n")[0])
    for number, beat in enumerate(SCENARIO.play, start=3):
        page.keyboard.press(" ")
        expect(count).to_have_text(f"{number} sur {total}")
        expect(notes.locator("#notes .compteur")).to_have_text(f"{number} sur {total}")
        assert folded(beat.text) in folded(stage.inner_text())
        if beat.notes:
            expect(notes.locator(".notes-moment")).to_have_text(beat.notes)
        if beat.hints:
            assert not any(hint in stage.inner_text() for hint in beat.hints)
            expect(notes.locator("#notes .moment")).to_contain_text(beat.hints[0])
            page.keyboard.press("ArrowDown")
            for hint in beat.hints:
                assert folded(hint) in folded(stage.inner_text())
        everything = folded(page.locator("body").inner_text())
        assert not [one.notes for one in SCENARIO.play if one.notes and folded(one.notes) in everything]
    for _ in range(total):
        page.keyboard.press(" ")
        if count.inner_text() == f"{total} sur {total}":
            break
        assert stage.locator("h2").count() == 1
    expect(stage.get_by_role("link", name="119")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(count).to_have_text(f"{total - 1} sur {total}")


def test_the_debriefing_of_the_group_has_what_happened_the_sources_and_the_questions(
    server: Server, new_page: NewPage
) -> None:
    page = new_page(PROJECTOR)
    open_play(page, server.url)
    advance_to(page, "situation")
    seen = ""
    while page.locator("#jouer .moment").get_attribute("data-genre") != "fin":
        seen += folded(page.locator("#jouer .moment").inner_text())
        page.keyboard.press("ArrowRight")
    assert folded(SCENARIO.young.situation) in seen
    for note in SCENARIO.debriefing:
        assert all(folded(text) in seen for text in (note.text, *note.questions))
    assert "Source : " in seen


def test_the_notes_lead_the_projection_and_find_it_again(server: Server, new_page: NewPage) -> None:
    page = new_page(PROJECTOR)
    open_play(page, server.url)
    page.keyboard.press("PageDown")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Ouvrir les notes").click()
    notes = opened.value
    expect(notes.locator("#notes .compteur")).to_have_text(re.compile("^2 sur"))
    notes.get_by_role("button", name="Suivant").click()
    expect(page.locator("#jouer .compteur")).to_have_text(re.compile("^3 sur"))
    page.reload()
    expect(page.locator("#jouer .compteur")).to_have_text(re.compile("^3 sur"))


def test_the_buttons_do_what_the_keys_do_and_the_space_bar_still_advances(server: Server, new_page: NewPage) -> None:
    page = new_page(PROJECTOR, has_touch=True)
    open_play(page, server.url)
    count = page.locator("#jouer .compteur")
    for _ in range(2):
        page.get_by_role("button", name="Suivant").tap()
    page.get_by_role("button", name="Précédent").tap()
    expect(count).to_have_text(re.compile("^2 sur"))
    screen = page.locator("[data-geste=ecran]")
    screen.click()
    expect(screen).to_have_text(WORDS["fenetre"])
    page.keyboard.press(" ")
    expect(count).to_have_text(re.compile("^3 sur"))
    screen.click()
    expect(screen).to_have_text(WORDS["plein_ecran"])
    page.keyboard.press(" ")
    # The space bar presses a button that has the focus, once.
    page.get_by_role("button", name="Suivant").focus()
    page.keyboard.press(" ")
    expect(count).to_have_text(re.compile("^5 sur"))


# --- practising


def test_one_practises_by_keyboard_only_a_skilled_and_a_clumsy_line(server: Server, new_page: NewPage) -> None:
    page = new_page()
    open_scenario(page, server.url)
    tab_to(page, page.get_by_role("link", name="S’entraîner", exact=True))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("#ligne"))
    lines = (SKILLED[1], CLUMSY[0])
    for number, line in enumerate(lines, start=1):
        page.keyboard.type(line)
        page.keyboard.press("Enter")
        expect(page.locator(".fil .moi")).to_have_count(number)
        expect(page.locator("#ligne")).to_be_focused()
        expect(page.locator("#ligne")).to_have_value("")
    session = expected(lines)
    assert replies(page) == [folded(text) for text in (SCENARIO.practice.opening, *(t.reply for t in session.turns))]
    assert session.turns[0].reading.verdict != session.turns[1].reading.verdict == "ameliorer"
    feedback = page.locator(".retour")
    assert not feedback.nth(1).locator("ul").is_visible()
    for number, turn in enumerate(session.turns):
        tab_to(page, feedback.nth(number).locator("summary"), "Shift+Tab" if number == 0 else "Tab")
        page.keyboard.press("Enter")
        expect(feedback.nth(number).locator(f".verdict.{turn.reading.verdict}")).to_be_visible()
    expect(feedback.nth(1).locator(".plutot").first).to_be_visible()
    expect(feedback.nth(1)).to_contain_text(WORDS["confiance_moins"])
    tab_to(page, page.get_by_role("button", name="Arrêter"))
    page.keyboard.press("Enter")
    expect(page.locator("#titre-bilan")).to_be_focused()
    expect(page.locator("#fin-seance")).to_have_text(PHRASES["fins"]["arret"])
    expect(page.locator("#dire")).to_be_hidden()
    expect(page.locator("#bilan a[href='tel:119']").last).to_be_visible()
    tab_to(page, page.get_by_role("button", name="Recommencer"))
    page.keyboard.press("Enter")
    expect(page.locator(".fil .moi")).to_have_count(0)
    expect(page.locator("#ligne")).to_be_focused()


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    for _ in range(60):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never meets {target}")


def test_the_debriefing_tells_two_trainees_apart(server: Server, new_page: NewPage) -> None:
    told = {}
    for name, lines in (("skilled", SKILLED), ("clumsy", CLUMSY)):
        page = new_page()
        open_practice(page, server.url)
        for line in lines[: len(expected(lines).turns)]:
            tell(page, line)
        if page.locator("#bilan").is_hidden():
            page.get_by_role("button", name="Arrêter").click()
        expect(page.locator("#titre-bilan")).to_be_focused()
        covered = page.locator(".etapes .faite").count()
        told[name] = (
            covered,
            page.locator("#bilan-texte .plutot").count(),
            folded(page.locator(".bouge").inner_text()),
        )
        expect(page.locator(".etapes li")).to_have_count(8)
        assert folded(SCENARIO.young.situation) in folded(page.locator("#bilan-texte").inner_text())
        assert page.locator("#bilan-texte .source").count()
    assert told["skilled"][0] > told["clumsy"][0]
    assert told["skilled"][1] < told["clumsy"][1]
    assert folded(PHRASES["bilan"]["rien_monte"]) in told["clumsy"][2]
    assert folded(PHRASES["bilan"]["rien_baisse"]) in told["skilled"][2]


def test_the_young_person_may_leave(server: Server, new_page: NewPage) -> None:
    scenario = next(one for one in read_scenarios(DATA / "scenarios").values() if one.practice.leaves)
    page = new_page()
    page.goto(f"{server.url}/formation/{scenario.id}#entrainement")
    lines: list[str] = []
    while not expected(lines, scenario).ended:
        lines.append(f"{CLUMSY[0]} {'!' * len(lines)}")
        tell(page, lines[-1])
    assert expected(lines, scenario).ended == "depart"
    expect(page.locator("#fin-seance")).to_have_text(PHRASES["fins"]["depart"].format(prenom=scenario.young.name))
    expect(page.locator("#dire")).to_be_hidden()


def test_one_who_is_not_well_is_taken_out_of_the_game(server: Server, new_page: NewPage) -> None:
    page = new_page()
    open_aside(page, server.url)
    aside = page.get_by_role("dialog")
    expect(aside.locator("h2")).to_be_focused()
    for number in ("119", "17", "3114"):
        expect(aside.get_by_role("link", name=number, exact=True)).to_be_visible()
    expect(aside).to_contain_text("inspirez")
    page.keyboard.press("Escape")
    expect(aside).to_be_hidden()
    expect(page.locator("#ligne")).to_be_focused()
    tell(page, SKILLED[1])
    for line, why, first in (
        ("Je n'en peux plus, je veux mourir.", "detresse", "119"),
        ("Ce n'est pas un exercice, j'ai une élève en danger.", "danger", "17"),
    ):
        page.locator("#ligne").fill(line)
        page.locator("#ligne").press("Enter")
        expect(aside).to_be_visible()
        expect(aside.locator("#pourquoi-pause")).to_have_text(PHRASES["pauses"][why])
        expect(aside.locator(".numero").first).to_have_text(first)
        aside.get_by_role("button", name="Revenir").click()
        # It is no line of the exercise.
        expect(page.locator(".fil .moi")).to_have_count(1)
        expect(page.locator("#ligne")).to_have_value("")
    page.get_by_role("button", name="Ça ne va pas").first.click()
    aside.get_by_role("button", name="Arrêter là").click()
    expect(page.locator("#titre-bilan")).to_be_focused()


def test_stop_typed_as_a_line_leads_to_the_debriefing(server: Server, new_page: NewPage) -> None:
    page = new_page()
    open_practice(page, server.url)
    tell(page, SKILLED[1])
    page.locator("#ligne").fill("stop")
    page.locator("#ligne").press("Enter")
    expect(page.locator("#titre-bilan")).to_be_focused()


def test_a_silence_is_left_by_a_button(server: Server, new_page: NewPage) -> None:
    page = new_page()
    open_practice(page, server.url)
    page.get_by_role("button", name="Laisser un silence").click()
    expect(page.locator(".fil .moi")).to_have_count(1)
    assert replies(page)[1] == folded(expected(["..."]).turns[0].reply)
    page.locator(".retour summary").click()
    expect(page.locator(".retour")).to_contain_text(PHRASES["cas"]["silence"])


def test_a_line_that_does_not_arrive_is_kept_in_the_field(server: Server, new_page: NewPage) -> None:
    page = new_page()
    open_practice(page, server.url)
    page.route("**/essai", lambda route: route.abort())
    page.locator("#ligne").fill(SKILLED[0])
    page.locator("#ligne").press("Enter")
    expect(page.locator("#dire .etat")).to_contain_text(WORDS["sans_reseau"])
    expect(page.locator("#ligne")).to_have_value(SKILLED[0])
    page.unroute("**/essai")
    page.locator("#ligne").press("Enter")
    expect(page.locator(".fil .moi")).to_have_count(1)


# --- what is taken away, and what is kept nowhere


def test_reports_and_the_session_file_are_downloaded(server: Server, new_page: NewPage) -> None:
    page = new_page()
    open_debriefing(page, server.url)
    pdf, html, record = (download(page, name) for name in ("Rapport en PDF", "Rapport en HTML", "Fichier de séance"))
    assert pdf.suggested_filename == f"vigie_{ID}_rapport.pdf"
    text = " ".join(sheet.extract_text() for sheet in pypdf.PdfReader(pdf.path()).pages)
    assert SCENARIO.title in folded(text) and "119" in text
    whole = folded(html.path().read_text(encoding="utf-8"))
    assert CLUMSY[0].split(" ?")[0] in whole and "119" in whole and "<script" not in whole
    counted = json.loads(record.path().read_text(encoding="utf-8"))
    assert counted["scenario"] == ID and counted["jour"] == date.today().isoformat()
    assert not [word for line in (*SKILLED, *CLUMSY) for word in line.split() if len(word) > 6 and word in str(counted)]


def download(page: Page, name: str) -> Download:
    with page.expect_download() as started:
        page.get_by_role("button", name=name).click()
    return started.value


def test_nothing_is_kept_and_nothing_is_asked_of_another_site(server: Server, new_page: NewPage) -> None:
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    secret = "Marmotte bleue sous la passerelle"
    open_list(page, server.url)
    page.get_by_label("Votre phrase").fill(secret)
    page.get_by_label("Votre phrase").press("Enter")
    expect(page.locator("#relue .verdict")).to_be_visible()
    open_play(page, server.url)
    open_practice(page, server.url)
    tell(page, secret)
    page.get_by_role("button", name="Arrêter").click()
    expect(page.locator("#titre-bilan")).to_be_focused()
    download(page, "Rapport en HTML")
    assert page.evaluate(STORED) == NOTHING
    assert page.context.cookies() == []
    assert page.context.storage_state()["origins"] == []
    assert asked and not [one for one in asked if not one.startswith((f"{server.url}/", f"blob:{server.url}/"))]
    assert not [one for one in asked if "armotte" in one]
    assert "armotte" not in server.log.read_text(encoding="utf-8")
    page.reload()
    expect(page.locator(".fil .moi")).to_have_count(0)


def test_pages_refuse_scripts_and_styles_of_others(server: Server) -> None:
    for path in ("/formation", f"/formation/{ID}"):
        policy = server.http.get(server.url + path).headers["content-security-policy"]
        assert "default-src 'none'" in policy and "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy and policy.endswith("trusted-types 'none'")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (f"/formation/{ID}/essai", {"lines": ["Bonjour"]}, 200),
        (f"/formation/{ID}/essai", {"lines": []}, 400),
        (f"/formation/{ID}/essai", {"lines": ["x"] * 41}, 400),
        (f"/formation/{ID}/essai", {"lines": ["x" * 501]}, 400),
        (f"/formation/{ID}/essai", {"lines": [" "]}, 400),
        (f"/formation/{ID}/essai", {"lines": [1]}, 400),
        (f"/formation/{ID}/essai", ["Bonjour"], 400),
        (f"/formation/{ID}/essai", {"lines": ["x" * 500] * 40}, 413),  # more than the server takes
        ("/formation/inconnu/essai", {"lines": ["Bonjour"]}, 404),
        ("/formation/phrase", {"line": "Bonjour"}, 200),
        ("/formation/phrase", {"line": "x" * 501}, 400),
        ("/formation/phrase", {"line": None}, 400),
        (f"/formation/{ID}/rapport.docx", {"lines": ["Bonjour"]}, 404),
        (f"/formation/{ID}/rapport.html", {"lines": []}, 400),
    ],
)
def test_what_is_sent_is_limited(server: Server, path: str, body: object, status: int) -> None:
    assert server.http.post(server.url + path, json=body).status_code == status


def test_an_unknown_scenario_is_told(server: Server) -> None:
    assert server.http.get(f"{server.url}/formation/inconnu").status_code == 404


# --- accessibility

State = Callable[[Page, str], None]
STATES: list[State] = [
    open_list,
    open_phrase,
    open_scenario,
    open_play,
    open_pause,
    open_end,
    open_notes,
    open_practice,
    open_feedback,
    open_debriefing,
    open_aside,
]
every_state = pytest.mark.parametrize("state", STATES, ids=lambda state: str(state.__name__))


def dress(page: Page, scheme: str, size: tuple[int, int]) -> str:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": size[0], "height": size[1]})
    # Scrolled by the state, the page may leave half a link under its header: nobody presses it there.
    page.evaluate("scrollTo(0, 0)")
    return f"{scheme} {size[0]}x{size[1]}"


@every_state
def test_axe_contrasts_borders_and_targets(server: Server, new_page: NewPage, state: State) -> None:
    page = new_page()
    state(page, server.url)
    faults = []
    for one in LOOKS:
        where = dress(page, *one)
        faults += [f"{where}: {finding}" for finding in audit(page)]
        faults += [f"{where}: text {name} {ratio:.2f}" for name, ratio in look(page, "texts()") if ratio < 4.5]
        for name, sides, border, filling in look(page, "edges()"):
            if not name.startswith("summary") and not (sides == 4 and border >= 3) and filling < 3:
                faults.append(f"{where}: border of {name} {sides} sides, {border or 0:.2f}")
        for name, width, height, in_sentence in look(page, "targets()"):
            if (width < 24 or height < 24) and not in_sentence:
                faults.append(f"{where}: target {name} {width:.1f}x{height:.1f}")
    assert not faults, "\n".join(faults)


@every_state
def test_nothing_is_cut_at_400_percent(server: Server, new_page: NewPage, state: State) -> None:
    page = new_page(ZOOMED)
    state(page, server.url)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@every_state
def test_every_focus_is_seen(server: Server, new_page: NewPage, state: State) -> None:
    page = new_page()
    state(page, server.url)
    faults = []
    for scheme, size in (LOOKS[0], LOOKS[-1]):
        where = dress(page, scheme, size)
        page.evaluate(BEFORE_THE_FIRST)
        met = set()
        for _ in look(page, "stops()"):
            page.keyboard.press("Tab")
            if not page.evaluate("() => !!eye.active()"):
                break
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            ring = page.evaluate("() => eye.ring()")
            met.add(ring["name"])
            if ring["width"] < 2 or ring["contrast"] < 3 or ring["covered"]:
                faults.append(f"{where}: {ring}")
        assert len(met) > 1
    assert not faults, "\n".join(faults)


def test_one_heading_of_level_1_and_a_log_and_a_status(server: Server, new_page: NewPage) -> None:
    page = new_page()
    for state in STATES:
        state(page, server.url)
        assert page.get_by_role("heading", level=1).count() == 1, state.__name__
        assert page.evaluate("() => document.documentElement.lang") == "fr"
        page.goto("about:blank")
    open_practice(page, server.url)
    expect(page.get_by_role("log")).to_have_count(1)
    expect(page.locator("#dire").get_by_role("status")).to_have_count(1)


def test_reduced_motion_stops_the_breath(server: Server, new_page: NewPage) -> None:
    page = new_page()
    open_aside(page, server.url)
    moving = "() => document.getAnimations().length"
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) == 1
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == 0


# The last: it uses up what an address may ask for.
def test_reports_are_not_made_without_end(server: Server) -> None:
    address = f"{server.url}/formation/{ID}/seance.json"
    assert 429 in {server.http.post(address, json={"lines": ["Bonjour"]}).status_code for _ in range(40)}
