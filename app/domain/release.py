"""Which cells of a release may be shown: totals over schools, and nothing to find by subtraction.

The rules, what somebody who looks may know, and what was measured: docs/adr/0011.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.domain.release_rules import (
    BREAKDOWNS,
    CHANGES_OF_PERSONS,
    EVENTS,
    LEVELS,
    PERSONS,
    Cell,
    Floor,
    Hidden,
    Kind,
    Part,
    fault,
)

__all__ = ["Cell", "Hidden", "Part", "Released", "decide_release", "members_of"]


@dataclass(frozen=True, slots=True)
class Released:
    """An earlier release of the same indicator and term: every school it counted, every cell it showed.

    A cell that was kept from the release before belongs to that one, not to this. What was shown once is
    never unknown again, so all the earlier releases are asked for.
    """

    parts: Sequence[Part]
    shown: Collection[Cell]


def decide_release(
    parts: Sequence[Part],
    counts: Literal["persons", "events", "public"],
    earlier: Sequence[Released] = (),
) -> dict[Cell, Hidden | None]:
    """Say of every cell why it is hidden in the new release of one indicator and term; None when shown.

    `parts` are all the schools that report, one each; `earlier` the releases already made, oldest first. A
    cell hidden for `Hidden.TOO_FEW_CHANGES` was shown before, and what was shown stays. The order of the
    schools changes nothing. ValueError when a school is there twice.
    """
    if len({p.school for p in parts}) < len(parts):
        raise ValueError("Une école ne compte qu’une fois.")
    cells = members_of(parts)
    if counts == "public":
        return dict.fromkeys(cells)
    floor, few = (PERSONS, CHANGES_OF_PERSONS) if counts == "persons" else (EVENTS, EVENTS)
    verdicts = {cell: fault(members, floor) for cell, members in cells.items()}
    known: set[Cell] = set()
    for release in earlier:
        changes = _changes(parts, release.parts)
        for cell in cells.keys() & set(release.shown):
            if cell not in changes:
                known.add(cell)
            elif verdicts[cell] is None and fault(changes[cell], few):
                verdicts[cell] = Hidden.TOO_FEW_CHANGES
    _hide_more(cells, verdicts, known, floor)
    return verdicts


def members_of(parts: Sequence[Part]) -> dict[Cell, list[Part]]:
    """Every cell that exists, in order, and the schools behind it."""
    kinds: dict[Kind, list[Part]] = defaultdict(list)
    for part in sorted(parts, key=lambda p: p.school):
        kinds[part.kind].append(part)
    cells: dict[Cell, list[Part]] = defaultdict(list)
    for kind, alike in kinds.items():
        for cell in kind.cells:
            cells[cell] += alike
    return dict(sorted(cells.items()))


def _changes(parts: Sequence[Part], before: Sequence[Part]) -> dict[Cell, list[Part]]:
    """The schools that count differently in each cell: another figure, another place, new or gone."""
    old, new = ({p.school: p for p in side} for side in (before, parts))
    changes: dict[Cell, list[Part]] = defaultdict(list)
    for school in sorted(old.keys() | new.keys()):
        was, now = old.get(school), new.get(school)
        if was != now:
            both = [p for p in (now, was) if p]
            for cell in dict.fromkeys(cell for p in both for cell in p.kind.cells):
                changes[cell].append(both[0])
    return changes


def _hide_more(
    cells: Mapping[Cell, Sequence[Part]],
    verdicts: dict[Cell, Hidden | None],
    known: Collection[Cell],
    floor: Floor,
) -> None:
    """Hide further cells, the least first, until the rest of every total is empty or stands on its own."""
    divisions = _divisions(cells)
    unsettled = True
    while unsettled:
        unsettled = False
        for total, division in divisions:
            if verdicts[total] and total not in known:
                continue
            shown = [cell for cell in division if cell in known or not verdicts[cell]]
            told = {p.school for cell in shown for p in cells[cell]}
            rest = [p for p in cells[total] if p.school not in told]
            may_hide = [cell for cell in shown if cell not in known]
            if rest and may_hide and fault(rest, floor):
                least = min(may_hide, key=lambda cell: (sum(p.base for p in cells[cell]), cell))
                verdicts[least] = Hidden.SUBTRACTION
                unsettled = True


def _divisions(cells: Mapping[Cell, Sequence[Part]]) -> list[tuple[Cell, list[Cell]]]:
    """Every way to add cells up to another: by the territories below, or by the values of one cut."""
    into: dict[tuple[Cell, str], set[Cell]] = defaultdict(set)
    for kind in {p.kind for members in cells.values() for p in members}:
        for step in range(1, len(LEVELS)):
            whole = Cell(kind.path[step], LEVELS[step])
            below = Cell(kind.path[step - 1], LEVELS[step - 1])
            if below in cells:
                into[whole, "territory"].add(below)
            for breakdown, value in zip(BREAKDOWNS[1:], kind.cuts, strict=True):
                cut = whole._replace(breakdown=breakdown, value=value)
                into[whole, breakdown].add(cut)
                if step > 1:
                    into[cut, "territory"].add(below._replace(breakdown=breakdown, value=value))
    return [(total, sorted(division)) for (total, _), division in sorted(into.items())]
