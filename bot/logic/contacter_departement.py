"""Which contacts answer a need in a département, and what may be shown of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.logic.directory_model import (
    ALL_DETAILS,
    NATIONAL,
    NATIONAL_KIND,
    Contact,
    Criterion,
    Detail,
    Display,
    Policy,
    add_months,
)

Layer = Literal["departement", "national"]

COURT = "tribunal"
LOW = "low"  # confidence of an old record
CELL_NEED = "crip"
CONTACTS = "contacts"
NATIONAL_CONTACTS = "contacts_nationaux"
NO_VERIFIED_CONTACT = "sans_contact_verifie"
NOTHING_FOR_NEED = "rien_pour_ce_besoin"

_COORDINATES = re.compile(r"@|\d[\d .]{7,}")
_SITE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)


@dataclass(frozen=True)
class Shown:
    """What the user sees of a contact; `date` is "28/01/2014", "2022" or "" (undated), `stale` means to be checked."""

    kind: str
    name: str
    description: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    address: str = ""
    hours: str = ""
    url: str = ""
    source: str = ""
    date: str = ""
    verified: bool = False
    stale: bool = True
    warning: str = ""


@dataclass(frozen=True)
class Selection:
    """The answer to a need: `layer` that answers, contacts to show, national ones, courts, kinds without a contact."""

    need: str
    department_code: str
    layer: Layer
    shown: tuple[Shown, ...]
    national: tuple[Shown, ...]
    courts: tuple[str, ...]
    missing: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def response(self) -> str:
        """Key of the response that presents this selection."""
        if self.layer == "departement":
            return CONTACTS
        if self.need == NATIONAL_KIND:
            return NATIONAL_CONTACTS
        return NO_VERIFIED_CONTACT if self.need == CELL_NEED else NOTHING_FOR_NEED


def is_verified(contact: Contact, policy: Policy, today: date) -> bool:
    """Whether someone checked this contact recently enough for its kind."""
    if contact.verified_on is None or contact.verified_on > today:
        return False
    return today <= add_months(contact.verified_on, policy.expiry_months.get(contact.kind, 0))


def displayable(contact: Contact, policy: Policy, today: date) -> Shown | None:
    """What may be shown of `contact`, or None; doubtful numbers and contradictory addresses never are."""
    display, details = Display.FULL, ALL_DETAILS
    verified = is_verified(contact, policy, today)
    if not verified:
        rule = next((rule for rule in policy.rules if rule.criterion.accepts(contact)), None)
        if rule is None or rule.display is Display.NEVER:
            return None
        display, details = rule.display, rule.details
        if display is Display.NAME_ONLY:
            details = frozenset({Detail.URL})
    for mask in policy.masks:
        if mask.criterion.accepts(contact):
            details = details - mask.details
    surveyed = display is Display.FULL and today <= add_months(
        policy.surveyed_on, policy.expiry_months.get(contact.kind, 0)
    )
    emails = contact.emails if Detail.EMAILS in details else ()
    return Shown(
        kind=contact.kind,
        name=contact.name,
        description=_description(contact, policy),
        phones=contact.phones if Detail.PHONES in details else (),
        emails=emails,
        address=contact.address if Detail.ADDRESS in details and contact.address_displayable else "",
        hours=contact.hours if Detail.HOURS in details else "",
        url=_site(contact.url, policy) if Detail.URL in details else "",
        source=_source(contact, policy),
        date=_written_date(contact, verified) or (_french(policy.surveyed_on.isoformat()) if surveyed else ""),
        verified=verified,
        stale=not (verified or surveyed),
        warning=policy.mailbox_warning if any(is_personal_mailbox(one, policy) for one in emails) else "",
    )


def is_personal_mailbox(email: str, policy: Policy) -> bool:
    """Whether a mailbox is a person's or on a consumer domain: no data on a child goes there."""
    address = email.lower()
    return address in policy.personal_mailboxes or address.rpartition("@")[2] in policy.consumer_domains


