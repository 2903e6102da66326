"""What editors ask of the answers: lists, reviews, what a change does, the page to read."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot import content_cli
from bot.content.answers import Answer, Button, Variant, read_answers
from bot.content.directory import load_policy
from bot.content.location import DATA
from bot.content.readings import read_aside
from bot.content.workbench import (
    diff_answers,
    facts_of,
    list_answers,
    marked,
    stale_answers,
    stale_contacts,
)
from bot.logic.directory_model import Contact
from bot.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 21)


def variant(text: str, reviewed: date = DAY, condition: str = "", choice: str = "Suite") -> Variant:
    conditions = (("profession", condition),) if condition else ()
    return Variant(text, (Button(choice, "/loi/suite"),), conditions, "Titre", ("code_penal",), reviewed, DAY)


def answer(*variants: Variant, key: str = "loi/a") -> dict[str, Answer]:
    return {key: Answer(key, "loi.yml", variants)}


def test_a_list_is_narrowed_by_topic_source_and_words() -> None:
    everything = list_answers(DATA)
    assert len(everything) == len(read_answers(DATA / "responses"))
    law = list_answers(DATA, topic="loi")
    assert law and {row.key.partition("/")[0] for row in law} == {"loi"}
    assert all("code_civil" in row.sources for row in list_answers(DATA, source="code_civil"))
    found = list_answers(DATA, text="PROXENETE")
    assert any(row.key == "loi/proxenete_peines" for row in found) and len(found) < len(everything)
    assert list_answers(DATA, topic="loi", text="zzzz") == ()


def test_reviews_come_in_order_with_their_days() -> None:
    assert stale_answers(DATA, date(2026, 11, 21)) == ()
    late = stale_answers(DATA, date(2027, 6, 21))
    assert late and late[0].days == (late[0].review_by - date(2027, 6, 21)).days < 0
    assert [one.review_by for one in late] == sorted(one.review_by for one in late)
    assert not stale_answers(DATA, date(2027, 5, 1), soon=0)


def test_a_contact_is_due_by_its_kind() -> None:
    policy = load_policy(DATA / "directory")
    cell = Contact("93", "Seine-Saint-Denis", "crip", (), "CRIP 93", verified_on=date(2026, 1, 31), verified_by="A")
    never = Contact("93", "Seine-Saint-Denis", "crip", (), "CRIP 93", source="guide_idf_2022")
    assert [one.due for one in stale_contacts((cell, never), policy, date(2026, 8, 1))] == [date(2026, 7, 31)]
    assert stale_contacts((cell,), policy, date(2026, 5, 1)) == ()
    assert [one.days for one in stale_contacts((cell,), policy, date(2026, 7, 11))] == [20]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 ans et 75 000 € (article 225-12-1 du Code pénal)", {("loi", "article 225-12-1"), ("chiffre", "5 ans")}),
        ("la loi du 6 novembre 2025 et l'article L226-2-1", {("loi", "loi du 6 novembre 2025")}),
        (
            "Appelez le 119, puis le 17 ; ou le 116 006.",
            {("contact", "119"), ("contact", "17"), ("contact", "116 006")},
        ),
        ("de 15 à 17 ans, 30 % des jeunes", {("chiffre", "17 ans"), ("chiffre", "30 %")}),
        ("voir onpe.gouv.fr", {("contact", "onpe.gouv.fr")}),
    ],
)
def test_law_contacts_and_figures_are_recognised(text: str, expected: set[tuple[str, str]]) -> None:
    assert expected <= set(facts_of(text))


def test_an_age_is_no_telephone_number() -> None:
    assert facts_of("de 15 à 17 ans")[-1] == ("chiffre", "17 ans")
    assert ("contact", "17") not in facts_of("elle a 17 ans")


def test_a_text_changed_without_a_review_is_told() -> None:
    before = answer(variant("5 ans de prison, appelez le 119."))
    found = diff_answers(before, answer(variant("7 ans de prison, appelez le 3018.")))
    (change,) = found.changed
    assert change.not_reviewed
    assert {(one.kind, one.text, one.gained) for one in change.facts} == {
        ("chiffre", "5 ans", False),
        ("chiffre", "7 ans", True),
        ("contact", "119", False),
        ("contact", "3018", True),
    }
    renewed = diff_answers(before, answer(variant("7 ans.", date(2026, 12, 1)))).changed[0]
    assert renewed.text_changed and not renewed.not_reviewed


def test_spaces_choices_and_variants() -> None:
    before = answer(variant("Un  texte."))
    spaces = diff_answers(before, answer(variant("Un texte.", choice="Autre"))).changed[0]
    assert not spaces.text_changed and not spaces.not_reviewed and not spaces.facts
    (added,) = diff_answers(before, answer(variant("Un  texte.", condition="sante"), variant("Un  texte."))).changed
    assert (added.condition, added.before) == ("profession : sante", None)
    other = answer(variant("Autre."), key="loi/b")
    found = diff_answers(before, other)
    assert (found.added, found.removed, found.changed) == (("loi/b",), ("loi/a",), ())
    assert diff_answers(before, before).nothing


def test_both_texts_side_by_side() -> None:
    assert marked("Un texte court.", "Un texte long.", ("[-", "-]"), ("{+", "+}")) == (
        "Un texte [-court-].",
        "Un texte {+long+}.",
    )
    assert marked("a", "a\nb", ("[-", "-]"), ("{+", "+}")) == ("a", "a\n{+b+}")


# The commands.


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of its own that holds data/, with one commit."""
    shutil.copytree(DATA, tmp_path / "data")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=test", "-c", "user.email=test@exemple.fr"]
    for command in (["init", "-q"], ["add", "data/responses"], ["commit", "-q", "-m", "un"]):
        subprocess.run([*git, *command], check=True)
    values = {"VIGIE_DATABASE_URL": f"sqlite:///{tmp_path / 'absente.sqlite'}"}
    settings = load_settings(values)
    object.__setattr__(settings, "root", tmp_path)
    object.__setattr__(settings, "data_dir", tmp_path / "data")
    monkeypatch.setattr(content_cli, "load_settings", lambda: settings)
    return tmp_path


