"""The team's own work: the plan by axis and state, and what was held, with whom, for how many."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain import french
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

Held = tuple[Term, int, int] | tuple[Term, int, int, int]
"""A term, its held events, the parents' attendances and, when known, the events held with a partner."""

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
    said = french.counted(total, ("action", "actions")) if total else "aucune action"
    return note(f"{AXES[axis]} · {said}", 0, place + 0.25, INK, **where)


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


def effort(rows: Sequence[Held]) -> Chart:
    """Two panels over the same terms, each from 0: how many came, and how often, hatched with a partner."""
    if not rows:
        return empty("Aucun rendez-vous tenu pour l’instant")
    ordered = sorted(rows, key=lambda row: row[0])
    x = [[str(row[0].year) for row in ordered], [row[0].short for row in ordered]]
    events, parents = [row[1] for row in ordered], [row[2] for row in ordered]
    joint = [row[3] if len(row) == 4 else 0 for row in ordered]
    traces = [_panel(x, parents, "y", ("venue de parent", "venues de parents")), *_held(x, events, joint)]
    return {"data": traces, "layout": _effort_layout(len(ordered), max(parents), max(events), any(joint))}


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
    colour = HUE if axis == "y" else AGIR
    marker: dict[str, Any] = _filled(colour, pattern, colour)
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


def _effort_layout(terms: int, parents: int, events: int, has_partners: bool) -> Chart:
    where = {"xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom", "yshift": 3}
    held = "Rendez-vous tenus" + (" (hachuré\u202f: avec un partenaire)" if has_partners else "")
    names = [note("Venues de parents", 0, 1, INK, **where), note(held, 0, 0.4, INK, **where)]
    x = named_axis("multicategory", terms) | {"anchor": "y2"}
    axes = {
        "xaxis": x,
        "yaxis": count_axis(parents) | {"domain": [0.58, 1]},
        "yaxis2": count_axis(events) | {"domain": [0, 0.4], "anchor": "x"},
    }
    return layout(top=1, barmode="stack", annotations=names, **axes)
