"""Which answers say what each section of the sources says: data/couverture.yml, and the page made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.answers import read_answers, read_sources
from bot.content.keys import known_keys
from bot.content.location import load_yaml
from bot.content.readings import remember

PAGE = Path("docs/couverture.md")


@dataclass(frozen=True)
class Section:
    """A section of a source: its title, its lines, the answers that say it or the reason why none does."""

    id: str
    source: str
    title: str
    lines: str
    answers: tuple[str, ...]
    reason: str


@remember
def read_coverage(file: Path) -> tuple[Section, ...]:
    """Sections of data/couverture.yml, source by source, in the order of the source."""
    return tuple(_section(source, row) for source, rows in load_yaml(file)["sources"].items() for row in rows or ())


def holes(root: Path) -> Iterator[tuple[str, str]]:
    """(section, what is wrong): neither answer nor reason, or an answer that does not exist."""
    known = known_keys(root / "data") | set(read_answers(root / "data/responses"))
    for section in read_coverage(root / "data/couverture.yml"):
        if not section.answers and not section.reason:
            yield section.id, "aucune réponse et aucune raison : écrire la réponse, ou dire pourquoi il n'en faut pas"
        for key in section.answers:
            if key not in known:
                yield section.id, f"{key} n'existe pas"


def render(root: Path) -> str:
    """The text of docs/couverture.md."""
    sections = read_coverage(root / "data/couverture.yml")
    sources = read_sources(root / "data/sources.yml")
    words: Mapping[str, str] = load_yaml(root / "data/couverture.yml")["page"]
    titles = {key: answer.title or key for key, answer in read_answers(root / "data/responses").items()}
    lines = [words["titre"], "", words["introduction"].rstrip(), ""]
    lines += [words["entetes_resume"], "|---|---|---|---|"]
    for source in dict.fromkeys(section.source for section in sections):
        own = [section for section in sections if section.source == source]
        answers = {key for section in own for key in section.answers}
        silent = sum(not section.answers for section in own)
        lines.append(f"| {sources[source].title} | {len(own)} | {len(answers)} | {silent} |")
    for source in dict.fromkeys(section.source for section in sections):
        lines += ["", f"## {sources[source].title}", "", words["entetes"], "|---|---|---|"]
        for section in sections:
            if section.source == source:
                said = "<br>".join(f"{titles.get(key, key)} (`{key}`)" for key in section.answers)
                lines.append(f"| {_cell(section.title)} | {section.lines} | {said or _cell(section.reason)} |")
        lines += ["", words["aussi"].format(reponses=", ".join(f"`{key}`" for key in _citing(source, sections, root)))]
    return "\n".join(lines) + "\n"


def _citing(source: str, sections: tuple[Section, ...], root: Path) -> list[str]:
    """Answers that cite `source` and that none of its sections names: examples, choices of words, syntheses."""
    named = {key for section in sections if section.source == source for key in section.answers}
    answers = read_answers(root / "data/responses").items()
    return [key for key, one in answers if key not in named and any(source in v.sources for v in one.variants)]


def _section(source: str, row: Mapping[str, Any]) -> Section:
    return Section(
        id=str(row["id"]),
        source=source,
        title=str(row["titre"]),
        lines=str(row["lignes"]),
        answers=tuple(row.get("reponses") or ()),
        reason=str(row.get("sans_reponse") or ""),
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "/")
