"""The small drawing beside a figure of the sheet: its shape over time, in words in its label."""

import html
from collections.abc import Sequence

from app.domain.indicators import Indicator
from app.domain.readings import Target
from dashboards.points import Point, every_term

WIDTH, HEIGHT, EDGE = 120, 56, 6
BASE = HEIGHT - 2


def spark(indicator: Indicator, points: Sequence[Point], label: str, *, target: Target | None = None) -> str:
    """An inline SVG of classes only: dots and lines on 0 to 100 % for a rate, bars from 0 for a count."""
    shown = every_term(indicator, points)
    draw = _dots if indicator.is_rate else _bars
    drawn = "".join(draw(indicator, shown, target))
    opening = (
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(label)}">'
    )
    return f"{opening}{drawn}</svg>"


def _across(place: int, count: int) -> float:
    """Evenly from edge to edge; a point alone stands in the middle."""
    return WIDTH / 2 if count == 1 else EDGE + place * (WIDTH - 2 * EDGE) / (count - 1)


def _dots(indicator: Indicator, points: Sequence[Point], target: Target | None) -> list[str]:
    base = HEIGHT - 18 if indicator.is_yearly else HEIGHT - EDGE
    rise = base - EDGE
    spread = _years_across if indicator.is_yearly else _across
    places: list[tuple[float, float] | None] = [
        (spread(i, len(points)), base - rise * float(rate.share)) if rate and rate.share is not None else None
        for i, rate in enumerate(point.figure.rate for point in points)
    ]
    aim = [_target(base - rise * target.value / 100)] if target else []
    years = _years(points) if indicator.is_yearly else []
    return [*aim, *_runs(points, places), *_circles(places), *years]


def _years_across(place: int, count: int) -> float:
    return WIDTH * (2 * place + 1) / (2 * count)


def _runs(points: Sequence[Point], places: Sequence[tuple[float, float] | None]) -> list[str]:
    """A line between two terms that follow each other and were both counted in full."""
    drawn = []
    for place in range(len(places) - 1):
        one, two = places[place], places[place + 1]
        if one and two and points[place].complete and points[place + 1].complete:
            drawn.append(f'<path class="line" d="M{one[0]:.1f} {one[1]:.1f}L{two[0]:.1f} {two[1]:.1f}"/>')
    return drawn


def _circles(places: Sequence[tuple[float, float] | None]) -> list[str]:
    last = len(places) - 1
    return [
        f'<circle class="dot" cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{4.5 if place == last else 3}"/>'
        for place, at in enumerate(places)
        if at
    ]


def _years(points: Sequence[Point]) -> list[str]:
    """The civil year of the rentrée under each dot, thinned until the years stand apart."""
    step = -(-len(points) // 4)
    return [
        f'<text x="{_years_across(place, len(points)):.1f}" y="{BASE}" text-anchor="middle">'
        f"{point.term.year.start}</text>"
        for place, point in enumerate(points)
        if (len(points) - 1 - place) % step == 0
    ]


def _bars(_: Indicator, points: Sequence[Point], target: Target | None) -> list[str]:
    """A zero is a stroke on the ground; what was not measured leaves a hole."""
    counts = [point.figure.rate.counted if point.figure.rate else None for point in points]
    top = max([*(count for count in counts if count), target.value if target else 0, 1])
    slot = WIDTH / max(len(points), 1)
    width = min(16.0, slot * 0.68)
    drawn = [_target(BASE - (BASE - EDGE) * target.value / top)] if target else []
    for place, count in enumerate(counts):
        if count is not None:
            tall = max((BASE - EDGE) * count / top, 1.5)
            left = slot * (place + 0.5) - width / 2
            size = f'width="{width:.1f}" height="{tall:.1f}" rx="{min(2.0, tall / 2):.1f}"'
            drawn.append(f'<rect class="mark" x="{left:.1f}" y="{BASE - tall:.1f}" {size}/>')
    return drawn


def _target(height: float) -> str:
    return f'<line class="target" x1="0" x2="{WIDTH}" y1="{height:.1f}" y2="{height:.1f}"/>'
