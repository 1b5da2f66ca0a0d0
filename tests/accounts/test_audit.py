"""The chain: what an edit, a deletion and a swap look like, and the operator's commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from app.accounts.audit import broken_links
from app.accounts.models import InvitationIn
from app.accounts.service import invite
from app.accounts.signing_in import end_sessions_of
from app.cli import main
from app.db import Database, make_engine, migrate
from app.domain.vocabulary import Role
from app.errors import Forbidden
from tests.world import A, World, build_world


@pytest.fixture
def chain(db: Session, world: World) -> str:
    """Four acts at school A; the condition that finds them."""
    for number in range(4):
        email = f"personne{number}@demo.invalid"
        invite(db, world.actor(db, "claire"), A, InvitationIn(email=email, role=Role.TEACHER))
    db.flush()
    assert broken_links(db) == (4, [])
    return f"school_id = '{world.a.id.hex if db.get_bind().dialect.name == 'sqlite' else world.a.id}'"


def tamper(db: Session, *statements: str) -> list[str]:
    """As someone with the database's keys would: without its triggers."""
    if db.get_bind().dialect.name == "sqlite":
        db.execute(sa.text("DROP TRIGGER audit_event_no_update"))
        db.execute(sa.text("DROP TRIGGER audit_event_no_delete"))
    else:
        db.execute(sa.text("DROP TRIGGER audit_event_append_only ON audit_event"))
        db.execute(sa.text("DROP TRIGGER audit_event_sealed_only ON audit_event"))
    for statement in statements:
        db.execute(sa.text(statement))
    db.expire_all()
    return broken_links(db)[1]


def test_an_edit_is_found(db: Session, chain: str) -> None:
    (problem,) = tamper(db, f"UPDATE audit_event SET verb = 'autre' WHERE {chain} AND position = 2")
    assert "event 2: its content was changed" in problem


@pytest.mark.parametrize("position", [1, 3])
def test_a_deletion_is_found(db: Session, chain: str, position: int) -> None:
    (problem,) = tamper(db, f"DELETE FROM audit_event WHERE {chain} AND position = {position}")
    assert f"event {position + 1}: the event before it" in problem


def test_a_cut_end_is_found(db: Session, chain: str) -> None:
    (problem,) = tamper(db, f"DELETE FROM audit_event WHERE {chain} AND position = 4")
    assert "its end was removed" in problem


def test_an_emptied_chain_is_found(db: Session, chain: str) -> None:
    assert tamper(db, f"DELETE FROM audit_event WHERE {chain}")


def test_a_lost_ledger_is_found(db: Session, chain: str) -> None:
    assert tamper(db, f"DELETE FROM school_ledger WHERE {chain}")


def test_a_swap_is_found(db: Session, chain: str) -> None:
    moves = [(2, 90), (3, 2), (90, 3)]
    problems = tamper(
        db, *(f"UPDATE audit_event SET position = {to} WHERE {chain} AND position = {at}" for at, to in moves)
    )
    assert any("its content was changed" in problem for problem in problems)
    assert any("the event before it" in problem for problem in problems)


def test_the_database_itself_refuses_an_edit(db: Session, chain: str) -> None:
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), db.begin_nested():
        db.execute(sa.text(f"UPDATE audit_event SET verb = 'autre' WHERE {chain}"))


# --- commands ------------------------------------------------------------------------------------------


