"""Replay of the scenarios, their reports, and the commands that a trainer types."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from xml.etree import ElementTree

import pytest
from rich.console import Console

from bot import scenario_cli
from bot.content.answers import read_sources
from bot.content.formation import read_practice
from bot.content.scenarios import read_scenario, read_scenarios
from bot.logic.debrief import debrief
from bot.logic.documents import Phrases
from bot.logic.formulation import Formulations, Weights
from bot.logic.practice import practise
from bot.logic.scenario import Expected, Message, Scenario
from bot.trainer import report
from bot.trainer.replay import broken, replay_one
from bot.trainer.terminal import Stage
from bot.trainer.wording import Wording
from tests.driver import Vigie
from tests.server import Server

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
SCENARIOS = read_scenarios(DATA / "scenarios")
SAY = Wording(read_practice(DATA).phrases)
POINTER = "Le 119 répond."


def told(expected: Expected, *messages: Mapping[str, Any]) -> list[str]:
    return [one.expected for one in broken(expected, messages, SAY)]


def message(text: str, **custom: Any) -> dict[str, Any]:
    return {"recipient_id": "x", "text": text, "custom": custom}


HELD = [
    (Expected(answers=("loi/peines",)), message(POINTER, answer="loi/peines")),
    (Expected(answers=("loi/...",)), message(POINTER, answer="loi/peines")),
    (Expected(contains=("DEPISTAGE",)), message(f"Un dépistage. {POINTER}")),
    (Expected(without=("secret promis",)), message(POINTER)),
    (Expected(source=True), message(POINTER, sources=["Guide"])),
    (Expected(source=False), message(POINTER)),
    (Expected(alert=True), message("Appelez le 17. Puis le 119.", answer="urgence/danger_immediat")),
    (Expected(alert=True), message("Appelez le 15. Puis le 119.", answer="urgence/risque_suicidaire")),
    (Expected(alert=False), message(f"{POINTER} Danger immédiat : le 17.", answer="loi/peines")),
    (Expected(choices=("exemple",)), {**message(POINTER), "buttons": [{"title": "Un Exemple", "payload": "/x"}]}),
]
BROKEN = [
    (Expected(answers=("loi/peines",)), message(POINTER, answer="loi/autre")),
    (Expected(answers=("loi/...",)), message(POINTER, answer="soigner/depistage")),
    (Expected(contains=("dépistage",)), message(POINTER)),
    (Expected(without=("secret promis",)), message(f"Sécret Promis. {POINTER}")),
    (Expected(source=True), message(POINTER)),
    (Expected(source=False), message(POINTER, sources=["Guide"])),
    (Expected(alert=True), message(POINTER, answer="urgence/danger_immediat")),
    (Expected(alert=True), message("Le 119, puis le 17.", answer="urgence/danger_immediat")),
    (
        Expected(alert=True),
        {**message("Appelez. Le 17. Le 119.", answer="urgence/doute", lines={"helpline": "Le 17. Le 119."})},
    ),
    (Expected(alert=False), message("Le 17. Puis le 119.", answer="urgence/danger_immediat")),
    (Expected(choices=("exemple",)), message(POINTER)),
    (Expected(), message("Sans numéro.")),
    (Expected(), message(f"Une prostituée. {POINTER}")),
    (Expected(), message("")),
]


@pytest.mark.parametrize(("expected", "turn"), HELD)
def test_an_expectation_that_holds_says_nothing(expected: Expected, turn: Mapping[str, Any]) -> None:
    assert told(expected, turn) == []


@pytest.mark.parametrize(("expected", "turn"), BROKEN)
def test_a_broken_expectation_says_what_was_expected(expected: Expected, turn: Mapping[str, Any]) -> None:
    assert len(told(expected, turn)) == 1


def test_no_message_at_all_is_broken() -> None:
    assert len(told(Expected())) == 1


class InProcess:
    """The trained assistant, without a server."""

    def __init__(self, vigie: Vigie) -> None:
        self._vigie = vigie

    def say(self, sender: str | None, text: str) -> Sequence[Mapping[str, Any]]:
        turn: Sequence[Mapping[str, Any]] = self._vigie.say(sender or self._vigie.conversation(), text).messages
        return turn


@pytest.mark.parametrize("id", SCENARIOS)
def test_a_scenario_of_the_house_replays(id: str, vigie: Vigie) -> None:
    replayed = replay_one(SCENARIOS[id], InProcess(vigie), SAY)
    assert [(played.message.says, one) for played in replayed.played for one in played.broken] == []


class Recorder(BaseHTTPRequestHandler):
    """A Vigie of paper: notes what is sent, answers the same thing, busy once."""

    seen: ClassVar[list[tuple[Mapping[str, str], Mapping[str, Any]]]] = []
    busy: ClassVar[list[int]] = []
    text = "Un dépistage. Le 119 répond."

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((dict(self.headers), body))
        if self.busy:
            self.send_response(self.busy.pop())
            self.send_header("Retry-After", "0")
            self.end_headers()
            return
        made = json.dumps([{"recipient_id": "donné", "text": self.text, "custom": {"answer": "soigner/depistage"}}])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(made.encode())

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def paper() -> Iterator[str]:
    Recorder.seen.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A scenario of two messages, whose second expectation is broken."""
    text = (ROOT / "tests/fixtures/scenarios/salle_de_classe.yml").read_text(encoding="utf-8")
    before, _, after = text.partition("rejeu:\n")
    replay = """rejeu:
  - dit: "Une élève demande un dépistage"
    attend:
      reponse: [soigner/depistage]
      contient: ["dépistage"]
  - dit: "Et ensuite ?"
    attend:
      contient: ["procureur"]
      source: true
"""
    file = tmp_path / "deux.yml"
    file.write_text(before + replay + after[after.index("debriefing:") :], encoding="utf-8")
    return file


