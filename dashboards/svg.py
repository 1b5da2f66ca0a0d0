"""The same figure as an inline SVG: what a page shows without JavaScript, on paper and in documents.

It draws the figures of this package and no others: points, lines, bars, straight shapes and words, on axes
that say their range. Colours are classes and never attributes, so that a strict policy and a theme both hold:
`plot` on the drawing, `f-…` to fill and `s-…` to stroke with a token (`f-hue`, `s-line`, `f-none`), `dash-…`
for lines, `strong` for what was counted, `halo` for words that may cross a line.
"""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from dashboards.letters import CHARACTER, LINE_HEIGHT, fitting, parts, text_at, width_of
from dashboards.looks import Chart
from dashboards.strokes import box, circle, hatched, line, role

PHONE = 480
"""Below this width letters are counted for a phone, and the class `plot-narrow` says so."""


@dataclass(frozen=True, slots=True)
class Scale:
    """From a value of an axis to a place on the drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the data stand: edges in user units, and the size of the letters."""

    figure: Chart
    left: float
    top: float
    right: float
    bottom: float
    size: float

    def axis(self, name: str) -> Chart:
        """« y2 » names the layout's yaxis2."""
        found: Chart = self.figure["layout"].get(f"{name[0]}axis{name[1:]}", {})
        return found

    def scale(self, name: str) -> Scale:
        """An axis may use a part of the height only (its domain)."""
        if name == "paper":
            raise ValueError("Le papier n’a pas d’échelle.")
        low, high = self.axis(name)["range"]
        if name[0] == "x":
            return Scale(low, high, self.left, self.right)
        first, last = self.axis(name).get("domain", (0, 1))
        tall = self.bottom - self.top
        return Scale(low, high, self.bottom - first * tall, self.bottom - last * tall)

    def x(self, value: float, ref: str = "x") -> float:
        return self.left + value * (self.right - self.left) if ref == "paper" else self.scale(ref)(value)

    def y(self, value: float, ref: str = "y") -> float:
        return self.bottom - value * (self.bottom - self.top) if ref == "paper" else self.scale(ref)(value)

    @property
    def y_axes(self) -> list[str]:
        return [key.replace("axis", "") for key in self.figure["layout"] if key.startswith("yaxis")]


def svg_of(figure: Chart, *, width: int = 640, height: int = 300, label: str) -> str:
    """An image with its label; it takes the width it is given, and its letters shrink with it.

    Drawn 640 wide it is for a screen or a projector, 320 wide for a phone, where the letters keep their size.
    """
    ground = _ground(figure, width, height)
    said = html.escape(label)
    kind = "plot plot-narrow" if width < PHONE else "plot"
    view = f'class="{kind}" viewBox="0 0 {width} {height}" font-size="{ground.size:g}"'
    opening = f'<svg {view} role="img" aria-label="{said}">'
    drawn = [*_grid(ground), *_shapes(ground), *_data(ground), *_notes(ground), *_legend(ground)]
    return f"{opening}<title>{said}</title>{''.join(drawn)}</svg>"


def _ground(figure: Chart, width: int, height: int) -> Ground:
    """Leave room for the letters of both axes, for the lines of words on top and for the legend."""
    layout = figure["layout"]
    size = 14.0 if width < PHONE else 15.0
    axes = [axis for key, axis in layout.items() if key.startswith("yaxis") and _has_ticks(axis)]
    widest = max((width_of(tick, size) for axis in axes for tick in axis["ticktext"]), default=0)
    rows = _rows_under(figure)
    left = widest + 10 if widest else 4
    top = layout["margin"]["t"] + len(_legend_rows(figure, width - 8, size)) * size * 1.7
    return Ground(figure, left, top, width - 8, height - (rows * size * 1.4 + 6 if rows else 4), size)


def _has_ticks(axis: Chart) -> bool:
    return bool(axis.get("visible", True) and axis.get("showticklabels", True) and axis.get("ticktext"))


