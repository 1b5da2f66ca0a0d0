"""Refusals about the second factor, identities, tokens, tries and versions (see test_refusals.py)."""

import pytest
from sqlmodel import Session

from app.accounts import access, duties, factors, identities, signing_in, tokens
from app.accounts.factor_models import EnrolmentIn, FactorResetIn
from app.accounts.models import SignInAttempt, User
from app.accounts.provider import Person
from app.accounts.service import Link
from app.errors import Invalid, Stale, TooMany, Unauthenticated, VersionRequired
from tests.accounts.place import LEA, NOBODY, Act, Place, check, plain, refused, someone
from tests.world import NOW, World

TAKEN = "Cette identité est déjà celle d’un autre compte : connectez-vous avec elle."


# --- the second factor, identities, tokens -------------------------------------------------------------


def _many_tokens(at: Place) -> None:
    for _ in range(21):
        at.token(at.claire)


def _revoked_twice(at: Place) -> None:
    token = at.token(at.claire)
    tokens.revoke_token(at.db, at.claire, token.id)
    tokens.revoke_token(at.db, at.claire, token.id)


def _unlinked_without_a_password(at: Place) -> None:
    person, lea = at.linked("lea"), at.lea
    at.user("lea").password_hash = None
    identities.unlink_identity(at.db, lea, person.issuer)


@pytest.mark.parametrize(
    ("act", "code", "sentence"),
    [
        (
            lambda at: (at.enrol("lea"), factors.begin_enrolment(at.db, at.lea)),
            "has_factor",
            "Votre compte a déjà un second facteur : retirez-le avant d’en faire un autre.",
        ),
        (
            lambda at: factors.confirm_enrolment(at.db, at.lea, EnrolmentIn(one_time_code="123456")),
            "not_begun",
            "Cette clé n’est plus à confirmer : recommencez.",
        ),
        (
            lambda at: (at.enrol("lea"), at.enrol("lea")),
            "has_factor",
            "Votre compte a déjà un second facteur : retirez-le avant d’en faire un autre.",
        ),
        (
            lambda at: factors.reset_factor(at.db, at.admin, FactorResetIn(email="admin@demo.invalid")),
            "own_factor",
            "Le vôtre se retire depuis « Mon compte », avec un code.",
        ),
        (
            lambda at: factors.reset_factor(at.db, at.admin, FactorResetIn(email=LEA)),
            "no_factor",
            "Ce compte n’a pas de second facteur.",
        ),
        (
            lambda at: (at.linked("lea"), at.link("lea", someone("another"))),
            "is_linked",
            "Votre compte est lié à une autre identité : déliez-la d’abord.",
        ),
        (
            lambda at: (at.linked("karim"), at.link("lea", someone())),
            "identity_taken",
            TAKEN,
        ),
        (
            _unlinked_without_a_password,
            "no_password",
            "Sans mot de passe, plus rien n’ouvrirait votre compte : demandez un lien pour en choisir un.",
        ),
        (
            lambda at: identities.unlink_identity(at.db, at.lea, "https://un.example"),
            "not_linked",
            "Votre compte n’est plus lié.",
        ),
        (
            lambda at: identities.unlink_identity_of(at.db, at.admin, LEA),
            "not_linked",
            "Ce compte n’est lié à aucun fournisseur.",
        ),
        (
            _many_tokens,
            "too_many_tokens",
            "Vous avez déjà 20 jetons : révoquez ceux qui ne servent plus.",
        ),
        (_revoked_twice, "already_revoked", "Ce jeton est déjà révoqué."),
    ],
)
def test_a_way_in_stays_as_it_is(db: Session, world: World, act: Act, code: str, sentence: str) -> None:
    check(db, world, act, 409, code, sentence)


def _accepted_as(at: Place, link: Link, person: Person) -> None:
    identities.accept_as(at.db, link.invitation.id, person, "Mona", "test")


@pytest.mark.parametrize(
    ("act", "code"),
    [
        pytest.param(
            lambda at: _accepted_as(at, at.invite(at.claire, "karim@demo.invalid"), someone()),
            "account_exists",
            id="an address that has an account",
        ),
        pytest.param(
            lambda at: _accepted_as(at, at.invite(at.claire, "karim@demo.invalid"), at.linked("paul")),
            "account_exists",
            id="an address of somebody else",
        ),
        pytest.param(
            lambda at: _accepted_as(at, duties.renew_account_link(at.db, at.admin, LEA), at.linked("lea")),
            "account_exists",
            id="a link to a new password",
        ),
        pytest.param(
            lambda at: _accepted_as(at, at.invite(at.claire), at.linked("paul")),
            "identity_taken",
            id="somebody who has an account under another address",
        ),
    ],
)
def test_a_person_of_the_provider_does_not_accept(db: Session, world: World, act: Act, code: str) -> None:
    told = {
        "account_exists": "Cette adresse a déjà un compte : ouvrez l’invitation avec son mot de passe.",
        "identity_taken": TAKEN,
    }
    check(db, world, act, 409, code, told[code])


@pytest.mark.parametrize(
    ("act", "field", "code", "sentence"),
    [
        (
            lambda at: (
                factors.begin_enrolment(at.db, at.lea),
                factors.confirm_enrolment(at.db, at.lea, EnrolmentIn(one_time_code="letters")),
            ),
            "one_time_code",
            "wrong_code",
            "Ce n’est pas le code du moment : attendez le suivant, "
            "et vérifiez que l’heure du téléphone est juste.",
        ),
        (
            lambda at: factors.reset_factor(at.db, at.admin, FactorResetIn(email=NOBODY)),
            "email",
            "unknown_account",
            "Aucun compte n’a cette adresse : vérifiez-la.",
        ),
    ],
)
def test_a_field_is_refused(
    db: Session, world: World, act: Act, field: str, code: str, sentence: str
) -> None:
    error = refused(db, world, act)
    assert isinstance(error, Invalid)
    assert [(one.field, one.code, plain(one.detail)) for one in error.errors] == [(field, code, sentence)]


def test_too_many_tries_say_when_to_come_back(db: Session, world: World) -> None:
    subjects = signing_in.subjects_of("account:x", "192.0.2.1")
    db.add_all(SignInAttempt(subject_hash=subjects[0], at=NOW) for _ in range(10))
    db.flush()
    error = refused(db, world, lambda at: signing_in.refuse_too_many(at.db, subjects))
    assert isinstance(error, TooMany)
    assert (error.status, error.headers) == (429, {"Retry-After": "300"})


# --- versions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "version"),
    [('"3"', 3), ('W/"3"', 3), (' "12" ', 12), ("3", -1), ('"x"', -1), ('"1234567890"', -1), ("*", -1)],
)
def test_the_version_of_if_match(sent: str, version: int) -> None:
    assert access.version_in(sent) == version


def test_a_write_says_which_version_was_read(db: Session, world: World) -> None:
    with pytest.raises(VersionRequired):
        access.version_in(None)
    user = User(email=NOBODY, name="Mona", created_at=NOW, version=4)
    access.check_version(user, 4)
    for former in (3, 5, -1, None):
        with pytest.raises(Stale) as found:
            access.check_version(user, former)
        assert (found.value.version, found.value.headers) == (4, {"ETag": '"4"'})


def test_who_is_not_signed_in_learns_how_to_be() -> None:
    assert Unauthenticated().headers == {"WWW-Authenticate": "Bearer"}
