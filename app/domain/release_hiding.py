"""A release in the making: which cells are still shown, and the rest of every total."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from app.domain.release_blocks import Group, Row, Told
from app.domain.release_rules import Cell, Floor, Hidden, Tally, fault


class Secret(NamedTuple):
    """What a hidden cell must not give away: a sum over these schools, which the floor forbids to tell.

    Of a cell hidden by the rules, all its schools; of one in which too few have changed, those.
    """

    tallies: Sequence[Tally]
    floor: Floor


@dataclass
class Draft:
    """What is decided so far.

    `secrets` are the cells, of any release, that the rules hide; those hidden to protect them are not.
    `groups` are the figures that any release counted, this one (`number`) last; `old` the rows that the
    earlier ones told. `known` are the cells that one of them showed and that are the same now: to hide them
    is of no use.
    """

    cells: Mapping[Cell, Sequence[Tally]]
    verdicts: dict[Cell, Hidden | None]
    secrets: Mapping[Row, Secret]
    floor: Floor
    groups: Sequence[Group]
    number: int
    old: Collection[Row]
    known: Collection[Cell]
    beyond_help: set[Row] = field(default_factory=set)
    """Totals told before that give away something by themselves."""

    def __post_init__(self) -> None:
        self.divisions = _divisions(self.groups, self.number)
        members: dict[Row, list[int]] = defaultdict(list)
        for at, group in enumerate(self.groups):
            for chain in group.chains:
                for row in chain:
                    members[row].append(at)
        # A secret that stayed the same from one release to the next is one secret.
        once = {(*members[row], secret.floor): row for row, secret in self.secrets.items()}
        self.secrets = {row: self.secrets[row] for row in once.values()}
        before = {row.cell for row in self.old if row.release == self.number - 1}
        self._costs = {
            cell: (cell in before, sum(t.base for t in tallies), cell.breakdown == "none", cell)
            for cell, tallies in self.cells.items()
        }

    def told(self) -> Told:
        now = {Row(self.number, cell) for cell, why in self.verdicts.items() if not why}
        return Told(self.groups, now | set(self.old))

    def is_told(self, cell: Cell) -> bool:
        return self.verdicts[cell] is None or cell in self.known

    def break_up(self, rows: Collection[Row]) -> bool:
        """The same for rows that together give something away: when none can be hidden, they are noted."""
        if self.hide_least(rows):
            return True
        self.beyond_help |= set(rows)
        return False

    def may_hide(self, row: Row) -> bool:
        return row.release == self.number and self.verdicts[row.cell] is None and row.cell not in self.known

    def cost(self, cell: Cell) -> tuple[bool, int, bool, Cell]:
        """The families a cell speaks of; but first of all, whether the last release showed it."""
        return self._costs[cell]

    def worth(self, row: Row) -> tuple[bool, bool, int, bool, Row]:
        """Sorts rows from those that are there anyway to those that cost least."""
        if not self.may_hide(row):
            return (False, False, 0, False, row)
        before, families, whole, _ = self.cost(row.cell)
        return (True, not before, -families, not whole, row)

    def hide_least(self, rows: Iterable[Row]) -> bool:
        """Hide the cell that costs least of these; False when none can be hidden, all being told before."""
        cells = [row.cell for row in rows if self.may_hide(row)]
        if cells:
            self.verdicts[min(cells, key=self.cost)] = Hidden.SUBTRACTION
        return bool(cells)


@dataclass
class Division:
    """One way to add cells up to a total: by the territories below, or by the values of one cut."""

    total: Cell
    cells: set[Cell] = field(default_factory=set)
    small: list[Tally] = field(default_factory=list)


def _divisions(groups: Iterable[Group], number: int) -> list[Division]:
    found: dict[tuple[Cell, str], Division] = {}

    def division(total: Cell, by: str) -> Division:
        return found.setdefault((total, by), Division(total))

    for group in groups:
        for chain in group.chains:
            cells = [row.cell for row in chain if row.release == number]
            for below, above in pairwise(cells):
                division(above, "territory").cells.add(below)
            for cell in cells:
                if cell.breakdown != "none":
                    division(Cell(cell.territory, cell.level), cell.breakdown).cells.add(cell)
            if cells and cells[0] == Cell(cells[0].territory, "departement"):
                division(cells[0], "territory").small += Tally.of(group.parts)
    return [found[key] for key in sorted(found)]


def hide_rests(draft: Draft) -> bool:
    """What remains of a total without its shown parts must be empty or stand on its own."""
    has_hidden = False
    for division in draft.divisions:
        while draft.is_told(division.total):
            rest = [t for cell in division.cells if not draft.is_told(cell) for t in draft.cells[cell]]
            rest += division.small
            if not rest or not fault(rest, draft.floor):
                break
            rows = [Row(draft.number, cell) for cell in division.cells]
            if not draft.hide_least(rows) and not draft.hide_least([Row(draft.number, division.total)]):
                break  # all of it was told before, and stood on its own
            has_hidden = True
    return has_hidden
