"""What the components that learn linear models share: made, stored and read again as Rasa expects."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

from bot.nlu.linear_text import LinearText

Learned = TypeVar("Learned", bound="LearnedComponent")


class Storable(Protocol):
    """A model that is written and read again without pickle, under a name."""

    def persist(self, folder: Path, name: str) -> None:
        """Write the model into `folder`, in files that begin with `name`."""

    def restore(self, folder: Path, name: str) -> None:
        """Read what `persist` wrote."""


class LearnedComponent(GraphComponent):
    """A component with one linear model, kept under the name `stored`, and others beside it if need be."""

    stored: ClassVar[str]
    fewest_letters: ClassVar[int] = 2  # texts in which letters must be found to count
    company: ClassVar[float] = 0.0  # weight of the words' vectors beside the words

    @classmethod
    def create(
        cls: type[Learned],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Learned:
        """An untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls: type[Learned],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Learned:
        """A trained component."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            for name, model in component.models().items():
                model.restore(folder, name)
        component.prepare()
        return component

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage | None, resource: Resource | None) -> None:
        """`train` or `load` brings the model."""
        self.config = config
        self.model = LinearText(fewest_letters=self.fewest_letters, company=self.company)
        self._storage = model_storage
        self._resource = resource

    def models(self) -> dict[str, Storable]:
        """What is stored, by name."""
        return {self.stored: self.model}

    def prepare(self) -> None:
        """What is worked out once the model is there."""

    def keep(self) -> Resource:
        """Store the model that was just learned."""
        assert self._storage and self._resource
        with self._storage.write_to(self._resource) as folder:
            for name, model in self.models().items():
                model.persist(folder, name)
        self.prepare()
        return self._resource
