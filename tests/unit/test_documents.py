"""The documents to take away: read with every fault told, rendered to PDF and DOCX, contacts equal to the chat's."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import docx
import pytest
import yaml
from docx.oxml.ns import qn
from pypdf import PdfReader

from bot.content.answers import read_answers
from bot.content.directory import load_policy, load_sheets, load_vocabulary
from bot.content.documents import (
    DocumentError,
    documents_faults,
    read_document_phrases,
    read_documents,
    read_given,
    read_recap_words,
    read_sheet_words,
)
from bot.content.orientation import read_places
from bot.content.paths import read_paths
from bot.content.places import load_departments
from bot.documents.pdf import render_pdf
from bot.documents.word import render_word
from bot.logic.contact_rows import read_contacts
from bot.logic.documents import (
    Blank,
    Boxes,
    Bullets,
    ContactCard,
    Document,
    Heading,
    Paragraph,
    Section,
    Words,
    unbreakable,
)
from bot.logic.fiche_contacts import contact_sheet
from bot.logic.orienter import Search, orient
from bot.logic.recapitulatif import LONGEST, Given, blocks_of, recapitulate
from bot.logic.request import Request

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "data"
FOLDER = DATA / "documents"
DIRECTORY = DATA / "directory"
FONTS = ROOT / "bot/web/built/fonts"
TODAY = date(2026, 11, 21)
DEPARTMENTS = {one.code: one for one in load_departments(DIRECTORY)}
PHRASES = read_document_phrases(FOLDER)
POLICY = load_policy(DIRECTORY)
CONTACTS, _ = read_contacts(load_sheets(DIRECTORY), load_vocabulary(DIRECTORY), TODAY)

EVERY_SHAPE = Document(
    id="essai",
    title="Essai « complet »",
    subtitle="Un sous-titre",
    usage="Un usage.",
    sections=(
        Section(
            "Premier",
            (
                Heading("Un intertitre"),
                Paragraph("#panic() *gras* $x$ \\ @ref <label> // 75 000 €"),
                Bullets(("un", "deux")),
                Bullets(("d'abord", "ensuite"), numbered=True),
                Words(("« Je te crois. »", "« Merci. »"), ("« Pourquoi ? »",)),
                Words((), ("« Jamais cela. »",)),
            ),
        ),
        Section(
            "Second",
            (
                Boxes(("une case", "une autre")),
                Blank("faits", "Les faits", "Datés.", 4),
                Blank("suite", "La suite", "", 12),
                ContactCard("Un service", (("", "reçoit les jeunes"), ("Site", "https://exemple.fr")), "Attention."),
            ),
            verso=True,
        ),
    ),
    sources=("Une source, 2022", "Une autre"),
    reviewed_on=TODAY,
)


@lru_cache(maxsize=1)
def sheets() -> dict[str, Document]:
    """The contact sheet of every département and collectivité."""
    words = read_sheet_words(FOLDER)
    return {code: contact_sheet(one, CONTACTS, POLICY, words, TODAY) for code, one in DEPARTMENTS.items()}


def recap(*keys: str, contacts: Document | None = None, answers: dict[str, Given] | None = None) -> Document:
    words = read_recap_words(FOLDER)
    path = read_paths(DATA / "parcours")[words.path]
    return recapitulate(keys, answers or read_given(DATA), words, path, contacts)


def every_document() -> list[Document]:
    keys = ("loi/client_peines", "preparer_entretien/etape_2", "urgence/danger_immediat")
    computed = [sheets()["93"], sheets()["01"], recap(*keys, contacts=sheets()["2A"])]
    return [*read_documents(FOLDER).values(), *computed, EVERY_SHAPE]


def named(document: Document) -> str:
    return document.title


def flat(text: str) -> str:
    """Without spaces: a PDF's lines break anywhere."""
    return re.sub(r"[\s\u00a0\u00ad-]+", "", text)


