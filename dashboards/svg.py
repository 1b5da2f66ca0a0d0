"""The same figure as an inline SVG: what a page shows without JavaScript, on paper and in documents.

It draws the figures of this package and no others: points, lines, bars, straight shapes and words, on axes
that say their range. Colours are classes and never attributes, so that a strict policy and a theme both hold:
`plot` on the drawing, `f-…` to fill and `s-…` to stroke with a token (`f-hue`, `s-line`, `f-none`), `dash-…`
for lines, `strong` for what was counted, `halo` for words that may cross a line.
"""

import html
from collections.abc import Iterator

from dashboards.ground import Ground
from dashboards.legend import legend, legend_height
from dashboards.letters import LINE_HEIGHT, cut, fitting, parts, text_at, turned, width_of
from dashboards.looks import Chart, layout
from dashboards.strokes import box, line, role
from dashboards.traces import traces

PHONE = 480
"""Below this width letters are counted for a phone, and the class `plot-narrow` says so."""
THIN = 2
"""Pixels; a wider stroke is the edge of another."""
KEPT_INSIDE = {"mark", "key"}
"""Notes that are moved back, or cut, where they would leave the drawing."""


_ANCHORS = {"left": "start", "center": "middle", "right": "end"}


def svg_of(figure: Chart, *, width: int = 640, height: int = 300, label: str) -> str:
    """An image with its label; it takes the width it is given, and its letters shrink with it.

    Drawn 640 wide it is for a screen or a projector, 320 wide for a phone, where the letters keep their size.
    `height` holds one row of words above the figures; each row more makes the drawing taller.
    """
    height += max(figure["layout"]["margin"]["t"] - layout(1)["margin"]["t"], 0)
    ground = _ground(figure, width, height)
    said = html.escape(label)
    kind = "plot plot-narrow" if width < PHONE else "plot"
    view = f'class="{kind}" viewBox="0 0 {width} {height}" font-size="{ground.size:g}"'
    opening = f'<svg {view} role="img" aria-label="{said}">'
    under, over = _shapes(ground, "between"), _shapes(ground, "above")
    drawn = [*_grid(ground), *under, *traces(ground), *over, *_notes(ground), *legend(ground)]
    return f"{opening}<title>{said}</title>{''.join(drawn)}</svg>"


def _ground(figure: Chart, width: int, height: int) -> Ground:
    """Leave room for the letters of both axes, for the lines of words on top and for the legend."""
    look = figure["layout"]
    size = 14.0 if width < PHONE else 15.0
    axes = [axis for key, axis in look.items() if key.startswith("yaxis") and _has_ticks(axis)]
    widest = max((width_of(tick, size) for axis in axes for tick in axis["ticktext"]), default=0)
    rows = _rows_under(figure)
    left = widest + 10 if widest else 4
    top = look["margin"]["t"] + legend_height(figure, width - 8, size)
    return Ground(figure, left, top, width - 8, height - (rows * size * 1.4 + 6 if rows else 4), size)


def _has_ticks(axis: Chart) -> bool:
    return bool(axis.get("visible", True) and axis.get("showticklabels", True) and axis.get("ticktext"))


def _rows_under(figure: Chart) -> int:
    """Lines of words under the axis: one or two of names, or its numbers and what they count."""
    return {"multicategory": 2, "category": 1, "linear": 2}.get(figure["layout"]["xaxis"].get("type", ""), 0)


def _grid(ground: Ground) -> Iterator[str]:
    """Horizontal lines with their numbers, then what stands under the axis."""
    for name in ground.y_axes:
        axis, scale = ground.axis(name), ground.scale(name) if ground.axis(name).get("range") else None
        if scale is None or not axis.get("visible", True):
            continue
        for value, text in zip(axis["tickvals"], axis["ticktext"], strict=True):
            height = scale(value)
            yield line(ground.left, height, ground.right, height, "s-line")
            if _has_ticks(axis):
                yield text_at(ground.left - 7, height + ground.size * 0.35, text, "end", "f-soft")
    yield from _numbers(ground) if ground.axis("x").get("type") == "linear" else _terms(ground)


