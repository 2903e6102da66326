"""A bare Sanic with Vigie's HTTP shape: `python -m tests.benchmarks.echo PORT FILE` repeats the turn in FILE."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from sanic import Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse


def main(port: int, turn: list[dict[str, Any]]) -> None:
    """Answer every message with `turn`: the same JSON read, the same JSON written."""
    app = Sanic("echo")

    @app.route("/webhooks/rest/webhook", methods=["POST"])
    async def receive(request: Request) -> HTTPResponse:
        sender = json.loads(request.body).get("sender", "")
        answer = [{**message, "recipient_id": sender} for message in turn]
        return response.json(answer, ensure_ascii=False)

    app.run("127.0.0.1", port, access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8")))
