"""What is counted of a turn, how it reaches the database, and what never leaves the machine."""

from __future__ import annotations

import asyncio
import csv
import itertools
import sqlite3
from collections import Counter
from datetime import date, datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from bot.channels.rendering import Said
from bot.content.answers import read_answers
from bot.content.location import DATA
from bot.content.paths import read_paths
from bot.content.statistics import name_of, read_words
from bot.logic.statistics import (
    DANGERS,
    FALLBACKS,
    REASONS,
    Cell,
    Hidden,
    count_rating,
    count_turn,
    day_of,
    outcome,
    protect,
    publish,
    steps_of,
)
from bot.monitoring.ledger import Ledger
from bot.statistics_cli import main
from bot.storage.statistics import open_statistics

DAY, NEXT = date(2026, 11, 20), date(2026, 11, 21)
STEPS = steps_of(read_paths(DATA / "parcours").values())


def said(key: str, text: str = "", department: str | None = None, payload: str = "") -> Said:
    buttons = ({"title": "x", "payload": payload},) if payload else ()
    return Said(text=text, buttons=buttons, answer=key, department=department)


def turn(*messages: Said, begins: bool = False) -> set[tuple[str, str]]:
    events = count_turn(messages, "rest", begins, STEPS)
    assert len(events) == len(set(events)), "something is counted twice in one turn"
    return set(events)


# --- a turn


def test_a_turn_counts_its_channel_and_one_topic() -> None:
    first = turn(said("loi/client_peines", "5 ans"), said("naviguer/reprise", "Nous étions..."), begins=True)
    assert first == {("tours", ""), ("canal", "rest"), ("sujet", "loi"), ("conversations", "")}


def test_a_turn_without_an_answer_is_counted_as_such() -> None:
    assert ("sujet", "sans_reponse") in turn()


def test_a_step_and_the_end_of_a_path_but_not_what_hangs_beside_it() -> None:
    assert ("etape", "preparer_entretien/etape_4") in turn(said("preparer_entretien/etape_4"))
    assert ("etape", "preparer_entretien/conclure") in turn(said("preparer_entretien/conclure"))
    assert not any(measure == "etape" for measure, _ in turn(said("preparer_entretien/etape_4_exemple")))


def test_a_place_counts_where_a_contact_was_asked_for() -> None:
    shown = turn(said("contacter_departement/contacts", "CRIP", "93"), said("contacter_departement/remarque", "", "93"))
    assert {("departement", "93"), ("contact", "")} <= shown
    # The département is only remembered there.
    national = turn(said("contacter_departement/contacts_nationaux", "", "93"))
    assert ("contact", "") in national
    assert ("departement", "93") not in national


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Appelez le 17 maintenant, puis le 119.", {"17", "119"}),
        ("Danger immédiat, 17 ou 112.", {"17"}),
        ("des filles de 14 à 17 ans", set()),
        ("01 19 17 11 90", set()),
        ("Le 119, gratuit", {"119"}),
    ],
)
def test_the_numbers_that_an_answer_gives(text: str, numbers: set[str]) -> None:
    assert {value for measure, value in turn(said("accueil/bonjour", text)) if measure == "numero"} == numbers


def test_a_message_that_is_not_understood_tells_the_topic_that_was_offered() -> None:
    events = turn(said("accueil/proposer", payload="/loi/client_peines"))
    assert {("incompris", "proposer"), ("incompris_sujet", "loi")} <= events
    assert {("incompris", "hors_sujet"), ("sujet", "incompris")} <= turn(said("accueil/hors_sujet"))


def test_the_outcome_of_a_turn() -> None:
    assert outcome(["loi/client_peines", None]) == "answered"
    assert outcome(["accueil/proposer"]) == "fallback"
    assert outcome(["accueil/proposer", "urgence/disparition"]) == "danger"


def test_the_keys_that_are_counted_exist() -> None:
    answers = read_answers(DATA / "responses")
    assert set(answers) >= FALLBACKS | DANGERS
    assert set(answers) >= STEPS


def test_ratings() -> None:
    assert count_rating("loi/client_peines", True, None) == [("avis", "utile")]
    assert count_rating("loi/client_peines", False, "incomplet") == [
        ("avis", "incomplet"),
        ("avis_reponse", "loi/client_peines"),
    ]
    assert count_rating("loi/client_peines", False, None)[0] == ("avis", "sans_raison")


def test_a_day_is_a_day_in_paris() -> None:
    assert day_of(datetime(2026, 11, 20, 22, 59, tzinfo=timezone.utc)) == DAY
    assert day_of(datetime(2026, 11, 20, 23, 0, tzinfo=timezone.utc)) == NEXT
    assert day_of(datetime(2026, 7, 20, 22, 0, tzinfo=timezone.utc)) == date(2026, 7, 21)