def _numbers(ground: Ground) -> Iterator[str]:
    """The numbers of the axis, on the ground they count from, and its title."""
    axis, size = ground.axis("x"), ground.size
    yield line(ground.left, ground.bottom, ground.right, ground.bottom, "s-line")
    for value, text in zip(axis["tickvals"], axis["ticktext"], strict=True):
        yield text_at(ground.x(value), ground.bottom + size * 1.3, text, "middle", "f-soft")
    middle = (ground.left + ground.right) / 2
    yield text_at(middle, ground.bottom + size * 2.6, axis["title"]["text"], "middle", "f-soft")


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
    spans = [[place for place, (_, second) in enumerate(pairs) if second == year] for year in years]
    narrowest = min((room * len(places) for places in spans), default=0)
    for year, places in zip(years, spans, strict=True):
        text = _short_year(year, narrowest, size)
        middle = ground.x((places[0] + places[-1]) / 2)
        yield text_at(middle, ground.bottom + size * 2.6, text, "middle", "f-soft")
        edges = [places[0] - 0.5, *([places[-1] + 0.5] if year == years[-1] else [])]
        for edge in map(ground.x, edges):
            yield line(edge, ground.bottom, edge, ground.bottom + size * 2.7, "s-line")


def _short_year(text: str, room: float, size: float) -> str:
    """2026-2027, or 26-27 where that is too wide."""
    is_year = len(text) == 9 and text[4] == "-"
    return f"{text[2:4]}-{text[7:]}" if is_year and width_of(text, size) + 6 > room else text


def _shapes(ground: Ground, layer: str) -> Iterator[str]:
    """Straight lines and empty frames, under the figures or over them."""
    for shape in ground.figure["layout"].get("shapes", ()):
        if shape["layer"] != layer:
            continue
        look = f"{role('s', shape['line']['color'])} dash-{shape['line']['dash']}"
        left, right = (ground.x(shape[key], shape["xref"]) for key in ("x0", "x1"))
        first, last = (ground.y(shape[key], shape["yref"]) for key in ("y0", "y1"))
        if shape["type"] == "rect":
            yield box((left, last, right, first), f"f-none {look}")
        else:
            thick = " thick" if shape["line"]["width"] > THIN else ""
            yield line(left, first, right, last, look + thick)


def _notes(ground: Ground) -> Iterator[str]:
    for note in ground.figure["layout"].get("annotations", ()):
        text, kind = note["text"], note.get("name", "")
        x, look = ground.x(note["x"], note["xref"]), f"{role('f', note['font']['color'])} halo"
        base = ground.y(note["y"], note["yref"]) - note.get("yshift", 0)
        terms = int(kind.removeprefix("nothing ")) if kind.startswith("nothing") else 0
        if terms and width_of(text, ground.size) > terms * (ground.x(1) - ground.x(0)):
            yield turned(x + ground.size * 0.35, base - 3, text, look)
        else:
            yield _level(ground, note, x, base, look)


def _level(ground: Ground, note: Chart, x: float, base: float, look: str) -> str:
    """Words on their anchor; a name that would leave the drawing is moved back, or cut at last."""
    size, width = ground.size, ground.right + 8
    is_kept = note.get("name") in KEPT_INSIDE
    text = cut(note["text"], width, size) if is_kept else note["text"]
    wide, tall = width_of(text, size), len(parts(text)) * LINE_HEIGHT * size
    start = x - wide * {"left": 0, "center": 0.5, "right": 1}[note["xanchor"]]
    shift = max(-start, 0) + min(width - start - wide, 0) if is_kept else 0
    first = {"bottom": base - tall, "middle": base - tall / 2, "top": base}[note["yanchor"]] + size * 0.85
    return text_at(x + shift, first, text, _ANCHORS[note["xanchor"]], look, size)
