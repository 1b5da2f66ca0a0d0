"""What a released figure must rest on, whoever looks: nobody, one inspector, or two together."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from heapq import nlargest
from typing import Literal, NamedTuple

from app.domain.disclosure import FEWEST_COUNTED_OUT_OF, FEWEST_ON_EITHER_SIDE
from app.domain.vocabulary import Labelled

Level = Literal["circonscription", "departement", "academie", "national"]
Breakdown = Literal["none", "priority_education", "school_type"]
LEVELS: tuple[Level, ...] = ("circonscription", "departement", "academie", "national")
BREAKDOWNS: tuple[Breakdown, ...] = ("none", "priority_education", "school_type")

FEWEST_SCHOOLS = 3
HEAVIEST_SCHOOL = 85
"""In per cent of the families behind a cell."""
INSIDERS = 2
"""Inspectors who may put together what they know."""


class Cell(NamedTuple):
    """One number of a release: a territory, whole or cut by one closed list. `value` is "" when whole."""

    territory: str
    level: Level
    breakdown: Breakdown = "none"
    value: str = ""


class Hidden(Labelled):
    """Why a cell is not in a release."""

    TOO_FEW_SCHOOLS = "too_few_schools", "chiffre non montré\u202f: moins de trois écoles"
    TOO_FEW_FAMILIES = "too_few_families", "chiffre non montré\u202f: trop peu de familles"
    ONE_SCHOOL_WEIGHS = "one_school_weighs", "chiffre non montré\u202f: une école y pèse trop"
    SUBTRACTION = "subtraction", "chiffre non montré\u202f: une soustraction en ferait trouver un autre"
    TOO_FEW_CHANGES = "too_few_changes", "chiffre non renouvelé\u202f: trop peu d’écoles ont changé"


@dataclass(frozen=True, slots=True)
class Part:
    """What one school adds to the cells of one indicator and one term.

    `school` is any stable key, never shown. `path` holds the keys of its circonscription, département,
    académie and nation; `cuts` its values of priority education and school type. `base` is what it is counted
    among: `out_of` of a rate, pupils for a plain count (0 when unknown). `is_small` when its own inspector
    is not shown its figure: such a school enters no cell of a circonscription. Equal parts are one fact.
    """

    school: str
    path: tuple[str, str, str, str]
    cuts: tuple[str, str]
    counted: int
    out_of: int | None
    base: int
    is_small: bool

    @property
    def kind(self) -> "Kind":
        return Kind(self.path, self.cuts, self.is_small)

    @property
    def read_by(self) -> str | None:
        """The circonscription whose inspector reads this school live; None when nobody outside it does."""
        return None if self.is_small else self.path[0]


class Kind(NamedTuple):
    """Schools of one kind are in the same cells, and read by the same inspector."""

    path: tuple[str, str, str, str]
    cuts: tuple[str, str]
    is_small: bool

    @property
    def cells(self) -> list[Cell]:
        """The circonscription as a whole, and the levels above it, whole and cut."""
        cells = [] if self.is_small else [Cell(self.path[0], "circonscription")]
        for territory, level in zip(self.path[1:], LEVELS[1:], strict=True):
            cells.append(Cell(territory, level))
            cells += [Cell(territory, level, *cut) for cut in zip(BREAKDOWNS[1:], self.cuts, strict=True)]
        return cells


class Floor(NamedTuple):
    """The least that a set of schools must hold, and the most, in per cent, that one of them may weigh."""

    schools: int
    base: int = 0
    either_side: int = 0
    heaviest: int = 100


PERSONS = Floor(FEWEST_SCHOOLS, FEWEST_COUNTED_OUT_OF, FEWEST_ON_EITHER_SIDE, HEAVIEST_SCHOOL)
EVENTS = Floor(FEWEST_SCHOOLS)
CHANGES_OF_PERSONS = Floor(FEWEST_SCHOOLS, FEWEST_COUNTED_OUT_OF)


class Tally(NamedTuple):
    """What schools that the same inspector reads live, or nobody, hold together."""

    read_by: str | None
    schools: int
    base: int
    sides: tuple[int, ...]
    largest: int

    @classmethod
    def of(cls, parts: Collection[Part]) -> "list[Tally]":
        by_reader: dict[str | None, list[Part]] = defaultdict(list)
        for part in parts:
            by_reader[part.read_by].append(part)
        return [
            cls(read_by, len(some), sum(p.base for p in some), _sides(some), max(p.base for p in some))
            for read_by, some in by_reader.items()
        ]


def _sides(parts: Collection[Part]) -> tuple[int, ...]:
    """Those who came and, of a rate, those who did not."""
    came = sum(p.counted for p in parts)
    asked = [p.out_of for p in parts if p.out_of is not None]
    return (came, sum(asked) - came) if asked else (came,)


def fault(tallies: Collection[Tally], floor: Floor) -> Hidden | None:
    """What keeps the sum over these schools from being told, to anybody; None when nothing does."""
    return fault_for_strangers(tallies, floor) or fault_for_insiders(tallies, floor)


def fault_for_strangers(tallies: Collection[Tally], floor: Floor) -> Hidden | None:
    """The same, for those who know none of the schools."""
    base = sum(t.base for t in tallies)
    if sum(t.schools for t in tallies) < floor.schools:
        return Hidden.TOO_FEW_SCHOOLS
    sides = zip(*(t.sides for t in tallies), strict=True)
    if base < floor.base or any(sum(side) < floor.either_side for side in sides):
        return Hidden.TOO_FEW_FAMILIES
    if max(t.largest for t in tallies) * 100 > base * floor.heaviest:
        return Hidden.ONE_SCHOOL_WEIGHS
    return None


def fault_for_insiders(tallies: Collection[Tally], floor: Floor) -> Hidden | None:
    """The same, for any two inspectors together: each takes away the schools that they read live.

    What remains must be nothing at all, or stand on its own. Each sum shrinks most when its own two largest
    circonscriptions are taken away, and the share of one school grows most when the two largest of the
    *others* are: the totals and the three largest answer for every pair.
    """
    unread = any(t.read_by is None for t in tallies)
    bases: dict[str, int] = defaultdict(int)
    for tally in tallies:
        if tally.read_by is not None:
            bases[tally.read_by] += tally.base
    # Two inspectors who read everything learn nothing; the worst they can do then is to forget one of theirs.
    taken = INSIDERS if unread else min(INSIDERS, len(bases) - 1)

    def least(amounts: Iterable[int]) -> int:
        """The total of these amounts, one a tally, without the circonscriptions where it is largest."""
        total, of = 0, dict.fromkeys(bases, 0)
        for tally, amount in zip(tallies, amounts, strict=True):
            total += amount
            if tally.read_by is not None:
                of[tally.read_by] += amount
        return total - sum(nlargest(taken, of.values()))

    base = sum(t.base for t in tallies)
    largest = nlargest(INSIDERS + 1, bases, key=bases.__getitem__)

    def weighs(tally: Tally) -> bool:
        others = [bases[other] for other in largest if other != tally.read_by][:INSIDERS]
        return tally.largest * 100 > (base - sum(others)) * floor.heaviest

    falls = (
        least(t.schools for t in tallies) < floor.schools
        or least(t.base for t in tallies) < floor.base
        or any(least(side) < floor.either_side for side in zip(*(t.sides for t in tallies), strict=True))
        or any(map(weighs, tallies))
    )
    return Hidden.SUBTRACTION if falls else None
