"""What a page passes to `ui.chart`: the figure, the words for those who do not see it, and its drawings."""

from typing import Any, TypedDict

from markupsafe import Markup

from dashboards.svg import svg_of


class ChartBlock(TypedDict):
    """The arguments of the macro: {{ ui.chart(**block) }}."""

    figure: dict[str, Any]
    label: str
    svg: Markup


def chart_block(figure: dict[str, Any], label: str) -> ChartBlock:
    """One figure drawn for a wide place and for a narrow one; the stylesheet shows the one that fits.

    Both are drawn from the very data that plotly.js gets: what moves on a screen and what is printed agree.
    """
    wide, narrow = svg_of(figure, label=label), svg_of(figure, width=320, height=270, label=label)
    return {
        "figure": figure,
        "label": label,
        "svg": Markup(wide) + Markup(narrow),
    }  # svg_of escapes every text
