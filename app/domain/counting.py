"""The counter at the gate: presses made on several phones add up to one number, whatever their order.

A press has an id of its own, made on the phone: one that arrives twice counts once. What is added up is a
set, so that neither the order, nor the repeats, nor the phone they came from can change the total.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.domain.vocabulary import Grade


@dataclass(frozen=True, slots=True)
class Tap:
    """One press of +1 or −1 (`delta`), for a grade or for everybody (`Grade.ALL`)."""

    id: UUID
    delta: int
    grade: Grade = Grade.ALL


def distinct(taps: Iterable[Tap]) -> list[Tap]:
    """Each press once; the first one wins should an id ever come back saying something else."""
    return list({tap.id: tap for tap in reversed(list(taps))}.values())


def sums(taps: Iterable[Tap]) -> dict[Grade, int]:
    """What the presses of each grade add up to; below zero while a −1 has arrived before its +1."""
    found: dict[Grade, int] = {}
    for tap in distinct(taps):
        found[tap.grade] = found.get(tap.grade, 0) + tap.delta
    return found


def shown(total: int) -> int:
    """Nobody came less than zero times: the floor is put under the sum, never under each press on the way.

    A floor on the way would make the total depend on the order: −1 then +1 would be 1, +1 then −1 would be 0.
    """
    return max(0, total)


def total(by_grade: Mapping[Grade, int]) -> int:
    """Parents who came: the grades as they are shown, added up, so that a page's parts make its whole."""
    return sum(shown(one) for one in by_grade.values())
