"""What the components that learn a linear model share: made, stored and read again as Rasa expects."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

from bot.nlu.linear_text import LinearText

Learned = TypeVar("Learned", bound="LearnedComponent")


class LearnedComponent(GraphComponent):
    """A component with one linear model, kept without pickle under the name `stored`."""

    stored: ClassVar[str]
    fewest_letters: ClassVar[int] = 2  # texts in which letters must be found to count

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
            component.model.restore(folder, cls.stored)
        component.prepare()
        return component

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage | None, resource: Resource | None) -> None:
        """`train` or `load` brings the model."""
        self.config = config
        self.model = LinearText(fewest_letters=self.fewest_letters)
        self._storage = model_storage
        self._resource = resource

    def prepare(self) -> None:
        """What is worked out once the model is there."""

    def keep(self) -> Resource:
        """Store the model that was just learned."""
        assert self._storage and self._resource
        with self._storage.write_to(self._resource) as folder:
            self.model.persist(folder, self.stored)
        self.prepare()
        return self._resource
