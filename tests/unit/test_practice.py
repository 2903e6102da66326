"""Practise and its debriefing: deterministic, justified, never a mark; distress and danger of the trainee stop it."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from bot.content.alerts import read_messages
from bot.content.formation import read_practice
from bot.content.formulations import read_kinds
from bot.content.labelled import read_phrases
from bot.content.scenarios import read_scenario, read_scenarios
from bot.logic.debrief import debrief
from bot.logic.formulation import IMPROVE, KEEP, UNKNOWN, Formulations, Found, Reading, Weights
from bot.logic.own_distress import learn
from bot.logic.practice import Session, SetAside, interruption_of, practise
from bot.logic.scenario import Scenario
from bot.logic.session_record import read_record, record
from bot.trainer.wording import Wording

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
KINDS = read_kinds(DATA)
RULES = read_practice(DATA).rules
SAY = Wording(read_practice(DATA).phrases)
SCENARIOS = read_scenarios(DATA / "scenarios")

SKILLED = (
    "cadre soutien",
    "transparence",
    "inquietude",
    "constat",
    "question_ouverte",
    "reprise",
    "soutien question_ouverte",
    "reprise encore",
    "oser",
    "laisser_place",
    "loi_protection",
    "reprise question_ouverte",
    "attentes",
    "relais",
)
CLUMSY = (
    "pourquoi multiple",
    "mot_trop_tot",
    "enquete",
    "promesse",
    "jugement",
    "pression",
    "minimisation",
    "suggestive",
)


class Labelled(Formulations):
    """Reads the kinds written in the line: « cadre soutien » holds both. What is no kind is not understood."""

    def __init__(self) -> None:
        super().__init__(KINDS, {}, Weights())

    def read(self, line: str, named: bool = False) -> Reading:
        found = tuple(Found(word) for word in line.split() if word in self.kinds)
        if named:
            found = tuple(one for one in found if one.kind_id != "mot_trop_tot")
        if any(self.kinds[one.kind_id].verdict == IMPROVE for one in found):
            return Reading(found, IMPROVE)
        return Reading(found, KEEP if found else UNKNOWN)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    found = read_scenario(ROOT / "tests/fixtures/scenarios/salle_de_classe.yml", DATA, [])
    assert found
    return found


def play(scenario: Scenario, *lines: str) -> Session:
    return practise(scenario, RULES, Labelled(), lines)


def in_mood(scenario: Scenario, **moods: int) -> Scenario:
    return replace(scenario, young=replace(scenario.young, mood=replace(scenario.young.mood, **moods)))


def test_the_same_lines_make_the_same_session(scenario: Scenario) -> None:
    assert play(scenario, *SKILLED) == play(scenario, *SKILLED)


def test_a_session_is_the_beginning_of_a_longer_one(scenario: Scenario) -> None:
    for length in range(len(SKILLED)):
        assert play(scenario, *SKILLED).turns[:length] == play(scenario, *SKILLED[:length]).turns


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_moves_the_way_of_its_verdict(kind: str, scenario: Scenario) -> None:
    # A frame first, so that the case of the first question does not mix in.
    settled = play(scenario, "cadre", kind)
    change = sum((reason.change for reason in settled.turns[1].reasons if reason.id == kind), RULES.special["silence"])
    gain = change.for_the_better - RULES.special["silence"].for_the_better
    if kind == "cadre":  # said again at once
        assert gain == 0
    elif KINDS[kind].verdict == KEEP:
        assert gain >= 0
    else:
        assert gain < 0


def test_the_first_question_before_any_frame_frightens(scenario: Scenario) -> None:
    abrupt = play(scenario, "question_ouverte")
    assert any(reason.id == "question_avant_cadre" for reason in abrupt.turns[0].reasons)
    for opening in ("cadre", "inquietude"):
        settled = play(scenario, opening, "question_ouverte")
        assert not any(reason.special for turn in settled.turns for reason in turn.reasons)
        assert settled.mood.fear < abrupt.mood.fear
    twice = play(scenario, "question_ouverte", "question_ouverte")
    assert sum(reason.id == "question_avant_cadre" for turn in twice.turns for reason in turn.reasons) == 1


def test_naming_it_is_too_early_until_the_young_person_has(scenario: Scenario) -> None:
    early = play(scenario, "mot_trop_tot")
    assert early.mood.trust < scenario.young.mood.trust
    assert early.turns[0].reply == "N'importe quoi."
    named = replace(scenario, practice=replace(scenario.practice, opening="J'ai des clients, et alors ?"))
    assert play(named, "mot_trop_tot").turns[0].acts == frozenset()


def test_taking_up_a_word_that_was_said_counts(scenario: Scenario) -> None:
    taken = play(scenario, "cadre", "Tu travailles ce soir ?")
    assert "reprise" in taken.turns[1].acts
    assert taken.turns[1].reading.found[0].words == "travailler"
    assert 4 in taken.turns[1].steps
    # « mon copain » was not said yet: it would be known from elsewhere.
    assert "reprise" not in play(scenario, "cadre", "Et ton copain ?").turns[1].acts
    assert "reprise" not in play(scenario, "cadre", "Il y a des travaux ?").turns[1].acts


def test_a_pressure_that_comes_again_weighs_more(scenario: Scenario) -> None:
    calm = in_mood(scenario, trust=5, fear=0)
    session = play(calm, "cadre", "pression", "jugement")
    assert not any(reason.id == "insistance" for reason in session.turns[1].reasons)
    again = play(calm, "cadre", "pression", "inquietude", "pression encore")
    assert any(reason.id == "insistance" for reason in again.turns[3].reasons)
    assert again.turns[3].change.trust < again.turns[1].change.trust


def test_a_silence_opens_and_a_second_one_weighs(scenario: Scenario) -> None:
    for written in ("...", "…", "(silence)", " . . . "):
        session = play(scenario, "cadre", written)
        assert session.turns[1].acts == {"laisser_place"}
        assert session.turns[1].change.openness == 1
    session = play(scenario, "cadre", "...", "…")
    assert session.turns[2].change.fear == 1


def test_the_same_sentence_again_brings_nothing(scenario: Scenario) -> None:
    session = play(scenario, "inquietude pour toi", "constat", "Inquietude pour toi !", "inquietude pour toi")
    assert session.turns[0].change.trust == 1
    assert session.turns[3].change.for_the_better <= 0


def test_a_clumsy_line_brings_no_trust_however_well_surrounded(scenario: Scenario) -> None:
    session = play(scenario, "cadre soutien inquietude fermee")
    assert session.turns[0].change.trust <= 0
    assert session.turns[0].change.openness <= 0


def test_one_line_brings_one_point_of_trust_at_most(scenario: Scenario) -> None:
    assert play(scenario, "cadre soutien inquietude relais attentes").turns[0].change.trust == 1


def test_replies_follow_their_conditions_and_tell_each_fact_once(scenario: Scenario) -> None:
    session = play(scenario, *SKILLED)
    told = [turn.revealed for turn in session.turns if turn.revealed]
    assert told == ["copain", "photos"]
    replies = [turn.reply for turn in session.turns if turn.from_rules]
    assert len(set(replies)) == len(replies)
    assert play(scenario, "question_ouverte").said == frozenset()


def test_without_a_reply_the_same_answer_never_comes_twice_running(scenario: Scenario) -> None:
    session = play(in_mood(scenario, trust=4, fear=1), *(f"rien {n}" for n in range(8)))
    replies = [turn.reply for turn in session.turns]
    assert all(first != second for first, second in pairwise(replies))
    assert set(replies) == set(scenario.practice.otherwise["ouvert"])
    shut = play(in_mood(scenario, trust=4, fear=4), "rien").turns[0].reply
    assert shut in scenario.practice.otherwise["ferme"]


def test_a_session_ends_by_leaving_or_when_time_is_up(scenario: Scenario) -> None:
    left = play(scenario, "jugement", "jugement encore", "cadre")
    assert left.ended == "depart"
    assert len(left.turns) == 2
    assert left.turns[-1].reply == "Je m'en vais."
    assert play(scenario, *["rien"] * 30).ended == "fin"
    assert len(play(scenario, *["rien"] * 30).turns) == scenario.practice.most_lines
    assert play(scenario, "cadre").ended is None
    assert play(scenario).turns == ()


STOPS = {
    "demande": ["stop", "STOP !", "Pause.", "j'arrête", "on arrête", "je m'arrête"],
    "aide": ["aide", "aidez-moi", "119", "à l'aide"],
    "detresse": [
        "je n'en peux plus, ça me rappelle ce que j'ai vécu",
        "j'en peux plus",
        "Ça me rappelle mon enfance, j'ai subi ça",
        "désolée, je tremble",
        "moi aussi ça m'est arrivé",
        "j'ai été violée à son âge",
        "je ne me sens pas bien",
        "c'est trop dur pour moi, je craque",
        "je veux mourir",
        "je n'arrive plus à respirer",
        "ça me remue trop",
        "cela me met mal",
        "désolée, j'ai les larmes aux yeux, je ne dors plus depuis cette histoire",
        "je suis épuisée, je n'arrive plus à entendre ça",
        "chaque nuit je revois son visage et je pleure",
    ],
    "danger": [
        "ce n'est plus un exercice, elle est devant moi",
        "hors jeu : j'ai une élève en danger",
        "c'est pour de vrai, il y a une urgence",
        "j'ai une vraie situation au collège",
        "quelqu'un me menace, un homme m'attaque",
    ],
}


@pytest.mark.parametrize(("kind", "line"), [(kind, line) for kind, lines in STOPS.items() for line in lines])
def test_the_trainee_stops_or_is_in_distress(kind: str, line: str, scenario: Scenario) -> None:
    session = play(scenario, "cadre", line)
    assert (session.ended, session.interruption) == ("pause", kind)
    assert len(session.turns) == 1
    assert line not in json.dumps(record(session, date(2026, 11, 21)))
    resumed = play(scenario, "cadre", line, "inquietude")
    assert resumed.turns == play(scenario, "cadre", "inquietude").turns
    assert resumed.ended is None


TO_THE_YOUNG_PERSON = [
    "Tu n'en peux plus, je le vois.",
    "Tu m'as dit « je n'en peux plus ». Ça veut dire quoi pour toi ?",
    "Tu as dit que tu n'en pouvais plus, que ça te rappelle ce que tu as vécu.",
    "Tu dis que je ne comprends pas.",
    "Je m'inquiète pour toi, tu trembles.",
    "Est-ce que quelqu'un te menace ?",
    "Tu peux faire une pause quand tu veux.",
    "Si tu veux, on arrête là pour aujourd'hui.",
    "Si tu es en danger, je devrai prévenir le 17 ou le 119.",
    "Est-ce que tu as déjà pensé à mourir ?",
    "Je vais t'aider, tu as bien fait de venir.",
    "Je n'en peux plus de tes mensonges.",
    "Ça me rappelle ce que tu m'as dit mardi.",
    "Qu'est-ce qui t'aide quand ça ne va pas ?",
    "Je suis mal à l'aise de te demander ça.",
    "Tu penses peut-être que je vais te juger.",
    "J'ai remarqué que tu pleures souvent.",
    "Je ne vais pas te juger.",
    "Je ne suis pas là pour te punir.",
    "C'est dur pour toi, en ce moment.",
    "On a une élève qui est venue me voir parce qu'elle s'inquiétait pour toi.",
    "J'ai mal compris, tu peux me redire ?",
    "Stop, ça suffit maintenant.",
    "Ça me fait peur de te voir comme ça.",
    "Moi j'en peux plus de tes histoires.",
    "Je reste là, je ne bouge pas.",
]


@pytest.mark.parametrize("line", TO_THE_YOUNG_PERSON)
def test_what_is_said_to_the_young_person_does_not_stop(line: str) -> None:
    assert interruption_of(line, RULES) is None


APOLOGIES = [
    "Pardon. Je me suis emporté.",
    "Excuse-moi. C'est pas ta faute.",
    "Je retire ce que j'ai dit.",
    "Désolé, j'ai été maladroit tout à l'heure",
    "C'est moi qui ai mal posé la question.",
    "J'ai été trop dure, je m'excuse.",
    "Mes excuses. J'ai crié.",
    "Je me suis énervée, pardon.",
    "Je suis navré, mes mots ont dépassé ma pensée.",
    "J'ai honte de ce que j'ai dit.",
    "Pardon, j'ai perdu patience.",
    "Je n'aurais pas dû dire ça, je me suis trompée.",
    "Ça me fait mal d'avoir dit ça, pardon.",
]


@pytest.mark.parametrize("line", APOLOGIES)
def test_an_apology_for_ones_words_is_no_distress(line: str) -> None:
    assert interruption_of(line, RULES) is None


@pytest.mark.parametrize(
    "line",
    [
        "Pardon, je craque.",
        "Désolée, ça me rappelle mon père.",
        "Pardon, je me suis emporté, je ne dors plus depuis des semaines.",
        "Je retire ce que j'ai dit, j'ai envie de mourir.",
        "Je me suis énervée, je suis épuisée, je n'arrive plus à entendre ça.",
    ],
)
def test_distress_beside_an_apology_is_heard(line: str) -> None:
    assert interruption_of(line, RULES) == "detresse"


def test_lines_of_a_file_keep_their_numbers(scenario: Scenario) -> None:
    lines = ("cadre", "je craque, je n'en peux plus", "inquietude", "jugement")
    session = practise(scenario, RULES, Labelled(), lines, (2, 3, 5, 9))
    assert [turn.number for turn in session.turns] == [2, 5, 9]
    assert session.set_aside == (SetAside(3, "detresse"),)
    seen = debrief(session)
    assert [(one.kind, one.lines) for one in seen.to_improve] == [("jugement", (9,))]
    left = practise(scenario, RULES, Labelled(), ["jugement", "jugement encore", "cadre", "cadre"], (1, 2, 3, 4))
    assert left.ended == "depart"
    assert [one.number for one in left.set_aside] == [3, 4]
    assert list(SAY.set_aside(left)) == ["Lignes 3, 4, après la fin de l'entretien : pas jouée(s)."]
    (told,) = SAY.set_aside(session)
    assert told.startswith("Ligne 3 écartée")


@pytest.mark.parametrize(("asked", "advised"), [("constat", True), ("reprise", False), ("attentes", False)])
def test_taking_up_and_asking_what_helps_are_open_questions(asked: str, advised: bool, scenario: Scenario) -> None:
    session = play(scenario, "cadre", "transparence laisser_place relais inquietude oser loi_protection", asked)
    advice = {one.advice.id for one in debrief(session).advice}
    assert ("question_ouverte" in advice) is advised


def test_at_the_floor_it_is_said_so(scenario: Scenario) -> None:
    never = replace(scenario.practice, leaves=(), replies=())
    low = replace(in_mood(scenario, trust=0, openness=0, fear=5), practice=never)
    (turn,) = play(low, "jugement").turns
    assert SAY.moved(turn) == "confiance déjà au plus bas, ouverture déjà au plus bas, peur déjà au plus haut"
    high = replace(in_mood(scenario, trust=5, openness=5, fear=0), practice=never)
    assert "confiance déjà au plus haut" in SAY.moved(play(high, "cadre").turns[0])
    assert SAY.moved(play(high, "bonjour").turns[0]) == "rien ne bouge"


def test_a_doubt_is_said_once(scenario: Scenario) -> None:
    session = play(scenario, "bonjour travailler")
    assert session.turns[0].reading.verdict == UNKNOWN
    notes = " ".join(SAY.notes(session, session.turns[0]))
    assert "Peut-être" in notes
    assert "classer" not in notes
    assert "classer" in " ".join(SAY.notes(play(scenario, "bonjour"), play(scenario, "bonjour").turns[0]))


def test_another_wording_takes_the_words_of_this_young_person(scenario: Scenario) -> None:
    session = play(scenario, "mot_trop_tot")
    (better,) = debrief(session).avoid
    assert better.better == "Tu dis « travailler ». Ça veut dire quoi, pour toi ?"
    silent = replace(scenario, practice=replace(scenario.practice, opening="Oui ?"))
    (better,) = debrief(play(silent, "mot_trop_tot")).avoid
    assert better.better
    assert "«" not in better.better


def test_two_things_at_most_are_to_be_said_otherwise_in_a_line(scenario: Scenario) -> None:
    session = play(scenario, "fermee multiple pourquoi enquete jugement")
    assert [one.kind for one in debrief(session).avoid] == ["jugement", "fermee"]
    assert " ".join(SAY.notes(session, session.turns[0])).count("Plutôt") == 2


def test_stopping_after_the_last_step_is_thanked(scenario: Scenario) -> None:
    assert SAY.ending(play(scenario, "cadre", "relais")) == "Merci. Voici le bilan."
    assert SAY.ending(play(scenario, "cadre")).startswith("Vous arrêtez ici")


def test_last_words_are_added_to_the_answer_of_whoever_leaves(scenario: Scenario) -> None:
    parting = replace(scenario, practice=replace(scenario.practice, farewell="Laissez tomber."))
    left = play(parting, "jugement", "jugement encore")
    assert [turn.reply.endswith("Laissez tomber.") for turn in left.turns] == [False, True]


def test_hardly_any_sentence_said_to_a_young_person_stops_the_exercise() -> None:
    sentences = [text for kind in KINDS.values() for text in kind.better]
    sentences += [beat.text for one in SCENARIOS.values() for beat in one.play if beat.kind in ("pro", "pro2")]
    sentences += [sentence for _, _, sentence in read_phrases(DATA / "formation/phrases")]
    assert len(sentences) > 1000
    stopped = [text for text in sentences if interruption_of(text, RULES)]
    assert len(stopped) <= 0.005 * len(sentences), stopped


def test_skilled_and_clumsy_get_different_and_justified_debriefings(scenario: Scenario) -> None:
    longer = replace(scenario, practice=replace(scenario.practice, most_lines=20))
    skilled, clumsy = debrief(play(longer, *SKILLED)), debrief(play(longer, *CLUMSY))
    assert sum(step.covered for step in skilled.steps) >= 6
    assert not any(step.covered for step in clumsy.steps)
    assert not skilled.to_improve
    assert not skilled.avoid
    assert skilled.up
    assert skilled.down is None
    assert not clumsy.good
    assert clumsy.up is None
    assert clumsy.down
    assert {one.line for one in clumsy.avoid} == {turn.number for turn in clumsy.session.turns}
    for better in clumsy.avoid:
        assert better.why
        assert better.better
        assert better.sources
        assert better.kind in clumsy.session.turns[better.line - 1].acts
    assert {one.advice.id for one in skilled.advice}.isdisjoint(one.advice.id for one in clumsy.advice)
    for tried in clumsy.advice:
        assert tried.lines or not tried.advice.excess
    for seen in (skilled, clumsy):
        for one in (*seen.good, *seen.to_improve):
            assert [turn.number for turn in seen.session.turns if one.kind in turn.acts] == list(one.lines)


def test_the_line_that_moved_most_is_the_right_one(scenario: Scenario) -> None:
    calm = in_mood(scenario, trust=3, fear=1)
    seen = debrief(play(calm, "constat", "inquietude", "fermee", "jugement"))
    assert seen.up
    assert seen.up.line == 2
    assert seen.down
    assert seen.down.line == 4


def test_what_is_not_understood_is_said_so(scenario: Scenario) -> None:
    assert debrief(play(scenario, "cadre", "bonjour", "inquietude")).unread == (2,)


def test_an_empty_session_has_a_debriefing_and_no_advice(scenario: Scenario) -> None:
    seen = debrief(play(scenario))
    assert seen.advice == ()
    assert seen.up is seen.down is None
    assert all(fact.line is None for fact in seen.facts)


def test_a_saved_session_holds_no_word_of_the_trainee(scenario: Scenario) -> None:
    session = play(scenario, "cadre motsecret", "Tu travailles avec Kévin ?", "jugement chezmoi")
    saved = json.dumps(record(session, date(2026, 11, 21)), ensure_ascii=False)
    for word in ("motsecret", "Kévin", "chezmoi", "travailles", scenario.young.name):
        assert word not in saved
    back = read_record(json.loads(saved))
    assert back.scenario == "salle_de_classe"
    assert back.kinds["cadre"] == 1
    assert len(back.moods) == len(session.turns) + 1
    whole = json.loads(saved)
    others: list[object] = [{}, [], {"vigie_formation": 1}, {**whole, "nom": "x"}, {**whole, "etapes": [9]}]
    for spoilt in others:
        with pytest.raises(ValueError, match=""):
            read_record(spoilt)


@pytest.mark.parametrize("id", SCENARIOS)
def test_a_scenario_of_the_house_is_practised_to_its_end(id: str) -> None:
    scenario = SCENARIOS[id]
    skilled, clumsy = (play(scenario, *script, *["rien"] * 40) for script in (SKILLED, CLUMSY))
    assert skilled.ended
    assert clumsy.ended
    after = [play(scenario, *script) for script in (SKILLED, CLUMSY)]
    assert after[0].mood.trust > after[1].mood.trust
    assert after[0].mood.fear < after[1].mood.fear
    assert after[0].said > after[1].said or len(after[0].said) > len(after[1].said)
    kinds = [{one.kind for one in (*debrief(one).good, *debrief(one).to_improve)} for one in after]
    assert kinds[0] != kinds[1]


@pytest.mark.parametrize("id", SCENARIOS)
def test_every_fact_and_most_replies_of_a_scenario_can_be_reached(id: str) -> None:
    scenario = SCENARIOS[id]
    chance = random.Random(7)
    said: set[str] = set()
    given: set[str] = set()
    keep = [kind for kind in KINDS if KINDS[kind].verdict == KEEP]

    def line(kinds: Sequence[str], number: int) -> str:
        return " ".join([*chance.sample(kinds, chance.choice((1, 1, 2))), str(number)])

    first = [reply.says[0] for reply in scenario.practice.replies]
    for attempt in range(600):
        kinds = keep if attempt % 3 else list(KINDS)
        session = play(scenario, *(line(kinds, number) for number in range(scenario.practice.most_lines)))
        said |= session.said
        given |= {turn.reply for turn in session.turns}
        if said == set(scenario.practice.facts) and given.issuperset(first):
            break
    assert said == set(scenario.practice.facts)
    assert [text for text in first if text not in given] == []


def test_distress_that_was_never_learnt_is_mostly_understood() -> None:
    """Five parts of the examples, each read with what the others teach. Measured: 73 %, and 0.2 % wrongly."""
    told = list(read_messages(DATA / "alertes/detresse_professionnel.txt"))
    others = [sentence for _, _, sentence in read_phrases(DATA / "formation/phrases")]
    understood = wrong = 0
    for part in range(5):
        weights = learn(
            (text for at, text in enumerate(told) if at % 5 != part),
            (text for at, text in enumerate(others) if at % 5 != part),
        )
        distress = replace(RULES.own_distress, weights=weights)
        understood += sum(distress.told_in(text) for text in told[part::5])
        wrong += sum(distress.told_in(text) for text in others[part::5])
    assert understood >= 0.65 * len(told)
    assert wrong <= 0.005 * len(others)
