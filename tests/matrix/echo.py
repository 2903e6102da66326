"""Run by the matrix environment: the barest bot, that says again what it hears; homeserver, user and folder in argv."""

from __future__ import annotations

import asyncio
import sys

from nio import AsyncClient, AsyncClientConfig, InviteMemberEvent, RoomMessageText


async def main(homeserver: str, name: str, folder: str) -> None:
    client = AsyncClient(homeserver, name, store_path=folder, config=AsyncClientConfig(store_name="echo.db"))
    await client.login(name)

    async def invited(room, event) -> None:
        if event.membership == "invite" and event.state_key == client.user_id:
            await client.join(room.room_id)

    async def heard(room, event) -> None:
        if event.sender != client.user_id:
            content = {"msgtype": "m.notice", "body": event.body}
            await client.room_send(room.room_id, "m.room.message", content, ignore_unverified_devices=True)

    await client.sync(0)
    client.add_event_callback(invited, InviteMemberEvent)
    client.add_event_callback(heard, RoomMessageText)
    await client.sync_forever(30000, full_state=True)


asyncio.run(main(*sys.argv[1:]))
