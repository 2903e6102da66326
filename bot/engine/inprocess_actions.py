"""Custom actions run inside the server: the `action_endpoint` of Rasa without HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

WAITS = "waits"  # attribute of an action that asks a database
_AT_ONCE = 16  # actions under way; beyond, they wait for one another


class InProcessActions(EndpointConfig):
    """An endpoint that hands the call to rasa_sdk's own executor."""

    def __init__(self, package: str) -> None:
        """Load the actions of `package`."""
        # Without a selective domain, Rasa would copy the whole domain into every call.
        super().__init__(url="inprocess", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="action")
        for name, run in list(self._executor.actions.items()):
            if getattr(getattr(run, "__self__", None), WAITS, False):
                self._executor.actions[name] = self._beside(run)

    def _beside(self, run: Callable[..., Any]) -> Callable[..., Any]:
        """`run` in a thread: an action that waits for a database must not keep every other user waiting.

        The others only compute; a change of thread costs a turn 1.7 ms, a third of it.
        """

        async def action(*arguments: Any) -> Any:
            return await asyncio.get_running_loop().run_in_executor(self._threads, run, *arguments)

        return action

    async def request(self, method: str = "post", **kwargs: Any) -> Any:
        """Run the action named in `json`; errors become those that Rasa expects of an action server."""
        call = kwargs["json"]
        try:
            return await self._executor.run(call)
        except ActionExecutionRejection as rejected:
            body = f'{{"error": "rejected", "action_name": "{rejected.action_name}"}}'
            raise ClientResponseError(400, str(rejected), body) from rejected
        except ActionNotFoundException as unknown:
            raise ClientResponseError(404, str(unknown), "{}") from unknown


def trust_inprocess_results() -> None:
    """Do not check against a JSON schema what never was JSON.

    Rasa 3.6 validates the answer of every action, recompiling the schema each time: 14 ms a turn, still 2 ms when it is
    compiled once (feasibility, section 5.1). In-process answers come from rasa_sdk's executor, which checks every event
    itself; an event that Rasa does not know is refused when it is read.
    """
    RemoteAction._validate_action_result = lambda *_: True
