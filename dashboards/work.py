"""The team's own work: the plan by axis and state, and what was held, with whom, for how many."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from app.domain import french
from app.domain.french import NARROW
from app.domain.school_year import Term
from app.domain.vocabulary import ActionState, Axis
from dashboards.looks import (
    AGIR,
    CARD,
    HUE,
    INK,
    STRONG,
    TINT,
    Chart,
    bar_width,
    count_axis,
    empty,
    layout,
    named_axis,
    note,
)


class Held(NamedTuple):
    """What was held in a term: events, parents' attendances, events with a partner, different partners."""

    term: Term
    events: int
    parents: int
    joint: int = 0
    partners: int = 0


AXES = {
    Axis.RIGHTS: "Droits d’information et d’expression",
    Axis.FAMILIARITY: "Se familiariser avec l’École",
    Axis.PARTICIPATION: "Participer à la vie de l’école",
}
"""The three axes, short enough for a phone."""

STATES = {
    ActionState.DONE: ("terminées", "", HUE),
    ActionState.RUNNING: ("en cours", "/", HUE),
    ActionState.PLANNED: ("prévues", "", CARD),
    ActionState.DROPPED: ("abandonnées", ".", "var(--soft)"),
}
"""How a state looks: full, hatched, empty, dotted, so that it is read without its colour."""


LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"}


def plan(counts: Mapping[Axis, Mapping[ActionState, int]]) -> Chart:
    """Actions by axis, one bar each, cut by state; the names stand above the bars, where a phone has room."""
    longest = max([1, *(sum(states.values()) for states in counts.values())])
    places = {axis: len(AXES) - 1 - row for row, axis in enumerate(AXES)}
    traces = [_state(state, counts, places) for state in STATES]
    names = [_axis_name(axis, sum(counts.get(axis, {}).values()), places[axis]) for axis in AXES]
    names += [said for axis in AXES for said in _on_patterns(counts.get(axis, {}), places[axis])]
    hidden: Chart = {"visible": False, "showgrid": False, "zeroline": False}
    axes = {"xaxis": hidden | {"range": [0, longest]}, "yaxis": hidden | {"range": [-0.4, len(AXES) - 0.3]}}
    look = layout(0, barmode="stack", annotations=names, **axes)
    return {"data": traces, "layout": look | {"showlegend": True, "legend": LEGEND, "barcornerradius": 0}}


def _axis_name(axis: Axis, total: int, place: int) -> Chart:
    where = {"xref": "paper", "yref": "y", "xanchor": "left", "yanchor": "bottom"}
    return note(f"{AXES[axis]}{NARROW}: {french.number(total)}", 0, place + 0.25, INK, **where)


def _on_patterns(states: Mapping[ActionState, int], place: int) -> list[Chart]:
    """The numbers that a full bar does not carry itself: they stand clear of the pattern under them."""
    said, before = [], 0
    where = {"xref": "x", "yref": "y", "xanchor": "center", "yanchor": "middle"}
    for state, (_, pattern, colour) in STATES.items():
        number = states.get(state, 0)
        if number and (pattern or colour == CARD):
            said.append(note(french.number(number), before + number / 2, place, INK, **where))
        before += number
    return said


def _state(
    state: ActionState, counts: Mapping[Axis, Mapping[ActionState, int]], places: Mapping[Axis, int]
) -> Chart:
    name, pattern, colour = STATES[state]
    numbers = [counts.get(axis, {}).get(state, 0) for axis in AXES]
    edge = HUE if colour == CARD else colour
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "x": [n or None for n in numbers],
        "y": [places[axis] for axis in AXES],
        "width": 0.42,
        "text": [french.number(n) if n and colour == HUE and not pattern else "" for n in numbers],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "textfont": STRONG | {"color": CARD},
        "constraintext": "none",
        "hovertext": [
            f"{AXES[axis]}<br>{french.number(n)} {name}" for axis, n in zip(AXES, numbers, strict=True)
        ],
        "hoverinfo": "text",
        "marker": _filled(colour, pattern, edge),
    }