# --- towards the database


def test_what_the_database_refuses_is_written_later_and_once() -> None:
    ledger, written = Ledger(lambda: datetime(2026, 11, 20, 12, tzinfo=timezone.utc)), Counter[Cell]()
    well = False

    def write(counts: Counter[Cell]) -> None:
        if not well:
            raise OperationalError("secret", {}, Exception())
        written.update(counts)

    async def scenario() -> None:
        nonlocal well
        ledger.add([("tours", ""), ("sujet", "loi")], "reel")
        assert not await ledger.flush(write)
        ledger.add([("tours", "")], "reel")
        ledger.add([("tours", "")], "essai")
        well = True
        assert await ledger.flush(write)
        assert await ledger.flush(write)

    asyncio.run(scenario())
    assert written == {
        (DAY, "reel", "tours", ""): 2,
        (DAY, "reel", "sujet", "loi"): 1,
        (DAY, "essai", "tours", ""): 1,
    }
    assert ledger.waiting == 0


def test_what_is_counted_is_written_when_the_server_stops() -> None:
    ledger, written = Ledger(), Counter[Cell]()

    async def scenario() -> None:
        stopping = asyncio.Event()
        keeping = asyncio.create_task(ledger.keep(written.update, stopping, every=3600))
        await asyncio.sleep(0)
        ledger.add([("tours", "")], "reel")
        stopping.set()
        await keeping

    asyncio.run(scenario())
    assert sum(written.values()) == 1


def test_counts_add_up_in_the_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'vigie.sqlite'}"
    one, other = open_statistics(url), open_statistics(url)
    one.add({(DAY, "reel", "sujet", "loi"): 3, (DAY, "formation", "sujet", "loi"): 9})
    other.add({(DAY, "reel", "sujet", "loi"): 2, (NEXT, "reel", "sujet", "loi"): 1})
    assert one.read(DAY, DAY, "reel") == {(DAY, "sujet", "loi"): 5}
    assert one.read(DAY, NEXT, "reel") == {(DAY, "sujet", "loi"): 5, (NEXT, "sujet", "loi"): 1}
    with sqlite3.connect(tmp_path / "vigie.sqlite") as reader:
        columns = [row[1] for row in reader.execute("PRAGMA table_info(statistics)")]
    assert columns == ["day", "traffic", "measure", "value", "count"]  # nothing that could join a turn to another


# --- what leaves the machine


def possible(shown: dict[str, int | Hidden], total: int) -> list[tuple[int, ...]]:
    """Every way to fill the hidden cells of `shown` that somebody who knows the total can think of."""
    hidden = [what for what in shown.values() if isinstance(what, Hidden)]
    rest = total - sum(count for count in shown.values() if isinstance(count, int))
    ranges = [range(1, 5) if what is Hidden.SMALL else range(5, rest + 1) for what in hidden]
    return [one for one in itertools.product(*ranges) if sum(one) == rest]


@given(st.lists(st.integers(0, 8), min_size=1, max_size=4))
def test_no_small_count_can_be_found_by_subtraction(counts: list[int]) -> None:
    cells = {str(number): count for number, count in enumerate(counts)}
    shown = protect(cells)
    if shown is None:
        return  # nothing is published
    assert all(shown[name] == count for name, count in cells.items() if not isinstance(shown[name], Hidden))
    assert all(shown[name] is Hidden.SMALL for name, count in cells.items() if 0 < count < 5)
    small = [what for what in shown.values() if isinstance(what, Hidden)]
    ways = possible(shown, sum(counts))
    for place, what in enumerate(small):
        if what is Hidden.SMALL:
            assert len({one[place] for one in ways}) > 1, (cells, shown)


def test_a_neighbour_is_hidden_with_a_single_small_count() -> None:
    assert protect({"a": 100, "b": 3, "c": 12}) == {"a": 100, "b": Hidden.SMALL, "c": Hidden.LARGER}
    assert protect({"a": 100, "b": 3, "c": 2}) == {"a": 100, "b": Hidden.SMALL, "c": Hidden.SMALL}
    assert protect({"a": 100, "b": 0}) == {"a": 100, "b": 0}
    assert protect({"a": 3}) is None


def month(**more: int) -> dict[tuple[date, str, str], int]:
    return {(DAY, "tours", ""): 60, (NEXT, "tours", ""): 40, (DAY, "conversations", ""): 3, **{
        (DAY, "sujet", topic): count for topic, count in more.items()
    }}  # fmt: skip


