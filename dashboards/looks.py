"""Colours, axes and words that the charts share. A colour is a token of the stylesheet."""

import html
from collections.abc import Sequence
from typing import Any

from app.domain import french
from app.domain.french import NARROW
from app.domain.indicators import Indicator
from dashboards.points import Point, names_of

Chart = dict[str, Any]
"""A figure as plain data, {"data": […], "layout": {…}}: hundreds of times faster to build than objects."""

HUE, INK, SOFT, LINE = "var(--hue)", "var(--ink)", "var(--soft)", "var(--line)"
CARD, TINT, AGIR = "var(--card)", "var(--tint)", "var(--agir)"
ROW = 19
"""Height of a line of words above a chart, in pixels."""
LIFT = 8
"""Pixels from the chart to the first of them: half the height of the highest number of the scale."""


STRONG: Chart = {"color": INK, "weight": 600}
"""The letters of what was counted."""
_QUIET: Chart = {"zeroline": False, "showline": False, "ticks": "", "tickmode": "array"}


def words(text: str) -> str:
    """A text that people typed, as plotly reads texts: its own <br> stays, theirs does not."""
    one_line = text.replace("\r", " ").replace("\n", " ")
    return html.escape(one_line, quote=False)


def terms_axis(indicator: Indicator, points: Sequence[Point]) -> Chart:
    """T1, T2, T3 with the school year under them; the years alone for a yearly figure."""
    kind = "category" if indicator.is_yearly else "multicategory"
    return named_axis(kind, len(points))


def named_axis(kind: str, terms: int) -> Chart:
    """An axis of names: a place each, half a place of air at both ends, and the ground the bars stand on."""
    look = {"showgrid": False, "showline": True, "ticks": "", "tickangle": 0}
    return {"type": kind, "range": [-0.5, terms - 0.5], **look}


def terms_of(indicator: Indicator, points: Sequence[Point]) -> list[Any]:
    """Where the points stand on that axis."""
    names = [names_of(point.term) for point in points]
    years = [name.year for name in names]
    return years if indicator.is_yearly else [years, [name.short for name in names]]


def rate_axis() -> Chart:
    """Always 0 to 100 %, so that two charts, or two terms of one, can be compared by eye."""
    shares = [0, 25, 50, 75, 100]
    said = [f"{share}{NARROW}%" for share in shares]
    return {"range": [0, 100], "tickvals": shares, "ticktext": said, **_QUIET}


def count_axis(highest: int) -> Chart:
    """From 0, in whole steps of 1, 2 or 5, with room for the number above the highest bar."""
    step, wanted = 1, max(highest, 1) * 1.14
    while wanted > 4 * step:
        step = _wider(step)
    ticks = list(range(0, -int(-wanted // step) * step + 1, step))
    said = [french.number(tick) for tick in ticks]
    return {"range": [0, ticks[-1]], "tickvals": ticks, "ticktext": said, **_QUIET}


def _wider(step: int) -> int:
    """1, 2, 5, 10, 20…"""
    return step * 5 // 2 if str(step)[0] == "2" else step * 2


def number_axis(last: int, title: str) -> Chart:
    """Upright strokes would meet the curves: numbers from 0 on, at most six, with their name below."""
    step = 1
    while last > 5 * step:
        step = _wider(step)
    ticks = list(range(0, last + 1, step))
    look = {"tickvals": ticks, "ticktext": [french.number(tick) for tick in ticks]} | _QUIET
    return {"type": "linear", "range": [0, last], "title": {"text": title}} | look | {"showgrid": False}


def bar_width(bars: int) -> float:
    """In units of the axis; a few bars stay slim."""
    return 0.62 * min(1, (bars + 1) / 5)


def note(text: str, x: float, y: float, colour: str = SOFT, **more: Any) -> Chart:
    """Words at a place of the chart, without an arrow."""
    font = {"color": colour}
    return {"text": text, "x": x, "y": y, "showarrow": False, "font": font, **more}


def layout(top: int = 0, **more: Any) -> Chart:
    """The part every chart has: no title (the page has it), no background, room for `top` lines of words."""
    margin = {"l": 8, "r": 10, "t": (19 + LIFT if top else 14) + ROW * top, "b": 8}
    clear = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"}
    return {"margin": margin, "showlegend": False, "barcornerradius": 4, **clear, **more}


def empty(text: str) -> Chart:
    """A chart with nothing to show says so."""
    hidden = {"visible": False, "range": [0, 1]}
    said = note(text, 0.5, 0.5, xref="paper", yref="paper", xanchor="center", yanchor="middle")
    return {"data": [], "layout": layout(xaxis=hidden, yaxis=hidden, annotations=[said])}
