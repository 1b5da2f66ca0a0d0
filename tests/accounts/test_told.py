"""What the audit keeps of every act about accounts: who did what to whom, and in whose turn."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.accounts import duties, factors, identities, service, session_queries, signing_in, tokens
from app.accounts.actor import NIL, command_actor
from app.accounts.factor_models import FactorResetIn
from app.accounts.models import AuditEvent, SessionProof
from app.accounts.service import Link, Proof
from app.domain.vocabulary import Door, Role
from tests.accounts.place import LEA, NOBODY, Place, someone
from tests.world import NOW, A, World

IN_TWO_WEEKS = (NOW + timedelta(days=14)).isoformat()


@dataclass
class Told:
    verb: str
    target: str
    after: dict[str, Any] | None = None
    before: dict[str, Any] | None = None
    by: str | None = "claire"
    """Whose account it was; None for the operator's commands."""
    role: str = "head_teacher"
    in_school: bool = True
    """In the chain of school A, or else in the service's own."""
    door: Door = Door.PAGE


def _invitation(at: Place, link: Link, **changed: Any) -> dict[str, Any]:
    kept = {"role": "teacher", "school_id": str(at.world.a.id), "territory_id": None, "user_id": None}
    return kept | {"expires_at": IN_TWO_WEEKS} | changed


def invited(at: Place) -> Told:
    link = at.invite(at.claire)
    return Told("invitation.made", f"invitation:{link.invitation.id}", _invitation(at, link))


def invited_above(at: Place) -> Told:
    valley = at.world.territories["valley"]
    link = service.invite_above(at.db, command_actor(), NOBODY, Role.INSPECTOR, valley)
    after = _invitation(at, link, role="inspector", school_id=None, territory_id=str(valley.id))
    target = f"invitation:{link.invitation.id}"
    who: Any = {"by": None, "role": "administrator", "in_school": False, "door": Door.COMMAND}
    return Told("invitation.made", target, after, **who)


def withdrawn(at: Place) -> Told:
    link = at.invite(at.claire)
    service.withdraw_invitation(at.db, at.claire, A, link.invitation.id)
    target = f"invitation:{link.invitation.id}"
    return Told("invitation.withdrawn", target, before=_invitation(at, link))


def accepted(at: Place) -> Told:
    link = at.invite(at.claire, "karim@demo.invalid")
    karim = at.accept(link, Proof(user_id=at.user("karim").id))
    after = _invitation(at, link, invitation_id=str(link.invitation.id))
    return Told("invitation.accepted", f"user:{karim.id}", after, by="karim", role="teacher")


def password_renewed(at: Place) -> Told:
    link = duties.renew_password_link(at.db, at.claire, A, at.duty("lea").id)
    lea = at.accept(link)
    ids = {"user_id": str(lea.id), "invitation_id": str(link.invitation.id)}
    after = _invitation(at, link, role=None, **ids)
    return Told("account.password_renewed", f"user:{lea.id}", after, by="lea", role="teacher")


def renewal_made(at: Place) -> Told:
    link = duties.renew_password_link(at.db, at.claire, A, at.duty("lea").id)
    lea = at.user("lea").id
    after = _invitation(at, link, role=None, user_id=str(lea))
    return Told("account.renewal_made", f"user:{lea}", after)


def renewal_made_by_the_operator(at: Place) -> Told:
    link = duties.renew_account_link(at.db, at.admin, LEA)
    lea = at.user("lea").id
    after = _invitation(at, link, role=None, school_id=None, user_id=str(lea))
    return Told(
        "account.renewal_made", f"user:{lea}", after, by="admin", role="administrator", in_school=False
    )


def duty_ended(at: Place) -> Told:
    duty = duties.end_duty(at.db, at.claire, A, at.duty("lea").id)
    after = {"role": "teacher", "user_id": str(duty.user_id), "sessions_ended": True}
    return Told("duty.ended", f"school_membership:{duty.id}", after)


def duties_above_ended(at: Place) -> Told:
    assert duties.end_duties_above(at.db, at.admin, "ines@demo.invalid") == 1
    target, after = f"user:{at.user('ines').id}", {"ended": 1, "sessions_ended": True}
    return Told("duty.ended_above", target, after, by="admin", role="administrator", in_school=False)


