"""Words on a drawing: how wide they are, which of them fit, and how they are written."""

import html
from collections.abc import Sequence

CHARACTER, LINE_HEIGHT = 0.58, 1.18
"""An average letter's width and a line's height, in letters' heights; wide, so that nothing is cut."""


def parts(text: str) -> list[str]:
    """The lines of a text as plotly reads it."""
    return html.unescape(text.replace("<br>", "\n")).split("\n")


def width_of(text: str, size: float) -> float:
    return max(len(part) for part in parts(text)) * CHARACTER * size


def fitting(texts: Sequence[str], room: float, size: float) -> list[str]:
    """Shorten « sur 196 » to « /196 », then leave labels out, counting back from the last, until all stand apart.

    What is left out here is in the table under the chart.
    """
    shortened = list(texts)
    if _widest(shortened, size) > room:
        shortened = [text.replace("<br>sur ", "<br>/") for text in texts]
    step = max(1, -int(-_widest(shortened, size) // room))
    last = len(texts) - 1
    return [text if (last - place) % step == 0 else "" for place, text in enumerate(shortened)]


def _widest(texts: Sequence[str], size: float) -> float:
    return max((width_of(text, size) for text in texts), default=0)


def text_at(x: float, y: float, text: str, anchor: str, look: str, size: float = 0) -> str:
    """Words with their first line on `y`; several lines need the `size` of the letters."""
    lines = [html.escape(part) for part in parts(text)]
    opening = f'<text class="{look}" text-anchor="{anchor}" x="{x:.1f}" y="{y:.1f}">'
    if len(lines) == 1:
        return f"{opening}{lines[0]}</text>"
    more = "".join(f'<tspan x="{x:.1f}" dy="{LINE_HEIGHT * size:.1f}">{part}</tspan>' for part in lines[1:])
    return f"{opening}{lines[0]}{more}</text>"
