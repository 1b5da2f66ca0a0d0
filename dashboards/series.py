"""One indicator, term after term: counts first, gaps where nothing was measured, one scale everywhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain import french
from app.domain.french import NARROW
from app.domain.indicators import Indicator
from app.domain.rates import NOT_MEASURED, Rate
from app.domain.readings import Target, counts_sentence
from app.domain.school_year import Term
from app.domain.vocabulary import Status
from dashboards.looks import (
    AGIR,
    HUE,
    INK,
    Chart,
    count_axis,
    empty,
    layout,
    note,
    rate_axis,
    terms_axis,
    terms_of,
    words,
)
from dashboards.points import Mark, Point, every_term
from dashboards.sparks import spark
from dashboards.work import effort, plan

__all__ = ["Mark", "Point", "effort", "plan", "spark", "summary", "term_series"]

MOST_LABEL = 34
MOST_MARKS = 3


def term_series(
    indicator: Indicator,
    points: Sequence[Point],
    *,
    target: Target | None = None,
    marks: Sequence[Mark] = (),
    compact: bool = False,
) -> Chart:
    """The chart of an indicator: a rate as points on 0 to 100 %, a count as bars from 0.

    A line joins two terms that follow each other and were both measured in full, never more. Marks show when
    actions began and ended. `compact` is the small multiple: the last figure only, and no words around.
    """
    shown = every_term(indicator, points)
    if not shown:
        return empty("Rien à montrer pour l’instant")
    traces = _rates(indicator, shown) if indicator.is_rate else [_counts(indicator, shown)]
    lines, notes = _marks(indicator, shown, marks)
    aim, aimed = _aim(indicator, shown, target)
    axes = {"xaxis": terms_axis(indicator, shown), "yaxis": _scale(indicator, shown, target)}
    said = [*_nothings(indicator, shown), *aimed, *notes]
    figure = {
        "data": traces,
        "layout": layout(top=len(notes), shapes=[*aim, *lines], annotations=said, **axes),
    }
    return _compacted(figure, len(said) - len(aimed) - len(notes)) if compact else figure


def summary(
    series: Sequence[tuple[Indicator, Sequence[Point]]], *, targets: Mapping[str, Target] | None = None
) -> dict[str, Chart]:
    """Small multiples by slug: the same terms under all of them, the same 0 to 100 % for every rate.

    Counts of different things have no scale in common: each starts from 0.
    """
    terms = [point.term for _, points in series for point in points]
    span = (min(terms), max(terms)) if terms else None
    return {
        indicator.slug: term_series(
            indicator,
            _stretched(indicator, points, span),
            target=(targets or {}).get(indicator.slug),
            compact=True,
        )
        for indicator, points in series
    }


def _stretched(
    indicator: Indicator, points: Sequence[Point], span: tuple[Term, Term] | None
) -> Sequence[Point]:
    """The points, with both ends of the common span."""
    known = {point.term for point in points}
    ends = {end.year.terms[0] if indicator.is_yearly else end for end in span or ()}
    return [*points, *(Point(end, NOT_MEASURED) for end in ends - known)]


def _percent(rate: Rate | None) -> float | None:
    return round(float(rate.share * 100), 4) if rate and rate.share is not None else None


def _label(rate: Rate | None) -> str:
    """« 158 » and « sur 196 » under it: what stands at a point is always the counts."""
    if rate is None:
        return ""
    counted = french.number(rate.counted)
    return counted if rate.out_of is None else f"{counted}<br>sur {french.number(rate.out_of)}"


def _told(indicator: Indicator, point: Point) -> str:
    """What a pointer on the chart reads: when, the counts, and the share from 20 on."""
    said = counts_sentence(indicator, point.figure, point.pupils).removesuffix(".")
    part = "" if point.complete else f"<br>Une partie des classes seulement{NARROW}: à ne pas comparer"
    when = f"Année {point.term.year}" if indicator.is_yearly else point.term.label
    return f"{when}<br>{words(said)}{part}"


def _sides(values: Sequence[float | None]) -> list[str]:
    """Labels stand above; in a hollow and near the top they would meet the line or leave the chart."""
    padded = [None, *values, None]
    sides = []
    for before, now, after in zip(padded, values, padded[2:], strict=False):
        near = [value for value in (before, after) if value is not None]
        is_hollow = bool(near) and now is not None and now >= 22 and now <= min(near)
        sides.append("bottom center" if (now or 0) > 76 or is_hollow else "top center")
    return sides


def _common(indicator: Indicator, points: Sequence[Point]) -> Chart:
    told = [_told(indicator, point) for point in points]
    return {
        "name": words(indicator.title),
        "x": terms_of(indicator, points),
        "text": [_label(point.figure.rate) for point in points],
        "hovertext": told,
        "hoverinfo": "text",
        "textfont": {"color": INK},
        "cliponaxis": False,
    }


def _rates(indicator: Indicator, points: Sequence[Point]) -> list[Chart]:
    """The complete figures, joined where they are neighbours; then, hollow and alone, the incomplete ones."""
    values = [_percent(point.figure.rate) for point in points]
    traces = [_rate_trace(indicator, points, values, complete=True)]
    if not all(point.complete for point in points):
        traces.append(_rate_trace(indicator, points, values, complete=False))
    return traces


def _rate_trace(
    indicator: Indicator, points: Sequence[Point], values: Sequence[float | None], *, complete: bool
) -> Chart:
    kept = [v if point.complete is complete else None for v, point in zip(values, points, strict=True)]
    common = _common(indicator, points)
    common["text"] = [t if v is not None else "" for t, v in zip(common["text"], kept, strict=True)]
    sizes = [*[10] * (len(points) - 1), 14]
    look: dict[str, Any] = {"color": HUE, "size": sizes, "symbol": "circle" if complete else "circle-open"}
    return {
        "type": "scatter",
        "mode": "lines+markers+text" if complete else "markers+text",
        **common,
        "y": kept,
        "textposition": _sides(values),
        "connectgaps": False,
        "line": {"color": HUE, "width": 3},
        "marker": look | {"line": {"color": HUE, "width": 0 if complete else 3}},
    }


def _counts(indicator: Indicator, points: Sequence[Point]) -> Chart:
    """Bars from 0, hatched when incomplete. The outline is what makes a zero visible."""
    pattern = ["" if point.complete else "/" for point in points]
    return {
        "type": "bar",
        **_common(indicator, points),
        "y": [point.figure.rate.counted if point.figure.rate else None for point in points],
        "textposition": "outside",
        "textangle": 0,
        "width": 0.62,
        "marker": {
            "color": HUE,
            "line": {"color": HUE, "width": 2},
            "pattern": {"shape": pattern, "solidity": 0.3, "size": 8},
        },
    }


def _scale(indicator: Indicator, points: Sequence[Point], target: Target | None) -> Chart:
    if indicator.is_rate:
        return rate_axis()
    counts = [point.figure.rate.counted for point in points if point.figure.rate]
    return count_axis(max([*counts, target.value if target else 0]))


def _nothings(indicator: Indicator, points: Sequence[Point]) -> list[Chart]:
    """The words that stand where there is no point: which kind of nothing it is."""
    notes = []
    for place, point in enumerate(points):
        rate = point.figure.rate
        if rate is not None and (rate.share is not None or not indicator.is_rate):
            continue
        missing = "sans<br>objet" if point.figure.status is Status.NOT_APPLICABLE else "non<br>mesuré"
        notes.append(note(_label(rate) or missing, place, 0, xref="x", yref="y", yanchor="bottom", yshift=3))
    return notes


def _aim(
    indicator: Indicator, points: Sequence[Point], target: Target | None
) -> tuple[list[Chart], list[Chart]]:
    """The target as a dashed line, named at the end that leaves the points more room."""
    if target is None:
        return [], []
    line = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "yref": "y",
        "y0": target.value,
        "y1": target.value,
    }
    line |= {"line": {"color": INK, "width": 2, "dash": "dash"}, "layer": "below"}
    unit = f"{NARROW}%" if indicator.is_rate else ""
    text = f"cible{NARROW}: {french.number(target.value)}{unit}"
    ends = [
        _percent(p.figure.rate) if indicator.is_rate else _bare(p.figure.rate)
        for p in (points[0], points[-1])
    ]
    gaps = [abs(end - target.value) if end is not None else float("inf") for end in ends]
    x, anchor = (0, "left") if gaps[0] >= gaps[1] else (1, "right")
    place = {"xref": "paper", "yref": "y", "xanchor": anchor, "yanchor": "bottom"}
    if indicator.is_rate and target.value > 92:
        place["yanchor"] = "top"
    return [line], [note(text, x, target.value, INK, **place)]


def _bare(rate: Rate | None) -> int | None:
    return rate.counted if rate else None


def _place(indicator: Indicator, points: Sequence[Point], mark: Mark) -> float | None:
    """Where a mark stands on the axis: an action starts before its first term and ends after its last."""
    places = {point.term: place for place, point in enumerate(points)}
    if indicator.is_yearly:
        place = places.get(mark.term.year.terms[0])
        shift = (mark.term.number - (mark.kind == "start")) / 3
        return None if place is None else place - 0.5 + shift
    found = places.get(mark.term)
    return None if found is None else found + (0.5 if mark.kind == "stop" else -0.5)


def _marks(
    indicator: Indicator, points: Sequence[Point], marks: Sequence[Mark]
) -> tuple[list[Chart], list[Chart]]:
    """A dotted line and a name for each moment, a row each so that no name covers another."""
    moments: dict[tuple[float, str], list[str]] = {}
    for mark in marks:
        place = _place(indicator, points, mark)
        if place is not None:
            moments.setdefault((place, mark.kind), []).append(mark.label)
    ordered = sorted(moments.items())
    lines = [_mark_line(place) for (place, _), _ in ordered]
    return lines, [
        _mark_name(place, kind, labels, row, len(points))
        for row, ((place, kind), labels) in enumerate(ordered[-MOST_MARKS:])
    ]


def _mark_line(place: float) -> Chart:
    line = {"type": "line", "xref": "x", "x0": place, "x1": place, "yref": "paper", "y0": 0, "y1": 1}
    return line | {"line": {"color": AGIR, "width": 2, "dash": "dot"}, "layer": "below"}


def _mark_name(place: float, kind: str, labels: Sequence[str], row: int, terms: int) -> Chart:
    first = labels[0] if len(labels[0]) <= MOST_LABEL else labels[0][: MOST_LABEL - 1].rstrip() + "…"
    others = f" (+{NARROW}{len(labels) - 1})" if len(labels) > 1 else ""
    text = f"{'début' if kind == 'start' else 'fin'}{NARROW}: {first}{others}"
    anchor = "right" if place > (terms - 1) / 2 else "left"
    where = {"xref": "x", "yref": "paper", "xanchor": anchor, "yanchor": "bottom", "yshift": 1 + 19 * row}
    return note(words(text), place, 1, AGIR, hovertext=words(" · ".join(labels)), **where)


def _compacted(figure: Chart, nothings: int) -> Chart:
    """Keep the last label, the words for nothing and the lines; the page says the rest beside it."""
    for trace in figure["data"]:
        last = max((i for i, value in enumerate(trace["y"]) if value is not None), default=-1)
        trace["text"] = [text if place == last else "" for place, text in enumerate(trace["text"])]
    plain = layout(
        xaxis=figure["layout"]["xaxis"],
        yaxis=figure["layout"]["yaxis"] | {"showticklabels": False},
        shapes=figure["layout"]["shapes"],
        annotations=figure["layout"]["annotations"][:nothings],
    )
    return {"data": figure["data"], "layout": plain}
