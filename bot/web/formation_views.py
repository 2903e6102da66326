"""What the script of the pages /formation is given, as values for JSON; typed in src/formation-data.ts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from bot.logic.debrief import Better, Debrief, Turned, Used
from bot.logic.formulation import Kind, Reading
from bot.logic.practice import Session, Turn
from bot.logic.scenario import Change, Note, Rules, Scenario
from bot.trainer.wording import Wording, capital

Cite = Callable[[Iterable[str]], str]  # ids of sources -> one line
View = dict[str, Any]

_MOST_BETTER = 2  # wordings shown beside one fault


def scenario_view(scenario: Scenario, rules: Rules, cite: Cite, opening: str, closing: str) -> View:
    """What the projection and the practice need; `opening` and `closing` are said to the group first and last."""
    return {
        "id": scenario.id,
        "name": scenario.young.name,
        "age": scenario.young.age,
        "minutes": scenario.minutes,
        "opening": scenario.practice.opening,
        "most": scenario.practice.most_lines,
        "steps": [_bare(title) for title in rules.steps],
        "moments": list(_moments(scenario, cite, opening, closing)),
    }


def _moments(scenario: Scenario, cite: Cite, opening: str, closing: str) -> Iterator[View]:
    yield _moment("buts", opening, items=scenario.goals)
    yield _moment("cadre", scenario.setting)
    for beat in scenario.play:
        yield _moment(
            beat.kind, beat.text, notes=beat.notes, hints=list(beat.hints), step=beat.step, clumsy=beat.clumsy
        )
    yield _moment("situation", _flowing(scenario.young.situation))
    for note in scenario.debriefing:
        if note.text:
            yield _moment("retenir", note.text, source=cite(note.sources))
        if note.questions:
            yield _moment("discuter", items=note.questions)
    yield _moment("fin", closing)


def _moment(kind: str, text: str = "", items: Iterable[str] = (), **more: Any) -> View:
    empty: View = {"hints": [], "notes": "", "step": None, "clumsy": False, "source": ""}
    return {"kind": kind, "text": _flowing(text), "items": list(items), **empty, **more}


def reading_view(reading: Reading, kinds: Mapping[str, Kind]) -> View:
    """The kinds of a line, why, and better wordings for those to improve."""
    return {"verdict": reading.verdict, "found": [_found(kinds[one.kind_id], one.words) for one in reading.found]}


def _found(kind: Kind, words: str) -> View:
    return {
        "title": capital(kind.title),
        "verdict": kind.verdict,
        "words": words,
        "why": kind.why,
        "better": list(kind.better[:_MOST_BETTER]),
    }


def turn_view(turn: Turn, session: Session, say: Wording) -> View:
    """One line of the trainee, how it reads, what it moved and the answer."""
    return {
        "line": turn.line,
        "reply": turn.reply,
        "reading": reading_view(turn.reading, session.kinds),
        "change": _change(turn.change),
        "cases": [say.at("cas")[reason.id] for reason in turn.reasons if reason.special],
        "steps": sorted(turn.steps),
    }


def _change(change: Change) -> View:
    return {"trust": change.trust, "openness": change.openness, "fear": change.fear}


def debrief_view(debrief: Debrief, say: Wording, cite: Cite) -> View:
    """The debriefing of a session."""
    scenario = debrief.session.scenario
    return {
        "steps": [
            {"title": _bare(step.title), "lines": list(step.lines), "covered": step.covered} for step in debrief.steps
        ],
        "kinds": [_used(one) for one in (*debrief.good, *debrief.to_improve)],
        "avoid": [_avoid(one, debrief.session) for one in debrief.avoid],
        "up": _turned(debrief.up, debrief.session, say),
        "down": _turned(debrief.down, debrief.session, say),
        "next": [{"text": one.advice.text, "source": cite(one.advice.sources)} for one in debrief.advice],
        "unread": list(debrief.unread),
        "situation": _flowing(scenario.young.situation),
        "facts": [{"text": fact.text, "said": fact.line is not None} for fact in debrief.facts],
        "notes": [_note(note, cite) for note in debrief.notes],
    }


def _used(one: Used) -> View:
    return {"title": capital(one.title), "verdict": one.verdict, "count": len(one.lines), "opens": one.opens}


def _avoid(one: Better, session: Session) -> View:
    line = session.turns[one.line - 1].line
    return {
        "line": one.line,
        "text": line,
        "words": "" if one.words == line else one.words,
        "title": capital(one.title),
        "why": one.why,
        "better": one.better,
    }


def _turned(one: Turned | None, session: Session, say: Wording) -> View | None:
    if one is None:
        return None
    turn = one.turn
    return {"line": one.line, "text": turn.line, "why": say.why(session, turn), "change": _change(turn.change)}


def _note(note: Note, cite: Cite) -> View:
    return {"text": note.text, "source": cite(note.sources), "questions": list(note.questions)}


def _flowing(text: str) -> str:
    """`text` without the line breaks of its file; a blank line still parts two paragraphs."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n")).strip()


def _bare(title: str) -> str:
    """The title of a step without its number, which the page draws."""
    return capital(title.partition(" : ")[2] or title)
