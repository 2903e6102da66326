"""Reads the training data as Rasa's own importer does, in a twentieth of the time (`importers` in config.yml).

Rasa 3.6 reads every file four times with a YAML parser in pure Python, then copies and fingerprints each sentence at
every merge: 2.4 ms a sentence, a minute for Vigie's. tests/integration/test_importer.py holds both readings equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.shared.data import get_data_files
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.content.alerts import ENDING, read_messages
from bot.content.labelled import DENIED, read_phrases

# Properties of messages of no intent: the kind of one of data/alertes, the signs that one of data/signes tells, and
# those that it denies or says of somebody else.
ALERT = "alerte"
SIGNS = "signes"
NOT_TOLD = "signes_non_dits"
_SIGNS_FOLDER = "signes"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Sentence(Message):
    """A training sentence whose data holds only values that are replaced, never changed: a copy shares them."""

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        """Set a property; setting what is already there keeps the fingerprint."""
        if add_to_output or prop not in self.data or self.data[prop] != info:
            super().set(prop, info, add_to_output)

    def __deepcopy__(self, memo: dict[int, Any]) -> Sentence:
        """A copy that keeps the fingerprint."""
        copied = Sentence(self.data, set(self.output_properties), self.time, list(self.features))
        copied._cached_fingerprint = self._cached_fingerprint
        return copied


class FastImporter(RasaFileImporter):
    """Rasa's importer, with sentences and answers read once by a fast parser."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        """Sort the files by what they hold at their top level."""
        self.config_file = config_file
        self._domain_path = domain_path
        self._nlu_files = get_data_files(training_data_paths, _holding("nlu", "responses"))
        # Rasa's own search sees no file of this kind.
        folders = [training_data_paths] if isinstance(training_data_paths, str) else training_data_paths or []
        self._text_folders = [folder for folder in folders if any(Path(folder).glob(f"*{ENDING}"))]
        self._story_files = get_data_files(training_data_paths, _holding("stories", "rules"))
        self._conversation_test_files: list[str] = []

    def get_nlu_data(self, language: str | None = "fr") -> TrainingData:
        """Sentences and answers of the files, and the messages of data/alertes and data/signes.

        Signature of TrainingDataImporter.
        """
        return _read(tuple(self._nlu_files), tuple(self._text_folders))


def _holding(*sections: str) -> Callable[[str], bool]:
    wanted = re.compile(rf"^(?:{'|'.join(sections)}):", re.MULTILINE)
    return lambda path: path.endswith((".yml", ".yaml")) and bool(wanted.search(Path(path).read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _read(files: tuple[str, ...], text_folders: tuple[str, ...]) -> TrainingData:
    examples: list[Message] = []
    responses: dict[str, Any] = {}
    for file in files:
        content = yaml.load(Path(file).read_text(encoding="utf-8"), Loader=_LOADER)
        responses.update(content.get("responses") or {})
        for block in content.get("nlu") or ():
            lines = (line.strip() for line in block["examples"].splitlines())
            examples += [Sentence.build(line[1:].strip(), block["intent"]) for line in lines if line.startswith("-")]
    for folder in map(Path, text_folders):
        if folder.name == _SIGNS_FOLDER:
            for _, labels, text in read_phrases(folder):
                told = sorted(label for label in labels if not label.startswith(DENIED))
                denied = sorted(label.removeprefix(DENIED) for label in labels if label.startswith(DENIED))
                examples.append(Sentence(data={TEXT: text, SIGNS: told, NOT_TOLD: denied}))
        else:
            for path in sorted(folder.glob(f"*{ENDING}")):
                examples += [Sentence(data={TEXT: text, ALERT: path.stem}) for text in read_messages(path)]
    return TrainingData(training_examples=examples, responses=responses)
