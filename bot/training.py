"""Train when what the model is made of has changed, and only then."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from bot.settings import Settings

MODEL = "vigie"
FORMER = "vigie-precedent"
_NEW = "vigie-nouveau"
_TRAINED_ON = ("nlu", "alertes", "signes", "rules", "stories", "responses")  # folders of data/
_PARTS = (".tar.gz", ".sha256")  # the mark last: cut short in between, the next `prepare` trains again
_MADE_OF = (
    "config.yml",
    "domain.yml",
    "data/nlu/*.yml",
    "data/rules/*.yml",
    "data/stories/*.yml",
    "data/responses/*.yml",
    "data/lexicon/*.yml",
    "data/alertes/*.txt",
    "data/signes/*.txt",
    "requirements.lock",
    "bot/nlu/*.py",
    "bot/content/lexicon.py",
    "bot/content/alerts.py",
    "bot/content/labelled.py",
    "bot/engine/importer.py",
    "bot/engine/one_turn_rules.py",
    "bot/logic/normalisation.py",
    "bot/logic/correction.py",
    "bot/logic/portee.py",
)


def fingerprint(root: Path) -> str:
    """SHA-256 of every file the model is made of."""
    digest = hashlib.sha256()
    for pattern in _MADE_OF:
        for file in sorted(root.glob(pattern)):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def train_if_needed(settings: Settings, force: bool = False) -> bool:
    """Train the model unless the one at hand was made of the same files; True when it trained.

    The model at hand becomes the former one. Raises RuntimeError when Rasa could not train; both are then left as
    they were.
    """
    from bot.formulation_training import train_formulations

    # The kinds of formulations are apart: seconds, and only when their own sentences changed.
    train_formulations(settings.root, settings.models_dir, force)
    model = settings.models_dir / f"{MODEL}.tar.gz"
    mark = settings.models_dir / f"{MODEL}.sha256"
    current = fingerprint(settings.root)
    if not force and model.is_file() and mark.is_file() and mark.read_text().strip() == current:
        print("Modèle à jour.", flush=True)
        return False
    print("Entraînement du modèle (trois à six minutes)...", flush=True)
    start = time.monotonic()
    _train(settings)
    (settings.models_dir / f"{_NEW}.sha256").write_text(current + "\n")
    _put_in_place(settings.models_dir)
    print(f"Modèle entraîné en {time.monotonic() - start:.0f} s : {model}", flush=True)
    return True


def _train(settings: Settings) -> None:
    from bot.engine.startup import prepare_imports
    from bot.monitoring.logs import configure_logging

    prepare_imports(settings.root / "config.yml")
    import rasa.model_training

    # Rasa's engine would tell each state that it looks at.
    configure_logging(settings.log_level)

    settings.models_dir.mkdir(parents=True, exist_ok=True)
    result = rasa.model_training.train(
        domain=str(settings.root / "domain.yml"),
        config=str(settings.root / "config.yml"),
        training_files=[str(settings.data_dir / part) for part in _TRAINED_ON],
        output=str(settings.models_dir),
        fixed_model_name=_NEW,
        force_training=True,
    )
    if result.code != 0 or not result.model:
        raise RuntimeError("the training failed: see the messages above, or run `python -m bot data validate`")


def _put_in_place(folder: Path) -> None:
    """The new model in place of the one at hand, which becomes the former; there is a whole model at every moment."""
    for part in _PARTS:
        current = folder / f"{MODEL}{part}"
        if current.is_file():
            _copy(current, folder / f"{FORMER}{part}")
        new = folder / f"{_NEW}{part}"
        if new.is_file():
            new.replace(current)
        else:
            current.unlink(missing_ok=True)  # a model without a mark is trained again


def roll_back(folder: Path) -> None:
    """Exchange the model of `folder` and the former one; raises FileNotFoundError when there is none to go back to."""
    if not (folder / f"{FORMER}.tar.gz").is_file():
        raise FileNotFoundError(f"no former model in {folder}: nothing was trained since the first one")
    for part in _PARTS:
        former = folder / f"{FORMER}{part}"
        if former.is_file():
            former.rename(folder / f"{_NEW}{part}")
    _put_in_place(folder)


def _copy(file: Path, to: Path) -> None:
    """`to` holds what `file` holds, without a moment when it holds half of it."""
    half = to.with_name(f"{to.name}.part")
    half.unlink(missing_ok=True)
    os.link(file, half)
    half.replace(to)
