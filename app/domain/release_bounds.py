"""How narrowly a hidden figure can be bracketed from everything that was told: linear programming.

Whoever looks knows that nothing counted is negative, and that no more people came than were asked.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from app.domain.release_blocks import Block, Chain, Row, Told
from app.domain.release_hiding import Draft
from app.domain.release_singling import incidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

NARROWEST = 5
"""People between the least and the most that a hidden figure can be, whatever its size."""
NARROWEST_SHARE = Fraction(1, 5)
"""The same, as a share of what the figure is counted among."""
MOST_COLUMNS = 1500
"""In one program. Other columns keep their true figures: the bracket is then too narrow, never too wide."""
NOTHING = 1e-7


class Bracket(NamedTuple):
    """How far apart the least and the most are that a figure can be, and the totals that keep them there."""

    width: float
    held_by: frozenset[int]


@dataclass(frozen=True)
class Figures:
    """Totals told (rows) of columns, and the true figures of these: `asked` is None for a plain count.

    Every column is in some row.
    """

    told: "Floats"
    came: "Floats"
    asked: "Floats | None"

    def brackets(self, secret: "Flags", enough: float) -> Iterator[Bracket]:
        """Bracket those who came among the columns of a secret and, of a rate, those who were asked.

        No wider than `enough` is of interest: the true figure is in the bracket, so one end may tell.
        """
        import numpy as np
        from scipy.sparse import block_diag, csr_array, eye_array, hstack

        columns = len(self.came)
        equal: Any = csr_array(self.told)  # the types of scipy know of dense matrices only
        above: Any = csr_array((0, columns))
        true = self.came
        if self.asked is not None:
            equal = block_diag([equal, equal], format="csr")
            true = np.concatenate([self.came, self.asked])
            above = hstack([eye_array(columns), -eye_array(columns)], format="csr")
        for side in range(len(true) // columns):
            aim = np.zeros(len(true))
            aim[side * columns : (side + 1) * columns] = secret
            yield self._bracket(aim, true, equal, above, enough)

    def _bracket(self, aim: "Floats", true: "Floats", equal: Any, above: Any, enough: float) -> Bracket:
        import numpy as np
        from scipy.optimize import linprog

        width, held_by = 0.0, set[int]()
        for sign in (-1, 1):
            found = linprog(sign * aim, above, np.zeros(above.shape[0]), equal, equal @ true, method="highs")
            assert found.fun is not None, found.message  # the true figures are one solution
            width += sign * float(aim @ true) - found.fun
            held_by |= {
                int(n) % len(self.told) for n in np.flatnonzero(np.abs(found.eqlin.marginals) > NOTHING)
            }
            if width >= enough:
                break
        return Bracket(width, frozenset(held_by))


class Audit:
    """Tries to bracket every hidden figure, and hides more until no bracket is too narrow.

    To hide more only widens the brackets: what was wide enough needs not be tried again. A cell that was only
    hidden to protect others has nothing to protect itself.
    """

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.wide: set[Row] = set()

    def hide(self) -> bool:
        """Hide one more cell for each figure that is bracketed too narrowly; False when none is."""
        told = self.draft.told()
        alike: dict[Chain, list[int]] = defaultdict(list)
        for number, smallest in told.smallest.items():
            alike[smallest].append(number)
        has_hidden = False
        for secret in self.draft.secrets:
            if secret not in self.wide:
                held_by = self._held_by(told, alike, secret)
                if held_by is not None and self.draft.break_up(held_by):
                    has_hidden = True
                else:
                    self.wide.add(secret)
        return has_hidden

    def _held_by(self, told: Told, alike: dict[Chain, list[int]], secret: Row) -> list[Row] | None:
        """The totals that keep a figure in too narrow a bracket; None when it is wide enough.

        A cheap answer first. When nothing told tells apart some schools of the cell and some that are not of
        it, what they count together may be all on one side or all on the other.
        """
        hidden = set(told.uncovered[secret])
        if not all(told.smallest[number] for number in hidden):
            return None
        sides = [
            sum(side) for side in zip(*(t.sides for t in self.draft.secrets[secret].tallies), strict=True)
        ]
        needed = max(NARROWEST, NARROWEST_SHARE * sum(sides))
        pools = [alike[smallest] for smallest in {told.smallest[number] for number in hidden}]
        exchanged = [number for pool in pools if not hidden.issuperset(pool) for number in pool]
        if all(width >= needed for width in _totals(told, exchanged, len(sides) == 2)):
            return None
        widths = [0.0] * len(sides)
        rows: set[Row] = set()
        for at in sorted({told.place[number] for number in hidden}):
            near = _near(told.blocks[at], hidden)
            every, figures, columns = _figures(told, near, hidden, len(sides) == 2)
            for side, (width, held_by) in enumerate(figures.brackets(columns, needed)):
                widths[side] += width
                rows |= {every[n] for n in held_by}
        if all(width > needed - NOTHING for width in widths):
            return None
        return sorted(rows | {below for row in rows for below in told.below[row]})


def _near(block: Block, hidden: Collection[int]) -> Block:
    """The part of a block that is closest to some of its groups, when it is too large for one program."""
    near: Block = {number: rows for number, rows in block.items() if number in hidden}
    size = 0
    while size < len(near) < MOST_COLUMNS:
        size = len(near)
        linked = {row for rows in near.values() for row in rows}
        closer = {n: rows for n, rows in block.items() if n not in near and not linked.isdisjoint(rows)}
        near |= dict(islice(closer.items(), MOST_COLUMNS - size))
    return near


def _figures(
    told: Told, block: Block, hidden: Collection[int], is_rate: bool
) -> tuple[list[Row], Figures, "Flags"]:
    """The program of a block: its rows, the figures of each column, and which columns are hidden."""
    import numpy as np

    columns: dict[tuple[Chain, bool], list[int]] = defaultdict(list)
    for number, smallest in block.items():
        columns[smallest, number in hidden].append(number)
    rows, matrix = incidence([smallest for smallest, _ in columns])
    totals = np.array([_totals(told, numbers, is_rate) for numbers in columns.values()], float)
    secret = np.array([is_hidden for _, is_hidden in columns])
    return rows, Figures(matrix, totals[:, 0], totals[:, 1] if is_rate else None), secret


def _totals(told: Told, numbers: Collection[int], is_rate: bool) -> list[int]:
    parts = [part for number in numbers for part in told.groups[number].parts]
    came = sum(p.counted for p in parts)
    return [came, sum(p.out_of or 0 for p in parts)] if is_rate else [came]
