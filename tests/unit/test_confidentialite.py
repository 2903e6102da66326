from __future__ import annotations

import pytest

from bot.logic.confidentialite import mask

PLANTED = [
    ("elle s'appelle Manon Dupuis et elle fugue", "Manon"),
    ("mon élève Camille a un nouveau sac", "Camille"),
    ("la jeune Inès dort à l'hôtel", "Inès"),
    ("une fille nommée Léa", "Léa"),
    ("son prénom est jade", "jade"),
    ("son numéro 06 12 34 56 78", "12 34"),
    ("tel 0612345678", "0612345678"),
    ("+33 6 12 34 56 78", "12 34"),
    ("06.12.34.56.78", "12.34"),
    ("0033612345678", "612345678"),
    ("ecrivez a lea.martin@exemple.fr", "lea.martin"),
    ("lea (at) exemple (dot) fr", "exemple"),
    ("son snap c'est lilou_93", "lilou_93"),
    ("insta : @bb.lou", "bb.lou"),
    ("elle habite 12 rue des Lilas", "Lilas"),
    ("au 3 bis avenue Jean Jaurès", "Jaurès"),
    ("née le 12/03/2010", "12/03/2010"),
    ("née le 4 mars 2010", "mars 2010"),
    ("mon élève est Léa", "Léa"),
    ("au collège Jean Moulin", "Moulin"),
    ("https://instagram.com/lilou", "lilou"),
]
KEPT = [
    "faut-il appeler le 119 ou le 3018 ?",
    "le 116 000 pour une fugue",
    "dans le 93, à Saint-Denis",
    "elle a 15 ans et fugue depuis 3 semaines",
    "son snap est rempli de messages",
    "article 225-12-1 du Code pénal",
    "étape 4",
    "elle s'appelle comment la loi ?",
    "je travaille en collège et en lycée",
    "elle s'isole de plus en plus",
]


@pytest.mark.parametrize(("text", "secret"), PLANTED)
def test_what_names_somebody_is_masked(text: str, secret: str) -> None:
    masked = mask(text)
    assert masked.changed
    assert secret not in masked.text


@pytest.mark.parametrize("text", KEPT)
def test_ordinary_words_and_public_numbers_stay(text: str) -> None:
    masked = mask(text)
    assert masked.text == text
    assert not masked.changed


def test_masking_twice_changes_nothing_more() -> None:
    for text, _ in PLANTED:
        once = mask(text).text
        assert mask(once).text == once