def test_a_period_is_published_without_its_small_counts() -> None:
    told = publish(month(loi=90, soigner=3, comprendre=7), DAY, NEXT)
    assert told.turns == 100
    assert told.conversations is Hidden.SMALL
    assert told.days["tours"] == {DAY: 60, NEXT: 40}
    assert "conversations" in told.withheld  # one day alone holds them
    assert told.tables["sujet"] == {"loi": 90, "soigner": Hidden.SMALL, "comprendre": Hidden.LARGER}


def test_a_period_with_hardly_any_use_tells_nothing() -> None:
    told = publish({(DAY, "tours", ""): 19, (DAY, "sujet", "loi"): 19}, DAY, NEXT)
    assert told.too_few
    assert not told.tables
    assert not told.days


def test_what_is_outside_the_period_is_not_counted() -> None:
    assert publish(month(), NEXT, NEXT).turns == 40


def test_the_command_writes_both_files_without_a_small_count(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'vigie.sqlite'}"
    counts: dict[Cell, int] = {
        (DAY, "reel", "tours", ""): 77,
        (DAY, "reel", "conversations", ""): 31,
        (DAY, "reel", "sujet", "loi"): 74,
        (DAY, "reel", "sujet", "urgence"): 3,
        (DAY, "reel", "departement", "93"): 2,
        (DAY, "reel", "avis", "pas_clair"): 4,
        (DAY, "reel", "clic", "119"): 1,
        (DAY, "formation", "tours", ""): 1234,
    }
    open_statistics(url).add(counts)
    table, page = tmp_path / "out.csv", tmp_path / "out.html"
    period = ["--from", "2026-11-01", "--to", "2026-11-30", "--database", url]
    assert main([*period, "--csv", str(table), "--page", str(page)]) == 0
    rows = list(csv.DictReader(table.open(encoding="utf-8")))
    told = {(row["mesure"], row["valeur"], row["jour"]): row["nombre"] for row in rows}
    assert told["tours", "", ""] == "77"
    assert told["sujet", "urgence", ""] == "<5"
    assert told["sujet", "loi", ""] == "masque"  # 77 - 74 would tell
    assert told["clic", "119", ""] == "<5"
    assert not any(measure in ("departement", "avis") for measure, _, _ in told)
    assert "1234" not in table.read_text(encoding="utf-8")
    html = page.read_text(encoding="utf-8")
    assert "http" not in html.replace("http://www.w3.org", "")  # nothing is fetched
    assert html.count("<table>") == html.count("<thead>") == 3  # days, funnel, topics
    assert "Ce que les chiffres ne disent pas" in html
    assert "119" in html
    assert main([*period, "--traffic", "formation", "--csv", str(table)]) == 0
    assert ("1234" in table.read_text(encoding="utf-8")) and "urgence" not in table.read_text(encoding="utf-8")


def test_a_database_that_cannot_be_read_is_said_without_its_password(capsys: pytest.CaptureFixture[str]) -> None:
    url = "postgresql+psycopg2://vigie:motdepasse@127.0.0.1:1/rien"
    assert main(["--from", "2026-11-01", "--to", "2026-11-30", "--database", url]) == 1
    said = capsys.readouterr()
    assert "VIGIE_DATABASE_URL" in said.err and "vigie:***@127.0.0.1:1/rien" in said.err
    assert "motdepasse" not in said.err + said.out


def test_what_an_operator_may_get_wrong_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'vigie.sqlite'}"
    period = ["--from", "2026-11-01", "--to", "2026-11-30", "--database", url]
    open_statistics(url).add({(DAY, "reel", "tours", ""): 19})
    assert main(period) == 0
    said = capsys.readouterr()
    assert said.out.count("\n") == 1
    assert url in said.err and "Moins de 20 messages" in said.err and "chaque minute" in said.err
    open_statistics(url).add({(DAY, "reel", "tours", ""): 1})
    for option in ("--csv", "--page"):
        assert main([*period, option, str(tmp_path / "absent" / "out")]) == 1
        said = capsys.readouterr()
        assert "absent/out cannot be written" in said.err and "Moins de" not in said.err
    with pytest.raises(SystemExit):
        main(["--from", "01/11/2026", "--to", "2026-11-30"])
    assert "YYYY-MM-DD" in capsys.readouterr().err


def test_everything_that_is_counted_has_a_name() -> None:
    words = read_words(DATA)
    topics = {key.partition("/")[0] for key in read_answers(DATA / "responses")} - {"canal"}
    names = {
        "sujet": {*topics, "sans_reponse", "incompris"},
        "etape": STEPS,
        "incompris": {key.partition("/")[2] for key in FALLBACKS},
        "avis": {*REASONS, "utile", "sans_raison"},
        "numero": {"17", "119"},
        "clic": {"119"},
        "contact": {""},
    }
    missing = [(m, v) for m, values in names.items() for v in values if name_of(words, DATA, m, v) in (v, m)]
    assert not missing
