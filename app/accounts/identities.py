"""Accounts and the people of an identity provider: linked by an invitation or from one's own account."""

from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts import factor_queries, queries, service, session_queries
from app.accounts.actor import Actor
from app.accounts.audit import record, take_turn
from app.accounts.factor_models import ProviderIdentity
from app.accounts.models import Invitation, User
from app.accounts.provider import Person
from app.accounts.service import Proof, account_to_operate
from app.errors import Conflict, NotFound

TAKEN = "Cette identité est déjà celle d’un autre compte : connectez-vous avec elle."


def account_of(db: Session, person: Person) -> UUID | None:
    """The account that was linked to this person; an e-mail address never makes one."""
    return factor_queries.user_of_identity(db, person.issuer, person.subject)


def link_identity(db: Session, actor: Actor, person: Person) -> None:
    """From now on the provider opens one's own account too.

    Raises Conflict when this person opens another account, or somebody else of the provider this one.
    """
    turn = take_turn(db)
    if account_of(db, person) is None and factor_queries.is_linked(db, actor.person_id, person.issuer):
        raise Conflict("Votre compte est lié à une autre identité : déliez-la d’abord.", code="is_linked")
    _link(db, actor.person_id, person)
    record(db, actor, turn, "account.identity_linked", f"user:{actor.person_id}")


def unlink_identity(db: Session, actor: Actor, issuer: str) -> None:
    """The provider opens one's account no more, and what is open elsewhere closes.

    Raises Conflict when nothing else would open it, or nothing is linked.
    """
    turn = take_turn(db)
    if db.get_one(User, actor.person_id).password_hash is None:
        told = "Sans mot de passe, plus rien n’ouvrirait votre compte : demandez un lien pour en choisir un."
        raise Conflict(told, code="no_password")
    if not factor_queries.remove_identity(db, actor.person_id, issuer):
        raise Conflict("Votre compte n’est plus lié.", code="not_linked")
    ended = session_queries.end_sessions(db, actor.person_id, clock.now(), but=actor.session_id)
    after = {"sessions_ended": ended}
    record(db, actor, turn, "account.identity_unlinked", f"user:{actor.person_id}", after=after)


def unlink_identity_of(db: Session, actor: Actor, email: str) -> int:
    """The operator unlinks somebody from every provider, and closes their sessions; how many there were.

    Without a password nothing opens the account then, until a link renews one. Raises Forbidden unless an
    administrator asks, NotFound for an unknown address, Conflict when nothing is linked.
    """
    turn, user = account_to_operate(db, actor, email)
    if not factor_queries.remove_identity(db, user.id, None):
        raise Conflict("Ce compte n’est lié à aucun fournisseur.", code="not_linked")
    ended = session_queries.end_sessions(db, user.id, clock.now())
    after = {"sessions_ended": ended}
    record(db, actor, turn, "account.identity_unlinked_by_operator", f"user:{user.id}", after=after)
    return ended


def accept_as(db: Session, invitation_id: UUID, person: Person, name: str, request_id: str) -> User:
    """Accept an invitation as a person of the provider: a new account, or one more duty for theirs.

    Holding the link is what proves the invitation, as with a password. Raises Conflict when the address has
    an account that is not linked to this person: whoever holds the link need not be its owner.
    """
    invitation = db.get(Invitation, invitation_id)
    if invitation is None:
        raise NotFound()
    linked, user = account_of(db, person), queries.live_user(db, invitation.email)
    if invitation.user_id is not None or (user is not None and user.id != linked):
        told = "Cette adresse a déjà un compte : ouvrez l’invitation avec son mot de passe."
        raise Conflict(told, code="account_exists")
    if user is None and linked is not None:
        raise Conflict(TAKEN, code="identity_taken")
    accepted = service.accept_invitation(
        db, invitation_id, Proof(user_id=linked, name=name or invitation.email.partition("@")[0]), request_id
    )
    if linked is None:
        _link(db, accepted.id, person)
    return accepted


def _link(db: Session, user_id: UUID, person: Person) -> None:
    known = factor_queries.identity_of(db, person.issuer, person.subject)
    if known is not None and known.user_id != user_id:
        raise Conflict(TAKEN, code="identity_taken")
    if known is None:
        db.add(
            ProviderIdentity(
                issuer=person.issuer, subject=person.subject, user_id=user_id, linked_at=clock.now()
            )
        )
        db.flush()
