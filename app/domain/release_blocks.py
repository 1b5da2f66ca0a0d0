"""What released totals tell, taken apart: the smallest sums they give, and which of them hang together."""

from collections import defaultdict
from collections.abc import Container, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.release_rules import BREAKDOWNS, Cell, Kind, Part


class Row(NamedTuple):
    """A cell as one release told it; releases are numbered from the oldest."""

    release: int
    cell: Cell


Chain = tuple[Row, ...]
"""The rows of one release and one breakdown that count the same schools, from the smallest territory up."""


@dataclass(frozen=True, slots=True)
class Group:
    """Figures that no total can tell apart: schools of one kind, unchanged through the same releases."""

    read_by: str | None
    parts: tuple[Part, ...]
    chains: tuple[Chain, ...]

    @property
    def people(self) -> list[tuple[str, str]]:
        """The schools, which may be in other groups with other figures, and the inspector who reads them."""
        return [
            *(("school", p.school) for p in self.parts),
            *([("reader", self.read_by)] if self.read_by else []),
        ]

    def smallest(self, told: Container[Row]) -> Chain:
        """The smallest total told in each chain: those above it tell nothing more of this group."""
        found = (next((row for row in chain if row in told), None) for chain in self.chains)
        return tuple(row for row in found if row)


def groups_of(releases: Iterable[Sequence[Part]]) -> list[Group]:
    """Sort every figure that a release ever counted."""
    during: dict[Part, list[int]] = defaultdict(list)
    for number, parts in enumerate(releases):
        for part in parts:
            during[part].append(number)
    alike: dict[tuple[Kind, tuple[int, ...]], list[Part]] = defaultdict(list)
    for part in sorted(during, key=lambda p: p.school):
        alike[part.kind, tuple(during[part])].append(part)
    return [
        Group(parts[0].read_by, tuple(parts), tuple(_chains(kind, numbers)))
        for (kind, numbers), parts in sorted(alike.items())
    ]


def _chains(kind: Kind, numbers: Iterable[int]) -> Iterator[Chain]:
    cells = kind.cells
    for number in numbers:
        for breakdown in BREAKDOWNS:
            yield tuple(Row(number, cell) for cell in cells if cell.breakdown == breakdown)


Block = dict[int, Chain]
"""Groups linked by totals: the number of each, and the smallest totals told of it."""


class Told:
    """All that was ever told: `rows`, and of each group the smallest of them."""

    def __init__(self, groups: Sequence[Group], rows: Container[Row]) -> None:
        self.groups, self.rows = groups, rows
        self.smallest = {number: group.smallest(rows) for number, group in enumerate(groups)}
        self.blocks = split(self.smallest)
        self.place = {number: at for at, block in enumerate(self.blocks) for number in block}
        self.with_rest = {row for smallest in self.smallest.values() for row in smallest}
        """The rows that count some group otherwise than through a smaller total."""
        self.above: dict[Row, Row] = {}
        """The next larger total told."""
        self.uncovered: dict[Row, list[int]] = defaultdict(list)
        """The groups that a row, told or not, counts otherwise than through a smaller total."""
        for number, group in enumerate(groups):
            for chain in group.chains:
                self._climb(number, chain)
        self.below: dict[Row, list[Row]] = defaultdict(list)
        for row, total in sorted(self.above.items()):
            self.below[total].append(row)

    def _climb(self, number: int, chain: Chain) -> None:
        under: Row | None = None
        for row in chain:
            if under is None:
                self.uncovered[row].append(number)
            if row in self.rows:
                if under is not None:
                    self.above[under] = row
                under = row


def split(
    smallest: Mapping[int, Chain], people: Mapping[int, Iterable[Hashable]] | None = None
) -> list[Block]:
    """Part the groups into blocks that no total links, nor any of the same `people` (schools, inspectors)."""
    leader: dict[Hashable, Hashable] = {}

    def find(item: Hashable) -> Hashable:
        while leader.setdefault(item, item) != item:
            leader[item] = item = leader[leader[item]]
        return item

    for number, rows in smallest.items():
        for link in (*rows, *(people[number] if people else ())):
            leader[find(link)] = find(number)
    together: dict[Hashable, Block] = defaultdict(dict)
    for number, rows in smallest.items():
        together[find(number)][number] = rows
    return list(together.values())
