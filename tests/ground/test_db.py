"""Transactions: a GET cannot write, a write locks first, the commit precedes the answer, nothing hangs."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlmodel import Session, col, select

from app import tables
from app.accounts.audit_queries import audit_chain
from app.accounts.models import ApiToken
from app.db import Database, make_engine, uuid7
from app.errors import Conflict, Invalid
from app.goals.models import Goal, GoalIn
from app.goals.service import add_goal
from app.main import create_app
from app.settings import Settings
from app.web.forms import Form, Posted
from tests.ground.conftest import PATIENCE, Served
from tests.world import NOW, A, World

GOALS = f"/api/v1/schools/{A}/goals"
GOAL = {"stake": "dialogue", "title": "Rencontrer chaque famille"}


@pytest.fixture
def own(committed: tuple[str, str]) -> Iterator[Database]:
    engine = make_engine(committed[0])
    yield Database(engine)
    engine.dispose()


def titles(database: Database) -> list[str]:
    with database.session(reading=True) as db:
        return list(db.scalars(select(Goal.title)))


# --- transactions --------------------------------------------------------------------------------------


def test_a_reading_session_cannot_write(own: Database) -> None:
    with pytest.raises(DBAPIError), own.session(reading=True) as db:
        db.execute(sa.text("UPDATE school SET name = 'x'"))
    with own.session() as db:  # and the same connection may write again
        assert db.execute(sa.text("UPDATE school SET version = version")).rowcount == 2  # type: ignore[attr-defined]  # an UPDATE answers a CursorResult


def test_a_get_cannot_write(committed: tuple[str, str]) -> None:
    """Even when a door's author forgets: the request's transaction itself refuses."""
    from fastapi import APIRouter

    from app.db import Db

    careless = APIRouter(prefix="/api/v1/careless")

    @careless.get("")
    def get_and_write(db: Db) -> dict[str, str]:
        db.execute(sa.text("UPDATE school SET name = 'x'"))
        return {}

    app = create_app(Settings(database_url=committed[0], log_level="CRITICAL", now=NOW))
    app.include_router(careless)
    answer = TestClient(app, raise_server_exceptions=False).get("/api/v1/careless")
    assert answer.status_code >= 500
    with app.state.database.session(reading=True) as db:
        assert db.scalar(sa.text("SELECT count(*) FROM school WHERE name = 'x'")) == 0
    app.state.database.engine.dispose()


@pytest.mark.sqlite
def test_every_sqlite_connection_is_prepared(own: Database) -> None:
    wanted = {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": 10000}
    with own.session(reading=True) as one, own.session(reading=True) as other:
        for db in (one, other):
            assert {name: db.scalar(sa.text(f"PRAGMA {name}")) for name in wanted} == wanted


@pytest.mark.sqlite
def test_a_writing_session_takes_the_lock_before_it_reads(own: Database) -> None:
    with own.session() as db, own.engine.connect() as other:
        db.execute(sa.text("SELECT 1"))
        raw: Any = other.connection.dbapi_connection
        raw.execute("PRAGMA busy_timeout=0")
        with pytest.raises(Exception, match="locked"):
            raw.execute("BEGIN IMMEDIATE")
        raw.execute("PRAGMA busy_timeout=10000")


def test_a_refused_verb_leaves_nothing(db: Session, world: World) -> None:
    claire = world.actor(db, "claire")

    def refused(data: GoalIn) -> None:
        add_goal(db, claire, A, data)
        raise Invalid.one("title", "Non.")

    def conflicting(data: GoalIn) -> None:
        add_goal(db, claire, A, data)
        raise Conflict()

    for verb in (refused, conflicting):
        form = Form(GoalIn, Posted({name: [text] for name, text in GOAL.items()}))
        assert not form.attempt(db, verb)
        assert form.errors
    db.flush()
    assert db.scalars(select(Goal).where(col(Goal.school_id) == world.a.id)).all() == []
    assert audit_chain(db, world.a.id) == []


# --- keys and choices ----------------------------------------------------------------------------------


def test_uuid7_sorts_by_creation() -> None:
    made = [uuid7() for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == 2000
    assert {(key.version, key.variant) for key in made} == {(7, UUID(int=0x8 << 60).variant)}


CHOICES = [
    (table.name, column.name)
    for table in tables.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, sa.Enum)
]


def test_a_column_of_choices_has_its_check() -> None:
    """`test_migrations.py` tries a forbidden value in each; here, none was declared without its CHECK."""
    assert CHOICES
    for table_name, column_name in CHOICES:
        table = tables.metadata.tables[table_name]
        kind: Any = table.columns[column_name].type
        assert kind.create_constraint, (table_name, column_name)
        assert not kind.native_enum
        assert list(kind.enums) == [member.value for member in kind.enum_class]


def test_the_database_refuses_another_state(engine: Engine, db: Session, world: World) -> None:
    goal = add_goal(db, world.actor(db, "claire"), A, GoalIn.model_validate(GOAL))
    with pytest.raises(IntegrityError), db.begin_nested():
        db.execute(sa.text("UPDATE goal SET state = 'paused' WHERE title = :title"), {"title": goal.title})


# --- the commit and the answer -------------------------------------------------------------------------


async def asgi(app: FastAPI, token: str, body: bytes, seen: Callable[[int], None]) -> None:
    """One POST straight into the application; `seen` is called at the moment the status is sent."""
    parts = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Any:
        try:
            return next(parts)
        except StopIteration:
            await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            seen(message["status"])

    headers = [
        (b"host", b"testserver"),
        (b"content-type", b"application/json"),
        (b"authorization", f"Bearer {token}".encode()),
    ]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": GOALS, "raw_path": GOALS.encode(), "query_string": b"", "root_path": "",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("testserver", 80),
    }  # fmt: skip
    await app(scope, receive, send)


def test_the_commit_precedes_the_answer(committed: tuple[str, str], own: Database) -> None:
    app = create_app(Settings(database_url=committed[0], log_level="CRITICAL", now=NOW))
    found: list[tuple[int, bool]] = []
    body = b'{"stake": "dialogue", "title": "Visible avant la r\\u00e9ponse"}'
    asyncio.run(
        asgi(
            app,
            committed[1],
            body,
            lambda status: found.append((status, "Visible avant la réponse" in titles(own))),
        )
    )
    assert found == [(201, True)]
    app.state.database.engine.dispose()


def test_a_commit_that_fails_is_not_a_success(committed: tuple[str, str], own: Database) -> None:
    app = create_app(Settings(database_url=committed[0], log_level="CRITICAL", now=NOW))

    def fail(connection: sa.Connection) -> None:
        if not connection.get_execution_options().get("read_only"):
            raise OperationalError("COMMIT", {}, Exception("disk full"))

    event.listen(app.state.database.engine, "commit", fail)
    found: list[int] = []
    asyncio.run(asgi(app, committed[1], b'{"stake": "dialogue", "title": "Jamais"}', found.append))
    assert found == [503]
    assert "Jamais" not in titles(own)
    app.state.database.engine.dispose()


# --- many at once, on a real server --------------------------------------------------------------------


def test_sixty_writers_and_sixty_readers_all_answer(served: Served) -> None:
    """All at one school: every writer waits for the same ledger row."""
    headers = {"Authorization": f"Bearer {served.token}"}

    async def ask() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(
            base_url=served.url, headers=headers, limits=limits, timeout=PATIENCE
        ) as client:
            asked = []
            for number in range(60):
                asked.append(client.post(GOALS, json=GOAL | {"title": f"Objectif {number:02}"}))
                asked.append(client.get(GOALS))
            return list(await asyncio.wait_for(asyncio.gather(*asked), PATIENCE))

    answers = asyncio.run(ask())
    assert [answer.status_code for answer in answers] == [201, 200] * 60, {answer.text for answer in answers}
    assert {f"Objectif {number:02}" for number in range(60)} <= set(titles(served.database))
    with served.database.session(reading=True) as db:
        assert db.scalars(select(ApiToken.last_used_at).where(col(ApiToken.last_used_at).is_not(None))).all()
        school_id = db.scalar(sa.text("SELECT id FROM school WHERE uai = :uai"), {"uai": A})
        chain = audit_chain(db, UUID(str(school_id)))
    assert [act.position for act in chain] == list(range(1, len(chain) + 1))
    assert all(act.previous_hash == before.hash for before, act in pairwise(chain))


@contextlib.contextmanager
def all_writes_held(database: Database) -> Iterator[None]:
    """As a long write of someone else would: the file's lock on SQLite, the tables' on PostgreSQL."""
    with database.session() as db:
        if not database.is_sqlite:
            db.execute(sa.text("LOCK TABLE school_ledger, goal, audit_event IN ACCESS EXCLUSIVE MODE"))
        yield


def test_the_anonymous_is_refused_before_any_lock(served: Served) -> None:
    url = f"{served.url}{GOALS}"
    with all_writes_held(served.database), httpx.Client(timeout=PATIENCE) as client:
        # The lock stays taken: whoever asks for it is told 503 (SQLite), or nothing at all (PostgreSQL).
        assert client.post(url, json=GOAL).status_code == 401
        assert client.post(url, json=GOAL, headers={"Authorization": "Bearer cfe_x_y"}).status_code == 401
        assert client.post(f"{served.url}/ecoles/{A}/objectifs/nouveau", data=GOAL).status_code == 401
        assert client.get(url, headers={"Authorization": "Bearer x"}).status_code == 401


@pytest.mark.parametrize("door", ["api", "page"])
def test_a_slow_upload_keeps_nobody_waiting(served: Served, door: str) -> None:
    """More of them than there are places in the room, all with half a body sent."""
    path = GOALS if door == "api" else f"/ecoles/{A}/objectifs/nouveau"
    kind = "application/json" if door == "api" else "application/x-www-form-urlencoded"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {served.token}\r\n"
        f"Cookie: session=cookie-of-claire\r\nContent-Type: {kind}\r\nContent-Length: 500\r\n\r\n"
    )
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE))
            slow.sendall(head.encode() + b'{"stake"')
        with httpx.Client(timeout=PATIENCE) as client:
            answer = client.post(
                f"{served.url}{GOALS}", json=GOAL, headers={"Authorization": f"Bearer {served.token}"}
            )
        assert answer.status_code == 201


def test_the_readiness_probe_waits_its_turn(served: Served) -> None:
    """Probes used to take connections away from the requests at work, which then starved each other."""

    async def ask() -> list[int]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=served.url, limits=limits, timeout=PATIENCE) as client:
            asked = [client.get("/readyz") for _ in range(60)]
            return [answer.status_code for answer in await asyncio.wait_for(asyncio.gather(*asked), PATIENCE)]

    assert asyncio.run(ask()) == [200] * 60
