"""The second factor and the recovery codes: reads, and writes that only one of two requests can win."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from app.accounts.factor_models import ProviderIdentity, RecoveryCode, SecondFactor
from app.accounts.models import SessionProof, User, WebSession


def factor_of(db: Session, user_id: UUID) -> SecondFactor | None:
    """The factor of an account, begun or confirmed."""
    return db.get(SecondFactor, user_id)


def factor_for_a_try(db: Session, user_id: UUID) -> SecondFactor | None:
    """The factor of an account, if it works; the account's other tries wait until this one is counted."""
    factor = db.get(SecondFactor, user_id, with_for_update=True, populate_existing=True)
    return None if factor is None or factor.confirmed_at is None else factor


def use_step(db: Session, user_id: UUID, step: int) -> bool:
    """Take the code of a step; False when another request took it or a later one."""
    wanted = update(SecondFactor).where(
        col(SecondFactor.user_id) == user_id,
        col(SecondFactor.confirmed_at).is_not(None),
        col(SecondFactor.last_step) < step,
    )
    return db.execute(wanted.values(last_step=step)).rowcount == 1


def use_recovery_code(db: Session, user_id: UUID, code_hash: str, moment: datetime) -> bool:
    """Cross a code off; False when it is none of theirs or was used before."""
    wanted = update(RecoveryCode).where(
        col(RecoveryCode.user_id) == user_id,
        col(RecoveryCode.code_hash) == code_hash,
        col(RecoveryCode.used_at).is_(None),
    )
    return db.execute(wanted.values(used_at=moment)).rowcount == 1


def recovery_codes_left(db: Session, user_id: UUID) -> int:
    wanted = select(func.count()).where(
        col(RecoveryCode.user_id) == user_id, col(RecoveryCode.used_at).is_(None)
    )
    return db.scalar(wanted) or 0


def remove_factor(db: Session, user_id: UUID) -> bool:
    """Whether there was one."""
    db.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    return db.execute(delete(SecondFactor).where(col(SecondFactor.user_id) == user_id)).rowcount == 1


def prove_session(db: Session, session_id: UUID, proof: SessionProof) -> None:
    db.execute(update(WebSession).where(col(WebSession.id) == session_id).values(proof=proof))


def unprove_session(db: Session, session_id: UUID) -> None:
    """Without its factor a session is one of a password; a provider’s level stays what it was."""
    proved = col(WebSession.proof).in_((SessionProof.FACTOR, SessionProof.RECOVERY_CODE))
    wanted = update(WebSession).where(col(WebSession.id) == session_id, proved)
    db.execute(wanted.values(proof=SessionProof.PASSWORD))


# --- identity provider ---------------------------------------------------------------------------------


def identity_of(db: Session, issuer: str, subject: str) -> ProviderIdentity | None:
    return db.get(ProviderIdentity, (issuer, subject))


def user_of_identity(db: Session, issuer: str, subject: str) -> UUID | None:
    """The account that may sign in as this person of the provider."""
    wanted = select(User.id).join(ProviderIdentity, col(ProviderIdentity.user_id) == User.id)
    return db.scalar(
        wanted.where(
            col(ProviderIdentity.issuer) == issuer,
            col(ProviderIdentity.subject) == subject,
            col(User.ended_at).is_(None),
        )
    )


def is_linked(db: Session, user_id: UUID, issuer: str) -> bool:
    wanted = select(ProviderIdentity.subject).where(
        col(ProviderIdentity.user_id) == user_id, col(ProviderIdentity.issuer) == issuer
    )
    return db.scalar(wanted.limit(1)) is not None


def remove_identity(db: Session, user_id: UUID, issuer: str | None) -> bool:
    """Whether there was one; None stands for every provider."""
    wanted = delete(ProviderIdentity).where(col(ProviderIdentity.user_id) == user_id)
    if issuer is not None:
        wanted = wanted.where(col(ProviderIdentity.issuer) == issuer)
    return db.execute(wanted).rowcount > 0
