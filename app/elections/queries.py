"""Reads and writes of elections. Every one starts from a school the caller was allowed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from app.elections.models import Election, ElectionList
from app.errors import NotFound
from app.prepared import Prepared, inside


def election_or_none(db: Session, school_id: UUID, year: str) -> Election | None:
    return db.get(Election, (school_id, year))


_HAS_ELECTION = Prepared(
    select(Election.year).where(
        col(Election.school_id) == sa.bindparam("school_id"), col(Election.year) == sa.bindparam("year")
    )
)


def has_election(db: Session, school_id: UUID, year: str) -> bool:
    return bool(inside(db)(_HAS_ELECTION, {"school_id": school_id, "year": year}))


def election_or_404(db: Session, school_id: UUID, year: str) -> Election:
    found = election_or_none(db, school_id, year)
    if found is None:
        raise NotFound()
    return found


def elections_of_school(db: Session, school_id: UUID, *, after: str = "") -> Sequence[Election]:
    """A school's elections, oldest first, one a year; `after` is the last year of the page before."""
    wanted = select(Election).where(col(Election.school_id) == school_id, col(Election.year) > after)
    return db.scalars(wanted.order_by(col(Election.year))).all()


def lists_of(db: Session, school_id: UUID, years: Collection[str]) -> Mapping[str, Sequence[ElectionList]]:
    """year → its lists, in the order of the result sheet."""
    rows = db.scalars(
        select(ElectionList)
        .where(col(ElectionList.school_id) == school_id, col(ElectionList.year).in_(years))
        .order_by(col(ElectionList.year), col(ElectionList.position))
    )
    found: dict[str, list[ElectionList]] = {year: [] for year in years}
    for row in rows:
        found[row.year].append(row)
    return found


def replace_lists(db: Session, school_id: UUID, year: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make `rows` all the lists of an election."""
    db.execute(
        delete(ElectionList).where(col(ElectionList.school_id) == school_id, col(ElectionList.year) == year)
    )
    if rows:
        keys = {"school_id": school_id, "year": year}
        db.execute(insert(ElectionList), [dict(row) | keys | {"position": n} for n, row in enumerate(rows)])
