"""What the engine tells of the turn under way to the channel that began it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Observed:
    """A turn under way."""

    begins: bool = False  # its conversation was unknown until now


_current: ContextVar[Observed | None] = ContextVar("observed", default=None)


@contextmanager
def observe() -> Iterator[Observed]:
    """Observe the turn that is handled inside, in this task or in those it starts."""
    observed = Observed()
    token = _current.set(observed)
    try:
        yield observed
    finally:
        _current.reset(token)


def conversation_begins() -> None:
    """Nothing is known of the conversation that the turn under way belongs to."""
    observed = _current.get()
    if observed:
        observed.begins = True
