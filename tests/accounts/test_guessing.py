"""New passwords: what is guessed is refused, and what is typed is what counts."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError
from sqlmodel import Session

from app.accounts.guessing import JUDGED, OWN_WORDS
from app.accounts.models import RenewalIn, User
from app.accounts.secrets import hash_password, password_matches
from tests.world import World

SignIn = Callable[[str], TestClient]


@pytest.mark.parametrize(
    "password",
    [
        "123456789012",
        "passwordpassword",
        "trustno1trustno1",
        "liverpool1234",
        "motdepasse123",
        "azertyuiopqs",
        "AZERTYUIOP1234",
        "abcdefghijkl",
        "aaaaaaaaaaaaaaa",
        "ab" * 100,
        "01/09/2026-01",
        "confiance2026!",
        "Directrice2026",
        "École2026!!!",
        "BienvenueRentrée",
    ],
)
def test_what_is_guessed_is_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="se devine"):
        RenewalIn(password=password)


@pytest.mark.parametrize(
    "password",
    [
        "cheval ardoise mistral",
        "xkqmzvtrwplj",
        "КраснаяПлощадьЗимой",
        "        quatre  mots sans lien ",
        "ｗｉｄｅ mots cheval 🐎",
        "cheval ardoise mistral " * 8,
    ],
)
def test_any_characters_make_a_password(password: str) -> None:
    assert RenewalIn(password=password).password


def test_a_password_has_from_12_to_200_characters() -> None:
    whole = ("cheval ardoise mistral " * 9)[:200]
    assert RenewalIn(password=whole).password == whole
    for wrong in (whole + "x", "xkqmzvtrwpl"):
        with pytest.raises(ValidationError):
            RenewalIn(password=wrong)


def test_our_own_words_are_written_as_they_are_compared() -> None:
    assert all(word.isascii() and word == word.lower() for word in OWN_WORDS)
    assert 2 * max(map(len, OWN_WORDS)) <= JUDGED


def test_a_password_counts_as_it_was_typed(sign_in: SignIn, db: Session, world: World) -> None:
    """Neither stripped nor cut nor folded; only two ways of typing one accent are one."""
    typed = " Un café à l’École "
    db.merge(world.users["claire"]).password_hash = hash_password(typed)
    db.flush()
    for password, status in (
        (typed.strip(), 422),
        (typed.lower(), 422),
        (typed + "x", 422),
        (typed.replace("é", "e\u0301"), 303),
        (typed, 303),
    ):
        data = {"email": "claire@demo.invalid", "password": password}
        assert sign_in("anonymous").post("/connexion", data=data).status_code == status, password


def test_a_new_password_keeps_its_spaces(db: Session, world: World, sign_in: SignIn) -> None:
    from app.accounts.duties import renew_account_link

    link = renew_account_link(db, world.actor(db, "admin"), "claire@demo.invalid")
    new = "  trois mots tout neufs"
    assert sign_in("anonymous").post(link.path, data={"password": new}).status_code == 303
    stored = db.get_one(User, world.users["claire"].id).password_hash
    assert password_matches(stored, new)
    assert not password_matches(stored, new.strip())
