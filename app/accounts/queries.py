"""Reads and set-wise writes about people: their duties, invitations and accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select, or_, select, update
from sqlmodel import Session, col

from app.accounts.models import (
    Invitation,
    SchoolMembership,
    ServiceNote,
    TerritoryMembership,
    User,
)
from app.domain.vocabulary import Role
from app.schools.models import School, Territory


def user_by_email(db: Session, email: str) -> User | None:
    return db.scalars(select(User).where(col(User.email) == email)).one_or_none()


def any_user(db: Session) -> bool:
    return db.scalar(select(User.id).limit(1)) is not None


def school_duties(db: Session, user_id: UUID) -> dict[UUID, Role]:
    rows = db.execute(
        select(SchoolMembership.school_id, SchoolMembership.role).where(
            col(SchoolMembership.user_id) == user_id, col(SchoolMembership.ended_at).is_(None)
        )
    )
    return {school_id: role for school_id, role in rows}  # noqa: C416  # rows are Row, not tuples, to mypy


_M = TerritoryMembership.__table__
_ABOVE = select(_M.c.territory_id, _M.c.role).where(
    _M.c.user_id == sa.bindparam("user_id"), _M.c.ended_at.is_(None)
)


def territory_duties(db: Session, user_id: UUID) -> dict[UUID, Role]:
    """The territories that the person's duties name, with the role held there and in all below."""
    return {territory: Role(role) for territory, role in db.execute(_ABOVE, {"user_id": user_id})}


def members_of_school(db: Session, school_id: UUID) -> Sequence[sa.Row[Any]]:
    """(id of the duty, user_id, name, email, role, started_at) of the present duties, head teacher first."""
    rank = sa.case({Role.HEAD_TEACHER.value: 0, Role.DEPUTY.value: 1}, value=SchoolMembership.role, else_=2)
    return db.execute(
        select(
            SchoolMembership.id,
            SchoolMembership.user_id,
            User.name,
            User.email,
            SchoolMembership.role,
            SchoolMembership.started_at,
        )
        .join(User, col(User.id) == SchoolMembership.user_id)
        .where(col(SchoolMembership.school_id) == school_id, col(SchoolMembership.ended_at).is_(None))
        .order_by(rank, User.name, SchoolMembership.id)
    ).all()


def duties_shown(db: Session, user_id: UUID) -> tuple[Sequence[sa.Row[Any]], Sequence[sa.Row[Any]]]:
    """(uai, name, role, started_at) in schools, and (level, code, name, role, started_at) in territories."""
    schools = db.execute(
        select(School.uai, School.name, SchoolMembership.role, SchoolMembership.started_at)
        .join(SchoolMembership, col(SchoolMembership.school_id) == School.id)
        .where(col(SchoolMembership.user_id) == user_id, col(SchoolMembership.ended_at).is_(None))
        .order_by(School.name, School.uai)
    ).all()
    territories = db.execute(
        select(
            Territory.level,
            Territory.code,
            Territory.name,
            TerritoryMembership.role,
            TerritoryMembership.started_at,
        )
        .join(TerritoryMembership, col(TerritoryMembership.territory_id) == Territory.id)
        .where(col(TerritoryMembership.user_id) == user_id, col(TerritoryMembership.ended_at).is_(None))
        .order_by(Territory.name)
    ).all()
    return schools, territories


def schools_with_heads(
    db: Session, visible: Select[tuple[UUID]], *, search: str = "", limit: int = 200
) -> Sequence[sa.Row[Any]]:
    """(uai, name, commune, head's name or None) of the open visible schools, by commune and name."""
    wanted = (
        select(School.uai, School.name, School.commune, User.name.label("head"))
        .outerjoin(
            SchoolMembership,
            sa.and_(
                col(SchoolMembership.school_id) == School.id,
                col(SchoolMembership.ended_at).is_(None),
                col(SchoolMembership.role) == Role.HEAD_TEACHER,
            ),
        )
        .outerjoin(User, col(User.id) == SchoolMembership.user_id)
        .where(col(School.id).in_(visible), col(School.is_open))
        .order_by(School.commune, School.name, School.uai)
        .limit(limit)
    )
    for word in search.split():
        wanted = wanted.where(
            or_(
                *(
                    column.icontains(word, autoescape=True)
                    for column in (School.uai, School.name, School.commune)
                )
            )
        )
    return db.execute(wanted).all()


def membership_or_none(db: Session, school_id: UUID, membership_id: UUID) -> SchoolMembership | None:
    return db.get(SchoolMembership, (school_id, membership_id))


def live_membership(
    db: Session, school_id: UUID, *, role: Role | None = None, user_id: UUID | None = None
) -> SchoolMembership | None:
    wanted = select(SchoolMembership).where(
        col(SchoolMembership.school_id) == school_id, col(SchoolMembership.ended_at).is_(None)
    )
    if role is not None:
        wanted = wanted.where(col(SchoolMembership.role) == role)
    if user_id is not None:
        wanted = wanted.where(col(SchoolMembership.user_id) == user_id)
    return db.scalars(wanted).first()


