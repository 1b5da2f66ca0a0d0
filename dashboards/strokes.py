"""Lines, boxes, points and hatching, as elements of an SVG whose colours are classes."""

import re
from collections.abc import Sequence

Corners = tuple[float, float, float, float]
"""Left, top, right, bottom."""

GAP = 9.0
_TOKEN = re.compile(r"var\(--([a-z-]+)\)")


def role(kind: str, colour: str) -> str:
    """The class of a token: « f-hue » fills, « s-hue » strokes. ValueError for a fixed colour."""
    found = _TOKEN.fullmatch(colour)
    if not found:
        raise ValueError(f"Une couleur s’écrit var(--…), pas {colour!r}.")
    return f"{kind}-{found[1]}"


def line(x1: float, y1: float, x2: float, y2: float, look: str) -> str:
    return f'<line class="{look}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def circle(x: float, y: float, radius: float, look: str) -> str:
    return f'<circle class="{look}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>'


def diamond(x: float, y: float, radius: float, look: str) -> str:
    around = ((x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y))
    return f'<path class="{look}" d="M{_through(around)}Z"/>'


def curve(places: Sequence[tuple[float, float]], look: str) -> str:
    """One stroke through all the places, so that its dashes follow each other."""
    return f'<path class="f-none {look}" d="M{_through(places)}"/>'


def _through(places: Sequence[tuple[float, float]]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def box(corners: Corners, look: str) -> str:
    left, top, right, bottom = corners
    where = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}"'
    return f'<rect class="{look}" {where} rx="{min(3.0, (bottom - top) / 2):g}"/>'


def hatched(corners: Corners, shape: str, look: str) -> str:
    """Diagonals or dots in a box, stroke by stroke: a <pattern> needs an id, and a page has many charts."""
    drawn = _dots(corners) if shape == "." else _diagonals(corners)
    kind = "dots" if shape == "." else "hatch"
    return f'<path class="{look} {kind}" d="{drawn}"/>' if drawn else ""


def _diagonals(corners: Corners) -> str:
    """The lines x + y = c, cut at the edges."""
    left, top, right, bottom = corners
    drawn, c = [], left + top + GAP
    while c < right + bottom:
        x1, x2 = max(left, c - bottom), min(right, c - top)
        drawn.append(f"M{x1:.1f} {c - x1:.1f}L{x2:.1f} {c - x2:.1f}")
        c += GAP
    return "".join(drawn)


def _dots(corners: Corners) -> str:
    left, top, right, bottom = corners
    columns, rows = int((right - left) // GAP), int((bottom - top) // GAP)
    return "".join(
        f"M{left + (i + 0.5) * GAP:.1f} {top + (j + 0.5) * GAP:.1f}h.01"
        for i in range(columns)
        for j in range(rows)
    )