def _filled(colour: str, pattern: str, edge: str) -> Chart:
    shape = {"shape": pattern, "solidity": 0.25, "size": 9, "fgcolor": colour, "bgcolor": TINT}
    look: Chart = {"color": colour, "line": {"color": edge, "width": 2}}
    return look | {"pattern": shape} if pattern else look


PANELS = {"y": (0.76, 1.0), "y2": (0.38, 0.62), "y3": (0.0, 0.24)}
"""Parents, events and partners, from top to bottom: shares of the height."""


def effort(rows: Sequence[Held]) -> Chart:
    """Three panels over the same terms, each from 0: how many came, how often, and with how many partners."""
    if not rows:
        return empty("Aucun rendez-vous tenu pour l’instant")
    ordered = sorted(rows, key=lambda row: row.term)
    x = [[str(row.term.year) for row in ordered], [row.term.short for row in ordered]]
    parents, partners = [row.parents for row in ordered], [row.partners for row in ordered]
    traces = [
        _panel(x, parents, "y", ("venue de parent", "venues de parents")),
        *_held(x, [row.events for row in ordered], [row.joint for row in ordered]),
        _panel(x, partners, "y3", ("partenaire différent", "partenaires différents")),
    ]
    return {"data": traces, "layout": _effort_layout(ordered)}


def _held(x: list[list[str]], events: Sequence[int], joint: Sequence[int]) -> list[Chart]:
    """Events without a partner, then on top of them those with one; the number is that of all."""
    unit = ("rendez-vous", "rendez-vous")
    alone = [all_held - with_partner for all_held, with_partner in zip(events, joint, strict=True)]
    plain = _panel(x, alone, "y2", unit)
    if not any(joint):
        return [plain]
    said = ("avec un partenaire", "avec un partenaire")
    shared = _panel(x, joint, "y2", said, pattern="/")
    shared["y"] = [n or None for n in joint]
    shared["text"] = [french.number(n) if m else "" for n, m in zip(events, joint, strict=True)]
    plain["y"] = [n if n or not m else None for n, m in zip(alone, joint, strict=True)]
    plain["text"] = ["" if m else text for text, m in zip(plain["text"], joint, strict=True)]
    return [plain, shared]


def _panel(
    x: list[list[str]], counts: Sequence[int], axis: str, unit: tuple[str, str], pattern: str = ""
) -> Chart:
    """Bars with their number on top; the outline makes a zero visible."""
    marker: dict[str, Any] = _filled(AGIR, pattern, AGIR)
    return {
        "type": "bar",
        "name": unit[1],
        "x": x,
        "y": list(counts),
        "yaxis": axis,
        "width": bar_width(len(counts)),
        "text": [french.number(count) for count in counts],
        "textposition": "outside",
        "textangle": 0,
        "textfont": STRONG,
        "constraintext": "none",
        "cliponaxis": False,
        "hovertext": [french.counted(count, unit) for count in counts],
        "hoverinfo": "text",
        "marker": marker,
    }


def _effort_layout(rows: Sequence[Held]) -> Chart:
    held = "Rendez-vous" + (" (rayé\u202f: avec partenaire)" if any(row.joint for row in rows) else "")
    names = {"y": "Venues de parents", "y2": held, "y3": "Partenaires différents"}
    highest = {
        "y": max(row.parents for row in rows),
        "y2": max(row.events for row in rows),
        "y3": max(row.partners for row in rows),
    }
    where = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "yshift": 3}
    said = [note(text, 0, PANELS[axis][1], INK, name="key", **where) for axis, text in names.items()]
    axes = {
        axis.replace("y", "yaxis"): _few_steps(count_axis(highest[axis]))
        | {"domain": list(domain), "anchor": "x"}
        for axis, domain in PANELS.items()
    }
    x = named_axis("multicategory", len(rows)) | {"anchor": "y3"}
    return layout(top=1, barmode="stack", annotations=said, xaxis=x, **axes)


def _few_steps(axis: Chart) -> Chart:
    """A low panel has room for its two ends, and stands on a line of its own."""
    ends = [0, len(axis["tickvals"]) - 1]
    return (
        axis
        | {"zeroline": True}
        | {key: [axis[key][place] for place in ends] for key in ("tickvals", "ticktext")}
    )
