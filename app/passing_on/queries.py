"""Reads of published sheets, by their school and by those they are published to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlmodel import Session, col

from app.actions.models import SheetAdoption
from app.domain.passing_on import Credit, Readers
from app.passing_on.models import PublishedSheet, PublishedSheetVersion
from app.schools.models import School


@dataclass(frozen=True, slots=True)
class Reach:
    """What somebody may read: the sheets of these schools, and those published to these circonscriptions."""

    schools: Sequence[UUID]
    circonscriptions: Sequence[UUID]


def sheet_of_action(db: Session, school_id: UUID, action_id: UUID) -> PublishedSheet | None:
    wanted = select(PublishedSheet).where(
        col(PublishedSheet.school_id) == school_id, col(PublishedSheet.action_id) == action_id
    )
    return db.scalars(wanted).one_or_none()


def version_of(db: Session, sheet: PublishedSheet) -> PublishedSheetVersion:
    """The latest version of a sheet."""
    found = db.get(PublishedSheetVersion, (sheet.school_id, sheet.id, sheet.number))
    assert found is not None, "a published sheet has its version"
    return found


def was_named(db: Session, sheet: PublishedSheet) -> bool:
    """Whether any version of a sheet bore the name of its school."""
    wanted = select(func.count()).where(
        col(PublishedSheetVersion.school_id) == sheet.school_id,
        col(PublishedSheetVersion.sheet_id) == sheet.id,
        col(PublishedSheetVersion.credit) == Credit.SCHOOL,
    )
    return db.execute(wanted).scalar_one() > 0


def times_taken_up(db: Session, sheet_id: UUID) -> int:
    """How many actions were begun from it; neither by whom nor when."""
    wanted = select(func.count()).where(col(SheetAdoption.sheet_id) == sheet_id)
    return db.execute(wanted).scalar_one()


def adoptions_of_school(
    db: Session, school_id: UUID, *, after: UUID | None = None, limit: int = 500
) -> Sequence[SheetAdoption]:
    """The actions that a school took up from sheets, oldest first."""
    wanted = select(SheetAdoption).where(col(SheetAdoption.school_id) == school_id)
    if after is not None:
        wanted = wanted.where(col(SheetAdoption.action_id) > after)
    return db.scalars(wanted.order_by(col(SheetAdoption.action_id)).limit(limit)).all()


Shared = tuple[PublishedSheet, PublishedSheetVersion]


def shared_sheet(db: Session, reach: Reach, sheet_id: UUID) -> Shared | None:
    row = db.execute(_readable(reach).where(col(PublishedSheet.id) == sheet_id)).one_or_none()
    return (row[0], row[1]) if row else None


def uai_of_sheet(db: Session, sheet_id: UUID) -> str | None:
    """Whose it is: for a comparison, never to be shown."""
    wanted = (
        select(School.uai)
        .join(PublishedSheet, col(PublishedSheet.school_id) == School.id)
        .where(col(PublishedSheet.id) == sheet_id)
    )
    return db.execute(wanted).scalar_one_or_none()


def shared_sheets(
    db: Session,
    reach: Reach,
    *,
    words: Iterable[str] = (),
    equal: dict[str, Any] | None = None,
    after: UUID | None = None,
    limit: int = 500,
) -> Sequence[Shared]:
    """Published sheets that hold every word and answer what is asked, the newest first.

    `words` are folded (app.domain.search); `equal` maps a column of the version to what it must be.
    """
    wanted = _readable(reach).order_by(col(PublishedSheet.id).desc()).limit(limit)
    for word in words:
        wanted = wanted.where(col(PublishedSheetVersion.search_text).like(f"% {word}%"))
    for name, value in (equal or {}).items():
        wanted = wanted.where(getattr(PublishedSheetVersion, name) == value)
    if after is not None:
        wanted = wanted.where(col(PublishedSheet.id) < after)
    return [(row[0], row[1]) for row in db.execute(wanted)]


def _readable(reach: Reach) -> Any:
    return (
        select(PublishedSheet, PublishedSheetVersion)
        .join(
            PublishedSheetVersion,
            sa.and_(
                PublishedSheetVersion.school_id == PublishedSheet.school_id,
                PublishedSheetVersion.sheet_id == PublishedSheet.id,
                PublishedSheetVersion.number == PublishedSheet.number,
            ),
        )
        .where(
            col(PublishedSheet.withdrawn_at).is_(None),
            sa.or_(
                col(PublishedSheet.readers) == Readers.EVERYONE,
                col(PublishedSheet.circonscription_id).in_(reach.circonscriptions),
                col(PublishedSheet.school_id).in_(reach.schools),
            ),
        )
    )
