"""Sessions and transactions: the only module that knows the manners of SQLite and PostgreSQL.

A request is one transaction. A GET gets a read-only one; the commit precedes the answer (function scope).
"""

import os
import re
import select
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar, TypeVarTuple
from uuid import UUID

import anyio
import anyio.to_thread
import pydantic
import sqlalchemy as sa
from fastapi import Depends, Request
from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlmodel import Session, SQLModel

from app.domain.personal import refuse_personal
from app.domain.school_year import TERM_PATTERN, YEAR_PATTERN, SchoolYear, Term
from app.errors import Unavailable
from app.gate import Gate
from app.prepared import Prepared, Row, alone, run_at_driver

Found = TypeVar("Found")
Given = TypeVarTuple("Given")

ROOT = Path(__file__).resolve().parent.parent
SAFE_METHODS = frozenset({"GET", "HEAD"})

SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


# --- column and field types shared by every table -----------------------------------------------------

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def _iso_day(value: object) -> object:
    """A day, not an instant: pydantic alone would also take timestamps and numbers."""
    if type(value) is date or (isinstance(value, str) and _ISO_DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("day", "a day is expected")


def refuse_control(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("ce texte contient un caractère qui ne peut pas être enregistré")
    return value


# Bounds stay on the field: inside an alias they win silently.
Whole = Annotated[int, pydantic.Field(strict=True)]
Flag = Annotated[bool, pydantic.Field(strict=True)]
Day = Annotated[date, BeforeValidator(_iso_day)]
Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(refuse_control)]
Impersonal = Annotated[Text, AfterValidator(refuse_personal)]
TermKey = Annotated[str, AfterValidator(Term), WithJsonSchema({"type": "string", "pattern": TERM_PATTERN})]
YearKey = Annotated[
    str, AfterValidator(SchoolYear), WithJsonSchema({"type": "string", "pattern": YEAR_PATTERN})
]


def choice(kind: type[StrEnum]) -> sa.Enum:
    """A column holding the values of an enumeration, kept by a CHECK on both databases."""
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=24,
        name=re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(),
        values_callable=lambda members: [member.value for member in members],
    )


def uuid7() -> UUID:
    """A key that sorts by creation time (RFC 9562 §5.7); the standard library has it from 3.14 only.

    The 12 bits after the version are the fraction of the millisecond (§6.2, method 3): rows made in one
    request keep their order too.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    value = (milliseconds << 80) | (0x7 << 76) | (fraction << 64) | int.from_bytes(os.urandom(8), "big")
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


# --- engine -------------------------------------------------------------------------------------------


def make_engine(url: str, *, threads: int = 4) -> Engine:
    """One more connection than threads: the touch of a session after an answer has its own."""
    is_sqlite = sa.engine.make_url(url).get_backend_name() == "sqlite"
    engine = sa.create_engine(
        url,
        pool_size=threads + 1,
        max_overflow=0,
        pool_timeout=10,
        connect_args={} if is_sqlite else {"autocommit": True},  # we say BEGIN: a SELECT alone is one trip
        hide_parameters=True,  # what people typed does not belong in a log
    )
    (_teach_sqlite if is_sqlite else _teach_postgresql)(engine)
    return engine


def _teach_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver's own timing leaks savepoints
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("read_only", False)
        run_at_driver(connection, f"PRAGMA query_only={int(reading)}")
        # Take the write lock first: a transaction that upgrades later fails at once, "database is locked".
        run_at_driver(connection, "BEGIN" if reading else "BEGIN IMMEDIATE")


def _teach_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "checkout")
    def _look(connection: Any, _record: object, _lent: object) -> None:
        """A server that hung up, or is about to, has said so: nothing has to be asked to hear it."""
        heard = select.poll()
        if not connection.closed:
            heard.register(connection.fileno(), select.POLLIN)
        if connection.closed or heard.poll(0):
            raise sa.exc.DisconnectionError()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("read_only", False)
        run_at_driver(connection, "BEGIN READ ONLY" if reading else "BEGIN")


class Database:
    """The engine and the two kinds of transaction taken from it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._reading, self._writing = (engine.execution_options(read_only=told) for told in (True, False))

    @contextmanager
    def session(self, *, reading: bool = False) -> Iterator[Session]:
        bind = self._reading if reading else self._writing
        # Nothing expires at the commit: what is done after the answer still reads the rows it was given.
        with Session(bind, expire_on_commit=False) as session, session.begin():
            yield session

    def ask(self, prepared: Prepared, given: Mapping[str, Any]) -> list[Row]:
        """One SELECT alone, which needs no transaction around it to see one state of the data."""
        return alone(self.engine, prepared, given)

    async def look(self, short: Callable[[*Given], Found], *given: *Given) -> Found:
        """What asks one SELECT: on the event loop where there is no server to wait for (docs/adr/0026)."""
        return short(*given) if self.is_sqlite else await anyio.to_thread.run_sync(short, *given)