def _rows_under(figure: Chart) -> int:
    return {"multicategory": 2, "category": 1}.get(figure["layout"]["xaxis"].get("type", ""), 0)


def _grid(ground: Ground) -> Iterator[str]:
    """Horizontal lines with their numbers, then the terms."""
    for name in ground.y_axes:
        axis, scale = ground.axis(name), ground.scale(name) if ground.axis(name).get("range") else None
        if scale is None or not axis.get("visible", True):
            continue
        for value, text in zip(axis["tickvals"], axis["ticktext"], strict=True):
            height = scale(value)
            yield line(ground.left, height, ground.right, height, "s-line")
            if _has_ticks(axis):
                yield text_at(ground.left - 7, height + ground.size * 0.35, text, "end", "f-soft")
    yield from _terms(ground)


def _categories(figure: Chart) -> list[tuple[str, str]]:
    """(first row, second row) under the axis, from the first trace."""
    if not figure["data"] or not _rows_under(figure):
        return []
    x = figure["data"][0]["x"]
    return list(zip(x[1], x[0], strict=True)) if isinstance(x[0], list) else [(label, "") for label in x]


def _terms(ground: Ground) -> Iterator[str]:
    """The terms, each under its place; the school years once, under the middle of their terms."""
    pairs, size = _categories(ground.figure), ground.size
    room = (ground.right - ground.left) / max(len(pairs), 1)
    for place, label in enumerate(
        fitting([_short_year(first, room, size) for first, _ in pairs], room, size)
    ):
        yield text_at(ground.x(place), ground.bottom + size * 1.3, label, "middle", "f-soft")
    years = list(dict.fromkeys(year for _, year in pairs if year))
    for year in years:
        places = [place for place, (_, second) in enumerate(pairs) if second == year]
        text = _short_year(year, room * len(places), size)
        middle = ground.x((places[0] + places[-1]) / 2)
        yield text_at(middle, ground.bottom + size * 2.6, text, "middle", "f-soft")
        if year != years[0]:
            edge = ground.x(places[0] - 0.5)
            yield line(edge, ground.bottom, edge, ground.bottom + size * 2.7, "s-line")


def _short_year(text: str, room: float, size: float) -> str:
    """2026-2027, or 26-27 where that is too wide."""
    is_year = len(text) == 9 and text[4] == "-"
    return f"{text[2:4]}-{text[7:]}" if is_year and width_of(text, size) + 6 > room else text


def _shapes(ground: Ground) -> Iterator[str]:
    for shape in ground.figure["layout"].get("shapes", ()):
        x, y = shape["xref"], shape["yref"]
        look = f"{role('s', shape['line']['color'])} dash-{shape['line'].get('dash', 'solid')}"
        yield line(
            ground.x(shape["x0"], x),
            ground.y(shape["y0"], y),
            ground.x(shape["x1"], x),
            ground.y(shape["y1"], y),
            look,
        )


def _data(ground: Ground) -> Iterator[str]:
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
    """Bars from 0 or from the top of the bar before them, with their numbers."""
    lies = trace.get("orientation") == "h"
    values, across = (
        (trace["x"], ground.scale("x")) if lies else (trace["y"], ground.scale(trace.get("yaxis", "y")))
    )
    texts = trace["text"]
    for place, value in enumerate(values):
        if value is None:
            continue
        before = stacked.get((trace.get("yaxis", "y"), place), 0)
        stacked[trace.get("yaxis", "y"), place] = before + value
        middle = ground.y(trace["y"][place]) if lies else ground.x(place)
        step = abs(ground.scale("y")(1) - ground.scale("y")(0)) if lies else ground.x(1) - ground.x(0)
        half = trace["width"] * step / 2
        ends = across(before), across(before + value)
        if lies and not value:
            continue
        corners = (
            (ends[0], middle - half, ends[1], middle + half)
            if lies
            else (middle - half, ends[1], middle + half, ends[0])
        )
        yield _bar(trace["marker"], place, corners)
        yield _bar_text(ground, trace, texts[place], corners)


