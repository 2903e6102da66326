from __future__ import annotations

from bot.channels.rendering import Phrases, Said, render, render_turn, said

PHRASES = Phrases(
    "Source : {sources}", " (relu le {date})", "Le 119, jour et nuit.", {"guide": "Guide, 2022", "aucune": ""}
)


def test_the_last_message_points_to_119_and_only_it() -> None:
    turn = list(render_turn([Said("un"), Said("deux")], "x", PHRASES))
    assert "119" not in turn[0]["text"]
    assert turn[1]["text"].endswith("Le 119, jour et nuit.")


def test_a_text_that_names_119_is_not_repeated() -> None:
    assert render(Said("Appelez le 119."), "x", PHRASES, last=True)["text"] == "Appelez le 119."


def test_1190_is_not_119() -> None:
    assert render(Said("1190 euros"), "x", PHRASES, last=True)["text"].endswith("Le 119, jour et nuit.")


def test_sources_are_cited_with_their_date() -> None:
    message = said("Un fait.", [], {"source": ["guide", "aucune"], "reviewed_on": "2026-11-21"})
    rendered = render(message, "x", PHRASES, last=False)
    assert rendered["text"] == "Un fait.\n\nSource : Guide, 2022 (relu le 21/11/2026)"
    assert rendered["custom"] == {"sources": ["Guide, 2022"], "reviewed_on": "2026-11-21"}


def test_what_states_no_fact_cites_nothing() -> None:
    rendered = render(said("Bonjour.", [], {"source": "aucune"}), "x", PHRASES, last=False)
    assert rendered == {"recipient_id": "x", "text": "Bonjour."}


def test_a_button_without_payload_sends_its_title() -> None:
    assert said("?", [{"title": "93"}], None).buttons == ({"title": "93", "payload": "93"},)
