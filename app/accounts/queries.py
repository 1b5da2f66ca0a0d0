"""Reads and set-wise writes about people, sessions, tokens, turns; and whose rows are visible."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select, false, func, or_, select, true, update
from sqlmodel import Session, col

from app.accounts.actor import Actor, Task
from app.accounts.models import (
    ApiToken,
    AuditEvent,
    Invitation,
    SchoolLedger,
    SchoolMembership,
    ServiceNote,
    SignInAttempt,
    TerritoryMembership,
    User,
    WebSession,
)
from app.db import insert_or_ignore
from app.domain.vocabulary import Role
from app.schools.models import School, SchoolYearProfile, Territory

# --- turns ---------------------------------------------------------------------------------------------


def next_turn(db: Session, school_id: UUID) -> tuple[int, str]:
    """Add one to the ledger and lock it until the commit; the first turn of all makes the row."""
    take = (
        update(SchoolLedger)
        .where(col(SchoolLedger.school_id) == school_id)
        .values(version=SchoolLedger.version + 1)
        .returning(col(SchoolLedger.version), col(SchoolLedger.last_hash))
        .execution_options(synchronize_session=False)
    )
    row = db.execute(take).one_or_none()
    if row is None:
        insert_or_ignore(db, SchoolLedger, [{"school_id": school_id, "version": 0, "last_hash": ""}])
        row = db.execute(take).one()
    return row[0], row[1]


def close_turn(db: Session, school_id: UUID, last_hash: str) -> None:
    db.execute(
        update(SchoolLedger)
        .where(col(SchoolLedger.school_id) == school_id)
        .values(last_hash=last_hash)
        .execution_options(synchronize_session=False)
    )


def audit_chain(db: Session, school_id: UUID) -> Sequence[AuditEvent]:
    """The whole chain of one school, oldest first."""
    wanted = select(AuditEvent).where(col(AuditEvent.school_id) == school_id)
    return db.scalars(wanted.order_by(col(AuditEvent.position))).all()


def ledger_of(db: Session, school_id: UUID) -> SchoolLedger | None:
    return db.get(SchoolLedger, school_id, populate_existing=True)


def ledger_schools(db: Session) -> Sequence[UUID]:
    return db.scalars(select(SchoolLedger.school_id).order_by(col(SchoolLedger.school_id))).all()


# --- whose rows are visible ----------------------------------------------------------------------------


def profile_year(year: str) -> Any:
    """The latest year, up to `year`, for which the outer row's school has a profile."""
    inner = sa.orm.aliased(SchoolYearProfile)
    return (
        select(func.max(inner.year))
        .where(inner.school_id == SchoolYearProfile.school_id, inner.year <= year)
        .correlate(SchoolYearProfile)
        .scalar_subquery()
    )


def visible_schools(actor: Actor, task: Task, year: str) -> Select[tuple[UUID]]:
    """The ids of the schools this actor may do `task` in: the only place that decides what is seen.

    A member's duty has no year. An inspector or an authority sees the schools that were theirs in `year`.
    """
    if actor.is_administrator and task in {Task.SEE_SCHOOL, Task.INVITE}:
        return select(School.id).where(true())
    own = actor.schools_for(task)
    territories = actor.territories_for(task)
    reasons: list[sa.ColumnElement[bool]] = [col(School.id).in_(own)] if own else []
    if territories:
        inside = select(SchoolYearProfile.school_id).where(
            col(SchoolYearProfile.circonscription_id).in_(territories),
            col(SchoolYearProfile.year) == profile_year(year),
        )
        reasons.append(col(School.id).in_(inside))
    return select(School.id).where(or_(*reasons) if reasons else false())


def is_visible(db: Session, actor: Actor, school_id: UUID, task: Task, year: str) -> bool:
    wanted = visible_schools(actor, task, year).where(col(School.id) == school_id)
    return db.scalar(wanted) is not None


# --- people --------------------------------------------------------------------------------------------


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
    return {school_id: role for school_id, role in rows}


def territory_duties(db: Session, user_id: UUID) -> dict[UUID, Role]:
    """Every territory under the person's own ones, three levels deep, with the role held there."""
    mine = (
        select(TerritoryMembership.territory_id, TerritoryMembership.role)
        .where(col(TerritoryMembership.user_id) == user_id, col(TerritoryMembership.ended_at).is_(None))
        .cte("mine", recursive=True)
    )
    below = sa.orm.aliased(Territory)
    mine = mine.union_all(select(below.id, mine.c.role).join(mine, below.parent_id == mine.c.territory_id))
    return {territory_id: Role(role) for territory_id, role in db.execute(select(mine.c.territory_id, mine.c.role))}


