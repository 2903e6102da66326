"""The reader of signs, on a handful of sentences: told, denied, somebody else's, misread by the lexicon."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from bot.engine.startup import prepare_imports

prepare_imports(Path(__file__).resolve().parents[2] / "config.yml")

from rasa.shared.nlu.constants import ENTITIES, TEXT  # noqa: E402
from rasa.shared.nlu.training_data.message import Message  # noqa: E402

from bot.logic.comprehension import DESCRIBE, Reading  # noqa: E402
from bot.nlu.french import clauses  # noqa: E402
from bot.nlu.french_words import CLAUSES  # noqa: E402
from bot.nlu.last_word import LastWord  # noqa: E402
from bot.nlu.lexicon_extractor import SIGNS_BY_CLAUSE  # noqa: E402
from bot.nlu.sign_reader import SignReader  # noqa: E402

TOLD = [
    ("elle dort dans des chambres payées à la nuit", {"hotel_appartement"}),
    ("il passe ses nuits dans une chambre payée", {"hotel_appartement"}),
    ("on la retrouve en chambre payée à la nuit", {"hotel_appartement"}),
    ("elle pleure dès qu'on lui parle", {"tristesse_depression"}),
    ("il pleure tous les matins", {"tristesse_depression"}),
    ("je la trouve en larmes, elle pleure", {"tristesse_depression"}),
    ("elle pleure en chambre payée", {"tristesse_depression", "hotel_appartement"}),
    ("elle joue au foot le mercredi", set()),
    ("il a de bonnes notes en dessin", set()),
    ("nous en avons parlé en réunion", set()),
    ("sa chambre est bien rangée", set()),
    ("elle aime la musique et le dessin", set()),
]


class Attentive(SignReader):
    """Counts letters seen once: a handful of sentences repeats few of them."""

    fewest_letters = 1


@pytest.fixture(scope="module")
def reader() -> SignReader:
    made = Attentive(SignReader.get_default_config(), None, None)
    made.model.fit_many([list(chain(*clauses(text, {}))) for text, _ in TOLD], [told for _, told in TOLD], 10.0, 3.0)
    return made


def read(reader: SignReader, text: str, *named: str) -> list[str]:
    parts = clauses(text, {})
    return reader.read(parts, [list(named), *([] for _ in parts[1:])])


def test_a_sign_is_told_in_words_of_its_own(reader: SignReader) -> None:
    assert read(reader, "Le soir, il est dans une chambre payée.") == ["hotel_appartement"]
    assert read(reader, "Elle a de bonnes notes.") == []


def test_signs_come_in_the_order_of_the_text(reader: SignReader) -> None:
    tears = "Je le vois arriver depuis la rentrée avec les autres et il pleure tous les matins."
    nights = "On me dit depuis quelques jours au foyer qu'il passe ses nuits dans une chambre payée."
    assert read(reader, f"{tears} {nights}") == ["tristesse_depression", "hotel_appartement"]
    assert read(reader, f"{nights} {tears}") == ["hotel_appartement", "tristesse_depression"]


def test_what_is_denied_or_somebody_else_s_is_not_told(reader: SignReader) -> None:
    assert read(reader, "Elle ne pleure pas.") == []
    assert read(reader, "Sa mère pleure tous les matins.") == []


def test_a_sign_of_the_lexicon_stays_unless_it_is_plainly_refuted(reader: SignReader) -> None:
    assert "fugues" in read(reader, "Elle joue au foot.", "fugues")  # a sign that was never learned
    assert read(reader, "Elle joue au foot le mercredi.", "tristesse_depression") == []


def test_a_sign_of_the_lexicon_is_judged_in_its_own_clause(reader: SignReader) -> None:
    around = ", elle joue au foot le mercredi, elle aime la musique et le dessin, elle a de bonnes notes"
    assert read(reader, f"Elle sanglote, pleure{around}.", "tristesse_depression") == ["tristesse_depression"]


def test_a_short_question_is_left_to_the_lexicon(reader: SignReader) -> None:
    def found(intent: str, text: str) -> object:
        parts = clauses(text, {})
        message = Message(data={TEXT: text, CLAUSES: parts, SIGNS_BY_CLAUSE: [[] for _ in parts]})
        LastWord(LastWord.get_default_config())._write(message, Reading(intent, 1.0))
        reader.process([message])
        return [one["value"] for one in message.get(ENTITIES) or ()]

    assert found("loi/hotelier", "une chambre payée à la nuit ?") == []
    assert found(DESCRIBE, "une chambre payée à la nuit") == ["hotel_appartement"]
