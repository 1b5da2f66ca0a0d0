"""One indicator, term after term: counts first, gaps where nothing was measured, one scale everywhere."""

from collections.abc import Mapping, Sequence

from app.domain.french import NARROW
from app.domain.indicators import Indicator
from app.domain.rates import NOT_MEASURED
from app.domain.readings import Target
from app.domain.school_year import Term
from dashboards import bars, lines, notes
from dashboards.bars import Own
from dashboards.funnel import funnel
from dashboards.looks import Chart, count_axis, empty, layout, rate_axis, terms_axis
from dashboards.notes import LETTERS, Spans
from dashboards.points import Mark, Point, every_term
from dashboards.sparks import spark
from dashboards.told import height
from dashboards.work import effort, plan

__all__ = ["Mark", "Point", "effort", "funnel", "plan", "spark", "summary", "term_series"]

SUMMARY_TERMS = 9


def term_series(
    indicator: Indicator,
    points: Sequence[Point],
    *,
    target: Target | None = None,
    marks: Sequence[Mark] = (),
    own: Own | None = None,
    own_name: str = "",
    year_before: bool = True,
) -> Chart:
    """The chart of an indicator: a rate as points on 0 to 100 %, a count as bars from 0.

    A line joins two terms that follow each other and were both measured in full, never more. Around a rate of
    persons stands what chance alone leaves possible; in the last term, a step where the same term was a year
    before. `marks` say when actions began and ended. `own` is the part of a count that the events of one
    action made, `own_name`: ValueError when it exceeds the count. Without `year_before` there is no
    such step: several schools together were not the same ones.
    """
    shown = every_term(indicator, points)
    if not shown:
        return empty("Rien à montrer pour l’instant")
    scale = _scale(indicator, shown, target)
    top, part = scale["range"][1], own or {}
    if indicator.is_rate:
        ends = lines.ends_of(indicator, shown)
        sides = lines.sides_of(shown, ends, target)
        traces, taken = lines.rates(indicator, shown, sides, ends), _around(ends, sides, top)
    else:
        traces = bars.counts(indicator, shown, part, top)
        taken = _above_ground(indicator, shown, top)
    steps, step_words = notes.last_year(indicator, points, shown) if year_before else ([], [])
    aimed, aim_words = notes.aim(target, f"{NARROW}%" if indicator.is_rate else "", top, taken)
    moments, names = notes.marks(indicator, shown, marks)
    keys = [*step_words, *([f"en tirets{NARROW}: {own_name}"] if part and own_name else [])]
    said = [
        *notes.nothings(indicator, shown),
        *aim_words,
        *bars.numbers(indicator, shown, part, top),
        *names,
        *notes.keys(keys, len(names)),
    ]
    shapes = [*aimed, *moments, *steps, *bars.frames(indicator, shown, part)]
    above = layout(len(names) + len(keys), shapes=shapes, annotations=said)
    axes = {"xaxis": terms_axis(indicator, shown), "yaxis": scale}
    return {"data": traces, "layout": above | axes | ({"barmode": "stack"} if part else {})}


def small(indicator: Indicator, points: Sequence[Point], target: Target | None = None) -> Chart:
    """The small multiple of an indicator: its shape, its last figure, its target, and no words around."""
    shown = every_term(indicator, points)
    if not shown:
        return empty("Rien à montrer pour l’instant")
    scale = _scale(indicator, shown, target)
    ends = lines.ends_of(indicator, shown, bare=True)
    sides = lines.sides_of(shown, ends, target)
    traces = (
        lines.rates(indicator, shown, sides, ends, lines.SMALL_AIR)
        if indicator.is_rate
        else bars.counts(indicator, shown, {}, scale["range"][1])
    )
    for trace in traces:
        _keep_last(trace)
    aimed, _ = notes.aim(target, "", scale["range"][1], [()] * len(shown))
    axes = {"xaxis": terms_axis(indicator, shown), "yaxis": scale | {"showticklabels": False}}
    return {
        "data": traces,
        "layout": layout(0, shapes=aimed, annotations=notes.nothings(indicator, shown)) | axes,
    }


def _keep_last(trace: Chart) -> None:
    """Of the counts only the last; the page says the rest beside it."""
    if texts := trace.get("text"):
        last = max((place for place, value in enumerate(trace["y"]) if value is not None), default=-1)
        trace["text"] = [text if place == last else "" for place, text in enumerate(texts)]


def summary(
    series: Sequence[tuple[Indicator, Sequence[Point]]], *, targets: Mapping[str, Target] | None = None
) -> dict[str, Chart]:
    """Small multiples by slug: the same terms under all of them, the same 0 to 100 % for every rate.

    Counts of different things have no scale in common: each starts from 0.
    """
    terms = _last_terms([point.term for _, points in series for point in points])
    aims = targets or {}
    return {
        indicator.slug: small(indicator, _over(points, terms), aims.get(indicator.slug))
        for indicator, points in series
    }


def _last_terms(terms: Sequence[Term]) -> list[Term]:
    """Whole school years, so that yearly figures find their place: three at most, up to the last term."""
    shown: list[Term] = []
    while terms and len(shown) < SUMMARY_TERMS:
        shown.append(shown[-1].previous if shown else max(terms).year.terms[2])
    return [term for term in reversed(shown) if term <= max(terms) and term.year >= min(terms).year]


def _over(points: Sequence[Point], terms: Sequence[Term]) -> list[Point]:
    known = {point.term: point for point in points}
    return [known.get(term) or Point(term, NOT_MEASURED) for term in terms]


def _around(ends: Sequence[lines.Ends], sides: Sequence[str], top: float) -> list[Spans]:
    """The heights that a point, its interval and its words take up: shares of the chart."""
    words = 2.6 * LETTERS
    taken: list[Spans] = []
    for end, side in zip(ends, sides, strict=True):
        if end is None:
            taken.append([(0, 2 * LETTERS)])
            continue
        low, high = end[0] / top, end[1] / top
        taken.append([(low - 0.04, high + words) if side == "top center" else (low - words, high + 0.04)])
    return taken


def _above_ground(indicator: Indicator, points: Sequence[Point], top: float) -> list[Spans]:
    """The same for bars: from the ground to their number, or the words for nothing."""
    heights = [height(indicator, point) for point in points]
    return [[(0, 2 * LETTERS if tall is None else tall / top + LETTERS)] for tall in heights]


def _scale(indicator: Indicator, points: Sequence[Point], target: Target | None) -> Chart:
    if indicator.is_rate:
        return rate_axis()
    counts = [point.figure.rate.counted for point in points if point.figure.rate]
    return count_axis(max([*counts, target.value if target else 0]))
