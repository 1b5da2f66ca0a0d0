"""What the accounts refuse, as a caller sees it: the status, the stable code and the French sentence.

Duties and invitations here; the second factor, identities, tokens in test_refused_ways_in.py.
"""

from uuid import uuid4

import pytest
from sqlmodel import Session

from app.accounts import access, duties, factors, identities, service, session_queries, signing_in, tokens
from app.accounts.actor import Task, command_actor
from app.accounts.factor_models import FactorResetIn
from app.accounts.models import SchoolMembership
from app.accounts.service import Proof
from app.domain.vocabulary import Role
from tests.accounts.place import LEA, NOBODY, Act, Place, check, someone
from tests.world import NOW, A, World

FORBIDDEN = (403, "forbidden", "Votre rôle ne permet pas cette action.")
NOT_FOUND = (404, "not_found", "Cette page ou cette donnée n’existe pas, ou ne vous est pas ouverte.")
UNKNOWN = (404, "not_found", "Aucun compte n’a cette adresse.")
HEADS_HERE = "Vous dirigez cette école : transmettez d’abord la direction."


# --- inviting ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "code", "sentence"),
    [
        pytest.param(
            lambda at: at.invite(at.claire, LEA),
            "already_member",
            "Cette personne a déjà cette fonction dans l’école.",
            id="for the duty they have",
        ),
        pytest.param(
            lambda at: at.invite(at.claire, "claire@demo.invalid", Role.DEPUTY),
            "is_head",
            "Cette personne dirige l’école : qu’elle transmette d’abord la direction.",
            id="the head teacher, to another duty",
        ),
        pytest.param(
            lambda at: at.invite(at.ines, role=Role.HEAD_TEACHER),
            "seat_taken",
            "Cette place est prise (directrice ou directeur) : "
            "la personne en poste la transmet depuis « Comptes ».",
            id="a second head teacher",
        ),
        pytest.param(
            lambda at: (at.make_deputy("lea"), at.invite(at.claire, role=Role.DEPUTY)),
            "seat_taken",
            "Cette place est prise (adjoint à la direction) : mettez d’abord fin à sa fonction.",
            id="a second deputy",
        ),
        *(
            pytest.param(
                lambda at, role=role, place=place: service.invite_above(
                    at.db, at.admin, NOBODY, role, at.world.territories.get(place)
                ),
                "wrong_place",
                "Ce rôle ne s’exerce pas à cet endroit.",
                id=f"{role.value} for {place}",
            )
            for role, place in [
                (Role.INSPECTOR, "departement"),
                (Role.INSPECTOR, "nothing"),
                (Role.AUTHORITY, "valley"),
                (Role.AUTHORITY, "nothing"),
                (Role.ADMINISTRATOR, "academie"),
                (Role.TEACHER, "valley"),
                (Role.HEAD_TEACHER, "nothing"),
            ]
        ),
    ],
)
def test_nobody_is_invited(db: Session, world: World, act: Act, code: str, sentence: str) -> None:
    check(db, world, act, 409, code, sentence)


@pytest.mark.parametrize("role", [Role.HEAD_TEACHER, Role.INSPECTOR])
def test_a_role_that_is_not_yours_is_named(db: Session, world: World, role: Role) -> None:
    told = f"Votre rôle ne permet pas d’inviter ici : {role.label}."
    check(db, world, lambda at: at.invite(at.claire, role=role), 403, "role_not_yours", told)


# --- accepting -----------------------------------------------------------------------------------------


def _used_twice(at: Place) -> None:
    link = at.invite(at.claire)
    at.accept(link)
    at.accept(link)


def _account_made_meanwhile(at: Place) -> None:
    at.accept(at.invite(at.claire, "karim@demo.invalid"), Proof(password_hash="x", name="Un autre"))


def _account_ended(at: Place) -> None:
    link = duties.renew_account_link(at.db, at.admin, LEA)
    at.user("lea").ended_at = NOW
    at.accept(link)


def _renewed_without_a_password(at: Place) -> None:
    at.accept(duties.renew_account_link(at.db, at.admin, LEA), Proof(user_id=at.user("lea").id))


def _head_accepts_another_duty(at: Place) -> None:
    link = at.invite(at.claire, LEA, Role.DEPUTY)
    duties.hand_over_headship(at.db, at.claire, A, at.duty("lea").id)
    at.accept(link, Proof(user_id=at.user("lea").id))


@pytest.mark.parametrize(
    ("act", "code", "sentence"),
    [
        (_used_twice, "link_over", "Ce lien a déjà servi ou n’est plus valable."),
        (_account_ended, "link_over", "Ce compte n’existe plus."),
        (_renewed_without_a_password, "link_over", "Ce compte n’existe plus."),
        (
            _account_made_meanwhile,
            "account_changed",
            "Ce compte vient de changer : ouvrez à nouveau le lien.",
        ),
        (_head_accepts_another_duty, "is_head", HEADS_HERE),
    ],
)
def test_an_invitation_is_not_accepted(db: Session, world: World, act: Act, code: str, sentence: str) -> None:
    check(db, world, act, 409, code, sentence)


# --- duties --------------------------------------------------------------------------------------------


def _renew_someone_with_duties_elsewhere(at: Place) -> None:
    role = Role.TEACHER
    at.db.add(SchoolMembership(school_id=at.world.b.id, user_id=at.user("lea").id, role=role, started_at=NOW))
    at.db.flush()
    duties.renew_password_link(at.db, at.claire, A, at.duty("lea").id)


