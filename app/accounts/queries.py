"""Reads and set-wise writes about people, sessions, tokens, turns; and whose rows are visible."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select, false, func, or_, select, true, update
from sqlmodel import Session, col

from app.accounts.actor import MAY, Actor, Task
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
from app.accounts.seal_models import AuditSeal
from app.domain.vocabulary import Role
from app.prepared import Prepared, insert_or_ignore, inside
from app.schools.models import School, SchoolYearProfile, Territory

# --- turns ---------------------------------------------------------------------------------------------


# Statements of every request and every write are built once: building one costs more than running it.
_LEDGER: sa.Table = SchoolLedger.__table__  # the Core table of the class
_OF_SCHOOL = _LEDGER.c.school_id == sa.bindparam("of")
_TAKE_TURN = Prepared(
    sa.update(_LEDGER)
    .where(_OF_SCHOOL)
    .values(version=_LEDGER.c.version + 1)
    .returning(_LEDGER.c.version, _LEDGER.c.last_hash)
)
_CLOSE_TURN = Prepared(sa.update(_LEDGER).where(_OF_SCHOOL).values(last_hash=sa.bindparam("hash")))
_WRITE_EVENT = Prepared(sa.insert(AuditEvent.__table__))


def next_turn(db: Session, school_id: UUID) -> tuple[int, str]:
    """Add one to the ledger and lock it until the commit; the first turn of all makes the row."""
    rows = inside(db)(_TAKE_TURN, {"of": school_id})
    if not rows:
        insert_or_ignore(db, _LEDGER, [{"school_id": school_id, "version": 0, "last_hash": ""}])
        rows = inside(db)(_TAKE_TURN, {"of": school_id})
    version, last_hash = rows[0]
    return version, last_hash


def close_turn(db: Session, event: Mapping[str, Any]) -> None:
    """Write the event of a turn, and its hash where the next one looks for it."""
    ask = inside(db)
    ask(_WRITE_EVENT, event)
    ask(_CLOSE_TURN, {"of": event["school_id"], "hash": event["hash"]})


def audit_chain(db: Session, school_id: UUID) -> Sequence[AuditEvent]:
    """The whole chain of one school, oldest first."""
    wanted = select(AuditEvent).where(col(AuditEvent.school_id) == school_id)
    return db.scalars(wanted.order_by(col(AuditEvent.position))).all()


def ledger_of(db: Session, school_id: UUID) -> SchoolLedger | None:
    return db.get(SchoolLedger, school_id, populate_existing=True)


def chains(db: Session) -> Sequence[UUID]:
    """Every chain that has a ledger, an event or a seal: none may be missing without being noticed."""
    wanted = sa.union(*(select(table.school_id) for table in (SchoolLedger, AuditEvent, AuditSeal)))
    return sorted(row[0] for row in db.execute(wanted))


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
    if actor.is_administrator and task in MAY[Role.ADMINISTRATOR]:
        return select(School.id).where(true())
    own = actor.schools_for(task)
    territories = actor.territories_for(task)
    reasons: list[sa.ColumnElement[bool]] = [col(School.id).in_(own)] if own else []
    if territories:
        inside = select(SchoolYearProfile.school_id).where(
            col(SchoolYearProfile.circonscription_id).in_(territories_below(territories)),
            col(SchoolYearProfile.year) == profile_year(year),
        )
        reasons.append(col(School.id).in_(inside))
    return select(School.id).where(or_(*reasons) if reasons else false())


def territories_below(territories: Collection[UUID]) -> Select[tuple[UUID]]:
    """These territories and all that lie inside them."""
    below = sa.orm.aliased(Territory)
    inside = select(Territory.id).where(col(Territory.id).in_(territories)).cte("inside", recursive=True)
    inside = inside.union_all(select(below.id).join(inside, below.parent_id == inside.c.id))
    return select(inside.c.id)


def is_visible(db: Session, actor: Actor, school_id: UUID, task: Task, year: str) -> bool:
    """`visible_schools` about one school; a member's own duty answers without asking."""
    duty = actor.schools.get(school_id)
    if duty is not None and task in MAY[duty]:
        return True
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


# --- sessions, tokens, throttling ----------------------------------------------------------------------


def live_sessions(db: Session, user_id: UUID) -> Sequence[WebSession]:
    return db.scalars(
        select(WebSession)
        .where(col(WebSession.user_id) == user_id, col(WebSession.ended_at).is_(None))
        .order_by(col(WebSession.last_seen_at).desc())
    ).all()


def end_sessions(
    db: Session, user_id: UUID, moment: datetime, *, session_id: UUID | None = None, but: UUID | None = None
) -> int:
    """End one session of a person, or all of them, or all but one; the number ended."""
    wanted = update(WebSession).where(col(WebSession.user_id) == user_id, col(WebSession.ended_at).is_(None))
    if session_id is not None:
        wanted = wanted.where(col(WebSession.id) == session_id)
    if but is not None:
        wanted = wanted.where(col(WebSession.id) != but)
    return db.execute(wanted.values(ended_at=moment, id_token=None)).rowcount


def end_every_session(db: Session, moment: datetime) -> int:
    """For the operator; the number ended."""
    wanted = update(WebSession).where(col(WebSession.ended_at).is_(None))
    return db.execute(wanted.values(ended_at=moment, id_token=None)).rowcount


def touch(db: Session, table: type[WebSession] | type[ApiToken], key: UUID, moment: datetime) -> None:
    column = "last_seen_at" if table is WebSession else "last_used_at"
    db.execute(update(table).where(col(table.id) == key).values({column: moment}))


def end_session_of_cookie(db: Session, token_hash: str, moment: datetime) -> None:
    wanted = update(WebSession).where(
        col(WebSession.token_hash) == token_hash, col(WebSession.ended_at).is_(None)
    )
    db.execute(wanted.values(ended_at=moment, id_token=None))


def revoke_tokens(db: Session, user_id: UUID, moment: datetime) -> None:
    wanted = update(ApiToken).where(col(ApiToken.user_id) == user_id, col(ApiToken.revoked_at).is_(None))
    db.execute(wanted.values(revoked_at=moment))


def token_of_user(db: Session, user_id: UUID, token_id: UUID) -> ApiToken | None:
    token = db.get(ApiToken, token_id)
    return token if token is not None and token.user_id == user_id else None


def tokens_of_user(db: Session, user_id: UUID) -> Sequence[ApiToken]:
    return db.scalars(
        select(ApiToken).where(col(ApiToken.user_id) == user_id).order_by(col(ApiToken.created_at).desc())
    ).all()


def recent_attempts(db: Session, subject_hash: str, since: datetime) -> int:
    return (
        db.scalar(
            select(func.count())
            .select_from(SignInAttempt)
            .where(col(SignInAttempt.subject_hash) == subject_hash, col(SignInAttempt.at) > since)
        )
        or 0
    )


def forget_attempts(db: Session, before: datetime) -> None:
    db.execute(sa.delete(SignInAttempt).where(col(SignInAttempt.at) < before))


def service_note(db: Session, key: str) -> str | None:
    note = db.get(ServiceNote, key)
    return note.value if note else None
