"""Play and practise a scenario in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from bot.content.answers import read_sources
from bot.content.formation import Formation
from bot.logic.debrief import Debrief, debrief
from bot.logic.documents import unbreakable
from bot.logic.formulation import IMPROVE, KEEP, UNKNOWN, Formulations
from bot.logic.normalisation import fold
from bot.logic.practice import PAUSED, Session, Turn, practise
from bot.logic.scenario import Beat, Note, Scenario
from bot.trainer.report import advice_lines, fact_lines, moved, one_line, step_line
from bot.trainer.wording import Wording

_SEEN_BY_ALL = {"recit": "dim italic", "jeune": "bold cyan", "pro": "bold", "pro2": "bold", "pause": "bold yellow"}
_COLOURS = {KEEP: "green", IMPROVE: "yellow", UNKNOWN: ""}
_END = "fin"
_ON_DEMAND = "?"
_NARROWEST = 60


class _LeftError(Exception):
    """Whoever plays asks to leave."""


class Stage:
    """One terminal on which a scenario is played or practised."""

    def __init__(self, console: Console, formation: Formation, data: Path) -> None:
        """`data` gives the titles of the sources."""
        self._console = console
        self._formation = formation
        self._say = Wording(formation.phrases)
        self._sources = {key: source.title for key, source in read_sources(data / "sources.yml").items()}

    def play(self, scenario: Scenario) -> None:
        """Step by step, for a group: Enter advances, a pause waits before its hints, notes come on demand."""
        self._open(scenario)
        try:
            for beat in scenario.play:
                self._beat(scenario, beat)
        except (_LeftError, EOFError, KeyboardInterrupt):
            self._console.print()
        else:
            self._line(self._say.say("terminal.fin_jeu"), "dim")
            self._panel(self._say.say("terminal.situation"), one_line(scenario.young.situation))
            self._notes(scenario.debriefing)
        self._line(self._say.say("relais"), "bold")

    def practise(self, scenario: Scenario, formulations: Formulations) -> Session:
        """The trainee writes line after line; the session so far is returned, whatever ends it."""
        self._open(scenario)
        self._line(self._say.say("terminal.aide"), "dim")
        self._console.print()
        self._spoken(scenario, scenario.practice.opening)
        lines: list[str] = []
        session = practise(scenario, self._formation.rules, formulations, lines)
        try:
            while session.ended is None:
                said = self._console.input(f"[bold]{escape(self._say.say('terminal.vous'))}[/bold]").strip()
                if fold(said) == _END:
                    break
                if said == _ON_DEMAND:
                    self._feedback(session)
                    continue
                session = practise(scenario, self._formation.rules, formulations, [*lines, said])
                if session.ended == PAUSED:
                    session = self._pause(scenario, formulations, session, lines)
                    continue
                if said:
                    lines.append(said)
                    self._spoken(scenario, session.turns[-1].reply)
        except (_LeftError, EOFError, KeyboardInterrupt):
            self._console.print()
        return session

    def debrief(self, session: Session) -> None:
        """Everything that is said at the end of a session."""
        seen = debrief(session)
        say = self._say
        self._line(say.ending(session), "italic")
        self._console.rule(escape(say.say("bilan.titre")))
        if not session.turns:
            self._line(say.say("bilan.vide"))
            self._line(say.say("relais"), "bold")
            return
        for title, texts in self._debriefing(seen):
            self._title(title)
            for text in texts:
                self._line(f"- {text}")
        self._panel(
            say.say("bilan.situation", prenom=session.scenario.young.name), one_line(session.scenario.young.situation)
        )
        self._notes(seen.notes)
        self._line(say.say("limites"), "dim")
        self._line(say.say("relais"), "bold")

    def _debriefing(self, seen: Debrief) -> Iterator[tuple[str, list[str]]]:
        say = self._say
        yield say.say("bilan.essayer"), list(advice_lines(seen, say))
        yield (
            say.say("bilan.bouge"),
            [
                moved(seen, turned, key, say) if turned else say.say(f"bilan.rien_{key}")
                for turned, key in ((seen.up, "monte"), (seen.down, "baisse"))
            ],
        )
        yield say.say("bilan.etapes"), [step_line(step, say) for step in seen.steps]
        for title, used, none in (
            ("bilan.reussi", seen.good, "bilan.rien_reussi"),
            ("bilan.ameliorer", seen.to_improve, "bilan.rien_ameliorer"),
        ):
            counts = [
                say.say("bilan.compte", titre=one.title, fois=len(one.lines), lignes=say.lines(one.lines).lower())
                for one in used
            ]
            yield say.say(title), counts or [say.say(none)]
        if seen.avoid:
            yield (
                say.say("bilan.dire_autrement"),
                [
                    f"{say.lines([one.line])}, {say.say('ligne.mots', mots=one.words)}. {one.why} "
                    + (say.instead(one.better) if one.better else "")
                    for one in seen.avoid
                ],
            )
        if seen.unread:
            yield say.say("bilan.prudence"), [say.say("bilan.inconnues", lignes=say.lines(seen.unread).lower())]
        yield say.say("bilan.faits"), list(fact_lines(seen, say))

    def _open(self, scenario: Scenario) -> None:
        say = self._say
        family = say.at("familles")[scenario.family]
        title = say.say("terminal.scenario", titre=scenario.title, minutes=scenario.minutes, famille=family)
        self._console.rule(escape(title))
        self._line(say.say("terminal.avertissement"), "yellow")
        self._title(say.say("terminal.objectifs"))
        for goal in scenario.goals:
            self._line(f"- {goal}")
        self._panel(say.say("terminal.cadre"), one_line(scenario.setting))

    def _beat(self, scenario: Scenario, beat: Beat) -> None:
        say = self._say
        if beat.kind == "pause":
            self._panel(say.say("terminal.pause"), beat.text)
            if beat.hints:
                self._wait("terminal.voir_pistes", beat)
                self._title(say.say("terminal.pistes"))
                for hint in beat.hints:
                    self._line(f"- {hint}")
        else:
            who = say.say(f"terminal.recits.{beat.kind}", prenom=scenario.young.name)
            about = [say.say("terminal.etape", n=beat.step)] if beat.step else []
            about += [say.say("terminal.maladroit")] if beat.clumsy else []
            marks = f" [{', '.join(about)}]" if about else ""
            self._console.print(f"\n[{_SEEN_BY_ALL[beat.kind]}]{escape(who + marks)}[/]")
            self._line(beat.text)
        self._wait("terminal.avancer", beat)

    def _wait(self, prompt: str, beat: Beat) -> None:
        """Until Enter; "n" shows the trainer's notes, "q" leaves."""
        while True:
            typed = self._console.input(f"[dim]{escape(self._say.say(prompt))}[/dim]").strip().lower()
            if typed == "q":
                raise _LeftError
            if typed != "n":
                return
            self._panel(self._say.say("terminal.notes"), beat.notes or self._say.say("terminal.sans_note"))

    def _feedback(self, session: Session) -> None:
        if session.turns:
            self._annotated(session, session.turns[-1])
        else:
            self._line(self._say.say("terminal.pas_encore"), "dim")

    def _annotated(self, session: Session, turn: Turn) -> None:
        for note in self._say.notes(session, turn):
            self._line(f"  · {note}", _COLOURS[turn.reading.verdict])

    def _pause(self, scenario: Scenario, formulations: Formulations, session: Session, lines: list[str]) -> Session:
        """Out of role, with the numbers; goes on only when asked to."""
        kind = session.interruption or "demande"
        self._panel(self._say.say("fins.pause"), self._say.say(f"pauses.{kind}", prenom=scenario.young.name))
        self._line(self._say.say("relais"), "bold")
        typed = self._console.input(f"[dim]{escape(self._say.say('terminal.reprendre'))}[/dim]")
        if fold(typed) == _END:
            raise _LeftError
        resumed = practise(scenario, self._formation.rules, formulations, lines)
        self._spoken(scenario, resumed.turns[-1].reply if resumed.turns else scenario.practice.opening)
        return resumed

    def _spoken(self, scenario: Scenario, text: str) -> None:
        self._console.print(f"[bold cyan]{escape(scenario.young.name)} >[/] {escape(text)}")

    def _notes(self, notes: tuple[Note, ...]) -> None:
        self._title(self._say.say("terminal.debriefing"))
        for note in notes:
            for question in note.questions:
                self._line(f"? {question}")
            if note.text:
                cited = " ; ".join(self._sources[one] for one in note.sources if self._sources.get(one))
                self._line(f"- {note.text}" + (f" ({self._say.say('bilan.source', source=cited)})" if cited else ""))

    def _title(self, text: str) -> None:
        self._console.print(f"\n[bold underline]{escape(text)}[/]")

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(escape(unbreakable(text)), style=style or None, highlight=False)

    def _panel(self, title: str, text: str) -> None:
        self._console.print(
            Panel(escape(unbreakable(text)), title=escape(title), width=min(100, max(_NARROWEST, self._console.width)))
        )
