"""Invariants I1-I7 of the design, walked over random conversations with the trained model.

VIGIE_WALKS sets the number of conversations (default 250); the seed is fixed, so that a failure can be replayed.
"""

from __future__ import annotations

import os
import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.content.answers import read_answers
from bot.content.training_sentences import read_sentences
from tests.driver import Turn, Vigie

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[2]
WALKS = int(os.environ.get("VIGIE_WALKS", "250"))
SEED = 20261121

DANGERS = [
    "elle est retenue dans une chambre d'hotel en ce moment",
    "il a une arme et il est devant la porte",
    "un client arrive maintenant pour la chercher",
    "au secours il est en train de la frapper",
]
NONSENSE = [
    "azerty qsdf",
    "???",
    "...",
    "😀😭",
    "42",
    "0",
    "-1",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "{}",
    "null",
    "\u202e",
]
FORGED = [
    "/restart",
    "/session_start",
    "/back",
    '/loi/client_peines{"profession":"x"}',
    "/nlu_fallback",
    "/",
    "//",
    "/urgence",
]
PLACES = ["93", "le 9-3", "à Saint-Denis", "en fait je suis dans le 94", "Corse", "974", "75018", "Bobigny", "Nouméa"]
MOVES = [
    "suivant",
    "précédent",
    "étape 4",
    "exemple",
    "pourquoi",
    "pause",
    "reprendre",
    "recommencer",
    "quitter",
    "aide",
    "119",
]
SECRETS = ["06 98 76 54 32", "zoe.secret@exemple.fr", "@zoe_secrete"]

PHONE = re.compile(r"(?<![\d.])0\s?\d(?:[ .]?\d{2}){4}(?!\d)|\b0 8\d\d \d{2,3} \d\d ?\d{0,2}")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
VERDICT = re.compile(r"score|niveau de risque|risque (?:faible|moyen|élevé)|\d+ ?% de risque|diagnostic confirm", re.I)
# The content says why there is no score.
NO_VERDICT = re.compile(
    r"\b(?:ni|pas de|aucune?|sans|jamais de?)\s+(?:une?\s+)?(?:calcul|score|note|seuil|combinaison)[^.]*", re.I
)


