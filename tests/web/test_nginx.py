"""deploy/nginx.conf as it is, but for its ports, its certificate and its log, in front of a Vigie opened to a site."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.ports import free_port
from tests.proxy import NAME, start_nginx
from tests.server import Server

pytestmark = pytest.mark.server

SITE = "https://www.exemple.fr"


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("nginx")
    opened = {"VIGIE_PROXIES": "1", "VIGIE_SECRET": "s" * 64, "VIGIE_ORIGINS": SITE, "VIGIE_URL": f"https://{NAME}/"}
    server = Server(folder, **opened)
    port = free_port()
    nginx = start_nginx(folder, port, server.port)
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


def test_another_name_is_not_answered(proxied: httpx.Client) -> None:
    for name in ("127.0.0.1", "ailleurs.fr"):
        with pytest.raises(httpx.TransportError):
            proxied.get("/health", headers={"Host": name})


def test_what_is_for_those_who_operate_stays_inside(proxied: httpx.Client) -> None:
    assert proxied.get("/metrics").status_code == 404
    assert proxied.get("/ready").status_code == 404
    assert proxied.get("/health").status_code == 200
