"""The short dialogue that leads to a contact: which need, which département, then what may be shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.logic.contacter_departement import CELL_NEED, CONTACTS, Selection, render_pages, select
from bot.logic.directory_model import NATIONAL_KIND, Contact, Policy
from bot.logic.request import Request

GIVE_PLACE = "donner_lieu"
CHOSEN_PLACE = "lieu_"
TOPIC = "contacter_departement"
# What a signalement or an information préoccupante needs: the cell, and the parquet.
USUAL_NEEDS = (CELL_NEED, "tribunal")
LONGEST_PAGE = 700  # characters of contact sheets in one message
MOST_SHOWN = 20  # contacts in one answer: more than any need has in the delivered directory

Contacts = Callable[[str], Sequence[Contact]]


@dataclass(frozen=True)
class Search:
    """What is sought and where; `expected` is what Vigie has just asked for."""

    department: str | None = None
    need: str | None = None
    expected: str | None = None


@dataclass(frozen=True)
class Said:
    """An answer, the values of its placeholders, and choices added to it (title, payload)."""

    answer: str
    values: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Places:
    """Names of the départements and collectivités by code."""

    names: Mapping[str, str]

    def label(self, code: str) -> str:
        """« Seine-Saint-Denis (93) »."""
        return f"{self.names.get(code, code)} ({code})"


def orient(
    request: Request, search: Search, contacts: Contacts, policy: Policy, places: Places, today: date
) -> tuple[list[Said], Search]:
    """Answers to a request of this topic, and what is sought afterwards.

    `contacts` gives the contacts of a département (with the national ones), or the national ones for "".
    """
    need = _need(request, search, policy)
    if need == NATIONAL_KIND:
        return _present(select(contacts(""), "", need, policy, today), policy, places), _done(search, search.need)
    for asked in ("lieu_ambigu", "collectivite"):
        if request.values(asked):
            return _unsettled(asked, request.values(asked)[0], need, search, places)
    department = _department(request, search)
    if department is None and request.name == GIVE_PLACE:
        return [Said("lieu_inconnu")], Search(None, need, "departement")
    if request.name in ("commencer", "plus_de_besoins"):
        known = [Said("retenu", {"departement": places.label(department)})] if department else []
        return [*known, Said(request.name)], Search(department, None, None)
    if department is None:
        return [Said("question_departement")], Search(None, need, "departement")
    said: list[Said] = []
    for one in (need,) if need else USUAL_NEEDS:
        said += _present(select(contacts(department), department, one, policy, today), policy, places)
    return said, _done(Search(department), need)


def _need(request: Request, search: Search, policy: Policy) -> str | None:
    if request.name in policy.needs:
        return request.name
    mentioned = next((need for need in request.values("besoin") if need in policy.needs), None)
    return mentioned or search.need


def _department(request: Request, search: Search) -> str | None:
    if request.name.startswith(CHOSEN_PLACE):
        return request.name.removeprefix(CHOSEN_PLACE)
    said = request.values("departement")
    if said:
        return said[0]
    # A place was announced and none was recognised: the one known before is not what is meant.
    return None if request.name == GIVE_PLACE else search.department


def _unsettled(kind: str, value: str, need: str | None, search: Search, places: Places) -> tuple[list[Said], Search]:
    if kind == "collectivite":
        return [Said("collectivite", {"lieu": places.names.get(value, value)})], _done(search, need)
    codes = value.split("|")
    choices = tuple((places.label(code), f"/{TOPIC}/{CHOSEN_PLACE}{code}") for code in codes)
    listed = ", ".join(places.label(code) for code in codes)
    return [Said("question_lieu", {"lieux": listed}, choices)], Search(search.department, need, "departement")


def _present(selection: Selection, policy: Policy, places: Places) -> list[Said]:
    values = {
        "departement": places.label(selection.department_code),
        "besoin": policy.needs[selection.need].title,
        "tribunaux": ", ".join(selection.courts),
    }
    sheets = selection.shown if selection.response == CONTACTS else selection.national
    pages = render_pages(sheets[:MOST_SHOWN], policy.labels, LONGEST_PAGE)
    if selection.response in (CONTACTS, "contacts_nationaux"):
        said = [Said(selection.response, {**values, "fiches": pages[0] if pages else ""})]
        said += [Said("contacts_suite", {"fiches": page}) for page in pages[1:]]
    else:
        said = [Said(selection.response, values)]
        said += [
            Said("repli", {"fiches": page})
            for page in render_pages(selection.shown[:MOST_SHOWN], policy.labels, LONGEST_PAGE)
        ]
        said += [Said("contacts_suite", {"fiches": page}) for page in pages]
    left = max(len(sheets), len(selection.shown)) - MOST_SHOWN
    remarks = [*selection.remarks, *([policy.other_contacts.format(nombre=left)] if left > 0 else [])]
    return [*said, *(Said("remarque", {"remarque": remark}) for remark in remarks)]


def _done(search: Search, need: str | None) -> Search:
    return Search(search.department, need, None)
