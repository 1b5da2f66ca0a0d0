"""Short names for what the people of the tests do with accounts, and what is refused to them."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlmodel import Session

from app.accounts import factors, identities, queries, service, tokens
from app.accounts.actor import Actor
from app.accounts.factor_models import EnrolmentIn, ProviderIdentity
from app.accounts.models import ApiToken, InvitationIn, SchoolMembership, TokenIn, TokenScope, User
from app.accounts.provider import Person
from app.accounts.service import Link, Proof
from app.domain.one_time import code_at, step_at
from app.domain.vocabulary import Role
from app.errors import AppError
from tests.world import NOW, A, World

LEA, NOBODY = "lea@demo.invalid", "personne@demo.invalid"


class Place:
    """The world of the tests, and short names for what a person does in it."""

    def __init__(self, db: Session, world: World) -> None:
        self.db, self.world = db, world

    def __getattr__(self, name: str) -> Actor:
        """`place.claire` acts as Claire."""
        return self.world.actor(self.db, name)

    def user(self, name: str) -> User:
        return self.db.get_one(User, self.world.users[name].id)

    def waiting(self, name: str, session_id: UUID) -> Actor:
        """As in a session that only has the password: without any duty."""
        actor = self.world.actor(self.db, name)
        return replace(actor, session_id=session_id, schools={}, territories={}, is_administrator=False)

    def duty(self, name: str) -> SchoolMembership:
        duty = queries.live_membership(self.db, self.world.a.id, user_id=self.user(name).id)
        assert duty
        return duty

    def make_deputy(self, name: str) -> SchoolMembership:
        duty = self.duty(name)
        duty.role = Role.DEPUTY
        self.db.flush()
        return duty

    def link(self, name: str, person: Person) -> None:
        identities.link_identity(self.db, self.world.actor(self.db, name), person)

    def invite(self, actor: Actor, email: str = NOBODY, role: Role = Role.TEACHER) -> Link:
        return service.invite(self.db, actor, A, InvitationIn(email=email, role=role))

    def accept(self, link: Link, proof: Proof | None = None) -> User:
        given = proof or Proof(password_hash="x", name="Mona")
        return service.accept_invitation(self.db, link.invitation.id, given, "test")

    def token(self, actor: Actor) -> ApiToken:
        data = TokenIn(label="Tableur", scope=TokenScope.READ, days=1)
        return tokens.make_token(self.db, actor, data)[0]

    def linked(self, name: str, subject: str = "someone") -> Person:
        """The person of a provider who opens this account."""
        user_id = self.user(name).id
        self.db.add(
            ProviderIdentity(issuer="https://un.example", subject=subject, user_id=user_id, linked_at=NOW)
        )
        self.db.flush()
        return someone(subject)

    def enrol(self, name: str) -> None:
        actor = self.world.actor(self.db, name)
        secret = factors.begin_enrolment(self.db, actor).secret
        code = EnrolmentIn(one_time_code=code_at(secret, step_at(NOW)))
        factors.confirm_enrolment(self.db, actor, code)


def someone(subject: str = "someone") -> Person:
    return Person("https://un.example", subject, "", "", False)


Act = Callable[[Place], object]


def refused(db: Session, world: World, act: Act) -> AppError:
    with pytest.raises(AppError) as found:
        act(Place(db, world))
    return found.value


def plain(sentence: str) -> str:
    """With spaces that can be typed here; tests/ground looks after the French ones."""
    return sentence.replace("\u202f", " ").replace("\u00a0", " ")


def check(db: Session, world: World, act: Act, status: int, code: str, sentence: str) -> None:
    error = refused(db, world, act)
    assert (error.status, error.code, plain(error.detail)) == (status, code, sentence)
