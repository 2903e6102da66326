"""The content check: what `rasa data validate` lets pass. Collects every fault, each with its file and its remedy."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bot.content.answers import PREFIX, Answer, read_answers, read_sources
from bot.content.coverage import holes
from bot.content.documents import documents_faults
from bot.content.faults import Fault, refused_words
from bot.content.formulations import formulations_faults
from bot.content.keys import MOVES, known_keys
from bot.content.labelled import DENIED, read_phrases
from bot.content.lexicon import read_lexicon
from bot.content.location import load_yaml
from bot.content.paths import read_paths
from bot.content.scenarios import scenario_faults
from bot.content.training_sentences import read_sentences
from bot.logic.normalisation import fold

LONGEST_TEXT = 900
LONGEST_TITLE = 40
FEWEST_SENTENCES = 6
NO_SOURCE = "aucune"
# Answers that the program gives by itself: no sentence leads to them.
SPOKEN_BY_PROGRAM = re.compile(
    r"^(canal/|naviguer/|urgence/(doute|contenu_sexuel)$|reconnaitre_signes/releve_|relire_phrase/(a_garder|a_ameliorer|inconnu)$|documents/fiche_contacts_sans_lieu$|apres_entretien/(question|issue)_|contacter_departement/"
    r"|accueil/(silence|hors_sujet|pas_compris|proposer|seconde_question|trop_|panne|donnees_|recapit|oui_sans|profession_))"
)


def check(root: Path, today: date) -> list[Fault]:
    """Every fault of the content under `root`."""
    return [
        *_duplicate_names(root),
        *_answers(root, today),
        *_sentences(root),
        *_paths(root),
        *_lexicon(root),
        *_actions(root),
        *_topics(root),
        *documents_faults(root, today),
        *formulations_faults(root, today),
        *scenario_faults(root),
        *(Fault("data/couverture.yml", f"{where} : {what}") for where, what in holes(root)),
    ]


def main(root: Path) -> int:
    """Print the faults; 1 when one of them is not a mere warning."""
    faults = check(root, date.today())
    for fault in faults:
        print(f"{'avertissement' if fault.warning else 'erreur'}  {fault.where} : {fault.what}")
    errors = sum(not fault.warning for fault in faults)
    answers = read_answers(root / "data/responses")
    print(f"{len(answers)} réponses vérifiées, {errors} erreur(s), {len(faults) - errors} avertissement(s).")
    return 1 if errors else 0


def _duplicate_names(root: Path) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for file in sorted((root / "data/responses").glob("*.yml")):
        # A YAML loader keeps the last of two equal keys: look at the lines.
        for name in re.findall(rf"^  ({PREFIX}[\w/]+):", file.read_text(encoding="utf-8"), re.M):
            if name in seen:
                yield Fault(file.name, f"{name} existe déjà dans {seen[name]} : renommer ou supprimer l'une des deux")
            seen[name] = file.name
            topic = name.removeprefix(PREFIX).partition("/")[0]
            if topic != file.stem:
                yield Fault(file.name, f"{name} appartient au sujet {topic} : la déplacer dans {topic}.yml")


def _answers(root: Path, today: date) -> Iterator[Fault]:
    answers = read_answers(root / "data/responses")
    sources = read_sources(root / "data/sources.yml")
    sentences = read_sentences(root / "data/nlu")
    destinations = known_keys(root / "data", with_buttons=False) | set(answers)
    reachable = (
        set(sentences) | MOVES | {b.payload[1:] for a in answers.values() for v in a.variants for b in v.buttons}
    )
    reachable |= {f"{p.name}/{step.id}" for p in read_paths(root / "data/parcours").values() for step in p.steps}
    for answer in answers.values():
        where = f"{answer.file} {PREFIX}{answer.key}"
        yield from (Fault(where, what, warning) for what, warning in _answer(answer, set(sources), destinations, today))
        base = answer.key.removesuffix("_exemple").removesuffix("_pourquoi")
        if base not in reachable and not SPOKEN_BY_PROGRAM.match(answer.key):
            yield Fault(
                where, "aucune phrase, aucun bouton, aucun parcours n'y mène : ajouter un accès ou la supprimer"
            )


def _answer(answer: Answer, sources: set[str], keys: frozenset[str], today: date) -> Iterator[tuple[str, bool]]:
    if answer.variants and answer.variants[-1].conditions:
        yield "la dernière variante porte une condition : ajouter une variante pour tout le monde", False
    for variant in answer.variants:
        if not variant.text.strip():
            yield "texte vide", False
        if len(variant.text) > LONGEST_TEXT:
            yield f"{len(variant.text)} caractères : {LONGEST_TEXT} au plus, ouvrir la suite par un bouton", False
        yield from ((what, False) for what in refused_words(variant.text))
        if not variant.sources:
            yield "sans source : metadata.source, ou « aucune » si rien n'est affirmé", False
        for source in variant.sources:
            if source not in sources:
                yield f"source inconnue « {source} » : l'ajouter à data/sources.yml", False
        if any(source != NO_SOURCE for source in variant.sources):
            if not variant.reviewed_on or not variant.review_by:
                yield "reviewed_on et review_by sont demandés", False
            elif variant.review_by < today:
                yield f"à relire depuis le {variant.review_by:%d/%m/%Y}", True
        for button in variant.buttons:
            if len(button.title) > LONGEST_TITLE:
                yield f"bouton « {button.title} » : {LONGEST_TITLE} caractères au plus", False
            if button.payload[1:] not in keys or not button.payload.startswith("/"):
                yield f"le bouton « {button.title} » mène à {button.payload}, qui n'existe pas", False


def _sentences(root: Path) -> Iterator[Fault]:
    answers = read_answers(root / "data/responses")
    owners: dict[str, str] = {}
    for key, sentences in read_sentences(root / "data/nlu").items():
        where = f"data/nlu {key}"
        if key not in answers and not key.startswith("naviguer/") and key != "contacter_departement/donner_lieu":
            spoken_by_action = key.startswith("contacter_departement/") or re.match(
                r"apres_entretien/(faits|danger)_", key
            )
            if not spoken_by_action:
                yield Fault(where, f"aucune réponse {PREFIX}{key}")
        if len(sentences) < FEWEST_SENTENCES:
            yield Fault(where, f"{len(sentences)} phrases : en écrire au moins {FEWEST_SENTENCES}")
        for sentence in sentences:
            folded = fold(sentence)
            other = owners.setdefault(folded, key)
            if folded and other != key:
                yield Fault(where, f"« {sentence} » est aussi sous {other} : n'en garder qu'une")
        for sentence, count in Counter(map(fold, sentences)).items():
            if sentence and count > 1:
                yield Fault(where, f"« {sentence} » est écrite {count} fois", warning=True)


def _paths(root: Path) -> Iterator[Fault]:
    answers = read_answers(root / "data/responses")
    for path in read_paths(root / "data/parcours").values():
        where = f"data/parcours/{path.name}.yml"
        ids = {step.id for step in path.steps}
        for key in [*ids, *path.annexes]:
            if f"{path.name}/{key}" not in answers:
                yield Fault(where, f"{key} : aucune réponse {PREFIX}{path.name}/{key}")
        for key, step in path.annexes.items():
            if step not in ids:
                yield Fault(where, f"{key} est accroché à {step}, qui n'est pas une étape")


def _lexicon(root: Path) -> Iterator[Fault]:
    lexicon = read_lexicon(root / "data/lexicon")
    sources = read_sources(root / "data/sources.yml")
    answers = read_answers(root / "data/responses")
    families = {family for family, _ in lexicon.families}
    for sign in lexicon.signs:
        if sign.family not in families:
            yield Fault("data/lexicon/signes.yml", f"{sign.id} : famille inconnue {sign.family}")
        if sign.nature not in ("atteinte", "vulnerabilite"):
            yield Fault("data/lexicon/signes.yml", f"{sign.id} : nature inconnue {sign.nature}")
        for source in sign.sources:
            if source not in sources:
                yield Fault("data/lexicon/signes.yml", f"{sign.id} : source inconnue {source}")
    for sign_id, count in Counter(sign.id for sign in lexicon.signs).items():
        if count > 1:
            yield Fault("data/lexicon/signes.yml", f"{sign_id} est défini {count} fois")
    signs = {sign.id for sign in lexicon.signs}
    for file, labels, text in read_phrases(root / "data/signes"):
        for label in sorted(labels):
            if label.removeprefix(DENIED) not in signs:
                yield Fault(f"data/signes/{file}.txt", f"« {text} » : signe inconnu {label}")
    for danger in lexicon.dangers:
        if f"urgence/{danger.id}" not in answers:
            yield Fault("data/lexicon/dangers.yml", f"{danger.id} : aucune réponse {PREFIX}urgence/{danger.id}")


def _actions(root: Path) -> Iterator[Fault]:
    declared = set(load_yaml(root / "domain.yml")["actions"])
    files = {file.stem for file in (root / "actions").glob("action_*.py")}
    for name in declared ^ files:
        yield Fault("domain.yml", f"{name} : déclarée sans fichier dans actions/, ou fichier non déclaré")


def _topics(root: Path) -> Iterator[Fault]:
    data = root / "data"
    with_sentences = {file.stem for file in (data / "nlu").glob("*.yml")}
    for topic in with_sentences:
        if not (data / "rules" / f"{topic}.yml").is_file():
            yield Fault(f"data/rules/{topic}.yml", "le sujet a des phrases et pas de règle")
        if not (data / "responses" / f"{topic}.yml").is_file():
            yield Fault(f"data/responses/{topic}.yml", "le sujet a des phrases et pas de réponse")
    held_out = root / "tests/nlu/heldout.yml"
    tested = set(load_yaml(held_out)["tests"]) if held_out.is_file() else set()
    for key in read_sentences(data / "nlu"):
        if key.partition("/")[0] not in {t.partition("/")[0] for t in tested}:
            yield Fault("tests/nlu/heldout.yml", f"le sujet {key.partition('/')[0]} n'a aucune phrase tenue à l'écart")
