"""Hide what it takes for nobody, and no two inspectors, to single out one or two schools or find a secret."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from app.domain.release_blocks import Block, Chain, Row, Told, split
from app.domain.release_hiding import Draft
from app.domain.release_rules import INSIDERS, LEVELS, Cell, fault_for_strangers
from app.domain.release_singling import (
    NOTHING,
    Finding,
    Together,
    Totals,
    first_independent,
    incidence,
    insiders,
    is_spread,
    span_of,
    spans,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST_READERS = 150
"""Inspectors of one block whom it is practical to try two by two."""
MOST_COLUMNS = 1000
"""Groups of one block in which it is practical to look for a hidden cell that can be worked out."""
TOUCHED = INSIDERS + 2
"""Places that two inspectors and two schools can be in."""


class Findings:
    """Tries everybody on what is told.

    To hide more only takes combinations away. So what some inspectors could not find in a block before needs
    not be tried again.
    """

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.settled: dict[Together, set[object]] = defaultdict(set)

    def hide(self) -> bool:
        """Hide at least one cell in each block where something is found; False when nothing more is."""
        told = self.draft.told()
        wanted: dict[frozenset[int], list[Row]] = defaultdict(list)
        for secret in self.draft.secrets:
            wanted[frozenset(told.place[number] for number in told.uncovered[secret])].append(secret)
        has_hidden = False
        for at, block in enumerate(told.blocks):
            has_hidden |= self._hide_in(told, block, wanted.pop(frozenset([at]), []))
        wanted.pop(frozenset(), None)  # made of totals told, each of which may be told: it says no more
        for places, secrets in wanted.items():  # a secret in several blocks is found when all its parts are
            together = {number: rows for at in places for number, rows in told.blocks[at].items()}
            has_hidden |= self._hide_in(told, together, secrets)
        return has_hidden

    def _hide_in(self, told: Told, block: Block, secrets: Sequence[Row]) -> bool:
        readers = {told.groups[number].read_by for number in block}
        if not any(block.values()):
            return False
        if len(readers) > MOST_READERS:
            return self._hide_in_large(told, block, secrets)
        here = {*block, *secrets}
        left = [together for together in insiders(readers) if not here <= self.settled[together]]
        return bool(left) and self._hide_in_small(told, block, secrets, left)

    def _hide_in_large(self, told: Told, block: Block, secrets: Sequence[Row]) -> bool:
        """The same where there are too many inspectors to try them two by two.

        The totals of the highest territories are put aside, and what is left falls into pieces. When every
        combination of these totals, and of the secrets that lie in several pieces, is felt in more pieces
        than two inspectors and two schools can be in, none of them speaks of one or two schools only; the
        pieces remain to be looked at one by one. Otherwise the least of these totals is hidden, or, when an
        earlier release told them, the least of those below that it did not.
        """
        highest = max(LEVELS.index(row.cell.level) for rows in block.values() for row in rows)
        aside = sorted({r for rows in block.values() for r in rows if LEVELS.index(r.cell.level) == highest})
        kept = {n: tuple(row for row in rows if row not in aside) for n, rows in block.items()}
        pieces = split(kept, {number: told.groups[number].people for number in block})
        place = {number: at for at, piece in enumerate(pieces) for number in piece}
        inside: dict[int, list[Row]] = defaultdict(list)
        across: list[Row] = []
        for secret in secrets:
            places = {place[number] for number in told.uncovered[secret]}
            (inside[places.pop()] if len(places) == 1 else across).append(secret)
        if not self._is_spread(told, block, pieces, aside, across) and (
            self.draft.hide_least(aside)
            or self.draft.hide_least({r for rows in block.values() for r in rows})
        ):
            return True
        # Every piece has its turn, whether or not something was hidden in one before.
        return sum(self._hide_in(told, piece, inside[at]) for at, piece in enumerate(pieces)) > 0

    def _is_spread(
        self, told: Told, block: Block, pieces: Sequence[Block], rows: Sequence[Row], secrets: Sequence[Row]
    ) -> bool:
        import numpy as np

        counted = [set(told.uncovered[secret]) for secret in secrets]
        felt = []
        for piece in pieces:
            across = [[row in block[n] for n in piece] for row in rows]
            across += [[n in numbers for n in piece] for numbers in counted]
            basis = span_of(incidence(list(piece.values()))[1])
            seen = np.array(across, float)
            seen -= (seen @ basis.T) @ basis
            felt.append(seen @ seen.T)
        return is_spread(np.array(felt), len(rows), TOUCHED + 1)

    def _hide_in_small(
        self, told: Told, block: Block, secrets: Sequence[Row], left: Sequence[Together]
    ) -> bool:
        import numpy as np

        draft = self.draft
        counted = [set(told.uncovered[secret]) for secret in secrets]
        columns: dict[tuple[Chain, str | None, tuple[bool, ...]], list[int]] = defaultdict(list)
        for number, smallest in block.items():
            within = tuple(number in numbers for numbers in counted)
            columns[smallest, told.groups[number].read_by, within].append(number)
        rows, matrix = incidence([smallest for smallest, _, _ in columns])
        firsts = [numbers[0] for numbers in columns.values()]
        system = Totals(
            told=matrix,
            readers=[read_by for _, read_by, _ in columns],
            schools=[[p.school for n in alike for p in told.groups[n].parts] for alike in columns.values()],
        )

        def is_harmful(secret: int, together: Together) -> bool:
            """Whether what remains fails the rule, for them or with one more inspector, of any block."""
            tallies, floor = draft.secrets[secrets[secret]]
            others = sorted({t.read_by for t in tallies if t.read_by} - set(together))
            for number in range(INSIDERS - len(together) + 1):
                for more in combinations(others, number):
                    rest = [t for t in tallies if t.read_by not in (*together, *more)]
                    if rest and fault_for_strangers(rest, floor):
                        return True
            return False

        wanted = np.array([within for _, _, within in columns], float).T
        for together, found in system.findings(left, wanted, is_harmful):
            if found:
                makings = Makings(told, firsts, rows)
                if sum(self._break(makings, finding) for finding in found):
                    return True
            self.settled[together] |= {*block, *secrets}
        return False

    def _break(self, makings: "Makings", finding: Finding) -> bool:
        """Hide the least of the cells that a finding is made of, unless one of them is hidden already."""
        made_of = makings.of(finding, self.draft)
        return any(row.release == self.draft.number and self._is_hidden(row.cell) for row in made_of) or (
            self.draft.break_up(made_of)
        )

    def _is_hidden(self, cell: Cell) -> bool:
        return not self.draft.is_told(cell)


class Makings:
    """The told rows that a combination over some columns may be made of.

    Those are the rows that count the columns, and those taken away from them: a smaller total told elsewhere
    stands for itself, in a column of its own.
    """

    def __init__(self, told: Told, numbers: Sequence[int], rows: Iterable[Row]) -> None:
        import numpy as np

        counting = set(rows)
        for row in rows:
            above = told.above.get(row)
            # Above a row that counts something else as well, nothing adds to what is known here.
            while above and above not in counting and above not in told.with_rest:
                counting.add(above)
                above = told.above.get(above)
        elsewhere = sorted({below for row in counting for below in told.below[row]} - counting)
        self.rows = sorted(counting) + elsewhere
        chains = [
            {row for chain in told.groups[n].chains for row in chain if row in told.rows} for n in numbers
        ]
        chains += [{row, *_all_above(told, row)} for row in elsewhere]
        self.matrix = np.array([[row in chain for chain in chains] for row in self.rows], float)
        self.columns = len(numbers)

    def of(self, finding: Finding, draft: Draft) -> list[Row]:
        """Of all the ways to make it, the one of the most valuable rows: the others need cheaper ones."""
        import numpy as np

        wanted = np.zeros(self.matrix.shape[1])
        wanted[: self.columns] = finding.weights
        seen = np.ones(self.matrix.shape[1], bool)
        seen[: self.columns] = finding.unknown
        order = sorted(range(len(self.rows)), key=lambda number: draft.worth(self.rows[number]))
        matrix = self.matrix[order][:, seen]
        basis = first_independent(matrix)
        weights = np.linalg.lstsq(matrix[basis].T, wanted[seen], rcond=None)[0]
        return [
            self.rows[order[n]] for n, weight in zip(basis, weights, strict=True) if abs(weight) > NOTHING
        ]


def show_again(draft: Draft) -> None:
    """Show what was hidden to protect another cell and can be worked out all the same: it tells nothing."""
    told = draft.told()
    for cell, why in draft.verdicts.items():
        row = Row(draft.number, cell)
        if why and row not in draft.secrets and cell not in draft.known:
            hidden = set(told.uncovered[row])
            if all(_is_given(told, told.blocks[at], hidden) for at in {told.place[n] for n in hidden}):
                draft.verdicts[cell] = None


def _is_given(told: Told, block: Block, hidden: Collection[int]) -> bool:
    columns = sorted({(smallest, number in hidden) for number, smallest in block.items()})
    return len(columns) <= MOST_COLUMNS and spans(
        incidence([smallest for smallest, _ in columns])[1], [is_hidden for _, is_hidden in columns]
    )


def _all_above(told: Told, row: Row) -> Iterator[Row]:
    while row in told.above:
        yield (row := told.above[row])
