"""The report of a session, composed once, in HTML or PDF: transcript annotated line by line, steps, advice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape

from bot.content.answers import read_sources
from bot.content.documents import read_document_phrases
from bot.content.formation import read_practice
from bot.documents.pdf import render_pdf
from bot.logic.debrief import Debrief, Step, Turned, Used
from bot.logic.documents import (
    Block,
    Bullets,
    Document,
    Heading,
    Paragraph,
    Phrases,
    Picture,
    Section,
    Words,
    unbreakable,
)
from bot.trainer.steps_picture import state_of, steps_picture
from bot.trainer.wording import Wording, listed

_ROOM = Path(__file__).parent


def session_report(debrief: Debrief, data: Path, form: str, today: date, fonts: Path | None = None) -> bytes:
    """The report of a session; `form` is "html" or "pdf", `fonts` a folder of TTF files for the PDF."""
    return render(session_document(debrief, data, today), data, form, fonts)


def render(document: Document, data: Path, form: str, fonts: Path | None = None) -> bytes:
    """`document` as one file without any outside resource; raises typst.TypstError."""
    # The footer says the day of a document's review; nobody has reviewed a report.
    made = Wording(read_practice(data).phrases).at("bilan.fait_le")
    phrases = replace(read_document_phrases(data / "documents"), reviewed=str(made))
    return render_pdf(document, phrases, fonts) if form == "pdf" else render_html(document, phrases)


def render_html(document: Document, phrases: Phrases) -> bytes:
    """A Document as a page that stands alone."""
    blocks = [
        (section.title, [(type(block).__name__.lower(), block) for block in section.blocks])
        for section in document.sections
    ]
    return _pages().get_template("report.html").render(document=document, sections=blocks, words=phrases).encode()


def session_document(debrief: Debrief, data: Path, today: date) -> Document:
    """What a session's report holds, ready to be rendered; `today` is the only date in it."""
    say = Wording(read_practice(data).phrases)
    titles = {key: source.title for key, source in read_sources(data / "sources.yml").items()}
    scenario = debrief.session.scenario
    return Document(
        id="bilan",
        title=say.say("bilan.titre"),
        subtitle=say.say("bilan.sous_titre", titre=scenario.title, prenom=scenario.young.name, age=scenario.young.age),
        usage=say.say("limites"),
        sections=tuple(Section(title, tuple(blocks)) for title, blocks in _sections(debrief, say, titles) if blocks),
        sources=tuple(dict.fromkeys(titles[one] for one in _cited(debrief) if titles.get(one))),
        reviewed_on=today,
    )


def _sections(debrief: Debrief, say: Wording, titles: Mapping[str, str]) -> Iterator[tuple[str, list[Block]]]:
    if not debrief.session.turns:
        aside = tuple(say.set_aside(debrief.session))
        yield say.say("bilan.titre"), [Paragraph(say.say("bilan.vide")), *([Bullets(aside)] if aside else [])]
        return
    name = debrief.session.scenario.young.name
    yield say.say("bilan.essayer"), [Bullets(tuple(_advice(debrief, say)))]
    yield say.say("bilan.bouge"), list(_moves(debrief, say))
    yield say.say("bilan.etapes"), [steps_block(debrief.steps, say)]
    yield say.say("bilan.reussi"), [counted(debrief.good, say, "bilan.rien_reussi")]
    asked = say.say(
        "bilan.questions",
        ouvertes=listed(
            debrief.open_questions and [say.lines(debrief.open_questions).lower()], say.say("bilan.aucune")
        ),
        fermees=listed(
            debrief.closed_questions and [say.lines(debrief.closed_questions).lower()], say.say("bilan.aucune")
        ),
    )
    yield say.say("bilan.ameliorer"), [counted(debrief.to_improve, say, "bilan.rien_ameliorer"), Paragraph(asked)]
    yield say.say("bilan.dire_autrement"), list(_better(debrief, say))
    yield say.say("bilan.transcription"), list(_transcript(debrief, say))
    yield say.say("bilan.situation", prenom=name), list(_outcome(debrief, say))
    yield say.say("bilan.retenir"), list(_notes(debrief, say, titles))


def _advice(debrief: Debrief, say: Wording) -> Iterator[str]:
    yield from advice_lines(debrief, say)
    if debrief.unread:
        yield say.say("bilan.inconnues", lignes=say.lines(debrief.unread).lower())


def advice_lines(debrief: Debrief, say: Wording) -> Iterator[str]:
    """What to try next time, and the lines that call for it."""
    for one in debrief.advice:
        yield one.advice.text + (f" ({say.lines(one.lines).lower()})" if one.lines else "")
    if not debrief.advice:
        yield say.say("bilan.rien_essayer")


