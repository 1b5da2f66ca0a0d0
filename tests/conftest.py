"""One migrated database per worker, one rolled-back transaction per test, the same suite on both engines.

`CONFIANCE_TEST_ENGINE` chooses the engine (sqlite, postgresql); `TEST_DATABASE_URL` is the PostgreSQL server.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import Session

from app import clock
from app.db import Database, make_engine, migrate
from app.main import create_app
from app.settings import Settings
from tests import postgresql
from tests.world import NOW, World, build_world

ENGINE = os.environ.get("CONFIANCE_TEST_ENGINE", "sqlite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in ("postgresql", "sqlite"):
            if item.get_closest_marker(name) and name != ENGINE:
                item.add_marker(pytest.mark.skip(reason=f"only means something on {name}"))


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """An empty, migrated database of this worker's own."""
    if ENGINE == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"
    else:
        url = postgresql.fresh_database(os.environ["TEST_DATABASE_URL"], f"confiance_{worker_id}")
    migrate(url)
    return url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


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


@pytest.fixture(autouse=True)
def pinned_clock() -> Iterator[None]:
    clock.pin(NOW)
    yield
    clock.pin(None)


@pytest.fixture(scope="session")
def web(database_url: str) -> Iterator[FastAPI]:
    settings = Settings(database_url=database_url, public_url="https://testserver", log_level="ERROR")
    app = create_app(settings)
    yield app
    app.state.database.engine.dispose()


@pytest.fixture
def world(db: Session) -> World:
    """Two schools in two circonscriptions and the people of every test (tests/world.py)."""
    return build_world(db)


@pytest.fixture
def sign_in(web: FastAPI, engine: Engine, db: Session, world: World) -> Iterator[Callable[[str], TestClient]]:
    """`sign_in("claire")` is a browser of hers; `sign_in("anonymous")` has no cookie."""
    before = web.state.database
    web.state.database = OneTransaction(engine, db)

    def client(name: str) -> TestClient:
        browser = TestClient(web, base_url="https://testserver", follow_redirects=False)
        if name != "anonymous":
            browser.cookies.set("__Host-session", world.cookies[name], domain="testserver.local")
            browser.headers["X-Test-CSRF"] = world.csrf(name)
        return browser

    yield client
    web.state.database = before


@pytest.fixture
def count_queries(engine: Engine) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with count_queries() as queries:` lists the statements sent meanwhile, savepoints left out."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
            if "SAVEPOINT" not in statement:
                sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def reference() -> Path:
    """The folder of the ministry's files; tests that need one skip without it."""
    return Path(__file__).resolve().parent.parent.parent / "shared" / "data"
