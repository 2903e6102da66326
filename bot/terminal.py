"""A terminal chat with numbered choices, over the REST channel of a running assistant."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from rich.console import Console
from rich.panel import Panel


def chat(base_url: str) -> int:
    """Talk to the assistant at `base_url` until an empty end of file; 1 when nothing answers there."""
    console = Console()
    sender: str | None = None  # Vigie gives it with the first answer
    console.print(f"[dim]Vigie, {base_url} · un numéro, un titre ou vos mots ; Ctrl-D pour sortir[/dim]")
    text = "bonjour"
    while True:
        try:
            messages = _send(base_url, sender, text)
            sender = messages[0]["recipient_id"]
            _show(console, messages)
        except (OSError, ValueError) as error:
            console.print(f"[red]Pas de réponse de {base_url} ({error}) : l'assistant tourne-t-il (`make run`) ?[/red]")
            return 1
        try:
            text = console.input("[bold]vous > [/bold]")
        except (EOFError, KeyboardInterrupt):
            console.print()
            return 0


def _send(base_url: str, sender: str | None, text: str) -> list[dict[str, Any]]:
    body = json.dumps({"sender": sender, "message": text}).encode()
    request = urllib.request.Request(f"{base_url}/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        messages: list[dict[str, Any]] = json.load(answer)
    return messages


def _show(console: Console, messages: list[dict[str, Any]]) -> None:
    number = 0
    for message in messages:
        lines = [message["text"]]
        for button in message.get("buttons", []):
            number += 1
            lines.append(f"  {number}. {button['title']}")
        console.print(Panel("\n".join(lines), border_style="blue"), markup=False)
