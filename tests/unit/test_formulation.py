"""What is never praised, whatever surrounds it; the same line, the same reading."""

from __future__ import annotations

import itertools
import socket
from pathlib import Path

import pytest

from bot.content.formulations import read_formulations, read_kinds, read_rules
from bot.content.location import DATA
from bot.logic.formulation import IMPROVE, KEEP, UNKNOWN, Formulations, Weights
from bot.settings import load_settings

GOOD = (
    "Je m'inquiète pour toi.",
    "On a du temps, tu peux te taire ou t'arrêter quand tu veux.",
    "Je te crois, ce n'est pas ta faute.",
    "Merci de ta confiance.",
    "Comment tu te sens en ce moment ?",
    "La loi te protège.",
)
BLAME = (
    "Tu aurais dû te méfier.",
    "Tu l'as cherché.",
    "Tu te rends compte de ce que tu fais à ta mère ?",
    "Habillée comme ça, il ne faut pas t'étonner.",
    "Tu me déçois.",
    "C'est de ta faute.",
    "Tu devrais avoir honte.",
)
PROMISES = (
    "Ça restera entre nous.",
    "Je te promets que tes parents n'en sauront rien.",
    "Je ne le dirai à personne.",
    "Ce sera notre secret.",
    "Tout va s'arranger.",
    "Il ira en prison.",
    "Rien ne sortira d'ici.",
)
LINKS = ("{good} {bad}", "{bad} {good}", "{good} Mais {bad}", "{bad} Enfin voilà. {good}")


@pytest.fixture(scope="module")
def rules_alone() -> Formulations:
    return Formulations(read_kinds(DATA), read_rules(DATA), Weights())


@pytest.fixture(scope="module")
def trained() -> Formulations:
    formulations = read_formulations(DATA, load_settings().models_dir)
    assert formulations.scores("Bonjour"), "no weights: run `python -m bot prepare`"
    return formulations


@pytest.mark.parametrize("bad", [*BLAME, *PROMISES])
def test_blame_and_promises_are_never_praised(bad: str, trained: Formulations, rules_alone: Formulations) -> None:
    assert trained.read(bad).verdict == IMPROVE
    assert rules_alone.read(bad).verdict != KEEP
    for good, link, plain in itertools.product(GOOD, LINKS, (False, True)):
        line = link.format(good=good, bad=bad)
        line = line.lower().replace("'", "’") if plain else line
        assert trained.read(line).verdict != KEEP, line
        assert rules_alone.read(line).verdict != KEEP, line


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Ce n'est pas de ta faute.", "soutien"),
        ("Je ne peux pas te promettre de garder le secret.", "transparence"),
        ("Ça reste entre nous, sauf si tu es en danger.", "transparence"),
        ("Personne n'a le droit de te forcer.", "loi_protection"),
        ("Est-ce que quelqu'un te fait du mal ?", "oser"),
        ("Tu as dit « escort ». Ça veut dire quoi, pour toi ?", "reprise"),
        ("Rien ne t'oblige à répondre, je ne suis pas là pour te juger.", "cadre"),
        ("Je te crois, tu n'as rien fait de mal.", "soutien"),
    ],
)
def test_dangerous_words_in_good_sentences_are_kept(line: str, kind: str, trained: Formulations) -> None:
    reading = trained.read(line)
    assert reading.verdict == KEEP, reading
    assert kind in reading.kinds()


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Pourquoi tu ne m'as rien dit ?", "pourquoi"),
        ("pk ta rien dit", "pourquoi"),
        ("Tu te prostitues ?", "mot_trop_tot"),
        ("Je vais faire une IP à la CRIP.", "jargon"),
        ("Si tu ne me réponds pas, j'appelle tes parents.", "pression"),
        ("Combien il te donnait ?", "enquete"),
        ("Tu es sûre que tu n'exagères pas ?", "minimisation"),
        ("Il t'a forcée, n'est-ce pas ?", "suggestive"),
        ("Tu étais où ? Avec qui ? Tu es rentrée comment ?", "multiple"),
        ("Tu as un copain ?", "fermee"),
    ],
)
def test_what_is_to_improve_is_named(line: str, kind: str, trained: Formulations) -> None:
    reading = trained.read(line)
    assert reading.verdict == IMPROVE
    assert kind in reading.kinds()


def test_a_word_that_the_young_person_said_is_no_longer_too_early(trained: Formulations) -> None:
    line = "Tes clients, comment ça se passe avec eux ?"
    assert "mot_trop_tot" in trained.read(line).kinds()
    assert "mot_trop_tot" not in trained.read(line, named=True).kinds()
    assert "mot_trop_tot" in trained.read("Tu es une prostituée.", named=True).kinds()


def test_the_words_at_fault_are_those_of_the_line(trained: Formulations) -> None:
    line = "Je m'inquiète pour toi. Ça restera entre nous, promis !"
    found = {one.kind_id: one.words for one in trained.read(line).found}
    assert found["promesse"] and found["promesse"] in line
    assert "inquiète" not in found["promesse"]


@pytest.mark.parametrize("line", ["", "   ", "...", "?!", "🙂", "12 34"])
def test_nothing_to_read_is_unknown(line: str, trained: Formulations) -> None:
    assert trained.read(line).verdict == UNKNOWN
    assert not trained.read(line).found


def test_the_same_line_has_the_same_reading_without_network(
    trained: Formulations, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("no network")

    monkeypatch.setattr(socket, "socket", refuse)
    again = Formulations(read_kinds(DATA), read_rules(DATA), trained._weights)
    for line in (*GOOD, *BLAME, *PROMISES, "a" * 5000, "Tu viens ? " * 400):
        assert trained.read(line) == trained.read(line) == again.read(line)


def test_without_weights_the_rules_alone_read(tmp_path: Path) -> None:
    formulations = read_formulations(DATA, tmp_path)
    assert "promesse" in formulations.read("Je te promets que ça restera entre nous.").kinds()
    assert formulations.read("Bonjour, entre.").verdict == UNKNOWN


@pytest.mark.parametrize("line", ["zzz", "qsdf qsdf", "Xylpo brandu skoll ?"])
def test_what_is_no_french_is_said_not_to_be_known(line: str, trained: Formulations) -> None:
    assert trained.read(line).verdict == UNKNOWN
