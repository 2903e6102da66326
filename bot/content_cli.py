"""`python -m bot content list|stale|check|diff|page`: what editors who do not code ask of the answers."""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from bot import VERSION
from bot.content.answers import Answer, Variant, read_answers, read_sources
from bot.content.check import main as check
from bot.content.directory import load_policy
from bot.content.location import load_yaml
from bot.content.workbench import (
    SOON,
    VariantChange,
    diff_answers,
    list_answers,
    marked,
    source_titles,
    stale_answers,
    stale_contacts,
)
from bot.logic.statistics import FALLBACK_TOPIC, REAL, SMALLEST, publish
from bot.settings import Settings, load_settings
from bot.storage.directory_import import UnknownOriginError, contacts_of, read_present
from bot.storage.inspection import look
from bot.storage.statistics import open_statistics

Words = Mapping[str, Any]

_PLACE = Path("exploitation")
_COMPARED = "data/responses"
_WIDTH = 120  # characters, where the output is no terminal
_GONE, _COME = ("[-", "-]"), ("{+", "+}")


class RevisionError(RuntimeError):
    """The answers of a revision cannot be read."""


def main(argv: list[str]) -> int:
    """Run one command of the workbench; 0 when it succeeded."""
    settings = load_settings()
    words: Words = load_yaml(settings.data_dir / _PLACE / "contenu.yml")
    options = _parser(words).parse_args(argv)
    screen = Console(highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else _WIDTH)
    today = date.today()
    if options.command == "check":
        return check(settings.root)
    if options.command == "list":
        return _list(settings.data_dir, options, words, screen)
    if options.command == "stale":
        return _stale(settings, options.days, today, words)
    if options.command == "diff":
        return _diff(settings, options.revision, words, screen)
    return _page(settings, options.out, today, words)


def _parser(words: Words) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot content", description=words["aide"])
    commands = parser.add_subparsers(dest="command", required=True)
    names = ("list", "stale", "check", "diff", "page")
    added = {name: commands.add_parser(name, help=words[f"aide_{name}"]) for name in names}
    for option in ("topic", "source", "text"):
        added["list"].add_argument(f"--{option}", default="", help=words[f"aide_{option}"])
    added["stale"].add_argument("--days", type=int, default=SOON, help=words["aide_days"])
    added["diff"].add_argument("revision", nargs="?", default="HEAD", help=words["aide_revision"])
    added["page"].add_argument("--out", type=Path, required=True, help=words["aide_out"])
    return parser


def _list(data: Path, options: argparse.Namespace, words: Words, screen: Console) -> int:
    topics = sorted({answer.topic for answer in read_answers(data / "responses").values()})
    known = {"sujet_inconnu": (options.topic, topics), "source_inconnue": (options.source, list(source_titles(data)))}
    for key, (value, possible) in known.items():
        if value and value not in possible:
            print(words[key].format(valeur=value, possibles=", ".join(possible)), file=sys.stderr)
            return 1
    rows = list_answers(data, topic=options.topic, source=options.source, text=options.text)
    if not rows:
        print(words["liste_vide"])
        return 0
    groups = [(topic, list(group)) for topic, group in groupby(rows, key=lambda row: row.key.partition("/")[0])]
    for topic, group in groups:
        screen.print(escape(words["liste_sujet"].format(sujet=topic, nombre=len(group))), style="bold")
        table = Table(box=None, pad_edge=False, header_style="dim", expand=True)
        for name, ratio in zip(words["liste_colonnes"], (5, 6, 5, None, None, None), strict=True):
            table.add_column(name, ratio=ratio, overflow="fold", no_wrap=ratio is None)
        for row in group:
            name = row.key.partition("/")[2]
            dates = (_day(row.reviewed_on, words), _day(row.review_by, words))
            table.add_row(*map(escape, (name, row.title, ", ".join(row.sources), *dates, str(row.length))))
        screen.print(table)
    print(words["liste_bilan"].format(nombre=len(rows), sujets=len(groups)))
    return 0


def _stale(settings: Settings, days: int, today: date, words: Words) -> int:
    print(words["relire_reponses"])
    answers = stale_answers(settings.data_dir, today, days)
    for one in answers:
        name = words["relire_nom"].format(cle=one.key, titre=one.title)
        print(_when(one.review_by, one.days, name, words))
    if not answers:
        print(words["relire_rien"].format(jours=days))
    print(words["relire_contacts"])
    try:
        contacts = contacts_of(read_present(settings.database_url))
    except (UnknownOriginError, SQLAlchemyError):
        contacts = ()
    stale = stale_contacts(contacts, load_policy(settings.data_dir / "directory"), today, days)
    for late in stale:
        contact = late.contact
        name = words["relire_contact"].format(departement=contact.department_code, genre=contact.kind, nom=contact.name)
        print(_when(late.due, late.days, name, words))
    if not contacts:
        print(words["relire_sans_annuaire"])
    elif not stale:
        print(words["relire_rien"].format(jours=days))
    if never := sum(one.verified_on is None for one in contacts):
        print(words["relire_jamais"].format(nombre=never))
    print(words["relire_comment"])
    return 0


def _when(day: date, days: int, name: str, words: Words) -> str:
    key = "relire_retard" if days < 0 else "relire_bientot"
    return str(words[key].format(date=_day(day, words), jours=abs(days), nom=name))


