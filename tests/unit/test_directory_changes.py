"""What differs between two states of the directory."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.logic.directory_changes import compare
from bot.logic.directory_model import Contact

CELL = Contact("93", "Seine-Saint-Denis", "crip", ("information_preoccupante",), "CRIP 93", phones=("01 43 93 10 35",))
COURT = Contact("93", "Seine-Saint-Denis", "tribunal", ("justice",), "Tribunal de Bobigny", emails=("t@justice.fr",))


def test_a_changed_number_is_said_field_by_field() -> None:
    after = replace(CELL, phones=("01 43 93 10 36",), doubtful_phones=("0 800 00 083",), hours="9 h - 17 h")
    changes = compare((CELL, COURT), (after, COURT))
    assert (changes.added, changes.removed, changes.unchanged) == ((), (), 1)
    (change,) = changes.changed
    assert [(one.field, one.before, one.after) for one in change.fields] == [
        ("phones", "01 43 93 10 35", "01 43 93 10 36"),
        ("doubtful_phones", "", "0 800 00 083"),
        ("hours", "", "9 h - 17 h"),
    ]
    assert changes.doubtful == ((after, "0 800 00 083"),)


def test_a_service_that_changes_its_name_is_known_by_its_numbers() -> None:
    changes = compare((CELL, COURT), (replace(CELL, name="Cellule départementale"), COURT))
    assert [one.fields[0].field for one in changes.changed] == ["name"]
    assert not changes.added and not changes.removed


def test_another_service_is_added_and_the_old_one_removed() -> None:
    other = replace(CELL, name="Autre service", phones=("01 00 00 00 00",))
    changes = compare((CELL,), (other,))
    assert (changes.added, changes.removed, changes.changed) == ((other,), (CELL,), ())


def test_rows_of_the_same_name_are_told_apart() -> None:
    second = replace(CELL, phones=("01 43 93 00 00",))
    changes = compare((CELL, second), (CELL, replace(second, hours="9 h")))
    assert (changes.unchanged, len(changes.changed)) == (1, 1)
    assert changes.changed[0].before == second


contacts = st.lists(
    st.builds(
        Contact,
        st.sampled_from(("75", "93")),
        st.just(""),
        st.sampled_from(("crip", "tribunal")),
        st.just(()),
        st.sampled_from(("A", "B")),
        phones=st.sampled_from(((), ("1",), ("2",))),
        hours=st.sampled_from(("", "9 h")),
    ),
    max_size=6,
)


@given(before=contacts, after=contacts)
def test_nothing_is_lost_nor_invented(before: list[Contact], after: list[Contact]) -> None:
    changes = compare(before, after)
    assert len(before) == changes.unchanged + len(changes.changed) + len(changes.removed)
    assert len(after) == changes.unchanged + len(changes.changed) + len(changes.added)
    assert changes.nothing == (sorted(map(repr, before)) == sorted(map(repr, after)))
    assert all(one.fields for one in changes.changed)
