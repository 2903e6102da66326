"""What an event of a room asks of Vigie: a text to answer, a fixed answer, or nothing. Pure: events are plain JSON."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.matrix.notices import EDITED, TEXT_ONLY, UNREADABLE, WITHDRAWN

_WORDS = ("m.text", "m.emote")
_SILENT = ("m.notice",)  # another program's: answering it would make two machines talk for ever
_OTHER = re.compile(
    r"m\.sticker|m\.call\.invite|(m|org\.matrix\.msc3381)\.poll\.start|(m|org\.matrix\.msc\d+)\.(voice|file|image|location|beacon_info)"
)
_QUOTED = re.compile(r"\A(?:>[^\n]*\n)+\n?")


@dataclass(frozen=True)
class Asked:
    """A `text` for the dialogue, else the `notice` to answer with."""

    text: str = ""
    notice: str | None = None


def read_event(source: Mapping[str, Any]) -> Asked | None:
    """What a user's event asks; None when nothing is to be answered."""
    kind, content = str(source.get("type")), source.get("content") or {}
    if "state_key" in source:
        return None
    if kind == "m.room.redaction":
        return Asked(notice=WITHDRAWN)
    if kind == "m.room.encrypted":
        return Asked(notice=UNREADABLE)
    if kind != "m.room.message":
        return Asked(notice=TEXT_ONLY) if _OTHER.fullmatch(kind) else None
    if not content:
        return None  # withdrawn before it was read
    relation = content.get("m.relates_to")
    if isinstance(relation, Mapping) and relation.get("rel_type") == "m.replace":
        return Asked(notice=EDITED)
    if content.get("msgtype") in _SILENT:
        return None
    if content.get("msgtype") not in _WORDS:
        return Asked(notice=TEXT_ONLY)
    body = content.get("body")
    text = _QUOTED.sub("", body) if isinstance(body, str) and _is_reply(relation) else body
    return Asked(text.strip()) if isinstance(text, str) and text.strip() else Asked(notice=TEXT_ONLY)


def is_addressed(source: Mapping[str, Any], bot: str, names: Sequence[str], own: Container[str]) -> bool:
    """Whether an event of a group speaks to `bot`: by mention, by one of its `names`, in reply to its `own`."""
    content = source.get("content") or {}
    mentions = content.get("m.mentions")
    if isinstance(mentions, Mapping) and bot in (mentions.get("user_ids") or ()):
        return True
    body, relation = str(content.get("body") or ""), content.get("m.relates_to")
    if isinstance(relation, Mapping) and _is_reply(relation):
        if relation["m.in_reply_to"].get("event_id") in own or body.startswith(f"> <{bot}>"):
            return True
        body = _QUOTED.sub("", body)
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", body, re.IGNORECASE) for name in (bot, *names) if name)


def _is_reply(relation: Any) -> bool:
    return isinstance(relation, Mapping) and isinstance(relation.get("m.in_reply_to"), Mapping)
