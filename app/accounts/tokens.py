"""API tokens: made and revoked by their owner, shown once."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts import secrets, session_queries
from app.accounts.actor import Actor
from app.accounts.audit import record, take_turn
from app.accounts.models import ApiToken, TokenIn
from app.errors import Conflict, NotFound

MOST_TOKENS = 20


def make_token(db: Session, actor: Actor, data: TokenIn) -> tuple[ApiToken, str]:
    """A token and its text, which is kept nowhere. One made with a token does not outlive that token.

    Raises Conflict when the person already has twenty that work.
    """
    turn = take_turn(db)
    now, secret = clock.now(), secrets.new_secret()
    working = [
        token
        for token in session_queries.tokens_of_user(db, actor.person_id)
        if token.revoked_at is None and token.expires_at > now
    ]
    if len(working) >= MOST_TOKENS:
        told = f"Vous avez déjà {MOST_TOKENS} jetons : révoquez ceux qui ne servent plus."
        raise Conflict(told, code="too_many_tokens")
    expires_at = now + timedelta(days=data.days)
    token = ApiToken(
        user_id=actor.person_id,
        label=data.label,
        scope=data.scope,
        secret_hash=secrets.fingerprint(secret),
        created_at=now,
        expires_at=min(expires_at, actor.until or expires_at),
    )
    db.add(token)
    db.flush()
    after = {"scope": token.scope, "expires_at": token.expires_at, "user_id": token.user_id}
    record(db, actor, turn, "token.made", f"token:{token.id}", after=after)
    return token, secrets.token_text(token.id, secret)


def revoke_token(db: Session, actor: Actor, token_id: UUID) -> ApiToken:
    """The token opens nothing any more. Raises NotFound for anyone else's, Conflict when it was revoked."""
    turn = take_turn(db)
    token = own_token_or_404(db, actor, token_id)
    if token.revoked_at is not None:
        raise Conflict("Ce jeton est déjà révoqué.", code="already_revoked")
    token.revoked_at = clock.now()
    db.flush()
    record(db, actor, turn, "token.revoked", f"token:{token.id}")
    return token


def own_token_or_404(db: Session, actor: Actor, token_id: UUID) -> ApiToken:
    token = session_queries.token_of_user(db, actor.user_id, token_id) if actor.user_id else None
    if token is None:
        raise NotFound()
    return token
