"""An application with two addresses of our own, and tables to ask them for."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI, Response
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.answers import table_answer
from app.web.formats import ByExtension, WantedFormat, offered
from app.web.tabular import Column, Kind, Row, Table

COLUMNS = (
    Column("territory", "Territoire", description="Le nom de la circonscription"),
    Column("counted", "Familles venues", Kind.INTEGER, is_nullable=True),
    Column("rate", "Part (%)", Kind.NUMBER, is_nullable=True, places=1),
    Column("is_complete", "Complet", Kind.BOOLEAN),
    Column("held_on", "Tenu le", Kind.DATE, is_nullable=True),
    Column("recorded_at", "Enregistré le", Kind.DATETIME),
)
NOON = datetime(2026, 11, 21, 11, 58, tzinfo=UTC)
"""12 h 58 in Paris."""
ROWS: tuple[Row, ...] = (
    ("Évry « nord »", 1234, Fraction(352, 5), True, date(2026, 10, 9), NOON),
    {
        "recorded_at": NOON,
        "held_on": None,
        "is_complete": False,
        "rate": None,
        "counted": None,
        "territory": "Melun; Sénart, est",
    },
    ('a "quoted"\nname', -5, Decimal("-0.05"), True, date(2027, 1, 1), NOON),
)
BASE = Table("releve", "Relevé d’automne", COLUMNS, ROWS, description="Ce que les écoles ont transmis.")


def with_rows(rows: Iterable[Row], table: Table = BASE) -> Table:
    return replace(table, rows=rows)


def texts(*values: str) -> Table:
    """One column of text."""
    return Table("textes", "Textes", (Column("said", "Dit"),), [(value,) for value in values])


class Served:
    """What the two addresses answer next."""

    def __init__(self) -> None:
        self.table = BASE
        self.headers: dict[str, str] = {}


@pytest.fixture
def served() -> Served:
    return Served()


def with_routes(app: FastAPI, served: Served) -> FastAPI:
    router = APIRouter()

    @router.get("/api/v1/figures", responses=offered("Des chiffres."))
    @router.get("/api/v1/figures.{extension}", responses=offered("Des chiffres."), dependencies=[ByExtension])
    def get_figures(wanted: WantedFormat) -> Response:
        return table_answer(served.table, wanted, headers=served.headers)

    app.include_router(router)
    return app


@pytest.fixture
def web(served: Served, tmp_path: Path) -> Iterator[FastAPI]:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'empty.db'}",
        public_url="https://testserver",
        log_level="CRITICAL",
    )
    app = with_routes(create_app(settings), served)
    yield app
    app.state.database.engine.dispose()


@pytest.fixture
def client(web: FastAPI) -> TestClient:
    return TestClient(web, base_url="https://testserver", raise_server_exceptions=False)
