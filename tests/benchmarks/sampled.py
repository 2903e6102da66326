"""`python -m tests.benchmarks.sampled FILE`: `python -m bot serve`, sampled while it computes; samples end in FILE.

A signal at each tick of the CPU's clock says which function runs and, for a library's helper, who called it: unlike
cProfile it slows every part alike, so that shares are true. What waits (network, disk, idle) is not seen.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
EVERY = 0.001  # seconds of CPU; the kernel may round it up to its tick (4 ms)
_MOST = 400_000  # samples kept, the last ones

# Where a file lies -> whose work it is; what lies nowhere here (standard library, small libraries) is its caller's.
_OWNERS = (
    (f"{ROOT}/tests/", ""),
    (f"{ROOT}/bot/", "Vigie"),
    (f"{ROOT}/actions/", "Vigie"),
    ("/site-packages/rasa_sdk/", "rasa_sdk"),
    ("/site-packages/rasa/", "Rasa"),
    ("/site-packages/sanic", "Sanic"),
    ("/site-packages/sqlalchemy/", "SQLAlchemy"),
    ("/site-packages/psycopg2/", "SQLAlchemy"),
    ("/site-packages/redis/", "Redis client"),
    ("/site-packages/sklearn/", "scikit-learn, scipy"),
    ("/site-packages/scipy/", "scikit-learn, scipy"),
    ("/site-packages/spacy/", "spaCy"),
    ("/site-packages/structlog/", "structlog"),
)

samples: deque[tuple[float, str, str]] = deque(maxlen=_MOST)  # epoch, whose work, function


def note(_: int, frame: FrameType | None) -> None:
    """Count the innermost function that belongs to somebody."""
    while frame is not None:
        code = frame.f_code
        for where, owner in _OWNERS:
            if owner and where in code.co_filename:
                name = code.co_filename.rpartition("site-packages/")[2].removeprefix(f"{ROOT}/")
                samples.append((time.time(), owner, f"{name}:{code.co_name}"))
                return
        frame = frame.f_back
    samples.append((time.time(), "event loop", ""))


def main(argv: Sequence[str]) -> None:
    """Serve until told to stop, then write the samples."""
    from bot.server import serve
    from bot.settings import load_settings

    signal.signal(signal.SIGPROF, note)
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    try:
        serve(load_settings())
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        Path(argv[0]).write_text(json.dumps(list(samples)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