def test_the_commands_list_and_stale(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert content_cli.main(["list", "--topic", "loi"]) == 0
    listed = capsys.readouterr().out
    assert "client_peines" in listed and "Ce que risque le client" in listed and "urgence" not in listed
    assert content_cli.main(["list", "--topic", "lois"]) == 1
    assert "loi" in capsys.readouterr().err
    assert content_cli.main(["stale", "--days", "4000"]) == 0
    stale = capsys.readouterr().out
    assert "loi/client_peines" in stale and "python -m bot doctor" in stale
    assert not (project / "absente.sqlite").exists()


def test_the_command_diff(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert content_cli.main(["diff"]) == 0
    assert "Aucune réponse ne change" in capsys.readouterr().out
    file = project / "data/responses/loi.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("75 000 € d'amende", "80 000 € d'amende", 1), "utf-8")
    with read_aside():
        assert content_cli.main(["diff", "HEAD"]) == 0
    said = capsys.readouterr().out
    assert "loi/client_peines" in said and "CHIFFRE ajouté : 80 000 €" in said and "CHIFFRE retiré : 75 000 €" in said
    assert "ATTENTION" in said and "1 texte(s) changé(s) sans relecture datée" in said
    assert content_cli.main(["diff", "inconnue"]) == 1
    assert "inconnue" in capsys.readouterr().err


class Page(HTMLParser):
    """What a page names and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.outside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif name == "href" and value:
                self.links.append(value)
            elif name in ("src", "action") and value:
                self.outside.append(value)


def test_the_page_holds_every_answer_and_nothing_from_elsewhere(project: Path) -> None:
    out = project / "page.html"
    assert content_cli.main(["page", "--out", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    page = Page(text)
    answers = read_answers(project / "data/responses")
    assert set(answers) <= page.ids
    assert page.outside == [] and {link[1:] for link in page.links} <= page.ids
    assert "Relue le" in text and "Rien n'est compté" in text
    assert "225-12-1" in text
