"""Parler à Vigie depuis un programme (bibliothèque standard) : python rest.py "bonjour" "le 93"."""

from __future__ import annotations

import json
import os
import sys
import urllib.request

VIGIE = os.environ.get("VIGIE", "http://127.0.0.1:5005")
TOKEN = os.environ.get("VIGIE_API_TOKEN", "")  # facultatif : voir docs/securite.md, section 6


def say(message: str, sender: str = "") -> list[dict]:
    """Envoyer un message ; sans identifiant, Vigie en donne un dans `recipient_id`."""
    body = {"message": message, **({"sender": sender} if sender else {})}
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {TOKEN}"} if TOKEN else {})}
    request = urllib.request.Request(f"{VIGIE}/webhooks/rest/webhook", json.dumps(body).encode(), headers)
    # 429 et 503 : attendre `Retry-After` secondes ; leur texte (`error`) peut être montré tel quel.
    with urllib.request.urlopen(request, timeout=15) as answer:
        return json.load(answer)


if __name__ == "__main__":
    sender = ""
    for message in sys.argv[1:]:
        turn = say(message, sender)
        sender = turn[0]["recipient_id"]
        number = 0
        for said in turn:
            print(said["text"])
            # Montrer `title`, jamais `payload`. La personne peut taper le numéro : ils courent sur tout le tour.
            for button in said.get("buttons", []):
                number += 1
                print(f"{number}. {button['title']}")
        print()