def _diff(settings: Settings, revision: str, words: Words, screen: Console) -> int:
    after = read_answers(settings.data_dir / "responses")
    try:
        before = answers_of(settings.root, revision)
    except RevisionError as error:
        print(words["revision_illisible"].format(revision=revision, raison=error), file=sys.stderr)
        return 1
    found = diff_answers(before, after)
    print(words["compare_titre"].format(revision=revision))
    if found.nothing:
        print(words["compare_rien"])
        return 0
    for keys, answers, name in ((found.added, after, "ajoutee"), (found.removed, before, "retiree")):
        for key in keys:
            print(words[f"compare_{name}"].format(cle=key, titre=answers[key].title or ""))
    if any(change.text_changed for change in found.changed):
        print(words["compare_marques"])
    for change in found.changed:
        for line in _change(change, after[change.key].title or "", words):
            screen.print(line)
    print(
        words["compare_bilan"].format(
            ajoutees=len(found.added),
            retirees=len(found.removed),
            changees=len({change.key for change in found.changed}),
            non_relues=sum(change.not_reviewed for change in found.changed),
        )
    )
    return 0


def _change(change: VariantChange, title: str, words: Words) -> Iterator[Table | str]:
    """What to print of a text that changed: facts first, then both texts side by side."""
    condition = words["compare_variante"].format(condition=change.condition) if change.condition else ""
    yield "[bold]" + escape("\n" + words["compare_changee"].format(cle=change.key, titre=title) + condition)
    before, after = change.before, change.after
    if before is None or after is None:
        yield escape(words["compare_variante_ajoutee" if after else "compare_variante_retiree"])
    for fact in change.facts:
        key = "compare_fait_gagne" if fact.gained else "compare_fait_perdu"
        yield "[yellow]" + escape(words[key].format(genre=words["compare_genres"][fact.kind], valeur=fact.text))
    if change.not_reviewed and after:
        yield "[bold red]" + escape(words["compare_non_relue"].format(date=_day(after.reviewed_on, words)))
    if before and after:
        for key, read in _ASIDE.items():
            if read(before) != read(after):
                old, new = (read(one) or words["rien"] for one in (before, after))
                yield escape(words[key].format(avant=old, apres=new))
    if change.text_changed:
        yield _side_by_side(before.text if before else "", after.text if after else "", words)


_ASIDE: Mapping[str, Callable[[Variant], str]] = {
    "compare_titres": lambda variant: variant.title or "",
    "compare_boutons": lambda variant: " · ".join(f"{one.title} ({one.payload})" for one in variant.buttons),
    "compare_sources": lambda variant: ", ".join(variant.sources),
    "compare_dates": lambda variant: _dates(variant),
}


def _dates(variant: Variant) -> str:
    return " / ".join(f"{one:%d/%m/%Y}" for one in (variant.reviewed_on, variant.review_by) if one)


def _side_by_side(before: str, after: str, words: Words) -> Table:
    table = Table(pad_edge=False, expand=True)
    for name in words["compare_colonnes"]:
        table.add_column(name, ratio=1, overflow="fold")
    table.add_row(*(_coloured(text) for text in marked(before, after, _GONE, _COME)))
    return table


def _coloured(text: str) -> str:
    """Rich markup of a marked text: the marks stay, for who sees no colour."""
    shown = escape(text)
    for (start, end), colour in ((_GONE, "red"), (_COME, "green")):
        shown = shown.replace(escape(start), f"[{colour}]{escape(start)}").replace(end, f"{end}[/{colour}]")
    return shown


def answers_of(root: Path, revision: str) -> Mapping[str, Answer]:
    """The answers as they were in a git revision of the project at `root`; raises RevisionError."""
    command = ["git", "-C", str(root), "archive", "--format=tar", f"{revision}^{{commit}}", _COMPARED]
    try:
        made = subprocess.run(command, capture_output=True, check=True, timeout=60)
    except FileNotFoundError:
        raise RevisionError("git") from None
    except subprocess.SubprocessError as error:
        said = getattr(error, "stderr", None) or b""
        raise RevisionError(said.decode("utf-8", "replace").strip().partition("\n")[0] or "git") from None
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(made.stdout)) as archive:
        archive.extractall(folder)
        return read_answers(Path(folder) / _COMPARED)


def _page(settings: Settings, out: Path, today: date, words: Words) -> int:
    answers = read_answers(settings.data_dir / "responses")
    pages = Environment(loader=FileSystemLoader(settings.data_dir / _PLACE), autoescape=True)
    pages.filters["jour"] = lambda day: f"{day:%d/%m/%Y}"
    groups = groupby(answers.values(), key=lambda answer: answer.topic)
    written = pages.get_template("contenu.html").render(
        today=today,
        version=VERSION,
        count=len(answers),
        keys=answers.keys(),
        topics=[(topic, list(group)) for topic, group in groups],
        sources=read_sources(settings.data_dir / "sources.yml"),
        stale=stale_answers(settings.data_dir, today),
        soon=SOON,
        misses=_misses(settings.database_url, today),
        smallest=SMALLEST,
    )
    out.write_text(written, encoding="utf-8")
    print(words["page_ecrite"].format(fichier=out, nombre=len(answers)))
    return 0


def _misses(url: str, today: date) -> list[tuple[str, int | None]] | None:
    """(topic, fallbacks counted in a year, None for too few to be told), most first; None where nothing may be told."""
    if not look(url).is_current:
        return None
    first = today - timedelta(days=365)
    found = publish(open_statistics(url).read(first, today, REAL), first, today)
    if found.too_few or FALLBACK_TOPIC not in found.tables:
        return None
    told = [(topic, times if isinstance(times, int) else None) for topic, times in found.tables[FALLBACK_TOPIC].items()]
    return sorted(told, key=lambda one: (-(one[1] or 0), one[0]))


def _day(day: date | None, words: Words) -> str:
    return f"{day:%d/%m/%Y}" if day else str(words["sans_date"])
