"""Write one measurement: validated, authorised, audited, its total kept; each commit on the disk."""

import json
import tempfile

from benchmarks.clients import many_clients, one_client
from benchmarks.databases import POSTGRESQL, also_on_postgresql, driver_url
from benchmarks.measuring import OURS, Report, in_turn
from benchmarks.servers import Ask, Side, confiance, floor
from benchmarks.world import Country, build

FLOOR, NAIVE = "floor: one INSERT and its commit", "naive FastAPI + SQLModel"
LEAST = "the same guarantees by hand"
INDICATOR = "individual_meetings"
ODK = 41
"""Submissions a second that ODK Central publishes for one of its servers: a sanity line, another machine."""


class Boxes:
    """Each client fills in its own school's boxes, five years of them, and then corrects them in turn."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self.last: dict[tuple[int, str], str] = {}
        self.sent = [0] * len(country.heads)

    def ask(self, client: int) -> Ask:
        head, term = self.country.heads[client], self._term(client)
        data = {"indicator": INDICATOR, "term": term, "counted": self.sent[client] % 37, "out_of": 40}
        if (client, term) in self.last:
            data["replaces"] = self.last[client, term]
        return Ask(
            f"/api/v1/schools/{head.uai}/measurements",
            {"Authorization": f"Bearer {head.token}", "Content-Type": "application/json"},
            "POST",
            json.dumps(data).encode(),
            201,
        )

    def hear(self, client: int, body: bytes) -> None:
        self.last[client, self._term(client)] = json.loads(body)["id"]
        self.sent[client] += 1

    def _term(self, client: int) -> str:
        return self.country.terms[self.sent[client] % len(self.country.terms)]


def bare(client: int) -> Ask:
    data = {
        "school": str(client),
        "indicator": INDICATOR,
        "term": "2025-2026-T3",
        "counted": 12,
        "out_of": 40,
    }
    return Ask("/measurements", {"Content-Type": "application/json"}, "POST", json.dumps(data).encode(), 201)


def run() -> Report:
    report = Report.on("write")
    _on_sqlite(report)
    also_on_postgresql(report, _on_postgresql)
    return report


def _on_sqlite(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        country = build(f"sqlite:///{folder}/write.db", is_filled=False)
        boxes = Boxes(country)
        with (
            confiance(country.url) as ours,
            floor("write", FLOOR_DATABASE=f"{folder}/floor.db") as lowest,
            floor("guarded", FLOOR_DATABASE=f"{folder}/guarded.db") as least,
            floor("naive", FLOOR_DATABASE=f"{folder}/naive.db") as naive,
        ):
            sides = {
                OURS: Side(ours, boxes.ask, boxes.hear),
                FLOOR: Side(lowest, bare),
                LEAST: Side(least, bare),
                NAIVE: Side(naive, bare),
            }
            one = in_turn({name: one_client(side, 60) for name, side in sides.items()})
            many = in_turn({name: many_clients(side) for name, side in sides.items()})
    for name, samples in one.items():
        report.side(f"{name}, 1 client", samples)
    for name, samples in many.items():
        report.side(f"{name}, 16 clients", samples)
    report.at_most("p50 to the floor, 1 client", one[OURS].p50 / one[FLOOR].p50, 4)
    report.at_most("p95 to the naive route, 16 clients", many[OURS].p95 / many[NAIVE].p95, 0.15)
    report.at_most("p99 to its p50, 16 clients", many[OURS].p99 / many[OURS].p50, 2)
    report.at_most("errors", one[OURS].errors + many[OURS].errors, 0)
    report.at_least("writes/s to ODK Central's 41, 16 clients", 16 * many[OURS].per_second / ODK, 10)


def _on_postgresql(report: Report, url: str) -> None:
    """Beside the floor alone; sixteen writers of sixteen schools, who wait for the four threads."""
    country = build(url, is_filled=False)
    boxes = Boxes(country)
    with confiance(url) as ours, floor("write_postgresql", FLOOR_DATABASE=driver_url(url)) as lowest:
        sides = {OURS: Side(ours, boxes.ask, boxes.hear), FLOOR: Side(lowest, bare)}
        one = in_turn({name: one_client(side, 60) for name, side in sides.items()}, 3)
        many = in_turn({name: many_clients(side) for name, side in sides.items()}, 3)
    for told, found in (("1 client", one), ("16 clients", many)):
        for name, samples in found.items():
            report.side(f"{POSTGRESQL}: {name}, {told}", samples)
    report.at_most(f"{POSTGRESQL}: p50 to the floor, 1 client", one[OURS].p50 / one[FLOOR].p50, 4)
    report.at_most(f"{POSTGRESQL}: errors", one[OURS].errors + many[OURS].errors, 0)
