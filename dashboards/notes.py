"""What is written on a chart besides its figures: kinds of nothing, the target, beginnings and ends."""

from collections.abc import Mapping, Sequence
from itertools import chain, groupby

from app.domain import french
from app.domain.french import NARROW
from app.domain.indicators import Indicator
from app.domain.readings import Target
from app.domain.school_year import Term
from app.domain.vocabulary import Status
from dashboards.looks import AGIR, CARD, INK, LIFT, ROW, Chart, note, words
from dashboards.points import Mark, Point
from dashboards.told import height, label

MOST_MARKS = 3
LETTERS = 0.085
"""A line of words, as a share of the height of a chart."""

Spans = Sequence[tuple[float, float]]
"""Heights in use, from and to, as shares of the height of a chart."""

Written = tuple[list[Chart], list[Chart]]
"""Lines (shapes) and the words that go with them (annotations)."""


def missing_words(indicator: Indicator, point: Point) -> str:
    """Which kind of nothing a point is, or « 0 sur 0 » when there was nobody to count; empty for a figure."""
    rate = point.figure.rate
    if rate is not None:
        return "0<br>sur 0" if indicator.is_rate and not rate.out_of else ""
    if point.nothing:
        return point.nothing
    return "sans<br>objet" if point.figure.status is Status.NOT_APPLICABLE else "non<br>mesuré"


def nothings(indicator: Indicator, points: Sequence[Point]) -> list[Chart]:
    """The words that stand where there is no point, once for terms of the same kind that follow each other.

    The name says over how many terms the words may spread: « nothing 2 ».
    """
    notes, place = [], 0
    for said, run in groupby(missing_words(indicator, point) for point in points):
        terms = len(list(run))
        if said:
            middle = place + (terms - 1) / 2
            where: Chart = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "bottom", "yshift": 3}
            notes.append(note(said, middle, 0, name=f"nothing {terms}", **where))
        place += terms
    return notes


def aim(target: Target | None, unit: str, top: float, taken: Sequence[Spans]) -> Written:
    """The target as a dashed line up to the edges, with its words where they cover least.

    `taken` says which heights (shares of the chart) are in use in each term; `top` is the end of the scale.
    """
    if target is None:
        return [], []
    value = target.value
    # From end to end of the axis of terms: plotly draws lines of « paper » under the grid.
    line = {"type": "line", "xref": "x", "x0": -0.5, "x1": len(taken) - 0.5, "yref": "y"}
    line |= {"y0": value, "y1": value}
    text = f"cible{NARROW}: {french.number(value)}{unit}"
    x, where = _least_covering(min(value / top, 1), taken)
    look = {"line": {"color": INK, "width": 2, "dash": "dash"}, "layer": "between"}
    return [line | look], [note(text, x, value, INK, xref="paper", yref="y", **where)]


def _least_covering(height: float, taken: Sequence[Spans]) -> tuple[float, dict[str, str]]:
    """Right or left, above or below the line: the first of the four that meets least."""
    near = {1: list(chain(*taken[-2:])), 0: list(chain(*taken[:2]))}
    above, below = (height, height + LETTERS), (height - LETTERS, height)

    def covered(choice: tuple[int, str]) -> float:
        low, high = above if choice[1] == "bottom" else below
        outside = max(high - 1.05, 0) + max(-low, 0)
        return outside + sum(max(min(high, end) - max(low, start), 0) for start, end in near[choice[0]])

    x, anchor = min([(1, "bottom"), (0, "bottom"), (1, "top"), (0, "top")], key=covered)
    return x, {"xanchor": "right" if x else "left", "yanchor": anchor}


def marks(indicator: Indicator, points: Sequence[Point], moments: Sequence[Mark]) -> Written:
    """A dotted line and a name for each moment, a row each so that no name covers another."""
    known: dict[tuple[float, str], list[str]] = {}
    places = {point.term: place for place, point in enumerate(points)}
    for mark in moments:
        place = _place(indicator, places, mark)
        if place is not None:
            known.setdefault((place, mark.kind), []).append(mark.label)
    ordered = sorted(known.items())
    names = [
        _mark_name(place, kind, labels, row, len(points))
        for row, ((place, kind), labels) in enumerate(ordered[-MOST_MARKS:])
    ]
    return [_mark_line(place) for place in dict.fromkeys(place for (place, _), _ in ordered)], names


def _place(indicator: Indicator, places: Mapping[Term, int], mark: Mark) -> float | None:
    """Where a mark stands on the axis: an action starts before its first term and ends after its last.

    At the edges of the chart nothing stands on the other side to be compared with: no mark.
    """
    found = places.get(mark.term.year.terms[0] if indicator.is_yearly else mark.term)
    if found is None:
        return None
    if indicator.is_yearly:
        place = found - 0.5 + (mark.term.number - (mark.kind == "start")) / 3
    else:
        place = found + (0.5 if mark.kind == "stop" else -0.5)
    return place if -0.5 < place < len(places) - 0.5 else None


def _mark_line(place: float) -> Chart:
    line = {"type": "line", "xref": "x", "x0": place, "x1": place, "yref": "paper", "y0": 0, "y1": 1}
    return line | {"line": {"color": AGIR, "width": 2, "dash": "dot"}, "layer": "between"}


def _mark_name(place: float, kind: str, labels: Sequence[str], row: int, terms: int) -> Chart:
    others = f" (+{NARROW}{len(labels) - 1})" if len(labels) > 1 else ""
    text = f"{'début' if kind == 'start' else 'fin'}{NARROW}: {labels[0]}{others}"
    anchor = "right" if place > (terms - 1) / 2 else "left"
    where = {"xref": "x", "yref": "paper", "xanchor": anchor, "yanchor": "bottom", "yshift": LIFT + ROW * row}
    return note(words(text), place, 1, AGIR, name="mark", hovertext=words(" · ".join(labels)), **where)


def last_year(
    indicator: Indicator, points: Sequence[Point], shown: Sequence[Point]
) -> tuple[list[Chart], list[str]]:
    """A step across the last term where the same term stood a year before, and the words for it.

    Nothing when one of the two counts a part of the classes only. A yearly figure has the year before beside
    it.
    """
    now = shown[-1]
    before = next((point for point in points if point.term == now.term.same_last_year), None)
    value = height(indicator, before) if before else None
    if indicator.is_yearly or before is None or value is None or not (before.complete and now.complete):
        return [], []
    said = label(before.figure.rate).replace("<br>", " ")
    covered = not indicator.is_rate and value < (height(indicator, now) or 0)
    return _step(len(shown) - 1, value, covered), [f"— un an plus tôt{NARROW}: {said}"]


def _step(place: int, value: float, is_covered: bool) -> list[Chart]:
    """Under the figures, or on the bar that would cover it, with an edge that sets it off."""
    line = {"type": "line", "xref": "x", "x0": place - 0.45, "x1": place + 0.45, "yref": "y", "y0": value}
    ink = {"color": INK, "width": 2, "dash": "solid"}
    if not is_covered:
        return [line | {"y1": value, "line": ink, "layer": "between"}]
    looks = (ink | {"color": CARD, "width": 6}, ink)
    return [line | {"y1": value, "line": look, "layer": "above"} for look in looks]


def keys(texts: Sequence[str], rows: int) -> list[Chart]:
    """What a stroke of the chart stands for: a row each, over the `rows` of marks."""
    where = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "name": "key"}
    heights = [LIFT + ROW * (rows + row) for row in range(len(texts))]
    return [note(words(text), 0, 1, INK, **where, yshift=at) for text, at in zip(texts, heights, strict=True)]
