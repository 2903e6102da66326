"""The model at hand and the former one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.training import _put_in_place, roll_back


def lay(folder: Path, **files: str) -> None:
    for name, content in files.items():
        (folder / f"vigie{'' if name[0] == 'c' else '-nouveau'}.{'tar.gz' if name[1] == 'm' else 'sha256'}").write_text(
            content
        )


def read(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


def test_the_model_at_hand_becomes_the_former_and_comes_back(tmp_path: Path) -> None:
    lay(tmp_path, cm="un", cs="1", nm="deux", ns="2")
    _put_in_place(tmp_path)
    second = {
        "vigie.tar.gz": "deux",
        "vigie.sha256": "2",
        "vigie-precedent.tar.gz": "un",
        "vigie-precedent.sha256": "1",
    }
    assert read(tmp_path) == second
    roll_back(tmp_path)
    first = {"vigie.tar.gz": "un", "vigie.sha256": "1", "vigie-precedent.tar.gz": "deux", "vigie-precedent.sha256": "2"}
    assert read(tmp_path) == first
    roll_back(tmp_path)
    assert read(tmp_path) == second


def test_a_first_model_has_no_former_one(tmp_path: Path) -> None:
    lay(tmp_path, nm="un", ns="1")
    _put_in_place(tmp_path)
    assert read(tmp_path) == {"vigie.tar.gz": "un", "vigie.sha256": "1"}
    with pytest.raises(FileNotFoundError):
        roll_back(tmp_path)


def test_a_former_model_without_a_mark_leaves_none(tmp_path: Path) -> None:
    lay(tmp_path, cm="un", nm="deux", ns="2")
    _put_in_place(tmp_path)
    roll_back(tmp_path)
    assert read(tmp_path) == {
        "vigie.tar.gz": "un",
        "vigie-precedent.tar.gz": "deux",
        "vigie-precedent.sha256": "2",
    }