def select(contacts: Iterable[Contact], departement: str, need: str, policy: Policy, today: date) -> Selection:
    """Contacts for `need` (a key of policy.needs) in the département of code `departement`.

    `contacts` may be the whole directory. The layer is "departement" when a local contact of a direct kind is shown;
    a switchboard in place of the CRIP leaves the answer to the national layer.
    """
    wanted = policy.needs[need]
    everything = tuple(contacts)
    local = [one for one in everything if _covers(one, departement, policy)]
    chosen = _shown(local, wanted.criteria, policy, today)
    national = [one for one in everything if one.department_code == NATIONAL]
    answered = wanted.direct & {one.kind for one in chosen}
    courts = tuple(one.name for one in local if one.kind == COURT)
    remarks = [policy.remarks[departement]] if departement in policy.remarks else []
    if len(courts) > 1 and any(one.kind == COURT for one in chosen):
        remarks.append(policy.several_courts)
    return Selection(
        need=need,
        department_code=departement,
        layer="departement" if answered else "national",
        shown=chosen,
        national=_shown(national, wanted.national, policy, today),
        courts=courts,
        missing=tuple(sorted(wanted.direct - answered - {NATIONAL_KIND})),
        remarks=tuple(remarks),
    )


def _covers(contact: Contact, departement: str, policy: Policy) -> bool:
    if contact.department_code == departement:
        return True
    return departement in policy.territories.get(contact.department_code, ())


def _shown(
    contacts: Sequence[Contact], criteria: Iterable[Criterion], policy: Policy, today: date
) -> tuple[Shown, ...]:
    """Displayable contacts in the order of the criteria, each once; an old record that repeats a number is dropped."""
    found: dict[tuple[object, ...], Shown] = {}
    numbers: set[str] = set()
    for criterion in criteria:
        for contact in contacts:
            shown = displayable(contact, policy, today) if criterion.accepts(contact) else None
            if shown is None or (contact.confidence == LOW and shown.phones and numbers.issuperset(shown.phones)):
                continue
            numbers.update(shown.phones)
            key = (shown.name, shown.phones, shown.emails, shown.address, shown.hours, shown.url)
            found.setdefault(key, shown)
    return tuple(found.values())


def _description(contact: Contact, policy: Policy) -> str:
    """Whom the service receives and what for; never coordinates, which have columns and rules of their own."""
    silent = contact.kind in policy.undescribed_kinds or _COORDINATES.search(contact.description)
    return "" if silent else contact.description


def _source(contact: Contact, policy: Policy) -> str:
    for part, title in policy.source_titles:
        if part in contact.source:
            return title
    site = _SITE.search(contact.source)
    return site.group() if site else ""


def _site(url: str, policy: Policy) -> str:
    return "" if any(site in url for site in policy.refused_sites) else url


def _written_date(contact: Contact, verified: bool) -> str:
    """The date in figures, as written in France."""
    iso = contact.verified_on.isoformat() if verified and contact.verified_on else contact.coordinates_date
    return _french(iso)


def _french(iso: str) -> str:
    return "/".join(reversed(iso.split("-")))


def render_sheet(shown: Shown, labels: Mapping[str, str]) -> str:
    """One contact as lines of text: name, whom it receives, coordinates, source and date, warning."""
    values = {
        "description": shown.description,
        "telephone": labels["liste"].join(shown.phones),
        "courriel": labels["liste"].join(shown.emails),
        "adresse": shown.address,
        "horaires": shown.hours,
        "site": shown.url,
        "source": _dated_source(shown, labels),
        "avertissement": shown.warning,
    }
    lines = [labels[key].format(valeur=value) for key, value in values.items() if value]
    return "\n".join([shown.name, *lines])


def _dated_source(shown: Shown, labels: Mapping[str, str]) -> str:
    if shown.verified:
        return labels["verifie"].format(date=shown.date)
    dated = labels["date" if shown.date else "sans_date"].format(source=shown.source, date=shown.date)
    return labels["a_verifier"].format(source=dated) if shown.stale else dated


def render_pages(shown: Sequence[Shown], labels: Mapping[str, str], limit: int) -> tuple[str, ...]:
    """The sheets of several contacts, grouped into texts of at most `limit` characters (a long sheet stays whole)."""
    pages: list[str] = []
    for sheet in (render_sheet(one, labels) for one in shown):
        if pages and len(pages[-1]) + 2 + len(sheet) <= limit:
            pages[-1] += "\n\n" + sheet
        else:
            pages.append(sheet)
    return tuple(pages)
