"""What a page passes to `ui.chart`: the figure, the words for those who do not see it, and its drawings."""

import json
from functools import lru_cache
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
    drawings = Markup("").join(drawing(figure, width, height, label) for width in (WIDE, NARROW))
    return {"figure": figure, "label": label, "svg": drawings, "note": note}


def drawing(figure: dict[str, Any], width: int, height: int, label: str) -> Markup:
    """A figure as an SVG; one that was drawn lately is not drawn again."""
    return _drawn(json.dumps(figure), width, height, label)


@lru_cache(maxsize=500)
def _drawn(figure: str, width: int, height: int, label: str) -> Markup:
    """About 5 kB each. `figure` is JSON, which also says whether it is the same."""
    return Markup(
        svg_of(json.loads(figure), width=width, height=height, label=label)
    )  # it escapes every text
