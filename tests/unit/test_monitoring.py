"""Metrics, who may read them, logs as JSON, and the dashboard and alerts that use the metrics' names."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.engine.startup import prepare_imports

ROOT = Path(__file__).resolve().parents[2]
prepare_imports(ROOT / "config.yml")

import structlog  # noqa: E402
from prometheus_client.parser import text_string_to_metric_families  # noqa: E402
from sanic import Sanic  # noqa: E402

from bot.channels.rendering import Said  # noqa: E402
from bot.channels.rest import VigieRest  # noqa: E402
from bot.channels.turn import record  # noqa: E402
from bot.channels.walls import RefusedError, Rules, build  # noqa: E402
from bot.engine.lock_store import ConversationLocks  # noqa: E402
from bot.monitoring import metrics  # noqa: E402
from bot.monitoring.ledger import LEDGER  # noqa: E402
from bot.monitoring.logs import configure_logging  # noqa: E402
from bot.monitoring.observation import conversation_begins, observe  # noqa: E402
from bot.monitoring.routes import serve_monitoring  # noqa: E402
from bot.settings import load_settings  # noqa: E402
from bot.storage.statistics import open_statistics  # noqa: E402

TOKEN = "t" * 32
HOST = "vigie.exemple.fr"
PLANTED = "zanzibar"
NUMBERS = itertools.count()


def values() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample now, by name and labels."""
    families = text_string_to_metric_families(metrics.expose(0, 0).decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def grown(before: dict[Any, float]) -> dict[Any, float]:
    return {key: value - before.get(key, 0) for key, value in values().items() if value != before.get(key, 0)}


# --- metrics


def test_a_turn_is_counted_by_what_was_answered() -> None:
    before = values()
    record([Said("Le 17.", answer="urgence/disparition"), Said(PLANTED)], "rest", "reel", True, 0.003)
    record([Said("x", answer="accueil/proposer")], "telegram", "reel", False, 0.003)
    record([], "rest", "reel", False, 8.0, asyncio.TimeoutError())
    record([], "rest", "reel", False, 0.1, ValueError(PLANTED))
    counted = grown(before)
    for outcome, channel in (("danger", "rest"), ("fallback", "telegram"), ("timeout", "rest"), ("failed", "rest")):
        assert counted["vigie_turns_total", (("channel", channel), ("outcome", outcome))] == 1
    assert counted["vigie_alerts_total", (("kind", "disparition"),)] == 1
    assert counted["vigie_fallbacks_total", (("answer", "accueil/proposer"),)] == 1
    assert counted["vigie_errors_total", (("kind", "ValueError"),)] == 1
    assert counted["vigie_turn_seconds_count", (("channel", "rest"),)] == 3
    assert counted["vigie_turn_seconds_bucket", (("channel", "rest"), ("le", "0.004"))] == 1
    assert PLANTED not in metrics.expose(0, 0).decode()


def test_a_refusal_is_counted_by_its_status() -> None:
    before = values()
    RefusedError(429, PLANTED)
    assert grown(before)["vigie_refusals_total", (("status", "429"),)] == 1
    assert PLANTED not in metrics.expose(0, 0).decode()


def test_a_beginning_is_told_from_another_task() -> None:
    async def turn(new: bool) -> bool:
        async def engine() -> None:
            if new:
                conversation_begins()

        with observe() as observed:
            await asyncio.wait_for(engine(), 1)
        return observed.begins

    async def both() -> list[bool]:
        return list(await asyncio.gather(turn(True), turn(False)))

    assert asyncio.run(both()) == [True, False]


def test_a_turn_that_waits_for_the_one_before_is_measured() -> None:
    before, locks = values(), ConversationLocks()

    async def turn(seconds: float) -> None:
        async with locks.lock("a"):
            await asyncio.sleep(seconds)

    async def both() -> None:
        await asyncio.gather(turn(0.05), turn(0))

    asyncio.run(both())
    counted = grown(before)
    assert counted["vigie_lock_wait_seconds_count", ()] == 2
    assert counted["vigie_lock_wait_seconds_sum", ()] >= 0.045


def test_every_label_is_closed() -> None:
    """No metric has a label that could hold an id, an address or a word."""
    allowed = {"channel", "outcome", "answer", "kind", "status", "what", "fingerprint", "trained", "le"}
    metrics.model_loaded("ab", "2026-11-21")
    assert {label for _, labels in values() for label, _ in labels} <= allowed


# --- who may read them, and what the two routes take


def make(tmp_path: Path, **rules: Any) -> Sanic:
    async def on_new_message(message: Any) -> None:
        await message.output_channel.send_text_message(message.sender_id, "lu")

    app = Sanic(f"mesures_{next(NUMBERS)}", configure_logging=False)
    build(app, Rules(**{"secret": "s" * 32, "token": TOKEN, **rules}))
    app.blueprint(VigieRest().blueprint(on_new_message), url_prefix="/webhooks/rest")
    serve_monitoring(app, load_settings({"VIGIE_DATABASE_URL": f"sqlite:///{tmp_path / 'vigie.sqlite'}"}))
    return app


def ask(app: Sanic, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    async def request() -> httpx.Response:
        content = json.dumps(body) if body is not None else None
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        _, answer = await app.asgi_client.request(method, path, content=content, headers=named)
        return answer

    return asyncio.run(request())


def test_metrics_are_for_this_machine_or_for_the_holder_of_the_token(tmp_path: Path) -> None:
    closed = make(tmp_path)
    assert ask(closed, "GET", "/metrics", host="127.0.0.1:5005").status == 200
    assert ask(closed, "GET", "/metrics", host=HOST).status == 403
    opened = make(tmp_path, local_only=False, own_ids_only=True)
    for shown in ({}, {"authorization": "Bearer x"}, {"authorization": TOKEN}):
        refused = ask(opened, "GET", "/metrics", host=HOST, **shown)
        assert refused.status == 403
        assert "vigie_turns" not in refused.text
    allowed = ask(opened, "GET", "/metrics", host=HOST, authorization=f"Bearer {TOKEN}")
    assert allowed.status == 200
    assert "vigie_turns_total" in allowed.text
    without = make(tmp_path, local_only=False, token="")
    assert ask(without, "GET", "/metrics", host=HOST, authorization="Bearer ").status == 403


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    asyncio.run(LEDGER.flush(lambda _: None))


def kept(folder: Path, traffic: str = "reel") -> dict[str, int]:
    """What reached the database by measure: each request of a test starts and stops its server."""
    read = open_statistics(f"sqlite:///{folder / 'vigie.sqlite'}").read(date(2020, 1, 1), date(2100, 1, 1), traffic)
    found: dict[str, int] = {}
    for (_, measure, _), count in read.items():
        found[measure] = found.get(measure, 0) + count
    return found


GOOD = {"sender": "a", "answer": "loi/client_peines", "useful": False, "reason": "incomplet"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("avis", {**GOOD, "answer": PLANTED}),
        ("avis", {**GOOD, "answer": ["loi/client_peines"]}),
        ("avis", {**GOOD, "useful": "false"}),
        ("avis", {**GOOD, "reason": PLANTED}),
        ("avis", {**GOOD, "reason": ["incomplet"]}),
        ("avis", {**GOOD, "useful": True}),
        ("avis", {**GOOD, "sender": ""}),
        ("avis", {**GOOD, "sender": "../.."}),
        ("avis", [PLANTED]),
        ("clic", {"sender": "a", "what": PLANTED}),
        ("clic", {"what": "119"}),
    ],
)
def test_a_rating_that_is_not_one_is_refused_and_not_counted(tmp_path: Path, path: str, body: Any) -> None:
    answer = ask(make(tmp_path), "POST", f"/webhooks/rest/{path}", body, host="localhost")
    assert answer.status == 400
    assert PLANTED not in answer.text
    assert not kept(tmp_path)


def test_ratings_need_an_id_given_out_here_and_are_slowed(tmp_path: Path) -> None:
    opened = make(tmp_path, local_only=False, own_ids_only=True)
    assert ask(opened, "POST", "/webhooks/rest/avis", GOOD, host=HOST).status == 403
    body = {"message": "bonjour"}
    given = ask(opened, "POST", "/webhooks/rest/webhook", body, host=HOST).json[0]["recipient_id"]
    assert ask(opened, "POST", "/webhooks/rest/avis", {**GOOD, "sender": given}, host=HOST).status == 204

    async def burst() -> list[int]:
        body = json.dumps({"sender": given, "what": "119"})
        sent = [opened.asgi_client.post("/webhooks/rest/clic", content=body, headers={"host": HOST}) for _ in range(12)]
        return [(await one)[1].status for one in sent]

    assert asyncio.run(burst()) == [204] * 10 + [429] * 2


def test_training_and_test_traffic_are_kept_apart(tmp_path: Path) -> None:
    app = make(tmp_path)
    for told in ("formation", "essai", PLANTED, ""):
        ask(app, "POST", "/webhooks/rest/webhook", {"message": "x"}, host="localhost", x_vigie_traffic=told)
    assert kept(tmp_path) == {"tours": 2, "canal": 2, "sujet": 2}
    assert kept(tmp_path, "formation") == kept(tmp_path, "essai") == {"tours": 1, "canal": 1, "sujet": 1}


# --- logs


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def configured(form: str) -> Any:
        configure_logging("INFO", form)
        root.handlers[0].setStream(sys.stderr)  # type: ignore[attr-defined]
        return lambda: capsys.readouterr().err.splitlines()

    yield configured
    root.handlers, root.level = handlers, level


def speak() -> None:
    """What is logged while things fail, with words of a user where our code and others' may put them."""
    logging.getLogger("bot.channels.turn").info("A turn of %s ms.", 3)
    try:
        raise ValueError(PLANTED)
    except ValueError:
        address = f"http://127.0.0.1/{PLANTED}?q={PLANTED}"
        logging.getLogger("sanic.error").exception("Exception occurred while handling uri: %s", address)
        logging.getLogger("rasa.core.processor").error("Failed for sender '%s'.", PLANTED, exc_info=True)
        structlog.get_logger("rasa.core.channels.rest").exception("rest.failed", text=PLANTED, tracker={"a": PLANTED})


def test_json_logs_are_one_object_a_line_without_a_word(lines: Any) -> None:
    read = lines("json")
    speak()
    written = read()
    assert PLANTED not in "\n".join(written)
    found = [json.loads(line) for line in written]
    assert [one["logger"] for one in found] == [
        *("bot.channels.turn", "sanic.error", "rasa.core.processor", "rasa.core.channels.rest")
    ]
    assert found[0]["event"] == "A turn of 3 ms."
    assert found[0]["level"] == "info"
    assert found[1]["exception"].startswith("ValueError (test_monitoring.py:")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT.*Z", one["timestamp"]) for one in found)


def test_text_logs_are_without_a_word_too(lines: Any) -> None:
    read = lines("texte")
    speak()
    written = "\n".join(read())
    assert PLANTED not in written
    assert "ValueError (test_monitoring.py:" in written


# --- what those who operate look at


def exposed() -> dict[str, frozenset[str]]:
    """Names that may be asked of Prometheus, with their labels, once everything happened once."""
    metrics.turn("rest", "answered", 0.1)
    metrics.fallback("accueil/proposer")
    metrics.alert("disparition")
    metrics.failed(ValueError())
    metrics.refused(429)
    metrics.model_loaded("ab", "2026-11-21")
    found: dict[str, frozenset[str]] = {}
    for name, labels in values():
        found[name] = found.get(name, frozenset()) | {label for label, _ in labels}
    return found


OF_PROMETHEUS = {"instance", "job"}
PROMQL = re.compile(r"\b(?:vigie|process)_\w+")


def expressions() -> dict[str, list[str]]:
    dashboard = json.loads((ROOT / "deploy/grafana/vigie.json").read_text(encoding="utf-8"))
    rules = yaml.safe_load((ROOT / "deploy/prometheus/alertes.yml").read_text(encoding="utf-8"))
    return {
        "dashboard": [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]],
        "variables": [one["definition"] for one in dashboard["templating"]["list"] if "definition" in one],
        "annotations": [one["expr"] for one in dashboard["annotations"]["list"]],
        "alerts": [rule["expr"] for group in rules["groups"] for rule in group["rules"]],
    }


@pytest.mark.parametrize("where", ["dashboard", "variables", "annotations", "alerts"])
def test_what_is_looked_at_is_exposed(where: str) -> None:
    names, found = exposed(), expressions()[where]
    assert found
    for expression in found:
        used = PROMQL.findall(re.sub(r'"[^"]*"', '""', expression))
        assert used or "up{" in expression, expression
        assert set(used) <= set(names), expression
        labels = frozenset().union(*(names[name] for name in used)) | OF_PROMETHEUS
        asked = set(re.findall(r"(\w+)\s*(?:=~|!=|=(?!=))", expression))
        for group in re.findall(r"by \(([^)]*)\)", expression):
            asked |= {label.strip() for label in group.split(",")}
        assert asked <= labels, expression


def test_everything_that_is_exposed_is_looked_at() -> None:
    used = " ".join(expression for found in expressions().values() for expression in found)
    ours = {name for name in exposed() if name.startswith("vigie_") and not name.endswith("_created")}
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in ours}
    assert not [family for family in families if family not in used]
