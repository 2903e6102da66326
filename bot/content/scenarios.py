"""Read data/scenarios strictly: every fault with its line and what to do (format: docs/guide-formateur.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from bot.content.answers import read_answers, read_sources
from bot.content.faults import Fault, refused_words
from bot.content.formation import audience_titles, clumsy_kinds
from bot.content.formation import read_practice as read_practice  # of one door with read_scenarios
from bot.content.located import Located, YamlSyntaxError, load_located, strings
from bot.content.readings import remember
from bot.content.scenario_fields import MOODS, Reader, near, under
from bot.logic.practice import early_facts, never_said
from bot.logic.scenario import (
    HIGHEST,
    LOWEST,
    STEPS,
    Beat,
    Expected,
    Message,
    Mood,
    Note,
    Practice,
    Reply,
    Scenario,
    When,
    Young,
)

FAMILIES = ("refus", "sans_reveler", "revelation")
MINUTES = (10, 20, 45)
LONGEST_TITLE = 70
_BEATS = ("recit", "jeune", "pro", "pro2", "pause")
_MANNERS = {"ferme": 2, "neutre": 2, "ouvert": 2}  # lines wanted: the same one is never said twice running
_ID = re.compile(r"[a-z][a-z0-9_]*")
_KEYS = (
    "titre",
    "public",
    "duree",
    "famille",
    "resume",
    "objectifs",
    "cadre",
    "jeune",
    "jeu",
    "entrainement",
    "rejeu",
    "debriefing",
)
# Insults: only the young person may say them, and lines marked as examples to avoid.
_WOUNDING = re.compile(r"\b(putes?|putain de \w+|salopes?|pétasses?|catins?|traînées?|michetonneuses?|garces?)\b", re.I)
_CURLY = re.compile("[“”„]")
_CURLY_REMEDY = 'guillemets courbes : remplacer “ et ” par "'
# What a skilled trainee may say in so many lines, as kinds of formulations.
_SKILLED = ("cadre", "inquietude", "question_ouverte", "reprise")
# A line of the young person that leaves nothing to fill in a template.
_BLANK = re.compile(r"\.\.\.à écrire|<[^>]*>|À COMPLÉTER", re.I)

T = TypeVar("T")


class ScenarioError(ValueError):
    """Scenarios that cannot be read; `faults` says where and what to do."""

    def __init__(self, faults: list[Fault]) -> None:
        """Keep every fault, not only the first."""
        super().__init__("\n".join(f"{fault.where} : {fault.what}" for fault in faults))
        self.faults = faults


@remember
def read_scenarios(folder: Path) -> Mapping[str, Scenario]:
    """Scenarios of `folder` (data/scenarios) by id, the file's name; raises ScenarioError with every fault."""
    faults: list[Fault] = []
    found = {}
    for file in sorted(folder.glob("*.yml")):
        scenario = read_scenario(file, folder.parent, faults)
        if scenario:
            found[scenario.id] = scenario
    if faults:
        raise ScenarioError(faults)
    return found


def read_scenario(file: Path, data: Path, faults: list[Fault]) -> Scenario | None:
    """The scenario of `file`, None when it has a fault; `faults` gets them. `data` has the sources and the kinds."""
    reader = Reader(file, data)
    scenario = None
    try:
        root = load_located(file)
    except YamlSyntaxError as error:
        reader.fault(error.line, error.remedy)
    except UnicodeDecodeError:
        reader.fault(1, "ce n'est pas de l'UTF-8 : enregistrer le fichier à nouveau, en choisissant l'encodage UTF-8")
    except OSError:
        reader.fault(1, "fichier absent ou illisible : vérifier le chemin et le nom")
    else:
        if isinstance(root.value, dict):
            scenario = _scenario(reader, root)
            _texts(reader, root)
        else:
            reader.fault(1, f"fichier vide ou mal formé : il commence par « titre: » (clés : {', '.join(_KEYS)})")
    faults.extend(reader.told())
    return None if reader.found else scenario


