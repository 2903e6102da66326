"""The table of design.md section 2: who may import whom."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STDLIB = set(sys.stdlib_module_names)

# room -> what it may import besides the standard library and itself
ALLOWED = {
    "bot/logic": {"bot.logic"},
    "bot/settings.py": {"dotenv"},
    "bot/content": {"bot.logic", "bot.content", "yaml"},
    "bot/storage": {"bot.logic", "bot.settings", "bot.storage", "sqlalchemy", "alembic"},
    "bot/nlu": {
        "bot.engine.importer",
        "bot.logic",
        "bot.content",
        "bot.nlu",
        "rasa",
        "spacy",
        "spellchecker",
        "Stemmer",
        "sklearn",
        "scipy",
        "numpy",
        "skops",
    },
    "bot/channels": {
        "bot.logic",
        "bot.content",
        "bot.channels",
        "bot.monitoring",
        "rasa.core.channels",
        "sanic",
        "aiolimiter",
        "cachetools",
        "itsdangerous",
        "twilio.request_validator",
    },
    "bot/monitoring": {
        "bot.channels.walls",
        "bot.logic",
        "bot.monitoring",
        "bot.settings",
        "bot.storage.statistics",
        "jinja2",
        "matplotlib",
        "prometheus_client",
        "sanic",
        "structlog",
    },
    "bot/documents": {"bot.logic", "bot.content.location", "bot.documents", "docx", "typst"},
    "bot/web": {
        "bot",  # its version
        "bot.channels.phrases",
        "bot.channels.walls",
        "bot.content",
        "bot.documents",
        "bot.logic",
        "bot.settings",
        "bot.storage.directory",
        "bot.trainer.report",
        "bot.trainer.wording",
        "bot.web",
        "cachetools",
        "jinja2",
        "markdown_it",
        "sanic",
        "segno",
    },
    "bot/trainer": {
        "bot.content",
        "bot.documents",
        "bot.logic",
        "bot.trainer",
        "jinja2",
        "junitparser",
        "matplotlib",
        "requests",
        "rich",
    },
    "bot/matrix": {
        "bot.channels.capabilities",
        "bot.channels.phrases",
        "bot.channels.pseudonyms",
        "bot.channels.rendering",
        "bot.content.location",
        "bot.matrix",
        "aiohttp",
        "dotenv",
        "nio",
        "vodozemac",
    },
    "bot/doctor": {
        "bot",  # its version
        "bot.content",
        "bot.doctor",
        "bot.settings",
        "bot.start_checks",
        "bot.storage.directory_import",
        "bot.storage.inspection",
        "bot.training",
        "packaging",
        "redis",
    },
    "bot/engine": {
        "bot.settings",
        "bot.content.alerts",
        "bot.content.labelled",
        "bot.content.readings",
        "bot.engine",
        "bot.monitoring",
        "bot.storage",
        "sqlalchemy.exc",
        "rasa",
        "rasa_sdk",
        "redis",
        "sanic",
        "skops",
        "spacy",
        "yaml",
    },
    "actions": {"bot.logic", "bot.storage", "bot.content", "bot.settings", "rasa_sdk"},
}


def imports_of(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def files_of(room: str) -> list[Path]:
    path = ROOT / room
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    files = files_of(room)
    assert files
    for file in files:
        for module in imports_of(file):
            if module.split(".")[0] in STDLIB:
                continue
            assert any(module == ok or module.startswith(ok + ".") for ok in ALLOWED[room]), f"{file.name}: {module}"


def test_actions_do_not_import_one_another() -> None:
    for file in files_of("actions"):
        assert not any(module.split(".")[0] == "actions" for module in imports_of(file)), file.name


def test_only_settings_reads_the_environment() -> None:
    # The launcher sets variables for Rasa before importing it; nothing else touches them.
    # The Matrix process has an environment of its own, and reads it in a place of its own.
    setters = {"bot/settings.py", "bot/matrix/settings.py", "bot/engine/startup.py", "bot/__main__.py"}
    for file in [*files_of("bot"), *files_of("actions")]:
        if file.relative_to(ROOT).as_posix() not in setters:
            assert "os.environ" not in file.read_text(encoding="utf-8"), file
