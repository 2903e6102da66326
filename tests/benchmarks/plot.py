"""The picture of the benchmark: latency of a turn and throughput."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_COLOURS = {"vigie": "#1f6f8b", "stock": "#c9a227"}
_LABELS = {"vigie": "Vigie", "stock": "stock Rasa"}
_CASES = {"rule": "utter_ answer", "action": "custom action", "load": "16 users at once"}


def draw(results: dict[str, Any], file: Path) -> None:
    """Boxes from p25 to p75 with whiskers from p5 to p95, and bars of messages per second."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    systems = results["systems"]
    figure, (turns, rate) = plt.subplots(1, 2, figsize=(10, 4.2), gridspec_kw={"width_ratios": [3, 1]})
    width = 0.7 / len(systems)
    for rank, (name, measured) in enumerate(systems.items()):
        offset = (rank - (len(systems) - 1) / 2) * width
        drawn = turns.bxp(
            [_box(measured[case]) for case in _CASES],
            positions=[place + offset for place in range(len(_CASES))],
            widths=0.85 * width,
            showfliers=False,
            patch_artist=True,
            medianprops={"color": "black"},
        )
        for box in drawn["boxes"]:
            box.set_facecolor(_COLOURS[name])
        bar = rate.bar(_LABELS[name], measured["load"]["per_second"], color=_COLOURS[name], width=0.6)
        rate.bar_label(bar, fmt="%.0f")
        turns.plot([], [], color=_COLOURS[name], linewidth=8, label=_LABELS[name])
    turns.set_yscale("log")
    turns.yaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    turns.set_xticks(range(len(_CASES)), list(_CASES.values()))
    turns.set_ylabel("milliseconds, log scale")
    turns.set_title("One turn over HTTP (box p25-p75, whiskers p5-p95)")
    turns.grid(axis="y", which="both", alpha=0.25)
    turns.legend(frameon=False)
    rate.set_title("Messages per second")
    rate.margins(y=0.12)
    for axes in (turns, rate):
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(file, dpi=120, metadata={"Software": ""})
    plt.close(figure)


def _box(summary: dict[str, Any]) -> dict[str, float]:
    return {
        "whislo": summary["p5_ms"],
        "q1": summary["p25_ms"],
        "med": summary["p50_ms"],
        "q3": summary["p75_ms"],
        "whishi": summary["p95_ms"],
    }