def live_territory_membership(db: Session, territory_id: UUID, user_id: UUID) -> TerritoryMembership | None:
    return db.scalars(
        select(TerritoryMembership).where(
            col(TerritoryMembership.territory_id) == territory_id,
            col(TerritoryMembership.user_id) == user_id,
            col(TerritoryMembership.ended_at).is_(None),
        )
    ).first()


def end_territory_duties(db: Session, user_id: UUID, moment: datetime) -> int:
    """The number ended."""
    wanted = update(TerritoryMembership).where(
        col(TerritoryMembership.user_id) == user_id, col(TerritoryMembership.ended_at).is_(None)
    )
    return db.execute(wanted.values(ended_at=moment)).rowcount


def administrators(db: Session) -> Sequence[UUID]:
    """The accounts that administer the service."""
    return db.scalars(select(User.id).where(col(User.is_administrator), col(User.ended_at).is_(None))).all()


def _pending(moment: datetime) -> list[sa.ColumnElement[bool]]:
    return [
        col(Invitation.used_at).is_(None),
        col(Invitation.withdrawn_at).is_(None),
        col(Invitation.expires_at) > moment,
    ]


def pending_invitations(db: Session, school_id: UUID, moment: datetime) -> Sequence[Invitation]:
    """The links of a school that still open something, oldest first."""
    return db.scalars(
        select(Invitation)
        .where(col(Invitation.school_id) == school_id, *_pending(moment))
        .order_by(col(Invitation.created_at), col(Invitation.id))
    ).all()


def live_invitation(db: Session, token_hash: str, moment: datetime) -> Invitation | None:
    """What a link opens: unused, not withdrawn, not older than its days."""
    wanted = select(Invitation).where(col(Invitation.token_hash) == token_hash, *_pending(moment))
    return db.scalars(wanted).one_or_none()


def invitation_or_none(
    db: Session, school_id: UUID, invitation_id: UUID, moment: datetime
) -> Invitation | None:
    wanted = select(Invitation).where(
        col(Invitation.school_id) == school_id, col(Invitation.id) == invitation_id, *_pending(moment)
    )
    return db.scalars(wanted).one_or_none()


def withdraw_replaced(db: Session, new: Invitation, moment: datetime) -> None:
    """An address, and the seat of the head teacher or the deputy, have one pending invitation at a time."""
    same = col(Invitation.email) == new.email
    if new.role in (Role.HEAD_TEACHER, Role.DEPUTY):
        same = or_(same, col(Invitation.role) == new.role)
    db.execute(
        update(Invitation)
        .where(
            same,
            col(Invitation.school_id).is_not_distinct_from(new.school_id),
            col(Invitation.territory_id).is_not_distinct_from(new.territory_id),
            col(Invitation.role).is_not(None),
            col(Invitation.id) != new.id,
            *_pending(moment),
        )
        .values(withdrawn_at=moment)
    )


def withdraw_renewals(db: Session, user_id: UUID, moment: datetime, *, but: UUID | None = None) -> None:
    """The pending links to a new password for this account open nothing any more."""
    wanted = update(Invitation).where(col(Invitation.user_id) == user_id, *_pending(moment))
    if but is not None:
        wanted = wanted.where(col(Invitation.id) != but)
    db.execute(wanted.values(withdrawn_at=moment))


def place_name(db: Session, invitation: Invitation) -> str:
    """The school or the territory an invitation is about; empty for the whole service."""
    if invitation.school_id is not None:
        return db.scalar(select(School.name).where(col(School.id) == invitation.school_id)) or ""
    if invitation.territory_id is not None:
        return db.scalar(select(Territory.name).where(col(Territory.id) == invitation.territory_id)) or ""
    return ""


def live_user(db: Session, email: str, *, locked: bool = False) -> User | None:
    """The account that may sign in with this address; `locked`, it stays one until the commit."""
    wanted = select(User).where(col(User.email) == email, col(User.ended_at).is_(None))
    return db.scalars(wanted.with_for_update() if locked else wanted).one_or_none()


def demo_people(db: Session) -> list[tuple[UUID, str, Role, str]]:
    """(user id, name, role, place) of the demonstration, one entry a duty, in the order they were made."""
    at_school = (
        select(User.id, User.name, SchoolMembership.role, School.name)
        .join(SchoolMembership, col(SchoolMembership.user_id) == User.id)
        .join(School, col(School.id) == SchoolMembership.school_id)
        .where(col(SchoolMembership.ended_at).is_(None), col(User.ended_at).is_(None))
    )
    above = (
        select(User.id, User.name, TerritoryMembership.role, Territory.name)
        .join(TerritoryMembership, col(TerritoryMembership.user_id) == User.id)
        .join(Territory, col(Territory.id) == TerritoryMembership.territory_id)
        .where(col(TerritoryMembership.ended_at).is_(None), col(User.ended_at).is_(None))
    )
    service = select(User.id, User.name).where(col(User.is_administrator), col(User.ended_at).is_(None))
    people = [(row[0], row[1], row[2], row[3]) for wanted in (at_school, above) for row in db.execute(wanted)]
    people += [(row[0], row[1], Role.ADMINISTRATOR, "") for row in db.execute(service)]
    return sorted(people, key=lambda person: person[0])


def service_note(db: Session, key: str) -> str | None:
    note = db.get(ServiceNote, key)
    return note.value if note else None
