"""One indicator, term after term: counts first, gaps where nothing was measured, one scale everywhere."""

from collections.abc import Mapping, Sequence

from app.domain import french
from app.domain.french import NARROW
from app.domain.indicators import Indicator
from app.domain.rates import NOT_MEASURED, Rate
from app.domain.readings import Target, counts_sentence
from app.domain.school_year import Term
from dashboards import notes
from dashboards.looks import (
    HUE,
    STRONG,
    Chart,
    bar_width,
    count_axis,
    empty,
    layout,
    rate_axis,
    terms_axis,
    terms_of,
    words,
)
from dashboards.notes import LETTERS
from dashboards.points import Mark, Point, every_term, names_of
from dashboards.sparks import spark
from dashboards.work import effort, plan

__all__ = ["Mark", "Point", "effort", "plan", "spark", "summary", "term_series"]

SUMMARY_TERMS = 9


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
    scale = _scale(indicator, shown, target)
    sides = _sides([_height(indicator, point) for point in shown], target)
    traces = _rates(indicator, shown, sides) if indicator.is_rate else [_counts(indicator, shown)]
    axes = {"xaxis": terms_axis(indicator, shown), "yaxis": scale}
    figure = {"data": traces, "layout": layout(0, **axes)}
    _annotate(figure, indicator, shown, sides, target, () if compact else marks)
    return _compacted(figure) if compact else figure


def _annotate(
    figure: Chart,
    indicator: Indicator,
    points: Sequence[Point],
    sides: Sequence[str],
    target: Target | None,
    moments: Sequence[Mark],
) -> None:
    """Write the kinds of nothing, the target and the marks on a chart, and make room for them."""
    top = figure["layout"]["yaxis"]["range"][1]
    taken = [_taken(indicator, point, side, top) for point, side in zip(points, sides, strict=True)]
    aimed, aim_words = notes.aim(target, f"{NARROW}%" if indicator.is_rate else "", top, taken)
    lines, names = notes.marks(indicator, points, moments)
    said = [*notes.nothings(indicator, points), *aim_words, *names]
    figure["layout"] |= layout(len(names), shapes=[*aimed, *lines], annotations=said)


def summary(
    series: Sequence[tuple[Indicator, Sequence[Point]]], *, targets: Mapping[str, Target] | None = None
) -> dict[str, Chart]:
    """Small multiples by slug: the same terms under all of them, the same 0 to 100 % for every rate.

    Counts of different things have no scale in common: each starts from 0.
    """
    terms = _last_terms([point.term for _, points in series for point in points])
    aims = targets or {}
    return {
        indicator.slug: term_series(
            indicator, _over(indicator, points, terms), target=aims.get(indicator.slug), compact=True
        )
        for indicator, points in series
    }


def _last_terms(terms: Sequence[Term]) -> list[Term]:
    """Whole school years, so that yearly figures find their place: three at most, up to the last term."""
    shown: list[Term] = []
    while terms and len(shown) < SUMMARY_TERMS:
        shown.append(shown[-1].previous if shown else max(terms).year.terms[2])
    return [term for term in reversed(shown) if term <= max(terms) and term.year >= min(terms).year]


def _over(indicator: Indicator, points: Sequence[Point], terms: Sequence[Term]) -> list[Point]:
    known = {point.term: point for point in points}
    return [known.get(term) or Point(term, NOT_MEASURED) for term in terms]


def _percent(rate: Rate | None) -> float | None:
    return round(100 * rate.counted / rate.out_of, 4) if rate and rate.out_of else None


def _height(indicator: Indicator, point: Point) -> float | None:
    """Where a point stands on its axis; None for the three kinds of nothing."""
    rate = point.figure.rate
    return _percent(rate) if indicator.is_rate else (rate.counted if rate else None)


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
    names = names_of(point.term)
    when = f"Année {names.year}" if indicator.is_yearly else names.full
    return f"{when}<br>{words(said)}{part}"


