"""The picture of the quality sheet: which topic is read as which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.quality.measures import Case


def draw(cases: Sequence[Case], file: Path) -> None:
    """A square for each pair of topics, the share of a row's sentences in percent; right readings are left blank."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import numpy as np

    wrong = Counter((_topic(c.expected), _topic(c.understood.key)) for c in cases if not c.right)
    totals = Counter(_topic(c.expected) for c in cases)
    rows = sorted(totals)
    columns = sorted({read for _, read in wrong} | set(rows))
    shares = np.array([[100 * wrong[row, column] / totals[row] for column in columns] for row in rows])
    figure, axes = plt.subplots(figsize=(9, 6.5))
    axes.imshow(shares, cmap="cividis_r", vmin=0)
    axes.set_xticks(range(len(columns)), columns, rotation=45, ha="right")
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xlabel("sujet lu")
    axes.set_ylabel("sujet attendu")
    axes.set_title("Phrases mal lues, en % des phrases du sujet attendu")
    middle = shares.max() / 2
    for (i, j), value in np.ndenumerate(shares):
        if value >= 0.05:
            axes.text(j, i, f"{value:.1f}", ha="center", va="center", color="white" if value > middle else "black")
    figure.tight_layout()
    figure.savefig(file, dpi=120, metadata={"Software": ""})
    plt.close(figure)


def _topic(key: str) -> str:
    return key.partition("/")[0]
