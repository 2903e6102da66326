"""The bot's account: one device, kept, so that its keys and its session outlive the process."""

from __future__ import annotations

from nio import AsyncClient, AsyncClientConfig, LoginError, WhoamiError
from nio.store import SqliteStore

from bot.matrix.memory import Folder
from bot.matrix.settings import MatrixSettings

_DEVICE = "Vigie"
_SESSION = "session"


class AccountError(Exception):
    """The homeserver refuses the account; the message says what it answered."""


def make_client(settings: MatrixSettings, folder: Folder) -> AsyncClient:
    """A client of the account's homeserver; it waits and tries again for as long as nobody answers."""
    (folder.path / "keys").mkdir(mode=0o700, exist_ok=True)
    config = AsyncClientConfig(
        # SqliteStore: the default one also writes the devices of users as plain text.
        store=SqliteStore,
        store_name="keys.db",
        pickle_key=folder.secret,
        store_sync_tokens=False,  # nio would keep it before the answer is sent
        max_timeout_retry_wait_time=10,
        request_timeout=30,
    )
    return AsyncClient(settings.homeserver, settings.user, store_path=str(folder.path / "keys"), config=config)


async def sign_in(client: AsyncClient, settings: MatrixSettings, folder: Folder) -> None:
    """Take the kept session up, else make one: a session for each start would pile up devices. Raises AccountError."""
    kept = folder.read(_SESSION) or {}
    same = kept.get("user") == settings.user and (not settings.token or kept.get("token") == settings.token)
    if same:
        client.restore_login(settings.user, kept["device"], kept["token"])
        return
    if settings.token:
        client.access_token = settings.token
        answer = await client.whoami()
        if isinstance(answer, WhoamiError) or not answer.device_id:
            raise AccountError(f"VIGIE_MATRIX_TOKEN: {_why(answer)}")
        client.restore_login(answer.user_id, answer.device_id, settings.token)
    else:
        await _log_in(client, settings)
    _keep(client, settings, folder)


async def sign_in_again(client: AsyncClient, settings: MatrixSettings, folder: Folder) -> None:
    """A new session of the same device, when the homeserver ended the former. Raises AccountError."""
    if not settings.password:
        raise AccountError("VIGIE_MATRIX_TOKEN: refused")
    await _log_in(client, settings)
    _keep(client, settings, folder)


async def _log_in(client: AsyncClient, settings: MatrixSettings) -> None:
    answer = await client.login(settings.password, device_name=_DEVICE)
    if isinstance(answer, LoginError):
        raise AccountError(f"VIGIE_MATRIX_PASSWORD: {_why(answer)}")


def _keep(client: AsyncClient, settings: MatrixSettings, folder: Folder) -> None:
    folder.write(_SESSION, {"user": settings.user, "device": client.device_id, "token": client.access_token})


def _why(answer: object) -> str:
    return str(getattr(answer, "status_code", None) or "refused")
