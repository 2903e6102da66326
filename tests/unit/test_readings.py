"""Content that changes while the assistant serves: two states of it are never mixed."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bot.content.readings import Readings, adopt, read_again, read_aside, remember


@pytest.fixture(autouse=True)
def nothing_read() -> None:
    adopt(Readings())


def test_what_is_read_aside_is_used_once_adopted(tmp_path: Path) -> None:
    file = tmp_path / "texte"
    file.write_text("un")

    @remember
    def read(path: Path) -> str:
        return path.read_text()

    @remember
    def read_twice(path: Path) -> str:
        return read(path) * 2

    assert read_twice(file) == "unun"
    file.write_text("deux")
    seen: list[str] = []
    with read_aside() as fresh:
        read_again()
        assert read(file) == "deux"
        other = threading.Thread(target=lambda: seen.append(read_twice(file)))
        other.start()
        other.join()
    assert seen == ["unun"]
    assert read_twice(file) == "unun"
    adopt(fresh)
    file.write_text("trois")
    assert read_twice(file) == "deuxdeux"


def test_what_cannot_be_read_again_is_known_before(tmp_path: Path) -> None:
    file = tmp_path / "texte"
    file.write_text("un")

    @remember
    def read(path: Path) -> str:
        return path.read_text()

    read(file)
    file.unlink()
    with pytest.raises(FileNotFoundError), read_aside():
        read_again()
    assert read(file) == "un"
