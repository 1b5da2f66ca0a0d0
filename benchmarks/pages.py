"""The sheet and the dashboard: what the server does for a page, beside writing its HTML alone."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from fastapi import FastAPI
from plotly import graph_objects
from sqlmodel import Session, col

from app.accounts import secrets
from app.accounts.models import User, WebSession
from app.db import uuid7
from app.demo.places import MAIN
from app.main import create_app
from app.reviews import charts
from app.settings import Settings
from benchmarks.clients import many_clients, one_client
from benchmarks.measuring import OURS, Report, Samples, in_turn
from benchmarks.servers import Ask, Side, confiance, demonstration
from dashboards.series import term_series
from tests.statements import statements_to

COOKIE = "cookie-of-the-bench"
FLOOR = "floor: the same template, its values at hand"
HOME = f"/ecoles/{MAIN.uai}"


def run() -> Report:
    report = Report.on("page")
    with tempfile.TemporaryDirectory() as folder:
        url = demonstration(folder)
        app = create_app(Settings(database_url=url, public_url="http://127.0.0.1", log_level="ERROR"))
        term = _sign_in(app)
        pages = {"sheet": HOME, "dashboard": f"{HOME}/tableau-de-bord/{term}"}
        with asyncio.Runner() as runner, _figures_noted() as noted:
            for name, path in pages.items():
                _against_its_template(report, app, runner, name, path)
        _against_plotly(report, noted)
        with confiance(url) as server:
            for name, path in pages.items():
                ask = Ask(path, {"Cookie": f"session={COOKIE}"})
                side = Side(server, partial(_always, ask))
                one = in_turn({OURS: one_client(side, 10)}, 3)[OURS]
                many = in_turn({OURS: many_clients(side, 16, 3)}, 2)[OURS]
                report.side(f"{name} over HTTP, 1 client", one)
                report.side(f"{name} over HTTP, 16 clients", many)
                report.at_most(f"{name}, p95 of 16 clients to the median of 1", many.p95 / one.p50, 4)
                report.at_most(f"{name}, errors", one.errors + many.errors, 0)
    return report


def _always(ask: Ask, _client: int) -> Ask:
    return ask


def _sign_in(app: FastAPI) -> str:
    """A session of the demonstration's head teacher, and the term that is over."""
    with app.state.database.session() as db:
        claire = db.execute(sa.select(User).where(col(User.name).like("Claire%"))).scalars().one()
        now = datetime.now(UTC)
        db.add(
            WebSession(
                id=uuid7(), token_hash=secrets.fingerprint(COOKIE), csrf="x", user_id=claire.id,
                created_at=now, last_seen_at=now,
            )
        )  # fmt: skip
        return _last_term(db)


def _last_term(db: Session) -> str:
    return str(db.execute(sa.text("SELECT max(term) FROM review")).scalar_one())


class Overheard:
    """The application's templates, remembering what the last page was made of."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self.template: Any = None
        self.values: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._environment, name)

    def get_template(self, name: str) -> "Overheard":
        self.template = self._environment.get_template(name)
        return self

    def render(self, values: dict[str, Any]) -> str:
        self.values = values
        return str(self.template.render(values))


def _against_its_template(report: Report, app: FastAPI, runner: asyncio.Runner, name: str, path: str) -> None:
    """Processor time in this process, whoever else is at work: the whole request, and its template alone."""
    templates = app.state.templates
    app.state.templates = heard = Overheard(templates)
    with statements_to(app.state.database.engine) as statements:
        runner.run(_get(app, path))
    app.state.templates = templates
    sides = {
        OURS: _cpu_of(lambda: runner.run(_get(app, path))),
        FLOOR: _cpu_of(lambda: heard.template.render(heard.values)),
    }
    found = in_turn(sides)
    for side, samples in found.items():
        said = f"{len(statements)} statements" if side == OURS else ""
        report.side(f"{name}, processor: {side}", samples, said)
    report.at_most(f"{name}, the whole to its template alone", found[OURS].p50 / found[FLOOR].p50, 8)


async def _get(app: FastAPI, path: str) -> None:
    """One request through every layer of the application, without a network."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path,
        "raw_path": path.encode(), "query_string": b"", "scheme": "http", "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", f"session={COOKIE}".encode())],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise RuntimeError(f"{path}: {message['status']}")

    await app(scope, receive, send)


def _cpu_of(step: Callable[[], object], times: int = 10) -> Callable[[], Samples]:
    def measure() -> Samples:
        found = []
        for _ in range(times):
            began = time.process_time()
            step()
            found.append(time.process_time() - began)
        return Samples(tuple(found), cpu=sum(found))

    return measure


@contextlib.contextmanager
def _figures_noted() -> Iterator[list[tuple[Callable[[], Any], Any]]]:
    """How each chart of a page was built, and the figure that came of it."""
    noted: list[tuple[Callable[[], Any], Any]] = []

    def noting(*given: Any, **named: Any) -> Any:
        again = partial(term_series, *given, **named)
        noted.append((again, again()))
        return noted[-1][1]

    with patch.object(charts, "term_series", noting):
        yield noted


def _against_plotly(report: Report, noted: list[tuple[Callable[[], Any], Any]]) -> None:
    again, figure = noted[0]
    found = in_turn(
        {OURS: _cpu_of(again, 100), "go.Figure": _cpu_of(lambda: graph_objects.Figure(figure), 20)}
    )
    for side, samples in found.items():
        report.side(f"one chart, processor: {side}", samples)
    report.at_most(
        "a figure to go.Figure of the same", found[OURS].cpu_each / found["go.Figure"].cpu_each, 0.02
    )
