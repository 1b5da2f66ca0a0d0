"""Read one school's figures: `GET /schools/{uai}/totals`, 75 rows, with its token checked."""

import sys
import tempfile
from collections.abc import Callable
from urllib.parse import urlencode

from benchmarks.floors import TOTALS
from benchmarks.measuring import OURS, Report, in_turn
from benchmarks.servers import Ask, confiance, floor, free_port, many_clients, one_client, running
from benchmarks.world import Country, build

FLOOR, PEER = "floor: sqlite3 + orjson", "peer: Datasette"


def ask_ours(country: Country, client: int) -> Ask:
    head = country.heads[client % len(country.heads)]
    return Ask(f"/api/v1/schools/{head.uai}/totals", {"Authorization": f"Bearer {head.token}"})


def datasette_query(uai: str) -> str:
    sql = " ".join(TOTALS.replace("?", ":uai").split())
    return f"/read.json?{urlencode({'sql': sql, 'uai': uai, '_shape': 'objects'})}"


def run() -> Report:
    report = Report.on("read")
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/read.db"
        country = build(f"sqlite:///{file}")
        uais = [head.uai for head in country.heads]
        port = free_port()
        datasette = [sys.executable, "-m", "datasette", "serve", file, "--port", str(port), "--setting",
                     "num_sql_threads", "4", "--setting", "default_cache_ttl", "0"]  # fmt: skip
        with (
            confiance(country.url) as ours,
            floor("read", FLOOR_DATABASE=file) as bare,
            running(datasette, port, "/-/versions.json") as peer,
        ):
            asks: dict[str, Callable[[int], Ask]] = {
                OURS: lambda client: ask_ours(country, client),
                FLOOR: lambda client: Ask(f"/totals/{uais[client % len(uais)]}"),
                PEER: lambda client: Ask(datasette_query(uais[client % len(uais)])),
            }
            servers = {OURS: ours, FLOOR: bare, PEER: peer}
            one = in_turn({name: one_client(servers[name], asks[name], 100) for name in servers})
            many = in_turn({name: many_clients(servers[name], asks[name]) for name in servers})
    for name, samples in one.items():
        report.side(f"{name}, 1 client", samples)
    for name, samples in many.items():
        report.side(f"{name}, 16 clients", samples)
    report.at_most("p50 to the floor, 1 client", one[OURS].p50 / one[FLOOR].p50, 2)
    report.at_least("requests/s to Datasette, 1 client", one[OURS].per_second / one[PEER].per_second, 3)
    report.at_most("p95 to Datasette, 16 clients", many[OURS].p95 / many[PEER].p95, 0.5)
    report.at_most("p95 to its p50, 1 client", one[OURS].p95 / one[OURS].p50, 2)
    return report
