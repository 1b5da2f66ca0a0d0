"""Two migrated databases per worker, one rolled-back transaction per test, the same suite on both engines.

`CONFIANCE_TEST_ENGINE` chooses the engine (sqlite, postgresql); `TEST_DATABASE_URL` is the PostgreSQL server.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import Session
from starlette.types import Receive, Scope, Send

from app import clock
from app.accounts.warm import Remembered
from app.aggregates.answers import Kept
from app.db import Database, make_engine, migrate
from app.main import create_app
from app.prepared import Prepared, Row, inside
from app.reviews.assembled import Assembled
from app.settings import Settings
from tests import postgresql
from tests.inline import Browser
from tests.statements import statements_to
from tests.world import NOW, World, build_world

ENGINE = os.environ.get("CONFIANCE_TEST_ENGINE", "sqlite")
PROCESSES = 2 if ENGINE == "postgresql" else 1
"""As many answer in turn, in every test that is not marked `one_process`: SQLite is for a single one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in ("postgresql", "sqlite"):
            if item.get_closest_marker(name) and name != ENGINE:
                item.add_marker(pytest.mark.skip(reason=f"only means something on {name}"))


@pytest.fixture(scope="session")
def own_database(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Callable[[str], str]]:
    """`own_database("name")` is the URL of an empty database, dropped at the end."""

    made: list[str] = []

    def make(name: str) -> str:
        if ENGINE == "sqlite":
            return f"sqlite:///{Path(tmp_path_factory.mktemp(name)) / 'own.db'}"
        made.append(f"confiance_{name}_{worker_id}")
        return postgresql.fresh_database(os.environ["TEST_DATABASE_URL"], made[-1])

    yield make
    for name in made:
        postgresql.drop_database(os.environ["TEST_DATABASE_URL"], name)


@cache
def _migrated_file() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "empty.db"
        migrate(f"sqlite:///{file}")
        return file.read_bytes()


def migrated(url: str) -> str:
    """Give an empty database the tables of today.

    On SQLite by a copy: the migrations take a second, which ./run soak mutation would pay for each change.
    """
    if ENGINE == "sqlite":
        Path(url.removeprefix("sqlite:///")).write_bytes(_migrated_file())
    else:
        migrate(url)
    return url


@pytest.fixture(scope="session")
def database_url(own_database: Callable[[str], str]) -> str:
    """A migrated database in which nobody lives."""
    return migrated(own_database("empty"))


@pytest.fixture(scope="session")
def empty_engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def inhabited(own_database: Callable[[str], str]) -> Iterator[tuple[Engine, World]]:
    """A database where the world of tests/world.py lives, made once a worker; nothing else is committed."""
    engine = make_engine(migrated(own_database("world")))
    with Session(engine, expire_on_commit=False) as session, session.begin():
        world = build_world(session)
    yield engine, world
    engine.dispose()


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """The database with the world for a test that asks for `world`, the empty one for the others."""
    if "world" in request.fixturenames:
        found: Engine = request.getfixturevalue("inhabited")[0]
        return found
    empty: Engine = request.getfixturevalue("empty_engine")
    return empty


class OneTransaction(Database):
    """Every session of a test is the test's own: nothing is ever committed."""

    def __init__(self, engine: Engine, session: Session) -> None:
        super().__init__(engine)
        self._session = session

    @contextmanager
    def session(self, *, reading: bool = False) -> Iterator[Session]:
        """A failing request rolls back as in production, and no test object can hide a missing load."""
        self._session.expunge_all()
        with self._session.begin_nested():
            yield self._session

    def ask(self, prepared: Prepared, given: Mapping[str, Any]) -> list[Row]:
        """Inside the test's transaction, and seen by `count_queries`."""
        return inside(self._session)(prepared, given)


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Session]:
    """A session whose writes are seen by its own requests and by nobody afterwards."""
    with engine.connect() as connection, connection.begin() as transaction:
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        transaction.rollback()


@pytest.fixture
def db(engine: Engine) -> Iterator[Session]:
    with rolled_back(engine) as session:
        yield session


@pytest.fixture(scope="session", autouse=True)
def pinned_between_tests() -> None:
    """What a whole module shares is made before the clock of a test is pinned: it is never the real day."""
    clock.pin(NOW)


@pytest.fixture(autouse=True)
def pinned_clock(pinned_between_tests: None) -> Iterator[None]:
    clock.pin(NOW)
    yield
    clock.pin(NOW)


@pytest.fixture(autouse=True)
def heard() -> None:
    """A service that a test, or all of a file, started has set the level of the whole process."""
    logging.getLogger().setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def web(database_url: str) -> Iterator[FastAPI]:
    settings = Settings(database_url=database_url, public_url="https://testserver", log_level="ERROR")
    app = create_app(settings)
    yield app
    app.state.database.engine.dispose()


@pytest.fixture
def world(inhabited: tuple[Engine, World]) -> World:
    """Two schools in two circonscriptions and the people of every test (tests/world.py).

    Its rows belong to no session, and every test shares them: `db.merge` one to change it.
    """
    return inhabited[1]


class TakingTurns:
    """The service as several processes would be: no request finds what the one before left in memory."""

    def __init__(self, web: FastAPI, processes: int) -> None:
        self._web = web
        self._memories = cycle([(Kept(), Remembered(), Assembled()) for _ in range(processes)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = self._web.state
        state.answers, state.remembered, state.assembled = next(self._memories)
        await self._web(scope, receive, send)


@pytest.fixture
def processes(request: pytest.FixtureRequest) -> int:
    return 1 if request.node.get_closest_marker("one_process") else PROCESSES


@pytest.fixture
def sign_in(
    web: FastAPI, engine: Engine, db: Session, world: World, processes: int
) -> Iterator[Callable[[str], TestClient]]:
    """`sign_in("claire")` is a browser of hers; `sign_in("anonymous")` has no cookie."""
    before = web.state.database
    web.state.database = OneTransaction(engine, db)
    # What is undone after a test must not be remembered in the next one.
    web.state.answers, web.state.remembered, web.state.assembled = Kept(), Remembered(), Assembled()
    served = web if processes == 1 else TakingTurns(web, processes)

    def client(name: str) -> TestClient:
        browser = Browser(served)
        if name != "anonymous":
            browser.cookies.set("__Host-session", world.cookies[name], domain="testserver.local")
            browser.headers["X-Test-CSRF"] = world.csrf(name)
        return browser

    yield client
    web.state.database = before


@pytest.fixture
def count_queries(engine: Engine) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with count_queries() as queries:` lists the statements sent meanwhile, savepoints left out."""
    return lambda: statements_to(engine)


@pytest.fixture
def reference() -> Path:
    """The folder of the ministry's files; tests that need one skip without it."""
    return Path(__file__).resolve().parent.parent.parent / "shared" / "data"
