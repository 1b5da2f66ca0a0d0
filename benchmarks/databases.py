"""A PostgreSQL for the questions that are asked of both databases."""

from collections.abc import Callable

from benchmarks.measuring import Report
from tests import postgresql

SAFE = {"listen_addresses": "", "max_connections": "100"}
"""As it comes otherwise: what it acknowledged is on the disk, like SQLite's with synchronous=FULL."""
POSTGRESQL = "PostgreSQL"


def also_on_postgresql(report: Report, measure: Callable[[Report, str], None]) -> None:
    """Measure in an empty database, on a server of its own or on TEST_DATABASE_URL's; or say why not."""
    name = f"bench_{report.question}"
    try:
        with postgresql.server(SAFE) as url:
            try:
                measure(report, postgresql.fresh_database(url, name))
            finally:
                postgresql.drop_database(url, name)
    except postgresql.NoServer as reason:
        report.number(POSTGRESQL, f"not measured: {reason}")


def driver_url(url: str) -> str:
    """The same address as the driver alone takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://")