def administration_ended(at: Place) -> Told:
    """Claire still heads her school: her sessions go on, as those of a head teacher."""
    at.user("claire").is_administrator = True
    at.db.flush()
    duties.end_administration(at.db, command_actor(), "claire@demo.invalid")
    assert not at.user("claire").is_administrator
    assert session_queries.live_sessions(at.db, at.user("claire").id)
    who: Any = {"by": None, "role": "administrator", "in_school": False, "door": Door.COMMAND}
    target = f"user:{at.user('claire').id}"
    return Told("duty.administration_ended", target, {"sessions_ended": False}, **who)


def headship_handed_over(at: Place) -> Told:
    head = duties.hand_over_headship(at.db, at.claire, A, at.duty("lea").id)
    before = {"head_id": str(at.user("claire").id), "role": "teacher"}
    after = {"head_id": str(at.user("lea").id)}
    return Told("duty.headship_handed_over", f"school_membership:{head.id}", after, before)


def headship_taken_up(at: Place) -> Told:
    """Where nobody headed the school, an administrator names who does."""
    duties.end_duty(at.db, at.admin, A, at.duty("claire").id)
    head = duties.hand_over_headship(at.db, at.admin, A, at.duty("lea").id)
    before, after = {"head_id": None, "role": "teacher"}, {"head_id": str(at.user("lea").id)}
    target = f"school_membership:{head.id}"
    return Told("duty.headship_handed_over", target, after, before, by="admin", role="administrator")


SERVICE: Any = {"in_school": False, "role": "page"}
"""In the service's chain a duty in one school says nothing: the door stands for it."""


def token_made(at: Place) -> Told:
    token = at.token(at.claire)
    assert token.created_at == NOW
    day = (NOW + timedelta(days=1)).isoformat()
    after = {"scope": "read", "expires_at": day, "user_id": str(token.user_id)}
    return Told("token.made", f"token:{token.id}", after, **SERVICE)


def token_revoked(at: Place) -> Told:
    token = tokens.revoke_token(at.db, at.claire, at.token(at.claire).id)
    assert token.revoked_at == NOW
    return Told("token.revoked", f"token:{token.id}", **SERVICE)


def identity_linked(at: Place) -> Told:
    identities.link_identity(at.db, at.claire, someone())
    return Told("account.identity_linked", f"user:{at.user('claire').id}", **SERVICE)


def identity_unlinked(at: Place) -> Told:
    identities.unlink_identity(at.db, at.claire, at.linked("claire").issuer)
    target = f"user:{at.user('claire').id}"
    return Told("account.identity_unlinked", target, {"sessions_ended": 1}, **SERVICE)


def identity_unlinked_by_the_operator(at: Place) -> Told:
    at.linked("lea")
    assert identities.unlink_identity_of(at.db, at.admin, LEA) == 1
    who: Any = {"by": "admin", "role": "administrator", "in_school": False}
    target = f"user:{at.user('lea').id}"
    return Told("account.identity_unlinked_by_operator", target, {"sessions_ended": 1}, **who)


def factor_begun(at: Place) -> Told:
    factors.begin_enrolment(at.db, at.claire)
    return Told("factor.begun", f"user:{at.user('claire').id}", **SERVICE)


def factor_confirmed(at: Place) -> Told:
    at.enrol("claire")
    target = f"user:{at.user('claire').id}"
    return Told("factor.confirmed", target, {"recovery_codes": 10}, **SERVICE)


def factor_given_up(at: Place) -> Told:
    at.enrol("claire")
    factors.give_up_factor(at.db, at.claire, SessionProof.RECOVERY_CODE)
    after = {"proof": "recovery_code", "sessions_ended": 1}
    return Told("factor.given_up", f"user:{at.user('claire').id}", after, **SERVICE)


def factor_reset(at: Place) -> Told:
    at.enrol("lea")
    factors.reset_factor(at.db, at.admin, FactorResetIn(email=LEA))
    target, after = f"user:{at.user('lea').id}", {"sessions_ended": 1}
    return Told("factor.reset", target, after, by="admin", role="administrator", in_school=False)


