"""The page of the statistics in a browser: readable by everybody, drawn, and alone."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from bot.logic.statistics import Cell
from bot.statistics_cli import main
from bot.storage.statistics import open_statistics
from tests.web.axe import audit
from tests.web.conftest import DESKTOP, PHONE, NewPage

pytestmark = pytest.mark.server

FIRST = date(2026, 11, 1)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("statistics")
    url = f"sqlite:///{folder / 'vigie.sqlite'}"
    counts: dict[Cell, int] = {}
    for number in range(30):
        day = FIRST + timedelta(number)
        counts |= {(day, "reel", "conversations", ""): number % 9, (day, "reel", "tours", ""): 5 + number}
    counts |= {
        (FIRST, "reel", measure, value): count
        for measure, value, count in (
            *(("sujet", "loi", 500), ("sujet", "urgence", 70), ("sujet", "accueil", 15), ("sujet", "soigner", 2)),
            *(("departement", "93", 12), ("departement", "2A", 1), ("departement", "13", 8)),
            *(("etape", "preparer_entretien/etape_4", 9), ("etape", "preparer_entretien/conclure", 3)),
            *(("avis", "utile", 40), ("avis", "incomplet", 7), ("avis_reponse", "loi/client_peines", 6)),
            *(("numero", "119", 80), ("clic", "119", 6), ("contact", "", 30), ("canal", "rest", 585)),
        )
    }
    open_statistics(url).add(counts)
    page = folder / "page.html"
    assert main(["--from", "2026-11-01", "--to", "2026-11-30", "--database", url, "--page", str(page)]) == 0
    return page


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_axe_finds_nothing_and_every_plot_is_drawn(file: Path, new_page: NewPage, size: tuple[int, int]) -> None:
    page: Page = new_page(size)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(file.as_uri())
    assert audit(page) == []
    plots = page.locator("figure img")
    assert plots.count() >= 7
    assert plots.evaluate_all("all => all.every((one) => one.complete && one.naturalWidth > 300 && one.alt)")
    for plot in plots.all():
        # A table beside each plot says the same.
        assert plot.locator("xpath=ancestor::section//table").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not [address for address in asked if not address.startswith(("file:", "data:"))]


def test_hidden_counts_are_said_to_be(file: Path, new_page: NewPage) -> None:
    page: Page = new_page()
    page.goto(file.as_uri())
    row = page.get_by_role("row", name="Corse-du-Sud (2A)")
    assert row.get_by_role("cell").all_inner_texts() == ["moins de 5"]
    neighbour = page.get_by_role("row", name="Bouches-du-Rhône (13)")
    assert neighbour.get_by_role("cell").all_inner_texts() == ["masqué"]
