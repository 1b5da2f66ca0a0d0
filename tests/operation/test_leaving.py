"""A year after the last duty an account is nobody's any more: what was written stays, under a number."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlmodel import Session, col

from app import clock
from app.accounts import secrets, signing_in
from app.accounts.actor import NIL, command_actor
from app.accounts.audit import broken_links
from app.accounts.audit_queries import audit_chain
from app.accounts.duties import end_duties_above, end_duty
from app.accounts.factor_models import ProviderIdentity, RecoveryCode, SecondFactor
from app.accounts.models import (
    ApiToken,
    AuditEvent,
    Invitation,
    InvitationIn,
    SchoolMembership,
    TerritoryMembership,
    User,
    WebSession,
)
from app.accounts.queries import live_membership, live_user
from app.accounts.service import Proof, accept_invitation, invite
from app.cli import main
from app.db import Database, make_engine, migrate
from app.domain.school_year import Term
from app.domain.vocabulary import Role
from app.errors import Conflict, Forbidden, NotFound
from app.home.models import CalendarLink
from app.measurements.history import history_of_figure
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.operation.leaving_queries import AFTER_DUTY, GONE, anonymise
from app.tables import metadata
from tests.world import NOW, T1, A, World, add_token, build_world

SignIn = Callable[[str], TestClient]
AFTER = NOW + AFTER_DUTY + timedelta(seconds=1)
MET = "individual_meetings"


def person(db: Session, world: World, name: str) -> User:
    return db.get_one(User, world.users[name].id, populate_existing=True)


def leave(db: Session, world: World, name: str = "lea") -> None:
    duty = live_membership(db, world.a.id, user_id=world.users[name].id)
    assert duty is not None
    end_duty(db, world.actor(db, "claire"), A, duty.id)


@pytest.fixture
def owned(db: Session, world: World) -> list[Any]:
    """All that names Léa or opens her account, besides the session she has."""
    user_id = world.users["lea"].id
    add_token(db, world.users["lea"])
    db.add_all(
        [
            SecondFactor(user_id=user_id, secret=b"x" * 20, begun_at=NOW, confirmed_at=NOW),
            RecoveryCode(user_id=user_id, code_hash="a" * 64),
            ProviderIdentity(issuer="https://a.invalid", subject="lea", user_id=user_id, linked_at=NOW),
            CalendarLink(
                user_id=user_id, token_hash="b" * 64, created_at=NOW, expires_at=NOW + timedelta(days=99)
            ),
        ]
    )
    db.flush()
    return [ApiToken, SecondFactor, RecoveryCode, ProviderIdentity, CalendarLink, WebSession]


def count(db: Session, table: Any, user_id: object) -> int:
    return db.scalar(sa.select(sa.func.count()).where(table.user_id == user_id)) or 0


def test_what_names_or_opens_the_account_goes(db: Session, world: World, owned: list[Any]) -> None:
    lea = world.users["lea"].id
    assert all(count(db, table, lea) == 1 for table in owned)
    leave(db, world)
    assert anonymise(db, AFTER) == [lea]
    left = person(db, world, "lea")
    assert (left.name, left.email, left.password_hash) == (GONE, f"{lea}@parti.invalid", None)
    assert left.ended_at == AFTER
    assert [table.__name__ for table in owned if count(db, table, lea)] == []
    assert count(db, SchoolMembership, lea) == 1
    assert anonymise(db, AFTER) == [], "once is enough"


def test_no_table_still_tells_who_it_was(db: Session, world: World, owned: list[Any]) -> None:
    """Every column of every row: neither the address nor the name, wherever a later table may put one."""
    told = {"lea@demo.invalid", "Lea"}
    invite(db, world.actor(db, "claire"), A, InvitationIn(email="lea@demo.invalid", role=Role.DEPUTY))
    leave(db, world)
    db.execute(sa.update(Invitation).values(used_at=NOW))
    anonymise(db, AFTER)
    found = [
        f"{table.name}.{name}"
        for table in metadata.sorted_tables
        for row in db.execute(sa.select(table)).mappings()
        for name, value in row.items()
        if isinstance(value, str | dict) and any(word in str(value) for word in told)
    ]
    assert found == []


@pytest.mark.parametrize("ago", [timedelta(0), AFTER_DUTY - timedelta(days=1), AFTER_DUTY])
def test_a_year_is_a_year(db: Session, world: World, ago: timedelta) -> None:
    leave(db, world)
    assert anonymise(db, NOW + ago) == []
    assert person(db, world, "lea").name == "Lea"


def test_who_has_a_duty_stays(db: Session, world: World) -> None:
    """Léa works elsewhere, Inès inspects, the administrator has no duty in a school."""
    leave(db, world)
    db.add(
        SchoolMembership(
            school_id=world.b.id, user_id=world.users["lea"].id, role=Role.TEACHER, started_at=NOW
        )
    )
    db.add(
        SchoolMembership(
            school_id=world.b.id,
            user_id=world.users["admin"].id,
            role=Role.TEACHER,
            started_at=NOW,
            ended_at=NOW,
        )
    )
    db.flush()
    assert anonymise(db, AFTER) == []


@pytest.mark.parametrize(("ended_at", "stays"), [(None, True), (NOW + timedelta(days=9), True), (NOW, False)])
def test_a_duty_above_schools_counts_as_well(
    db: Session, world: World, ended_at: datetime | None, stays: bool
) -> None:
    leave(db, world)
    db.add(
        TerritoryMembership(
            territory_id=world.territories["valley"].id,
            user_id=world.users["lea"].id,
            role=Role.INSPECTOR,
            started_at=NOW,
            ended_at=ended_at,
        )
    )
    db.flush()
    assert (anonymise(db, AFTER) == []) is stays


def test_what_was_written_stays_and_says_someone_left(sign_in: SignIn, db: Session, world: World) -> None:
    said = MeasurementIn.model_validate({"indicator": MET, "term": T1, "counted": 47, "out_of": 60})
    record_measurement(db, world.actor(db, "lea"), A, said)
    leave(db, world)
    anonymise(db, AFTER)
    found = history_of_figure(db, world.actor(db, "claire"), A, Term(T1), MET)
    assert [(one.now, one.by) for one in found.changes] == [("47 sur 60", GONE)]
    page = sign_in("claire").get(f"/ecoles/{A}/saisie/{T1}/{MET}/historique").text
    assert GONE in page
    assert "Lea" not in page
    assert broken_links(db)[1] == []


def test_nothing_opens_it_any_more(sign_in: SignIn, db: Session, world: World) -> None:
    leave(db, world)
    anonymise(db, AFTER)
    assert sign_in("lea").get("/").headers["Location"] == "/connexion"
    assert live_user(db, "lea@demo.invalid") is None
    assert live_user(db, f"{world.users['lea'].id}@parti.invalid") is None


def test_invited_again_the_person_has_a_fresh_account(db: Session, world: World) -> None:
    leave(db, world)
    clock.pin(AFTER)
    again = invite(
        db, world.actor(db, "claire"), A, InvitationIn(email="lea@demo.invalid", role=Role.TEACHER)
    )
    anonymise(db, AFTER)
    proof = Proof(name="Léa Martin", password_hash=secrets.hash_password("une autre phrase de passe"))
    user = accept_invitation(db, again.invitation.id, proof, "test")
    assert user.id != world.users["lea"].id
    assert (user.name, user.email) == ("Léa Martin", "lea@demo.invalid")
    assert person(db, world, "lea").name == GONE


def test_an_inspector_leaves_too(sign_in: SignIn, db: Session, world: World) -> None:
    ines = world.users["ines"].id
    with pytest.raises(Conflict):
        end_duties_above(db, command_actor(), "lea@demo.invalid")
    with pytest.raises(NotFound):
        end_duties_above(db, command_actor(), "nobody@demo.invalid")
    for name in ("claire", "ines", "rita"):
        with pytest.raises(Forbidden):
            end_duties_above(db, world.actor(db, name), "ines@demo.invalid")
    assert end_duties_above(db, command_actor(), "ines@demo.invalid") == 1
    assert sign_in("ines").get("/").headers["Location"] == "/connexion"
    assert anonymise(db, AFTER) == [ines]
    assert audit_chain(db, NIL)[-1].after == {"ended": 1, "sessions_ended": True}


def test_who_also_works_in_a_school_stays_signed_in(sign_in: SignIn, db: Session, world: World) -> None:
    db.add(
        SchoolMembership(
            school_id=world.b.id, user_id=world.users["ines"].id, role=Role.TEACHER, started_at=NOW
        )
    )
    db.flush()
    assert end_duties_above(db, command_actor(), "ines@demo.invalid") == 1
    assert sign_in("ines").get("/mon-compte").status_code == 200
    assert audit_chain(db, NIL)[-1].after == {"ended": 1, "sessions_ended": False}


# --- the command ---------------------------------------------------------------------------------------


@pytest.fixture
def committed(
    own_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Database, World]]:
    url = own_database("leaving")
    migrate(url)
    monkeypatch.setenv("CONFIANCE_DATABASE_URL", url)
    monkeypatch.setenv("CONFIANCE_NOW", AFTER.isoformat())
    database = Database(make_engine(url))
    with database.session() as db:
        world = build_world(db)
        leave(db, world)
    yield database, world
    database.engine.dispose()


def test_the_retention_command_does_it_in_one_act(
    committed: tuple[Database, World], capsys: pytest.CaptureFixture[str]
) -> None:
    database, world = committed
    assert main(["forget"]) == 0
    assert "accounts anonymised: 1" in capsys.readouterr().out
    with database.session(reading=True) as db:
        (act,) = db.scalars(sa.select(AuditEvent).where(col(AuditEvent.verb) == "service.forgot"))
        assert act.after is not None
        assert act.after["anonymised"] == [str(world.users["lea"].id)]
        assert "lea" not in str(act.after).lower()
        assert broken_links(db)[1] == []
    assert main(["forget"]) == 0
    assert "Nothing to forget" in capsys.readouterr().out


def test_an_invitation_accepted_meanwhile_waits_and_finds_nobody(
    committed: tuple[Database, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account that a link was opened for may be gone when it is accepted: the link is opened again."""
    database, world = committed
    clock.pin(AFTER)
    with database.session() as db:
        link = invite(
            db, world.actor(db, "claire"), A, InvitationIn(email="lea@demo.invalid", role=Role.TEACHER)
        )
    with database.session(reading=True) as db:
        proved = live_user(db, "lea@demo.invalid")
        assert proved is not None
    assert main(["forget"]) == 0
    with pytest.raises(Conflict), database.session() as db:
        accept_invitation(db, link.invitation.id, Proof(user_id=proved.id), "test")


def test_the_page_about_personal_data_says_so(sign_in: SignIn) -> None:
    assert GONE in sign_in("anonymous").get("/donnees-personnelles").text
    assert signing_in.WINDOW < AFTER_DUTY
