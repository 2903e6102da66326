"""Logs as text or as one JSON object per line; in neither the text of an exception, which may quote the user."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

JSON = "json"
_ADDRESS = re.compile(r"/[^\s>]*")
_SENDER = re.compile(r"\b(sender|sender[ _]id|id) '[^']*'", re.I)
_QUIET = (
    "rasa",
    "rasa_sdk",
    "sanic",
    "sanic.root",
    "sanic.access",
    "sanic.error",
    "apscheduler",
    "matplotlib",
    "alembic",
)


def configure_logging(level: str, form: str = "texte") -> None:
    """Log at `level` (INFO, WARNING or ERROR), as text or as JSON, whoever logs (Rasa and Sanic included)."""
    import structlog

    # The text of an exception may quote the user (Rasa's action client puts the whole tracker in it).
    logging.Formatter.formatException = staticmethod(_name_of_exception)  # type: ignore[method-assign,assignment]
    handler = logging.StreamHandler()
    handler.addFilter(_hide_senders)
    if form == JSON:
        handler.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=[
                    structlog.stdlib.add_log_level,
                    structlog.stdlib.add_logger_name,
                    structlog.processors.TimeStamper(fmt="iso"),
                ],
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    _shorten_exception,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            )
        )
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    chosen = logging.getLevelName(level)
    root.setLevel(chosen)
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.setLevel(max(chosen, logging.WARNING))
        # A handler of its own would write its own form.
        logger.handlers, logger.propagate = [], True
        logger.filters = [_hide_addresses] if name.startswith("sanic") else []
    # Rasa's newer lines carry values (a message, a tracker) beside the name of what happened: only the name is kept.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.stdlib.LoggerFactory(),
        processors=[_name_alone],
        cache_logger_on_first_use=True,  # else each line that is not written looks for who would have written it
    )


def _hide_addresses(record: logging.LogRecord) -> bool:
    """Sanic names the request at fault, and anything may be written in an address."""
    record.msg, record.args = _ADDRESS.sub("/...", record.getMessage()), ()
    return True


def _hide_senders(record: logging.LogRecord) -> bool:
    """Rasa names the conversation that it warns of, and whoever holds an id may read that conversation."""
    if record.name.startswith("rasa"):
        record.msg, record.args = _SENDER.sub(r"\1 '...'", record.getMessage()), ()
    return True


def _name_alone(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    return str(event.get("event", ""))


def _shorten_exception(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    info = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if isinstance(info, tuple) and info[0]:
        event["exception"] = _name_of_exception(info)
    return event


def _name_of_exception(info: Any) -> str:
    kind, _, trace = info
    frames = traceback.extract_tb(trace)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{kind.__name__}{where}"
