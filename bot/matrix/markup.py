"""A plain text as the HTML that Matrix clients show: paragraphs, lists, links; everything else escaped. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

_BULLET = re.compile(r"- (.*)")
_NUMBER = re.compile(r"(\d{1,2})\. (.*)")
# The widget's links (bot/web/src/text.ts): a number before what makes it an age, an hour or a date is not to be called.
_NOT_COUNTED = r"(?!\s?(?:ans|mois|%|€|h\b|personnes))"
_NOT_DATED = r"(?!\s?(?:à \d|et \d|janv|févr|mars|avril|mai\b|juin|juil|août|sept|oct|nov|déc))"
_CALLED = ("le ", "au ", "immédiat, ", ": ", "ou ", "), ", "(")
_LINKS = re.compile(
    "|".join(
        (
            r"(?P<url>https?://[^\s«»<>]+[^\s«»<>.,;:!?)])",
            r"(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)",
            r"(?P<long>(?<![\d.])0[1-9](?:[ .\u00a0]?\d{2}){4}(?!\d)|(?<![\d.])0 8\d\d \d\d \d\d \d\d)",
            r"(?P<helpline>(?<![\d\-.,/])(?:116 00[06]|119|3018|3114|3919|11[245])(?![\d\-/]|[.,]\d|\.\w))"
            + _NOT_COUNTED,
            # 15, 17 and 18 are also ages: only where one is told to call them.
            "(?P<short>(?:" + "|".join(rf"(?<={re.escape(mark)})" for mark in _CALLED) + r"|^)"
            r"(?:15|17|18)(?![\d\-/.,]\d|\d))" + _NOT_COUNTED + _NOT_DATED,
        )
    )
)


def to_html(text: str) -> str:
    """`text` as HTML: blank lines part paragraphs, lines that begin with "- " or "1. " are lists."""
    return "".join(_block(paragraph) for paragraph in re.split(r"\n\s*\n", text) if paragraph.strip())


def _block(paragraph: str) -> str:
    parts = []
    for kind, group in groupby(paragraph.split("\n"), key=_kind):
        lines = list(group)
        if kind == "ul":
            parts.append(f"<ul>{''.join(f'<li>{_linked(line[2:])}</li>' for line in lines)}</ul>")
        elif kind == "ol":
            found = [match for line in lines if (match := _NUMBER.fullmatch(line))]
            items = "".join(f"<li>{_linked(match[2])}</li>" for match in found)
            parts.append(f'<ol start="{found[0][1]}">{items}</ol>')
        else:
            parts.append(f"<p>{'<br>'.join(_linked(line) for line in lines)}</p>")
    return "".join(parts)


def _kind(line: str) -> str:
    return "ul" if _BULLET.fullmatch(line) else "ol" if _NUMBER.fullmatch(line) else "p"


def _linked(line: str) -> str:
    return "".join(_pieces(line))


def _pieces(line: str) -> Iterator[str]:
    end = 0
    for match in _LINKS.finditer(line):
        yield escape(line[end : match.start()])
        end = match.end()
        shown = match[0]
        if match["url"]:
            target = shown
        else:
            target = f"mailto:{shown}" if match["mail"] else "tel:" + re.sub(r"[ .\u00a0]", "", shown)
        yield f'<a href="{escape(target)}">{escape(shown)}</a>'
    yield escape(line[end:])
