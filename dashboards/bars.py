"""A count, term after term: bars from 0, and the part that an action's own events added."""

from collections.abc import Mapping, Sequence

from app.domain import french
from app.domain.indicators import Indicator
from app.domain.school_year import Term
from dashboards.looks import CARD, HUE, INK, STRONG, TINT, Chart, bar_width, note
from dashboards.notes import LETTERS
from dashboards.points import Point
from dashboards.told import common, height, label

Own = Mapping[Term, int]
"""How many of a term's count come from the events of one action."""


def counts(indicator: Indicator, points: Sequence[Point], own: Own, top: float) -> list[Chart]:
    """One bar a term; where an action has its `own` part, that part stands on the rest. `top` ends the scale.

    ValueError when an action would have added more than there is.
    """
    parts = [own.get(point.term, 0) if point.figure.rate else 0 for point in points]
    wholes = [height(indicator, point) for point in points]
    if any(part > (whole or 0) for part, whole in zip(parts, wholes, strict=True)):
        raise ValueError("Les rendez-vous d’une action ne peuvent pas compter plus que le total.")
    plain = _bars(indicator, points)
    if not any(parts):
        return [plain | {"y": wholes}]
    rests = [None if whole is None else whole - part for whole, part in zip(wholes, parts, strict=True)]
    plain |= {
        "y": rests,
        "text": [
            _inside(rest, top) if part else text
            for rest, part, text in zip(rests, parts, plain["text"], strict=True)
        ],
        "textposition": ["inside" if part else "outside" for part in parts],
        "textfont": STRONG | {"color": [CARD if part else INK for part in parts]},
        "insidetextanchor": "middle",
    }
    return [plain, _added(indicator, points, parts)]


def _bars(indicator: Indicator, points: Sequence[Point]) -> Chart:
    """Hatched when incomplete. The outline is what makes a zero visible."""
    pattern = ["" if point.complete else "/" for point in points]
    return {
        "type": "bar",
        **common(indicator, points),
        "text": [label(point.figure.rate) for point in points],
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


def _inside(number: float | None, top: float) -> str:
    """A number that its part of the bar has room for."""
    return french.number(int(number)) if number and number / top >= LETTERS else ""


def _added(indicator: Indicator, points: Sequence[Point], parts: Sequence[int]) -> Chart:
    """The action's part, on the rest, with the number of the whole above it."""
    trace = _bars(indicator, points)
    trace["y"] = [part or None for part in parts]
    trace["text"] = [text if part else "" for text, part in zip(trace["text"], parts, strict=True)]
    trace["marker"] = {"color": TINT, "line": {"color": TINT, "width": 2}}
    return trace


def frames(indicator: Indicator, points: Sequence[Point], own: Own) -> list[Chart]:
    """The dashed edge of each action's part: seen without colour."""
    half = bar_width(len(points)) / 2
    look = {"line": {"color": HUE, "width": 2, "dash": "dash"}, "layer": "above"}
    return [
        {"type": "rect", "xref": "x", "x0": place - half, "x1": place + half}
        | {"yref": "y", "y0": whole - part, "y1": whole}
        | look
        for place, part, whole in _owned(indicator, points, own)
    ]


def numbers(indicator: Indicator, points: Sequence[Point], own: Own, top: float) -> list[Chart]:
    """The number of each action's part, in its middle."""
    where = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle"}
    return [
        note(french.number(part), place, whole - part / 2, INK, **where)
        for place, part, whole in _owned(indicator, points, own)
        if _inside(part, top)
    ]


def _owned(indicator: Indicator, points: Sequence[Point], own: Own) -> list[tuple[int, int, float]]:
    """(place, part, whole) of the terms in which the action has a part."""
    return [
        (place, part, whole)
        for place, point in enumerate(points)
        if (part := own.get(point.term, 0)) and (whole := height(indicator, point)) is not None
    ]
