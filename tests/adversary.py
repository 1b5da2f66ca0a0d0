"""Random countries, their releases, and somebody who adds, subtracts and solves everything ever released."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from app.domain.release import Cell, Counts, Hidden, Part, Released, decide_release
from app.domain.release_rules import EVENTS, PERSONS, Tally, fault, fault_for_strangers

SMALLEST = 1e-7
"""Below this, a sum of the whole numbers of such a system is zero."""


@dataclass
class World:
    """What was decided, release after release."""

    counts: Counts
    releases: list[Released] = field(default_factory=list)
    decided: list[dict[Cell, Hidden | None]] = field(default_factory=list)


def random_world(seed: int) -> World:
    """Two to four releases of a small country in which schools answer, correct, arrive and leave."""
    chance = Random(seed)
    world = World(chance.choice(("persons", "persons", "events")))
    is_rate = world.counts == "persons" and chance.random() < 0.8
    schools = list(_schools(chance, is_rate))
    answering = {p.school for p in schools if chance.random() < 0.85}
    restless = chance.choice((0.02, 0.1, 0.3, 0.8))
    for _ in range(chance.randint(2, 3)):
        parts = [p for p in schools if p.school in answering]
        decided = decide_release(parts, world.counts, world.releases)
        shown = [cell for cell, why in decided.items() if why is None]
        world.releases.append(Released(parts, shown))
        world.decided.append(decided)
        for number, part in enumerate(schools):
            if chance.random() < restless:
                schools[number] = _changed(part, chance)
            if chance.random() < restless / 3:
                answering ^= {part.school}
    return world


def _schools(chance: Random, is_rate: bool) -> Iterator[Part]:
    types = ("nursery", "elementary", "primary")[: chance.randint(1, 3)]
    some = chance.random()  # how often a school is in priority education here
    most = chance.choice((3, 6, 6, 9))
    number = 0
    for academie in range(chance.randint(1, 2)):
        for departement in range(chance.randint(1, 2)):
            for circonscription in range(chance.randint(1, 4)):
                path = (
                    f"c{academie}{departement}{circonscription}",
                    f"d{academie}{departement}",
                    f"a{academie}",
                    "fr",
                )
                for _ in range(chance.randint(1, most)):
                    number += 1
                    priority = chance.choice(("rep", "rep_plus")) if chance.random() < some / 2 else "none"
                    base = chance.choice(
                        (chance.randint(2, 10), *(chance.randint(11, 200) for _ in range(6)))
                    )
                    yield Part(
                        f"s{number}",
                        path,
                        (priority, chance.choice(types)),
                        chance.randint(0, base),
                        base if is_rate else None,
                        base,
                        base < 11,
                    )


def _changed(part: Part, chance: Random) -> Part:
    """A correction: most often of what was counted, sometimes of how many there were."""
    base = part.base if chance.random() < 0.7 else chance.randint(2, 200)
    return replace(
        part,
        counted=chance.randint(0, base),
        base=base,
        out_of=None if part.out_of is None else base,
        is_small=base < 11,
    )


def findings(world: World) -> list[str]:
    """What somebody finds who knows every release and what no, one or two inspectors read live, all along.

    Unknown is what each school counted each time. A combination of released cells that speaks of one or two
    schools only tells a figure, the sum of two, or a change; so does a hidden cell that can be put together.
    """
    states = sorted({p for r in world.releases for p in r.parts}, key=repr)
    column = {state: number for number, state in enumerate(states)}
    cells = [_members(r.parts) for r in world.releases]
    told = [_row(cells[n][cell], column) for n, r in enumerate(world.releases) for cell in r.shown]
    rows = np.unique(np.array(told).reshape(-1, len(states)), axis=0)
    floor = PERSONS if world.counts == "persons" else EVENTS
    readers = np.array([state.read_by or "" for state in states])
    hidden = [
        (f"{cell} of release {n + 1}", cells[n][cell])
        for n, decided in enumerate(world.decided)
        for cell, why in decided.items()
        if why
    ]
    wanted = np.array([_row(parts, column) for _, parts in hidden]).reshape(-1, len(states))
    found = []
    everybody = sorted(set(readers) - {""})
    for together in [(), *combinations(everybody, 1), *combinations(everybody, 2)]:
        unknown = np.flatnonzero(~np.isin(readers, together))
        _, sizes, basis = np.linalg.svd(rows[:, unknown], full_matrices=False)
        basis = basis[sizes > SMALLEST]
        found += [
            f"{together} find {few}" for few in _singled_out(basis, [states[n].school for n in unknown])
        ]
        left = wanted[:, unknown]
        outside = np.abs(left - (left @ basis.T) @ basis).max(axis=1, initial=0)
        for number in np.flatnonzero((outside < SMALLEST) & left.any(axis=1)):
            name, parts = hidden[number]
            if fault_for_strangers(Tally.of([p for p in parts if p.read_by not in together]), floor):
                found.append(f"{together} find {name}")
    return found


def _members(parts: Sequence[Part]) -> dict[Cell, list[Part]]:
    members: dict[Cell, list[Part]] = defaultdict(list)
    for part in parts:
        for cell in part.kind.cells:
            members[cell].append(part)
    return members


def _row(parts: Sequence[Part], column: dict[Part, int]) -> NDArray[np.float64]:
    row = np.zeros(len(column))
    row[[column[p] for p in parts]] = 1
    return row


def _singled_out(basis: NDArray[np.float64], schools: list[str]) -> Iterator[tuple[str, ...]]:
    """One or two schools that some combination of the rows speaks of, and of nobody else.

    With P the projection on what the rows span, there is one exactly when P, cut to the columns of these
    schools, has 1 among its eigenvalues; their sum is then at least 1, which spares most of the work.
    """
    columns: dict[str, list[int]] = defaultdict(list)
    for number, school in enumerate(schools):
        columns[school].append(number)
    names = list(columns)
    weight = np.array([(basis[:, mine] ** 2).sum() for mine in columns.values()])
    likely = [(names[one],) for one in np.flatnonzero(weight > 1 - SMALLEST)]
    both = np.triu(weight[:, None] + weight > 1 - SMALLEST, k=1)
    for few in [*likely, *((names[one], names[other]) for one, other in np.argwhere(both))]:
        cut = basis[:, [c for school in few for c in columns[school]]]
        if np.linalg.norm(cut, 2) > 1 - SMALLEST:
            yield few


def narrow(world: World) -> list[str]:
    """The cells of the last release, hidden by the rules, that a stranger can bracket too narrowly.

    One unknown for what each school counted each time and, of a rate, one for how many were asked.
    """
    if world.counts != "persons":
        return []
    states = sorted({p for r in world.releases for p in r.parts}, key=repr)
    column = {state: number for number, state in enumerate(states)}
    cells = [_members(r.parts) for r in world.releases]
    told = np.array([_row(cells[n][cell], column) for n, r in enumerate(world.releases) for cell in r.shown])
    told = np.unique(told.reshape(-1, len(states)), axis=0)
    came = np.array([state.counted for state in states])
    is_rate = any(state.out_of is not None for state in states)
    asked = np.array([state.out_of or 0 for state in states])
    true = np.concatenate([came, asked]) if is_rate else came
    equal = np.kron(np.eye(2), told) if is_rate else told
    above = np.hstack([np.eye(len(states)), -np.eye(len(states))]) if is_rate else np.zeros((0, len(states)))
    found = []
    for cell, why in world.decided[-1].items():
        parts = cells[-1][cell]
        if why in (None, Hidden.TOO_FEW_CHANGES) or not fault(Tally.of(parts), PERSONS):
            continue
        wanted = _row(parts, column)
        needed = max(5, 0.2 * sum(p.base if is_rate else p.counted for p in parts))
        for aim in (np.concatenate([wanted, 0 * wanted]), np.concatenate([0 * wanted, wanted])):
            width = sum(_farthest(sign * aim[: len(true)], above, equal, equal @ true) for sign in (1, -1))
            if width < needed - 1e-6 and aim[: len(true)].any():
                found.append(f"{cell} is within {width:.1f}, not {needed:.1f}")
    return found


def _farthest(aim: NDArray[np.float64], above: Any, equal: Any, right: Any) -> float:
    found = linprog(-aim, above, np.zeros(len(above)), equal, right, method="highs")
    return np.inf if found.fun is None else -found.fun
