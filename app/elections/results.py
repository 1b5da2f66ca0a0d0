"""What follows from the numbers of a result sheet: seats by largest remainder, and what looks odd."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.election import UnresolvedTie, largest_remainder
from app.domain.french import counted
from app.domain.plausibility import move_doubt, registered_doubt
from app.domain.rates import Rate


class Obtained(Protocol):
    """A list as it was typed or as it is stored."""

    name: str
    votes: int
    candidates: int | None


SEATS, VOTES = ("siège", "sièges"), ("voix", "voix")


def computed_seats(lists: Sequence[Obtained], seats: int) -> Mapping[str, int]:
    """Seats of each list by the official rule. Raises UnresolvedTie when only an age could decide."""
    limits = {one.name: one.candidates for one in lists if one.candidates is not None}
    return largest_remainder({one.name: one.votes for one in lists}, seats, candidates=limits)


def computed_or_none(lists: Sequence[Obtained], seats: int) -> Mapping[str, int] | None:
    try:
        return computed_seats(lists, seats)
    except UnresolvedTie:
        return None


class Stored(Protocol):
    """A result sheet as it is stored."""

    no_ballot: bool
    lots_drawn: bool
    registered: int | None
    voters: int
    blank_null: int
    seats: int
    seats_filled: int
    held_with: str | None


class Won(Obtained, Protocol):
    """A list with its seats."""

    seats: int


def turnout_of(result: Stored) -> Rate | None:
    """Voters of the registered; None where nobody voted, or where another school counted."""
    if result.held_with is not None or result.no_ballot or not result.registered:
        return None
    return Rate(result.voters, result.registered)


def warnings_about(
    result: Stored, lists: Sequence[Won], classes: int | None, last_year: Rate | None = None
) -> list[str]:
    """What is worth a second look. Nothing of it is refused: the official sheet has the last word.

    `last_year` is the turnout of the year before, when the reader may see it.
    """
    if result.held_with is not None:
        return []
    found = [told for told in _about_turnout(result, classes, last_year) if told]
    found += _about_seats(result, lists, classes)
    if result.no_ballot or not lists:
        return found
    computed = computed_or_none(lists, result.seats)
    for one in lists:
        if computed is not None and one.seats != computed[one.name]:
            found.append(
                f"{one.name}\u202f: {counted(one.seats, SEATS)} au procès-verbal, "
                f"{computed[one.name]} par le calcul au plus fort reste."
            )
    valid = result.voters - result.blank_null
    if missing := valid - sum(one.votes for one in lists):
        found.append(
            f"Les listes ont {counted(valid - missing, VOTES)} pour {valid} suffrages exprimés\u202f: "
            f"il en manque {missing}."
        )
    return found


def _about_turnout(result: Stored, classes: int | None, last_year: Rate | None) -> list[str]:
    turnout = turnout_of(result)
    if turnout is None:
        return []
    moved = move_doubt(turnout, last_year, "l’an dernier")
    return [registered_doubt(turnout.out_of, classes), f"Participation\u202f: {moved}" if moved else ""]


def _about_seats(result: Stored, lists: Sequence[Won], classes: int | None) -> list[str]:
    found = []
    if classes is not None and classes != result.seats:
        classes_said = counted(classes, ("classe", "classes"))
        found.append(f"{counted(result.seats, SEATS)} à pourvoir pour {classes_said} cette année.")
    by_lists = sum(one.seats for one in lists)
    drawn = result.seats_filled - by_lists
    if lists and (drawn < 0 or (drawn > 0 and not result.lots_drawn)):
        found.append(
            f"{counted(result.seats_filled, SEATS)} pourvus, alors que les listes en ont {by_lists} en tout."
        )
    return found
