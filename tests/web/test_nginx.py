"""deploy/nginx.conf as it is, but for its ports, its certificate and its log, in front of a Vigie opened to a site."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server import ROOT, Server

pytestmark = pytest.mark.server

NAME = "vigie.exemple.fr"
SITE = "https://www.exemple.fr"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("nginx")
    opened = {"VIGIE_PROXIES": "1", "VIGIE_SECRET": "s" * 64, "VIGIE_ORIGINS": SITE, "VIGIE_URL": f"https://{NAME}/"}
    server = Server(folder, **opened)
    port = free_port()
    nginx = start_nginx(folder, server.port, port)
    with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=False, headers={"Host": NAME}) as client:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                client.get("/health")
                break
            except httpx.TransportError:
                assert nginx.poll() is None, (folder / "error.log").read_text()
                time.sleep(0.1)
        yield client
    nginx.terminate()
    nginx.wait(timeout=20)
    server.stop()


def start_nginx(folder: Path, behind: int, port: int) -> subprocess.Popen[bytes]:
    program = shutil.which("nginx")
    assert program, "nginx is missing: apt-get install nginx-light (.ci/run does)"
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    text = (ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    for here, there in {
        "127.0.0.1:5005": f"127.0.0.1:{behind}",
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/etc/letsencrypt/live/vigie.exemple.fr/fullchain.pem": str(certificate),
        "/etc/letsencrypt/live/vigie.exemple.fr/privkey.pem": str(key),
        "/var/log/nginx/vigie.error.log": str(folder / "error.log"),
    }.items():
        assert here in text, here
        text = text.replace(here, there)
    paths = "".join(
        f"{kind}_temp_path {folder / kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(f"pid {folder / 'pid'}; daemon off; events {{}} http {{ {paths}\n{text}\n}}\n", encoding="utf-8")
    options = [program, "-c", str(whole), "-p", str(folder), "-e", str(folder / "error.log")]
    subprocess.run([*options, "-t"], check=True, capture_output=True)
    return subprocess.Popen(options)


def say(client: httpx.Client, text: str, sender: str | None = None, **headers: str) -> httpx.Response:
    body = {"message": text, **({"sender": sender} if sender else {})}
    return client.post("/webhooks/rest/webhook", content=json.dumps(body), headers=headers)


def test_the_page_comes_through_with_its_headers(proxied: httpx.Client) -> None:
    page = proxied.get("/")
    assert page.status_code == 200
    assert page.headers["strict-transport-security"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "nginx/" not in page.headers["server"]
    assert f"https://{NAME}/" in page.text


def test_a_conversation_of_an_allowed_site_goes_on(proxied: httpx.Client) -> None:
    first = say(proxied, "bonjour", Origin=SITE)
    assert first.headers["access-control-allow-origin"] == SITE
    sender = first.json()[0]["recipient_id"]
    again = say(proxied, "le numéro de la crip du 93", sender, Origin=SITE)
    said = "\n".join(message["text"] for message in again.json())
    assert "01 43 93 10 35" in said
    assert f"https://{NAME}/documents/fiche_contacts.pdf?departement=93" in said


def test_another_site_or_an_invented_id_is_refused(proxied: httpx.Client) -> None:
    assert say(proxied, "bonjour", Origin="https://ailleurs.fr").status_code == 403
    assert say(proxied, "bonjour", "invente").status_code == 403


def test_an_answer_is_streamed_message_by_message(proxied: httpx.Client) -> None:
    body = json.dumps({"message": "que risque le client ? et le proxénète ?"})
    with proxied.stream("POST", "/webhooks/rest/webhook?stream=true", content=body) as answer:
        lines = [json.loads(line) for line in answer.iter_lines() if line]
    assert "119" in lines[-1]["text"]
    assert "content-length" not in answer.headers


def test_what_is_too_big_stops_at_the_proxy(proxied: httpx.Client) -> None:
    assert say(proxied, "a" * 20_000).status_code == 413
