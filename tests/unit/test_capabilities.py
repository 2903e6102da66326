from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.capabilities import CAPABILITIES, Capability, cut, numbered, texts

TURN = [
    {"text": "Un.", "buttons": [{"title": "Oui", "payload": "/affirmer"}, {"title": "Non", "payload": "/refuser"}]},
    {"text": "Deux. Le 119.", "buttons": [{"title": "Menu", "payload": "/accueil/que_peux_tu_faire"}]},
]


def test_choices_are_numbered_over_the_whole_turn() -> None:
    assert [shown.choices for shown in numbered(TURN)] == [((1, "Oui"), (2, "Non")), ((3, "Menu"),)]


@pytest.mark.parametrize("name", CAPABILITIES)
def test_no_payload_is_ever_shown(name: str) -> None:
    said = "\n".join(texts(TURN, CAPABILITIES[name]))
    assert "/affirmer" not in said
    assert "3. Menu" in said.replace("\\", "")


def test_a_text_is_cut_between_paragraphs_rather_than_words() -> None:
    assert list(cut("aaaa bbbb\n\ncccc dddd", Capability(14))) == ["aaaa bbbb", "cccc dddd"]
    assert list(cut("aaaa bbbb cccc", Capability(10))) == ["aaaa bbbb", "cccc"]


@given(st.text(alphabet="ab&<_\n .", max_size=400), st.integers(20, 60), st.sampled_from(list(CAPABILITIES)))
def test_nothing_is_lost_and_nothing_is_too_long(text: str, longest: int, name: str) -> None:
    capability = Capability(longest, CAPABILITIES[name].escape)
    parts = list(cut(text, capability))
    assert all(len(part) <= longest for part in parts)
    assert "".join("".join(parts).split()) == capability.escape("".join(text.split()))


def test_slack_reads_no_mention_and_markdown_no_emphasis() -> None:
    assert texts([{"text": "a <!here> & b"}], CAPABILITIES["slack"]) == ["a &lt;!here&gt; &amp; b"]
    assert texts([{"text": "jean_du_93@x.fr"}], CAPABILITIES["mattermost"]) == ["jean\\_du\\_93@x.fr"]
