"""What is shown of a contact, which contacts answer a need, and what never leaves the directory."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.content.directory import describe, load_messages, load_policy, load_sheets, load_vocabulary
from bot.content.orientation import read_places
from bot.logic.contact_rows import Sheet, address_conflicts, is_phone, read_contacts
from bot.logic.contacter_departement import Shown, displayable, render_pages, render_sheet, select
from bot.logic.directory_model import Contact, add_months
from bot.logic.orienter import MOST_SHOWN, Search, orient
from bot.logic.request import Request

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = ROOT / "data" / "directory"
RESPONSES = ROOT / "data" / "responses" / "contacter_departement.yml"
TODAY = date(2026, 11, 21)
POLICY = load_policy(DIRECTORY)
VOCABULARY = load_vocabulary(DIRECTORY)
MESSAGES = load_messages(DIRECTORY)
SHEETS = load_sheets(DIRECTORY)
CONTACTS, PROBLEMS = read_contacts(SHEETS, VOCABULARY, TODAY)
REGION = POLICY.territories["IDF"]
OTHERS = sorted(code for code in VOCABULARY.departments if code not in REGION)
ROW = dict(SHEETS[0].rows[0])


def everything_shown(department: str) -> list[Shown]:
    found: list[Shown] = []
    for need in POLICY.needs:
        selection = select(CONTACTS, department, need, POLICY, TODAY)
        found += [*selection.shown, *selection.national]
    return found


def one(name: str, kind: str = "") -> Contact:
    return next(contact for contact in CONTACTS if contact.name.startswith(name) and kind in ("", contact.kind))


def test_the_delivered_tables_are_valid() -> None:
    assert len(CONTACTS) == 500
    assert [(problem.severity, problem.key, problem.value) for problem in PROBLEMS] == [
        ("warning", "code_postal", "95054"),
        ("warning", "code_postal", "97851"),
    ]


@pytest.mark.parametrize("department", REGION)
def test_every_contact_of_the_guide_is_reachable(department: str) -> None:
    shown = everything_shown(department)
    phones = {phone for one in shown for phone in one.phones}
    emails = {email for one in shown for email in one.emails}
    addresses = {one.address for one in shown}
    for contact in CONTACTS:
        if contact.source != "guide_idf_2022" or contact.department_code not in (department, "IDF", "FR"):
            continue
        assert phones.issuperset(contact.phones), contact.name
        assert emails.issuperset(contact.emails), contact.name
        assert not contact.address_displayable or contact.address in {*addresses, ""}, contact.name


def test_nothing_doubtful_is_ever_shown() -> None:
    doubtful = {"0 800 00 083"} | {phone for contact in CONTACTS for phone in contact.doubtful_phones}
    doubtful.discard("07 68 53 25 30")  # doubtful for CIDFF 92 Sud only; it is the number of Mouvement du Nid
    for department in VOCABULARY.departments:
        for shown in everything_shown(department):
            text = render_sheet(shown, POLICY.labels)
            assert not any(phone in text for phone in doubtful)
            assert "95054" not in text and "facebook" not in text
    assert displayable(one("CIDFF 92 Sud"), POLICY, TODAY).phones == ("01 46 44 71 77",)  # type: ignore[union-attr]


@pytest.mark.parametrize("department", OTHERS)
def test_elsewhere_no_cell_is_given_without_verification(department: str) -> None:
    selection = select(CONTACTS, department, "crip", POLICY, TODAY)
    assert selection.layer == "national"
    assert selection.response == "sans_contact_verifie"
    assert "crip" in selection.missing
    assert all(shown.kind == "conseil_departemental" and not shown.emails for shown in selection.shown)
    assert any("119" in shown.phones for shown in selection.national)


def test_every_department_names_its_courts() -> None:
    for department in VOCABULARY.departments:
        if len(department) == 3 and department > "976":
            continue
        if department == "975":
            continue
        selection = select(CONTACTS, department, "tribunal", POLICY, TODAY)
        assert selection.courts and selection.response == "contacts"
        assert (len(selection.courts) > 1) == (POLICY.several_courts in selection.remarks)


def test_a_verified_cell_is_shown_until_it_expires() -> None:
    cell = next(one for one in CONTACTS if one.kind == "crip" and one.department_code == "29")
    verified = replace(cell, verified_on=date(2026, 11, 1), verified_by="équipe")
    shown = displayable(verified, POLICY, TODAY)
    assert shown and shown.phones == ("02 98 76 63 36",) and not shown.stale
    assert displayable(verified, POLICY, date(2027, 5, 2)) is None
    assert displayable(cell, POLICY, TODAY) is None
    assert displayable(replace(verified, verified_on=date(2027, 1, 1)), POLICY, TODAY) is None  # in the future
    selection = select([verified], "29", "crip", POLICY, TODAY)
    assert selection.response == "contacts" and selection.missing == ()


def test_the_guide_is_dated_and_to_be_checked() -> None:
    shown = displayable(one("CRIP 75"), POLICY, TODAY)
    assert shown and shown.stale and shown.date == "2022"
    assert render_sheet(shown, POLICY.labels).splitlines() == [
        "CRIP 75",
        "Téléphone : 01 42 76 26 17",
        "Courriel : crip75@paris.fr",
        "Adresse : Bureau de l'aide sociale à l'enfance - CRIP 75, 4 bis/6 boulevard Diderot, 75012 Paris",
        "Source : guide régional Île-de-France, Centre Hubertine Auclert, 2022 (à vérifier)",
    ]


def test_named_mailboxes_carry_a_warning() -> None:
    for mailbox in ("d.laly@adn75.fr", "c.rondeau@adn75.fr", "lgil@adn-asso.org", "cidff94@gmail.com"):
        contact = next(one for one in CONTACTS if mailbox in one.emails)
        assert displayable(contact, POLICY, TODAY).warning == POLICY.mailbox_warning  # type: ignore[union-attr]
    assert displayable(one("CRIP 75"), POLICY, TODAY).warning == ""  # type: ignore[union-attr]


def test_names_only() -> None:
    for kind in ("uaped", "maison_des_adolescents"):
        for contact in CONTACTS:
            if contact.kind == kind:
                shown = displayable(contact, POLICY, TODAY)
                assert shown and not (shown.phones or shown.emails or shown.address or shown.hours)


def test_old_hours_and_weak_sources_are_hidden() -> None:
    hours = {shown.hours for shown in everything_shown("93") if shown.name == "3018"}
    assert hours == {"7j/7, 9h-23h"}
    assert displayable(one("LAO Pow'Her"), POLICY, TODAY).hours == ""  # type: ignore[union-attr]
    assert displayable(one("Mouvement du Nid 69"), POLICY, TODAY) is None


def test_national_numbers_are_to_be_checked_after_six_months() -> None:
    shown = displayable(one("3114"), POLICY, TODAY)
    later = displayable(one("3114"), POLICY, date(2027, 5, 21))
    assert shown and later and not shown.stale and later.stale


def test_a_shown_contact_always_comes_from_the_directory() -> None:
    known = {
        value for contact in CONTACTS for value in (*contact.phones, *contact.emails, contact.address, contact.url)
    }
    for department in VOCABULARY.departments:
        for shown in everything_shown(department):
            assert known.issuperset((*shown.phones, *shown.emails, shown.address, shown.url))


def test_pages_keep_every_sheet() -> None:
    shown = select(CONTACTS, "75", "tout", POLICY, TODAY).shown
    pages = render_pages(shown, POLICY.labels, limit=700)
    assert "\n\n".join(pages) == "\n\n".join(render_sheet(one, POLICY.labels) for one in shown)
    assert all(len(page) <= 700 for page in pages)
    assert render_pages((), POLICY.labels, 700) == ()


def test_unknown_department_gives_nothing_local() -> None:
    selection = select(CONTACTS, "00", "associations", POLICY, TODAY)
    assert selection.shown == selection.courts == () and selection.response == "rien_pour_ce_besoin"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2022", "2022"),
        ("2026-04 name; phone 2014-01-28", "2014-01-28"),
        ("2009 / 2020", "2020"),
        ("undated / 2018", "2018"),
        ("2023-2024", "2024"),
        ("undated (stored copy; cites 2012 figures)", ""),
        ("2020 (mentions 1 April 2020)", "2020"),
        ("", ""),
    ],
)
def test_date_of_the_coordinates(text: str, wanted: str) -> None:
    assert replace(CONTACTS[0], source_date=text).coordinates_date == wanted


def test_every_response_exists_and_is_short() -> None:
    responses = yaml.safe_load(RESPONSES.read_text(encoding="utf-8"))["responses"]
    keys = {name.removeprefix("utter_contacter_departement/") for name in responses}
    assert keys.issuperset({"contacts", "contacts_nationaux", "sans_contact_verifie", "rien_pour_ce_besoin"})
    for name, variants in responses.items():
        assert len(variants[0]["text"]) < 900, name
        assert not re.search(r"\d{2} \d{2} \d{2}|@", variants[0]["text"]), name
        for button in variants[0].get("buttons", ()):
            key = button["payload"].removeprefix("/contacter_departement/")
            assert key in POLICY.needs or key in keys, button
            assert len(button["title"]) < 40


def table(**cells: str) -> Sheet:
    row = {**ROW, **cells}
    return Sheet("essai.csv", "0", tuple(row), (row,), "guide_idf_2022", "2022")


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"name": ""}, "nom_absent"),
        ({"department_code": "96"}, "departement_inconnu"),
        ({"department_name": "Essonne"}, "departement_nom"),
        ({"kind": "bar"}, "genre_inconnu"),
        ({"service": "signalement|bar"}, "service_inconnu"),
        ({"service": ""}, "service_inconnu"),
        ({"phones": "0 800 00 083"}, "telephone"),
        ({"phones": "00 42 76 26 17"}, "telephone"),
        ({"emails": "crip75(at)paris.fr"}, "courriel"),
        ({"url": "paris.fr"}, "site"),
        ({"confidence": "sure"}, "confiance"),
        ({"verified_on": "21/11/2026", "verified_by": "x"}, "date"),
        ({"verified_on": "2027-01-01", "verified_by": "x"}, "date_future"),
        ({"verified_on": "2026-11-20"}, "verification_incomplete"),
        ({"extra": "x"}, "colonne_inconnue"),
    ],
)
def test_each_fault_is_reported_with_its_remedy(cells: dict[str, str], key: str) -> None:
    contacts, problems = read_contacts([table(**cells)], VOCABULARY, TODAY)
    assert [problem.key for problem in problems] == [key] and not contacts
    text = describe(problems[0], MESSAGES)
    assert text.startswith("essai.csv, ligne ") and "{" not in text


def test_missing_column_surplus_cell_and_duplicate() -> None:
    without = {column: value for column, value in ROW.items() if column != "phones"}
    _, problems = read_contacts([Sheet("a.csv", "0", tuple(without), (without,))], VOCABULARY, TODAY)
    assert [problem.key for problem in problems] == ["colonne_absente"]
    surplus = {**ROW, None: ["x"]}
    sheet = Sheet("a.csv", "0", tuple(ROW), (surplus, ROW, ROW), "s", "2022")  # type: ignore[arg-type]
    _, problems = read_contacts([sheet], VOCABULARY, TODAY)
    assert [(problem.key, problem.line) for problem in problems] == [("nombre_de_cellules", 2), ("doublon", 4)]


@pytest.mark.parametrize(
    ("text", "valid"),
    [("119", True), ("116 000", True), ("3018", True), ("17", True), ("01 42 76 26 17", True), ("0262 90 30 57", True),
     ("+687 279 350", True), ("16", False), ("1234567", False), ("0 800 00 083", False), ("", False)],
)  # fmt: skip
def test_phones(text: str, valid: bool) -> None:
    assert is_phone(text) is valid


@pytest.mark.parametrize(
    ("address", "code", "wrong"),
    [
        ("Hôtel du département, 95054 Créteil", "94", "95054"),
        ("CS 20201 Cergy, 95032 Cergy Pontoise Cedex", "95", ""),
        ("20 rue de Paris, CS81627, 03016 Moulins", "03", ""),
        ("1 place, 94390 Orly aérogare", "91", ""),
        ("20181 Ajaccio", "2A", ""),
        ("20407 Bastia", "2A", "20407"),
        ("97150 Saint-Martin", "978", ""),
        ("", "75", ""),
    ],
)
def test_postal_code_against_department(address: str, code: str, wrong: str) -> None:
    assert address_conflicts(address, code, VOCABULARY.postal_exceptions) == wrong


def test_months() -> None:
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2026, 12, 1), 12) == date(2027, 12, 1)


def test_an_answer_shows_no_more_contacts_than_are_read() -> None:
    association = next(one for one in CONTACTS if one.kind == "association" and one.department_code == "93")
    many = [replace(association, name=f"Association {number}") for number in range(100)]
    asked = Request("contacter_departement/associations", (), (), "")
    said, _ = orient(asked, Search("93"), lambda _: many, POLICY, read_places(DIRECTORY), TODAY)
    sheets = "\n".join(str(one.values.get("fiches", "")) for one in said)
    assert sheets.count("Association ") == MOST_SHOWN
    assert said[-1].answer == "remarque"
    assert str(100 - MOST_SHOWN) in str(said[-1].values["remarque"])
