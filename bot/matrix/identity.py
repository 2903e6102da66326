"""The bot's device signed by the bot's account (cross-signing): clients that refuse unsigned devices answer it too.

matrix-nio does not do it. The two keys are made once, sign the one device that the account has, and are thrown away:
nothing else will be signed, and nobody can steal them. Source: Matrix client-server API, « Cross-signing ».
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from nio import Api, AsyncClient
from vodozemac import Account

from bot.matrix.memory import Folder

logger = logging.getLogger(__name__)

_KEPT = "identity"
_KEYS = "/_matrix/client/v3/keys"


async def sign_device(client: AsyncClient, folder: Folder, password: str) -> None:
    """Sign the device once; without a `password`, a homeserver that asks for it leaves the device unsigned."""
    if folder.read(_KEPT) == client.device_id:
        return
    user, device = client.user_id, client.device_id
    _, known = await _post(client, "/query", {"device_keys": {user: []}})
    keys = known.get("device_keys", {}).get(user, {}).get(device)
    if keys is None:
        logger.warning("The device's keys are not known to the homeserver yet: it will be signed at the next start.")
        return
    if user in known.get("master_keys", {}):
        logger.warning("The account already has an identity that this process did not make: its device stays unsigned.")
        return
    master, own = Account(), Account()
    upload = {
        "master_key": _key(user, "master", master),
        "self_signing_key": _signed(_key(user, "self_signing", own), user, master),
    }
    status, answer = await _post(client, "/device_signing/upload", upload)
    if status == 401 and password:
        proof = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": user}, "password": password}
        auth = {"auth": {**proof, "session": answer.get("session")}}
        status, answer = await _post(client, "/device_signing/upload", {**upload, **auth})
    if status == 200:
        status, answer = await _post(client, "/signatures/upload", {user: {device: _signed(keys, user, own)}})
    if status == 200 and not answer.get("failures"):
        folder.write(_KEPT, device)
    else:
        logger.warning("The device could not be signed (%s).", answer.get("errcode") or status)


async def _post(client: AsyncClient, path: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {client.access_token}", "Content-Type": "application/json"}
    answer = await client.send("POST", _KEYS + path, json.dumps(body), headers)
    return answer.status, await answer.json()


def _key(user: str, usage: str, account: Account) -> dict[str, Any]:
    public = account.ed25519_key.to_base64()
    return {"user_id": user, "usage": [usage], "keys": {f"ed25519:{public}": public}}


def _signed(keys: Mapping[str, Any], user: str, account: Account) -> dict[str, Any]:
    bare = {name: value for name, value in keys.items() if name not in ("signatures", "unsigned")}
    signature = account.sign(Api.to_canonical_json(bare).encode()).to_base64()
    return {**bare, "signatures": {user: {f"ed25519:{account.ed25519_key.to_base64()}": signature}}}
