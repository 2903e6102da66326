from __future__ import annotations

from dataclasses import replace

import pytest

from bot.logic.comprehension import (
    DESCRIBE,
    FALLBACK,
    GIVE_PLACE,
    OUT_OF_SCOPE,
    SILENCE,
    Choice,
    Context,
    Observation,
    is_question,
    read_message,
    separate_questions,
    step_named,
    typed_choice,
)

KNOWN = frozenset({"loi/client_peines", "naviguer/suivant"})
CHOICES = (Choice("Oui", "a/oui"), Choice("Non", "a/non"), Choice("Étape suivante", "naviguer/suivant"))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1", "a/oui"),
        ("2", "a/non"),
        ("le 3", "naviguer/suivant"),
        ("choix 3", "naviguer/suivant"),
        ("4", None),
        ("02", None),
        ("oui", "a/oui"),
        ("ok", "a/oui"),
        ("NON merci", "a/non"),
        ("etape suivante", "naviguer/suivant"),
        ("Étape Suivante !", "naviguer/suivant"),
        ("autre chose", None),
        ("", None),
    ],
)
def test_a_button_can_be_typed(text: str, key: str | None) -> None:
    assert typed_choice(text, CHOICES) == key


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("étape 4", 4),
        ("etape 4 svp", 4),
        ("passe à l'étape 7", 7),
        ("la quatrième étape", 4),
        ("4e étape", 4),
        ("etape huit", 8),
        ("dernière étape", 8),
        ("étape 9", None),
        ("étape suivante", None),
        ("nous sommes à une étape difficile de son parcours et je ne sais plus quoi faire", None),
    ],
)
def test_an_interview_step_can_be_named(text: str, step: int | None) -> None:
    assert step_named(text) == (f"preparer_entretien/etape_{step}" if step else None)


def test_danger_wins_over_everything_but_a_button_typed_word_for_word() -> None:
    told = Observation("oui il arrive avec une arme", (("loi/client_peines", 0.99),), danger="danger_immediat")
    assert read_message(told, Context(CHOICES, "departement", "loi"), KNOWN).key == "urgence/danger_immediat"
    typed = Observation("Étape suivante", danger="danger_immediat")
    assert read_message(typed, Context(CHOICES), KNOWN).key == "naviguer/suivant"


def test_a_need_and_a_place_make_a_request() -> None:
    seen = Observation("je suis dans le 93 et je cherche la crip", place_found=True, need="crip")
    assert read_message(seen, Context(), KNOWN).key == "contacter_departement/crip"


def test_only_known_payloads_are_obeyed() -> None:
    assert read_message(Observation("/loi/client_peines"), Context(), KNOWN).key == "loi/client_peines"
    for forged in ("/restart", "/session_start", '/loi/client_peines{"profession": "sante"}', "/loi"):
        assert read_message(Observation(forged), Context(), KNOWN).key == FALLBACK


@pytest.mark.parametrize("text", ["", "   ", "😀", "..."])
def test_silence(text: str) -> None:
    assert read_message(Observation(text), Context(CHOICES), KNOWN).key == SILENCE


def test_a_place_answers_the_question_asked() -> None:
    seen = Observation("c'est à Bobigny", ranking=(("loi/client_peines", 0.9),), place_found=True)
    assert read_message(seen, Context(expected="departement"), KNOWN).key == GIVE_PLACE
    assert read_message(seen, Context(), KNOWN).key == "loi/client_peines"


def test_told_signs_are_a_description_and_a_question_stays_a_question() -> None:
    told = Observation("elle fugue", ranking=(("comprendre/entree", 0.3),), signs=("fugues",))
    asked = Observation("elle fugue ?", ranking=(("accompagner/fugues", 0.5),), signs=("fugues",), is_question=True)
    assert read_message(told, Context(), KNOWN).key == DESCRIBE
    assert read_message(asked, Context(), KNOWN).key == "accompagner/fugues"


def test_a_number_that_is_asked_for_is_given_even_if_an_answer_is_close() -> None:
    ranking = (("accompagner/experience_93", 0.7),)
    seen = Observation("le numéro de la crip du 93, et celui du parquet", ranking, place_found=True, need="crip")
    assert read_message(seen, Context(), KNOWN).key == "contacter_departement/crip"
    told = replace(seen, text="la crip du 93 a fait une expérience")
    assert read_message(told, Context(), KNOWN).key == "accompagner/experience_93"


