from __future__ import annotations

from dataclasses import replace

from bot.channels.phrases import read_phrases
from bot.channels.rendering import Phrases, Said, render, render_turn, said

PHRASES = Phrases(
    "Source : {sources}", " (relu le {date})", "Le 119, jour et nuit.", {"guide": "Guide, 2022", "aucune": ""}
)


def test_the_last_message_points_to_119_and_only_it() -> None:
    turn = list(render_turn([Said("un"), Said("deux")], "x", PHRASES))
    assert "119" not in turn[0]["text"]
    assert turn[1]["text"].endswith("Le 119, jour et nuit.")


def test_a_text_that_names_119_is_not_repeated() -> None:
    assert render(Said("Appelez le 119."), "x", PHRASES, last=True) == {"recipient_id": "x", "text": "Appelez le 119."}


def test_1190_is_not_119() -> None:
    assert render(Said("1190 euros"), "x", PHRASES, last=True)["text"].endswith("Le 119, jour et nuit.")


def test_sources_are_cited_with_their_date() -> None:
    message = said("Un fait.", [], {"metadata": {"source": ["guide", "aucune"], "reviewed_on": "2026-11-21"}})
    rendered = render(message, "x", PHRASES, last=False)
    assert rendered["text"] == "Un fait.\n\nSource : Guide, 2022 (relu le 21/11/2026)"
    assert rendered["custom"] == {
        "sources": ["Guide, 2022"],
        "reviewed_on": "2026-11-21",
        "lines": {"source": "Source : Guide, 2022 (relu le 21/11/2026)"},
    }


def test_what_states_no_fact_cites_nothing() -> None:
    rendered = render(said("Bonjour.", [], {"metadata": {"source": "aucune"}}), "x", PHRASES, last=False)
    assert rendered == {"recipient_id": "x", "text": "Bonjour."}


def test_a_button_without_payload_sends_its_title() -> None:
    assert said("?", [{"title": "93"}], {}).buttons == ({"title": "93", "payload": "93"},)


DOCUMENTS = replace(
    PHRASES,
    document="{titre} : {adresse}",
    documents={"carte": "Carte", "fiche_contacts": "Contacts", "recapitulatif": "R"},
)


def test_a_document_is_offered_with_its_address_where_there_is_a_site() -> None:
    message = Said("Voici.", documents=("carte", "inconnu"))
    rendered = render(message, "x", DOCUMENTS, last=False, site="https://vigie.fr/")
    assert rendered["text"] == "Voici.\n\nCarte : https://vigie.fr/documents/carte.pdf"
    assert rendered["custom"]["documents"] == [{"id": "carte", "title": "Carte"}]
    assert render(message, "x", DOCUMENTS, last=False)["text"] == "Voici."


def test_the_contact_sheet_is_that_of_the_departement_spoken_of() -> None:
    message = said("Voici.", [], {"metadata": {"documents": ["fiche_contacts"]}, "code_departement": "93"})
    rendered = render(message, "x", DOCUMENTS, last=False, site="https://vigie.fr/")
    assert rendered["custom"]["department"] == "93"
    assert rendered["text"].endswith("https://vigie.fr/documents/fiche_contacts.pdf?departement=93")
    without = render(replace(message, department=None), "x", DOCUMENTS, last=False, site="https://vigie.fr/")
    assert without["text"] == "Voici."


def test_the_recap_has_no_address_of_its_own() -> None:
    rendered = render(
        Said("Voici.", documents=("recapitulatif",)), "x", DOCUMENTS, last=False, site="https://vigie.fr/"
    )
    assert rendered["text"] == "Voici."
    assert rendered["custom"]["documents"][0]["id"] == "recapitulatif"


def test_lines_added_by_the_channel_are_told_apart() -> None:
    message = Said("Un fait.", sources=("guide",), documents=("carte",))
    rendered = render(message, "x", DOCUMENTS, last=True, site="https://vigie.fr/")
    lines = rendered["custom"]["lines"]
    assert set(lines) == {"documents", "source", "helpline"}
    assert rendered["text"].split("\n\n") == ["Un fait.", *lines.values()]


def test_a_numbered_step_tells_how_far_one_is() -> None:
    steps = read_phrases().steps
    assert steps["preparer_entretien/etape_3_exemple"] == steps["preparer_entretien/etape_3"]
    assert (steps["preparer_entretien/etape_3"].number, steps["preparer_entretien/etape_3"].total) == (3, 8)
    assert "preparer_entretien/issues" not in steps
