"""The process: follow the homeserver's sync, hand each event to the desk, keep the keys in order."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator, Mapping
from typing import Any

from nio import (
    AsyncClient,
    InviteMemberEvent,
    JoinError,
    MegolmEvent,
    MessageDirection,
    RoomMessagesResponse,
    SyncResponse,
)

from bot.matrix.account import AccountError, make_client, sign_in, sign_in_again
from bot.matrix.desk import Desk, Received
from bot.matrix.identity import sign_device
from bot.matrix.memory import Folder, Ledger
from bot.matrix.rooms import Rooms
from bot.matrix.settings import MatrixSettings
from bot.matrix.vigie import Vigie

logger = logging.getLogger(__name__)

_POLL = 30_000  # milliseconds that the homeserver may hold a sync
_FILTER: Mapping[str, Any] = {
    "presence": {"not_types": ["*"]},
    "account_data": {"not_types": ["*"]},
    "room": {
        "timeline": {"limit": 50},
        "ephemeral": {"not_types": ["*"]},
        "account_data": {"not_types": ["*"]},
    },
}
_JOIN_WAITS = (0, 2, 10, 60)  # seconds before each try to join a room
# Seconds of rest after a sync that brought only what the bot said itself: its next part would wake it at once.
_BREATH = 0.1
_PAGES = 20  # of a hundred events, read back when a sync leaves some out
_LONGEST_WAIT = 60.0  # seconds between two tries when the homeserver answers with errors
_FINISH = 5.0  # seconds given to the answers under way when the process is asked to stop


async def run(settings: MatrixSettings) -> None:
    """Serve until asked to stop. Raises AccountError, OSError (the store folder)."""
    folder = Folder(settings.store)
    folder.lock()
    client = make_client(settings, folder)
    vigie = Vigie(settings.vigie, settings.vigie_token)
    try:
        await sign_in(client, settings, folder)
        process = Process(client, settings, folder, vigie)
        loop, serving = asyncio.get_running_loop(), asyncio.ensure_future(process.serve())
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, serving.cancel)
        try:
            await serving
        except asyncio.CancelledError:
            await process.desk.finish(_FINISH)
    finally:
        await vigie.close()
        await client.close()


class Process:
    """One account at work."""

    def __init__(self, client: AsyncClient, settings: MatrixSettings, folder: Folder, vigie: Vigie) -> None:
        """`client` is signed in."""
        self._client, self._settings, self._folder = client, settings, folder
        self._ledger = Ledger(folder)
        self._rooms = Rooms(client)
        self.desk = Desk(client, self._rooms, vigie, self._ledger, folder.secret)

    async def serve(self) -> None:
        """Follow the sync for ever, from where the former process stopped. Raises AccountError."""
        since, first, errors = self._ledger.token, True, 0
        while True:
            try:
                # The first sync brings whole rooms: nio keeps who is in them in memory only.
                answer = await self._client.sync(
                    0 if first else _POLL, sync_filter=dict(_FILTER), since=since, full_state=first
                )
                if isinstance(answer, SyncResponse):
                    if first:
                        await self._learn_name()
                    await self._tend_keys()
                    if first:
                        await sign_device(self._client, self._folder, self._settings.password)
                    busy = await self._take(answer, since)
                    since, first, errors = answer.next_batch, False, 0
                    await asyncio.sleep(0 if busy else _BREATH)
                    continue
                logger.warning("The homeserver refused a sync (%s).", answer.status_code)
                if answer.status_code == "M_UNKNOWN_TOKEN":
                    await sign_in_again(self._client, self._settings, self._folder)
            except AccountError:
                raise
            except Exception as error:
                # Tried again from the same token: nothing is lost. Its own text may quote an event.
                logger.error("A sync failed with %s.", type(error).__name__)
            await asyncio.sleep(min(_LONGEST_WAIT, 0.5 * 2**errors))
            errors = min(errors + 1, 10)

    async def _learn_name(self) -> None:
        name = getattr(await self._client.get_displayname(), "displayname", None)
        local = self._client.user_id[1:].partition(":")[0]
        self.desk.names = tuple({name, local} - {None, ""})

    async def _tend_keys(self) -> None:
        """What encryption asks for after each sync, before anything is sent."""
        if self._client.should_upload_keys:
            await self._client.keys_upload()
        if self._client.should_query_keys:
            await self._client.keys_query()
        if self._client.should_claim_keys:
            await self._client.keys_claim(self._client.get_users_for_key_claiming())
        await self._client.send_to_device_messages()

    async def _take(self, answer: SyncResponse, since: str | None) -> bool:
        """Hand over what a sync brought; False when it was nothing to answer.

        What was said before the account's very first sync is left alone.
        """
        invitations = dict(self._invitations(answer))
        found = {one.event: one for one in await self._received(answer, since)} if since else {}
        for event in self._ledger.open(answer.next_batch, [*invitations, *found]):
            if event in found:
                self.desk.receive(found[event])
            else:
                # Aside: a server far away may take its time, and others write meanwhile.
                self._rooms.aside(self._reply_to_invitation(event, *invitations[event]))
        for room in answer.rooms.join:
            self._leave_if_alone(room)
        return bool(found or invitations)

    def _invitations(self, answer: SyncResponse) -> Iterator[tuple[str, tuple[str, str]]]:
        for room, invited in answer.rooms.invite.items():
            for event in invited.invite_state:
                if (
                    isinstance(event, InviteMemberEvent)
                    and event.state_key == self._client.user_id
                    and event.membership == "invite"
                ):
                    yield f"{room} {answer.next_batch}", (room, event.sender)

    async def _reply_to_invitation(self, event: str, room: str, user: str) -> None:
        if self._settings.allows(user):
            for wait in _JOIN_WAITS:
                await asyncio.sleep(wait)
                answer = await self._client.join(room)
                if not isinstance(answer, JoinError):
                    break
                logger.warning("A room could not be joined (%s).", answer.status_code)
        else:
            logger.info("An invitation of a server that is not allowed was refused.")
            await self._rooms.leave(room)
        self._ledger.close(event)

    async def _received(self, answer: SyncResponse, since: str) -> list[Received]:
        received = []
        for room, joined in answer.rooms.join.items():
            events, newcomer = joined.timeline.events, False
            for number, event in enumerate(events):
                if self._is_own(event, "invite"):
                    # What was said before the bot was invited was not said to it.
                    events, newcomer = events[number + 1 :], True
                    break
            newcomer = newcomer or any(self._is_own(event, "join") for event in events)
            if joined.timeline.limited and not newcomer:
                events = [*await self._left_out(room, joined.timeline.prev_batch, since), *events]
            received += [self._as_received(room, event) for event in events if event.sender != self._client.user_id]
        return received

    def _is_own(self, event: Any, membership: str) -> bool:
        source = event.source
        return (
            source.get("type") == "m.room.member"
            and source.get("state_key") == self._client.user_id
            and (source.get("content") or {}).get("membership") == membership
        )

    async def _left_out(self, room: str, start: str, since: str) -> list[Any]:
        """The events between two syncs that the later one left out, the oldest first."""
        found: list[Any] = []
        for _ in range(_PAGES):
            page = await self._client.room_messages(room, start, since, MessageDirection.back, limit=100)
            if not isinstance(page, RoomMessagesResponse):
                logger.error("Events that a sync left out could not be read (%s).", page.status_code)
                break
            found += page.chunk
            if not page.end or page.end == start or not page.chunk:
                break
            start = page.end
        return found[::-1]

    def _as_received(self, room: str, event: Any) -> Received:
        locked = event if isinstance(event, MegolmEvent) else None
        return Received(room, event.sender, event.event_id, event.source, locked)

    def _leave_if_alone(self, room: str) -> None:
        known = self._rooms.get(room)
        if known and not known.invited_users and set(known.users) == {self._client.user_id}:
            self._rooms.aside(self._rooms.leave(room))
