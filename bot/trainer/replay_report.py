"""What a replay gave: in the terminal, as a page, as JUnit for a continuous integration."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from junitparser import Failure, JUnitXml, TestCase, TestSuite
from rich.console import Console
from rich.markup import escape

from bot.trainer.replay import Broken, Played, Replayed, Result
from bot.trainer.wording import Wording, capital

_LONGEST_RECEIVED = 600  # characters of an answer shown in the terminal


def print_failures(result: Result, console: Console, say: Wording) -> None:
    """Each scenario in one line; under it what is broken, expected then received."""
    for one in result.scenarios:
        state = "echoue" if one.broken else "reussi"
        colour = "red" if one.broken else "green"
        console.print(f"[{colour}]{say.say(f'rejeu.{state}'):8}[/] {escape(one.scenario.id)} ({one.seconds:.1f} s)")
        for played in one.played:
            if played.broken:
                console.print(f"  [bold]{escape(_where(one, played, say))}[/]")
                console.print(f"    « {escape(played.message.says)} »")
            for broken in played.broken:
                console.print(f"    [green]- {escape(say.say('rejeu.attendu'))} : {escape(broken.expected)}[/]")
                received = escape(_shortened(broken.received))
                console.print(f"    [red]+ {escape(say.say('rejeu.recu'))} : {received}[/]")
    console.print(escape(summary_line(result, say)))
    console.print(escape(say.say("rejeu.pas_compte")), style="dim")


def summary_line(result: Result, say: Wording) -> str:
    """The whole run in one line."""
    return say.say(
        "rejeu.bilan",
        reussis=sum(not one.broken for one in result.scenarios),
        total=len(result.scenarios),
        tours=result.messages,
        echecs=result.failures,
        secondes=f"{result.seconds:.1f}".replace(".", ","),
    )


def write_html(result: Result, file: Path, say: Wording, today: date) -> None:
    """A page that stands alone, failures open, the rest folded."""
    pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape(default=True))
    page = pages.get_template("replay.html").render(
        result=result,
        say=say,
        summary=summary_line(result, say),
        day=f"{today:%d/%m/%Y}",
        where=_where,
        capital=capital,
    )
    file.write_text(page, encoding="utf-8")


def write_junit(result: Result, file: Path, say: Wording) -> None:
    """A suite for each scenario, a case for each message."""
    report = JUnitXml(say.say("rejeu.titre"))
    for one in result.scenarios:
        suite = TestSuite(one.scenario.id)
        for played in one.played:
            case = TestCase(_where(one, played, say), one.scenario.id, one.seconds / len(one.played))
            if played.broken:
                case.result = [Failure(_told(broken, say)) for broken in played.broken]
            suite.add_testcase(case)
        report.add_testsuite(suite)
    report.write(str(file), pretty=True)


def _told(broken: Broken, say: Wording) -> str:
    return f"{say.say('rejeu.attendu')} : {broken.expected}\n{say.say('rejeu.recu')} : {broken.received}"


def _where(one: Replayed, played: Played, say: Wording) -> str:
    return say.say("rejeu.message", ligne=played.message.place, fichier=f"{one.scenario.id}.yml")


def _shortened(text: str) -> str:
    line = " / ".join(part.strip() for part in text.splitlines() if part.strip())
    return line if len(line) <= _LONGEST_RECEIVED else line[:_LONGEST_RECEIVED] + " [...]"
