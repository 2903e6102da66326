"""Entities of a message as Rasa reads them."""

from __future__ import annotations

from typing import Any


def entity(name: str, value: str, text: str, extractor: str) -> dict[str, Any]:
    """An entity that the whole message `text` bears, found by the component `extractor`."""
    return {"entity": name, "value": value, "start": 0, "end": len(text), "extractor": extractor}
