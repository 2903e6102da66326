"""The pure pieces of the Matrix process, and what it keeps on disk."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from bot.matrix.markup import to_html
from bot.matrix.memory import Folder, Ledger
from bot.matrix.notices import EDITED, TEXT_ONLY, UNREADABLE, WITHDRAWN, read_texts, what_is_kept
from bot.matrix.reading import Asked, is_addressed, read_event
from bot.matrix.settings import MatrixSettingsError, load_matrix_settings

BOT = "@vigie:a.fr"
NEEDED = {
    "VIGIE_MATRIX_HOMESERVER": "https://matrix.a.fr/",
    "VIGIE_MATRIX_USER": BOT,
    "VIGIE_MATRIX_PASSWORD": "secret",
    "VIGIE_API_TOKEN": "jeton",
}


def message(body: Any, **content: Any) -> dict[str, Any]:
    return {"type": "m.room.message", "content": {"msgtype": "m.text", "body": body, **content}}


def test_html_holds_paragraphs_lists_and_links_and_escapes_the_rest() -> None:
    text = (
        "Un & <b>deux</b>\nligne\n\n- a\n- b\n\n3. Trois\n4. Quatre\n\nLe 119, https://a.fr/x?a=1&b=2, 01 43 93 10 35."
    )
    assert to_html(text) == (
        "<p>Un &amp; &lt;b&gt;deux&lt;/b&gt;<br>ligne</p><ul><li>a</li><li>b</li></ul>"
        '<ol start="3"><li>Trois</li><li>Quatre</li></ol>'
        '<p>Le <a href="tel:119">119</a>, <a href="https://a.fr/x?a=1&amp;b=2">https://a.fr/x?a=1&amp;b=2</a>, '
        '<a href="tel:0143931035">01 43 93 10 35</a>.</p>'
    )
    assert "tel:" not in to_html("moins de 15 ans : 17 %, article 225-12-1, le 17 mars, 119 personnes")
    assert 'href="tel:17"' in to_html("Danger immédiat : le 17.")


def test_an_address_cannot_leave_its_attribute() -> None:
    assert '"><' not in to_html('https://a.fr/"><script>').replace('">https', "")
    assert "<script" not in to_html("https://a.fr/<script>alert(1)</script>")


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        (message(" bonjour "), Asked("bonjour")),
        (
            message("> <@vigie:a.fr> dit\n> encore\n\nsuivant", **{"m.relates_to": {"m.in_reply_to": {}}}),
            Asked("suivant"),
        ),
        (message("* b", **{"m.relates_to": {"rel_type": "m.replace"}}), Asked(notice=EDITED)),
        (message("x", msgtype="m.image"), Asked(notice=TEXT_ONLY)),
        (message("x", msgtype="m.inconnu"), Asked(notice=TEXT_ONLY)),
        (message("x", msgtype="m.notice"), None),
        (message(["x"]), Asked(notice=TEXT_ONLY)),
        (message("   "), Asked(notice=TEXT_ONLY)),
        ({"type": "m.room.message", "content": {}}, None),
        ({"type": "m.room.encrypted", "content": {}}, Asked(notice=UNREADABLE)),
        ({"type": "m.room.redaction", "content": {}}, Asked(notice=WITHDRAWN)),
        ({"type": "m.room.topic", "state_key": "", "content": {"topic": "x"}}, None),
        ({"type": "m.reaction", "content": {}}, None),
    ],
)
def test_what_an_event_asks(source: dict[str, Any], asked: Asked | None) -> None:
    assert read_event(source) == asked


@pytest.mark.parametrize(
    ("source", "addressed"),
    [
        (message("il faut rester vigilants"), False),
        (message("Vigie, aide-moi"), True),
        (message("tu as demandé à @vigie:a.fr ?"), True),
        (message("salut", **{"m.mentions": {"user_ids": [BOT]}}), True),
        (message("salut", **{"m.mentions": {"user_ids": ["@b:a.fr"]}}), False),
        (message("oui", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$own"}}}), True),
        (message("oui", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$other"}}}), False),
        (message("> <@b:a.fr> Vigie ?\n\nnon", **{"m.relates_to": {"m.in_reply_to": {"event_id": "$o"}}}), False),
    ],
)
def test_who_speaks_to_the_bot_in_a_group(source: dict[str, Any], addressed: bool) -> None:
    assert is_addressed(source, BOT, ("Vigie",), {"$own"}) is addressed


def test_every_text_of_its_own_points_to_119() -> None:
    for text in [*read_texts().values(), what_is_kept()]:
        assert "119" in text
        assert not re.search(r"[*_`#]|<\w", text)


def test_the_token_moves_once_everything_before_it_is_answered(tmp_path: Path) -> None:
    ledger = Ledger(Folder(tmp_path / "store"))
    assert ledger.open("t1", []) == []
    assert ledger.open("t2", ["$a", "$b"]) == ["$a", "$b"]
    assert ledger.open("t3", ["$c"]) == ["$c"]
    ledger.close("$c")
    ledger.close("$a")
    # Killed here: all is read again from t1, only $b is answered.
    again = Ledger(Folder(tmp_path / "store"))
    assert again.token == "t1"
    assert again.open("t3", ["$a", "$b", "$c"]) == ["$b"]
    assert again.open("t4", ["$b"]) == []
    again.close("$b")
    assert again.token == "t4"
    assert Ledger(Folder(tmp_path / "store")).token == "t4"
    assert "$" not in (tmp_path / "store/sync.json").read_text()


def test_the_folder_is_closed_and_outlives_damage(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "store")
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "store/secret.json").stat().st_mode) == 0o600
    assert Folder(tmp_path / "store").secret == folder.secret
    (tmp_path / "store/sync.json").write_text('{"token": "t')
    assert Ledger(folder).token is None
    assert json.loads((tmp_path / "store/secret.json").read_text()) == folder.secret


def test_settings_say_what_is_missing_and_whom_they_allow() -> None:
    settings = load_matrix_settings(NEEDED)
    assert settings.homeserver == "https://matrix.a.fr"
    assert settings.allows("@x:a.fr")
    assert not settings.allows("@x:b.fr")
    assert load_matrix_settings({**NEEDED, "VIGIE_MATRIX_SERVERS": "b.fr, c.fr"}).allows("@x:c.fr")
    assert load_matrix_settings({**NEEDED, "VIGIE_MATRIX_SERVERS": "*"}).allows("@x:d.fr")
    for name in NEEDED:
        with pytest.raises(MatrixSettingsError, match=name):
            load_matrix_settings({**NEEDED, name: ""})
