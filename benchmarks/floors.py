"""What the measured questions would cost with nothing around them: no sign-in, no audit, no rule."""

import hashlib
import hmac
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from sqlalchemy import event
from starlette.responses import Response

_local = threading.local()


def connection() -> sqlite3.Connection:
    """One connection a thread, with the settings of the product."""
    if not hasattr(_local, "connection"):
        found = sqlite3.connect(os.environ["FLOOR_DATABASE"], isolation_level=None)
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
            found.execute(f"PRAGMA {pragma}")
        _local.connection = found
    return _local.connection  # type: ignore[no-any-return]  # a thread-local has no types


def postgresql_connection() -> Any:
    """One connection a thread; the driver prepares by itself what it is given five times."""
    import psycopg

    if not hasattr(_local, "postgresql"):
        _local.postgresql = psycopg.connect(os.environ["FLOOR_DATABASE"], autocommit=True)
    return _local.postgresql


def _app() -> FastAPI:
    app = FastAPI(openapi_url=None)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app


TOTALS = """
SELECT t.indicator, t.term, t.status, t.counted, t.out_of, t.answers, t.grades
FROM term_total AS t JOIN school ON school.id = t.school_id
WHERE school.uai = ? ORDER BY t.term, t.indicator
"""


def read() -> FastAPI:
    """The rows of one school: the same SELECT through sqlite3, then orjson."""
    return _reading(lambda uai: connection().execute(TOTALS, (uai,)))


def read_postgresql() -> FastAPI:
    sql = TOTALS.replace("?", "%s")
    return _reading(lambda uai: postgresql_connection().execute(sql, (uai,)))


def _reading(asked: Callable[[str], Any]) -> FastAPI:
    import orjson

    app = _app()

    @app.get("/totals/{uai}")
    def totals(uai: str) -> Response:
        found = asked(uai)
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found]
        return Response(orjson.dumps({"items": rows}), media_type="application/json")

    return app


def write() -> FastAPI:
    """One INSERT and its commit."""
    connection().execute("CREATE TABLE IF NOT EXISTS written (school, indicator, term, counted, out_of)")
    sql = "INSERT INTO written VALUES (?, ?, ?, ?, ?)"  # each its own transaction
    return _writing(lambda row: connection().execute(sql, row))


def write_postgresql() -> FastAPI:
    columns = "school text, indicator text, term text, counted int, out_of int"
    postgresql_connection().execute(f"CREATE TABLE IF NOT EXISTS written ({columns})")
    sql = "INSERT INTO written VALUES (%s, %s, %s, %s, %s)"
    return _writing(lambda row: postgresql_connection().execute(sql, row))


def _writing(written: Callable[[list[Any]], object]) -> FastAPI:
    app = _app()

    @app.post("/measurements", status_code=201)
    def post(data: dict[str, Any]) -> dict[str, Any]:
        written([data[name] for name in ("school", "indicator", "term", "counted", "out_of")])
        return data

    return app


GUARDED = """
CREATE TABLE IF NOT EXISTS token (id TEXT PRIMARY KEY, hash TEXT, school TEXT);
CREATE TABLE IF NOT EXISTS ledger (school TEXT PRIMARY KEY, version INTEGER, last_hash TEXT);
CREATE TABLE IF NOT EXISTS figure (school, indicator, term, version, counted, out_of,
    PRIMARY KEY (school, indicator, term, version));
CREATE TABLE IF NOT EXISTS total (school, indicator, term, counted, out_of,
    PRIMARY KEY (school, indicator, term));
CREATE TABLE IF NOT EXISTS event (school, position, said TEXT, hash TEXT, PRIMARY KEY (school, position));
"""


def guarded() -> FastAPI:
    """What is promised of a write, by hand: a token checked, the turn, the figure, its total, its event.

    One transaction, no ORM, nothing validated beyond the types, no right looked up: the least that the
    guarantees themselves cost.
    """
    app = _app()
    connection().executescript(GUARDED)

    @app.post("/measurements", status_code=201)
    def post(data: dict[str, Any]) -> dict[str, Any]:
        db, school = connection(), data["school"]
        place = school, data["indicator"], data["term"]
        found = db.execute("SELECT hash FROM token WHERE id = ?", (school,)).fetchone()
        hmac.compare_digest(hashlib.sha256(school.encode()).hexdigest(), found[0] if found else "")
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT OR IGNORE INTO ledger VALUES (?, 0, '')", (school,))
        turn = "UPDATE ledger SET version = version + 1 WHERE school = ? RETURNING version, last_hash"
        version, previous = db.execute(turn, (school,)).fetchone()
        figure = (
            "SELECT * FROM figure WHERE (school, indicator, term) = (?, ?, ?) ORDER BY version DESC LIMIT 1"
        )
        before = db.execute(figure, place).fetchone()
        values = *place, data["counted"], data["out_of"]
        db.execute("INSERT INTO figure VALUES (?, ?, ?, ?, ?, ?)", (*place, version, *values[3:]))
        db.execute("INSERT OR REPLACE INTO total VALUES (?, ?, ?, ?, ?)", values)
        said = json.dumps({"before": before, "after": values, "previous": previous})
        chained = hashlib.sha256(said.encode()).hexdigest()
        db.execute("INSERT INTO event VALUES (?, ?, ?, ?)", (school, version, said, chained))
        db.execute("UPDATE ledger SET last_hash = ? WHERE school = ?", (chained, school))
        db.execute("COMMIT")
        return data

    return app


