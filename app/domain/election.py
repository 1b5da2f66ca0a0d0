"""The election of the parents' representatives: turnout, valid votes and seats. Integers only."""

from collections.abc import Mapping, Sequence

from app.domain.rates import Rate


class UnresolvedTie(ValueError):
    """Two lists are level in everything the rule looks at, and nobody said whose candidate is the eldest."""

    def __init__(self, tied: Sequence[str]) -> None:
        self.tied = tuple(tied)
        super().__init__(
            f"Égalité entre {' et '.join(tied)}\u202f: indiquez la liste du candidat le plus âgé."
        )


def turnout(voters: int, registered: int) -> Rate:
    """Voters out of registered parents; each parent votes, so a family often counts twice."""
    return Rate(voters, registered)


def valid_votes(voters: int, blank_null: int) -> int:
    if not 0 <= blank_null <= voters:
        raise ValueError("Les bulletins blancs et nuls ne peuvent pas dépasser les votants.")
    return voters - blank_null


def largest_remainder(
    votes: Mapping[str, int],
    seats: int,
    *,
    candidates: Mapping[str, int] | None = None,
    eldest: Sequence[str] = (),
) -> dict[str, int]:
    """Seats of each list, by proportional representation with the largest remainder.

    A list has a seat for each full electoral quotient (valid votes / seats); each further seat goes to the
    list with the most votes left over, then with the most votes, then with the eldest candidate: `eldest`
    names the lists from the eldest candidate on. A list never gets more seats than it has candidates: what it
    leaves goes on in the same order to the others, and stays empty when nobody is left.
    Raises UnresolvedTie; ValueError for a negative number. Source: arrêté du 13 mai 1985 and circulaire
    2000-082 on the conseil d'école.
    """
    if seats < 0 or any(n < 0 for n in [*votes.values(), *(candidates or {}).values()]):
        raise ValueError("Ni les voix, ni les sièges, ni les candidats ne peuvent être négatifs.")
    total = sum(votes.values())
    room = {name: (candidates or {}).get(name, seats) if n else 0 for name, n in votes.items()}
    won = {name: min(n * seats // total, room[name]) if total else 0 for name, n in votes.items()}
    while (left := seats - sum(won.values())) and (free := [name for name in won if won[name] < room[name]]):
        # Everything is multiplied by `seats`, so that the quotient is the whole number `total`.
        standing = {name: (votes[name] * seats - won[name] * total, votes[name]) for name in free}
        best = max(standing.values())
        won[_next([name for name in free if standing[name] == best], left, eldest)] += 1
    return won


def _next(level: list[str], left: int, eldest: Sequence[str]) -> str:
    """Whose turn it is among level lists. The order does not matter when each of them gets a seat."""
    if len(level) <= left:
        return level[0]
    if not set(level) <= set(eldest):
        raise UnresolvedTie(level)
    return min(level, key=eldest.index)
