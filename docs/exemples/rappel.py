"""Le canal `callback` : envoyer un message signé, vérifier une réponse (bibliothèque standard).

python rappel.py "bonjour" personne-1        envoie
python rappel.py --ecouter 8080              montre les réponses, signature vérifiée
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import sys
import time
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer

VIGIE = os.environ.get("VIGIE", "http://127.0.0.1:5005")
SECRET = os.environ["VIGIE_RAPPEL_SECRET"]
HEADER = "X-Vigie-Signature"


def sign(body: bytes, when: int) -> str:
    """La valeur de l'en-tête : l'heure (secondes Unix), et la signature de « heure.corps »."""
    digest = hmac.new(SECRET.encode(), f"{when}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={when},v1={digest}"


def proved(body: bytes, shown: str) -> bool:
    """Vrai si Vigie a signé ce corps il y a moins de cinq minutes ; comparer en temps constant."""
    found = re.fullmatch(r"t=(\d{1,12}),v1=[0-9a-f]{64}", shown)
    if not found or abs(time.time() - int(found[1])) > 300:
        return False
    return hmac.compare_digest(shown, sign(body, int(found[1])))


def send(message: str, sender: str) -> int:
    """Envoyer un message ; 200 : il sera répondu à l'adresse déclarée. `id` : le même message, renvoyé, est ignoré."""
    body = json.dumps({"sender": sender, "message": message, "id": uuid.uuid4().hex}).encode()
    headers = {"Content-Type": "application/json", HEADER: sign(body, int(time.time()))}
    request = urllib.request.Request(f"{VIGIE}/webhooks/callback/webhook", body, headers)
    with urllib.request.urlopen(request, timeout=15) as answer:
        return answer.status


class Answers(BaseHTTPRequestHandler):
    """Reçoit les réponses : {"recipient_id", "text"}, dans l'ordre."""

    def do_POST(self) -> None:
        """Refuser ce qui n'est pas signé ; accepter vite, Vigie attend dix secondes et essaie trois fois."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        well = proved(body, self.headers.get(HEADER) or "")
        if well:
            said = json.loads(body)
            print(f"{said['recipient_id']} : {said['text']}\n", flush=True)
        self.send_response(200 if well else 403)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Aucun journal : il garderait l'heure et l'adresse de chaque réponse."""


if __name__ == "__main__":
    if sys.argv[1] == "--ecouter":
        HTTPServer(("127.0.0.1", int(sys.argv[2])), Answers).serve_forever()
    print(send(sys.argv[1], sys.argv[2]))