def scenario_warnings(scenario: Scenario, file: Path, data: Path) -> Iterator[Fault]:
    """What can be read in `file`, the scenario's, and does not do what its author hopes for."""
    reader = Reader(file, data)
    root = load_located(file)
    practice = under(root, "entrainement") or root
    young = under(root, "jeune") or root
    words = under(young, "mots") or young
    lines = {str(item.value).strip(): item.line for item in words.value if isinstance(item, Located)}
    for word in never_said(scenario):
        what = f"mots : « {word} » n'est dit nulle part dans « entrainement » : le faire dire, ou le retirer"
        reader.fault(lines.get(word, words.line), what)
    replies = scenario.practice.replies
    answered = frozenset(act for reply in replies for act in reply.when.acts)
    rules = read_practice(data).rules
    silent = sorted(rules.insists - answered)
    if silent:
        reader.fault(
            practice.keys.get("repliques", practice.line),
            f"aucune réplique ne réagit à : {', '.join(silent)} ; en mettre une parmi les premières",
        )
    if scenario.family == "sans_reveler" and early_facts(scenario, rules, _SKILLED) == frozenset(
        scenario.practice.facts
    ):
        reader.fault(
            practice.keys.get("faits", practice.line),
            f"« sans_reveler », et tout peut être dit en {len(_SKILLED)} phrases : demander plus de confiance"
            " ou d'ouverture, ou d'autres actes (oser, attentes)",
        )
    clumsy = clumsy_kinds(data)
    for reply in replies:
        lured = not reply.when.acts or reply.when.acts & clumsy
        if reply.reveals and lured and not reply.when.without_acts:
            reader.fault(
                reply.place,
                f"« {reply.reveals} » peut être révélé après une maladresse : ajouter à « si »"
                " sans_actes: [pression, jugement, enquete]",
            )
    yield from (replace(fault, warning=True) for fault in reader.told())


def scenario_faults(root: Path) -> Iterator[Fault]:
    """What is wrong in data/scenarios under `root`, for the content check."""
    faults: list[Fault] = []
    titles: dict[str, str] = {}
    for file in sorted((root / "data/scenarios").glob("*.yml")):
        scenario = read_scenario(file, root / "data", faults)
        if scenario and titles.setdefault(scenario.title, file.name) != file.name:
            faults.append(
                Fault(f"data/scenarios/{file.name}", f"même titre que {titles[scenario.title]} : en changer un")
            )
        faults.extend(scenario_warnings(scenario, file, root / "data") if scenario else ())
    yield from faults


def _scenario(reader: Reader, root: Located) -> Scenario:
    reader.fields(root, _KEYS)
    if not _ID.fullmatch(reader.file.stem):
        reader.fault(
            1, f"nom du fichier « {reader.file.stem} » : en minuscules, sans accent ni espace, des _ entre les mots"
        )
    audience = reader.among(root, "public", tuple(audience_titles(reader.data)), "public")
    minutes = reader.number(root, "duree", 1, 600, MINUTES[0])
    if minutes not in MINUTES:
        reader.fault(root.value["duree"].line, "« duree » vaut 10, 20 ou 45 (minutes)")
    family = reader.text(root, "famille")
    if family and family not in FAMILIES:
        reader.fault(root.value["famille"].line, f"« famille » vaut {', '.join(FAMILIES)}{near(family, FAMILIES)}")
    return Scenario(
        id=reader.file.stem,
        title=reader.text(root, "titre", longest=LONGEST_TITLE),
        audience=tuple(one for one in reader.texts(root, "public") if one in audience),
        minutes=minutes,
        family=family,
        summary=reader.text(root, "resume"),
        goals=reader.texts(root, "objectifs", 2, 4),
        setting=reader.text(root, "cadre"),
        young=_young(reader, root),
        play=tuple(_beats(reader, root)),
        practice=_practice(reader, root),
        replay=tuple(_messages(reader, root)),
        debriefing=tuple(_notes(reader, root)),
    )


def _young(reader: Reader, root: Located) -> Young:
    at = under(root, "jeune")
    keys = ("prenom", "age", "situation", "craint", "mots", "depart")
    if at is None or not reader.fields(at, keys, what="« jeune »"):
        return Young("", 0, "", (), (), Mood(0, 0, 0))

    def build(mood: str, value: Located) -> tuple[str, int] | None:
        if not isinstance(value.value, int) or isinstance(value.value, bool) or not LOWEST <= value.value <= HIGHEST:
            reader.fault(value.line, "au départ, chaque humeur est un nombre de 0 à 5, sans guillemets")
            return None
        return mood, value.value

    start = under(at, "depart")
    mood = dict.fromkeys(MOODS.values(), 0)
    if start is not None and isinstance(start.value, dict):
        for name in MOODS:
            if name not in start.value:
                reader.fault(start.line, f"il manque « {name} » dans « depart » : l'ajouter")
    mood.update(reader.moods(at, "depart", build))
    return Young(
        name=reader.text(at, "prenom"),
        age=reader.number(at, "age", 8, 17, 15),
        situation=reader.text(at, "situation"),
        fears=reader.texts(at, "craint"),
        words=reader.texts(at, "mots"),
        mood=Mood(**mood),
    )


