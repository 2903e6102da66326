from __future__ import annotations

from bot.logic.fallback import failed_before, offer

TITLES = {
    "loi/client_peines": "Ce que risque le client",
    "comprendre/emprise": "L'emprise",
    "naviguer/suivant": "Suivant",
}


def test_candidates_are_offered_in_human_words() -> None:
    proposal = offer([("loi/client_peines", 0.15), ("comprendre/emprise", 0.1), ("inconnu/x", 0.1)], TITLES, False)
    assert proposal.answer == "accueil/proposer"
    assert [choice.title for choice in proposal.choices] == ["Ce que risque le client", "L'emprise"]


def test_the_second_failure_in_a_row_opens_the_menu() -> None:
    assert offer([("loi/client_peines", 0.15)], TITLES, True).answer == "accueil/pas_compris"


def test_implausible_or_unreadable_candidates_are_not_offered() -> None:
    assert (
        offer([("loi/client_peines", 0.01), ("naviguer/suivant", 0.19)], TITLES, False).answer == "accueil/hors_sujet"
    )


def test_two_turns_are_compared() -> None:
    fail, ok = {"event": "action", "name": "action_proposer_choix"}, {"event": "action", "name": "action_accueil"}
    user = {"event": "user"}
    assert failed_before([user, fail, user], "action_proposer_choix")
    assert not failed_before([user, fail, user, ok, user], "action_proposer_choix")
    assert not failed_before([user], "action_proposer_choix")
