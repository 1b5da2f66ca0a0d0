"""A PostgreSQL for the questions that are asked of both databases."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measuring import Report
from tests import postgresql

SAFE = {"listen_addresses": "", "max_connections": "100"}
"""As it comes otherwise: what it acknowledged is on the disk, like SQLite's with synchronous=FULL."""
POSTGRESQL = "PostgreSQL"


@contextmanager
def on_postgresql(name: str) -> Iterator[str]:
    """The URL of an empty database, on a server of its own or on TEST_DATABASE_URL's. Raises NoServer."""
    with postgresql.server(SAFE) as url:
        try:
            yield postgresql.fresh_database(url, name)
        finally:
            postgresql.drop_database(url, name)


def driver_url(url: str) -> str:
    """The same address as the driver alone takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://")


def not_there(report: Report, reason: postgresql.NoServer) -> None:
    report.number(POSTGRESQL, f"not measured: {reason}")