def _beats(reader: Reader, root: Located) -> Iterator[Beat]:
    pauses = unread = 0
    items = reader.items(root, "jeu", 3)
    for at in items:
        kind = next((key for key in _BEATS if isinstance(at.value, dict) and key in at.value), None)
        if kind is None:
            unread += 1
            reader.fault(at.line, f"un moment du jeu commence par l'une de ces clés : {', '.join(_BEATS)}")
            continue
        optional = {"pause": ("pistes", "notes")}.get(kind, ("etape", "notes", "maladroit"))
        reader.fields(at, (kind,), optional, f"ce moment ({kind})")
        pauses += kind == "pause"
        clumsy = reader.flag(at, "maladroit") is True
        if clumsy and not kind.startswith("pro"):
            reader.fault(at.keys["maladroit"], "« maladroit » ne va qu'avec une phrase de « pro » ou « pro2 »")
        step = reader.number(at, "etape", 1, STEPS, 0)
        if step and not kind.startswith("pro"):
            reader.fault(at.keys["etape"], "« etape » ne va qu'avec une phrase de « pro » ou « pro2 »")
        yield Beat(
            kind,
            reader.text(at, kind),
            step or None,
            reader.text(at, "notes"),
            reader.texts(at, "pistes"),
            clumsy,
        )
    if items and not pauses and not unread:
        reader.fault(items[0].line, "« jeu » : au moins une « pause » est attendue, pour que le groupe discute")


def _practice(reader: Reader, root: Located) -> Practice:
    at = under(root, "entrainement")
    keys = ("ouverture", "repliques", "sinon", "faits", "repliques_max")
    if at is None or not reader.fields(at, keys, ("depart_si", "adieu"), "« entrainement »"):
        return Practice("", (), {}, {}, 1, ())
    before = len(reader.found)
    facts = _facts(reader, at)
    known = tuple(facts) if "faits" in at.value else None
    replies = tuple(_reply(reader, one, known) for one in reader.items(at, "repliques", 3))
    # What follows from another fault is not told.
    if replies and known is not None and len(reader.found) == before:
        _reachable(reader, replies, facts)
    otherwise: dict[str, tuple[str, ...]] = {}
    manners = under(at, "sinon")
    if manners is not None and reader.fields(manners, tuple(_MANNERS), what="« sinon »"):
        for manner, least in _MANNERS.items():
            otherwise[manner] = reader.texts(manners, manner, least)
            if len(set(otherwise[manner])) < len(otherwise[manner]):
                reader.fault(
                    manners.keys.get(manner, manners.line), f"« {manner} » : deux fois la même réponse, en changer une"
                )
    farewell = reader.text(at, "adieu")
    if farewell and "depart_si" not in at.value:
        reader.fault(
            at.keys["adieu"], "« adieu » ne sert qu'avec « depart_si » : l'ajouter, par exemple {confiance: 0}"
        )
    return Practice(
        opening=reader.text(at, "ouverture"),
        replies=replies,
        otherwise=otherwise,
        facts={name: str(one.value) for name, one in facts.items()},
        most_lines=reader.number(at, "repliques_max", 4, 40, 16),
        leaves=reader.moods(at, "depart_si", reader.bound),
        farewell=farewell,
    )


def _facts(reader: Reader, at: Located) -> Mapping[str, Located]:
    one = under(at, "faits")
    if one is None:
        return {}
    if not isinstance(one.value, dict) or not one.value:
        reader.fault(one.line, '« faits » : un nom court par fait, puis le fait : copain: "Un homme de 24 ans..."')
        return {}
    for name, line in one.keys.items():
        if not _ID.fullmatch(name):
            reader.fault(line, f"fait « {name} » : un nom en minuscules, sans accent ni espace")
        reader.text(one, name)
    return dict(one.value)


