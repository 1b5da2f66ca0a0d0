"""A hundred people sign in at once: how many a second, beside argon2 alone, and a page meanwhile."""

import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlencode

import sqlalchemy as sa

from app.accounts import secrets
from app.accounts.models import User
from app.db import Database, make_engine
from benchmarks.clients import many_clients, one_client
from benchmarks.measuring import OURS, Report, Samples, in_turn, processors
from benchmarks.servers import Ask, Server, Side, confiance
from benchmarks.world import Head, build

AT_ONCE = 100
ASKED = 40
"""Sign-ins a second."""
PASSWORD = "trois mots sans lien"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CALM, BESIDE = "nobody signing in", f"{AT_ONCE} people signing in"


def run() -> Report:
    report = Report.on("sign-in")
    with tempfile.TemporaryDirectory() as folder:
        country = build(f"sqlite:///{folder}/signing.db", AT_ONCE, heads=AT_ONCE)
        stored, database = secrets.hash_password(PASSWORD), Database(make_engine(country.url))
        with database.session() as db:
            db.execute(sa.update(User).values(password_hash=stored))
        database.engine.dispose()
        with confiance(country.url) as server:
            rush, pages = Rush(server), _pages(country.heads[0])
            hashed: list[float] = []
            sides: dict[str, Callable[[], Samples]]
            sides = {"floor": partial(argon2_alone, stored, hashed), "ours": rush.come}
            for name, ask in pages.items():
                page = Side(server, lambda _, ask=ask: ask)  # type: ignore[misc]  # bound here, for each
                sides |= {
                    f"{name}, {CALM}": one_client(page, 20),
                    f"{name}, {BESIDE}": partial(rush.beside, page),
                }
            found = in_turn(sides, rounds=3)
    floor, ours = found.pop("floor"), found.pop("ours")
    rate, most = (AT_ONCE / statistics.median(seconds) for seconds in (rush.lasted, hashed))
    report.side("floor: argon2 alone, a thread a processor", floor, f"{most:.0f} a second")
    report.side(f"{OURS}, {AT_ONCE} people at once", ours, f"{rate:.0f} a second")
    for name, samples in found.items():
        report.side(name, samples, f"{len(samples.times)} answered" if name.endswith(BESIDE) else "")
    report.at_least(f"sign-ins/s, {AT_ONCE} at once", rate, ASKED)
    report.at_least("sign-ins/s to argon2 alone", rate / most, 0.5)
    for name in pages:
        report.at_most(f"{name}, {BESIDE}: p95 in seconds", found[f"{name}, {BESIDE}"].p95, 1)
    report.at_most("errors", sum(one.errors for one in (ours, *found.values())) + rush.errors, 0)
    return report


def _pages(head: Head) -> dict[str, Ask]:
    return {
        "the sign-in page": Ask("/connexion"),
        "a school's sheet": Ask(f"/ecoles/{head.uai}", {"Cookie": f"session={head.cookie}"}),
    }


def argon2_alone(stored: str, lasted: list[float]) -> Samples:
    """As many at a time as there are processors, which is what the service allows itself."""
    began = time.perf_counter()

    def one(_: int) -> float:
        begun = time.perf_counter()
        assert secrets.password_matches(stored, PASSWORD)
        return time.perf_counter() - begun

    with ThreadPoolExecutor(processors()) as threads:
        samples = Samples(tuple(threads.map(one, range(AT_ONCE))))
    lasted.append(time.perf_counter() - began)
    return samples


class Rush:
    """A hundred people who send their password in the same moment, each their own."""

    def __init__(self, server: Server) -> None:
        self._measure = many_clients(Side(server, self._sign_in), clients=AT_ONCE, times=1)
        self.lasted: list[float] = []
        """Seconds until the last of them was in, with nobody else there."""
        self.errors = 0

    @staticmethod
    def _sign_in(number: int) -> Ask:
        sent = urlencode({"email": f"head{number}@demo.invalid", "password": PASSWORD})
        return Ask("/connexion", FORM, "POST", sent.encode(), expected=303)

    def come(self) -> Samples:
        samples = self._measure()
        self.lasted.append(max(samples.times))
        return samples

    def beside(self, side: Side) -> Samples:
        """What one more person's page takes, again and again until the last of them is in."""
        page, samples = one_client(side, 1), Samples(())
        with ThreadPoolExecutor(1) as elsewhere:
            rush = elsewhere.submit(self._measure)
            while not rush.done():
                samples += page()
        self.errors += rush.result().errors
        return samples
