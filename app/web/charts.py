"""What a page passes to `ui.chart`: the figure, the words for those who do not see it, and its drawings."""

from typing import Any, TypedDict

from markupsafe import Markup

from dashboards.svg import svg_of

WIDE, NARROW = 560, 320
"""Units of a drawing; the fewer of them share a place, the larger the letters."""


class ChartBlock(TypedDict):
    """The arguments of the macro: {{ ui.chart(**block) }}."""

    figure: dict[str, Any]
    label: str
    svg: Markup
    note: str


def chart_block(figure: dict[str, Any], label: str, *, note: str = "", height: int = 270) -> ChartBlock:
    """One figure drawn for a wide place and for a narrow one; the stylesheet shows the one that fits.

    Both are drawn from the very data that plotly.js gets: what moves on a screen and what is printed agree.
    The wide one is read from the back of a classroom: in the meeting, on a projector of 1280 × 720, its
    letters are at least 18 pixels high. `note` says, under the chart, what a stroke of it means.
    """
    wide = svg_of(figure, width=WIDE, height=height, label=label)
    narrow = svg_of(figure, width=NARROW, height=height, label=label)
    drawings = Markup(wide) + Markup(narrow)  # svg_of escapes every text
    return {"figure": figure, "label": label, "svg": drawings, "note": note}
