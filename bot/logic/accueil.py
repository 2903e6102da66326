"""Welcome and farewell: what to say, with a short recap when the user leaves."""

from __future__ import annotations

from collections.abc import Mapping

from bot.logic.orienter import Said
from bot.logic.parcours import REMINDER, Path, Position, step_title
from bot.logic.request import Request

LEAVING = frozenset({"au_revoir", "merci", "silence"})
FAREWELL = "au_revoir"  # the conversation ends: nothing of it is kept
_SURE = 0.6  # confidence from which a goodbye is one: « et si j'y vais ce soir » resembles it, and must erase nothing


def ends_conversation(request: Request) -> bool:
    """True for a goodbye that leaves no doubt: nothing is kept of the conversation."""
    sure = request.chosen or any(key == request.key and sure >= _SURE for key, sure in request.candidates[:1])
    return request.name == FAREWELL and sure


def welcome(name: str, paths: Mapping[str, Path], position: Position, place: str | None) -> list[Said]:
    """Answers to the request `accueil/<name>`: the path under way is recalled, and summed up for one who leaves."""
    answers = [Said(f"accueil/{name}")]
    title = step_title(paths, position)
    if name in LEAVING:
        path = f"{paths[position.path].title} (« {title} »)" if title and position.path else None
        known = " ; ".join(part for part in (path, place) if part)
        if known:
            answers.insert(0, Said("accueil/recapitulatif", {"recapitulatif": known}))
    elif title and not position.paused:
        answers.append(Said(REMINDER, {"titre_etape": title}))
    return answers
