"""`python -m bot matrix`: from Vigie's environment to the one of the Matrix process."""

from __future__ import annotations

import os
from pathlib import Path


def launch(root: Path, argv: list[str]) -> int:
    """Replace this process by the Matrix one; 1, and why, when its environment was not made."""
    python = root / ".venv-matrix/bin/python"
    if not python.exists():
        print(f"{python.relative_to(root)} manque : .ci/matrix fait cet environnement.")
        return 1
    os.chdir(root)
    os.execv(python, [str(python), "-m", "bot.matrix", *argv])
