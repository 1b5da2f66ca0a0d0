"""What a school's own questions cost when it is one of a hundred, and one of forty-eight thousand."""

import dataclasses
import hashlib
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from app.db import Database, make_engine
from app.domain.uai import LETTERS
from benchmarks.clients import one_client
from benchmarks.measuring import Report, in_turn
from benchmarks.peers import FOLDER
from benchmarks.servers import ROOT, Ask, Server, Side, confiance
from benchmarks.world import Country, Head, Rows, build, head_of, past_years
from benchmarks.writing import Boxes

SIZES = (100, 1_000, 10_000, 48_000)
FEW, MANY = SIZES[0], SIZES[-1]
HEADS, ROUNDS, TIMES = 100, 3, 20
"""Heads are drawn all over the country; each round of each question asks `TIMES` of them."""
FLAT = 1.3
COPIED = "school", "school_ledger", "school_year_profile", "measurement", "term_total"


def run() -> Report:
    report = Report.on("scale")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        countries = {size: _country(size, Path(folder)) for size in SIZES}
        for size, country in countries.items():
            report.number(f"{size} schools", _weight(country))
        running = {size: servers.enter_context(confiance(country.url)) for size, country in countries.items()}
        for question, side in QUESTIONS.items():
            asked = {size: one_client(side(running[size], countries[size]), TIMES) for size in SIZES}
            found = in_turn({f"{size} schools": measure for size, measure in asked.items()}, ROUNDS)
            for name, samples in found.items():
                report.side(f"{question}, {name}", samples)
            ratio = found[f"{MANY} schools"].p50 / found[f"{FEW} schools"].p50
            report.at_most(f"{question}, {MANY} schools to {FEW}", ratio, FLAT)
            report.at_most(f"{question}, errors", sum(samples.errors for samples in found.values()), 0)
    return report


# --- the questions -------------------------------------------------------------------------------------


def _each(asks: Callable[[Head, Country], Ask]) -> Callable[[Server, Country], Side]:
    """One head after another: a page of the database that was just read helps nobody."""

    def side(server: Server, country: Country) -> Side:
        number = count()
        return Side(server, lambda _: asks(country.heads[next(number) % HEADS], country))

    return side


def _totals(head: Head, _country: Country) -> Ask:
    return Ask(f"/api/v1/schools/{head.uai}/totals", {"Authorization": f"Bearer {head.token}"})


def _sheet(head: Head, _country: Country) -> Ask:
    return Ask(f"/ecoles/{head.uai}", {"Cookie": f"session={head.cookie}"})


def _dashboard(head: Head, country: Country) -> Ask:
    path = f"/ecoles/{head.uai}/tableau-de-bord/{country.terms[-1]}"
    return Ask(path, {"Cookie": f"session={head.cookie}"})


def _writing(server: Server, country: Country) -> Side:
    """In the years before, which are empty."""
    boxes, number, now = Boxes(dataclasses.replace(country, years=country.years[:-1])), count(), [0]

    def ask(_: int) -> Ask:
        now[0] = next(number) % HEADS
        return boxes.ask(now[0])

    return Side(server, ask, lambda _, body: boxes.hear(now[0], body))


QUESTIONS: dict[str, Callable[[Server, Country], Side]] = {
    "totals asked first": _each(_totals),  # 20 heads a round: nobody asks twice
    "totals asked again": _each(_totals),
    "one measurement written": _writing,
    "sheet": _each(_sheet),
    "dashboard": _each(_dashboard),
}

# --- the countries -------------------------------------------------------------------------------------


def _country(size: int, folder: Path) -> Country:
    """A copy of the kept country, with heads whose tokens and sessions are of today."""
    file = folder / f"{size}.db"
    shutil.copy(_kept(size), file)
    url, years = f"sqlite:///{file}", past_years()
    database, dice = Database(make_engine(url)), random.Random(size)
    rows: Rows = {}
    with database.session() as db:
        schools = list(db.execute(sa.text("SELECT id, uai FROM school ORDER BY rowid")))
        heads = [
            head_of(rows, number, UUID(school), uai)
            for number, (school, uai) in enumerate(dice.sample(schools, HEADS))
        ]
        for table, lines in rows.items():
            db.execute(sa.insert(table), lines)
    database.engine.dispose()
    return Country(url, years, tuple(heads))


def _weight(country: Country) -> str:
    file = country.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as db:
        (rows,) = db.execute("SELECT count(*) FROM measurement").fetchone()
    size = Path(file).stat().st_size
    return f"{size / 1e6:.0f} MB, {size / rows:.0f} bytes a measurement with its total, school and indexes"


def _kept(size: int) -> Path:
    """The file in .bench/, made anew when what it is made by has changed."""
    sources = [Path(__file__), ROOT / "benchmarks" / "world.py", *sorted((ROOT / "migrations").rglob("*.py"))]
    made_by = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    file = FOLDER / "scale" / f"{size}-{past_years()[-1]}-{made_by}.db"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        for old in file.parent.glob(f"{size}-*"):
            old.unlink()
        making = file.with_suffix(".making")
        if size == FEW:
            build(f"sqlite:///{making}", FEW, heads=0)
            _keep_one_year(making)
        else:
            shutil.copy(_kept(FEW), making)
            multiply(making, size // FEW)
        making.rename(file)
    return file


def _keep_one_year(file: Path) -> None:
    """Fifteen figures a school, and half a gigabyte in all: more years would be more to wait for."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        for table in ("measurement", "term_total"):
            db.execute(f"DELETE FROM {table} WHERE term < ?", (past_years()[-1],))
        db.execute("VACUUM")


def multiply(file: Path, times: int) -> None:
    """Copies of the hundred schools, their figures changed, by SQL alone: a tenth of what an ORM takes."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("BEGIN")
        db.execute("CREATE TEMP TABLE copy (n INTEGER PRIMARY KEY)")
        db.executemany("INSERT INTO copy VALUES (?)", ((n,) for n in range(1, times)))
        places = ("territory", "level = 'circonscription'")
        for table, where in (places, *((table, "true") for table in COPIED)):
            names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            told = ", ".join(_CHANGED.get((table, name)) or _CHANGED.get(("", name), name) for name in names)
            db.execute(f"CREATE TEMP TABLE one AS SELECT * FROM {table} WHERE {where}")
            db.execute(f"INSERT INTO {table} SELECT {told} FROM copy CROSS JOIN one")
            db.execute("DROP TABLE temp.one")
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode=WAL")


def _copy_of(column: str) -> str:
    """A key beside its original's in every index: the hundred lie scattered among their copies."""
    return f"substr({column}, 1, 24) || printf('%08x', n)"


_NUMBER = f"(CAST(substr(uai, 1, 7) AS INTEGER) + n * {FEW})"
_CHANGED = {
    ("", "id"): _copy_of("id"),
    ("", "school_id"): _copy_of("school_id"),
    ("", "circonscription_id"): _copy_of("circonscription_id"),
    ("", "uai"): f"printf('%07d', {_NUMBER}) || substr('{LETTERS}', {_NUMBER} % 23 + 1, 1)",
    ("", "counted"): "CASE WHEN out_of IS NULL THEN counted ELSE (counted + n) % (out_of + 1) END",
    ("territory", "code"): f"'C' || (CAST(substr(code, 2) AS INTEGER) + n * {FEW})",
    ("territory", "name"): f"'C' || (CAST(substr(code, 2) AS INTEGER) + n * {FEW})",
    ("territory", "folded_name"): f"'c' || (CAST(substr(code, 2) AS INTEGER) + n * {FEW})",
}
"""What a copy has of its own, by table and column."""
