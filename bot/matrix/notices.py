"""What the Matrix process says by itself, read from data/matrix.yml and data/responses/canal.yml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from bot.channels.phrases import read_notice, read_phrases
from bot.channels.rendering import render_turn
from bot.content.location import DATA, load_yaml

ERASED = "naviguer/efface"  # the dialogue's answer to « effacer »
UNREACHABLE, GIVEN_UP, IN_PRIVATE = "injoignable", "abandon", "en_prive"
EDITED, WITHDRAWN, UNREADABLE, WIPED = "modifie", "supprime", "illisible", "efface"
TEXT_ONLY = "texte_seulement"


@lru_cache(maxsize=1)
def read_texts() -> Mapping[str, str]:
    """The texts of data/matrix.yml by key, and what is said of files. Raises OSError."""
    own = load_yaml(DATA / "matrix.yml")["textes"]
    return {**{str(key): str(text).strip() for key, text in own.items()}, TEXT_ONLY: _rendered("canal/texte_seulement")}


def what_is_kept() -> str:
    """What a messenger keeps, once a conversation, with the pointer to 119."""
    return _rendered("canal/messagerie")


def is_erasure(turn: Sequence[Mapping[str, Any]]) -> bool:
    """Whether this turn of the REST contract says that the conversation was erased."""
    return any((message.get("custom") or {}).get("answer") == ERASED for message in turn)


def _rendered(key: str) -> str:
    [message] = render_turn([read_notice(key)], "", read_phrases())
    return str(message["text"])
