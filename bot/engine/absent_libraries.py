"""Placeholders for the heavy libraries that Rasa imports at start-up and that no component of Vigie uses.

Rasa 3.6 imports TensorFlow unconditionally, for DIET and TED (about 3 s and 300 MB; no setting avoids it, feasibility,
section 5.3). When config.yml names none of their components, a placeholder stands in their place: it can be imported,
subclassed and decorated with, as Rasa's modules do when they are read, and says so clearly if anything really uses it.
So does pymongo's: Rasa imports it for a store that Vigie does not use.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

LIBRARIES = ("tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras", "skops", "jax", "pymongo")


class AbsentLibraryError(RuntimeError):
    """Something used a library that Vigie does not load; the message names it and the remedy."""


class _Placeholder(type):
    """A class whose every attribute is a class, so that `class X(tf.keras.Model)` and `@tf.function` can be read."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Placeholder(name, (), {"__module__": f"{cls.__module__}.{cls.__name__}"})

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        # A decorator gets back the function it decorates; anything else is a real use.
        if len(arguments) == 1 and not options and callable(arguments[0]):
            return arguments[0]
        if cls.__module__.partition(".")[0] in LIBRARIES and cls.__name__ in _DECORATOR_MAKERS:
            return lambda decorated: decorated
        if cls.__module__.partition(".")[0] in LIBRARIES:
            raise AbsentLibraryError(
                f"{cls.__module__}.{cls.__name__} was used, and Vigie does not load it: "
                "serve with `python -m bot run` if config.yml needs it"
            )
        return super().__call__(*arguments, **options)

    def __getitem__(cls, _: Any) -> Any:
        return cls

    def __or__(cls, _: Any) -> Any:
        return cls

    __ror__ = __or__


_DECORATOR_MAKERS = frozenset({"function", "register_keras_serializable", "keras_export"})


class _AbsentModule(ModuleType):
    __version__ = "0.0.0"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Placeholder(name, (), {"__module__": self.__name__})


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, libraries: Iterable[str]) -> None:
        self._libraries = frozenset(libraries)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] in self._libraries:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module = _AbsentModule(spec.name)
        module.__path__ = []  # a package: anything can be imported from it
        return module

    def exec_module(self, module: ModuleType) -> None:
        pass


def stand_in(libraries: Sequence[str] = LIBRARIES) -> None:
    """Put placeholders in place of `libraries` not yet imported; call before the first import of rasa."""
    sys.meta_path.insert(0, _Finder(name for name in libraries if name not in sys.modules))


def needed_by(config: dict[str, Any]) -> bool:
    """True when config.yml names a component or a policy that may use one of the libraries."""
    pipeline = [str(one.get("name", "")) for one in config.get("pipeline") or ()]
    policies = [str(one.get("name", "")) for one in config.get("policies") or ()]
    return not all(name.startswith("bot.") or name == "RulePolicy" for name in (*pipeline, *policies))