def _moves(debrief: Debrief, say: Wording) -> Iterator[Block]:
    for turned, key, none in ((debrief.up, "monte", "rien_monte"), (debrief.down, "baisse", "rien_baisse")):
        yield Paragraph(moved(debrief, turned, key, say) if turned else say.say(f"bilan.{none}"))


def moved(debrief: Debrief, turned: Turned, key: str, say: Wording) -> str:
    """The line that moved trust most, up ("monte") or down ("baisse"), and why."""
    turn = turned.turn
    return say.say(
        f"bilan.{key}",
        ligne=say.lines([turn.number]),
        phrase=turn.line,
        effet=say.change(turn.change),
        raison=say.why(debrief.session, turn),
    ).strip()


def steps_block(steps: Iterable[Step], say: Wording) -> Picture:
    """The picture of the steps and its text."""
    every = tuple(steps)
    by_state: dict[str, list[int]] = {"oui": [], "maladroit": [], "non": []}
    for step in every:
        by_state[state_of(step)].append(step.number)
    text = say.say(
        "bilan.image", **{state: listed(numbers, say.say("bilan.aucune")) for state, numbers in by_state.items()}
    )
    return Picture(steps_picture(every, [step_line(step, say) for step in every]), text)


def step_line(step: Step, say: Wording) -> str:
    """« Étape 2 : partir de vos inquiétudes : lignes 1, 4 »."""
    key = {"oui": "couverte", "maladroit": "couverte_maladroite", "non": "pas_couverte"}[state_of(step)]
    return say.say(f"bilan.{key}", titre=step.title, lignes=say.lines(step.lines).lower() if step.lines else "")


def counted(used: Iterable[Used], say: Wording, none: str) -> Block:
    """Kinds of formulations, how many times and where; the text under `none` when there is none."""
    items = tuple(
        say.say("bilan.compte", titre=one.title, fois=len(one.lines), lignes=say.lines(one.lines).lower())
        for one in used
    )
    return Bullets(items) if items else Paragraph(say.say(none))


def _better(debrief: Debrief, say: Wording) -> Iterator[Block]:
    for one in debrief.avoid:
        yield Heading(f"{say.lines([one.line])} : {one.title}")
        yield Words((one.better,) if one.better else (), (one.words,))
        yield Paragraph(one.why)


def _transcript(debrief: Debrief, say: Wording) -> Iterator[Block]:
    session = debrief.session
    name = session.scenario.young.name
    yield Paragraph(f"{say.say('bilan.ouverture')} : {say.mood(session.scenario.young.mood)}.")
    yield Paragraph(f"{name} : {session.scenario.practice.opening}")
    for turn in session.turns:
        yield Heading(say.lines([turn.number]))
        yield Paragraph(f"{say.say('ligne.vous')} : {turn.line}")
        yield Bullets(tuple(say.notes(session, turn)))
        yield Paragraph(f"{name} : {turn.reply}")
    aside = tuple(say.set_aside(session))
    if aside:
        yield Bullets(aside)
    yield Paragraph(say.ending(session))


def _outcome(debrief: Debrief, say: Wording) -> Iterator[Block]:
    yield Paragraph(one_line(debrief.session.scenario.young.situation))
    yield Heading(say.say("bilan.faits"))
    yield Bullets(tuple(fact_lines(debrief, say)))
    if any(fact.line is None for fact in debrief.facts):
        yield Paragraph(say.say("bilan.pas_dit_note"))


def fact_lines(debrief: Debrief, say: Wording) -> Iterator[str]:
    """What was told, and where; what was not."""
    for fact in debrief.facts:
        if fact.line:
            yield say.say("bilan.dit", ligne=say.lines([fact.line]).lower(), fait=fact.text)
        else:
            yield say.say("bilan.pas_dit", fait=fact.text)


def _notes(debrief: Debrief, say: Wording, titles: Mapping[str, str]) -> Iterator[Block]:
    for note in debrief.notes:
        if note.questions:
            yield Heading(say.say("bilan.discuter"))
            yield Bullets(note.questions)
        else:
            sources = " ; ".join(titles[one] for one in note.sources if titles.get(one))
            yield Paragraph(note.text + (f" ({say.say('bilan.source', source=sources)})" if sources else ""))
    yield Paragraph(say.say("relais"))


def _cited(debrief: Debrief) -> Iterator[str]:
    for one in debrief.advice:
        yield from one.advice.sources
    for better in debrief.avoid:
        yield from better.sources
    for note in debrief.notes:
        yield from note.sources


def one_line(text: str) -> str:
    """A text of several lines as a paragraph."""
    return " ".join(text.split())


@lru_cache(maxsize=1)
def _pages() -> Environment:
    pages = Environment(loader=FileSystemLoader(_ROOM), autoescape=select_autoescape(default=True), trim_blocks=True)
    pages.filters["fr"] = unbreakable
    return pages
