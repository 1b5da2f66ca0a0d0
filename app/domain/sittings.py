"""How long typing took, told from the hours at which answers were stored: nobody is watched."""

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil

LONGEST_GAP = timedelta(minutes=5)
"""A longer silence between two answers was spent on something else."""
FIRST_ANSWER = timedelta(minutes=1)
"""What the first answer of a sitting took before it was stored."""


def minutes_spent(answers: Iterable[tuple[Hashable, datetime]]) -> int:
    """Whole minutes, rounded up, over (person, instant) pairs in any order; 0 when nobody answered."""
    moments: dict[Hashable, set[datetime]] = {}
    for person, instant in answers:
        moments.setdefault(person, set()).add(instant)
    return ceil(sum((_spent(sorted(one)) for one in moments.values()), timedelta()) / timedelta(minutes=1))


def _spent(instants: list[datetime]) -> timedelta:
    gaps = (later - earlier for earlier, later in pairwise(instants))
    return sum((gap if gap <= LONGEST_GAP else FIRST_ANSWER for gap in gaps), FIRST_ANSWER)