def migrate(url: str, revision: str = "head") -> None:
    """Bring the schema to `revision`; the commands of alembic.ini work from any directory."""
    from alembic import command
    from alembic.config import Config

    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["url"] = url
    if revision == "base" or revision.startswith("-"):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


# --- one request --------------------------------------------------------------------------------------


async def enter_room(request: Request) -> AsyncIterator[None]:
    """At most as many requests at work as there are worker threads and connections.

    Raises Unavailable when too many wait for that already.
    """
    gate: Gate = request.app.state.gate
    if gate.is_full:
        raise Unavailable()
    async with gate.room:
        yield


InRoom = Annotated[None, Depends(enter_room, scope="function")]


class Key(Protocol):
    """What makes a request that arrives twice be done once (app/once)."""

    def begin(self, db: Session, caller_id: UUID) -> None: ...


async def get_session(request: Request, _: InRoom) -> AsyncIterator[Session]:
    """One transaction per request; a GET cannot write; the commit precedes the answer.

    One writer at a time on SQLite, in order of arrival: its own busy handler is unfair.
    """
    database: Database = request.app.state.database
    gate: Gate = request.app.state.gate
    reading = request.method in SAFE_METHODS
    if reading and database.is_sqlite:
        with database.session(reading=True) as session:  # no server to wait for when it ends
            yield session
        return
    transaction = _left_in_a_thread(database.session(reading=reading))
    async with gate.writer if database.is_sqlite else nullcontext(), transaction as session:
        key: Key | None = getattr(request.state, "once", None)
        caller_id: UUID | None = getattr(request.state, "caller_id", None)
        if key is not None and caller_id is not None:
            await anyio.to_thread.run_sync(key.begin, session, caller_id)
        yield session


@asynccontextmanager
async def _left_in_a_thread(transaction: AbstractContextManager[Session]) -> AsyncIterator[Session]:
    """A session is opened on the event loop, as no connection is taken before its first statement.

    Its end waits for the database, and whatever happens to the request it comes.
    """
    session = transaction.__enter__()

    async def leave(*problem: Any) -> bool | None:
        is_settled = None
        with anyio.CancelScope(shield=True):
            is_settled = await anyio.to_thread.run_sync(transaction.__exit__, *problem)
        return is_settled

    try:
        yield session
    except BaseException as problem:
        if not await leave(type(problem), problem, problem.__traceback__):
            raise
    else:
        await leave(None, None, None)


Db = Annotated[Session, Depends(get_session, scope="function")]


async def take_writing_place(request: Request, _: InRoom) -> AsyncIterator[None]:
    state = request.app.state
    async with state.gate.writer if state.database.is_sqlite else nullcontext():
        yield


def get_writing_session(
    request: Request, _: Annotated[None, Depends(take_writing_place, scope="function")]
) -> Iterator[Session]:
    with request.app.state.database.session() as session:
        yield session


WritingDb = Annotated[Session, Depends(get_writing_session, scope="function")]
"""For the one GET that writes: the way back from an identity provider, which no form of ours can be."""
