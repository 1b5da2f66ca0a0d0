"""Read one school's figures: `GET /schools/{uai}/totals`, 75 rows, with its token checked."""

import tempfile
from urllib.parse import urlencode

from benchmarks.clients import many_clients, one_client
from benchmarks.databases import POSTGRESQL, also_on_postgresql, driver_url
from benchmarks.floors import TOTALS
from benchmarks.measuring import OURS, Report, in_turn
from benchmarks.peers import settings_of_datasette
from benchmarks.servers import Ask, Side, confiance, floor, free_port, running
from benchmarks.world import Head, build

FLOOR, PG_FLOOR, PEER = "floor: sqlite3 + orjson", "floor: psycopg + orjson", "peer: Datasette"


def ask_ours(head: Head) -> Ask:
    return Ask(f"/api/v1/schools/{head.uai}/totals", {"Authorization": f"Bearer {head.token}"})


def datasette_query(uai: str) -> str:
    sql = " ".join(TOTALS.replace("?", ":uai").split())
    return f"/read.json?{urlencode({'sql': sql, 'uai': uai, '_shape': 'objects'})}"


def run() -> Report:
    report = Report.on("read")
    _on_sqlite(report)
    also_on_postgresql(report, _on_postgresql)
    return report


def _on_sqlite(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/read.db"
        country = build(f"sqlite:///{file}")
        port = free_port()
        datasette = settings_of_datasette(file, port)
        with (
            confiance(country.url) as ours,
            floor("read", FLOOR_DATABASE=file) as bare,
            running(datasette, port, "/-/versions.json") as peer,
        ):
            sides = {
                OURS: Side(ours, lambda client: ask_ours(country.heads[client])),
                FLOOR: Side(bare, lambda client: Ask(f"/totals/{country.heads[client].uai}")),
                PEER: Side(peer, lambda client: Ask(datasette_query(country.heads[client].uai))),
            }
            one = in_turn({name: one_client(side, 100) for name, side in sides.items()})
            many = in_turn({name: many_clients(side) for name, side in sides.items()})
    for name, samples in one.items():
        report.side(f"{name}, 1 client", samples)
    for name, samples in many.items():
        report.side(f"{name}, 16 clients", samples)
    report.at_most("p50 to the floor, 1 client", one[OURS].p50 / one[FLOOR].p50, 2)
    report.at_least("requests/s to Datasette, 1 client", one[OURS].per_second / one[PEER].per_second, 3)
    report.at_most("p95 to Datasette, 16 clients", many[OURS].p95 / many[PEER].p95, 0.5)
    report.at_most("p95 to its p50, 1 client", one[OURS].p95 / one[OURS].p50, 2)


def _on_postgresql(report: Report, url: str) -> None:
    """Beside the floor alone: Datasette reads SQLite and nothing else."""
    country = build(url)
    with confiance(url) as ours, floor("read_postgresql", FLOOR_DATABASE=driver_url(url)) as bare:
        sides = {
            OURS: Side(ours, lambda client: ask_ours(country.heads[client])),
            PG_FLOOR: Side(bare, lambda client: Ask(f"/totals/{country.heads[client].uai}")),
        }
        one = in_turn({name: one_client(side, 100) for name, side in sides.items()}, 3)
        many = in_turn({name: many_clients(side) for name, side in sides.items()}, 3)
    for told, found in (("1 client", one), ("16 clients", many)):
        for name, samples in found.items():
            report.side(f"{POSTGRESQL}: {name}, {told}", samples)
    report.at_most(f"{POSTGRESQL}: p50 to the floor, 1 client", one[OURS].p50 / one[PG_FLOOR].p50, 2)
    report.at_most(f"{POSTGRESQL}: p95 to its p50, 1 client", one[OURS].p95 / one[OURS].p50, 2)
    report.at_most(f"{POSTGRESQL}: errors", one[OURS].errors + many[OURS].errors, 0)
