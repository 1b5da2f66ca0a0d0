"""Signing in and out: the throttle, the password, the session. The slow part never holds a write lock."""

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts import queries, secrets
from app.accounts.access import actor_of_user
from app.accounts.actor import Actor
from app.accounts.audit import record, take_turn
from app.accounts.models import SignInAttempt, User, WebSession
from app.db import Database
from app.domain.vocabulary import Door
from app.errors import NotFound, TooMany

WINDOW = timedelta(minutes=5)
MOST_FAILURES = 10
"""Per account and per address, within the window."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password that was tried, before anything is written about it."""

    subjects: tuple[str, str]
    user_id: UUID | None = None
    """The account, when the password is its own."""


def try_password(database: Database, email: str, password: str, address: str) -> Attempt:
    """Read, then verify with no transaction open. An unknown account takes the same time.

    Raises TooMany before looking at the password.
    """
    attempt = Attempt(_subjects(email, address))
    with database.session(reading=True) as db:
        _refuse_too_many(db, attempt)
        user = queries.live_user(db, email.lower())
        user_id, stored = (user.id, user.password_hash) if user else (None, None)
    return Attempt(attempt.subjects, user_id if secrets.password_matches(stored, password) else None)


def admit(db: Session, attempt: Attempt) -> UUID | None:
    """The account that proved itself, or None once the failure is counted.

    Raises TooMany, also for the right password: tries sent side by side must not get past the limit.
    """
    _refuse_too_many(db, attempt)
    if attempt.user_id is None:
        now = clock.now()
        queries.forget_attempts(db, now - WINDOW)
        for subject in attempt.subjects:
            db.add(SignInAttempt(subject_hash=subject, at=now))
        db.flush()
    return attempt.user_id


def _refuse_too_many(db: Session, attempt: Attempt) -> None:
    since = clock.now() - WINDOW
    if max(queries.recent_attempts(db, subject, since) for subject in attempt.subjects) >= MOST_FAILURES:
        raise TooMany(int(WINDOW.total_seconds()))


def _subjects(email: str, address: str) -> tuple[str, str]:
    """An account and a client address, as hashes; an IPv6 subscriber has a whole /64."""
    try:
        known = ipaddress.ip_address(address)
        if known.version == 6:
            address = str(ipaddress.ip_network((known, 64), strict=False))
    except ValueError:
        pass  # a test client has a name
    return secrets.fingerprint(f"account:{email.lower()}"), secrets.fingerprint(f"address:{address}")


# --- sessions ------------------------------------------------------------------------------------------


def open_session(db: Session, user_id: UUID, *, browser: str, request_id: str, replaces: str | None) -> str:
    """Open a session and return its cookie: always a new secret, and the browser's former session ends."""
    now, cookie = clock.now(), secrets.new_secret()
    turn = take_turn(db)
    user = db.get_one(User, user_id)
    if replaces:
        queries.end_session_of_cookie(db, secrets.fingerprint(replaces), now)
    session = WebSession(
        token_hash=secrets.fingerprint(cookie),
        csrf=secrets.new_secret(),
        user_id=user.id,
        browser=browser_label(browser),
        created_at=now,
        last_seen_at=now,
    )
    db.add(session)
    db.flush()
    actor = actor_of_user(db, user, Door.PAGE, request_id)
    record(db, actor, turn, "session.opened", f"session:{session.id}")
    return cookie


def end_session(db: Session, actor: Actor, session_id: UUID) -> None:
    """Close one's own session, this one or another. Raises NotFound for anyone else's."""
    turn = take_turn(db)
    if actor.user_id is None or not queries.end_sessions(
        db, actor.user_id, clock.now(), session_id=session_id
    ):
        raise NotFound()
    record(db, actor, turn, "session.ended", f"session:{session_id}")


def end_other_sessions(db: Session, actor: Actor) -> int:
    """Close every session of one's own but this one; how many there were."""
    assert actor.user_id is not None, "a person asks"
    turn = take_turn(db)
    ended = queries.end_sessions(db, actor.user_id, clock.now(), but=actor.session_id)
    record(db, actor, turn, "session.others_ended", f"user:{actor.user_id}", after={"ended": ended})
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
