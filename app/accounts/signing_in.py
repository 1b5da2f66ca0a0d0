"""Signing in and out: the throttle, the password, the session. The slow part never holds a write lock."""

import ipaddress
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts import factor_queries, queries, secrets, session_queries
from app.accounts.access import actor_of_user
from app.accounts.actor import Actor
from app.accounts.audit import record, take_turn
from app.accounts.models import MOST_ID_TOKEN, SessionProof, SignInAttempt, User, WebSession
from app.db import Database
from app.domain.vocabulary import Door
from app.errors import Forbidden, NotFound, TooMany

log = logging.getLogger("confiance.security")
WINDOW = timedelta(minutes=5)
MOST_FAILURES = 10
"""Per account and per address, within the window."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A password that was sent for an account, before it is looked at."""

    subjects: tuple[str, str]
    user_id: UUID | None
    stored: str | None = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password that was tried, before anything is written about it."""

    subjects: tuple[str, str]
    user_id: UUID | None = None
    """The account, when the password is its own."""
    tried: UUID | None = None
    """The account that was meant: for the log, never for an answer."""
    renewed_hash: str = ""
    """The same password hashed as it would be today, where it was hashed with less."""


def claim_of(database: Database, email: str, password: str, address: str) -> Claim:
    """What is known of the account that was named. Raises TooMany, before anybody looks at the password."""
    subjects = subjects_of(f"account:{email.lower()}", address)
    with database.session(reading=True) as db:
        refuse_too_many(db, subjects)
        user = queries.live_user(db, email.lower())
        user_id, stored = (user.id, user.password_hash) if user else (None, None)
    return Claim(subjects, user_id, stored, password)


def verified(claim: Claim) -> Attempt:
    """The slow part, with no transaction open. An unknown account takes the same time."""
    if not secrets.password_matches(claim.stored, claim.password):
        return Attempt(claim.subjects, tried=claim.user_id)
    renewed_hash = secrets.hash_password(claim.password) if secrets.is_outdated(claim.stored) else ""
    return Attempt(claim.subjects, claim.user_id, renewed_hash=renewed_hash)


def admit(db: Session, attempt: Attempt) -> UUID | None:
    """The account that proved itself, or None once the failure is counted.

    Raises TooMany, also for the right password: tries sent side by side must not get past the limit.
    """
    refuse_too_many(db, attempt.subjects)
    if attempt.user_id is None:
        log.warning("wrong password", extra={"user": attempt.tried or "unknown"})
        count_failure(db, attempt.subjects)
    elif attempt.renewed_hash:
        db.get_one(User, attempt.user_id).password_hash = attempt.renewed_hash
    return attempt.user_id


def refuse_too_many(db: Session, subjects: tuple[str, str]) -> None:
    since = clock.now() - WINDOW
    if max(session_queries.recent_attempts(db, subject, since) for subject in subjects) >= MOST_FAILURES:
        log.warning("too many tries")
        raise TooMany(int(WINDOW.total_seconds()))


def count_failure(db: Session, subjects: tuple[str, str]) -> None:
    now = clock.now()
    session_queries.forget_attempts(db, now - WINDOW)
    for subject in subjects:
        db.add(SignInAttempt(subject_hash=subject, at=now))
    db.flush()


def subjects_of(account: str, address: str) -> tuple[str, str]:
    """What is tried and from which address, as hashes; an IPv6 subscriber has a whole /64."""
    try:
        known = ipaddress.ip_address(address)
        if known.version == 6:
            address = str(ipaddress.ip_network((known, 64), strict=False))
    except ValueError:
        pass  # a test client has a name
    return secrets.fingerprint(account), secrets.fingerprint(f"address:{address}")


# --- sessions ------------------------------------------------------------------------------------------


def open_session(
    db: Session,
    user_id: UUID,
    *,
    browser: str,
    request_id: str,
    replaces: str | None,
    proof: SessionProof = SessionProof.PASSWORD,
    id_token: str | None = None,
) -> str:
    """Open a session and return its cookie: always a new secret, and the browser's former session ends."""
    now, cookie = clock.now(), secrets.new_secret()
    if id_token is not None and len(id_token) > MOST_ID_TOKEN:
        id_token = None  # signing out of the provider then takes its own page
    turn = take_turn(db)
    user = db.get_one(User, user_id)
    if replaces:
        session_queries.end_session_of_cookie(db, secrets.fingerprint(replaces), now)
    session = WebSession(
        token_hash=secrets.fingerprint(cookie),
        csrf=secrets.new_secret(),
        user_id=user.id,
        proof=proof,
        id_token=id_token,
        browser=browser_label(browser),
        created_at=now,
        last_seen_at=now,
    )
    db.add(session)
    db.flush()
    actor = actor_of_user(db, user, Door.PAGE, request_id)
    record(db, actor, turn, "session.opened", f"session:{session.id}", after={"proof": proof})
    return cookie


