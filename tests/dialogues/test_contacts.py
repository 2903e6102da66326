"""Contacts by conversation: what may be shown is reached, what is doubtful is not, every département is understood."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from bot.content.directory import load_policy
from bot.content.location import DATA
from bot.logic.contacter_departement import displayable
from bot.settings import load_settings
from bot.storage.engine import open_engine
from bot.storage.repository import all_contacts
from tests.driver import Vigie

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[2]
ILE_DE_FRANCE = ("75", "77", "78", "91", "92", "93", "94", "95")


@pytest.fixture(scope="module")
def said_in_ile_de_france(vigie: Vigie) -> str:
    """Everything that Vigie says of the eight départements, need by need, and of the country."""
    texts = [vigie.say(vigie.conversation(), "/contacter_departement/national").text]
    for department in ILE_DE_FRANCE:
        sender = vigie.conversation()
        texts.append(vigie.say(sender, f"je suis dans le {department}").text)
        texts += [
            vigie.say(sender, f"/contacter_departement/{need}").text for need in load_policy(DATA / "directory").needs
        ]
    return "\n".join(texts)


def delivered(name: str) -> list[dict[str, str]]:
    with (DATA / "directory" / name).open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def test_every_displayable_detail_of_the_guide_is_reached_by_conversation(said_in_ile_de_france: str) -> None:
    from sqlalchemy.orm import Session

    policy = load_policy(DATA / "directory")
    with Session(open_engine(load_settings().database_url), future=True) as session:
        contacts = all_contacts(session)
    names = {row["name"] for row in delivered("ile-de-france.csv")}
    details = 0
    for contact in contacts:
        shown = displayable(contact, policy, date.today()) if contact.name in names else None
        if shown is None or contact.department_code not in (*ILE_DE_FRANCE, "IDF", "FR"):
            continue
        for detail in (*shown.phones, *shown.emails, shown.address):
            details += bool(detail)
            assert detail in said_in_ile_de_france, f"{contact.department_code} {contact.name}: {detail}"
    assert details > 120


def test_no_doubtful_number_is_ever_said(said_in_ile_de_france: str) -> None:
    sure = {p for row in delivered("ile-de-france.csv") for p in row["phones"].split("|") if p}
    doubtful = {p for row in delivered("ile-de-france.csv") for p in row["phones_doubtful"].split("|") if p} - sure
    assert doubtful
    for phone in doubtful:
        assert re.search(rf"(?<!\d ){re.escape(phone)}(?! ?\d)", said_in_ile_de_france) is None
    assert "95054" not in said_in_ile_de_france


def test_every_contact_shown_carries_a_date_or_to_be_checked(said_in_ile_de_france: str) -> None:
    sheets = [
        block
        for block in re.split(r"\n\s*\n", said_in_ile_de_france)
        if re.search(r"^(Téléphone|Courriel) :", block, re.M)
    ]
    assert len(sheets) > 60
    for sheet in sheets:
        assert re.search(r"(19|20)\d\d|à vérifier|vérifié le|sans date", sheet), sheet


def departments() -> list[tuple[str, str]]:
    with (DATA / "directory/departements.csv").open(encoding="utf-8", newline="") as rows:
        return [
            (row["code"], row["nom"])
            for row in csv.DictReader(rows)
            if len(row["code"]) < 3 or row["code"] < "975" or row["code"] == "976"
        ]


def test_there_are_101_departements() -> None:
    assert len(departments()) == 101


@pytest.mark.parametrize(("code", "name"), departments())
def test_a_departement_by_number_and_name_gives_its_contacts_and_no_other(vigie: Vigie, code: str, name: str) -> None:
    answers = []
    for said in (code, name):
        sender = vigie.conversation()
        vigie.say(sender, "/contacter_departement/crip")
        answer = vigie.say(sender, said)
        # « Vienne » is a département and a town of another: Vigie asks.
        asked = next((b for b in answer.buttons if b["payload"] == f"/contacter_departement/lieu_{code}"), None)
        answers.append(vigie.say(sender, asked["title"]) if asked else answer)
        assert vigie.slots(sender)["departement"] == code, f"{said!r} was not understood"
        vigie.forget(sender)
    allowed = {
        re.sub(r"\D", "", phone)
        for row in [*delivered("france.csv"), *delivered("ile-de-france.csv")]
        if row["department_code"] in (code, "FR", "IDF")
        for phone in row["phones"].split("|")
    }
    for answer in answers:
        assert name in answer.text or code in answer.text
        assert "119" in answer.text
        for phone in re.findall(r"(?<!\d)0\d(?: \d\d){4}|0 8\d\d \d{2,3} \d{2,3}(?: \d\d)?", answer.text):
            assert re.sub(r"\D", "", phone) in allowed, f"{code}: {phone} is not of this département"


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("à Saint-Denis", {"93", "974"}),
        ("Corse", {"2A", "2B"}),
        ("Saint-Ouen", {"93"}),
        ("20", {"2A", "2B"}),
    ],
)
def test_an_ambiguous_place_is_asked_about_and_chosen(vigie: Vigie, said: str, codes: set[str]) -> None:
    sender = vigie.conversation()
    vigie.say(sender, "/contacter_departement/crip")
    asked = vigie.say(sender, said)
    offered = {
        b["payload"].removeprefix("/contacter_departement/lieu_"): str(i + 1) for i, b in enumerate(asked.buttons)
    }
    assert codes <= set(offered)
    assert vigie.slots(sender)["departement"] is None
    chosen = sorted(codes)[0]
    vigie.say(sender, offered[chosen])
    assert vigie.slots(sender)["departement"] == chosen


@pytest.mark.parametrize(
    ("said", "code"),
    [("93000", "93"), ("le 9-3", "93"), ("Seine St Denis", "93"), ("Bobigny", "93"), ("2A", "2A"), ("Évry", "91"),
     ("La Réunion", "974"), ("97400", "974"), ("seine st deni", "93"), ("bobigni", "93"), ("paris 18", "75")],
)  # fmt: skip
def test_what_people_type(vigie: Vigie, said: str, code: str) -> None:
    sender = vigie.conversation()
    vigie.say(sender, "/contacter_departement/crip")
    vigie.say(sender, said)
    assert vigie.slots(sender)["departement"] == code


def test_the_departement_is_remembered_and_corrected(vigie: Vigie) -> None:
    sender = vigie.conversation()
    first = vigie.say(sender, "je cherche la crip du 93")
    assert "01 43 93 10 35" in first.text
    vigie.say(sender, "que risque le client ?")
    second = vigie.say(sender, "en fait je suis dans le 94")
    assert "0 811 900 200" in second.text
    assert "01 43 93 10 35" not in second.text
