"""The second factor: made with a phone, given at sign-in, given up, reset. No audit event holds a secret."""

import base64
import secrets as random
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts import factor_queries, queries, secrets, session_queries
from app.accounts.actor import Actor
from app.accounts.audit import Turn, record, take_turn
from app.accounts.factor_models import EnrolmentIn, FactorResetIn, RecoveryCode, SecondFactor
from app.accounts.models import SessionProof
from app.accounts.signing_in import count_failure, log, refuse_too_many, subjects_of
from app.domain.one_time import folded_recovery_code, matching_step
from app.errors import Conflict, Forbidden, Invalid

SECRET_BYTES = 20
"""As long as the hash, as RFC 4226 §4 recommends."""
RECOVERY_CODES = 10
MOST_IN_A_ROW = 50
"""Wrong codes after which the phone is no more believed (NIST SP 800-63B §5.2.2 allows a hundred): one chance
in 6,000 to guess, in all. A recovery code, far too long to be guessed, opens the account and starts again."""
WRONG_FIRST_CODE = (
    "Ce n’est pas le code du moment : attendez le suivant, et vérifiez que l’heure du téléphone est juste."
)


def begin_enrolment(db: Session, actor: Actor) -> SecondFactor:
    """A new key, to be shown until it is confirmed. Raises Conflict when a factor works already."""
    user_id, turn = actor.person_id, take_turn(db)
    factor = factor_queries.factor_of(db, user_id)
    if factor is not None and factor.confirmed_at is not None:
        told = "Votre compte a déjà un second facteur : retirez-le avant d’en faire un autre."
        raise Conflict(told, code="has_factor")
    secret = random.token_bytes(SECRET_BYTES)
    factor = db.merge(SecondFactor(user_id=user_id, secret=secret, begun_at=clock.now()))
    db.flush()
    record(db, actor, turn, "factor.begun", f"user:{user_id}")
    return factor


def confirm_enrolment(db: Session, actor: Actor, data: EnrolmentIn) -> list[str]:
    """The factor works from now on, and this session is complete; the other sessions have to give a code.

    The recovery codes are returned, and kept nowhere. Raises Conflict when nothing was begun, Invalid for a
    code that is not the one of the moment.
    """
    user_id, turn, now = actor.person_id, take_turn(db), clock.now()
    factor = factor_queries.factor_of(db, user_id)
    if factor is None or factor.confirmed_at is not None:
        raise Conflict("Cette clé n’est plus à confirmer : recommencez.", code="not_begun")
    step = matching_step(factor.secret, data.one_time_code, now, after=0)
    if step is None:
        raise Invalid.one("one_time_code", WRONG_FIRST_CODE, "wrong_code")
    factor.confirmed_at, factor.last_step = now, step
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    db.add_all(
        RecoveryCode(user_id=user_id, code_hash=secrets.fingerprint(folded_recovery_code(code)))
        for code in codes
    )
    db.flush()
    if actor.session_id is not None:
        factor_queries.prove_session(db, actor.session_id, SessionProof.FACTOR)
    record(db, actor, turn, "factor.confirmed", f"user:{user_id}", after={"recovery_codes": len(codes)})
    return codes


def _new_recovery_code() -> str:
    """120 bits as six groups of four letters and digits: from 112 on a plain hash keeps it (ASVS 6.5.2)."""
    text = base64.b32encode(random.token_bytes(15)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


# --- a code is given -----------------------------------------------------------------------------------


def prove(db: Session, actor: Actor, typed: str, address: str) -> SessionProof | None:
    """What the code was, now used up; or None, once the failure is counted.

    Raises TooMany, also for the right code: as many tries as for a password.
    """
    user_id = actor.person_id
    subjects = subjects_of(f"factor:{user_id}", address)
    factor = factor_queries.factor_for_a_try(db, user_id)
    refuse_too_many(db, subjects)
    if factor is None:
        return None
    proof = _use(db, factor, typed)
    if proof is None:
        log.warning("wrong code", extra={"user": user_id})
        count_failure(db, subjects)
    factor.failures = 0 if proof else factor.failures + 1
    db.flush()
    return proof


def _use(db: Session, factor: SecondFactor, typed: str) -> SessionProof | None:
    now = clock.now()
    step = matching_step(factor.secret, typed, now, after=factor.last_step)
    if step is not None and factor.failures < MOST_IN_A_ROW:
        return SessionProof.FACTOR if factor_queries.use_step(db, factor.user_id, step) else None
    code_hash = secrets.fingerprint(folded_recovery_code(typed))
    is_recovery = factor_queries.use_recovery_code(db, factor.user_id, code_hash, now)
    return SessionProof.RECOVERY_CODE if is_recovery else None


def takes_phone_codes(db: Session, actor: Actor) -> bool:
    """Not after too many wrong ones in a row."""
    factor = factor_queries.factor_of(db, actor.person_id)
    return factor is None or factor.failures < MOST_IN_A_ROW


# --- it ends -------------------------------------------------------------------------------------------


def give_up_factor(db: Session, actor: Actor, proof: SessionProof) -> None:
    """No second factor any more, after a code was given: a new phone, new recovery codes, or none at all.

    This session is again one of a password: whoever has to have a factor makes a new one at once.
    """
    user_id, turn = actor.person_id, take_turn(db)
    _remove(db, user_id)
    if actor.session_id is not None:
        factor_queries.unprove_session(db, actor.session_id)
    ended = session_queries.end_sessions(db, user_id, clock.now(), but=actor.session_id)
    after = {"proof": proof, "sessions_ended": ended}
    record(db, actor, turn, "factor.given_up", f"user:{user_id}", after=after)


def reset_factor(db: Session, actor: Actor, data: FactorResetIn) -> None:
    """For someone who has neither the phone nor a recovery code left: the password alone opens, once.

    Their sessions end. Raises Forbidden unless an administrator asks, Invalid for an unknown address,
    Conflict for an account without a factor and for one's own.
    """
    if not actor.is_administrator:
        raise Forbidden()
    turn: Turn = take_turn(db)
    user = queries.live_user(db, data.email)
    if user is None:
        raise Invalid.one("email", "Aucun compte n’a cette adresse : vérifiez-la.", "unknown_account")
    if user.id == actor.user_id:
        raise Conflict("Le vôtre se retire depuis «\u202fMon compte\u202f», avec un code.", code="own_factor")
    if not _remove(db, user.id):
        raise Conflict("Ce compte n’a pas de second facteur.", code="no_factor")
    ended = session_queries.end_sessions(db, user.id, clock.now())
    record(db, actor, turn, "factor.reset", f"user:{user.id}", after={"sessions_ended": ended})


def _remove(db: Session, user_id: UUID) -> bool:
    db.expire_all()  # rows of the two tables may be in the session, and they go
    return factor_queries.remove_factor(db, user_id)
