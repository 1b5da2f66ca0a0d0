"""Who can be singled out by adding and subtracting totals: linear algebra, without a word about schools.

Rows are totals told; a column stands for schools that no total tells apart. `readers` says which inspector
knows a column anyway, `schools` who is in it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from app.domain.release_rules import INSIDERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

NOTHING = 1e-6
"""Below this an eigenvalue of a matrix made of small whole numbers is zero."""
FEW = 2
"""Schools that must not be singled out, one by one or together."""
HEAVY = 10.0
"""Times that a column of more schools weighs, which takes them out of the shares of the others."""
AT_ONCE = 256
"""Groups of inspectors looked at in one go, at most."""

R = TypeVar("R", bound=tuple[object, ...])
Together = tuple[str, ...]


class Finding(NamedTuple):
    """A sum that some can work out: what each column that they do not know weighs in it."""

    unknown: "Flags"
    weights: "Floats"


@dataclass(frozen=True)
class Totals:
    """What was told, and to whom which column is known anyway. `told` has a row a total, a column a group."""

    told: "Floats"
    readers: Sequence[str | None]
    schools: Sequence[Sequence[str]]

    def findings(
        self,
        insiders: Sequence[Together],
        secrets: "Floats",
        is_harmful: Callable[[int, Together], bool],
    ) -> Iterator[tuple[Together, list[Finding]]]:
        """For each group of inspectors in turn, what they could work out together.

        That is sums over the figures of one or two schools, and every secret (a row of 0 and 1) of which
        `is_harmful(secret, inspectors)` is true.

        The totals span a space; to know a column is to leave it out. Some sum speaks of one or two schools
        only when the directions of their columns lie in that space: the shares of them that do then add up to
        1. A column of three schools or more is in no such sum: made `HEAVY`, it takes hardly any part in the
        shares, and most of the time they are small for everybody.
        """
        import numpy as np

        told = independent(self.told)
        few = np.array([len(set(names)) <= FEW for names in self.schools])
        heavy = np.where(few, 1.0, HEAVY)
        of = {name: np.array([name == reader for reader in self.readers]) for name in self.readers if name}
        space, alone = _Space(told * heavy, few, of), _Alone(self.schools)
        wanted = space.without_local(secrets * heavy)
        for some in _growing(insiders):
            for together, directions in zip(some, space.seen_by(some), strict=True):
                unknown = np.all([np.ones_like(few), *(~of[name] for name in together)], axis=0)
                found: list[Finding] = []
                for columns, weights in alone.singled_out(*space.projection(directions, unknown)):
                    found.append(Finding(unknown, np.zeros(len(few))))
                    found[-1].weights[columns] = weights
                for secret in np.flatnonzero(space.holds(directions, wanted * unknown)):
                    if secrets[secret][unknown].any() and is_harmful(int(secret), together):
                        found.append(Finding(unknown, secrets[secret] * unknown))
                yield together, found


class _Alone:
    """The columns that one school, or two, are alone in."""

    def __init__(self, schools: Sequence[Sequence[str]]) -> None:
        import numpy as np

        few = [(at, sorted(set(names))) for at, names in enumerate(schools) if len(set(names)) <= FEW]
        self.columns = np.array([at for at, _ in few], int)
        place = {name: n for n, name in enumerate(sorted({name for _, names in few for name in names}))}
        self.within: list[list[int]] = [[] for _ in place]
        """Of each school, the columns that are only about it."""
        self.shared: dict[tuple[int, ...], list[int]] = defaultdict(list)
        """Of two schools, those that are about both."""
        for number, (_, names) in enumerate(few):
            if len(names) == 1:
                self.within[place[names[0]]].append(number)
            else:
                self.shared[place[names[0]], place[names[1]]].append(number)

    def singled_out(self, vectors: "Floats", local: "Floats") -> "Iterator[tuple[NDArray[np.int_], Floats]]":
        """The combinations of the columns of one or two schools that lie in a space.

        Its projection is `vectors`ᵀ·`vectors` + `local`. Cut to the columns of these schools, it then has 1
        among its eigenvalues, and a trace of 1 at least, which leaves few to try.
        """
        import numpy as np

        shares = ((vectors**2).sum(axis=0) + local.diagonal()).tolist()
        by_size: dict[int, list[tuple[tuple[int, ...], list[int]]]] = defaultdict(list)
        for few in self._likely(shares):
            of = [column for one in few for column in self.within[one]] + self.shared.get(few, [])
            by_size[len(of)].append((few, of))
        met: set[int] = set()
        for _, tried in sorted(by_size.items()):
            at = np.array([of for _, of in tried])
            cut = vectors[:, at].transpose(1, 2, 0)
            cut = cut @ cut.transpose(0, 2, 1) + local[at[:, :, None], at[:, None, :]]
            for (few, of), sizes, directions in zip(tried, *np.linalg.eigh(cut), strict=True):
                if sizes[-1] > 1 - NOTHING and met.isdisjoint(
                    few
                ):  # one sum about a school is enough to act upon
                    met.update(few)
                    yield self.columns[of], directions[:, -1]

    def _likely(self, shares: Sequence[float]) -> Iterator[tuple[int, ...]]:
        """One or two schools of which the shares add up to 1 at least."""
        own = [sum(shares[column] for column in columns) for columns in self.within]
        enough = 1 - NOTHING
        most = max(own, default=0)
        near = [one for one, share in enumerate(own) if share > enough - most]
        yield from ((one,) for one in near if own[one] > enough)
        for one, other in combinations(near, 2):
            if own[one] + own[other] > enough and (one, other) not in self.shared:
                yield one, other
        for (one, other), columns in self.shared.items():
            if own[one] + own[other] + sum(shares[column] for column in columns) > enough:
                yield one, other


class _Space:
    """What totals span on the columns that given inspectors do not know.

    A total over columns of one inspector only is local: it goes when they look, and what it spans is taken
    out of the other totals once and for all. What is left to do for each group of inspectors is small.
    """

    def __init__(self, told: "Floats", few: "Flags", of: dict[str, "Flags"]) -> None:
        import numpy as np

        self.few = few
        self.local: list[Floats] = []
        is_local = np.zeros(len(told), bool)
        for mine in of.values():
            own = ~told[:, ~mine].any(axis=1)
            is_local |= own
            self.local.append(span_of(told[own]))
        self.flat = self.without_local(told[~is_local])
        bases = np.vstack([np.zeros((0, told.shape[1])), *self.local])[:, few]
        self.local_projection = bases.T @ bases
        self.gram = self.flat @ self.flat.T
        self.grams = {name: self.flat[:, mine] @ self.flat[:, mine].T for name, mine in of.items()}

    def without_local(self, rows: "Floats") -> "Floats":
        for basis in self.local:
            rows = rows - (rows @ basis.T) @ basis
        return rows

    def seen_by(self, groups: Sequence[Together]) -> Iterator["Floats"]:
        """For each group, the combinations of the totals that are not local that are an orthonormal basis."""
        import numpy as np

        left = [self.gram - sum((self.grams[name] for name in g), start=0 * self.gram) for g in groups]
        for sizes, directions in zip(*np.linalg.eigh(np.stack(left)), strict=True):
            spans = sizes > NOTHING
            yield directions[:, spans] / np.sqrt(sizes[spans])

    def projection(self, directions: "Floats", unknown: "Flags") -> "tuple[Floats, Floats]":
        """On what these and the local totals span, cut to the columns of few schools; in two parts."""
        kept = unknown[self.few]
        return directions.T @ self.flat[:, self.few] * kept, self.local_projection * kept * kept[:, None]

    def holds(self, directions: "Floats", rows: "Floats") -> "Flags":
        """Which of these rows, without what is local or known, the totals span."""
        outside = (rows**2).sum(axis=1) - ((rows @ self.flat.T @ directions) ** 2).sum(axis=1)
        result: Flags = outside < NOTHING
        return result


def insiders(readers: Iterable[str | None]) -> Iterator[Together]:
    """Nobody, each inspector, every two."""
    names = sorted({name for name in readers if name})
    for number in range(INSIDERS + 1):
        yield from combinations(names, number)


def _growing(insiders: Sequence[Together]) -> Iterator[Sequence[Together]]:
    """A few first, since most that can be found is found by strangers; then more at once."""
    start, size = 0, 1
    while start < len(insiders):
        yield insiders[start : start + size]
        start, size = start + size, min(4 * size, AT_ONCE)


def span_of(rows: "Floats") -> "Floats":
    """An orthonormal basis of what these rows span."""
    import numpy as np

    _, sizes, basis = np.linalg.svd(rows, full_matrices=False)
    return basis[sizes > NOTHING]


def spans(rows: "Floats", wanted: Sequence[bool]) -> bool:
    """Whether some combination of the rows is exactly the wanted columns."""
    import numpy as np

    basis = span_of(rows)
    aim = np.array(wanted, float)
    return bool(abs(aim - (aim @ basis.T) @ basis).max() < NOTHING)


def incidence(columns: Sequence[Collection[R]]) -> "tuple[list[R], Floats]":
    """The rows that count any of these columns, in order, and the matrix that says which counts which."""
    import numpy as np

    rows = sorted({row for column in columns for row in column})
    told = np.array([[row in column for column in columns] for row in rows], float)
    return rows, told.reshape(len(rows), len(columns))


def independent(rows: "Floats") -> "Floats":
    """Leave out every row that those before it already tell."""
    import numpy as np

    return rows[first_independent(rows)] if len(rows) else np.zeros_like(rows)


def first_independent(rows: "Floats") -> list[int]:
    """The numbers of the rows that those before them do not tell."""
    import numpy as np

    basis = np.zeros((0, rows.shape[1]))
    kept = []
    for number, row in enumerate(rows):
        rest = row - (basis @ row) @ basis
        rest -= (basis @ rest) @ basis
        size = float(np.linalg.norm(rest))
        if size > NOTHING:
            basis = np.vstack([basis, rest / size])
            kept.append(number)
    return kept


def is_spread(felt: "Floats", first: int, places: int) -> bool:
    """Whether every combination of some rows that is felt anywhere is felt in that many places at least.

    `felt` holds, for each place, the products of the rows with each other there. Where some places together
    tell all the rows apart, any combination is felt in one of them: it is enough to find that many separate
    sets of places. False as well when a row after the `first` ones is a combination of those.
    """
    import numpy as np

    whole = felt.sum(axis=0)
    alone = _rank(whole[:first, :first])
    for row in range(first, len(whole)):
        some = [*range(first), row]
        if _rank(whole[np.ix_(some, some)]) == alone:
            return False
    wanted, left = _rank(whole), list(range(len(felt)))
    for _ in range(places):
        gathered, rank = np.zeros_like(whole), 0
        for place in list(left):
            if rank < wanted and _rank(gathered + felt[place]) > rank:
                gathered = gathered + felt[place]
                rank = _rank(gathered)
                left.remove(place)
        if rank < wanted:
            return False
    return True


def _rank(products: "Floats") -> int:
    import numpy as np

    return int((np.linalg.eigvalsh(products) > NOTHING).sum())
