"""The last word on what a message asks for: danger, typed choices and context before the classifier."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.logic.normalisation import fold

FALLBACK = "nlu_fallback"
MISREAD = "accueil/incompris"
MINOR_WRITES = "urgence/mineur_ecrit"
OTHER_TRADE = "autre"  # a trainee may be a minor
SILENCE = "accueil/silence"
DESCRIBE = "reconnaitre_signes/decrire"
OUT_OF_SCOPE = "accueil/hors_sujet"
GIVE_PLACE = "contacter_departement/donner_lieu"
_NO_KIND = (GIVE_PLACE, "contacter_departement/commencer")  # a contact is sought, of no kind in particular
PROFESSION_NOTED = "accueil/profession_notee"
REVIEW = "relire_phrase/phrase"
ASK_SENTENCE = "relire_phrase/commencer"
_SAID_TO_THE_YOUNG = ("accueil/", "preparer_entretien/")  # topics whose questions look like those of an interview
SENTENCE = "phrase"  # expected: a sentence planned for the young person

_YES = frozenset(
    {"oui", "ok", "d accord", "oui merci", "oui svp", "oui s il vous plait", "bien sur", "volontiers", "yes"}
)
_NO = frozenset({"non", "non merci", "pas maintenant", "non pas maintenant", "surtout pas", "no"})
_I_AM = ("je suis ", "suis ", "moi ", "bonjour je suis ", "bonsoir je suis ")
_UNKNOWN = frozenset({"je ne sais pas", "je sais pas", "aucune idee", "peu importe", "aucun"})
_STEP = re.compile(
    r"^(?:\w+ ){0,4}?(?:etape|etap|step)\s*(?:numero |no |n )?(\d|une?|deux|trois|quatre|cinq|six|sept|huit)\b"
)
_NTH_STEP = re.compile(
    r"\b(premiere|1re|1ere|deuxieme|2e|2eme|seconde|troisieme|3e|3eme|quatrieme|4e|4eme|cinquieme|5e|5eme"
    r"|sixieme|6e|6eme|septieme|7e|7eme|huitieme|8e|8eme|derniere) (?:etape|etap)\b"
)
_NUMBERS = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8}
_ORDINALS = {
    **dict.fromkeys(("premiere", "1re", "1ere"), 1),
    **dict.fromkeys(("deuxieme", "2e", "2eme", "seconde"), 2),
    **dict.fromkeys(("troisieme", "3e", "3eme"), 3),
    **dict.fromkeys(("quatrieme", "4e", "4eme"), 4),
    **dict.fromkeys(("cinquieme", "5e", "5eme"), 5),
    **dict.fromkeys(("sixieme", "6e", "6eme"), 6),
    **dict.fromkeys(("septieme", "7e", "7eme"), 7),
    **dict.fromkeys(("huitieme", "8e", "8eme"), 8),
}
_STEP_MESSAGE_WORDS = 9
_ASKS_CONTACT = re.compile(r"\b(?:numeros?|num|tel|telephone|coordonnees|contacts?|joindre)\b")


# « Que risque le client ? Et la crip, c'est quoi ? », « c'est quoi l'emprise et combien de jeunes sont concernés ».
_QUESTION_END = re.compile(
    r"(?<=\?)|[.!;\n]+"
    r"|,?\s+(?:et|puis|aussi)\s+(?=(?:comment|quel|combien|pourquoi|qui\b|où\b|est[- ]ce|qu['’e]|c['’ ]?est quoi|"
    r"puis[- ]je|dois[- ]je|faut[- ]il|peut[- ]on))",
    re.IGNORECASE,
)

INTERVIEW = tuple(f"preparer_entretien/etape_{n}" for n in range(1, 9))
RESUME, NEXT, LEAVE = "naviguer/reprendre", "naviguer/suivant", "naviguer/quitter"
NATIONAL = "contacter_departement/national"
# What answers no question of its own: a greeting, a move, an emergency (which never waits for a second place).
_NO_QUESTION = ("accueil/", "naviguer/", "urgence/", DESCRIBE, GIVE_PLACE)
_SIGNS = "reconnaitre_signes/"
_URGENT = "urgence/"
_HESITANT = 5  # words of "non, pas pour le moment"


@dataclass(frozen=True)
class Choice:
    """A button of the last bot turn: the title read by the user and the key it stands for ("loi/client_peines")."""

    title: str
    key: str


@dataclass(frozen=True)
class Context:
    """What the conversation brings to the reading of a message.

    `writer_known` is True once a trade, or a minor's age, was told.
    """

    choices: tuple[Choice, ...] = ()
    expected: str | None = None
    place_known: bool = False
    writer_known: bool = False
    titles: Mapping[str, str] = field(default_factory=dict)  # a choice's folded title -> its key, offered or not


@dataclass(frozen=True)
class Observation:
    """What the components before read in the message; `ranking` holds (key, confidence), best first."""

    text: str
    ranking: tuple[tuple[str, float], ...] = ()
    danger: str | None = None
    plausible: frozenset[str] = frozenset()  # kinds of danger that the safety layer does not rule out
    signs: tuple[str, ...] = ()
    family: str | None = None  # key of the family that all the signs belong to
    place_found: bool = False
    place_is_whole_message: bool = False
    is_short: bool = False
    is_brief: bool = False
    is_concise: bool = False
    profession: str | None = None
    need: str | None = None
    is_question: bool = False
    planned: bool = False  # a sentence planned for the young person, and a request to review it
    holds_sentence: bool = False  # some sentence said to somebody stands in the message, whatever is asked
    addressed: bool = False  # the message is such a sentence, and every clause of it speaks to the young person
    maybe_planned: bool = False  # the message may be such a sentence
    questions: tuple[tuple[str, float], ...] = ()  # best (key, confidence) of each question, when there are several


@dataclass(frozen=True)
class Thresholds:
    """Confidences, from 0 to 1, calibrated on the development set (tests/nlu/dev.yml).

    Below `accept` nothing is understood; below `told` signs make a story of a message, and below `sure` when that was
    a close second; from `sure`, nothing else does; from `certain` an emergency is asked about.
    """

    accept: float = 0.2
    told: float = 0.35
    sure: float = 0.6
    certain: float = 0.8


@dataclass(frozen=True)
class Reading:
    """What the message asks for: a key, how sure (0 to 1), the other candidates; `chosen` when it was named.

    `also` is the key of a second question of the same message.
    """

    key: str
    confidence: float
    candidates: tuple[tuple[str, float], ...] = field(default=())
    chosen: bool = False
    also: str | None = None


def read_message(
    seen: Observation, context: Context, known: frozenset[str], thresholds: Thresholds | None = None
) -> Reading:
    """Decide what a message asks for; `known` are the keys that a button or a client may name directly."""
    limits = thresholds or Thresholds()
    if context.writer_known or seen.profession not in (None, OTHER_TRADE):
        seen = _without_who_writes(seen)
    if not fold(seen.text) and "?" not in seen.text:
        return Reading(SILENCE, 1.0)
    payload = seen.text.strip()
    if payload.startswith("/") and payload[1:] in known:
        return Reading(payload[1:], 1.0, chosen=True)
    # A button's own title is a choice, even « Risque suicidaire »; anything else that says danger is danger.
    typed = typed_choice(seen.text, context.choices)
    if typed:
        return Reading(typed, 1.0, chosen=True)
    if _names_no_choice(seen.text, context):
        return Reading(MISREAD, 1.0)
    awaited = context.expected == SENTENCE
    if awaited and seen.addressed and seen.danger and f"urgence/{seen.danger}" != MINOR_WRITES:
        # Said to the young person, « est-ce qu'il te frappe ? » asks; a story tells in the third person, and alarms.
        return Reading(REVIEW, 1.0)
    if seen.danger:
        return Reading(f"urgence/{seen.danger}", 1.0)
    if seen.planned:
        return Reading(REVIEW, 1.0)
    named = context.titles.get(fold(seen.text))
    if named:
        return Reading(named, 1.0, chosen=True)
    step = step_named(seen.text)
    if step and not _sure_of(seen, "naviguer/recommencer", limits):
        return Reading(step, 1.0, chosen=True)
    if context.expected == "departement" and fold(seen.text) in _NO | _UNKNOWN:
        return Reading(NATIONAL, 1.0)
    if awaited and seen.maybe_planned and not _asks_vigie(seen, limits):
        return Reading(REVIEW, 1.0)
    asked, confidence = seen.ranking[0] if seen.ranking else (FALLBACK, 0.0)
    if seen.holds_sentence and asked == ASK_SENTENCE and confidence >= limits.accept:
        return Reading(REVIEW, confidence, seen.ranking)
    place = _place(seen, context, limits)
    if place:
        return Reading(place, 1.0)
    if seen.profession and context.expected == "profession":
        return Reading(f"apres_entretien/profession_{seen.profession}", 1.0)
    return _weigh(seen, context, limits)


def _sure_of(seen: Observation, key: str, limits: Thresholds) -> bool:
    return bool(seen.ranking) and seen.ranking[0][0] == key and seen.ranking[0][1] >= limits.sure


def _asks_vigie(seen: Observation, limits: Thresholds) -> bool:
    """True for « vous pouvez me donner le numéro de la CRIP ? » where a planned sentence was expected."""
    key, confidence = seen.ranking[0] if seen.ranking else (FALLBACK, 0.0)
    if seen.is_question and seen.addressed and key.startswith(_SAID_TO_THE_YOUNG):
        return False  # « tu es avec qui le soir ? » is close to « qui es-tu ? », and is said to the young person
    return confidence >= limits.certain and (seen.is_question or key.startswith(("naviguer/", "accueil/")))


def _place(seen: Observation, context: Context, limits: Thresholds) -> str | None:
    """What a message that names a place asks for: a contact of some kind, or the place is the answer to a question."""
    key, confidence = seen.ranking[0] if seen.ranking else (FALLBACK, 0.0)
    if not seen.place_found:
        # « la crip » after « le 59 »: the place is known, the need is all that is said.
        ask = seen.need and context.place_known and seen.is_brief and not seen.is_question
        return f"contacter_departement/{seen.need}" if ask else None
    named = key.startswith("contacter_departement/") and key not in _NO_KIND
    if named and confidence >= limits.accept and (not seen.need or confidence >= limits.sure):
        # « stage pour éducs Essonne »: the kind of contact is said in words of no lexicon.
        return None
    # « le numéro de la CRIP du 93, et celui du parquet » is close to what is told of the 93, and wants a number.
    unsure = confidence < (limits.certain if _ASKS_CONTACT.search(fold(seen.text)) else limits.sure)
    # « la liste de signes du parquet de Paris » names a place and a kind of contact, and asks for neither.
    alone = seen.place_is_whole_message and not seen.is_question
    if seen.need and (unsure or key in _NO_KIND or (alone and not key.startswith(_SIGNS))):
        return f"contacter_departement/{seen.need}"
    alone = alone and (confidence < limits.sure or key in _NO_KIND)
    return GIVE_PLACE if context.expected == "departement" or alone else None


def _weigh(seen: Observation, context: Context, limits: Thresholds) -> Reading:
    key, confidence = _ordinary(seen, limits)
    if key.startswith(_URGENT):
        return Reading(key, confidence, seen.ranking)
    describing = key == DESCRIBE or (context.expected == "description" and not seen.is_question)
    nothing_else = key == OUT_OF_SCOPE or confidence < limits.told
    maybe = confidence < limits.sure and dict(seen.ranking).get(DESCRIBE, 0.0) >= limits.accept
    if seen.signs and not seen.is_question and (describing or nothing_else or maybe):
        return Reading(DESCRIBE, 1.0, seen.ranking)
    if context.expected == "description" and not seen.is_question and confidence < limits.sure:
        return Reading(DESCRIBE, confidence, seen.ranking)
    if key == DESCRIBE and seen.is_question and seen.family and seen.is_concise:
        # « un sac Vuitton à 15 ans, c'est louche ? » asks about a family of signs and tells no story.
        return Reading(seen.family, confidence, seen.ranking)
    alone = not seen.place_found and not seen.need and not seen.is_question
    presented = key.startswith("accueil/") or confidence < limits.sure or fold(seen.text).startswith(_I_AM)
    if seen.profession and alone and (confidence < limits.accept or (seen.is_short and presented)):
        return Reading(PROFESSION_NOTED, 1.0, seen.ranking)
    several = _several(seen, limits)
    if several:
        return several
    if confidence < limits.accept:
        return Reading(FALLBACK, confidence, seen.ranking)
    return Reading(key, confidence, seen.ranking)


def _ordinary(seen: Observation, limits: Thresholds) -> tuple[str, float]:
    """The best candidate; an emergency only where it is certain and the safety layer, which decides, rules it not out.

    « combien de mineurs se suicident » is close to an emergency in its words, and is none. What is ruled out leaves its
    share to the others: « je suis veilleur, une gamine reçoit des hommes » tells a story, whoever it sounds like.
    """
    left = 1.0
    for key, confidence in seen.ranking:
        if not key.startswith(_URGENT):
            return key, confidence / max(left, confidence)
        if confidence >= limits.certain and key.removeprefix(_URGENT) in seen.plausible:
            return key, confidence
        left -= confidence
    return FALLBACK, 0.0


def _several(seen: Observation, limits: Thresholds) -> Reading | None:
    """The first of two questions that are each plain, and the second beside it; None when only one is asked."""
    sure = [one for one in seen.questions if one[1] >= limits.sure and not one[0].startswith(_NO_QUESTION)]
    keys = list(dict.fromkeys(key for key, _ in sure))
    if len(keys) < 2:
        return None
    return Reading(keys[0], sure[0][1], seen.ranking, also=keys[1])


def typed_choice(text: str, choices: Sequence[Choice]) -> str | None:
    """The key of the button that `text` names by its number, its title, or oui/non; None when it names none."""
    typed = fold(text)
    if not typed or not choices:
        return None
    number = re.fullmatch(r"(?:(?:choix|numero|no|n|option|le|la) )?([1-9]\d?)", typed)
    if number and not typed.startswith("0") and int(number[1]) <= len(choices):
        return choices[int(number[1]) - 1].key
    for choice in choices:
        if typed == fold(choice.title):
            return choice.key
    return _yes_or_no(typed, choices)


def _without_who_writes(seen: Observation) -> Observation:
    """« je suis coach, pas une victime »: who says a trade is no minor; of a known minor, only the question counts."""
    danger = None if f"urgence/{seen.danger}" == MINOR_WRITES else seen.danger
    return replace(seen, danger=danger, ranking=tuple(one for one in seen.ranking if one[0] != MINOR_WRITES))


def _names_no_choice(text: str, context: Context) -> bool:
    """True for a number that is none of the choices offered; « 93 » is a département, where one is expected or not."""
    typed = fold(text)
    return bool(context.choices) and context.expected is None and bool(re.fullmatch("[1-9]", typed))


def _yes_or_no(typed: str, choices: Sequence[Choice]) -> str | None:
    """Oui and non answer the buttons that begin so; without one, oui goes on and non leaves, where that was offered."""
    brief = len(typed.split()) <= _HESITANT
    agrees = typed in _YES or (brief and typed.startswith("oui "))
    refuses = typed in _NO or (brief and typed.startswith(("non ", "pas ", "peut etre que non", "je crois que non")))
    if not agrees and not refuses:
        return None
    wanted = "oui" if agrees else "non"
    for choice in choices:
        if fold(choice.title).split(" ")[0] == wanted:
            return choice.key
    offered = {choice.key for choice in choices}
    if agrees and typed in _YES:
        return next((key for key in (RESUME, NEXT) if key in offered), None)
    return LEAVE if typed in _NO and LEAVE in offered else None


def step_named(text: str) -> str | None:
    """The interview's step that a short message names, "étape 4": no other path shows the number of its steps."""
    folded = fold(text)
    if len(folded.split()) > _STEP_MESSAGE_WORDS:
        return None
    nth, found = _NTH_STEP.search(folded), _STEP.search(folded)
    if nth:
        number = len(INTERVIEW) if nth[1] == "derniere" else _ORDINALS[nth[1]]
    elif found:
        number = _NUMBERS.get(found[1]) or int(found[1])
    else:
        return None
    return INTERVIEW[number - 1] if 1 <= number <= len(INTERVIEW) else None


def is_question(text: str, words: Sequence[str], question_words: Sequence[Sequence[str]]) -> bool:
    """True when `text` asks something: a question mark, or it begins with or contains an interrogative phrase."""
    if "?" in text:
        return True
    folded = " ".join(words)
    return any(
        folded.startswith(" ".join(phrase) + " ") or (len(phrase) > 1 and f" {' '.join(phrase)} " in f" {folded} ")
        for phrase in question_words
    )


def separate_questions(text: str, question_words: Sequence[Sequence[str]]) -> list[str]:
    """The questions of `text`, each as it was typed; empty unless there are several."""
    found = [part.strip() for part in _QUESTION_END.split(text)]
    asked = [part for part in found if is_question(part, fold(part).split(), question_words)]
    return asked if len(asked) > 1 else []


def split_key(key: str) -> tuple[str, str | None]:
    """("loi", "client_peines") for "loi/client_peines"; the second part is None for a plain intent."""
    topic, _, rest = key.partition("/")
    return topic, rest or None