def test_a_run_is_tagged_keeps_its_conversation_and_fails_readably(
    paper: str, two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Recorder.busy.append(429)
    page, junit = tmp_path / "rejeu.html", tmp_path / "rejeu.xml"
    command = ["run", str(two), "--url", paper, "--token", "jeton", "--report", str(page), "--junit", str(junit)]
    assert scenario_cli.main(command) == 1
    assert len(Recorder.seen) == 3  # the first message is asked again
    for headers, _ in Recorder.seen:
        assert headers["X-Vigie-Traffic"] == "essai"
        assert headers["Authorization"] == "Bearer jeton"
    assert "sender" not in Recorder.seen[1][1]
    assert Recorder.seen[2][1]["sender"] == "donné"
    out = " ".join(capsys.readouterr().out.split())
    place = two.read_text(encoding="utf-8").splitlines().index('  - dit: "Et ensuite ?"') + 1
    assert f"Message (ligne {place} de deux.yml)" in out
    assert "- Attendu : le texte « procureur » + Reçu : Un dépistage. Le 119 répond." in out
    assert "- Attendu : une source affichée + Reçu : (rien)" in out
    suite = ElementTree.parse(junit).getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures")) == ("2", "2")
    shown = page.read_text(encoding="utf-8")
    assert "procureur" in shown
    assert "échoué" in shown.lower()


def test_a_run_that_holds_ends_well(paper: str, two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = two.read_text(encoding="utf-8").replace("procureur", "dépistage").replace("source: true", "source: false")
    two.write_text(text, encoding="utf-8")
    assert scenario_cli.main(["run", str(two), "--url", paper]) == 0
    assert "1 scénario(s) réussi(s) sur 1" in capsys.readouterr().out


def test_nobody_there_is_said_with_the_remedy(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scenario_cli.main(["run", str(two), "--url", "http://127.0.0.1:9"]) == 1
    assert "make run" in capsys.readouterr().err


LINES = """Tu as dit travailler, ça veut dire quoi pour toi ?
# un commentaire
...
Je m'inquiète pour <b>toi</b>.
"""


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_a_session_is_reported(form: str, tmp_path: Path) -> None:
    lines, out = tmp_path / "lignes.txt", tmp_path / f"bilan.{form}"
    lines.write_text(LINES, encoding="utf-8")
    example = str(ROOT / "tests/fixtures/scenarios/salle_de_classe.yml")
    assert scenario_cli.main(["report", example, "--lines", str(lines), "--out", str(out)]) == 0
    made = out.read_bytes()
    if form == "pdf":
        assert made.startswith(b"%PDF")
        return
    page = made.decode()
    for text in ("Ligne 1", "Ligne 3", "&lt;b&gt;toi&lt;/b&gt;", "<svg", "119", "Étape 4 : partir de ses mots"):
        assert text in page
    assert "un commentaire" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in page


def saved(folder: Path, count: int) -> list[str]:
    lines = folder / "lignes.txt"
    files = []
    for number in range(count):
        lines.write_text(LINES + "Je t'écoute.\n" * number, encoding="utf-8")
        file = folder / f"seance{number}.json"
        example = str(ROOT / "tests/fixtures/scenarios/salle_de_classe.yml")
        out = str(folder / "bilan.html")
        assert scenario_cli.main(["report", example, "--lines", str(lines), "--out", out, "--save", str(file)]) == 0
        files.append(str(file))
    return files


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_a_group_is_summed_up_without_a_word_of_anyone(form: str, tmp_path: Path) -> None:
    out = tmp_path / f"synthese.{form}"
    assert scenario_cli.main(["summary", *saved(tmp_path, 3), "--out", str(out)]) == 0
    made = out.read_bytes()
    assert made.startswith(b"%PDF" if form == "pdf" else b"<!doctype html>")
    if form == "html":
        page = made.decode()
        assert page.count("<svg") == 3
        assert "3 séances" in page.replace("\u00a0", " ")
        for word in ("quoi pour toi", "inquiète pour", "écoute.", "<b>toi"):
            assert word not in page


def test_a_small_group_a_twice_given_file_and_another_file_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = saved(tmp_path, 2)
    out = str(tmp_path / "synthese.html")
    other = tmp_path / "autre.json"
    other.write_text("[]", encoding="utf-8")
    for given, reason in (
        (files, "au moins 3"),
        ([*files, files[0]], "deux fois"),
        ([*files, str(other)], "autre.json"),
    ):
        assert scenario_cli.main(["summary", *given, "--out", out]) == 1
        assert reason in capsys.readouterr().err
    assert not Path(out).exists()


def typed(*keys: str, command: Sequence[str]) -> str:
    made = subprocess.run(
        [sys.executable, "-m", "bot", "scenario", *command],
        input="\n".join(keys) + "\n",
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=120,
    )
    return " ".join(made.stdout.split())


@pytest.mark.parametrize("id", SCENARIOS)
def test_a_scenario_of_the_house_plays_to_its_end(id: str) -> None:
    out = StringIO()
    console = Console(file=out, width=100)
    console.input = lambda *_, **__: ""  # type: ignore[method-assign]
    Stage(console, read_practice(DATA), DATA).play(SCENARIOS[id])
    shown = " ".join(out.getvalue().split())
    scenario = SCENARIOS[id]
    for beat in scenario.play:
        for text in (beat.text, *beat.hints):
            assert " ".join(text.split())[:40] in shown
        if beat.notes:
            assert " ".join(beat.notes.split())[:40] not in shown  # never without being asked for
    assert SAY.say("relais") in shown


def test_practising_in_a_terminal_pauses_explains_and_debriefs(tmp_path: Path) -> None:
    saved_file = tmp_path / "seance.json"
    shown = typed(
        "?", "...", "?", "je n'en peux plus, ça me rappelle ce que j'ai vécu", "", "fin",
        command=["practise", "depistage_infirmerie", "--save", str(saved_file)],
    )  # fmt: skip
    for text in ("Écrivez d'abord une phrase", "Un silence laissé", "le 3114", "Bilan de la séance", "le 119"):
        assert text in shown
    assert shown.count("On s'arrête : vous n'êtes plus dans le rôle.") == 1
    assert len(json.loads(saved_file.read_text())["humeurs"]) == 2


def test_leaving_a_play_is_always_possible() -> None:
    shown = typed("", "n", "q", command=["play", "depistage_infirmerie"])
    assert "Notes" in shown
    assert "Ce qui se passait vraiment" not in shown


def test_a_new_scenario_is_written_once_and_named_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scenario_cli.Desk, "folder", tmp_path)
    assert scenario_cli.main(["new", "Ma Situation"]) == 1
    assert scenario_cli.main(["new", "ma_situation"]) == 0
    assert scenario_cli.main(["new", "ma_situation"]) == 1
    assert scenario_cli.main(["check", str(tmp_path / "ma_situation.yml")]) == 1
    assert "ligne 6" in capsys.readouterr().err
    elsewhere = tmp_path / "ailleurs.yml"
    assert scenario_cli.main(["new", str(elsewhere)]) == 0
    assert elsewhere.is_file()
    assert scenario_cli.main(["new", "dossier/ailleurs"]) == 1


def test_a_list_of_eighty_columns_shows_every_name_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert scenario_cli.main(["list"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    for scenario in SCENARIOS.values():
        for name in (scenario.id, *scenario.audience):
            assert name in shown
    assert "…" not in shown


def test_an_audience_is_listed_or_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert scenario_cli.main(["list", "--publics"]) == 0
    assert "vie_scolaire : " in capsys.readouterr().out
    assert scenario_cli.main(["list", "--public", "auto_ecole"]) == 1
    assert "vie_scolaire" in capsys.readouterr().err


def test_a_line_set_aside_keeps_its_number_and_none_of_its_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, out = tmp_path / "lignes.txt", tmp_path / "bilan.html"
    lines.write_text("# essai\n\nJe m'inquiète pour toi.\nJe craque, je n'en peux plus.\n...\n", encoding="utf-8")
    example = str(ROOT / "tests/fixtures/scenarios/salle_de_classe.yml")
    command = ["report", example, "--lines", str(lines), "--out", str(out)]
    assert scenario_cli.main(command) == 0
    assert "Ligne 4 écartée" in capsys.readouterr().err
    page = out.read_text(encoding="utf-8").replace("\u00a0", " ")
    for told in ("<h3>Ligne 3</h3>", "Ligne 4 écartée", "<h3>Ligne 5</h3>"):
        assert told in page
    assert "Je craque" not in page
    lines.write_bytes("Ça va ?".encode("latin-1"))
    assert scenario_cli.main(command) == 1
    assert "UTF-8" in capsys.readouterr().err
    lines.unlink()
    assert scenario_cli.main(command) == 1
    assert "absent" in capsys.readouterr().err


def test_a_report_is_made_on_a_day_and_nobody_reviewed_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Phrases] = []
    monkeypatch.setattr(report, "render_pdf", lambda _, phrases, __: given.append(phrases) or b"")
    session = practise(
        SCENARIOS["depistage_infirmerie"], read_practice(DATA).rules, Formulations({}, {}, Weights()), []
    )
    report.session_report(debrief(session), DATA, "pdf", date(2026, 11, 21))
    assert given[0].reviewed_line(date(2026, 11, 21)) == "fait le 21/11/2026"


def test_an_unknown_scenario_names_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert scenario_cli.main(["play", "inconnu"]) == 1
    assert "depistage_infirmerie" in capsys.readouterr().err


def test_the_advices_cite_known_sources() -> None:
    sources = read_sources(DATA / "sources.yml")
    for advice in read_practice(DATA).rules.advice:
        assert set(advice.sources) <= set(sources)
        assert sum(one is not None for one in (advice.lacks, advice.absent, advice.excess)) == 1


def example() -> Scenario:
    found = read_scenario(ROOT / "tests/fixtures/scenarios/salle_de_classe.yml", DATA, [])
    assert found
    return found


def test_a_conversation_goes_on_after_a_broken_expectation() -> None:
    class Silent:
        def say(self, sender: str | None, text: str) -> Sequence[Mapping[str, Any]]:
            return []

    twice = replace(example(), replay=(Message("un", Expected(), 1), Message("deux", Expected(), 2)))
    assert [len(one.broken) for one in replay_one(twice, Silent(), SAY).played] == [1, 1]


@pytest.mark.server
def test_the_whole_set_replays_over_http(tmp_path: Path) -> None:
    server = Server(tmp_path)
    try:
        assert scenario_cli.main(["run", "--url", server.url, "--junit", str(tmp_path / "rejeu.xml")]) == 0
    finally:
        server.stop()
    suites = ElementTree.parse(tmp_path / "rejeu.xml").getroot().findall("testsuite")
    assert {suite.get("name") for suite in suites} == set(SCENARIOS)
