"""Inviting and accepting: how a duty begins. One audit event an act (duties.py has how it ends)."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts import queries, secrets, session_queries
from app.accounts.access import actor_of_user, school_for
from app.accounts.actor import AUTHORITY_LEVELS, NIL, Actor, Task
from app.accounts.audit import Turn, record, take_turn
from app.accounts.models import (
    Invitation,
    InvitationIn,
    SchoolMembership,
    TerritoryMembership,
    User,
)
from app.domain.vocabulary import Door, Role, TerritoryLevel
from app.errors import Conflict, Forbidden, NotFound
from app.schools.models import School, Territory

VALID_FOR = timedelta(days=14)
SEATS = (Role.HEAD_TEACHER, Role.DEPUTY)
"""One person each in a school."""


@dataclass(frozen=True, slots=True)
class Link:
    """An invitation with the secret of its link, which is kept nowhere."""

    invitation: Invitation
    secret: str

    @property
    def path(self) -> str:
        return f"/invitation/{self.secret}"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was worked out before the write opened: argon2 is slow on purpose."""

    user_id: UUID | None = None
    """The account whose password was just given, for one that exists."""
    password_hash: str = ""
    """The hash of a new password, for an account that is made or renewed."""
    name: str = ""


# --- inviting ------------------------------------------------------------------------------------------


def offered_roles(actor: Actor, school: School) -> tuple[Role, ...]:
    """As what this actor may invite someone into the school; the caller knows that it may invite there."""
    if actor.is_administrator:
        return (Role.HEAD_TEACHER, Role.DEPUTY, Role.TEACHER)
    if school.id in actor.schools_for(Task.INVITE):
        return (Role.TEACHER, Role.DEPUTY)
    return (Role.HEAD_TEACHER,)


def invite(db: Session, actor: Actor, uai: str, data: InvitationIn) -> Link:
    """Make the link that opens a school to someone. It replaces their pending one, and that of the same seat.

    Raises Forbidden for a role that is not the actor's to give, Conflict when the seat is taken.
    """
    school = school_for(db, actor, uai, Task.INVITE)
    if data.role not in offered_roles(actor, school):
        raise Forbidden(f"Votre rôle ne permet pas d’inviter ici : {data.role.label}.", code="role_not_yours")
    turn = take_turn(db, school.id)
    user = queries.live_user(db, data.email)
    present = user and queries.live_membership(db, school.id, user_id=user.id)
    if present and present.role is data.role:
        raise Conflict("Cette personne a déjà cette fonction dans l’école.", code="already_member")
    if present and present.role is Role.HEAD_TEACHER:
        raise Conflict(
            "Cette personne dirige l’école : qu’elle transmette d’abord la direction.", code="is_head"
        )
    _refuse_taken_seat(db, school.id, data.role)
    link = make_link(db, actor, data.email, data.role, school_id=school.id)
    record(
        db, actor, turn, "invitation.made", f"invitation:{link.invitation.id}", after=told(link.invitation)
    )
    return link


def invite_above(db: Session, actor: Actor, email: str, role: Role, territory: Territory | None) -> Link:
    """Invite an inspector or an authority for a territory, or an administrator of the service.

    Raises Forbidden unless an administrator asks, Conflict when role and place do not fit.
    """
    if not actor.is_administrator:
        raise Forbidden()
    level = territory.level if territory else None
    fits = {
        Role.INSPECTOR: level is TerritoryLevel.CIRCONSCRIPTION,
        Role.AUTHORITY: level in AUTHORITY_LEVELS,
        Role.ADMINISTRATOR: level is None,
    }
    if not fits.get(role, False):
        raise Conflict("Ce rôle ne s’exerce pas à cet endroit.", code="wrong_place")
    turn = take_turn(db)
    link = make_link(db, actor, email, role, territory_id=territory.id if territory else None)
    record(
        db, actor, turn, "invitation.made", f"invitation:{link.invitation.id}", after=told(link.invitation)
    )
    return link


def withdraw_invitation(db: Session, actor: Actor, uai: str, invitation_id: UUID) -> None:
    """The link opens nothing any more."""
    school = school_for(db, actor, uai, Task.INVITE)
    turn = take_turn(db, school.id)
    invitation = queries.invitation_or_none(db, school.id, invitation_id, clock.now())
    if invitation is None:
        raise NotFound()
    if invitation.role is not None and invitation.role not in offered_roles(actor, school):
        raise Forbidden()
    if invitation.role is None and not may_look_after(actor, school):
        raise Forbidden()
    invitation.withdrawn_at = clock.now()
    db.flush()
    record(db, actor, turn, "invitation.withdrawn", f"invitation:{invitation.id}", before=told(invitation))


def may_look_after(actor: Actor, school: School) -> bool:
    """Whether the accounts of the school are this actor's business."""
    return actor.is_administrator or school.id in actor.schools_for(Task.PEOPLE)


