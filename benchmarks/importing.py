"""Bring in 100,000 relevés from CSV files: each line judged, totals kept, one audit event a file."""

import csv
import io
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa

from app.db import Database, make_engine, uuid7
from app.domain.vocabulary import Door, Source, Status
from app.measurements.models import Measurement, TermTotal
from app.schools.models import School, TrackedIndicator
from benchmarks.clients import Client
from benchmarks.databases import POSTGRESQL, also_on_postgresql, driver_url
from benchmarks.measuring import OURS, Report, Samples, in_turn
from benchmarks.servers import Ask, Server, Side, confiance
from benchmarks.world import Country, build

FLOOR, PEER = "floor: csv + executemany", "peer: csv + session.add_all"
INDICATORS = 333
"""Of the school's own: with fifteen terms, as many lines as one file may have (app/exchange)."""
FEW = 33
FILES, SHORT_FILES, POSTGRESQL_FILES = 20, 4, 6
"""Each for a school that has no figure yet; the first of a row only warms up."""
PG_FLOOR = "floor: COPY to a staging table"
HEAD = ("Indicateur", "Trimestre", "Nombre", "Sur combien")


def run() -> Report:
    report = Report.on("import")
    with tempfile.TemporaryDirectory() as folder:
        countries = {
            name: _country(f"sqlite:///{folder}/{place}.db") for place, name in enumerate((OURS, FLOOR, PEER))
        }
        terms = countries[OURS].terms
        long, short = _file(terms, INDICATORS), _file(terms, FEW)
        with confiance(countries[OURS].url) as server:
            before = server.memory()
            ours = Sending(server, countries[OURS], long)
            sides = {
                OURS: ours.send,
                FLOOR: Bare(countries[FLOOR], long).send,
                PEER: Naive(countries[PEER], long).send,
            }
            found = in_turn(sides, FILES - 1)
            grown = (server.memory() - before) / 1e6
            ours.file = short
            few = in_turn({OURS: ours.send}, SHORT_FILES - 1)[OURS]
    lines = INDICATORS * len(terms)
    for name, samples in found.items():
        report.side(f"{name}, {lines} lines", samples, f"{samples.p50 / lines * 1e6:.0f} µs a line")
    fewer, times = FEW * len(terms), found[OURS].times
    report.side(f"{OURS}, {fewer} lines", few, f"{few.p50 / fewer * 1e6:.0f} µs a line")
    report.at_most("p50 to the floor", found[OURS].p50 / found[FLOOR].p50, 3)
    report.at_least("session.add_all's p50 to ours", found[PEER].p50 / found[OURS].p50, 8)
    report.at_most(f"memory gained by {FILES * lines} lines, MB", grown, 150)
    each = (found[OURS].p50 / lines) / (few.p50 / fewer)
    report.at_most(f"a line of {lines} to a line of {fewer}", each, 1.3)
    grows = Samples(times[-2:]).p50 / Samples(times[:2]).p50
    report.at_most(f"the last lines of {FILES * lines} to the first", grows, 1.3)
    report.at_most("errors", found[OURS].errors + few.errors, 0)
    also_on_postgresql(report, _on_postgresql)
    return report


def _on_postgresql(report: Report, url: str) -> None:
    country = _country(url)
    file = _file(country.terms, INDICATORS)
    with confiance(url) as server:
        sides = {OURS: Sending(server, country, file).send, PG_FLOOR: Copied(country, file).send}
        found = in_turn(sides, POSTGRESQL_FILES - 1)
    lines = INDICATORS * len(country.terms)
    for name, samples in found.items():
        told = f"{samples.p50 / lines * 1e6:.0f} µs a line"
        report.side(f"{POSTGRESQL}: {name}, {lines} lines", samples, told)
    report.at_most(f"{POSTGRESQL}: p50 to the floor", found[OURS].p50 / found[PG_FLOOR].p50, 3)
    report.at_most(f"{POSTGRESQL}: errors", found[OURS].errors, 0)


def _country(url: str) -> Country:
    """Schools without a figure; each import has one to itself. All follow indicators of their own."""
    schools = FILES + SHORT_FILES
    country = build(url, schools, heads=schools, is_filled=False)
    database = Database(make_engine(country.url))
    with database.session() as db:
        db.execute(
            sa.insert(TrackedIndicator),
            [
                {"school_id": school, "slug": f"own-{number}", "is_own": True, "label": f"Veillée {number}",
                 "counted_label": "familles venues", "out_of_label": "familles", "unit_one": "famille",
                 "unit_many": "familles", "since_term": country.terms[0]}
                for school in db.scalars(sa.select(School.id))  # type: ignore[call-overload]  # a column
                for number in range(INDICATORS)
            ],
        )  # fmt: skip
    database.engine.dispose()
    return country


def _file(terms: tuple[str, ...], indicators: int) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEAD)
    for number in range(indicators):
        writer.writerows(
            (f"Veillée {number}", term, (number + place) % 40, 40) for place, term in enumerate(terms)
        )
    return text.getvalue()