def _reply(reader: Reader, at: Located, facts: Sequence[str] | None) -> Reply:
    """A reply; `facts` are the names that it may tell, None when they cannot be read."""
    if not reader.fields(at, ("si", "dit"), ("revele", "change"), "cette réplique"):
        return Reply(When(), (), place=at.line)
    reveals = reader.text(at, "revele") or None
    if reveals and facts is not None and reveals not in facts:
        reader.fault(
            at.value["revele"].line, f"fait « {reveals} » : inconnu{near(reveals, facts)} ; l'ajouter à « faits »"
        )
    return Reply(
        when=_when(reader, at, facts),
        says=reader.texts(at, "dit"),
        reveals=reveals,
        change=reader.change(at, "change"),
        place=at.line,
    )


def _when(reader: Reader, at: Located, facts: Sequence[str] | None) -> When:
    one = under(at, "si")
    optional = ("actes", "sans_actes", "etape", "apres", "avant", *MOODS)
    if one is None or not reader.fields(one, (), optional, "« si »"):
        return When()
    if not one.value:
        reader.fault(
            one.line,
            "« si » est vide : cette réplique cacherait les suivantes ; mettre une condition ou passer par « sinon »",
        )
    steps = under(one, "etape")
    numbers: list[int] = []
    if steps is not None:
        for item in steps.value if isinstance(steps.value, list) else [steps]:
            if isinstance(item.value, int) and 1 <= item.value <= STEPS:
                numbers.append(item.value)
            else:
                reader.fault(item.line, "« etape » : un nombre de 1 à 8, ou une liste, comme [2, 3]")
    bounds = (reader.bound(MOODS[name], value) for name, value in one.value.items() if name in MOODS)
    return When(
        acts=reader.among(one, "actes", reader.kinds, "acte"),
        without_acts=reader.among(one, "sans_actes", reader.kinds, "acte"),
        steps=frozenset(numbers),
        after=_named_facts(reader, one, "apres", facts),
        before=_named_facts(reader, one, "avant", facts),
        bounds=tuple(bound for bound in bounds if bound),
    )


def _named_facts(reader: Reader, at: Located, key: str, facts: Sequence[str] | None) -> frozenset[str]:
    return frozenset(reader.texts(at, key)) if facts is None else reader.among(at, key, facts, "fait")


def _reachable(reader: Reader, replies: Sequence[Reply], facts: Mapping[str, Located]) -> None:
    """Every reply can be given and every fact can be said."""
    said: set[str] = set()
    left = list(replies)
    while True:
        now = [reply for reply in left if reply.when.after <= said]
        if not now:
            break
        left = [reply for reply in left if reply not in now]
        said |= {reply.reveals for reply in now if reply.reveals}
    for reply in left:
        missing = ", ".join(sorted(reply.when.after - said))
        reader.fault(
            reply.place, f"réplique jamais dite : elle attend {missing}, qu'aucune réplique ne révèle avant elle"
        )
    for earlier, reply in enumerate(replies):
        when = reply.when
        if when.after & when.before:
            both = ", ".join(sorted(when.after & when.before))
            reader.fault(reply.place, f"réplique jamais dite : « {both} » est à la fois dans apres et dans avant")
        if when.acts and when.acts <= when.without_acts:
            reader.fault(reply.place, "réplique jamais dite : les mêmes actes sont dans actes et dans sans_actes")
        if reply.reveals and reply.reveals in when.after:
            reader.fault(reply.place, f"réplique jamais dite : elle révèle « {reply.reveals} », qu'elle attend déjà")
        twin = next((one for one in replies[:earlier] if one.when == when and one.says == reply.says), None)
        if twin:
            reader.fault(reply.place, f"la même réplique est déjà à la ligne {twin.place} : en supprimer une")
    for name, one in facts.items():
        if not any(reply.reveals == name for reply in replies):
            reader.fault(
                one.line,
                f"le fait « {name} » n'est révélé par aucune réplique : ajouter « revele: {name} » à l'une d'elles",
            )


