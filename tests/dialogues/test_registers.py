"""A minor or a relative is answered in words of their own, for the whole conversation."""

from __future__ import annotations

import re

import pytest

from tests.driver import Vigie

pytestmark = pytest.mark.model

FORMAL = re.compile(r"\b(?:vous|votre|vos)\b", re.I)
MINOR = "j'ai 15 ans et c'est moi qui fais ça"
LATER = [
    "c'est quoi la crip",
    "que risque le client ?",
    "93",
    "étape 4",
    "comment préparer l'entretien",
    "qsdfgh",
    "merci",
    "elle a deux téléphones et elle fugue",
    "il me menace avec mes photos",
    "oui",
    "suivant",
    "je veux mourir",
    "il est là il a un couteau",
]


def test_a_minor_is_answered_as_one_until_the_end(vigie: Vigie) -> None:
    sender = vigie.conversation()
    vigie.say(sender, MINOR)
    for text in LATER:
        turn = vigie.say(sender, text)
        assert not FORMAL.search(turn.text.replace("« Aidez-moi, appelez le 17. »", "")), (text, turn.text)
        assert "119" in turn.last, text
        assert len(turn.messages) == 1, (text, turn.text)
    assert "17" in turn.messages[0]["text"]


def test_a_minor_may_press_what_is_offered(vigie: Vigie) -> None:
    sender = vigie.conversation()
    seen: set[str] = set()
    turn = vigie.say(sender, MINOR)
    for _ in range(40):
        new = [b for b in turn.buttons if b["payload"] not in seen and "majeur" not in b["payload"]]
        if not new:
            break
        seen.add(new[0]["payload"])
        turn = vigie.say(sender, new[0]["title"])
        assert not FORMAL.search(turn.text.replace("« Aidez-moi, appelez le 17. »", "")), turn.text
    assert len(seen) > 5


@pytest.mark.parametrize("text", ["je suis infirmière scolaire", "J'ai 18 ans ou plus", "je suis éducatrice au foyer"])
def test_a_grown_up_taken_for_a_minor_gets_out(vigie: Vigie, text: str) -> None:
    sender = vigie.conversation()
    vigie.say(sender, MINOR)
    vigie.say(sender, text)
    assert vigie.slots(sender)["registre"] == "professionnel"
    assert "225-12-1" in vigie.say(sender, "que risque le client ?").text


def test_who_told_a_trade_is_not_taken_for_a_minor(vigie: Vigie) -> None:
    sender = vigie.conversation()
    vigie.say(sender, "je suis infirmière scolaire")
    turn = vigie.say(sender, "j'ai 15 ans et c'est moi, voilà ce qu'elle m'a dit")
    assert vigie.slots(sender)["registre"] == "professionnel"
    assert "C'est quoi, le 119" not in turn.text


def test_a_relative_reads_pages_of_their_own(vigie: Vigie) -> None:
    sender = vigie.conversation()
    assert "116 006" in vigie.say(sender, "c'est ma fille, elle a 15 ans, elle se prostitue je crois").text
    assert "professionnels" in vigie.say(sender, "étape 4").text
    assert "225-12-1" in vigie.say(sender, "que risque le client ?").text


def test_erasing_ends_the_register(vigie: Vigie) -> None:
    sender = vigie.conversation()
    vigie.say(sender, MINOR)
    assert "effacée" in vigie.say(sender, "effacer").text
    assert vigie.slots(sender).get("registre") is None


@pytest.mark.parametrize("said", ["effacer", "au revoir", "/naviguer/effacer"])
def test_nothing_is_left_of_a_conversation_that_ends(vigie: Vigie, said: str) -> None:
    sender = vigie.conversation()
    vigie.say(sender, "/preparer_entretien/etape_4")
    vigie.say(sender, "je suis dans le 93")
    before = vigie.store._disk.count()
    vigie.say(sender, said)
    assert vigie.slots(sender) == {}
    assert vigie.store._disk.count() == before - 1