def _refuse_taken_seat(db: Session, school_id: UUID, role: Role) -> None:
    if role in SEATS and queries.live_membership(db, school_id, role=role):
        way = (
            "la personne en poste la transmet depuis « Comptes »"
            if role is Role.HEAD_TEACHER
            else "mettez d’abord fin à sa fonction"
        )
        raise Conflict(f"Cette place est prise ({role.label}) : {way}.", code="seat_taken")


def make_link(
    db: Session,
    actor: Actor,
    email: str,
    role: Role | None,
    *,
    school_id: UUID | None = None,
    territory_id: UUID | None = None,
    user_id: UUID | None = None,
) -> Link:
    now, secret = clock.now(), secrets.new_secret()
    invitation = Invitation(
        token_hash=secrets.fingerprint(secret),
        email=email,
        role=role,
        school_id=school_id,
        territory_id=territory_id,
        user_id=user_id,
        invited_by=actor.user_id,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    db.add(invitation)
    db.flush()
    if user_id is None:
        queries.withdraw_replaced(db, invitation, now)
    else:
        queries.withdraw_renewals(db, user_id, now, but=invitation.id)
    return Link(invitation, secret)


def told(invitation: Invitation) -> dict[str, object]:
    """What the audit keeps of an invitation: no address, no hash."""
    kept = ("role", "school_id", "territory_id", "user_id", "expires_at")
    return {name: getattr(invitation, name) for name in kept}


# --- accepting -----------------------------------------------------------------------------------------


def accept_invitation(db: Session, invitation_id: UUID, proof: Proof, request_id: str) -> User:
    """Make the account, add the duty to the one that exists, or renew its password; the link then is used up.

    Raises Conflict when the link was used meanwhile, or the seat was taken.
    """
    invitation = db.get(Invitation, invitation_id)
    if invitation is None:
        raise NotFound()
    turn = take_turn(db, invitation.school_id or NIL)
    db.refresh(invitation)  # someone else may have had the turn before
    now = clock.now()
    if invitation.used_at or invitation.withdrawn_at or invitation.expires_at <= now:
        raise Conflict("Ce lien a déjà servi ou n’est plus valable.", code="link_over")
    invitation.used_at = now
    if invitation.user_id is not None:
        user, verb = _renewed(db, invitation.user_id, proof), "account.password_renewed"
    else:
        user, verb = _welcomed(db, invitation, proof), "invitation.accepted"
        _give_duty(db, invitation, user)
    db.flush()
    actor = actor_of_user(db, user, Door.PAGE, request_id)
    record(
        db, actor, turn, verb, f"user:{user.id}", after=told(invitation) | {"invitation_id": invitation.id}
    )
    return user


def _renewed(db: Session, user_id: UUID, proof: Proof) -> User:
    user = db.get(User, user_id)
    if user is None or user.ended_at is not None or not proof.password_hash:
        raise Conflict("Ce compte n’existe plus.", code="link_over")
    user.password_hash = proof.password_hash
    user.version += 1
    session_queries.end_sessions(db, user.id, clock.now())
    return user


def _welcomed(db: Session, invitation: Invitation, proof: Proof) -> User:
    user = queries.live_user(db, invitation.email, locked=True)
    if (user.id if user else None) != proof.user_id:
        raise Conflict("Ce compte vient de changer : ouvrez à nouveau le lien.", code="account_changed")
    if user is None:
        user = User(
            email=invitation.email,
            name=proof.name,
            password_hash=proof.password_hash or None,
            created_at=clock.now(),
        )
        db.add(user)
        db.flush()
    return user


def _give_duty(db: Session, invitation: Invitation, user: User) -> None:
    """The duty of the invitation. In a school it takes the place of the one the person had there."""
    now, role = clock.now(), invitation.role
    # A link to a new password was made by someone who answered for the duties of that day only.
    queries.withdraw_renewals(db, user.id, now)
    if invitation.school_id is not None and role is not None:
        present = queries.live_membership(db, invitation.school_id, user_id=user.id)
        if present is not None and present.role is Role.HEAD_TEACHER:
            raise Conflict("Vous dirigez cette école : transmettez d’abord la direction.", code="is_head")
        _refuse_taken_seat(db, invitation.school_id, role)
        if present is not None:
            present.ended_at = now
            db.flush()  # the unique index wants the former duty ended first
        db.add(SchoolMembership(school_id=invitation.school_id, user_id=user.id, role=role, started_at=now))
    elif invitation.territory_id is not None and role is not None:
        if queries.live_territory_membership(db, invitation.territory_id, user.id) is None:
            db.add(
                TerritoryMembership(
                    territory_id=invitation.territory_id, user_id=user.id, role=role, started_at=now
                )
            )
    else:
        user.is_administrator = True


# --- for the operator ----------------------------------------------------------------------------------


def account_to_operate(db: Session, actor: Actor, email: str) -> tuple[Turn, User]:
    """The service's turn and the account of an address, for an administrator to act on.

    Raises Forbidden for everybody else, NotFound for an unknown address.
    """
    if not actor.is_administrator:
        raise Forbidden()
    turn = take_turn(db)
    user = queries.live_user(db, email)
    if user is None:
        raise NotFound("Aucun compte n’a cette adresse.")
    return turn, user
