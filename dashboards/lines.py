"""A rate, term after term: points on 0 to 100 %, joined where they are neighbours, with their counts."""

from collections.abc import Sequence

from app.domain.indicators import Indicator
from app.domain.readings import Target
from dashboards.looks import HUE, Chart
from dashboards.points import Point
from dashboards.told import common, interval, label, percent, silent

AIR = 3.0
"""Points of per cent between a point, or the end of its interval, and its counts."""
SMALL_AIR = 9.0
"""The same in a small multiple, where a point of per cent is a third as high."""
LAST_AIR = 2.0
"""How much more beside the last mark, which is larger, where no interval holds the counts off it."""

Ends = tuple[float, float] | None
"""The lowest and the highest place that the mark of a term covers, in per cent."""


def ends_of(indicator: Indicator, points: Sequence[Point], *, bare: bool = False) -> list[Ends]:
    """The place each point takes on the chart, with its interval unless the chart is `bare`."""
    ends: list[Ends] = []
    for point in points:
        value = percent(point.figure.rate)
        around = None if bare else interval(indicator, point)
        ends.append(None if value is None else around or (value, value))
    return ends


def sides_of(points: Sequence[Point], ends: Sequence[Ends], target: Target | None) -> list[str]:
    """Counts stand above; below where they would meet the line, the target or the end of the scale."""
    values = [percent(point.figure.rate) for point in points]
    padded = [None, *values, None]
    sides = []
    for before, now, end, after in zip(padded, values, ends, padded[2:], strict=False):
        low, high = end or (0, 0)
        near = [value for value in (before, after) if value is not None]
        is_hollow = bool(near) and now is not None and now <= min(near)
        is_crossed = target is not None and 2 < target.value - high < 21
        is_below = low >= 22 and (is_hollow or is_crossed or high > 76)
        sides.append("bottom center" if is_below else "top center")
    return sides


def rates(
    indicator: Indicator,
    points: Sequence[Point],
    sides: Sequence[str],
    ends: Sequence[Ends],
    air: float = AIR,
) -> list[Chart]:
    """The complete figures; then, hollow and alone, the incomplete ones; then the counts of all of them."""
    traces = [_points(indicator, points, ends, complete=True)]
    if not all(point.complete for point in points):
        traces.append(_points(indicator, points, ends, complete=False))
    return [*traces, _counts(indicator, points, sides, ends, air)]


def _points(indicator: Indicator, points: Sequence[Point], ends: Sequence[Ends], *, complete: bool) -> Chart:
    kept = [percent(point.figure.rate) if point.complete is complete else None for point in points]
    symbol, edge = ("circle", 0) if complete else ("circle-open", 3)
    marker: Chart = {
        "color": HUE,
        "symbol": symbol,
        "opacity": 1,
        "line": {"color": HUE, "width": edge},
        "size": [*[10] * (len(points) - 1), 14],
    }
    trace: Chart = {
        "type": "scatter",
        "mode": "lines+markers" if complete else "markers",
        **common(indicator, points),
        "y": kept,
        "connectgaps": False,
        "line": {"color": HUE, "width": 3},
        "marker": marker,
    }
    whiskers = _whiskers(kept, ends)
    return trace | {"error_y": whiskers} if whiskers else trace


def _whiskers(values: Sequence[float | None], ends: Sequence[Ends]) -> Chart:
    """How far above and below each point its interval goes; empty when no point has one."""
    spans = [
        (high - value, value - low) if value is not None and (low, high) != (value, value) else (0.0, 0.0)
        for value, (low, high) in zip(values, (end or (0.0, 0.0) for end in ends), strict=True)
    ]
    if not any(above or below for above, below in spans):
        return {}
    look = {"type": "data", "symmetric": False, "color": HUE, "thickness": 1.5, "width": 4}
    above, below = ([round(span[side], 4) for span in spans] for side in (0, 1))
    return look | {"array": above, "arrayminus": below}


def _counts(
    indicator: Indicator,
    points: Sequence[Point],
    sides: Sequence[str],
    ends: Sequence[Ends],
    air: float,
) -> Chart:
    """The counts, clear of the points and of their intervals."""
    airs = [
        air + LAST_AIR if end and end[0] == end[1] and point is points[-1] else air
        for end, point in zip(ends, points, strict=True)
    ]
    places = [
        None if end is None else round(end[1] + room if side.startswith("top") else end[0] - room, 4)
        for end, side, room in zip(ends, sides, airs, strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "text",
        **silent(indicator, points),
        "y": places,
        "text": [label(point.figure.rate) if end else "" for point, end in zip(points, ends, strict=True)],
        "textposition": list(sides),
    }