@pytest.fixture
def committing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Commands open their own: a file with the people of every test."""
    url = f"sqlite:///{tmp_path / 'own.db'}"
    migrate(url)
    monkeypatch.setenv("CONFIANCE_DATABASE_URL", url)
    monkeypatch.setenv("CONFIANCE_PUBLIC_URL", "https://confiance.example")
    monkeypatch.setenv("CONFIANCE_NOW", "2026-11-21T10:00:00+01:00")
    database = Database(make_engine(url))
    with database.session() as db:
        build_world(db)
    yield database
    database.engine.dispose()


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "arguments",
    [
        ["invite", "x@demo.invalid", "--role", "teacher", "--school", A],
        ["invite", "x@demo.invalid", "--role", "inspector", "--territory", "0990900Z"],
        ["invite", "x@demo.invalid", "--role", "authority", "--territory", "099"],
        ["invite", "x@demo.invalid", "--role", "authority", "--territory", "99"],
        ["invite", "x@demo.invalid", "--role", "administrator"],
        ["renew", "ines@demo.invalid"],
    ],
)
def test_a_link_from_the_command_line(
    committing: Database, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("https://confiance.example/invitation/")


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["invite", "x", "--role", "teacher", "--school", A], "adresse complète"),
        (["invite", "x@demo.invalid", "--role", "head_teacher", "--school", A], "prise"),
        (["invite", "x@demo.invalid", "--role", "teacher", "--school", "0990001A"], "n’existe pas"),
        (["invite", "x@demo.invalid", "--role", "inspector", "--territory", "nowhere"], "no territory"),
        (["invite", "x@demo.invalid", "--role", "inspector", "--school", A], "Votre rôle"),
        (["invite", "x@demo.invalid", "--role", "inspector"], "endroit"),
        (["renew", "personne@demo.invalid"], "Aucun compte"),
        (["reset-factor", "personne@demo.invalid"], "Aucun compte"),
        (["end-sessions", "personne@demo.invalid"], "Aucun compte"),
        (["end-duties", "personne@demo.invalid"], "Aucun compte"),
        (["end-duties", "lea@demo.invalid"], "pas de fonction"),
        (["end-administration", "lea@demo.invalid"], "n’administre pas"),
        (["end-administration", " Admin@demo.invalid "], "quelqu’un d’autre"),
        (["reset-factor", "claire@demo.invalid"], "pas de second facteur"),
        (["token", "personne@demo.invalid", "--label", "Essai"], "no account"),
        (["token", "claire@demo.invalid", "--label", "Essai", "--days", "400"], "jusqu’à 365"),
    ],
)
def test_a_refusal_on_the_command_line(
    committing: Database, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 1
    assert said in capsys.readouterr().err


@pytest.mark.sqlite
def test_the_operator_ends_the_duties_of_an_inspector(
    committing: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["end-duties", " Ines@demo.invalid "]) == 0
    assert capsys.readouterr().out == "1 duties ended.\n"
    with committing.session(reading=True) as db:
        assert db.scalar(sa.text("SELECT count(*) FROM territory_membership WHERE ended_at IS NOT NULL")) == 1
        assert broken_links(db) == (1, [])


@pytest.mark.sqlite
def test_the_operator_ends_an_administration(
    committing: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with committing.session() as db:
        db.execute(sa.text("UPDATE user SET is_administrator = 1 WHERE email = 'rita@demo.invalid'"))
    assert main(["end-administration", " Admin@demo.invalid "]) == 0
    assert capsys.readouterr().out == "Administrator no more.\n"
    with committing.session(reading=True) as db:
        left = db.scalars(sa.text("SELECT email FROM user WHERE is_administrator")).all()
        assert left == ["rita@demo.invalid"]
        assert broken_links(db) == (1, [])


@pytest.mark.sqlite
def test_the_operator_closes_sessions(committing: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with committing.session(reading=True) as db:
        everybody = db.scalar(sa.text("SELECT count(*) FROM web_session WHERE ended_at IS NULL"))
    assert everybody > 2
    assert main(["end-sessions", " Claire@demo.invalid "]) == 0
    assert main(["end-sessions", "--all"]) == 0
    assert capsys.readouterr().out == f"1 sessions closed.\n{everybody - 1} sessions closed.\n"
    with committing.session(reading=True) as db:
        assert db.scalar(sa.text("SELECT count(*) FROM web_session WHERE ended_at IS NULL")) == 0
        assert broken_links(db) == (2, [])


def test_only_the_operator_closes_the_sessions_of_others(db: Session, world: World) -> None:
    for name in ("claire", "ines", "rita"):
        with pytest.raises(Forbidden):
            end_sessions_of(db, world.actor(db, name), None)


@pytest.mark.sqlite
def test_a_token_and_a_check_from_the_command_line(
    committing: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["token", "claire@demo.invalid", "--label", "Essai", "--scope", "write"]) == 0
    assert capsys.readouterr().out.startswith("cfe_")
    assert main(["audit", "verify"]) == 0
    assert "1 events checked, 0 problems" in capsys.readouterr().out
    with committing.session() as db:
        tamper(db, "UPDATE audit_event SET verb = 'autre'")
    assert main(["audit", "verify"]) == 1
    assert "its content was changed" in capsys.readouterr().out
