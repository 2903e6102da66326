"""What was read of data/ is kept; all of it is read again at once, beside what is in use, when the content changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Readings:
    """The results of the functions marked `remember`, by function and arguments: one state of data/."""

    def __init__(self) -> None:
        """Nothing read yet."""
        self.results: dict[tuple[Callable[..., Any], tuple[Any, ...], tuple[tuple[str, Any], ...]], Any] = {}


class _InUse:
    readings = Readings()


_aside: ContextVar[Readings | None] = ContextVar("readings", default=None)


def remember(read: Callable[P, T]) -> Callable[P, T]:
    """Keep the results of `read`, whose arguments are hashable, until other readings are adopted."""

    @wraps(read)
    def remembered(*arguments: P.args, **named: P.kwargs) -> T:
        results = (_aside.get() or _InUse.readings).results
        key = (read, arguments, tuple(named.items()))
        if key not in results:
            results[key] = read(*arguments, **named)
        return results[key]  # type: ignore[no-any-return]

    return remembered


@contextmanager
def read_aside() -> Iterator[Readings]:
    """In this thread and within this context, read data/ anew; the others go on with what is in use."""
    fresh = Readings()
    token = _aside.set(fresh)
    try:
        yield fresh
    finally:
        _aside.reset(token)


def read_again() -> None:
    """Aside, read all that is in use: nobody then waits for it, and what cannot be read is known before."""
    for read, arguments, named in list(_InUse.readings.results):
        remember(read)(*arguments, **dict(named))


def adopt(readings: Readings) -> None:
    """Use `readings` from now on."""
    _InUse.readings = readings
