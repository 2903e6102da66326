"""`python -m bot model`: the model at hand and the former one, and how to go back."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.monitoring.metrics import model_identity
from bot.settings import Settings
from bot.training import FORMER, MODEL, roll_back

USAGE = """python -m bot model <command>

  show        the model at hand and the former one
  rollback    exchange them; servers take it at `kill -HUP` (docs/adr/0010)"""


def main(argv: list[str], settings: Settings) -> int:
    """Run one command; 0 when it succeeded."""
    if argv == ["show"]:
        return _show(settings.models_dir)
    if argv == ["rollback"]:
        try:
            roll_back(settings.models_dir)
        except OSError as error:
            print(f"model rollback: {error}", file=sys.stderr)
            return 1
        return _show(settings.models_dir)
    print(USAGE)
    return 0 if argv in ([], ["help"]) else 2


def _show(folder: Path) -> int:
    for name in (MODEL, FORMER):
        archive = folder / f"{name}.tar.gz"
        if archive.is_file():
            fingerprint, day = model_identity(archive)
            print(f"{name}  {fingerprint}  {day}  {archive.stat().st_size / 1e6:.1f} MB")
        else:
            print(f"{name}  absent")
    return 0 if (folder / f"{MODEL}.tar.gz").is_file() else 1