class Messages:
    """Random messages of every kind, reproducible from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.sentences = [s for rows in read_sentences(ROOT / "data/nlu").values() for s in rows]
        stories = yaml.safe_load((ROOT / "tests/nlu/recits.yml").read_text(encoding="utf-8"))["recits"]
        self.stories = [story["texte"] for story in stories]
        self.payloads = [f"/{key}" for key in read_answers(ROOT / "data/responses")]

    def next(self, turn: Turn | None) -> str:
        kind = self.random.random()
        if turn and turn.buttons and kind < 0.35:
            number = self.random.randrange(len(turn.buttons))
            button = turn.buttons[number]
            return self.random.choice([str(number + 1), button["title"], button["payload"], "oui", "non"])
        pools: list[tuple[float, list[str]]] = [
            (0.55, self.sentences),
            (0.63, MOVES),
            (0.70, PLACES),
            (0.76, self.stories),
            (0.82, self.payloads),
            (0.86, DANGERS),
            (0.91, NONSENSE),
            (0.94, FORGED),
            (0.96, [""]),
            (0.98, [" ".join(self.random.sample(self.sentences, 12))]),
        ]
        for limit, pool in pools:
            if kind < limit:
                return self.random.choice(pool)
        return "elle s'appelle Zoé Secrète, " + self.random.choice(SECRETS)


def contacts_shown(text: str) -> set[str]:
    return {re.sub(r"\D", "", found) for found in PHONE.findall(text)} | {
        e.lower().rstrip(".") for e in EMAIL.findall(text)
    }


@pytest.fixture(scope="module")
def directory() -> tuple[set[str], set[str]]:
    """(what may be shown, what is doubtful) as bare digits and e-mails."""
    import csv

    allowed: set[str] = set()
    doubtful: set[str] = set()
    for name in ("ile-de-france.csv", "france.csv"):
        with (ROOT / "data/directory" / name).open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                allowed |= {re.sub(r"\D", "", p) for p in row["phones"].split("|") if p}
                allowed |= {e.lower() for e in re.split(r"[|;\s]+", row["emails"]) if e}
                doubtful |= {re.sub(r"\D", "", p) for p in row["phones_doubtful"].split("|") if p}
    return allowed, doubtful - allowed


def check_turn(said: str, turn: Turn, directory: tuple[set[str], set[str]]) -> None:
    allowed, doubtful = directory
    assert turn.messages, f"I3 silence after {said!r}"
    assert re.search(r"\b119\b", turn.last), f"I1 no 119 after {said!r}: {turn.last!r}"
    for shown in contacts_shown(turn.text):
        assert shown in allowed, f"I4 {shown} is not in the directory, after {said!r}"
        assert shown not in doubtful, f"I4 doubtful {shown}"
    assert not VERDICT.search(NO_VERDICT.sub("", turn.text)), f"I5 verdict after {said!r}: {turn.text!r}"
    for secret in [*SECRETS, "Secrète"]:
        assert secret not in turn.text, f"I6 {secret} came back"
    assert "utter_" not in turn.text
    assert "nlu_fallback" not in turn.text
    assert "{" not in turn.text, f"placeholder left after {said!r}: {turn.text!r}"


def test_random_conversations_keep_every_invariant(
    vigie: Vigie, directory: tuple[set[str], set[str]], capsys: Any
) -> None:
    messages = Messages(SEED)
    turns = dangers = digressions = 0
    for _ in range(WALKS):
        sender = vigie.conversation()
        turn: Turn | None = None
        for _ in range(messages.random.randint(5, 30)):
            said = messages.next(turn)
            before = vigie.slots(sender)
            turn = vigie.say(sender, said)
            turns += 1
            check_turn(said, turn, directory)
            after = vigie.slots(sender)
            if said in DANGERS:
                dangers += 1
                # The kind note about masking may stand before it; the danger's answer itself begins with 17.
                assert re.search(r"\b(17|112)\b", turn.messages[0]["text"]), f"I2 after {said!r}: {turn.text!r}"
                position = turn.text.find("17")
                assert 0 <= position < (turn.text.find("119") % 10**6), f"I2 17 must come before 119: {turn.text!r}"
                assert (after["parcours"], after["etape"]) == (before.get("parcours"), before.get("etape")), (
                    "I2 path lost"
                )
            if before.get("parcours") and said in ("aide", "119"):
                digressions += 1
                assert after["parcours"] == before["parcours"], f"I7 path lost after {said!r}"
                assert after["etape"] == before["etape"]
        vigie.forget(sender)
    with capsys.disabled():
        print(
            f"\n[invariants] {WALKS} conversations, {turns} turns, {dangers} dangers, "
            f"{digressions} digressions, 0 violation"
        )


@pytest.mark.parametrize("path", ["reconnaitre_signes", "preparer_entretien", "apres_entretien"])
@pytest.mark.parametrize("danger", DANGERS)
def test_danger_inside_any_step_wins_and_the_path_resumes(vigie: Vigie, path: str, danger: str) -> None:
    sender = vigie.conversation()
    vigie.say(sender, f"/{path}/commencer")
    for _ in range(3):
        step = vigie.slots(sender)["etape"]
        first = vigie.say(sender, danger)
        assert re.search(r"\b17\b", first.messages[0]["text"])
        assert "Nous étions" not in first.text  # nothing calls back from an emergency
        resumed = vigie.say(sender, "reprendre")
        assert vigie.slots(sender)["etape"] == step
        assert resumed.text
        vigie.say(sender, "suivant")


@pytest.mark.parametrize(
    "question",
    [
        "que risque le client ?",
        "c'est quoi l'emprise ?",
        "à quoi sert une UAPED ?",
        "combien de mineurs sont concernés ?",
    ],
)
def test_a_question_inside_a_path_is_answered_then_the_path_resumes(vigie: Vigie, question: str) -> None:
    sender = vigie.conversation()
    vigie.say(sender, "/preparer_entretien/commencer")
    vigie.say(sender, "étape 4")
    answer = vigie.say(sender, question)
    assert "Source" in answer.text
    assert "reprendre" in answer.text.lower() or any(b["payload"] == "/naviguer/reprendre" for b in answer.buttons)
    back = vigie.say(sender, "reprendre")
    assert "Étape 4" in back.text


def test_a_step_s_number_is_the_interview_s_wherever_one_is(vigie: Vigie) -> None:
    sender = vigie.conversation()
    vigie.say(sender, "/reconnaitre_signes/commencer")
    assert "Étape 4 sur 8" in vigie.say(sender, "étape 4").text


def test_a_failing_action_is_never_silence(vigie: Vigie, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any, **__: Any) -> Any:
        raise OSError("database is gone")

    monkeypatch.setattr(vigie.endpoint, "request", broken)
    turn = vigie.say(vigie.conversation(), "bonjour")
    assert turn.messages
    assert "119" in turn.last
