"""Write docs/conversation.md: the reference conversation played by curl against a running Vigie (`make run`)."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SENDER = f"transcription-{secrets.token_hex(4)}"
HEADER = """# Une conversation de référence

Jouée par `curl` contre `make run`, tour par tour, sans retouche (`python -m tests.transcript`).
La personne qui écrit est inventée. Les choix proposés sont numérotés comme on peut les taper.
"""


def main(url: str) -> int:
    """Play the turns of tests/fixtures/conversation.yml at `url`; 1 when a reply does not end on 119."""
    turns = yaml.safe_load((ROOT / "tests/fixtures/conversation.yml").read_text(encoding="utf-8"))["tours"]
    lines, wrong = [HEADER], 0
    for turn in turns:
        messages = curl(url, turn["dit"])
        lines.append(f"\n**{turn['dit']}**\n")
        number = 0
        for message in messages:
            lines += [f"> {line}".rstrip() for line in message["text"].splitlines()]
            for button in message.get("buttons", []):
                number += 1
                lines.append(f"> \n> {number}. {button['title']}" if number == 1 else f"> {number}. {button['title']}")
            lines.append(">")
        lines.pop()
        wrong += "119" not in messages[-1]["text"]
    (ROOT / "docs/conversation.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(turns)} tours écrits dans docs/conversation.md, {wrong} sans le 119.")
    return 1 if wrong else 0


def curl(url: str, text: str) -> list[dict[str, object]]:
    """One turn."""
    body = json.dumps({"sender": SENDER, "message": text})
    command = [
        "curl",
        "-s",
        "--fail",
        "--retry",  # one who writes too fast is asked to wait, and curl waits
        "5",
        "-X",
        "POST",
        f"{url}/webhooks/rest/webhook",
        "-H",
        "Content-Type: application/json",
        "-d",
        body,
    ]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)  # type: ignore[no-any-return]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:5005"))
