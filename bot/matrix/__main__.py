"""`python -m bot.matrix`, in `.venv-matrix`: the Matrix process; `python -m bot matrix` comes here."""

from __future__ import annotations

import asyncio
import logging
import sys

from bot.matrix.account import AccountError
from bot.matrix.process import run
from bot.matrix.settings import MatrixSettingsError, load_matrix_settings


def main() -> int:
    """Serve until stopped; 0 then, 1 when the account is refused, 2 when a variable is wrong."""
    try:
        settings = load_matrix_settings()
    except MatrixSettingsError as error:
        print(f"Configuration : {error}", file=sys.stderr)
        return 2
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("nio", "peewee", "aiohttp", "asyncio"):
        # Their lines name users and rooms, and may quote an event.
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    try:
        asyncio.run(run(settings))
    except OSError as error:
        used = "un autre processus s'en sert" if isinstance(error, BlockingIOError) else error.strerror
        print(f"Dossier VIGIE_MATRIX_STORE : {used}", file=sys.stderr)
        return 1
    except AccountError as error:
        print(f"Compte Matrix : {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
