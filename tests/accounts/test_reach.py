"""How far an act about accounts reaches: what else ends with it, what stays, and what is kept of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app import clock
from app.accounts import (
    audit_queries,
    duties,
    factors,
    identities,
    queries,
    secrets,
    service,
    session_queries,
    signing_in,
    tokens,
)
from app.accounts.actor import NIL, command_actor
from app.accounts.factor_models import ProviderIdentity
from app.accounts.models import (
    SchoolMembership,
    SessionProof,
    TerritoryMembership,
    TokenScope,
    WebSession,
)
from app.accounts.service import Link, Proof
from app.domain.vocabulary import Role
from app.errors import AppError
from tests.accounts.place import LEA, NOBODY, Place, someone
from tests.world import NOW, A, World, add_token

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def at(db: Session, world: World) -> Place:
    return Place(db, world)


def is_open(at: Place, link: Link) -> bool:
    return queries.live_invitation(at.db, secrets.fingerprint(link.secret), clock.now()) is not None


def works_in_b(at: Place, name: str) -> None:
    at.db.add(
        SchoolMembership(school_id=at.world.b.id, user_id=at.user(name).id, role=Role.TEACHER, started_at=NOW)
    )
    at.db.flush()


def inspects(at: Place, name: str) -> None:
    valley, role = at.world.territories["valley"].id, Role.INSPECTOR
    at.db.add(TerritoryMembership(territory_id=valley, user_id=at.user(name).id, role=role, started_at=NOW))
    at.db.flush()


def administers(at: Place, name: str) -> None:
    at.user(name).is_administrator = True
    at.db.flush()


OtherDuty = Callable[[Place, str], None]


# --- a duty ends ---------------------------------------------------------------------------------------


def test_with_the_last_duty_all_that_opens_the_account_ends(at: Place) -> None:
    link = duties.renew_account_link(at.db, at.admin, LEA)
    add_token(at.db, at.user("lea"), TokenScope.READ)
    clock.pin(LATER)
    ended = duties.end_duty(at.db, at.claire, A, at.duty("lea").id)
    assert ended.ended_at == LATER
    assert not is_open(at, link)
    assert not session_queries.live_sessions(at.db, at.user("lea").id)
    (token,) = session_queries.tokens_of_user(at.db, at.user("lea").id)
    assert token.revoked_at == LATER


@pytest.mark.parametrize("other_duty", [works_in_b, inspects, administers])
def test_with_a_duty_left_nothing_else_ends(at: Place, other_duty: OtherDuty) -> None:
    other_duty(at, "lea")
    link = duties.renew_account_link(at.db, at.admin, LEA)
    duties.end_duty(at.db, at.claire, A, at.duty("lea").id)
    assert is_open(at, link)
    assert session_queries.live_sessions(at.db, at.user("lea").id)
    (event,) = audit_queries.audit_chain(at.db, at.world.a.id)
    assert event.after is not None
    assert event.after["sessions_ended"] is False


@pytest.mark.parametrize("other_duty", [works_in_b, inspects, administers])
def test_a_head_teacher_renews_no_one_who_has_duties_elsewhere(at: Place, other_duty: OtherDuty) -> None:
    other_duty(at, "lea")
    with pytest.raises(AppError, match="ailleurs"):
        duties.renew_password_link(at.db, at.claire, A, at.duty("lea").id)
    assert is_open(at, duties.renew_password_link(at.db, at.admin, A, at.duty("lea").id))


def test_a_headship_passes_at_one_moment(at: Place) -> None:
    former = at.duty("claire")
    clock.pin(LATER)
    head = duties.hand_over_headship(at.db, at.claire, A, at.duty("lea").id)
    assert (former.ended_at, head.started_at, at.duty("claire").started_at) == (LATER, LATER, LATER)
    assert head.user_id == at.user("lea").id


# --- links ---------------------------------------------------------------------------------------------


def test_who_made_a_link_is_kept(at: Place) -> None:
    clock.pin(LATER)
    link = at.invite(at.claire)
    assert (link.invitation.invited_by, link.invitation.created_at) == (at.user("claire").id, LATER)
    assert link.invitation.expires_at == LATER + timedelta(days=14)
    assert link.path == f"/invitation/{link.secret}"
    assert is_open(at, link)


def test_a_second_link_to_a_password_replaces_the_first(at: Place) -> None:
    first = duties.renew_account_link(at.db, at.admin, LEA)
    other = duties.renew_account_link(at.db, at.admin, "claire@demo.invalid")
    second = duties.renew_account_link(at.db, at.admin, LEA)
    assert [is_open(at, link) for link in (first, other, second)] == [False, True, True]


def test_a_head_teacher_withdraws_either_kind_of_link(at: Place) -> None:
    clock.pin(LATER)
    for link in (at.invite(at.claire), duties.renew_password_link(at.db, at.claire, A, at.duty("lea").id)):
        service.withdraw_invitation(at.db, at.claire, A, link.invitation.id)
        assert link.invitation.withdrawn_at == LATER
        assert not is_open(at, link)


def test_an_account_that_is_made(at: Place) -> None:
    clock.pin(LATER)
    link = at.invite(at.claire)
    made = at.accept(link, Proof(password_hash="hash of a password", name="Mona Petit"))
    assert (made.email, made.name, made.created_at) == (NOBODY, "Mona Petit", LATER)
    assert (made.password_hash, made.version, made.is_administrator) == ("hash of a password", 1, False)
    duty = queries.live_membership(at.db, at.world.a.id, user_id=made.id)
    assert duty
    assert (duty.role, duty.started_at) == (Role.TEACHER, LATER)
    assert link.invitation.used_at == LATER


def test_one_more_duty_leaves_the_account_as_it_was(at: Place) -> None:
    link = at.invite(at.claire, "karim@demo.invalid")
    karim = at.accept(link, Proof(user_id=at.user("karim").id, password_hash="another", name="Autre"))
    assert (karim.name, karim.version) == ("Karim", 1)
    assert karim.password_hash != "another"


def test_another_duty_in_the_school_takes_the_place_of_the_first(at: Place) -> None:
    former = at.duty("lea")
    link = at.invite(at.claire, LEA, Role.DEPUTY)
    clock.pin(LATER)
    at.accept(link, Proof(user_id=at.user("lea").id))
    assert (former.ended_at, at.duty("lea").started_at) == (LATER, LATER)


def test_a_territory_is_given_once(at: Place) -> None:
    """To somebody who has it already nothing is added; a new one begins with the acceptance."""
    clock.pin(LATER)
    for email, name in (("ines@demo.invalid", "ines"), (NOBODY, "")):
        valley = at.world.territories["valley"]
        link = service.invite_above(at.db, at.admin, email, Role.INSPECTOR, valley)
        proof = Proof(user_id=at.user(name).id) if name else Proof(password_hash="x", name="Mona")
        at.accept(link, proof)
    rows = at.db.scalars(
        select(TerritoryMembership).where(col(TerritoryMembership.territory_id) == valley.id)
    )
    assert sorted((row.role, row.started_at) for row in rows) == [("inspector", NOW), ("inspector", LATER)]


def test_a_renewed_password_counts_as_a_change_of_the_account(at: Place) -> None:
    for version in (2, 3):
        lea = at.accept(
            duties.renew_account_link(at.db, at.admin, LEA), Proof(password_hash=f"hash {version}")
        )
        assert (lea.version, lea.password_hash) == (version, f"hash {version}")


def test_a_changed_password_does_too_and_ends_the_links_to_another(at: Place) -> None:
    link, actor = duties.renew_account_link(at.db, at.admin, LEA), at.lea
    for version in (2, 3):
        signing_in.change_password(at.db, actor, f"hash {version}")
        lea = at.user("lea")
        assert (lea.version, lea.password_hash) == (version, f"hash {version}")
    assert not is_open(at, link)


# --- sessions ------------------------------------------------------------------------------------------


def test_a_session_that_is_opened(at: Place) -> None:
    clock.pin(LATER)
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    lea = at.user("lea").id
    cookie = signing_in.open_session(
        at.db,
        lea,
        browser=agent,
        request_id="of the request",
        replaces=at.world.cookies["lea"],
        proof=SessionProof.PROVIDER,
        id_token="x" * 4000,
    )
    (session,) = session_queries.live_sessions(at.db, lea)
    assert session.token_hash == secrets.fingerprint(cookie)
    assert session.csrf not in {cookie, session.token_hash, at.world.csrf("lea")}
    assert (session.proof, session.id_token) == (SessionProof.PROVIDER, "x" * 4000)
    assert (session.browser, session.created_at, session.last_seen_at) == ("Firefox sur Linux", LATER, LATER)
    assert audit_queries.audit_chain(at.db, NIL)[-1].request_id == "of the request"


def test_an_id_token_that_is_too_long_is_left_out(at: Place) -> None:
    lea = at.user("lea").id
    signing_in.open_session(
        at.db, lea, browser="", request_id="", replaces=at.world.cookies["lea"], id_token="x" * 4001
    )
    (session,) = session_queries.live_sessions(at.db, lea)
    assert session.id_token is None


def test_a_session_goes_on_under_other_secrets(at: Place) -> None:
    (before,) = session_queries.live_sessions(at.db, at.user("lea").id)
    cookie, csrf = signing_in.renew_session(at.db, before.id)
    (after,) = at.db.scalars(select(WebSession).where(col(WebSession.id) == before.id))
    assert (after.token_hash, after.csrf) == (secrets.fingerprint(cookie), csrf)
    assert cookie not in {csrf, at.world.cookies["lea"]}
    assert csrf != at.world.csrf("lea")


def test_a_token_that_is_over_leaves_its_place(at: Place) -> None:
    """Twenty that work: neither a revoked one counts nor one that ended, to the second."""
    made = [at.token(at.claire) for _ in range(20)]
    tokens.revoke_token(at.db, at.claire, made[0].id)
    at.token(at.claire)
    with pytest.raises(AppError):
        at.token(at.claire)
    clock.pin(NOW + timedelta(days=1))
    assert at.token(at.claire).expires_at == NOW + timedelta(days=2)


# --- the provider and the second factor ----------------------------------------------------------------


def test_a_person_of_the_provider_gets_one_more_duty(at: Place) -> None:
    person, link = at.linked("karim"), at.invite(at.claire, "karim@demo.invalid")
    accepted = identities.accept_as(at.db, link.invitation.id, person, "Autre", "of the request")
    assert (accepted.id, accepted.name) == (at.user("karim").id, "Karim")
    assert len(queries.school_duties(at.db, accepted.id)) == 2
    assert audit_queries.audit_chain(at.db, at.world.a.id)[-1].request_id == "of the request"


@pytest.mark.parametrize(("said", "kept"), [("Mona Petit", "Mona Petit"), ("", "personne")])
def test_an_account_made_with_the_provider(at: Place, said: str, kept: str) -> None:
    """Without a name from the provider, the address has one until the person says another."""
    clock.pin(LATER)
    made = identities.accept_as(at.db, at.invite(at.claire).invitation.id, someone(), said, "test")
    assert (made.name, made.password_hash) == (kept, None)
    (linked,) = at.db.scalars(select(ProviderIdentity))
    assert (linked.issuer, linked.subject) == ("https://un.example", "someone")
    assert (linked.user_id, linked.linked_at) == (made.id, LATER)


def test_one_provider_is_unlinked_and_not_the_other(at: Place) -> None:
    at.linked("lea")
    other = ProviderIdentity(
        issuer="https://autre.example", subject="lea", user_id=at.user("lea").id, linked_at=NOW
    )
    at.db.add(other)
    at.db.flush()
    identities.unlink_identity(at.db, at.lea, "https://un.example")
    assert [one.issuer for one in at.db.scalars(select(ProviderIdentity))] == ["https://autre.example"]


def test_a_key_that_is_begun_again_is_another(at: Place) -> None:
    first = factors.begin_enrolment(at.db, at.lea).secret
    clock.pin(LATER)
    again = factors.begin_enrolment(at.db, at.lea)
    assert (len(first), len(again.secret)) == (20, 20)
    assert again.secret != first
    assert (again.begun_at, again.confirmed_at) == (LATER, None)


def test_nobody_links_or_enrols_without_an_account(at: Place) -> None:
    """A command has no person: these acts are nobody's to do for another."""
    for act in (
        lambda: identities.link_identity(at.db, command_actor(), someone()),
        lambda: factors.begin_enrolment(at.db, command_actor()),
        lambda: signing_in.end_other_sessions(at.db, command_actor()),
        lambda: at.token(command_actor()),
    ):
        with pytest.raises(AssertionError):
            act()
