from __future__ import annotations

import pytest

from bot.logic.correction import Correction

CORRECT = Correction(
    {
        "telephone": 9,
        "retenue": 4,
        "arrive": 5,
        "j": 50,
        "elle": 80,
        "est": 60,
        "au": 20,
        "plus": 30,
        "aide": 7,
        "fugue": 6,
    },
    frozenset({"aime", "retenues", "plusieurs"}),
    usual=20,
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("telefone", ("telefone",)),  # two slips: left as it is
        ("telphone", ("telephone",)),
        ("tlephone", ("telephone",)),
        ("retenu", ("retenue",)),
        ("jarrive", ("j", "arrive")),
        ("elleest", ("elle", "est")),
        ("auplus", ("au", "plus")),
        ("jelleest", ("j", "elle", "est")),
        ("elletelphone", ("elle", "telephone")),
        ("plus225", ("plus", "225")),
        ("x225", ("x225",)),
        ("aime", ("aime",)),  # French, though one letter from « aide »
        ("retenues", ("retenues",)),
        ("fuge", ("fugue",)),
        ("225", ("225",)),
        ("ell", ("ell",)),  # too short to be sure
        ("xyzxyz", ("xyzxyz",)),
    ],
)
def test_a_slip_is_corrected_towards_the_words_of_vigie(typed: str, meant: tuple[str, ...]) -> None:
    assert CORRECT(typed) == meant
