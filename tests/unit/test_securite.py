"""What the safety layer concludes, and the register of who writes."""

from __future__ import annotations

import pytest

from bot.logic.registre import ADULT, MINOR, PROFESSIONAL, RELATIVE, Register, in_register, who_writes
from bot.logic.securite import Verdict, conclude

URGENCY = ["danger_immediat", "risque_suicidaire", "mineur_ecrit", "proche_ecrit"]


def verdict(named: set[str] | None = None, **scores: float) -> Verdict:
    alarm = {**dict.fromkeys(URGENCY, 0.1), "danger_immediat": -0.2}
    return conclude(named or set(), scores, URGENCY, alarm, -0.6, ["danger_immediat", "mineur_ecrit"], -1.0)


def test_a_danger_is_told_by_the_lexicon_or_by_the_model() -> None:
    assert verdict({"danger_immediat"}).danger == "danger_immediat"
    assert verdict(risque_suicidaire=0.1).danger == "risque_suicidaire"
    assert verdict(risque_suicidaire=0.09).danger is None
    assert verdict().danger is None


def test_each_kind_has_its_own_alarm() -> None:
    assert verdict(danger_immediat=-0.1).danger == "danger_immediat"
    assert verdict(proche_ecrit=-0.1).danger is None


def test_the_most_urgent_wins_between_the_lexicon_and_the_best_score() -> None:
    assert verdict({"proche_ecrit"}, danger_immediat=0.5).danger == "danger_immediat"
    assert verdict({"danger_immediat"}, proche_ecrit=3.0).danger == "danger_immediat"
    assert verdict(danger_immediat=0.2, risque_suicidaire=0.9).danger == "risque_suicidaire"


def test_a_doubt_is_for_the_gravest_kinds_and_only_where_nothing_is_told() -> None:
    assert verdict(danger_immediat=-0.5).doubt
    assert not verdict(danger_immediat=-0.7).doubt
    assert not verdict(proche_ecrit=-0.5).doubt
    assert not verdict(danger_immediat=-0.5, risque_suicidaire=2.0).doubt


def test_a_minor_in_danger_is_a_minor_and_an_author_who_tells_an_age_is_not() -> None:
    assert verdict(danger_immediat=2.0, mineur_ecrit=1.0).minor
    assert not verdict(proche_ecrit=2.0, mineur_ecrit=1.0).minor
    assert verdict({"mineur_ecrit"}).minor


def test_what_is_not_ruled_out_may_be_offered() -> None:
    assert verdict(danger_immediat=-0.9, risque_suicidaire=-1.1).plausible == {"danger_immediat"}


@pytest.mark.parametrize(
    ("key", "minor", "trade", "before", "after"),
    [
        ("urgence/mineur_ecrit", True, False, None, MINOR),
        ("loi/client_peines", False, False, MINOR, MINOR),
        ("urgence/proche_ecrit", False, False, MINOR, MINOR),
        ("urgence/proche_ecrit", False, False, None, RELATIVE),
        ("urgence/danger_immediat", True, False, RELATIVE, MINOR),
        ("loi/client_peines", False, True, MINOR, PROFESSIONAL),
        ("urgence/mineur_ecrit", True, False, PROFESSIONAL, PROFESSIONAL),
        ("loi/client_peines", False, False, None, None),
    ],
)
def test_who_writes(key: str, minor: bool, trade: bool, before: str | None, after: str | None) -> None:
    assert who_writes(key, minor, trade, before) == after


def test_the_longest_beginning_says_what_takes_the_place_of_an_answer() -> None:
    register = Register(
        ("urgence/jeune_",), {"loi/": "urgence/jeune_loi", "loi/images": "urgence/jeune_photos"}, "urgence/x"
    )
    assert in_register("loi/interdiction", register) == "urgence/jeune_loi"
    assert in_register("loi/images_peines", register) == "urgence/jeune_photos"
    assert in_register("urgence/jeune_119", register) == "urgence/jeune_119"
    assert in_register(ADULT, register) == "urgence/x"
    assert in_register("soigner/umj", Register((), {})) == "soigner/umj"


def test_a_doubtful_goodbye_of_a_minor_closes_no_door() -> None:
    register = Register((), {"accueil/au_revoir": "urgence/jeune_merci"}, "urgence/jeune_suite")
    assert in_register("accueil/au_revoir", register) == "urgence/jeune_merci"
    assert in_register("accueil/au_revoir", register, sure=False) == "urgence/jeune_suite"
