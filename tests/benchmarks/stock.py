"""The stock Rasa project beside which Vigie is measured: the starter's pipeline and policies on our training data."""

from __future__ import annotations

import shutil
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from tests.benchmarks.systems import System, clean_environ
from tests.ports import free_port

ACTION = "action_exemple"
ANSWER = "Réponse de l'action."
STARTER_EPOCHS = 100
_TRAINING_LIMIT = 6 * 3600.0  # seconds; 32 000 sentences, two networks
_RESUME = "action_reprendre_parcours"  # Vigie's own, after each utter_ answer

_ACTION_CODE = f'''
from rasa_sdk import Action


class Exemple(Action):
    def name(self):
        return "{ACTION}"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="{ANSWER}")
        return []
'''


def make_stock(root: Path, folder: Path, logs: Path, epochs: int) -> System:
    """Write the project in `folder` from Vigie's data at `root`; `epochs` for every trained part."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    for part in ("nlu", "responses"):
        shutil.copytree(root / "data" / part, folder / "data" / part, dirs_exist_ok=True)
    for rules in sorted((root / "data/rules").glob("*.yml")):
        _write(folder / "data/rules" / rules.name, _stock_rules(_read(rules)))
    _write(folder / "domain.yml", {**_read(root / "domain.yml"), "actions": [ACTION]})
    _write(folder / "config.yml", starter_config(epochs))
    port, actions_port = free_port(), free_port()
    _write(folder / "endpoints.yml", {"action_endpoint": {"url": f"http://127.0.0.1:{actions_port}/webhook"}})
    (folder / "credentials.yml").write_text("rest:\n")
    (folder / "actions").mkdir(exist_ok=True)
    (folder / "actions/__init__.py").write_text("")
    (folder / "actions/actions.py").write_text(_ACTION_CODE, encoding="utf-8")
    model = folder / "models/stock.tar.gz"
    rasa = (sys.executable, "-m", "rasa")
    return System(
        name="stock",
        folder=folder,
        environ=clean_environ(SANIC_HOST="127.0.0.1"),
        port=port,
        model=model,
        train=(*rasa, "train", "--out", "models", "--fixed-model-name", "stock", "--force"),
        training_limit=_TRAINING_LIMIT,
        serve=(*rasa, "run", "--model", "models/stock.tar.gz", "-i", "127.0.0.1", "--port", str(port)),
        logs=logs,
        actions=(*rasa, "run", "actions", "--port", str(actions_port)),
        actions_port=actions_port,
    )


def starter_config(epochs: int) -> dict[str, Any]:
    """What an empty `pipeline` and `policies`, as in the starter's config.yml, stand for in this Rasa."""
    default = resources.files("rasa.engine.recipes.config_files") / "default_config.yml"
    config = dict(yaml.safe_load(default.read_text(encoding="utf-8")))
    for part in (*config["pipeline"], *config["policies"]):
        if "epochs" in part:
            part["epochs"] = epochs
    return {**config, "assistant_id": "stock", "language": "fr"}


def _stock_rules(content: dict[str, Any]) -> dict[str, Any]:
    """Our rules: utter_ answers kept and alone, any custom action replaced by the stock one."""
    for rule in content["rules"]:
        steps = [step for step in rule["steps"] if step.get("action") != _RESUME]
        for step in steps:
            if step.get("action", "").startswith("action_"):
                step["action"] = ACTION
        rule["steps"] = steps
    return content


def _read(file: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def _write(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
