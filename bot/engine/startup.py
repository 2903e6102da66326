"""Import order and replacements that make Rasa start in seconds; nothing here changes what Vigie answers."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bot.engine.absent_libraries import needed_by, stand_in


def prepare_imports(config: Path | None = None) -> None:
    """Call before the first import of rasa or spacy.

    With `config` (config.yml), the heavy libraries that none of its components uses are left out.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one small product a message: threads only wait for one another
    os.environ.setdefault("SANIC_REQUEST_MAX_SIZE", "16384")  # one 20 MB message would stop everybody for 80 s
    os.environ.setdefault("SANIC_REQUEST_TIMEOUT", "10")
    # Rasa 3.6's pinned libraries warn about one another; none of it is for who runs Vigie.
    warnings.simplefilter("ignore")
    warnings.showwarning = lambda *_, **__: None
    if config and "rasa" not in sys.modules and not _needs_heavy_libraries(config):
        _import_spacy_without_tensorflow()
        stand_in()
        return
    # skops scans every module already loaded, so it goes before TensorFlow (3.4 s -> 0.03 s, feasibility 5.3).
    import skops.io  # noqa: F401

    sys.modules.setdefault("jax", None)  # type: ignore[arg-type]


def _needs_heavy_libraries(config: Path) -> bool:
    import yaml

    return needed_by(yaml.safe_load(config.read_text(encoding="utf-8")))


def _import_spacy_without_tensorflow() -> None:
    """spaCy looks whether TensorFlow is there and must not take the placeholder for it."""
    if "tensorflow" in sys.modules:
        return
    sys.modules["tensorflow"] = None  # type: ignore[assignment]
    import spacy.matcher  # noqa: F401

    del sys.modules["tensorflow"]


def replace_slow_parts() -> None:
    """Swap in the sequential graph runner and what goes with in-process actions; call before a model is loaded."""
    import rasa.core.processor

    from bot.engine.graph_runner import SequentialGraphRunner
    from bot.engine.inprocess_actions import trust_inprocess_results

    rasa.core.processor.DaskGraphRunner = SequentialGraphRunner
    trust_inprocess_results()
    load_domain_without_validation()
    skip_debugging_work()


def skip_debugging_work() -> None:
    """Leave out what Rasa does at each turn for log lines that are never written, a tenth of a turn.

    It builds an empty domain to warn about intents that are not declared (a test checks ours), and deep-copies what it
    hands to `logger.debug`, its only use of `copy` in the processor.
    """
    import rasa.core.processor

    rasa.core.processor.MessageProcessor._check_for_unseen_features = lambda *_: None
    rasa.core.processor.copy = SimpleNamespace(deepcopy=lambda value: value)


def load_domain_without_validation() -> None:
    """Read a model's domain with the C parser.

    Rasa parses it twice with ruamel and validates it against its schema, 3 s for 200 answers, at each start; the
    training wrote and validated it.
    """
    import yaml
    from rasa.graph_components.providers.domain_provider import DomainProvider
    from rasa.shared.core.domain import Domain

    def load(
        cls: type[Any], /, config: Any, model_storage: Any, resource: Any, execution_context: Any, **kwargs: Any
    ) -> DomainProvider:
        with model_storage.read_from(resource) as folder:
            content = yaml.load((folder / "domain.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)
        return cls(model_storage, resource, Domain.from_dict(content))

    DomainProvider.load = classmethod(load)