def renew_session(db: Session, session_id: UUID) -> tuple[str, str]:
    """(cookie, CSRF token): the session goes on under other secrets, since more was just proved in it."""
    cookie, session = secrets.new_secret(), db.get_one(WebSession, session_id)
    session.token_hash, session.csrf = secrets.fingerprint(cookie), secrets.new_secret()
    db.flush()
    return cookie, session.csrf


def complete_session(db: Session, actor: Actor, proof: SessionProof) -> None:
    """A code was given: from now on the session opens what its person may."""
    assert actor.session_id is not None  # codes are given in a browser
    turn = take_turn(db)
    factor_queries.prove_session(db, actor.session_id, proof)
    whole = actor_of_user(db, db.get_one(User, actor.user_id), Door.PAGE, actor.request_id)
    record(db, whole, turn, "session.completed", f"session:{actor.session_id}", after={"proof": proof})


def end_session(db: Session, actor: Actor, session_id: UUID) -> None:
    """Close one's own session, this one or another. Raises NotFound for anyone else's."""
    turn = take_turn(db)
    if actor.user_id is None or not session_queries.end_sessions(
        db, actor.user_id, clock.now(), session_id=session_id
    ):
        raise NotFound()
    record(db, actor, turn, "session.ended", f"session:{session_id}")


def end_other_sessions(db: Session, actor: Actor) -> int:
    """Close every session of one's own but this one; how many there were."""
    turn = take_turn(db)
    ended = session_queries.end_sessions(db, actor.person_id, clock.now(), but=actor.session_id)
    record(db, actor, turn, "session.others_ended", f"user:{actor.person_id}", after={"ended": ended})
    return ended


def end_sessions_of(db: Session, actor: Actor, email: str | None) -> int:
    """The operator closes the sessions of one account, or everybody's; how many there were.

    Raises Forbidden unless an administrator asks, NotFound for an unknown address.
    """
    if not actor.is_administrator:
        raise Forbidden()
    turn, now = take_turn(db), clock.now()
    if email is None:
        ended, target = session_queries.end_every_session(db, now), "user:all"
    else:
        user = queries.live_user(db, email)
        if user is None:
            raise NotFound("Aucun compte n’a cette adresse.")
        ended, target = session_queries.end_sessions(db, user.id, now), f"user:{user.id}"
    record(db, actor, turn, "session.ended_by_operator", target, after={"ended": ended})
    return ended


def change_password(db: Session, actor: Actor, password_hash: str) -> int:
    """A new password for oneself; every other session ends, and so do the links that would renew it.

    The caller has checked the present password. How many sessions ended is returned.
    """
    turn, now = take_turn(db), clock.now()
    user = db.get_one(User, actor.person_id)
    user.password_hash = password_hash
    user.version += 1
    db.flush()
    ended = session_queries.end_sessions(db, user.id, now, but=actor.session_id)
    queries.withdraw_renewals(db, user.id, now)
    record(db, actor, turn, "account.password_changed", f"user:{user.id}", after={"sessions_ended": ended})
    return ended


_BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def browser_label(agent: str) -> str:
    """« Firefox sur Windows »: enough to recognise one's own computer, and nothing else of the header."""
    browser = next((name for mark, name in _BROWSERS.items() if mark in agent), "Navigateur")
    system = next((name for mark, name in _SYSTEMS.items() if mark in agent), "")
    return f"{browser} sur {system}" if system else browser
