from __future__ import annotations

import pytest

from bot.logic.parcours import Path, Position, Step, enter, forgets_everything, move, step_title

PATH = Path(
    "parler", "Parler", (Step("debut", "Début"), Step("milieu", "Milieu"), Step("fin", "Fin")), {"detail": "milieu"}
)
PATHS = {"parler": PATH}
ANSWERS = frozenset({"parler/milieu_exemple"})
MIDDLE = Position("parler", "milieu")


@pytest.mark.parametrize(
    ("direction", "answer", "step"),
    [
        ("suivant", "parler/fin", "fin"),
        ("affirmer", "parler/fin", "fin"),
        ("precedent", "parler/debut", "debut"),
        ("reprendre", "parler/milieu", "milieu"),
        ("recommencer", "parler/debut", "debut"),
        ("exemple", "parler/milieu_exemple", "milieu"),
        ("pourquoi", "naviguer/pas_de_pourquoi", "milieu"),
        ("quitter", "naviguer/quitte", None),
    ],
)
def test_moves_from_the_middle(direction: str, answer: str, step: str | None) -> None:
    outcome = move(PATHS, MIDDLE, direction, ANSWERS)
    assert outcome.answers == (answer,)
    assert outcome.position.step == step


def test_the_line_has_two_ends() -> None:
    assert move(PATHS, Position("parler", "debut"), "precedent", ANSWERS).answers == ("naviguer/debut",)
    over = move(PATHS, Position("parler", "fin"), "suivant", ANSWERS)
    assert over.answers == ("naviguer/fin",)
    assert over.position == Position("parler", "fin", paused=True)
    assert move(PATHS, over.position, "precedent", ANSWERS).answers == ("parler/milieu",)


def test_a_pause_keeps_the_place() -> None:
    paused = move(PATHS, MIDDLE, "pause", ANSWERS).position
    assert paused == Position("parler", "milieu", paused=True)
    assert move(PATHS, paused, "reprendre", ANSWERS).position == MIDDLE


@pytest.mark.parametrize("position", [Position(), Position("inconnu", "x"), Position("parler", "disparue")])
def test_outside_a_path_one_is_told_so(position: Position) -> None:
    assert move(PATHS, position, "suivant", ANSWERS).answers == ("naviguer/pas_de_parcours",)


def test_an_annexe_stands_at_its_step_and_a_stranger_moves_nobody() -> None:
    assert enter(PATH, "detail", Position()).position == MIDDLE
    assert enter(PATH, "ailleurs", MIDDLE).position == MIDDLE


def test_starting_again_outside_a_path_forgets_everything() -> None:
    assert forgets_everything(Position(), "recommencer")
    assert not forgets_everything(MIDDLE, "recommencer")


def test_the_title_of_a_step() -> None:
    assert step_title(PATHS, MIDDLE) == "Milieu"
    assert step_title(PATHS, Position()) is None


def test_a_question_of_another_path_is_answered_and_the_place_kept() -> None:
    other = Path("apres", "Après", (Step("commencer", "Début"), Step("parents", "Parents")), {})
    asked = enter(other, "parents", MIDDLE, chosen=False)
    assert asked.position == MIDDLE
    assert asked.answers == ("apres/parents", "naviguer/reprise")
    assert enter(other, "parents", MIDDLE, chosen=True).position == Position("apres", "parents")
    assert enter(other, "commencer", MIDDLE, chosen=False).position == Position("apres", "commencer")
