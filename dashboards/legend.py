"""The names of a figure's traces, each beside a piece of it, over the drawing."""

from collections.abc import Iterator

from dashboards.ground import Ground
from dashboards.letters import CHARACTER, text_at, width_of
from dashboards.looks import Chart
from dashboards.strokes import line, role
from dashboards.traces import bar, spot

ROW = 1.7
"""Height of a row, in letters' heights."""


def legend_height(figure: Chart, width: float, size: float) -> float:
    return len(_rows(figure, width, size)) * size * ROW


def _rows(figure: Chart, width: float, size: float) -> list[list[Chart]]:
    """The traces' names, as many to a row as the width holds."""
    if not figure["layout"].get("showlegend"):
        return []
    rows: list[list[Chart]] = [[]]
    for trace in figure["data"]:
        if not trace.get("showlegend", True):
            continue
        if rows[-1] and sum(_entry(t, size) for t in [*rows[-1], trace]) > width:
            rows.append([])
        rows[-1].append(trace)
    return rows


def _entry(trace: Chart, size: float) -> float:
    return width_of(trace["name"], size) + size * 2.4


def legend(ground: Ground) -> Iterator[str]:
    size = ground.size
    for row, entries in enumerate(_rows(ground.figure, ground.right, size)):
        left, base = ground.left, size * (1.2 + row * ROW)
        for trace in entries:
            yield _piece(trace, left, base, size)
            yield text_at(left + size * 1.4, base, trace["name"], "start", "f-ink")
            left += _entry(trace, size) + CHARACTER * size


def _piece(trace: Chart, left: float, base: float, size: float) -> str:
    """A small bar, a short stroke, or one point."""
    middle = base - size * 0.35
    if trace["type"] == "bar":
        return bar(trace["marker"], 0, (left + 1, base - size * 0.8, left + size, base + size * 0.1))
    if trace["mode"] == "lines":
        look = f"{role('s', trace['line']['color'])} dash-{trace['line']['dash']}"
        return line(left, middle, left + size * 1.2, middle, look)
    return spot(trace, 0, (left + size * 0.6, middle))
