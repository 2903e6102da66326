"""The statistics of a period as one HTML page that needs nothing else: each plot beside the table it draws."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

_COLOURS = ("#17406d", "#c47a00")  # told apart by every kind of colour vision, and by their lightness
_INK, _RULE = "#1a2430", "#c9cfd6"
_MOST_BARS = 24  # of a plot; the table beside it holds all the rows


@dataclass(frozen=True)
class Row:
    """A line of a table: its label, what is told of each count, and the counts that may be drawn."""

    label: str
    told: tuple[str, ...]
    drawn: tuple[int | None, ...]


@dataclass(frozen=True)
class Section:
    """A table with its plot; `days` is drawn along time."""

    title: str
    reading: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    note: str = ""  # why there is no table
    days: bool = False

    @property
    def plot(self) -> str:
        """The plot as the address of an SVG image, empty when there is nothing to draw."""
        drawn = [row for row in self.rows if any(count is not None for count in row.drawn)]
        if not drawn:
            return ""
        return draw_days(self.rows, self.columns[1:]) if self.days else draw_bars(self.rows[:_MOST_BARS])


@dataclass(frozen=True)
class Page:
    """What the page says."""

    title: str
    period: str
    traffic: str
    version: str
    sections: tuple[Section, ...]
    caveats: tuple[str, ...]
    note: str = ""  # in place of every figure


def render(page: Page) -> str:
    """The page, in HTML."""
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    return environment.get_template("statistics.html").render(page=page)


def draw_bars(rows: Sequence[Row]) -> str:
    """One bar a row, the first at the top; a count that is hidden is an empty outline."""
    figure, axes = _figure(height=0.6 + 0.34 * len(rows))
    places = range(len(rows))
    counts = [row.drawn[0] or 0 for row in rows]
    axes.barh(places, counts, color=_COLOURS[0], height=0.62)
    for place, row in zip(places, rows, strict=True):
        axes.annotate(
            row.told[0], (row.drawn[0] or 0, place), xytext=(4, 0), textcoords="offset points", va="center", color=_INK
        )
    axes.set_yticks(list(places), [_short(row.label) for row in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, max([*counts, 5]) * 1.15)
    return _address(figure)


def draw_days(rows: Sequence[Row], names: Sequence[str]) -> str:
    """One group of bars a day; a day whose count is hidden has a dot on the axis."""
    figure, axes = _figure(height=3.0)
    width = 0.8 / len(names)
    for number, name in enumerate(names):
        places = [place + number * width for place in range(len(rows))]
        counts = [row.drawn[number] for row in rows]
        axes.bar(places, [count or 0 for count in counts], width, align="edge", color=_COLOURS[number], label=name)
        hidden = [place + width / 2 for place, count in zip(places, counts, strict=True) if count is None]
        axes.plot(hidden, [0] * len(hidden), "o", color=_COLOURS[number], markersize=3, clip_on=False)
    every = max(1, len(rows) // 10)
    axes.set_xticks([place + 0.4 for place in range(0, len(rows), every)], [row.label[:5] for row in rows[::every]])
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, 1.2), ncol=len(names))
    return _address(figure)


def _figure(height: float):  # type: ignore[no-untyped-def]  # matplotlib publishes no types
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, height), layout="constrained")
    axes = figure.subplots()
    axes.tick_params(colors=_INK, length=0)
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(side == "left")
        axes.spines[side].set_color(_RULE)
    return figure, axes


def _address(figure) -> str:  # type: ignore[no-untyped-def]
    import matplotlib

    image = io.BytesIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "vigie", "font.family": "sans-serif"}):
        figure.savefig(image, format="svg", transparent=True, metadata={"Date": None})
    # matplotlib quotes the generic family, which browsers then take for a font of that name.
    drawn = image.getvalue().replace(b"'sans-serif'", b"sans-serif")
    return "data:image/svg+xml;base64," + base64.b64encode(drawn).decode()


def _short(label: str, longest: int = 44) -> str:
    return label if len(label) <= longest else label[: longest - 1].rstrip() + "…"
