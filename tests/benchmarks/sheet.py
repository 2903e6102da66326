"""A directory a thousand times larger than a département's: made up, in a temporary database, never shown to anyone."""

from __future__ import annotations

import csv
import json
import statistics
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.content.directory import load_sheets
from bot.logic.contact_rows import Sheet
from tests.benchmarks.crowd import percentiles
from tests.benchmarks.installation import ROOT, Shape, ask, installation, load_directory
from tests.benchmarks.load import Job, Measured
from tests.benchmarks.measures import run_job
from tests.benchmarks.systems import BenchError, Tell, clean_environ, resident_memory

ROWS = 100_000
# Contacts by département and by commune, whose answer is the same in both directories, and a plain question.
ASKED = ("la crip du 93", "la crip, à Melun", "que risque le client ?")
MANY = "une association dans le 93"  # a thousand answer to that in the large one
_REPEATED = frozenset({"association", "prevention", "hebergement"})  # of which a département may have many
_FEW = 5
_LIMIT = 600.0  # seconds


def measure_directory(work: Path, rows: int, turns: int, tell: Tell) -> dict[str, Any]:
    """The delivered directory, then one of `rows`: time to load, to start, to answer a contact question, memory."""
    table = work / "contacts.csv"
    _write(table, rows)
    found: dict[str, Any] = {}
    for name, file in (("delivered", None), (f"{rows} rows", table)):
        database = f"sqlite:///{work / (name.replace(' ', '-') + '.sqlite')}"
        environ = clean_environ(VIGIE_DATABASE_URL=database)
        tell(f"directory, {name}: loading")
        loaded = load_directory(ROOT, environ, *([str(file)] if file else []))
        with installation(Shape("sqlite"), work, tell, directory=database) as installed:
            # A server that has just started, or whose directory has just changed.
            first = _asked(installed.port, [ASKED[0]], 1, "first")
            seen = _asked(installed.port, list(ASKED), turns, "directory")
            by_question = {question: percentiles(seen[number :: len(ASKED)]) for number, question in enumerate(ASKED)}
            found[name] = {
                "load_s": loaded,
                "start_s": installed.start_s[0],
                "first_contact_ms": round(first[0], 1),
                "turns": by_question,
                "many_ms": round(statistics.median(_asked(installed.port, [MANY], _FEW, "many"))),
                "many_messages": len(ask(installed.port, MANY)),
                "rss_mb": round(resident_memory(installed.parts["servers"][0])),
            }
    return found


def _asked(port: int, messages: list[str], count: int, prefix: str) -> list[float]:
    job = Job(port, 1, 0, count, len(messages), prefix, "", messages)
    output = run_job([sys.executable, "-m", "tests.benchmarks.load"], ROOT, None, asdict(job), _LIMIT)
    seen = Measured(**json.loads(output))
    if seen.errors:
        raise BenchError(f"directory: {seen.errors} errors")
    return seen.latencies


def _write(file: Path, rows: int) -> None:
    """The delivered contacts, then those that a département may have many of, over and over, under other names."""
    sheets = load_sheets(ROOT / "data/directory")
    delivered = [(sheet, row) for sheet in sheets for row in sheet.rows]
    repeated = [(sheet, row) for sheet, row in delivered if row["kind"] in _REPEATED]
    columns = list(dict.fromkeys(column for sheet in sheets for column in sheet.columns if column != "source_line"))
    columns += [column for column in ("source", "source_date") if column not in columns]
    with file.open("w", encoding="utf-8", newline="") as output:
        writer = csv.DictWriter(output, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        for sheet, row in delivered:
            writer.writerow(_row(sheet, row))
        for number in range(rows - len(delivered)):
            sheet, row = repeated[number % len(repeated)]
            writer.writerow({**_row(sheet, row), "name": f"{row['name']} ({number})"})


def _row(sheet: Sheet, row: Any) -> dict[str, str]:
    """Every row says its source, whatever its sheet says once for all."""
    return {
        **row,
        "source": row.get("source") or sheet.source,
        "source_date": row.get("source_date") or sheet.source_date,
    }
