"""The eight steps of the interview as a drawing: covered, touched clumsily, not touched; never by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from bot.logic.debrief import Step

_ROW, _WIDTH, _LEFT = 30, 640, 44
_FILLS = {"oui": "#1d6b4f", "maladroit": "#ffffff", "non": "#ffffff"}


def steps_picture(steps: Sequence[Step], lines: Sequence[str]) -> str:
    """SVG of `steps`; `lines` says beside each where it was touched. No script, no style sheet, no font of its own."""
    height = _ROW * len(steps) + 10
    rows = []
    for index, (step, text) in enumerate(zip(steps, lines, strict=True)):
        state = state_of(step)
        y = 5 + _ROW * index + _ROW // 2
        dash = ' stroke-dasharray="4 3"' if state == "maladroit" else ""
        ink = "#ffffff" if state == "oui" else "#1b1b1b"
        if index:
            rows.append(f'<line x1="22" y1="{y - _ROW + 12}" x2="22" y2="{y - 12}" stroke="#767676" stroke-width="2"/>')
        rows.append(
            f'<circle cx="22" cy="{y}" r="11" fill="{_FILLS[state]}" stroke="#1d6b4f" stroke-width="2"{dash}/>'
            f'<text x="22" y="{y + 4}" font-size="12" text-anchor="middle" fill="{ink}">{step.number}</text>'
            f'<text x="{_LEFT}" y="{y + 5}" font-size="14" fill="#1b1b1b">{escape(text)}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        f'font-family="sans-serif"><rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>{"".join(rows)}</svg>'
    )


def state_of(step: Step) -> str:
    """ "oui" when some line covers it well, "maladroit" when every one is to improve, "non" without a line."""
    return "oui" if step.covered else "maladroit" if step.lines else "non"