def _sides(values: Sequence[float | None], target: Target | None) -> list[str]:
    """Labels stand above; below where they would meet the line, the target or the end of the scale."""
    padded = [None, *values, None]
    sides = []
    for before, now, after in zip(padded, values, padded[2:], strict=False):
        near = [value for value in (before, after) if value is not None]
        is_low = now is None or now < 22
        is_hollow = bool(near) and now is not None and now <= min(near)
        is_crossed = target is not None and now is not None and 2 < target.value - now < 21
        is_below = not is_low and (is_hollow or is_crossed or (now or 0) > 76)
        sides.append("bottom center" if is_below else "top center")
    return sides


def _taken(indicator: Indicator, point: Point, side: str, top: float) -> list[tuple[float, float]]:
    """The heights that a point, its words included, takes up: shares of the chart."""
    value = _height(indicator, point)
    if value is None:
        return [(0, 2 * LETTERS)]
    at = value / top
    if not indicator.is_rate:
        return [(0, at + LETTERS)]
    return [(at - 0.04, at + 2.6 * LETTERS) if side == "top center" else (at - 2.6 * LETTERS, at + 0.04)]


def _common(indicator: Indicator, points: Sequence[Point]) -> Chart:
    return {
        "name": words(indicator.title),
        "x": terms_of(indicator, points),
        "text": [_label(point.figure.rate) for point in points],
        "hovertext": [_told(indicator, point) for point in points],
        "hoverinfo": "text",
        "textfont": STRONG,
        "cliponaxis": False,
    }


def _rates(indicator: Indicator, points: Sequence[Point], sides: Sequence[str]) -> list[Chart]:
    """The complete figures, joined where they are neighbours; then, hollow and alone, the incomplete ones."""
    traces = [_rate_trace(indicator, points, sides, complete=True)]
    if not all(point.complete for point in points):
        traces.append(_rate_trace(indicator, points, sides, complete=False))
    return traces


def _rate_trace(
    indicator: Indicator, points: Sequence[Point], sides: Sequence[str], *, complete: bool
) -> Chart:
    kept = [_percent(point.figure.rate) if point.complete is complete else None for point in points]
    common = _common(indicator, points)
    common["text"] = [t if v is not None else "" for t, v in zip(common["text"], kept, strict=True)]
    symbol, edge = ("circle", 0) if complete else ("circle-open", 3)
    marker: Chart = {
        "color": HUE,
        "symbol": symbol,
        "opacity": 1,
        "line": {"color": HUE, "width": edge},
    }
    return {
        "type": "scatter",
        "mode": "lines+markers+text" if complete else "markers+text",
        **common,
        "y": kept,
        "textposition": list(sides),
        "connectgaps": False,
        "line": {"color": HUE, "width": 3},
        "marker": marker | {"size": [*[10] * (len(points) - 1), 14]},
    }


def _counts(indicator: Indicator, points: Sequence[Point]) -> Chart:
    """Bars from 0, hatched when incomplete. The outline is what makes a zero visible."""
    pattern = ["" if point.complete else "/" for point in points]
    return {
        "type": "bar",
        **_common(indicator, points),
        "y": [_height(indicator, point) for point in points],
        "textposition": "outside",
        "constraintext": "none",
        "textangle": 0,
        "width": bar_width(len(points)),
        "marker": {
            "color": HUE,
            "line": {"color": HUE, "width": 2},
            "pattern": {"shape": pattern, "solidity": 0.25, "size": 9},
        },
    }


def _scale(indicator: Indicator, points: Sequence[Point], target: Target | None) -> Chart:
    if indicator.is_rate:
        return rate_axis()
    counts = [point.figure.rate.counted for point in points if point.figure.rate]
    return count_axis(max([*counts, target.value if target else 0]))


def _compacted(figure: Chart) -> Chart:
    """Keep the last label, the words for nothing and the lines; the page says the rest beside it."""
    for trace in figure["data"]:
        last = max((i for i, value in enumerate(trace["y"]) if value is not None), default=-1)
        trace["text"] = [text if place == last else "" for place, text in enumerate(trace["text"])]
    plan = figure["layout"]
    plan["yaxis"] = plan["yaxis"] | {"showticklabels": False}
    plan["annotations"] = [said for said in plan["annotations"] if said.get("name", "").startswith("nothing")]
    return figure
