"""Import order and replacements that make Rasa start in seconds; nothing here changes what Vigie answers."""

from __future__ import annotations

import os
import sys
import warnings


def prepare_imports() -> None:
    """Call before the first import of rasa or spacy.

    skops scans every module already loaded, so it goes before TensorFlow (3.4 s -> 0.03 s); TensorFlow Lite imports jax
    when it finds it (0.5 s, 65 MB) and Vigie needs none of it (feasibility, section 5.3).
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("SANIC_REQUEST_MAX_SIZE", "16384")  # one 20 MB message would stop everybody for 80 s
    os.environ.setdefault("SANIC_REQUEST_TIMEOUT", "10")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=FutureWarning)
    import skops.io  # noqa: F401

    sys.modules.setdefault("jax", None)  # type: ignore[arg-type]


def replace_slow_parts() -> None:
    """Swap in the sequential graph runner and the compiled validator; call once, before a model is loaded."""
    import rasa.core.processor

    from bot.engine.graph_runner import SequentialGraphRunner
    from bot.engine.inprocess_actions import cache_result_validator

    rasa.core.processor.DaskGraphRunner = SequentialGraphRunner
    cache_result_validator()
