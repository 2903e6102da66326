"""The fixed texts that a channel itself says, read from data/responses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from bot.channels.rendering import Phrases, Progress, Said
from bot.content.answers import Answer, read_answers, read_sources
from bot.content.location import DATA
from bot.content.paths import read_paths
from bot.content.readings import remember

_NUMBERED = re.compile(r"etape_\d+")


@remember
def read_phrases() -> Phrases:
    """Source line, pointer to 119, titles of sources and documents, numbered steps."""
    answers = read_answers(DATA / "responses")
    return Phrases(
        source=_text(answers["canal/source"]),
        reviewed=" " + _text(answers["canal/relu"]),
        helpline=_text(answers["canal/rappel_119"]),
        document=_text(answers["canal/document"]),
        documents=json.loads((DATA / "interface.json").read_text(encoding="utf-8"))["documents_choix"],
        steps=_steps(),
        titles={key: source.title for key, source in read_sources(DATA / "sources.yml").items()},
    )


def read_notice(key: str) -> Said:
    """What the channel says by itself, such as `accueil/panne`."""
    variant = read_answers(DATA / "responses")[key].variants[0]
    buttons = tuple({"title": b.title, "payload": b.payload} for b in variant.buttons)
    return Said(variant.text, buttons)


def _steps() -> Mapping[str, Progress]:
    """The numbered steps of the guided paths by the keys of their answers, examples and reasons included."""
    found = {}
    for path in read_paths(DATA / "parcours").values():
        numbered = [step for step in path.steps if _NUMBERED.fullmatch(step.id)]
        for number, step in enumerate(numbered, start=1):
            progress = Progress(path.title, step.title, number, len(numbered))
            found.update({f"{path.name}/{step.id}{more}": progress for more in ("", "_exemple", "_pourquoi")})
    return found


def _text(answer: Answer) -> str:
    return answer.variants[0].text
