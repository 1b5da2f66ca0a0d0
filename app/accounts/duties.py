"""How a duty ends or changes hands, and the link to a new password. One audit event an act."""

from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts import queries, session_queries
from app.accounts.access import school_for
from app.accounts.actor import Actor, Task
from app.accounts.audit import record, take_turn
from app.accounts.models import SchoolMembership, User
from app.accounts.service import Link, account_to_operate, make_link, told
from app.domain.vocabulary import Role
from app.errors import Conflict, Forbidden, NotFound
from app.schools.models import School


def end_duty(db: Session, actor: Actor, uai: str, membership_id: UUID) -> SchoolMembership:
    """The person no longer works here. Without any duty left, their sessions, tokens and links end too.

    Raises Conflict for the head teacher, who hands over first; an administrator may end that duty as well.
    """
    school = school_for(db, actor, uai, Task.PEOPLE)
    turn = take_turn(db, school.id)
    duty = duty_or_404(db, school.id, membership_id)
    if duty.role is Role.HEAD_TEACHER and not actor.is_administrator:
        why = "La direction ne se quitte pas sans successeur : transmettez-la d’abord."
        raise Conflict(why, code="head_teacher_stays")
    now = clock.now()
    duty.ended_at = now
    db.flush()
    nothing_left = _close_without_duty(db, db.get_one(User, duty.user_id))
    after = {"role": duty.role, "user_id": duty.user_id, "sessions_ended": nothing_left}
    record(db, actor, turn, "duty.ended", f"school_membership:{duty.id}", after=after)
    return duty


def end_duties_above(db: Session, actor: Actor, email: str) -> int:
    """An inspector or an authority leaves: no territory is theirs any more; how many there were.

    Without any duty left, their sessions, tokens and links end too. Raises Forbidden unless an administrator
    asks, NotFound for an unknown address, Conflict for someone without such a duty.
    """
    turn, user = account_to_operate(db, actor, email)
    ended = queries.end_territory_duties(db, user.id, clock.now())
    if not ended:
        raise Conflict("Cette personne n’a pas de fonction au-dessus des écoles.", code="no_duty")
    after = {"ended": ended, "sessions_ended": _close_without_duty(db, user)}
    record(db, actor, turn, "duty.ended_above", f"user:{user.id}", after=after)
    return ended


def end_administration(db: Session, actor: Actor, email: str) -> None:
    """The person administers the service no more. Without any duty left, their sessions and so on end too.

    Raises Forbidden unless an administrator asks, NotFound for an unknown address, Conflict for someone who
    does not administer, and for the last who does: the service would be nobody's.
    """
    turn, user = account_to_operate(db, actor, email)
    if not user.is_administrator:
        raise Conflict("Cette personne n’administre pas le service.", code="no_duty")
    if len(queries.administrators(db)) == 1:
        told = "Plus personne n’administrerait le service : invitez d’abord quelqu’un d’autre."
        raise Conflict(told, code="last_administrator")
    user.is_administrator = False
    db.flush()
    after = {"sessions_ended": _close_without_duty(db, user)}
    record(db, actor, turn, "duty.administration_ended", f"user:{user.id}", after=after)


def hand_over_headship(db: Session, actor: Actor, uai: str, membership_id: UUID) -> SchoolMembership:
    """A teacher or the deputy becomes head teacher; the former head teacher becomes a teacher.

    Only the head teacher hands over, or an administrator in their place. The new duty is returned.
    """
    school = school_for(db, actor, uai, Task.PEOPLE)
    if not may_hand_over(actor, school):
        raise Forbidden("Seule la personne qui dirige l’école transmet la direction.", code="not_head")
    turn = take_turn(db, school.id)
    duty = duty_or_404(db, school.id, membership_id)
    former = queries.live_membership(db, school.id, role=Role.HEAD_TEACHER)
    if duty.role is Role.HEAD_TEACHER:
        raise Conflict("Cette personne dirige déjà l’école.", code="already_head")
    now = clock.now()
    for ending in (duty, former):
        if ending is not None:
            ending.ended_at = now
    db.flush()  # both seats are free before they are given again
    head = SchoolMembership(school_id=school.id, user_id=duty.user_id, role=Role.HEAD_TEACHER, started_at=now)
    db.add(head)
    if former is not None:
        db.add(
            SchoolMembership(school_id=school.id, user_id=former.user_id, role=Role.TEACHER, started_at=now)
        )
    db.flush()
    before = {"head_id": former.user_id if former else None, "role": duty.role}
    record(
        db,
        actor,
        turn,
        "duty.headship_handed_over",
        f"school_membership:{head.id}",
        before=before,
        after={"head_id": head.user_id},
    )
    return head


def may_hand_over(actor: Actor, school: School) -> bool:
    return actor.is_administrator or actor.schools.get(school.id) is Role.HEAD_TEACHER


def duty_or_404(db: Session, school_id: UUID, membership_id: UUID) -> SchoolMembership:
    """A duty of this school that holds."""
    duty = queries.membership_or_none(db, school_id, membership_id)
    if duty is None or duty.ended_at is not None:
        raise NotFound()
    return duty


def _close_without_duty(db: Session, user: User) -> bool:
    """Whether this was the last duty: then nothing opens the account, and a year later it is nobody's."""
    if user.is_administrator or queries.school_duties(db, user.id) or queries.territory_duties(db, user.id):
        return False
    now = clock.now()
    session_queries.end_sessions(db, user.id, now)
    session_queries.revoke_tokens(db, user.id, now)
    queries.withdraw_renewals(db, user.id, now)
    return True


# --- a forgotten password ------------------------------------------------------------------------------


def renew_password_link(db: Session, actor: Actor, uai: str, membership_id: UUID) -> Link:
    """A link to a new password for a member of the school; the present password works until it is used.

    Raises Conflict for someone with duties elsewhere: whoever holds the link would get those as well.
    """
    school = school_for(db, actor, uai, Task.PEOPLE)
    turn = take_turn(db, school.id)
    duty = duty_or_404(db, school.id, membership_id)
    user = db.get_one(User, duty.user_id)
    if not actor.is_administrator and not _is_only_here(db, actor, user):
        why = "Cette personne a aussi des fonctions ailleurs : l’administration du service lui fait un lien."
        raise Conflict(why, code="duties_elsewhere")
    link = make_link(db, actor, user.email, None, school_id=school.id, user_id=user.id)
    record(db, actor, turn, "account.renewal_made", f"user:{user.id}", after=told(link.invitation))
    return link


def renew_account_link(db: Session, actor: Actor, email: str) -> Link:
    """The operator's way to renew any account's password. Raises NotFound for an unknown address."""
    turn, user = account_to_operate(db, actor, email)
    link = make_link(db, actor, user.email, None, user_id=user.id)
    record(db, actor, turn, "account.renewal_made", f"user:{user.id}", after=told(link.invitation))
    return link


def _is_only_here(db: Session, actor: Actor, user: User) -> bool:
    """All the person's duties are in schools whose accounts the actor looks after."""
    mine = set(actor.schools_for(Task.PEOPLE))
    return (
        not user.is_administrator
        and not queries.territory_duties(db, user.id)
        and set(queries.school_duties(db, user.id)) <= mine
    )
