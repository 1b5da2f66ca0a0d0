"""Which column of a file is which: headings matched whatever their accents, their case and their order."""

from collections.abc import Mapping, Sequence

from app.domain.french import fold

SEARCHED = 10
"""How many lines are looked at for the headings: a title, a merged cell or a blank line may come before."""

Accepted = Mapping[str, Sequence[str]]
"""Name of a column → the headings that mean it, the usual one first."""


def matched(headings: Sequence[str], accepted: Accepted) -> dict[int, str]:
    """Place → name of the column there. The first of two headings alike counts; what is not known is left."""
    known = {
        fold(heading): name for name, told in reversed(list(accepted.items())) for heading in (name, *told)
    }
    found: dict[int, str] = {}
    for place, heading in enumerate(headings):
        name = known.get(fold(heading))
        if name is not None and name not in found.values():
            found[place] = name
    return found


def heading_row(rows: Sequence[Sequence[str]], accepted: Accepted) -> int:
    """Which row holds the headings: the one with most columns known, the first one when none is."""
    searched = range(min(SEARCHED, len(rows)))
    return max(searched, key=lambda place: len(matched(rows[place], accepted)), default=0)
