"""`python -m bot statistics`: what was counted, without small cells, as CSV and as a page."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot import VERSION
from bot.content.statistics import Part, Words, name_of, read_words
from bot.logic.statistics import (
    CONVERSATIONS,
    FEWEST_TURNS,
    REAL,
    STEP,
    TRAFFICS,
    TURNS,
    Hidden,
    Published,
    Shown,
    publish,
)
from bot.monitoring.page import Page, Row, Section, render
from bot.settings import load_settings
from bot.storage.address import shown
from bot.storage.statistics import open_statistics

DAYS, FUNNEL = "jours", "entonnoir"  # parts of data/statistiques.yml that are no measure
_COLUMNS = ("mesure", "valeur", "libelle", "jour", "nombre")


def main(argv: list[str]) -> int:
    """Write the files that were asked for; 0 when it succeeded, 1 when the database cannot be read."""
    settings = load_settings()
    options = _parser().parse_args(argv)
    if options.last < options.first:
        print("statistics: --to is before --from", file=sys.stderr)
        return 1
    url = options.database or settings.database_url
    try:
        print(f"statistics: database {shown(url)} (--database or VIGIE_DATABASE_URL)", file=sys.stderr)
        counts = open_statistics(url).read(options.first, options.last, options.traffic)
    except SQLAlchemyError as error:  # its text may hold the password of the URL
        print(f"statistics: the database cannot be read ({type(error).__name__}): VIGIE_DATABASE_URL", file=sys.stderr)
        return 1
    told = publish(counts, options.first, options.last)
    words = read_words(settings.data_dir)
    rows = list(csv_rows(told, words, settings.data_dir))
    if told.too_few:
        print(words.too_few.format(tours=FEWEST_TURNS), words.delay, file=sys.stderr)
    try:
        if options.csv:
            with options.csv.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerows([_COLUMNS, *rows])
        if options.page:
            options.page.write_text(render(page_of(told, words, settings.data_dir, options.traffic)), encoding="utf-8")
    except OSError as error:
        print(f"statistics: {error.filename} cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    if not (options.csv or options.page):
        csv.writer(sys.stdout, lineterminator="\n").writerows([_COLUMNS, *rows])
    return 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date: YYYY-MM-DD, such as 2026-11-01") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot statistics", description=__doc__)
    parser.add_argument("--from", dest="first", type=_day, required=True, help="first day, YYYY-MM-DD")
    parser.add_argument("--to", dest="last", type=_day, required=True, help="last day, included, YYYY-MM-DD")
    parser.add_argument("--traffic", choices=TRAFFICS, default=REAL, help="real use, trainings or tests")
    parser.add_argument("--csv", type=Path, help="write the counts there")
    parser.add_argument("--page", type=Path, help="write a page with plots there")
    parser.add_argument("--database", help="instead of VIGIE_DATABASE_URL")
    return parser


def csv_rows(told: Published, words: Words, data: Path) -> Iterator[tuple[str, str, str, str, str]]:
    """Measure, value, its name, day (empty: the period), count; one row for each figure that is published."""
    if told.too_few:
        return
    for measure, count in ((CONVERSATIONS, told.conversations), (TURNS, told.turns)):
        yield measure, "", words.measures[measure], "", _plain(count)
        for day, of_day in told.days.get(measure, {}).items():
            yield measure, "", words.measures[measure], day.isoformat(), _plain(of_day)
    for measure, cells in told.tables.items():
        for value, count in sorted(cells.items()):
            yield measure, value, name_of(words, data, measure, value), "", _plain(count)


def page_of(told: Published, words: Words, data: Path, traffic: str) -> Page:
    """The page of a period."""
    few = words.too_few.format(tours=FEWEST_TURNS) if told.too_few else ""
    return Page(
        title=words.title,
        period=f"{told.first:%d/%m/%Y} - {told.last:%d/%m/%Y}",
        traffic=words.traffics[traffic],
        version=VERSION,
        sections=() if few else tuple(_section(part, told, words, data) for part in words.parts),
        caveats=words.caveats,
        note=few,
    )


def _section(part: Part, told: Published, words: Words, data: Path) -> Section:
    if part.measure == DAYS:
        rows = _day_rows(told, words)
    elif part.measure == FUNNEL:
        rows = [_row(label, _single(told, measure, value), words) for measure, value, label in part.lines]
    else:
        cells = told.tables.get(part.measure, {})
        rows = [
            _row(name_of(words, data, part.measure, value), cells[value], words)
            for value in _ordered(part.measure, cells, words)
        ]
    note = words.withheld if part.measure in told.withheld else words.nothing
    return Section(part.title, part.reading, part.columns, tuple(rows), "" if rows else note, part.measure == DAYS)


def _ordered(measure: str, cells: Mapping[str, Shown], words: Words) -> list[str]:
    """Steps in the order of their path; elsewhere the largest first, hidden counts last."""
    if measure == STEP:
        return [step for step in words.labels[STEP] if step in cells]
    return sorted(cells, key=lambda value: (-_size(cells[value]), value))


def _day_rows(told: Published, words: Words) -> list[Row]:
    measures = [told.days.get(CONVERSATIONS, {}), told.days.get(TURNS, {})]
    rows = []
    for day in sorted({*measures[0], *measures[1]}):
        counts = [found.get(day, Hidden.LARGER) for found in measures]
        drawn = tuple(count if isinstance(count, int) else None for count in counts)
        rows.append(Row(f"{day:%d/%m/%Y}", tuple(_told(count, words) for count in counts), drawn))
    return rows


def _single(told: Published, measure: str, value: str) -> Shown:
    return told.conversations if measure == CONVERSATIONS else told.tables.get(measure, {}).get(value, 0)


def _row(label: str, count: Shown, words: Words) -> Row:
    return Row(label, (_told(count, words),), (count if isinstance(count, int) else None,))


def _told(count: Shown, words: Words) -> str:
    if isinstance(count, Hidden):
        return words.small if count is Hidden.SMALL else words.hidden
    return f"{count:,}".replace(",", "\u202f")


def _plain(count: Shown) -> str:
    return count.value if isinstance(count, Hidden) else str(count)


def _size(count: Shown) -> int:
    return count if isinstance(count, int) else -1
