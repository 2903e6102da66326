"""The fixed texts that a channel itself says, read from data/responses."""

from __future__ import annotations

from bot.channels.rendering import Phrases, Said
from bot.content.answers import Answer, read_answers, read_sources
from bot.content.location import DATA


def read_phrases() -> Phrases:
    """Source line and pointer to 119."""
    answers = read_answers(DATA / "responses")
    return Phrases(
        source=_text(answers["canal/source"]),
        reviewed=" " + _text(answers["canal/relu"]),
        helpline=_text(answers["canal/rappel_119"]),
        titles={key: source.title for key, source in read_sources(DATA / "sources.yml").items()},
    )


def read_notice(key: str) -> Said:
    """What the channel says by itself, such as `accueil/panne`."""
    variant = read_answers(DATA / "responses")[key].variants[0]
    buttons = tuple({"title": b.title, "payload": b.payload} for b in variant.buttons)
    return Said(variant.text, buttons)


def _text(answer: Answer) -> str:
    return answer.variants[0].text
