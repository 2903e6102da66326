"""The contact sheet of a département: what the chat would show need by need, on paper, each contact once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.logic.contacter_departement import CELL_NEED, CONTACTS, Selection, Shown, render_sheet, select
from bot.logic.directory_model import Contact, Policy
from bot.logic.documents import Block, Bullets, ContactCard, Document, Paragraph, Section
from bot.logic.gazetteer import Department
from bot.logic.request import Request

# Control characters that part the lines of a card, whatever its cells hold.
_LINE, _KEY = "\x1e", "\x1f"
_DETAILS = ("description", "telephone", "courriel", "adresse", "horaires", "site", "source")
_WARNING = "avertissement"


@dataclass(frozen=True)
class SheetSection:
    """A part of the sheet and the needs whose contacts it gathers: the local ones, or the national ones instead.

    A `rest` holds only what no part before it gave, and says nothing of what is missing.
    """

    title: str
    needs: tuple[str, ...]
    layer: Literal["departement", "national"] = "departement"
    introduction: str = ""
    rest: bool = False


@dataclass(frozen=True)
class SheetWords:
    """The fixed words of the sheet; {departement}, {date}, {noms}, {tribunaux} and {remarque} are filled in.

    `no_cell` is said where no CRIP contact may be shown, `switchboard` above the number that stands in for it;
    `unknown` heads the list of the needs without a contact, `overseas` is for the collectivités.
    """

    id: str
    title: str
    subtitle: str
    usage: str
    sections: tuple[SheetSection, ...]
    no_cell: str
    no_cell_court: str
    switchboard: str
    overseas: str
    again: str
    remark: str
    unknown_title: str
    unknown: str
    sources: tuple[str, ...]
    reviewed_on: date
    review_by: date


def contact_sheet(
    department: Department, contacts: Iterable[Contact], policy: Policy, words: SheetWords, today: date
) -> Document:
    """The sheet of `department`; `contacts` may be the whole directory. What is shown is decided by `select` alone."""
    everything = tuple(contacts)
    # The chat names no local contact of a collectivité either: it says so and gives the national services.
    local = () if department.overseas else everything
    seen: set[Shown] = set()
    sections: list[Section] = []
    unknown: list[str] = []
    for part in words.sections:
        source = everything if part.layer == "national" else local
        selections = [select(source, department.code, need, policy, today) for need in part.needs]
        blocks = list(_remarks(selections, sections, words, department)) if part.layer == "departement" else []
        found = [one for each in selections for one in (each.national if part.layer == "national" else each.shown)]
        blocks += _cards([one for one in found if not (part.rest and one in seen)], seen, policy, words)
        if blocks:
            introduction = (Paragraph(part.introduction),) if part.introduction else ()
            sections.append(Section(part.title, (*introduction, *blocks)))
        if part.layer == "departement" and not part.rest:
            unknown += [policy.needs[each.need].title for each in selections if _without(each)]
    if unknown:
        listed = (Paragraph(words.unknown), Bullets(tuple(dict.fromkeys(unknown))))
        sections.insert(-1, Section(words.unknown_title, listed))
    return Document(
        id=words.id,
        title=words.title.format(departement=_label(department)),
        subtitle=words.subtitle.format(date=f"{today:%d/%m/%Y}"),
        usage=words.usage,
        sections=tuple(sections),
        sources=words.sources,
        reviewed_on=words.reviewed_on,
        review_by=words.review_by,
    )


def card(shown: Shown, labels: Mapping[str, str]) -> ContactCard:
    """A contact as the chat words it (`render_sheet`), its lines told apart."""
    told = {**labels, **{key: f"{_LINE}{key}{_KEY}{labels[key]}" for key in (*_DETAILS, _WARNING)}}
    _, *lines = render_sheet(shown, told).split(_LINE)
    pairs: list[tuple[str, str]] = []
    note = ""
    for line in lines:
        key, _, worded = line.strip().partition(_KEY)
        if key == _WARNING:
            note = worded
        else:
            before, _, _ = labels[key].partition("{valeur}")
            pairs.append((before.rstrip(" :"), worded.removeprefix(before)))
    return ContactCard(shown.name, tuple(pairs), note)


def _remarks(
    selections: Iterable[Selection], sections: list[Section], words: SheetWords, department: Department
) -> Iterable[Block]:
    """What must be known before reading the contacts of a part."""
    place = _label(department)
    for selection in selections:
        if selection.need == CELL_NEED and selection.response != CONTACTS:
            if department.overseas:
                yield Paragraph(words.overseas.format(departement=place))
            else:
                yield Paragraph(words.no_cell.format(departement=place))
                if selection.courts:
                    yield Paragraph(words.no_cell_court.format(tribunaux=", ".join(selection.courts)))
                if selection.shown:
                    yield Paragraph(words.switchboard)
        said = {block.text for section in sections for block in section.blocks if isinstance(block, Paragraph)}
        for remark in selection.remarks:
            worded = words.remark.format(remarque=remark)
            if worded not in said:
                yield Paragraph(worded)


def _cards(found: Iterable[Shown], seen: set[Shown], policy: Policy, words: SheetWords) -> Iterable[Block]:
    """Each contact once in the sheet; those already given above are only named."""
    named: list[str] = []
    here: set[Shown] = set()
    for one in found:
        if one in here:
            continue
        here.add(one)
        if one in seen:
            named.append(one.name)
        else:
            yield card(one, policy.labels)
    seen |= here
    if named:
        yield Paragraph(words.again.format(noms=", ".join(dict.fromkeys(named))))


def _label(department: Department) -> str:
    return f"{department.name} ({department.code})"


def _without(selection: Selection) -> bool:
    return selection.response != CONTACTS and not selection.shown


def offer(request: Request, department: str | None) -> tuple[str, str | None]:
    """The answer to a request for a document, and the code of the département whose contacts go with it.

    A département named in the message wins over the one that was spoken of before.
    """
    code = next(iter(request.values("departement")), department)
    if request.name == "fiche_contacts" and not code:
        return f"{request.key}_sans_lieu", None
    return request.key, code
