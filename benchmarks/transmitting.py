"""A term transmitted with the sums of its circonscription kept in the same transaction, and without them."""

import contextlib
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from unittest.mock import patch

from sqlmodel import Session

from app.accounts.access import actor_of_user
from app.accounts.actor import Actor
from app.accounts.queries import user_by_email
from app.db import Database, make_engine
from app.domain.vocabulary import Door
from app.transmissions import queries, service
from app.transmissions.models import TransmissionIn
from benchmarks.measuring import OURS, Report, Samples, in_turn
from benchmarks.world import Country, build
from tests import postgresql

WITHOUT = "without the sums"
SCHOOLS, WRITERS, TIMES = 40, 4, 24
ROUNDS = 5


def run() -> Report:
    report = Report.on("transmit")
    with tempfile.TemporaryDirectory() as folder:
        _on(report, "SQLite", f"sqlite:///{folder}/transmit.db", 1, 0.85)
    try:
        with postgresql.server() as url:
            _on(report, "PostgreSQL", postgresql.fresh_database(url, "bench_transmit"), WRITERS, 0.6)
            postgresql.drop_database(url, "bench_transmit")
    except postgresql.NoServer as reason:
        report.number("PostgreSQL", f"not measured: {reason}")
    return report


def _on(report: Report, name: str, url: str, writers: int, least: float) -> None:
    country = build(url, SCHOOLS, heads=SCHOOLS)
    database = Database(make_engine(url, threads=writers))
    queue = _Queue(database, country)
    sides = {
        OURS: lambda: _transmitted(database, queue, writers, contextlib.nullcontext),
        WITHOUT: lambda: _transmitted(database, queue, writers, _no_sums),
    }
    found = in_turn(sides, ROUNDS)
    database.engine.dispose()
    told = f"{name}, {writers} at once" if writers > 1 else name
    for side, samples in found.items():
        report.side(f"{told}: {side}", samples)
    report.at_least(f"{told}: to one that keeps no sums", found[WITHOUT].p50 / found[OURS].p50, least)


class _Queue:
    """What is still to be sent: each term of each school once, all of one circonscription."""

    def __init__(self, database: Database, country: Country) -> None:
        with database.session(reading=True) as db:
            heads = [(_head(db, number), head.uai) for number, head in enumerate(country.heads)]
        self._waiting = product(country.terms, heads)
        self._lock = threading.Lock()

    def next(self) -> tuple[Actor, str, str]:
        with self._lock:
            term, (actor, uai) = next(self._waiting)
        return actor, uai, term


def _head(db: Session, number: int) -> Actor:
    user = user_by_email(db, f"head{number}@demo.invalid")
    assert user is not None
    return actor_of_user(db, user, Door.API, "bench")


@contextlib.contextmanager
def _no_sums() -> Iterator[None]:
    with patch.object(service, "publish", return_value=()), patch.object(queries, "bump_versions"):
        yield


def _transmitted(
    database: Database,
    queue: _Queue,
    writers: int,
    around: Callable[[], contextlib.AbstractContextManager[None]],
) -> Samples:
    def send(_: int) -> float:
        actor, uai, term = queue.next()
        began = time.perf_counter()
        with database.session() as db:
            service.transmit_term(db, actor, uai, TransmissionIn(term=term))
        return time.perf_counter() - began

    before = time.process_time()
    with around(), ThreadPoolExecutor(writers) as pool:
        times = tuple(pool.map(send, range(TIMES)))
    return Samples(times, cpu=time.process_time() - before)
