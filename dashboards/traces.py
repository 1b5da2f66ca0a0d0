"""Bars, lines, points and their numbers, drawn from the traces of a figure."""

from collections.abc import Iterator
from itertools import pairwise

from dashboards.ground import Ground
from dashboards.letters import LINE_HEIGHT, fitting, parts, text_at
from dashboards.looks import Chart
from dashboards.strokes import Corners, box, circle, hatched, line, role


def traces(ground: Ground) -> Iterator[str]:
    stacked: dict[tuple[str, int], float] = {}
    for trace in ground.figure["data"]:
        if trace["type"] == "bar":
            yield from _bars(ground, trace, stacked)
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
        yield _bar_text(ground, trace, trace["text"][place], corners)


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


def _bar_text(ground: Ground, trace: Chart, text: str, corners: Corners) -> str:
    """The number of a bar: in its middle, or on top when it may stand outside."""
    if not text:
        return ""
    look = f"{role('f', trace['textfont']['color'])} strong halo"
    is_inside = trace["textposition"] == "inside"
    height = (corners[1] + corners[3]) / 2 + ground.size * 0.35 if is_inside else corners[1] - 6
    return text_at((corners[0] + corners[2]) / 2, height, text, "middle", look)


def _points(ground: Ground, trace: Chart) -> Iterator[str]:
    """Lines between neighbours, then points, then their counts."""
    values, scale = trace["y"], ground.scale(trace.get("yaxis", "y"))
    places = [None if value is None else (ground.x(i), scale(value)) for i, value in enumerate(values)]
    if "lines" in trace["mode"]:
        look = f"{role('s', trace['line']['color'])} line"
        for one, two in pairwise(places):
            if one and two:
                yield line(*one, *two, look)
    room = (ground.right - ground.left) / max(len(values), 1)
    texts = fitting(trace["text"], room, ground.size)
    for place, at in enumerate(places):
        if at:
            yield from _point(ground, trace, place, at, texts[place])


def _point(ground: Ground, trace: Chart, place: int, at: tuple[float, float], text: str) -> Iterator[str]:
    marker, size = trace["marker"], ground.size
    radius = float(_each(marker, "size", place)) / 2
    is_open = _each(marker, "symbol", place).endswith("-open")
    filled, edged = role("f", marker["color"]), f"f-card {role('s', marker['color'])} line"
    yield circle(*at, radius, edged if is_open else filled)
    if text:
        above = _each(trace, "textposition", place).startswith("top")
        lift = -(radius + 6) - (len(parts(text)) - 1) * LINE_HEIGHT * size if above else radius + size
        look = f"{role('f', trace['textfont']['color'])} strong halo"
        yield text_at(at[0], at[1] + lift, text, "middle", look, size)
