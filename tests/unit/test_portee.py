"""Whose sign, and is it denied, past, asked or supposed: on the real function words."""

from __future__ import annotations

import pytest

from bot.content.lexicon import read_lexicon
from bot.content.location import DATA
from bot.logic.portee import is_said
from bot.nlu.french import clauses

WORDS = read_lexicon(DATA / "lexicon").small_words


def _is_said(text: str, absence: bool = False) -> bool:
    """The sign stands between brackets: « sa sœur [boit] »."""
    parts = clauses(text.replace("[", " xdebut ").replace("]", " xfin "), {})
    index = next(i for i, part in enumerate(parts) if "xdebut" in part)
    start, end = parts[index].index("xdebut"), parts[index].index("xfin") - 1
    plain = [[word for word in part if word not in ("xdebut", "xfin")] for part in parts]
    return is_said(plain, index, start, end, WORDS, absence)


@pytest.mark.parametrize(
    "text",
    [
        "elle [fugue] de plus en plus",
        "de plus en plus de [fugues]",
        "elle a pas mal de [bleus]",
        "je ne sais que faire elle a des bleus partout et elle [fugue]",
        "elle n'arrête pas de [fuguer]",
        "elle n'explique pas ses [bleus]",
        "elle ne supporte plus le [foyer]",
        "sa mère ne sait pas qu'elle [fugue]",
        "rien à part des [bleus]",
        "le médecin n'exclut pas une [grossesse]",
        "même si elle [buvait] le soir, elle venait en cours",
        "pourquoi est-ce qu'elle [boit] ?",
        "sa sœur dit qu'elle [boit]",
        "sa mère a trouvé des [couteaux]",
        "sa mère l'a [mise dehors]",
        "son copain vient la [chercher] en voiture",
        "son ex a [diffusé des photos] d'elle",
        "mon élève [fugue]",
        "elle dit : je [suis nulle]",
    ],
)
def test_affirmed_of_the_young_person(text: str) -> None:
    assert _is_said(text)


@pytest.mark.parametrize(
    "text",
    [
        "elle ne [fugue] plus",
        "elle [boit] pas",
        "jamais de [fugue]",
        "elle vient sans [téléphone]",
        "ni alcool ni [fugue]",
        "pas d'alcool, de drogue, ni de [fugue]",
        "plus de [fugues] depuis mars",
        "RAS côté [fugues]",
        "aucune trace de [bleus]",
        "elle a arrêté de [fuguer]",
        "elle est loin d'être [isolée]",
        "elle refuse de boire ou de [fumer]",
        "personne ne l'a jamais vue [ivre]",
        "rien ne laisse penser qu'elle [boive]",
        "je ne crois pas qu'elle [boive]",
        "[elle n'a rien d'une droguée]",
        "elle [buvait], plus maintenant",
        "avant elle [buvait]",
        "des [fugues] ? Aucune à ce jour",
        "on la dit [enceinte], c'est faux",
        "d'après l'infirmière elle [boit], d'après sa mère, c'est faux",
    ],
)
def test_denied_or_over(text: str) -> None:
    assert not _is_said(text)


@pytest.mark.parametrize(
    "text",
    [
        "je ne sais pas si elle [boit]",
        "on m'a demandé si elle [fuguait]",
        "si elle [fuguait] je vous appellerais",
        "est-ce qu'elle [boit] ?",
        "a-t-elle [fugué] ?",
        "[boit]-elle ?",
        "elle risque de [fuguer]",
    ],
)
def test_asked_or_supposed(text: str) -> None:
    assert not _is_said(text)


@pytest.mark.parametrize(
    "text",
    [
        "sa sœur [boit]",
        "sa copine, elle, [boit]",
        "sa sœur, Léa, est en foyer, boit et [se scarifie]",
        "c'est sa sœur, pas elle, qui [boit]",
        "c'est pas elle qui [boit]",
        "son frère boit, c'est lui qu'on voit avec un [couteau]",
        "une élève de sa classe [boit]",
        "elle traîne avec une fille qui [boit]",
        "le garçon avec qui elle sort [boit]",
        "le [couteau] de sa sœur",
        "l'[argent], c'est sa sœur qui en a",
        "les autres filles [fuguent], pas elle",
        "je suis [épuisée]",
    ],
)
def test_said_of_someone_else(text: str) -> None:
    assert not _is_said(text)


def test_an_absence_is_a_sign() -> None:
    assert _is_said("elle [ne vient plus en cours]", absence=True)
    assert not _is_said("sa sœur [ne vient plus en cours]", absence=True)
