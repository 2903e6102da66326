from __future__ import annotations

import itertools

from bot.logic.apres_entretien import DANGER, FACTS, Case, next_answer, respond
from bot.logic.parcours import Path, Position, Step

PATH = Path("apres_entretien", "Après", (Step("commencer", "Après"), Step("decider", "Décider")), {"doute": "decider"})


def walk(*names: str) -> list[str]:
    """Answers of a dialogue in which `names` are chosen in turn."""
    case, position, said = Case(), Position(), []
    for name in names:
        outcome = respond(name, case, PATH, position)
        case, position = outcome.case, outcome.position
        said += outcome.answers
    return said


def test_feared_prostitution_goes_to_the_procureur() -> None:
    assert walk("decider", "faits_prostitution", "danger_non", "profession_sante") == [
        "apres_entretien/decider",
        "apres_entretien/question_danger",
        "apres_entretien/question_profession",
        "apres_entretien/issue_signalement",
    ]


def test_another_worry_is_an_information_preoccupante() -> None:
    assert (
        walk("faits_autre", "danger_inconnu", "profession_autre")[-1]
        == "apres_entretien/issue_information_preoccupante"
    )


def test_nothing_known_is_advice_not_a_guess() -> None:
    assert walk("faits_inconnus", "danger_non", "profession_autre")[-1] == "apres_entretien/issue_conseil"


def test_danger_comes_before_every_question() -> None:
    for facts, profession in itertools.product([None, *FACTS.values()], [None, "sante"]):
        assert next_answer(Case(facts, "oui", profession)) == "issue_urgence"


def test_every_complete_case_has_a_route() -> None:
    for facts, danger in itertools.product(FACTS.values(), DANGER.values()):
        assert next_answer(Case(facts, danger, "autre")).startswith("issue_")


def test_deciding_anew_keeps_only_the_profession() -> None:
    outcome = respond("decider", Case("autre", "non", "sante"), PATH, Position())
    assert outcome.case == Case(profession="sante")


def test_the_question_about_the_profession_can_be_answered_in_words() -> None:
    assert respond("danger_non", Case("autre"), PATH, Position()).expected == "profession"
    assert respond("commencer", Case(), PATH, Position()).expected is None
