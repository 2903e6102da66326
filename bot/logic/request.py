"""What a message asks for, read from the parse data that Rasa hands to an action."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.logic.parcours import Position

# Properties of the parse data set by bot/nlu/last_word.py.
CHOSEN = "choisi"
ALSO = "aussi"
DOUBT = "doute"


@dataclass(frozen=True)
class Request:
    """The key asked for ("loi/client_peines"), what was read in the text and the other candidates.

    `chosen` is True when the user pressed or typed a choice, or named a step, instead of asking in words; `also` is the
    key of a second question of the same message; `doubt` is True when a danger may be told and cannot be ruled out.
    """

    key: str
    entities: tuple[tuple[str, str], ...]
    candidates: tuple[tuple[str, float], ...]
    text: str
    chosen: bool = False
    also: str | None = None
    doubt: bool = False

    @property
    def name(self) -> str:
        """Second half of the key, empty for a plain intent."""
        return self.key.partition("/")[2]

    def values(self, entity: str) -> tuple[str, ...]:
        """Values of the entities named `entity`."""
        return tuple(value for name, value in self.entities if name == entity)


def read_request(message: Mapping[str, Any]) -> Request:
    """Build a Request from `tracker.latest_message`."""
    intent = message.get("intent") or {}
    return Request(
        key=str(intent.get("full_retrieval_intent_name") or intent.get("name") or ""),
        entities=tuple((e["entity"], str(e["value"])) for e in message.get("entities") or ()),
        candidates=tuple((r["name"], float(r["confidence"])) for r in message.get("intent_ranking") or ()),
        text=str(message.get("text") or ""),
        chosen=bool(message.get(CHOSEN)),
        also=message.get(ALSO),
        doubt=bool(message.get(DOUBT)),
    )


def besides(request: Request, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """What `utter_message` says after the answer: a line of precaution, the offer of a second question."""
    said: list[dict[str, Any]] = []
    if request.doubt and not request.chosen and not request.key.startswith("urgence/"):
        said.append({"response": "utter_urgence/doute"})
    title = titles.get(request.also or "")
    if title:
        button = {"title": title, "payload": f"/{request.also}"}
        said.append({"response": "utter_accueil/seconde_question", "titre": title, "buttons": [button]})
    return said


def read_position(slots: Mapping[str, Any]) -> Position:
    """Where the user is, from the slots parcours, etape and pause."""
    return Position(slots.get("parcours"), slots.get("etape"), bool(slots.get("pause")))


def position_slots(position: Position) -> dict[str, Any]:
    """The slots that keep `position`."""
    return {"parcours": position.path, "etape": position.step, "pause": position.paused}


def changed(slots: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The slots whose value is not what it was: each event kept costs a little at every turn after."""
    return {name: value for name, value in slots.items() if before.get(name) != value}
