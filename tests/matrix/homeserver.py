"""A Synapse of the tests: loopback, SQLite, no federation; the matrix environment runs it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import signal
import subprocess
import time
from pathlib import Path

import httpx

from tests.ports import free_port
from tests.server import ROOT

PYTHON = ROOT / ".venv-matrix/bin/python"
NAME = "vigie.test"
START_LIMIT = 60  # seconds, on a loaded machine


class Homeserver:
    """One Synapse with its files in `folder`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.url, timeout=30, verify=False)
        self._shared = secrets.token_hex(16)
        seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        (folder / "signing.key").write_text(f"ed25519 a_test {seed}\n")
        quick = {"per_second": 1000, "burst_count": 1000}
        config = {
            "server_name": NAME,
            "public_baseurl": self.url + "/",
            "listeners": [
                {
                    "port": self.port,
                    "bind_addresses": ["127.0.0.1"],
                    "type": "http",
                    "tls": False,
                    "resources": [{"names": ["client"]}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
            "media_store_path": str(folder / "media"),
            "signing_key_path": str(folder / "signing.key"),
            "pid_file": str(folder / "homeserver.pid"),
            "log_config": str(folder / "log.yaml"),
            "report_stats": False,
            "trusted_key_servers": [],
            "federation_domain_whitelist": [],
            "presence": {"enabled": False},
            "bcrypt_rounds": 4,
            "registration_shared_secret": self._shared,
            "macaroon_secret_key": secrets.token_hex(16),
            "form_secret": secrets.token_hex(16),
            "url_preview_enabled": False,
            "filter_timeline_limit": 1000,
            # rc_message stays as it is by default: the accounts get the override that docs/matrix.md asks for.
            "rc_registration": quick,
            "rc_login": {"address": quick, "account": quick, "failed_attempts": quick},
            "rc_joins": {"local": quick, "remote": quick},
            "rc_invites": {"per_room": quick, "per_user": quick, "per_issuer": quick},
            "rc_room_creation": quick,
        }
        log = {"version": 1, "handlers": {"out": {"class": "logging.StreamHandler"}}}
        (folder / "log.yaml").write_text(json.dumps({**log, "root": {"level": "WARNING", "handlers": ["out"]}}))
        (folder / "homeserver.yaml").write_text(json.dumps(config))
        self._admin = ""
        self.launch()

    def launch(self) -> None:
        with (self.folder / "synapse.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(PYTHON), "-m", "synapse.app.homeserver", "-c", str(self.folder / "homeserver.yaml")],
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            assert self.process.poll() is None, (self.folder / "synapse.log").read_text()[-3000:]
            try:
                if self.http.get("/_matrix/client/versions", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("Synapse did not start")

    def stop(self, how: int = signal.SIGKILL) -> None:
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(timeout=20)

    def register(self, name: str, admin: bool = False) -> str:
        """Make an account without rate limits; returns its user id. Its password is its name."""
        if not admin and not self._admin:
            self._register("admin", True)
        user = self._register(name, admin)
        answer = self.http.post(
            f"/_synapse/admin/v1/users/{user}/override_ratelimit",
            json={"messages_per_second": 0, "burst_count": 0},
            headers={"Authorization": f"Bearer {self._admin}"},
        )
        assert answer.status_code == 200, answer.text
        return user

    def members(self, room: str) -> list[str]:
        """Who is in a room."""
        answer = self.http.get(
            f"/_synapse/admin/v1/rooms/{room}/members", headers={"Authorization": f"Bearer {self._admin}"}
        )
        assert answer.status_code in (200, 404), answer.text
        return list(answer.json().get("members", ()))

    def _register(self, name: str, admin: bool) -> str:
        nonce = self.http.get("/_synapse/admin/v1/register").json()["nonce"]
        parts = [nonce, name, name, "admin" if admin else "notadmin"]
        mac = hmac.new(self._shared.encode(), "\0".join(parts).encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": name, "admin": admin, "mac": mac}
        answer = self.http.post("/_synapse/admin/v1/register", json=body)
        assert answer.status_code == 200, answer.text
        if admin:
            self._admin = answer.json()["access_token"]
        return str(answer.json()["user_id"])