def naive() -> FastAPI:
    """The same as tutorials of FastAPI and SQLModel write it: a session a request, no order of arrival."""
    from sqlmodel import Field, Session, SQLModel, create_engine

    class Written(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        school: str
        indicator: str
        term: str
        counted: int
        out_of: int

    engine = create_engine(f"sqlite:///{os.environ['FLOOR_DATABASE']}")

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    SQLModel.metadata.create_all(engine, tables=[SQLModel.metadata.tables["written"]])
    app = _app()

    def session() -> Iterator[Session]:
        with Session(engine) as found:
            yield found

    @app.post("/measurements", status_code=201)
    def post(data: Written, db: Annotated[Session, Depends(session)]) -> Written:
        db.add(data)
        db.commit()
        db.refresh(data)
        return data

    return app


# --- pages ---------------------------------------------------------------------------------------------


def pages() -> FastAPI:
    """The files of a folder, compressed beforehand, and the product's own style sheets and scripts."""
    from app.web.static_files import FOREVER, router

    app, folder = _app(), Path(os.environ["FLOOR_FOLDER"])
    app.include_router(router)
    files = {file.name: file.read_bytes() for file in folder.iterdir()}

    @app.get("/pages/{name}")
    def page(name: str) -> Response:
        return Response(files[f"{name}.gz"], media_type="text/html", headers={"Content-Encoding": "gzip"})

    @app.get("/scripts/{name}")
    def script(name: str) -> Response:
        headers = {"Content-Encoding": "br", "Cache-Control": FOREVER}
        return Response(files[f"{name}.br"], media_type="text/javascript", headers=headers)

    return app


# --- pooled figures ------------------------------------------------------------------------------------

POOLED = """
SELECT t.term, t.indicator, t.counted, t.out_of, t.schools
FROM circonscription_total AS t JOIN territory ON territory.id = t.circonscription_id
WHERE territory.level = 'circonscription' AND territory.code = ? AND NOT t.is_small
ORDER BY t.indicator, t.term
"""
KEPT = """
SELECT territory.code, c.counted, c.out_of, c.schools_reporting
FROM release_cell AS c JOIN territory ON territory.id = c.territory_id
WHERE c.term = ? AND c.number = 1 AND c.indicator = ? AND territory.level = 'circonscription'
"""
FOLDED = """
SELECT territory.code, sum(t.counted), sum(t.out_of), count(*)
FROM transmission AS s
JOIN transmitted_total AS t ON t.school_id = s.school_id AND t.term = s.term AND t.number = s.number
JOIN school_year_profile AS p ON p.school_id = s.school_id
JOIN territory ON territory.id = p.circonscription_id
WHERE s.term = ? AND t.indicator = ? AND t.status = 'value' AND (t.out_of IS NULL OR t.out_of >= 11)
    AND s.number = (SELECT max(number) FROM transmission WHERE school_id = s.school_id AND term = s.term)
    AND p.year = (SELECT max(year) FROM school_year_profile
                  WHERE school_id = s.school_id AND year <= substr(s.term, 1, 9))
GROUP BY territory.code
"""
NATIONAL = """
SELECT c.term, c.indicator, c.counted, c.out_of FROM release_cell AS c
JOIN territory ON territory.id = c.territory_id WHERE territory.level = 'national'
"""


def pooled() -> FastAPI:
    """The sums as they are kept, asked for and sent as they come."""
    import orjson

    app = _app()

    def answer(sql: str, *values: str) -> Response:
        rows = connection().execute(sql, values).fetchall()
        return Response(orjson.dumps({"items": rows}), media_type="application/json")

    @app.get("/circonscription/{code}")
    def circonscription(code: str) -> Response:
        return answer(POOLED, code)

    @app.get("/same/{code}")
    def same(code: str, size: int) -> Response:
        """One indexed SELECT, then as many bytes as ours: what a kept answer could cost at best."""
        connection().execute("SELECT id FROM territory WHERE level = 'circonscription' AND code = ?", (code,))
        return Response(b" " * size, media_type="application/json")

    @app.get("/kept/{term}/{indicator}")
    def kept(term: str, indicator: str) -> Response:
        return answer(KEPT, term, indicator)

    @app.get("/folded/{term}/{indicator}")
    def folded(term: str, indicator: str) -> Response:
        return answer(FOLDED, term, indicator)

    @app.get("/national")
    def national() -> Response:
        return answer(NATIONAL)

    return app
