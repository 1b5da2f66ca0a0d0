"""Words on a drawing: how wide they are, which of them fit, and how they are written."""

import html
from collections.abc import Sequence

CHARACTER, LINE_HEIGHT, AIR = 0.58, 1.18, 0.33
"""An average letter's width, a line's height and what parts two counts side by side, in letters' heights.

Wide, so that nothing is cut."""


def parts(text: str) -> list[str]:
    """The lines of a text as plotly reads it."""
    return html.unescape(text.replace("<br>", "\n")).split("\n")


def width_of(text: str, size: float) -> float:
    return max(len(part) for part in parts(text)) * CHARACTER * size


def fitting(texts: Sequence[str], room: float, size: float) -> list[str]:
    """Shorten « sur 196 » to « /196 », then leave out lines, back from the last text, until all stand apart.

    The lower lines go first, the counts last; a line left empty keeps the others at their height.
    """
    shortened = list(texts)
    if _widest(shortened, size) + AIR * size > room:  # they read as one line unless twice the air is left
        shortened = [text.replace("<br>sur ", "<br>/") for text in texts]
    firsts = [text.partition("<br>")[0] for text in shortened]
    whole, first = (max(1, -int(-_widest(some, size) // room)) for some in (shortened, firsts))
    back = [len(texts) - 1 - place for place in range(len(texts))]
    return [
        "" if place % first else name + _blank(text) if place % whole else text
        for place, name, text in zip(back, firsts, shortened, strict=True)
    ]


def _blank(text: str) -> str:
    return "<br>\u00a0" if "<br>" in text else ""


def _widest(texts: Sequence[str], size: float) -> float:
    """With some air, so that two texts beside each other stay two, in bold letters too."""
    return max((width_of(text, size) for text in texts if text), default=0) + size * AIR


def cut(text: str, room: float, size: float) -> str:
    """As much of a line as the room holds; the whole of it is told by the page."""
    most, (line,) = int(room / (CHARACTER * size)), parts(text)
    return text if len(line) <= most else html.escape(line[: most - 1].rstrip() + "…", quote=False)


def turned(x: float, y: float, text: str, look: str) -> str:
    """Words that climb from a place, where the terms are too narrow for them."""
    said = html.escape(" ".join(parts(text)))
    return f'<text class="{look}" transform="translate({x:.1f} {y:.1f}) rotate(-90)">{said}</text>'


def text_at(x: float, y: float, text: str, anchor: str, look: str, size: float = 0) -> str:
    """Words with their first line on `y`; several lines need the `size` of the letters."""
    lines = [html.escape(part) for part in parts(text)]
    opening = f'<text class="{look}" text-anchor="{anchor}" x="{x:.1f}" y="{y:.1f}">'
    if len(lines) == 1:
        return f"{opening}{lines[0]}</text>"
    more = "".join(f'<tspan x="{x:.1f}" dy="{LINE_HEIGHT * size:.1f}">{part}</tspan>' for part in lines[1:])
    return f"{opening}{lines[0]}{more}</text>"
