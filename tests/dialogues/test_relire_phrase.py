"""« Relisez ma phrase »: reviewed, never kept, left at any moment, and danger still wins."""

from __future__ import annotations

import logging

import pytest

from tests.driver import Turn, Vigie

pytestmark = pytest.mark.model


def keys(turn: Turn) -> list[str]:
    return [str(message.get("custom", {}).get("answer")) for message in turn.messages]


def is_alarm(turn: Turn) -> bool:
    return keys(turn)[0].startswith("urgence/")


@pytest.mark.parametrize(
    "message",
    [
        "relis ma phrase : « Pourquoi tu ne m'as rien dit ? »",
        'Est-ce que je peux lui dire "Pourquoi tu ne m\'as rien dit ?" ?',
        "relisez ma phrase : Pourquoi tu ne m'as rien dit ?",
        "que pensez-vous de cette phrase : « Pourquoi tu ne m'as rien dit ? »",
    ],
)
def test_a_sentence_given_with_the_request_is_reviewed(vigie: Vigie, message: str) -> None:
    turn = vigie.say(vigie.conversation(), message)
    assert keys(turn)[0] == "relire_phrase/a_ameliorer"
    assert "justifier" in turn.text
    assert any(button["title"] == "Relire une autre phrase" for button in turn.buttons)
    assert any(button["title"].startswith("L'étape ") for button in turn.buttons)


def test_what_one_plans_to_say_is_read_as_a_plan_whatever_words_it_holds(vigie: Vigie) -> None:
    turn = vigie.say(vigie.conversation(), 'g prévu de lui dire "tu vas finir par me dire avec qui tu couches"')
    assert keys(turn)[0] == "relire_phrase/a_ameliorer"


def test_asked_first_then_given(vigie: Vigie) -> None:
    sender = vigie.conversation()
    assert keys(vigie.say(sender, "relisez ma phrase"))[0] == "relire_phrase/commencer"
    assert keys(vigie.say(sender, "Je te crois, ce n'est pas ta faute."))[0] == "relire_phrase/a_garder"
    assert keys(vigie.say(sender, "Relire une autre phrase"))[0] == "relire_phrase/commencer"
    turn = vigie.say(sender, "Tu peux tout me dire, ça restera entre nous")
    assert keys(turn)[0] == "relire_phrase/a_ameliorer"
    assert "promesse" in turn.text


def test_a_sentence_like_those_of_the_path_is_reviewed_too(vigie: Vigie) -> None:
    sender = vigie.conversation()
    vigie.say(sender, "relisez ma phrase")
    turn = vigie.say(sender, "Je m'inquiète pour toi, tu as l'air fatiguée. Comment tu vas ?")
    assert keys(turn)[0].startswith("relire_phrase/")


def test_nothing_of_the_sentence_stays_in_a_slot_or_a_log(vigie: Vigie, caplog: pytest.LogCaptureFixture) -> None:
    sender = vigie.conversation()
    with caplog.at_level(logging.DEBUG):
        vigie.say(sender, "relisez ma phrase")
        vigie.say(sender, "Tu traînais avec un zouave samedi, pourquoi ?")
    assert "zouave" not in str(vigie.slots(sender))
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("bot", "actions"))]
    assert not any("zouave" in message for message in ours)


@pytest.mark.parametrize("sentence", ["Est-ce qu'il te frappe ?", "Est-ce que quelqu'un te menace, te fait du mal ?"])
def test_a_violence_asked_about_is_no_alarm(vigie: Vigie, sentence: str) -> None:
    assert not is_alarm(vigie.say(vigie.conversation(), f"relis ma phrase : « {sentence} »"))
    sender = vigie.conversation()
    vigie.say(sender, "relisez ma phrase")
    assert not is_alarm(vigie.say(sender, sentence))


@pytest.mark.parametrize(
    "message",
    [
        "elle est en train de se faire frapper, vite",
        "je veux mourir",
        "un homme armé est devant le foyer, tu m'aides ?",
    ],
)
def test_a_danger_told_instead_of_a_sentence_wins(vigie: Vigie, message: str) -> None:
    sender = vigie.conversation()
    vigie.say(sender, "relisez ma phrase")
    assert is_alarm(vigie.say(sender, message))


def test_a_danger_told_beside_the_sentence_wins(vigie: Vigie) -> None:
    message = "relis ma phrase : « Comment tu te sens ? » mais là elle vient d'avaler une boîte de médicaments"
    assert is_alarm(vigie.say(vigie.conversation(), message))


def test_a_report_in_quotes_is_read_as_a_danger(vigie: Vigie) -> None:
    assert is_alarm(vigie.say(vigie.conversation(), "relis ma phrase : « elle est en train de se faire frapper »"))


def test_a_question_asked_instead_is_answered(vigie: Vigie) -> None:
    sender = vigie.conversation()
    vigie.say(sender, "relisez ma phrase")
    assert keys(vigie.say(sender, "quelles sont les peines pour le client ?"))[0].startswith("loi/")


def test_the_path_resumes_after_a_sentence(vigie: Vigie) -> None:
    sender = vigie.conversation()
    vigie.say(sender, "étape 3")
    turn = vigie.say(sender, "relis ma phrase : « Tu aurais dû te méfier »")
    assert keys(turn)[0] == "relire_phrase/a_ameliorer"
    assert "naviguer/reprise" in keys(turn)
    assert keys(vigie.say(sender, "suivant"))[0] == "preparer_entretien/etape_4"