def members_of_school(db: Session, school_id: UUID) -> Sequence[sa.Row[Any]]:
    """(membership id, user id, name, email, role, started_at, ended_at), the present ones first."""
    return db.execute(
        select(
            SchoolMembership.id,
            User.id.label("user_id"),  # type: ignore[attr-defined]  # a column on the class
            User.name,
            User.email,
            SchoolMembership.role,
            SchoolMembership.started_at,
            SchoolMembership.ended_at,
        )
        .join(User, col(User.id) == SchoolMembership.user_id)
        .where(col(SchoolMembership.school_id) == school_id)
        .order_by(col(SchoolMembership.ended_at).is_not(None), SchoolMembership.role, User.name)
    ).all()


def membership_or_none(db: Session, school_id: UUID, membership_id: UUID) -> SchoolMembership | None:
    return db.get(SchoolMembership, (school_id, membership_id))


def live_membership(db: Session, school_id: UUID, *, role: Role | None = None, user_id: UUID | None = None) -> SchoolMembership | None:
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


def invitation_by_hash(db: Session, token_hash: str) -> Invitation | None:
    return db.scalars(select(Invitation).where(col(Invitation.token_hash) == token_hash)).one_or_none()


def pending_invitations(db: Session, school_id: UUID, moment: datetime) -> Sequence[Invitation]:
    return db.scalars(
        select(Invitation)
        .where(
            col(Invitation.school_id) == school_id,
            col(Invitation.used_at).is_(None),
            col(Invitation.withdrawn_at).is_(None),
            col(Invitation.expires_at) > moment,
        )
        .order_by(col(Invitation.created_at))
    ).all()


def demo_people(db: Session) -> Sequence[User]:
    return db.scalars(select(User).where(col(User.ended_at).is_(None)).order_by(col(User.created_at), col(User.id))).all()


# --- sessions, tokens, throttling ----------------------------------------------------------------------


def session_with_user(db: Session, token_hash: str) -> tuple[WebSession, User] | None:
    row = db.execute(
        select(WebSession, User)
        .join(User, col(User.id) == WebSession.user_id)
        .where(col(WebSession.token_hash) == token_hash)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def token_with_user(db: Session, token_id: UUID) -> tuple[ApiToken, User] | None:
    row = db.execute(
        select(ApiToken, User).join(User, col(User.id) == ApiToken.user_id).where(col(ApiToken.id) == token_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def live_sessions(db: Session, user_id: UUID) -> Sequence[WebSession]:
    return db.scalars(
        select(WebSession)
        .where(col(WebSession.user_id) == user_id, col(WebSession.ended_at).is_(None))
        .order_by(col(WebSession.last_seen_at).desc())
    ).all()


def end_sessions(db: Session, user_id: UUID, moment: datetime, *, session_id: UUID | None = None) -> int:
    """End one session of a person, or all of them; the number ended."""
    wanted = update(WebSession).where(col(WebSession.user_id) == user_id, col(WebSession.ended_at).is_(None))
    if session_id is not None:
        wanted = wanted.where(col(WebSession.id) == session_id)
    return db.execute(wanted.values(ended_at=moment)).rowcount  # type: ignore[attr-defined]  # CursorResult


def touch(db: Session, table: type[WebSession] | type[ApiToken], key: UUID, moment: datetime) -> None:
    column = "last_seen_at" if table is WebSession else "last_used_at"
    db.execute(update(table).where(col(table.id) == key).values({column: moment}))


def tokens_of_user(db: Session, user_id: UUID) -> Sequence[ApiToken]:
    return db.scalars(
        select(ApiToken).where(col(ApiToken.user_id) == user_id).order_by(col(ApiToken.created_at).desc())
    ).all()


def recent_attempts(db: Session, subject_hash: str, since: datetime) -> int:
    return db.scalar(
        select(func.count())
        .select_from(SignInAttempt)
        .where(col(SignInAttempt.subject_hash) == subject_hash, col(SignInAttempt.at) > since)
    ) or 0


def forget_attempts(db: Session, before: datetime) -> None:
    db.execute(sa.delete(SignInAttempt).where(col(SignInAttempt.at) < before))


def service_note(db: Session, key: str) -> str | None:
    note = db.get(ServiceNote, key)
    return note.value if note else None