def opened(at: Place, name: str = "claire") -> UUID:
    """Another session of somebody's; its id."""
    user_id = at.user(name).id
    before = {row.id for row in session_queries.live_sessions(at.db, user_id)}
    given: Any = {"browser": "", "request_id": "test", "replaces": None}
    signing_in.open_session(at.db, user_id, **given)
    (new,) = {row.id for row in session_queries.live_sessions(at.db, user_id)} - before
    return new


def session_opened(at: Place) -> Told:
    return Told("session.opened", f"session:{opened(at)}", {"proof": "password"}, **SERVICE)


def session_completed(at: Place) -> Told:
    """The event has the role of the person, whom the waiting session did not have yet."""
    waiting = at.waiting("ines", opened(at, "ines"))
    signing_in.complete_session(at.db, waiting, SessionProof.FACTOR)
    target, after = f"session:{waiting.session_id}", {"proof": "factor"}
    return Told("session.completed", target, after, by="ines", role="inspector", in_school=False)


def session_ended(at: Place) -> Told:
    one = opened(at)
    signing_in.end_session(at.db, at.claire, one)
    return Told("session.ended", f"session:{one}", **SERVICE)


def other_sessions_ended(at: Place) -> Told:
    opened(at), opened(at)
    assert signing_in.end_other_sessions(at.db, at.claire) == 3
    target = f"user:{at.user('claire').id}"
    return Told("session.others_ended", target, {"ended": 3}, **SERVICE)


def sessions_of_someone_ended(at: Place) -> Told:
    opened(at)
    assert signing_in.end_sessions_of(at.db, command_actor(), "claire@demo.invalid") == 2
    who: Any = {"by": None, "role": "administrator", "in_school": False, "door": Door.COMMAND}
    assert not session_queries.live_sessions(at.db, at.user("claire").id)
    target = f"user:{at.user('claire').id}"
    return Told("session.ended_by_operator", target, {"ended": 2}, **who)


def every_session_ended(at: Place) -> Told:
    everybody = len(at.world.users)
    assert signing_in.end_sessions_of(at.db, at.admin, None) == everybody
    assert not [name for name in at.world.users if session_queries.live_sessions(at.db, at.user(name).id)]
    who: Any = {"by": "admin", "role": "administrator", "in_school": False}
    return Told("session.ended_by_operator", "user:all", {"ended": everybody}, **who)


def password_changed(at: Place) -> Told:
    opened(at)
    assert signing_in.change_password(at.db, at.claire, "another hash") == 2
    target = f"user:{at.user('claire').id}"
    return Told("account.password_changed", target, {"sessions_ended": 2}, **SERVICE)


ACTS: list[Callable[[Place], Told]] = [
    invited,
    invited_above,
    withdrawn,
    accepted,
    password_renewed,
    renewal_made,
    renewal_made_by_the_operator,
    duty_ended,
    duties_above_ended,
    administration_ended,
    headship_handed_over,
    headship_taken_up,
    token_made,
    token_revoked,
    identity_linked,
    identity_unlinked,
    identity_unlinked_by_the_operator,
    factor_begun,
    factor_confirmed,
    factor_given_up,
    factor_reset,
    session_opened,
    session_completed,
    session_ended,
    other_sessions_ended,
    sessions_of_someone_ended,
    every_session_ended,
    password_changed,
]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_one_event_tells_of_it(db: Session, world: World, act: Callable[[Place], Told]) -> None:
    at = Place(db, world)
    told = act(at)
    (event,) = db.scalars(select(AuditEvent).where(col(AuditEvent.verb) == told.verb))
    assert (event.target, event.before, event.after) == (told.target, told.before, told.after)
    assert event.school_id == (world.a.id if told.in_school else NIL)
    assert event.user_id == (at.user(told.by).id if told.by else None)
    assert (event.role, event.door, event.at) == (told.role, told.door, NOW)
    assert event.request_id == ("" if told.door is Door.COMMAND else "test")
