"""The anonymous summary of a group's sessions: counts and plots, nothing of anyone."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import mean

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from bot.content.formation import read_practice
from bot.content.formulations import read_kinds
from bot.logic.documents import Bullets, Document, Paragraph, Picture, Section
from bot.logic.formulation import IMPROVE
from bot.logic.scenario import HIGHEST, STEPS
from bot.logic.session_record import Record
from bot.trainer.wording import Wording, capital

_GREEN, _BROWN, _GREY = "#1d6b4f", "#8a2b12", "#bdbdbd"
_WIDTH = 7.2  # inches
_XML_HEAD = re.compile(r"^.*?(?=<svg)", re.S)


def summary_document(records: Sequence[Record], titles: Mapping[str, str], data: Path, today: date) -> Document:
    """The summary of `records`; `titles` of the scenarios by id. One file for a group, whoever was in it."""
    formation = read_practice(data)
    say = Wording(formation.phrases)
    steps = formation.rules.steps
    scenarios = sorted({record.scenario for record in records})
    return Document(
        id="synthese",
        title=say.say("synthese.titre"),
        subtitle=say.say(
            "synthese.sous_titre", seances=len(records), scenarios=", ".join(titles.get(one, one) for one in scenarios)
        ),
        usage=say.say("synthese.usage"),
        sections=(
            Section(say.say("synthese.lire"), (_reading(records, steps, data, say),)),
            Section(say.say("synthese.etapes"), (_steps(records, steps, say),)),
            Section(say.say("synthese.sortes"), (_kinds(records, data, say),)),
            Section(say.say("synthese.humeur"), (_moods(records, say),)),
            Section(say.say("bilan.prudence"), (Paragraph(say.say("limites")), Paragraph(say.say("relais")))),
        ),
        sources=(),
        reviewed_on=today,
    )


def _reading(records: Sequence[Record], steps: Sequence[str], data: Path, say: Wording) -> Bullets:
    """What lacks or hinders in at least half of the sessions, and how they ended."""
    total = len(records)
    items = []
    for number in range(1, STEPS + 1):
        count = sum(number in record.steps for record in records)
        if 2 * count < total:
            items.append(say.say("synthese.absente", titre=steps[number - 1], n=count, total=total))
    for kind in read_kinds(data).values():
        count = sum(kind.id in record.kinds for record in records)
        if kind.verdict == IMPROVE and 2 * count >= total:
            items.append(say.say("synthese.gene", titre=capital(kind.title), n=count, total=total))
    endings = Counter(record.ended for record in records)
    names = say.at("synthese.fins_noms")
    told = ", ".join(f"{names[ended]} ({count})" for ended, count in endings.most_common())
    return Bullets((*(items or [say.say("synthese.rien")]), say.say("synthese.fins", fins=told)))


def _steps(records: Sequence[Record], steps: Sequence[str], say: Wording) -> Picture:
    counts = [sum(number in record.steps for record in records) for number in range(1, STEPS + 1)]
    svg = _bars(list(steps), counts, [_GREEN] * STEPS, len(records), say.say("synthese.etapes_axe"))
    return Picture(svg, _told(steps, counts))


def _kinds(records: Sequence[Record], data: Path, say: Wording) -> Picture:
    kinds = read_kinds(data)
    counts = Counter(kind for record in records for kind in record.kinds if kind in kinds)
    most = counts.most_common()
    verdicts = say.at("verdicts")
    titles = [f"{capital(kinds[kind].title)} ({verdicts[kinds[kind].verdict]})" for kind, _ in most]
    colours = [_BROWN if kinds[kind].verdict == IMPROVE else _GREEN for kind, _ in most]
    numbers = [count for _, count in most]
    return Picture(
        _bars(titles, numbers, colours, len(records), say.say("synthese.sortes_axe")), _told(titles, numbers)
    )


def _moods(records: Sequence[Record], say: Wording) -> Picture:
    """Means after each line, as long as at least half of the sessions go on."""
    longest = max(
        n for n in range(1, max(len(one.moods) for one in records) + 1) if _going_on(records, n) * 2 >= len(records)
    )
    figure = Figure(figsize=(_WIDTH, 3.0))
    axes = figure.subplots()
    names = list(say.at("humeurs").values())
    told = []
    for index, (name, style, colour) in enumerate(
        zip(names, ("-", "--", ":"), (_GREEN, "#1b1b1b", _BROWN), strict=True)
    ):
        values = [mean(one.moods[n][index] for one in records if n < len(one.moods)) for n in range(longest)]
        axes.plot(range(longest), values, style, color=colour, label=name, linewidth=2)
        told.append(f"{name} : {values[0]:.1f}, {values[-1]:.1f}".replace(".", ","))
    axes.set_ylim(0, HIGHEST + 0.2)
    axes.set_xlabel(say.say("synthese.humeur_axe"))
    axes.set_ylabel(say.say("synthese.niveau"))
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.18), ncol=3)
    _plain(axes)
    return Picture(_svg(figure), " ; ".join(told))


def _going_on(records: Sequence[Record], length: int) -> int:
    return sum(len(one.moods) >= length for one in records)


def _bars(names: Sequence[str], counts: Sequence[int], colours: Sequence[str], total: int, axis: str) -> str:
    figure = Figure(figsize=(_WIDTH, 0.6 + 0.32 * max(1, len(names))))
    axes = figure.subplots()
    places = range(len(names), 0, -1)
    axes.barh(places, [total] * len(names), color="none", edgecolor=_GREY, linewidth=0.8)
    axes.barh(places, counts, color=colours)
    axes.set_yticks(list(places), names)
    axes.set_xlim(0, total)
    axes.set_xlabel(axis)
    axes.locator_params(axis="x", integer=True)
    for place, count in zip(places, counts, strict=True):
        axes.annotate(str(count), (total, place), xytext=(6, 0), textcoords="offset points", va="center")
    _plain(axes)
    return _svg(figure)


def _plain(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _svg(figure: Figure) -> str:
    """The drawing alone: no date, no name of a tool."""
    FigureCanvasSVG(figure)
    made = io.StringIO()
    figure.savefig(made, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    return _XML_HEAD.sub("", made.getvalue())


def _told(names: Sequence[str], counts: Sequence[int]) -> str:
    return " ; ".join(f"{name} : {count}" for name, count in zip(names, counts, strict=True))