def _bar(marker: Chart, place: int, corners: tuple[float, float, float, float]) -> str:
    pattern = marker.get("pattern", {})
    shape = _each(pattern, "shape", place)
    edge = role("s", marker["line"]["color"])
    if not shape:
        return box(corners, f"{role('f', marker['color'])} {edge}")
    ground = role("f", pattern["bgcolor"]) if "bgcolor" in pattern else "f-none"
    strokes = role("s", pattern.get("fgcolor", marker["color"]))
    return box(corners, f"{ground} {edge}") + hatched(corners, shape, strokes)


def _bar_text(ground: Ground, trace: Chart, text: str, corners: tuple[float, float, float, float]) -> str:
    if not text:
        return ""
    colour = role("f", trace["textfont"]["color"])
    middle = (corners[0] + corners[2]) / 2
    if trace["textposition"] == "inside":
        return text_at(
            middle, (corners[1] + corners[3]) / 2 + ground.size * 0.35, text, "middle", f"{colour} strong"
        )
    room = ground.x(1) - ground.x(0)
    return text_at(
        middle, corners[1] - 6, fitting([text], room, ground.size)[0], "middle", f"{colour} strong halo"
    )


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
    marker = trace["marker"]
    radius = float(_each(marker, "size", place)) / 2
    is_open = _each(marker, "symbol", place).endswith("-open")
    yield circle(
        *at, radius, f"f-card {role('s', marker['color'])} line" if is_open else role("f", marker["color"])
    )
    if text:
        rows = len(parts(text))
        above = _each(trace, "textposition", place).startswith("top")
        lift = -(radius + 6) - (rows - 1) * LINE_HEIGHT * ground.size if above else radius + ground.size
        yield text_at(
            at[0],
            at[1] + lift,
            text,
            "middle",
            f"{role('f', trace['textfont']['color'])} strong halo",
            ground.size,
        )


def _notes(ground: Ground) -> Iterator[str]:
    anchors = {"left": "start", "center": "middle", "right": "end"}
    for note in ground.figure["layout"].get("annotations", ()):
        rows, size = len(parts(note["text"])), ground.size
        height = ground.y(note["y"], note["yref"]) - note.get("yshift", 0)
        tall = rows * LINE_HEIGHT * size
        first = {
            "bottom": height - tall + size * 0.85,
            "middle": height - tall / 2 + size * 0.85,
            "top": height + size,
        }
        anchor = anchors[note.get("xanchor", "center")]
        look = f"{role('f', note['font']['color'])} halo"
        yield text_at(
            ground.x(note["x"], note["xref"]), first[note["yanchor"]], note["text"], anchor, look, size
        )


def _legend_rows(figure: Chart, width: float, size: float) -> list[list[Chart]]:
    """The traces' names, as many to a row as the width holds."""
    if not figure["layout"].get("showlegend"):
        return []
    rows: list[list[Chart]] = [[]]
    for trace in figure["data"]:
        if rows[-1] and sum(_entry(t, size) for t in [*rows[-1], trace]) > width:
            rows.append([])
        rows[-1].append(trace)
    return rows


def _entry(trace: Chart, size: float) -> float:
    return width_of(trace["name"], size) + size * 2.4


def _legend(ground: Ground) -> Iterator[str]:
    size = ground.size
    for row, traces in enumerate(_legend_rows(ground.figure, ground.right, size)):
        left, base = ground.left, size * (1.2 + row * 1.7)
        for trace in traces:
            yield _bar(trace["marker"], 0, (left + 1, base - size * 0.8, left + size, base + size * 0.1))
            yield text_at(left + size * 1.4, base, trace["name"], "start", "f-ink")
            left += _entry(trace, size) + CHARACTER * size
