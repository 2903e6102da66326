"""Train the linear scores of the formulations, models/formulations.json, on data/formation/phrases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.content.formulations import PHRASES, TUNING, WEIGHTS_FILE, read_kinds, read_rules
from bot.content.labelled import read_phrases
from bot.logic.formulation import IMPROVE, Formulations, Weights

Phrase = tuple[str, frozenset[str], str]

_MADE_OF = (
    "data/formation/formulations.yml",
    "data/formation/reperes.yml",
    f"data/{PHRASES}/*.txt",
    f"data/{TUNING}/*.txt",
)
_CODE = ("bot/formulation_training.py", "bot/logic/formulation.py", "bot/logic/normalisation.py")
_SMALLEST = 0.02  # weights below, as a share of the kind's largest, change no verdict
_STRENGTH = 1.0  # inverse of the regularisation: rows have length one
# Set by leaving out, in turn, each of the writers of data/formation/phrases/situations_*.txt (see Weights).
_SCORES = {"found": 0.0, "doubt": -0.1, "least": -1.5, "lean": -0.1}


def train_formulations(root: Path, models: Path, force: bool = False) -> bool:
    """Train unless the weights at hand were made of the same files; True when it trained."""
    file = models / WEIGHTS_FILE
    current = _fingerprint(root)
    if not force and file.is_file() and json.loads(file.read_text(encoding="utf-8")).get("made_of") == current:
        return False
    data = root / "data"
    weights = fit(
        list(read_phrases(root / "data" / PHRASES)), Formulations(read_kinds(data), read_rules(data), Weights())
    )
    models.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"made_of": current, **weights}, ensure_ascii=False, separators=(",", ":"))
    file.write_text(text + "\n", encoding="utf-8")
    return True


def fit(phrases: Sequence[Phrase], formulations: Formulations) -> dict[str, Any]:
    """A hyperplane per kind and one for « to improve », as models/formulations.json holds them."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    kinds = tuple(formulations.kinds)
    found = [formulations.features(text) for _, _, text in phrases]
    vectorizer = TfidfVectorizer(analyzer=lambda one: one, binary=True, min_df=2)
    rows = vectorizer.fit_transform(found)
    names, rarities = vectorizer.get_feature_names_out(), vectorizer.idf_
    carried = [sorted(kinds_of) for _, kinds_of, _ in phrases]
    to_improve = [any(formulations.kinds[kind].verdict == IMPROVE for kind in one) for one in carried]
    features: dict[str, list[float]] = {
        str(name): [round(float(rarity), 2)] for name, rarity in zip(names, rarities, strict=True)
    }
    bias = []
    for at, wanted in enumerate([*([kind in one for one in carried] for kind in kinds), to_improve]):
        share = {True: 3.0, False: 1.0} if at < len(kinds) else "balanced"
        model = LinearSVC(C=_STRENGTH, class_weight=share, random_state=0).fit(rows, np.array(wanted))
        weights = model.coef_[0]
        bias.append(round(float(model.intercept_[0]), 3))
        for index in np.flatnonzero(np.abs(weights) > _SMALLEST * np.abs(weights).max()):
            features[str(names[index])] += [at, round(float(weights[index]), 3)]
    return {"kinds": list(kinds), "bias": bias, **_SCORES, "features": features}


def _fingerprint(root: Path) -> str:
    digest = hashlib.sha256()
    for pattern in (*_MADE_OF, *_CODE):
        for file in sorted(root.glob(pattern)):
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
