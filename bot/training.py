"""Train when what the model is made of has changed, and only then."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from bot.settings import Settings

MODEL = "vigie"
_MADE_OF = (
    "config.yml",
    "domain.yml",
    "data/nlu/*.yml",
    "data/rules/*.yml",
    "data/stories/*.yml",
    "data/responses/*.yml",
    "data/lexicon/*.yml",
    "data/alertes/*.txt",
    "requirements.lock",
    "bot/nlu/*.py",
    "bot/content/lexicon.py",
    "bot/content/alerts.py",
    "bot/engine/importer.py",
    "bot/engine/one_turn_rules.py",
    "bot/logic/normalisation.py",
    "bot/logic/correction.py",
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

    Raises RuntimeError when Rasa could not train; the model at hand is then left as it was.
    """
    model = settings.models_dir / f"{MODEL}.tar.gz"
    mark = settings.models_dir / f"{MODEL}.sha256"
    current = fingerprint(settings.root)
    if not force and model.is_file() and mark.is_file() and mark.read_text().strip() == current:
        print("Modèle à jour.", flush=True)
        return False
    print("Entraînement du modèle (environ une demi-minute)...", flush=True)
    start = time.monotonic()
    _train(settings)
    mark.write_text(current + "\n")
    print(f"Modèle entraîné en {time.monotonic() - start:.0f} s : {model}", flush=True)
    return True


def _train(settings: Settings) -> None:
    from bot.engine.startup import prepare_imports

    prepare_imports(settings.root / "config.yml")
    import rasa.model_training

    settings.models_dir.mkdir(parents=True, exist_ok=True)
    result = rasa.model_training.train(
        domain=str(settings.root / "domain.yml"),
        config=str(settings.root / "config.yml"),
        training_files=[str(settings.data_dir / part) for part in ("nlu", "alertes", "rules", "stories", "responses")],
        output=str(settings.models_dir),
        fixed_model_name=MODEL,
        force_training=True,
    )
    if result.code != 0 or not result.model:
        raise RuntimeError("the training failed: see the messages above, or run `python -m bot data validate`")
