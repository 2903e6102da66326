"""The accessibility statement names the tests it stands on: it may neither forget one nor quote one that is gone."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_statement_quotes_each_test_and_only_tests_that_exist() -> None:
    statement = (ROOT / "docs/accessibilite.md").read_text(encoding="utf-8")
    quoted = set(re.findall(r"`(test_\w+)`", statement))
    there = {file: _tests(ROOT / file) for file in re.findall(r"`(tests/web/test_\w+\.py)`", statement)}
    assert there["tests/web/test_accessibility.py"] <= quoted <= set().union(*there.values())


def _tests(file: Path) -> set[str]:
    return set(re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.M))
