"""What a school adds to its circonscription, kept by one function whatever the reason it changed.

A transmission, an election, a move, a closing and a reopening all end in `publish`. It works out what the
school should add to a term, compares with what it adds, and moves the sums by the difference.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts.audit import take_turn
from app.domain.indicators import INDICATORS
from app.domain.rates import Rate
from app.domain.school_year import Term
from app.domain.transmitted import is_small
from app.measurements.chains import FIGURE_WATCHERS, FigureKey
from app.schools.imports import PLACE_WATCHERS
from app.schools.queries import place_at
from app.transmissions import queries
from app.transmissions.queries import Published

Delta = dict[tuple[UUID, str, str, bool], dict[str, int]]


def publish(db: Session, school_id: UUID, term: str) -> set[UUID]:
    """Make the circonscription's sums say what the school adds to `term`. The caller holds its turn.

    Where the school was that year decides where its figures count; closed, or without circonscription, it
    adds nothing. The circonscriptions whose version moved are returned: none when nothing changed.
    """
    before = queries.published_of(db, school_id, term)
    wanted = wanted_rows(db, school_id, term)
    if before == wanted:
        return set()
    deltas: Delta = {}
    for sign, rows in ((-1, before), (1, wanted)):
        for row in rows:
            _add(deltas, row, sign)
    queries.replace_published(db, before, wanted)
    queries.add_to_totals(db, {key: delta for key, delta in deltas.items() if any(delta.values())})
    moved = {row.circonscription_id for row in (*before, *wanted)}
    queries.bump_versions(db, moved)
    return moved


def wanted_rows(db: Session, school_id: UUID, term: str) -> list[Published]:
    """The published figures as they should be, by indicator: the last version sent, and the vote."""
    place = place_at(db, school_id, Term(term).year)
    if place is None or not place.is_open or place.circonscription_id is None:
        return []
    there = place.circonscription_id, place.priority, place.type
    return [
        Published(school_id, term, one.indicator, *there, one.counted, one.out_of, one.pupils, _is_small(one))
        for one in sorted(queries.counted_in(db, school_id, term), key=lambda one: one.indicator)
    ]


def _is_small(one: queries.Counted) -> bool:
    """The law has the votes published, of however few."""
    told = Rate(one.counted, one.out_of)
    return not one.is_public and is_small(INDICATORS[one.indicator], told, one.pupils)


def _add(deltas: Delta, row: Published, sign: int) -> None:
    key = (row.circonscription_id, row.term, row.indicator, row.is_small)
    delta = deltas.setdefault(key, dict.fromkeys(queries.SUMS, 0))
    delta["counted"] += sign * row.counted
    delta["out_of"] += sign * (row.out_of or 0)
    delta["schools"] += sign
    delta["pupils"] += sign * (row.pupils or 0)
    delta["schools_with_pupils"] += sign * (row.pupils is not None)


# --- what changes without being transmitted ------------------------------------------------------------


def _publish_vote(db: Session, key: FigureKey) -> None:
    if key.indicator in queries.PUBLIC:
        publish(db, key.school_id, key.term)


def _publish_moved(db: Session, places: Collection[tuple[UUID, str]]) -> None:
    """Schools that moved, closed or reopened in a year: their terms of that year and of the years after it.

    A profile holds until the next one, so that a year without a row of its own moves with the one before.
    """
    publishing = {row.id for row in queries.schools_that_publish(db)}
    for school_id, year in sorted(place for place in places if place[0] in publishing):
        take_turn(db, school_id)
        for term in queries.terms_to_publish(db, school_id):
            if term[:9] >= year:
                publish(db, school_id, term)
    queries.bump_versions(db, queries.circonscriptions_of(db, {school_id for school_id, _ in places}))


FIGURE_WATCHERS.append(_publish_vote)
PLACE_WATCHERS.append(_publish_moved)


# --- verify --------------------------------------------------------------------------------------------


def verify_published(db: Session) -> list[str]:
    """Recompute what every school adds, and every sum, and tell those that differ, one line each."""
    wrong = []
    for school in queries.schools_that_publish(db):
        for term in queries.terms_to_publish(db, school.id):
            if queries.published_of(db, school.id, term) != wanted_rows(db, school.id, term):
                wrong.append(
                    f"{school.uai} · {term}\u202f: ce qui est publié n’est pas ce qui a été transmis"
                )
    kept_sums = {_key(row): _sums(row) for row in queries.totals_kept(db)}
    fresh = {_key(row): _sums(row) for row in queries.totals_summed(db)}
    for key in sorted(kept_sums.keys() | fresh.keys()):
        if kept_sums.get(key) != fresh.get(key):
            told = f"conservé {kept_sums.get(key, 'rien')}, recalculé {fresh.get(key, 'rien')}"
            wrong.append(f"circonscription {key[0]} · {key[1]} · {key[2]}\u202f: {told}")
    wrong += [
        f"circonscription {row.circonscription_id} · {row.term} · {row.indicator}\u202f: un total sans école"
        for row in queries.totals_not_empty_without_schools(db)
    ]
    return wrong


def _key(row: Any) -> tuple[str, str, str, bool]:
    return str(row.circonscription_id), row.term, row.indicator, bool(row.is_small)


def _sums(row: Any) -> tuple[int, ...]:
    return tuple(int(getattr(row, name)) for name in queries.SUMS)
