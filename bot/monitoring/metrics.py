"""Prometheus metrics. A label holds a name from our own code or data, never an id, a word or an address."""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

# From a turn of a guided path to the longest one that is waited for (bot/channels/turn.py), in seconds.
_TURN_BUCKETS = (0.002, 0.004, 0.006, 0.008, 0.012, 0.02, 0.035, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8)
_WAIT_BUCKETS = (0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 4, 8)

_turns = Counter("vigie_turns_total", "Turns answered", ["channel", "outcome"], registry=REGISTRY)
_turn_seconds = Histogram(
    "vigie_turn_seconds", "From a message to its whole answer", ["channel"], buckets=_TURN_BUCKETS, registry=REGISTRY
)
_fallbacks = Counter("vigie_fallbacks_total", "Messages not understood, by answer", ["answer"], registry=REGISTRY)
_alerts = Counter("vigie_alerts_total", "Answers to a danger, by kind", ["kind"], registry=REGISTRY)
_errors = Counter("vigie_errors_total", "Failures inside a turn, by class of exception", ["kind"], registry=REGISTRY)
_refusals = Counter("vigie_refusals_total", "Requests that a wall refused", ["status"], registry=REGISTRY)
_lock_wait = Histogram(
    "vigie_lock_wait_seconds", "Waiting for the turn before", buckets=_WAIT_BUCKETS, registry=REGISTRY
)
_locks_lost = Counter("vigie_locks_lost_total", "Locks that expired or vanished while held", registry=REGISTRY)
_locks_missed = Counter(
    "vigie_locks_missed_total", "Turns that went on without the lock that servers share", registry=REGISTRY
)
_conversations = Gauge("vigie_conversations", "Conversations in memory", registry=REGISTRY)
_disk_failures = Counter(
    "vigie_disk_failures_total", "Times that a database did not answer", ["what"], registry=REGISTRY
)
_model = Gauge("vigie_model_info", "The model that answers: 1", ["fingerprint", "trained"], registry=REGISTRY)
_reloads = Counter("vigie_reloads_total", "Reloads without a stop", ["what", "outcome"], registry=REGISTRY)
_waiting = Gauge("vigie_statistics_waiting", "Counts that the database does not hold yet", registry=REGISTRY)

# A counter that is not there yet cannot be seen to grow from nothing.
for _what in ("conversations", "directory", "statistics"):
    _disk_failures.labels(_what)
for _outcome in ("ok", "failed"):
    _reloads.labels("model", _outcome)


def turn(channel: str, outcome: str, seconds: float) -> None:
    """A turn is over: `outcome` is answered, fallback, danger, timeout or failed."""
    _turns.labels(channel, outcome).inc()
    _turn_seconds.labels(channel).observe(seconds)


def fallback(answer: str) -> None:
    """A message was not understood and `answer` (a key of data/responses) was said."""
    _fallbacks.labels(answer).inc()


def alert(kind: str) -> None:
    """A danger was answered; `kind` is a key of data/responses/urgence.yml without its topic."""
    _alerts.labels(kind).inc()


def failed(error: BaseException) -> None:
    """Something failed inside a turn: only the class of `error` is kept."""
    _errors.labels(type(error).__name__).inc()


def refused(status: int) -> None:
    """A wall refused a request with this HTTP status."""
    _refusals.labels(str(status)).inc()


def lock_waited(seconds: float) -> None:
    """A turn waited this long for its conversation's lock (0 when it was free)."""
    _lock_wait.observe(seconds)


def lock_lost() -> None:
    """A lock was gone before its holder gave it back."""
    _locks_lost.inc()


def lock_missed() -> None:
    """Redis did not answer: a turn went on with the lock of its own server."""
    _locks_missed.inc()


def disk_failed(what: str) -> None:
    """A database did not answer: `what` is conversations, directory or statistics."""
    _disk_failures.labels(what).inc()


def model_loaded(fingerprint: str, trained: str) -> None:
    """The model that answers from now on: the beginning of its SHA-256, and the UTC day it was trained."""
    _model.clear()
    _model.labels(fingerprint, trained).set(1)


def model_identity(archive: Path) -> tuple[str, str]:
    """What `model_loaded` says of a model's archive: the beginning of its SHA-256, the UTC day it was written."""
    written = datetime.fromtimestamp(archive.stat().st_mtime, timezone.utc)
    digest = hashlib.sha256()
    with archive.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()[:12], written.date().isoformat()


def reloaded(what: str, well: bool) -> None:
    """`what` (model) was reloaded without a stop, or could not be."""
    _reloads.labels(what, "ok" if well else "failed").inc()


def expose(conversations: int, waiting: int) -> bytes:
    """Every metric in Prometheus' text format, with what is only known when it is asked for."""
    _conversations.set(conversations)
    _waiting.set(waiting)
    exposed: bytes = generate_latest(REGISTRY)
    return exposed