class Sending:
    """Through the door: another school each time."""

    def __init__(self, server: Server, country: Country, file: str) -> None:
        self.server, self.file, self.heads = server, file, iter(country.heads)
        self.client = Client(Side(server, lambda _: self._ask()))

    def _ask(self) -> Ask:
        head = next(self.heads)
        return Ask(
            f"/api/v1/imports?kind=measurements&uai={head.uai}",
            {"Authorization": f"Bearer {head.token}", "Content-Type": "text/csv"},
            "POST",
            self.file.encode(),
        )

    def send(self) -> Samples:
        before = self.server.cpu()
        samples = self.client.send(1)
        return Samples(samples.times, samples.errors, self.server.cpu() - before)


class Bare:
    """The same rows in the same tables by sqlite3 alone: nothing judged, nothing added up."""

    def __init__(self, country: Country, file: str) -> None:
        self.file, self.connection = file, sqlite3.connect(country.url.removeprefix("sqlite:///"))
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.schools = iter([row[0] for row in self.connection.execute("SELECT id FROM school")])

    def send(self) -> Samples:
        school, began, cpu = next(self.schools), time.perf_counter(), time.process_time()
        lines = list(csv.reader(io.StringIO(self.file), delimiter=";"))[1:]
        now = datetime.now(UTC).isoformat(" ")
        self.connection.executemany(
            "INSERT INTO measurement (school_id, id, term, indicator, grade, source, source_key, status,"
            " counted, out_of, version, door, recorded_at)"
            " VALUES (?, ?, ?, ?, 'all', 'typed', '', 'value', ?, ?, 1, 'api', ?)",
            (
                (school, uuid7().hex, term, slug, int(counted), int(of), now)
                for slug, term, counted, of in lines
            ),
        )
        self.connection.executemany(
            "INSERT INTO term_total (school_id, indicator, term, status, counted, out_of, answers, grades)"
            " VALUES (?, ?, ?, 'value', ?, ?, 1, 0)",
            ((school, slug, term, int(counted), int(of)) for slug, term, counted, of in lines),
        )
        self.connection.commit()
        return Samples((time.perf_counter() - began,), cpu=time.process_time() - cpu)


class Copied:
    """The same rows in the same tables by PostgreSQL alone, which reads the file itself."""

    def __init__(self, country: Country, file: str) -> None:
        self.file, self.connection = file, psycopg.connect(driver_url(country.url))
        self.schools = iter([head.uai for head in reversed(country.heads)])  # ours begins at the other end

    def send(self) -> Samples:
        uai, began, cpu = next(self.schools), time.perf_counter(), time.process_time()
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE staged (indicator text, term text, counted int, out_of int) ON COMMIT DROP"
            )
            with cursor.copy("COPY staged FROM STDIN (FORMAT csv, DELIMITER ';', HEADER)") as copy:
                copy.write(self.file)
            cursor.execute(
                "INSERT INTO measurement (school_id, id, term, indicator, grade, source, source_key, status,"
                " counted, out_of, version, door, recorded_at)"
                " SELECT school.id, gen_random_uuid(), staged.term, staged.indicator, 'all', 'typed', '',"
                " 'value', staged.counted, staged.out_of, 1, 'api', now()"
                " FROM staged, school WHERE school.uai = %s",
                (uai,),
            )
            cursor.execute(
                "INSERT INTO term_total"
                " (school_id, indicator, term, status, counted, out_of, answers, grades)"
                " SELECT school.id, staged.indicator, staged.term, 'value',"
                " staged.counted, staged.out_of, 1, 0"
                " FROM staged, school WHERE school.uai = %s",
                (uai,),
            )
        return Samples((time.perf_counter() - began,), cpu=time.process_time() - cpu)


class Naive:
    """The same rows as objects of a session, as one writes it first."""

    def __init__(self, country: Country, file: str) -> None:
        self.file, self.database = file, Database(make_engine(country.url))
        with self.database.session(reading=True) as db:
            self.schools = iter(list(db.scalars(sa.select(School.id))))  # type: ignore[call-overload]  # a column

    def send(self) -> Samples:
        school, began, cpu = next(self.schools), time.perf_counter(), time.process_time()
        with self.database.session() as db:
            for slug, term, counted, out_of in list(csv.reader(io.StringIO(self.file), delimiter=";"))[1:]:
                db.add_all(_objects(school, slug, term, int(counted), int(out_of)))
        return Samples((time.perf_counter() - began,), cpu=time.process_time() - cpu)


def _objects(school: UUID, slug: str, term: str, counted: int, out_of: int) -> list[Measurement | TermTotal]:
    figure: dict[str, Any] = {"school_id": school, "indicator": slug, "term": term, "status": Status.VALUE,
                              "counted": counted, "out_of": out_of}  # fmt: skip
    row = Measurement(**figure, source=Source.TYPED, version=1, door=Door.API, recorded_at=datetime.now(UTC))
    return [row, TermTotal(**figure, answers=1, grades=0)]
