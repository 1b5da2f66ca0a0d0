"""Bars, lines, points and their numbers, drawn from the traces of a figure."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from dashboards.ground import Ground
from dashboards.letters import LINE_HEIGHT, fitting, parts, text_at
from dashboards.looks import Chart
from dashboards.strokes import Corners, box, circle, curve, diamond, hatched, line, role

Place = tuple[float, float]


def traces(ground: Ground) -> Iterator[str]:
    stacked: dict[tuple[str, int], float] = {}
    for trace in ground.figure["data"]:
        if trace["type"] == "bar":
            yield from _bars(ground, trace, stacked)
        elif ground.axis("x").get("type") == "linear":
            yield from _scattered(ground, trace)
        else:
            yield from _points(ground, trace)


def _each(trace: Chart, key: str, place: int) -> str:
    """A property that is one for the trace, or one a point."""
    value = trace.get(key, "")
    return str(value[place]) if isinstance(value, list) else str(value)


def _bars(ground: Ground, trace: Chart, stacked: dict[tuple[str, int], float]) -> Iterator[str]:
    """Bars from 0 or from the end of the bar before them, with their numbers."""
    axis, lies = trace.get("yaxis", "y"), trace.get("orientation") == "h"
    for place, value in enumerate(trace["x"] if lies else trace["y"]):
        if value is None:
            continue
        before = stacked.get((axis, place), 0)
        stacked[axis, place] = before + value
        corners = _corners(ground, trace, place, before, before + value)
        if value:
            yield bar(trace["marker"], place, corners)
        else:
            left, _, right, base = corners
            yield line(left, base, right, base, f"{role('s', trace['marker']['color'])} line")
        yield _bar_text(ground, trace, place, corners)


def _corners(ground: Ground, trace: Chart, place: int, start: float, end: float) -> Corners:
    """The box of a bar from one value to another, upright or lying."""
    half = trace["width"] / 2
    if trace.get("orientation") == "h":
        middle = trace["y"][place]
        return ground.x(start), ground.y(middle + half), ground.x(end), ground.y(middle - half)
    scale = ground.scale(trace.get("yaxis", "y"))
    return ground.x(place - half), scale(end), ground.x(place + half), scale(start)


def bar(marker: Chart, place: int, corners: Corners) -> str:
    pattern = marker.get("pattern", {})
    shape = _each(pattern, "shape", place)
    edge = role("s", marker["line"]["color"])
    if not shape:
        return box(corners, f"{role('f', marker['color'])} {edge}")
    ground = role("f", pattern["bgcolor"]) if "bgcolor" in pattern else "f-none"
    strokes = role("s", pattern.get("fgcolor", marker["color"]))
    return box(corners, f"{ground} {edge}") + hatched(corners, shape, strokes)


def _bar_text(ground: Ground, trace: Chart, place: int, corners: Corners) -> str:
    """The number of a bar: in its middle, or on top when it may stand outside."""
    text = _each(trace, "text", place)
    if not text:
        return ""
    look = f"{role('f', _each(trace['textfont'], 'color', place))} strong"
    if _each(trace, "textposition", place) == "inside":
        height = (corners[1] + corners[3]) / 2 + ground.size * 0.35
    else:
        look, height = f"{look} halo", corners[1] - 6
    return text_at((corners[0] + corners[2]) / 2, height, text, "middle", look)


def _points(ground: Ground, trace: Chart) -> Iterator[str]:
    """What chance leaves possible, lines between neighbours, then points or their counts."""
    values, scale = trace["y"], ground.scale(trace.get("yaxis", "y"))
    places = [None if value is None else (ground.x(i), scale(value)) for i, value in enumerate(values)]
    yield from _whiskers(ground, trace)
    if "lines" in trace["mode"]:
        look = f"{role('s', trace['line']['color'])} line"
        for one, two in pairwise(places):
            if one and two:
                yield line(*one, *two, look)
    if "text" in trace["mode"]:
        yield from _texts(ground, trace, places)
    else:
        for place, at in enumerate(places):
            if at:
                yield spot(trace, place, at)


def _whiskers(ground: Ground, trace: Chart) -> Iterator[str]:
    """An interval: a thin upright stroke with two short ends."""
    spans = trace.get("error_y")
    if not spans:
        return
    scale, look, half = ground.scale("y"), f"{role('s', spans['color'])} whisker", spans["width"]
    for place, value in enumerate(trace["y"]):
        if value is not None and (spans["array"][place] or spans["arrayminus"][place]):
            x, top, low = (
                ground.x(place),
                scale(value + spans["array"][place]),
                scale(value - spans["arrayminus"][place]),
            )
            yield line(x, top, x, low, look)
            yield from (line(x - half, end, x + half, end, look) for end in (top, low))


def _scattered(ground: Ground, trace: Chart) -> Iterator[str]:
    """A curve, or points, over numbers."""
    across, upwards = ground.scale("x"), ground.scale("y")
    places = [(across(x), upwards(y)) for x, y in zip(trace["x"], trace["y"], strict=True)]
    if trace["mode"] == "lines":
        yield curve(places, f"{role('s', trace['line']['color'])} dash-{trace['line']['dash']}")
    else:
        yield from (spot(trace, place, at) for place, at in enumerate(places))


def spot(trace: Chart, place: int, at: Place) -> str:
    """A point: full or open, a diamond where it has to be seen without its colour."""
    marker = trace["marker"]
    symbol, radius = _each(marker, "symbol", place), float(_each(marker, "size", place)) / 2
    fill, edge = role("f", marker["color"]), marker["line"]
    if symbol.endswith("-open"):
        return circle(*at, radius, f"f-card {role('s', marker['color'])} line")
    look = f"{fill} {role('s', edge['color'])} whisker" if edge["color"] != marker["color"] else fill
    # A symbol of plotly's has the area of the circle of its size.
    return diamond(*at, radius * 1.3, look) if symbol == "diamond" else circle(*at, radius, look)


def _texts(ground: Ground, trace: Chart, places: Sequence[Place | None]) -> Iterator[str]:
    """Counts over or under their place, shortened and thinned until they stand apart."""
    size, look = ground.size, f"{role('f', trace['textfont']['color'])} strong halo"
    room = (ground.right - ground.left) / max(len(places), 1)
    for place, (at, text) in enumerate(zip(places, fitting(trace["text"], room, size), strict=True)):
        if at and text:
            above = _each(trace, "textposition", place).startswith("top")
            lift = -(len(parts(text)) - 1) * LINE_HEIGHT * size if above else size * 0.8
            yield text_at(at[0], at[1] + lift, text, "middle", look, size)
