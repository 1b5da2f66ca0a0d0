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


def fault(parts: Collection[Part], floor: Floor) -> Hidden | None:
    """What keeps the sum over these schools from being told, to anybody; None when nothing does."""
    return fault_for_strangers(parts, floor) or fault_for_insiders(parts, floor)


def fault_for_strangers(parts: Collection[Part], floor: Floor) -> Hidden | None:
    """The same, for those who know none of the schools."""
    base = _base(parts)
    if len(parts) < floor.schools:
        return Hidden.TOO_FEW_SCHOOLS
    if base < floor.base or any(side < floor.either_side for side in _sides(parts)):
        return Hidden.TOO_FEW_FAMILIES
    if max(p.base for p in parts) * 100 > base * floor.heaviest:
        return Hidden.ONE_SCHOOL_WEIGHS
    return None


def fault_for_insiders(parts: Collection[Part], floor: Floor) -> Hidden | None:
    """The same, for any two inspectors together: each takes away the schools that they read live.

    What remains must be nothing at all, or stand on its own. Each sum shrinks most when its own two largest
    circonscriptions are taken away, and the share of one school grows most when the two largest of the
    *others* are: the totals and the three largest answer for every pair.
    """
    by_reader: dict[str | None, list[Part]] = defaultdict(list)
    for part in parts:
        by_reader[part.read_by].append(part)
    unread = by_reader.pop(None, [])
    groups = list(by_reader.values())
    # Two inspectors who read everything learn nothing; the worst they can do then is to forget one of theirs.
    taken = INSIDERS if unread else min(INSIDERS, len(groups) - 1)

    def least(total: int, amounts: Iterable[int]) -> int:
        return total - sum(nlargest(taken, amounts))

    base, bases = _base(parts), [_base(group) for group in groups]
    sides, sides_of = _sides(parts), [_sides(group) for group in groups]
    largest = nlargest(INSIDERS + 1, range(len(groups)), key=bases.__getitem__)

    def weighs(number: int | None, group: Collection[Part]) -> bool:
        others = [bases[other] for other in largest if other != number][:INSIDERS]
        return max((p.base for p in group), default=0) * 100 > (base - sum(others)) * floor.heaviest

    falls = (
        least(len(parts), map(len, groups)) < floor.schools
        or least(base, bases) < floor.base
        or any(
            least(*pair) < floor.either_side for pair in zip(sides, zip(*sides_of, strict=True), strict=False)
        )
        or any(weighs(number, group) for number, group in enumerate(groups))
        or weighs(None, unread)
    )
    return Hidden.SUBTRACTION if falls else None


def _base(parts: Iterable[Part]) -> int:
    return sum(p.base for p in parts)


def _sides(parts: Collection[Part]) -> tuple[int, ...]:
    """Those who came and, of a rate, those who did not."""
    came = sum(p.counted for p in parts)
    if any(p.out_of is None for p in parts):
        return (came,)
    return came, sum(p.out_of - p.counted for p in parts if p.out_of is not None)