def _messages(reader: Reader, root: Located) -> Iterator[Message]:
    keys = read_answers(reader.data / "responses")
    for at in reader.items(root, "rejeu", 1):
        if not reader.fields(at, ("dit", "attend"), what="ce message"):
            continue
        one = under(at, "attend")
        optional = ("reponse", "contient", "sans", "source", "alerte", "choix")
        expected = Expected()
        if one is not None and reader.fields(one, (), optional, "« attend »"):
            if not one.value:
                reader.fault(one.line, "« attend » est vide : dire ce que Vigie doit répondre")
            answers = under(one, "reponse")
            for item in answers.value if answers is not None and isinstance(answers.value, list) else ():
                if not _known_answer(str(item.value), keys):
                    reader.fault(item.line, f"réponse « {item.value} » : inconnue{near(str(item.value), tuple(keys))}")
            expected = Expected(
                answers=reader.texts(one, "reponse"),
                contains=reader.texts(one, "contient"),
                without=reader.texts(one, "sans"),
                source=reader.flag(one, "source"),
                alert=reader.flag(one, "alerte"),
                choices=reader.texts(one, "choix"),
            )
        yield Message(reader.text(at, "dit"), expected, at.line)


def _known_answer(wanted: str, keys: Mapping[str, Any]) -> bool:
    topic, _, rest = wanted.partition("/")
    return any(key.startswith(f"{topic}/") for key in keys) if rest == "..." else wanted in keys


def _notes(reader: Reader, root: Located) -> Iterator[Note]:
    sources = tuple(read_sources(reader.data / "sources.yml"))
    before = len(reader.found)
    asked = False
    items = reader.items(root, "debriefing", 1)
    for at in items:
        asks = isinstance(at.value, dict) and not at.value.keys() & {"texte", "source"}
        asked = asked or asks
        if not reader.fields(at, ("questions",) if asks else ("texte", "source"), what="cette note"):
            continue
        cited = reader.texts(at, "source")
        reader.among(at, "source", sources, "source", "data/sources.yml")
        yield Note(reader.text(at, "texte"), cited, reader.texts(at, "questions"))
    if items and not asked and len(reader.found) == before:
        reader.fault(root.keys["debriefing"], '« debriefing » : il manque des questions : - questions: ["...", "..."]')


def _texts(reader: Reader, root: Located) -> None:
    """Words, numbers and addresses that a scenario may not hold, and blanks of the template left as they were."""
    for at, allowed, own in _examined(root):
        for text, line in strings(at):
            if _CURLY.search(text):
                reader.fault(line, f"{_CURLY_REMEDY} autour d'un texte, et par « » à l'intérieur")
            insult = None if allowed or own else _WOUNDING.search(text)
            if insult:
                reader.fault(
                    line, f"mot qui blesse : « {insult[0]} » : seul le personnage peut le dire, ou « maladroit »"
                )
            if _BLANK.search(text):
                reader.fault(line, f"« {text.strip()[:60]} » est encore à écrire : remplacer par votre texte")
            for what in refused_words(text):
                if allowed and what.startswith("mot stigmatisant"):
                    continue
                reader.fault(line, f"{what} : l'écrire autrement, ou le retirer")


def _examined(root: Located) -> Iterator[tuple[Located, bool, bool]]:
    """Parts of the file; whether any word may be an example there (a clumsy line, a text to refuse); whether the young
    person speaks."""
    for key, at in root.value.items():
        if key == "jeu" and isinstance(at.value, list):
            for beat in at.value:
                clumsy = under(beat, "maladroit")
                for name, one in beat.value.items() if isinstance(beat.value, dict) else ():
                    yield one, clumsy is not None and clumsy.value is True, name == "jeune"
        elif key == "rejeu" and isinstance(at.value, list):
            for message in at.value:
                expected = under(message, "attend")
                for name, one in message.value.items() if isinstance(message.value, dict) else ():
                    if name != "attend":
                        yield one, False, False
                for name, one in expected.value.items() if expected and isinstance(expected.value, dict) else ():
                    yield one, name == "sans", False
        elif key in ("jeune", "entrainement") and isinstance(at.value, dict):
            for name, one in at.value.items():
                if name == "repliques" and isinstance(one.value, list):
                    for reply in one.value:
                        for part, said in reply.value.items() if isinstance(reply.value, dict) else ():
                            yield said, False, part == "dit"
                else:
                    yield one, False, name in ("mots", "ouverture", "sinon", "adieu")
        else:
            yield at, False, False