def test_a_told_sign_makes_a_story_of_a_close_second() -> None:
    ranking = (("comprendre/garcons", 0.46), (DESCRIBE, 0.35))
    told = Observation("un garçon rencontre des hommes sur une appli", ranking, signs=("echanges_inconnus",))
    assert read_message(told, Context(), KNOWN).key == DESCRIBE
    for other in (
        replace(told, is_question=True),
        replace(told, signs=()),
        replace(told, ranking=(("comprendre/garcons", 0.7), (DESCRIBE, 0.25))),
        replace(told, ranking=(("comprendre/garcons", 0.46), (DESCRIBE, 0.1))),
    ):
        assert read_message(other, Context(), KNOWN).key == "comprendre/garcons"


def test_signs_told_are_never_out_of_scope() -> None:
    told = Observation("deux tels, sac gucci", ranking=((OUT_OF_SCOPE, 0.95),), signs=("plusieurs_telephones",))
    assert read_message(told, Context(), KNOWN).key == DESCRIBE
    asked = replace(told, text="un sac gucci pas cher ?", is_question=True)
    assert read_message(asked, Context(), KNOWN).key == OUT_OF_SCOPE


def test_a_doubtful_message_is_not_guessed() -> None:
    reading = read_message(Observation("brouillard", ranking=(("loi/client_peines", 0.1),)), Context(), KNOWN)
    assert reading.key == FALLBACK
    assert reading.candidates


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("que risque le client", True),
        ("elle fugue", False),
        ("elle fugue ?", True),
        ("dites moi est ce que c est grave", True),
    ],
)
def test_questions_are_recognised_without_a_question_mark(text: str, asks: bool) -> None:
    assert is_question(text, text.split(), (("que",), ("est", "ce"))) is asks


QUESTION_WORDS = (("comment",), ("quel",), ("c", "est", "quoi"), ("que",), ("combien",), ("est", "ce"))


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("Que risque le client ? Et c'est quoi la crip ?", ["Que risque le client ?", "c'est quoi la crip ?"]),
        (
            "c'est quoi l'emprise et combien de jeunes sont concernés",
            ["c'est quoi l'emprise", "combien de jeunes sont concernés"],
        ),
        ("Elle a 15 ans. Elle fugue. Comment lui parler ?", []),
        ("que risque le client", []),
        ("", []),
    ],
)
def test_several_questions_are_told_apart(text: str, questions: list[str]) -> None:
    assert separate_questions(text, QUESTION_WORDS) == questions


def test_the_second_question_is_kept_beside_the_first() -> None:
    asked = (("loi/client_peines", 0.9), ("apres_entretien/crip", 0.8))
    reading = read_message(Observation("Que risque le client ? Et la crip ?", asked, questions=asked), Context(), KNOWN)
    assert (reading.key, reading.also) == ("loi/client_peines", "apres_entretien/crip")


@pytest.mark.parametrize(
    "second", [("loi/client_peines", 0.9), ("apres_entretien/crip", 0.3), ("naviguer/suivant", 0.9)]
)
def test_one_plain_question_stays_alone(second: tuple[str, float]) -> None:
    asked = (("loi/client_peines", 0.9), second)
    assert (
        read_message(Observation("Que risque-t-il ? Et après ?", asked, questions=asked), Context(), KNOWN).also is None
    )


@pytest.mark.parametrize(("concise", "key"), [(True, "reconnaitre_signes/materiel"), (False, DESCRIBE)])
def test_a_short_question_about_signs_opens_their_family(concise: bool, key: str) -> None:
    seen = Observation(
        "un sac de luxe, c'est louche ?",
        ranking=((DESCRIBE, 0.7),),
        signs=("train_de_vie",),
        family="reconnaitre_signes/materiel",
        is_question=True,
        is_concise=concise,
    )
    assert read_message(seen, Context(), KNOWN).key == key


def test_a_number_that_was_not_offered_opens_nothing() -> None:
    assert read_message(Observation("4"), Context(CHOICES), KNOWN).key == "accueil/incompris"
    assert read_message(Observation("9", place_found=True), Context(CHOICES, "departement"), KNOWN).key == GIVE_PLACE


def test_who_says_a_trade_is_no_minor_who_writes() -> None:
    seen = Observation(
        "je suis coach", ranking=(("urgence/mineur_ecrit", 0.9),), danger="mineur_ecrit", profession="sport"
    )
    assert read_message(seen, Context(), KNOWN).key != "urgence/mineur_ecrit"


def test_what_is_ruled_out_leaves_its_share_to_the_others() -> None:
    ranking = (("urgence/proche_ecrit", 0.8), (DESCRIBE, 0.1))
    told = Observation("je suis veilleur, une gamine reçoit des hommes", ranking, profession="hotellerie")
    assert read_message(told, Context(), KNOWN).key == DESCRIBE
    assert read_message(told, Context(), KNOWN).confidence == pytest.approx(0.5)