@pytest.mark.parametrize(
    ("act", "status", "code", "sentence"),
    [
        (
            lambda at: duties.end_duty(at.db, at.claire, A, at.duty("claire").id),
            409,
            "head_teacher_stays",
            "La direction ne se quitte pas sans successeur : transmettez-la d’abord.",
        ),
        (
            lambda at: duties.end_duties_above(at.db, at.admin, LEA),
            409,
            "no_duty",
            "Cette personne n’a pas de fonction au-dessus des écoles.",
        ),
        (
            lambda at: duties.end_administration(at.db, at.admin, LEA),
            409,
            "no_duty",
            "Cette personne n’administre pas le service.",
        ),
        (
            lambda at: duties.end_administration(at.db, at.admin, "admin@demo.invalid"),
            409,
            "last_administrator",
            "Plus personne n’administrerait le service : invitez d’abord quelqu’un d’autre.",
        ),
        (
            lambda at: (
                at.make_deputy("lea"),
                duties.hand_over_headship(at.db, at.lea, A, at.duty("lea").id),
            ),
            403,
            "not_head",
            "Seule la personne qui dirige l’école transmet la direction.",
        ),
        (
            lambda at: duties.hand_over_headship(at.db, at.claire, A, at.duty("claire").id),
            409,
            "already_head",
            "Cette personne dirige déjà l’école.",
        ),
        (
            _renew_someone_with_duties_elsewhere,
            409,
            "duties_elsewhere",
            "Cette personne a aussi des fonctions ailleurs : l’administration du service lui fait un lien.",
        ),
    ],
)
def test_a_duty_stays_as_it_is(
    db: Session, world: World, act: Act, status: int, code: str, sentence: str
) -> None:
    check(db, world, act, status, code, sentence)


# --- what is not there, and whose it is ----------------------------------------------------------------


def _a_token_of_karim(at: Place) -> None:
    tokens.revoke_token(at.db, at.claire, at.token(at.karim).id)


def _an_ended_duty(at: Place) -> None:
    duty = at.duty("lea").id
    duties.end_duty(at.db, at.claire, A, duty)
    duties.end_duty(at.db, at.claire, A, duty)


@pytest.mark.parametrize(
    "act",
    [
        _a_token_of_karim,
        _an_ended_duty,
        lambda at: tokens.revoke_token(at.db, command_actor(), uuid4()),
        lambda at: signing_in.end_session(
            at.db, at.claire, session_queries.live_sessions(at.db, at.user("lea").id)[0].id
        ),
        lambda at: signing_in.end_session(at.db, command_actor(), uuid4()),
        lambda at: service.accept_invitation(at.db, uuid4(), Proof(password_hash="x"), "test"),
        lambda at: identities.accept_as(at.db, uuid4(), someone(), "Mona", "test"),
        lambda at: service.withdraw_invitation(at.db, at.claire, A, uuid4()),
        lambda at: duties.end_duty(at.db, at.claire, A, uuid4()),
        lambda at: duties.hand_over_headship(at.db, at.claire, A, uuid4()),
        lambda at: duties.renew_password_link(at.db, at.claire, A, uuid4()),
        lambda at: access.school_for(at.db, at.claire, "0990999F", Task.SEE_SCHOOL),
        lambda at: access.school_for(at.db, at.karim, A, Task.STEER),
    ],
)
def test_it_is_not_there_for_you(db: Session, world: World, act: Act) -> None:
    check(db, world, act, *NOT_FOUND)


@pytest.mark.parametrize(
    "act",
    [
        lambda at: duties.renew_account_link(at.db, at.admin, NOBODY),
        lambda at: duties.end_duties_above(at.db, at.admin, NOBODY),
        lambda at: duties.end_administration(at.db, at.admin, NOBODY),
        lambda at: identities.unlink_identity_of(at.db, at.admin, NOBODY),
        lambda at: signing_in.end_sessions_of(at.db, at.admin, NOBODY),
    ],
)
def test_nobody_has_that_address(db: Session, world: World, act: Act) -> None:
    check(db, world, act, *UNKNOWN)


def _withdrawn_by_the_inspector(at: Place) -> None:
    service.withdraw_invitation(at.db, at.ines, A, at.invite(at.claire).invitation.id)


def _renewal_withdrawn_by_the_inspector(at: Place) -> None:
    link = duties.renew_password_link(at.db, at.claire, A, at.duty("lea").id)
    service.withdraw_invitation(at.db, at.ines, A, link.invitation.id)


@pytest.mark.parametrize(
    "act",
    [
        _withdrawn_by_the_inspector,
        _renewal_withdrawn_by_the_inspector,
        lambda at: service.invite_above(at.db, at.ines, NOBODY, Role.ADMINISTRATOR, None),
        lambda at: duties.renew_account_link(at.db, at.ines, LEA),
        lambda at: duties.end_duties_above(at.db, at.rita, "ines@demo.invalid"),
        lambda at: duties.end_administration(at.db, at.claire, "admin@demo.invalid"),
        lambda at: duties.end_duty(at.db, at.lea, A, at.duty("claire").id),
        lambda at: identities.unlink_identity_of(at.db, at.claire, LEA),
        lambda at: signing_in.end_sessions_of(at.db, at.claire, LEA),
        lambda at: factors.reset_factor(at.db, at.ines, FactorResetIn(email=LEA)),
        lambda at: access.school_for(at.db, at.lea, A, Task.STEER),
        lambda at: access.school_for(at.db, at.ines, A, Task.RUN_ELECTION),
    ],
)
def test_it_is_not_yours_to_do(db: Session, world: World, act: Act) -> None:
    check(db, world, act, *FORBIDDEN)
