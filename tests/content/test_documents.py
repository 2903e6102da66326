"""The README and the guides cannot drift from the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_every_topic() -> None:
    topics = {file.stem for folder in ("nlu", "responses", "rules") for file in (ROOT / "data" / folder).glob("*.yml")}
    table = set(re.findall(r"^\| `(\w+)` \|", README, re.M))
    assert topics == table


def test_the_readme_names_every_make_target() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert targets == set(re.findall(r"`make ([a-z]+)`", README))


def test_the_readme_names_every_variable() -> None:
    used = set(re.findall(r"VIGIE_[A-Z_]+", (ROOT / "bot/settings.py").read_text(encoding="utf-8")))
    assert used == set(re.findall(r"VIGIE_[A-Z_]+", README))


def test_the_readme_names_commands_that_exist() -> None:
    from bot.__main__ import COMMANDS

    ours = set(COMMANDS) | {"train", "shell", "run", "data"}
    assert set(re.findall(r"python -m bot (\w+)", README)) <= ours


@pytest.mark.parametrize(
    "document", ["README.md", *sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("docs/**/*.md"))]
)
def test_linked_files_exist(document: str) -> None:
    file = ROOT / document
    for link in re.findall(r"\]\(([^)#:]+)\)", file.read_text(encoding="utf-8")):
        assert (file.parent / link).exists(), f"{document}: {link}"