# Reading


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of what the reading of documents needs, with one document of every shape."""
    shutil.copytree(FOLDER, tmp_path / "data/documents", ignore=lambda folder, names: [n for n in names if n[0] != "_"])
    for name in ("fiche_contacts.yml", "recapitulatif.yml"):
        shutil.copy(FOLDER / name, tmp_path / "data/documents")
    for name in ("parcours", "responses", "directory"):
        (tmp_path / "data" / name).symlink_to(DATA / name)
    shutil.copy(DATA / "sources.yml", tmp_path / "data")
    write(tmp_path, sample())
    return tmp_path


def sample() -> dict:
    return {
        "document": {
            "titre": "Carte",
            "sous_titre": "",
            "usage": "À relire.",
            "source": ["promifrance_2022"],
            "reviewed_on": "2026-11-21",
            "review_by": "2027-11-21",
            "sections": [
                {"etape": "etape_1", "blocs": [{"texte": "Un texte."}, {"liste": ["a", "b"]}]},
                {
                    "titre": "Verso",
                    "verso": True,
                    "blocs": [
                        {"dire": ["« Oui. »"], "eviter": ["« Avouer. »"]},
                        {"cases": ["vu"]},
                        {"champ": "faits", "titre": "Les faits", "aide": "", "lignes": 6},
                    ],
                },
            ],
        }
    }


def write(root: Path, content: object) -> None:
    (root / "data/documents/carte.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def test_every_shape_is_read(root: Path) -> None:
    document = read_documents(root / "data/documents")["carte"]
    assert document.title == "Carte"
    assert document.sources == ("PROMIFRANCE, Centre de victimologie pour mineurs (CVM), 2022",)
    first, second = document.sections
    assert first.title == "Étape 1 : créer la confiance"
    assert first.blocks == (Paragraph("Un texte."), Bullets(("a", "b")))
    assert second.verso
    assert second.blocks == (
        Words(("« Oui. »",), ("« Avouer. »",)),
        Boxes(("vu",)),
        Blank("faits", "Les faits", "", 6),
    )
    # A word quoted as one to avoid is no fault.
    assert list(documents_faults(root, TODAY)) == []


def block(content: dict, number: int, section: int = 1) -> dict:
    return content["document"]["sections"][section]["blocs"][number]


FAULTS: dict[str, tuple[Callable[[dict], object], str]] = {
    "unknown key": (lambda c: c["document"].update(auteur="x"), "clé inconnue « auteur »"),
    "unknown key of a section": (lambda c: c["document"]["sections"][0].update(note="x"), "clé inconnue « note »"),
    "unknown key of a block": (lambda c: block(c, 2).update(hauteur=3), "clé inconnue « hauteur »"),
    "two shapes": (lambda c: block(c, 1).update(texte="x"), "clé inconnue « cases »"),
    "no shape": (lambda c: block(c, 1).pop("cases"), "un bloc commence par"),
    "unknown source": (lambda c: c["document"].update(source=["wikipedia"]), "source inconnue « wikipedia »"),
    "wrong date": (lambda c: c["document"].update(review_by="demain"), "« review_by » doit être une date"),
    "unknown step": (lambda c: c["document"]["sections"][0].update(etape="etape_9"), "étape inconnue « etape_9 »"),
    "title and step": (lambda c: c["document"]["sections"][0].update(titre="x"), "l'un des deux"),
    "same blank": (lambda c: c["document"]["sections"][1]["blocs"].append(dict(block(c, 2))), "existe déjà"),
    "wrong blank": (lambda c: block(c, 2).update(champ="Les faits"), "minuscules"),
    "no lines": (lambda c: block(c, 2).update(lignes=0), "nombre de 1 à"),
    "not a text": (lambda c: block(c, 0, 0).update(texte=12), "« texte » doit être un texte"),
    "not a list": (lambda c: block(c, 1, 0).update(liste="x"), "« liste » doit être une liste"),
    "verso": (lambda c: c["document"]["sections"][1].update(verso="oui"), "« verso » vaut true ou false"),
    "no section": (lambda c: c["document"].update(sections=[]), "« sections » doit être une liste"),
    "nothing under document": (lambda c: c.update(document="x"), "sous « document: »"),
    "something beside": (lambda c: c.update(autre=1), "sous « document: »"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_file_and_its_remedy(root: Path, fault: str) -> None:
    content = sample()
    spoil, expected = FAULTS[fault]
    spoil(content)
    write(root, content)
    with pytest.raises(DocumentError, match=re.escape(expected)) as caught:
        read_documents(root / "data/documents")
    assert all(one.where.startswith("data/documents/carte.yml") for one in caught.value.faults)
    assert [one.what for one in documents_faults(root, TODAY)] == [one.what for one in caught.value.faults]


def test_an_unreadable_file_and_all_faults_at_once_are_told(root: Path) -> None:
    content = sample()
    content["document"].update(source=["wikipedia"], titre="")
    write(root, content)
    (root / "data/documents/autre.yml").write_text("document: [", encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        read_documents(root / "data/documents")
    assert {one.where.split()[0] for one in caught.value.faults} == {
        "data/documents/autre.yml",
        "data/documents/carte.yml",
    }
    assert sum("wikipedia" in one.what or "« titre »" in one.what for one in caught.value.faults) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Elle va avouer.", "mot stigmatisant"),
        ("Appelez le 01 42 76 26 17.", "numéro écrit hors annuaire"),
        ("Écrivez à crip@exemple.fr.", "adresse électronique"),
    ],
)
def test_the_check_refuses_words_numbers_and_addresses(root: Path, text: str, expected: str) -> None:
    content = sample()
    block(content, 0, 0)["texte"] = text
    write(root, content)
    (fault,) = documents_faults(root, TODAY)
    assert expected in fault.what
    assert not fault.warning


def test_a_placeholder_that_nobody_fills_is_told(root: Path) -> None:
    file = root / "data/documents/fiche_contacts.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("{noms}", "{nom}"), encoding="utf-8")
    (fault,) = documents_faults(root, TODAY)
    assert "{nom}" in fault.what


def test_a_passed_review_is_a_warning(root: Path) -> None:
    (fault,) = [one for one in documents_faults(root, date(2027, 11, 22)) if "carte" in one.where]
    assert fault.warning
    assert "21/11/2027" in fault.what


def test_the_documents_of_vigie_are_in_order() -> None:
    assert [one for one in documents_faults(ROOT, TODAY) if not one.warning] == []
    assert {"carte_entretien", "fiche_signes", "ecrit_protection"} <= set(read_documents(FOLDER))


# PDF


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize("document", every_document(), ids=named)
def test_a_pdf_is_tagged_titled_and_points_to_help_on_every_page(document: Document) -> None:
    reader = PdfReader(io.BytesIO(render_pdf(document, PHRASES, FONTS)))
    catalog = reader.trailer["/Root"]
    assert catalog["/Lang"] == "fr-FR"
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == unbreakable(document.title)
    assert b"pdfuaid:part>1<" in catalog["/Metadata"].get_data()
    total = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert flat(PHRASES.closing) in flat(text)
        assert flat(f"page {number} sur {total}relu le") in flat(text) or f"page {number} sur {total}" in text
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    last = flat(reader.pages[-1].extract_text())
    assert all(flat(source) in last for source in document.sources)
    assert flat(f"relu le {document.reviewed_on:%d/%m/%Y}") in last


@pytest.mark.parametrize("document", every_document(), ids=named)
def test_a_pdf_shows_every_text_as_it_is_written(document: Document) -> None:
    shown = flat("".join(re.sub(r"[–•]", "", page) for page in pages(render_pdf(document, PHRASES, FONTS))))
    words_of = {word for text in document.texts() for word in unbreakable(text).split()}
    missing = [word for word in words_of if flat(re.sub(r"[–•]", "", word)) not in shown]
    # A word cut at the end of a page has the footer in its middle.
    assert len(missing) <= len(pages(render_pdf(document, PHRASES, FONTS)))


def test_the_interview_card_holds_on_two_pages() -> None:
    card = read_documents(FOLDER)["carte_entretien"]
    front, back = pages(render_pdf(card, PHRASES, FONTS))
    assert "Étape 8" in front
    assert "Étape 8" not in back
    # And on two with Typst's own fonts, where Atkinson Hyperlegible was not built.
    assert len(pages(render_pdf(card, PHRASES, None))) == 2


def test_the_same_document_gives_the_same_bytes() -> None:
    assert render_pdf(EVERY_SHAPE, PHRASES, FONTS) == render_pdf(EVERY_SHAPE, PHRASES, FONTS)
    assert render_word(EVERY_SHAPE, PHRASES) == render_word(EVERY_SHAPE, PHRASES)


def test_a_missing_fonts_folder_is_no_obstacle(tmp_path: Path) -> None:
    assert len(pages(render_pdf(EVERY_SHAPE, PHRASES, tmp_path / "absent"))) == 2


# DOCX


@pytest.mark.parametrize("document", every_document(), ids=named)
def test_a_docx_has_styles_language_and_its_words(document: Document) -> None:
    made = render_word(document, PHRASES)
    word = docx.Document(io.BytesIO(made))
    assert word.core_properties.title == document.title
    assert word.core_properties.author == word.core_properties.last_modified_by == "Vigie"
    assert word.core_properties.comments == ""
    assert word.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:lang')}").get(qn("w:val")) == "fr-FR"
    section = word.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert PHRASES.closing in section.footer.paragraphs[0].text.replace("\u00a0", " ")
    text = "\n".join(one.text or "" for one in word.element.body.iter(qn("w:t")))
    assert all(unbreakable(one) in text for one in document.texts() if "\n" not in one)
    titles = [one.text for one in word.paragraphs if one.style.name == "Heading 1"]
    assert titles == [unbreakable(section.title) for section in document.sections]
    assert PHRASES.closing in text.replace("\u00a0", " ")


def test_a_blank_is_a_content_control_found_by_its_tag() -> None:
    for document in [*read_documents(FOLDER).values(), EVERY_SHAPE]:
        body = docx.Document(io.BytesIO(render_word(document, PHRASES))).element.body
        blanks = [one for one in document.blocks() if isinstance(one, Blank)]
        controls = [one for one in body if one.tag == qn("w:sdt")]
        assert [one.find(f".//{qn('w:tag')}").get(qn("w:val")) for one in controls] == [one.id for one in blanks]
        assert [one.find(f".//{qn('w:alias')}").get(qn("w:val")) for one in controls] == [one.title for one in blanks]
        assert len({one.find(f".//{qn('w:id')}").get(qn("w:val")) for one in controls}) == len(blanks)
        for control in controls:
            assert "".join(one.text for one in control.iter(qn("w:t"))) == PHRASES.fill_in
            assert control.find(f".//{qn('w:showingPlcHdr')}") is not None


def test_a_docx_tells_nothing_of_the_machine_nor_of_the_hour() -> None:
    with zipfile.ZipFile(io.BytesIO(render_word(EVERY_SHAPE, PHRASES))) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert parts.namelist()[0] == "[Content_Types].xml"
        assert not {"docProps/thumbnail.jpeg", "word/stylesWithEffects.xml"} & set(parts.namelist())
        core = parts.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", core)) == {"2026-11-21T00:00:00Z"}


# The contact sheet


def told_by_chat(code: str) -> str:
    """Everything that the chat says of contacts, need by need, for a département; of the country for a collectivité."""

    def contacts(wanted: str) -> tuple:
        return tuple(one for one in CONTACTS)

    places = read_places(DIRECTORY)
    texts: list[str] = []
    for need in POLICY.needs:
        if DEPARTMENTS[code].overseas and need != "national":
            continue
        request = Request(f"contacter_departement/{need}", (), (), "")
        said, _ = orient(request, Search(code), contacts, POLICY, places, TODAY)
        texts += [value for one in said for value in one.values.values()]
    return "\n\n".join(texts)


def as_told(card: ContactCard) -> str:
    lines = [f"{label} : {value}" if label else value for label, value in card.lines]
    return "\n".join([card.title, *lines, *([card.note] if card.note else [])])


def cards(document: Document) -> list[ContactCard]:
    return [one for one in document.blocks() if isinstance(one, ContactCard)]


@pytest.mark.parametrize("code", DEPARTMENTS)
def test_a_sheet_shows_the_chat_s_contacts_all_of_them_and_nothing_else(code: str) -> None:
    chat = f"\n\n{told_by_chat(code)}\n\n"
    document = sheets()[code]
    for card in cards(document):
        assert f"\n\n{as_told(card)}\n\n" in chat, card.title
    on_paper = {as_told(card) for card in cards(document)}
    told = {sheet for sheet in chat.strip().split("\n\n") if re.search(r"^Source : ", sheet, re.M)}
    assert told == on_paper
    assert len(cards(document)) == len(on_paper)
    # Outside the cards: no number but the emergency ones, no address, no site.
    prose = "\n".join(text for text in Document.texts(without_cards(document)))
    assert not re.search(r"@|https?:|www\.|\d\d[ .]\d\d[ .]\d\d", prose)


def without_cards(document: Document) -> Document:
    kept = tuple(
        replace(one, blocks=tuple(b for b in one.blocks if not isinstance(b, ContactCard))) for one in document.sections
    )
    return replace(document, sections=kept)


def test_no_doubtful_number_no_hidden_contact() -> None:
    everything = {code: "\n".join(one.texts()) for code, one in sheets().items()}
    sure = {phone for one in CONTACTS for phone in one.phones}
    doubtful = {phone for one in CONTACTS for phone in one.doubtful_phones} - sure
    assert doubtful
    for text in everything.values():
        # Whole numbers only: « 3018 » is a part of nothing.
        assert not any(re.search(rf"(?<!\d ){re.escape(phone)}(?! ?\d)", text) for phone in doubtful)
    outside = [code for code, one in DEPARTMENTS.items() if code not in POLICY.territories["IDF"] and not one.overseas]
    assert len(outside) == 93
    for code in outside:
        hidden = {p for one in CONTACTS if one.kind == "crip" and one.department_code == code for p in one.phones}
        shown = {p for one in CONTACTS if one.kind != "crip" for p in one.phones}
        assert not any(phone in everything[code] for phone in hidden - shown)
        assert "n'a pas de coordonnées vérifiées de la CRIP" in everything[code]
        assert "119" in everything[code]


def test_a_sheet_begins_with_the_cell_and_ends_with_the_country() -> None:
    titles = [one.title for one in sheets()["93"].sections]
    assert titles[0].startswith("La CRIP")
    assert titles[1].startswith("Le parquet")
    assert titles[-1] == "Les services nationaux"
    assert cards(sheets()["93"])[0].title == "CRIP 93"


def test_every_contact_says_its_source_and_the_sheet_its_day() -> None:
    for document in sheets().values():
        assert "21/11/2026" in document.subtitle
        for card in cards(document):
            assert dict(card.lines)["Source"]


def test_a_territory_with_a_remark_says_it_once() -> None:
    for code in ("2A", "67", "69"):
        assert "\n".join(sheets()[code].texts()).count(POLICY.remarks[code]) == 1
    assert "Plusieurs tribunaux" not in "\n".join(sheets()["988"].texts())


# The recap


def test_a_recap_repeats_answers_by_topic_in_the_order_met() -> None:
    document = recap("loi/client_peines", "comprendre/definition", "loi/interdiction", "loi/client_peines")
    headings = [one.text for one in document.sections[0].blocks if isinstance(one, Heading)]
    answers = read_answers(DATA / "responses")
    law, meaning, ban = (
        answers[key].title for key in ("loi/client_peines", "comprendre/definition", "loi/interdiction")
    )
    assert headings == ["La loi", law, ban, "Comprendre", meaning]
    assert "Code pénal (état 2024-2025, à vérifier sur Légifrance)" in document.sources
    assert "119" in " ".join(document.sections[-1].blocks[0].items)


def test_what_has_no_place_in_a_recap_is_left_out() -> None:
    nothing = recap().sections
    left_out = (
        "canal/rappel_119",
        "naviguer/debut",
        "incompris/x",
        "loi/n_existe_pas",
        "<script>",
        "",
        "Elle s'appelle Léa",
        "accueil/bonjour",
        "accueil/recapitulatif",
        "reconnaitre_signes/releve_les_deux",
        "contacter_departement/sans_contact_verifie",
    )
    assert recap(*left_out).sections == nothing
    given = read_given(DATA)
    everything = recap(*given)
    assert not any("{" in text for text in everything.texts())
    assert sum(isinstance(one, Heading) and one.level == 3 for one in everything.blocks()) == LONGEST


def test_a_danger_told_stays_in_the_recap() -> None:
    assert "Appelez le 17 maintenant" in "\n".join(recap("urgence/danger_immediat").texts())


def test_a_recap_tells_the_steps_seen_and_to_see() -> None:
    keys = ("preparer_entretien/etape_2_exemple", "preparer_entretien/etape_5", "preparer_entretien/huit_etapes")
    seen, to_see = (one for one in recap(*keys).sections[1].blocks if isinstance(one, Bullets))
    assert [re.findall(r"Étape (\d)", item)[0] for item in seen.items] == ["2", "5"]
    assert [re.findall(r"Étape (\d)", item)[0] for item in to_see.items] == ["1", "3", "4", "6", "7", "8"]
    assert len([one for one in recap().sections[1].blocks if isinstance(one, Bullets)]) == 1


def test_a_recap_takes_the_contacts_of_a_departement() -> None:
    document = recap("loi/interdiction", contacts=sheets()["93"])
    assert cards(document) == cards(sheets()["93"])
    assert document.sections[-1].title == "Pour la suite"


def test_a_recap_speaks_to_the_profession() -> None:
    key = "apres_entretien/signalement"
    assert read_given(DATA, "sante")[key].text != read_given(DATA)[key].text
    assert read_given(DATA, "inconnue")[key] == read_given(DATA)[key]


def test_the_lines_of_an_answer_become_paragraphs_and_lists() -> None:
    assert list(blocks_of("Deux :\n- a\n- b\n1. c\n2. d\nFin.")) == [
        Paragraph("Deux :"),
        Bullets(("a", "b")),
        Bullets(("c", "d"), numbered=True),
        Paragraph("Fin."),
    ]
    assert list(blocks_of("- seul")) == [Bullets(("seul",))]
