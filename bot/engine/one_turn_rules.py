"""Rasa's RulePolicy, remembering what it has already decided.

Every rule of Vigie holds within one turn (tests/unit/test_rules.py): the next action depends on the intent and on the
actions already run in the turn, nothing else. RulePolicy works it out from the whole history, twice, at each of the
three predictions of a turn; here it does so once per situation.
"""

from __future__ import annotations

import copy
from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActionExecutionRejected, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

Situation = tuple[str, tuple[str, ...]]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class OneTurnRulePolicy(RulePolicy):
    """A RulePolicy that keeps its prediction for each (intent, actions run since)."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Start with nothing decided."""
        super().__init__(*arguments, **options)
        self._decided: dict[Situation, PolicyPrediction] = {}

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """The next action (signature of Policy)."""
        situation = situation_of(tracker)
        if situation is None:
            return super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
        if situation not in self._decided:
            self._decided[situation] = super().predict_action_probabilities(tracker, domain, rule_only_data, **kwargs)
        return copy.copy(self._decided[situation])


def situation_of(tracker: DialogueStateTracker) -> Situation | None:
    """The intent and the actions run since; None where the history may matter (a form, a rejection, no message yet)."""
    if tracker.active_loop:
        return None
    done: list[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            return (event.intent_name or "", tuple(done)) if event.intent_name else None
        if isinstance(event, ActionExecutionRejected):
            return None
        if isinstance(event, ActionExecuted):
            done.append(event.action_name or "")
    return None
