"""What an inspector and an authority read: kept sums of a circonscription, of all of them, of the country."""

import tempfile
from functools import partial
from itertools import count, product
from urllib.parse import urlencode

from benchmarks.clients import answer_of, many_clients, one_client
from benchmarks.floors import POOLED
from benchmarks.measuring import OURS, Report, in_turn
from benchmarks.nation import Nation, build_nation
from benchmarks.peers import settings_of_datasette
from benchmarks.servers import Ask, Server, Side, confiance, floor, free_port
from benchmarks.servers import running as run_server
from benchmarks.world import OFFICIAL

PEER, RAW, SAME, BASE = (
    "peer: Datasette",
    "floor: the same sums by sqlite3",
    "floor: as many bytes",
    "base rows",
)
FEW, MANY = 1_000, 48_000
INDICATOR = "individual_meetings"
RELEASED = [indicator.slug for indicator in OFFICIAL if indicator.counts == "persons"]
"""What an authority reads from releases; a vote is public, and events are few."""
ROUNDS = 3


def run() -> Report:
    report = Report.on("pool")
    with tempfile.TemporaryDirectory() as folder:
        small, large = (build_nation(f"sqlite:///{folder}/{size}.db", size) for size in (FEW, MANY))
        file, port = f"{folder}/{MANY}.db", free_port()
        with (
            confiance(small.url) as little,
            confiance(large.url) as ours,
            floor("pooled", FLOOR_DATABASE=file) as raw,
            run_server(settings_of_datasette(file, port), port, "/-/versions.json") as peer,
        ):
            _one_circonscription(report, small, large, little, ours, peer)
            _from_memory(report, large, ours, raw, peer)
            _the_country(report, large, ours, raw)
    return report


def _ask(nation: Nation, reader: int, **headers: str) -> Ask:
    """Five indicators in every term of five years, of the reader's own circonscription."""
    asked = urlencode({"term": f"{nation.terms[0]}..{nation.terms[-1]}"})
    own = nation.inspectors[reader % len(nation.inspectors)]
    return Ask(f"/api/v1/aggregates?{asked}", {"Authorization": f"Bearer {own.token}"} | headers)


def _datasette(nation: Nation, reader: int) -> Ask:
    code = nation.inspectors[reader % len(nation.inspectors)].code
    sql = " ".join(POOLED.replace("?", ":code").split())
    query = urlencode({"sql": sql, "code": code, "_shape": "objects"})
    return Ask(f"/{MANY}.json?{query}")


def _each_once(nation: Nation) -> "partial[Ask]":
    """Nobody asks twice: nothing is answered from memory."""
    readers = count()
    return partial(lambda _client: _ask(nation, next(readers)))


def _one_circonscription(
    report: Report, small: Nation, large: Nation, little: Server, ours: Server, peer: Server
) -> None:
    once, twice = _each_once(large), _each_once(small)
    found = in_turn(
        {
            f"{OURS}, cold, {MANY} schools": one_client(Side(ours, once), 30),
            f"{OURS}, cold, {FEW} schools": one_client(Side(little, twice), 6),
            PEER: one_client(Side(peer, partial(_datasette, large)), 30),
        },
        ROUNDS,
    )
    for name, samples in found.items():
        report.side(f"circonscription, {name}", samples)
    cold, few = (found[f"{OURS}, cold, {size} schools"].p50 for size in (MANY, FEW))
    report.at_most("circonscription, cold, to Datasette's p50", cold / found[PEER].p50, 0.5)
    report.at_most(f"circonscription, {MANY} schools to {FEW}", cold / few, 1.3)


def _from_memory(report: Report, large: Nation, ours: Server, raw: Server, peer: Server) -> None:
    first = _ask(large, 0)
    answer = answer_of(ours, first)
    tag, size = answer.header("etag"), len(answer.got)
    known = _ask(large, 0, **{"If-None-Match": tag})
    unchanged = Ask(known.path, known.headers, expected=304)
    same = Ask(f"/same/{large.inspectors[0].code}?size={size}")
    found = in_turn(
        {
            OURS: many_clients(Side(ours, partial(_ask, large))),
            SAME: many_clients(Side(raw, lambda _client: same)),
            PEER: many_clients(Side(peer, partial(_datasette, large))),
        },
        ROUNDS,
    )
    one = in_turn(
        {
            "200": one_client(Side(ours, lambda _client: first), 50),
            "304": one_client(Side(ours, lambda _client: unchanged), 50),
        },
        ROUNDS,
    )
    for name, samples in found.items():
        report.side(f"circonscription, warm, 16 clients: {name}", samples)
    for name, samples in one.items():
        report.side(f"circonscription, warm, answered {name}", samples)
    mine = found[OURS].per_second
    report.at_least("warm requests/s to Datasette, 16 clients", mine / found[PEER].per_second, 3)
    report.at_least("warm requests/s to as many bytes, 16 clients", mine / found[SAME].per_second, 0.6)
    report.at_most("a 304 to the 200, p50", one["304"].p50 / one["200"].p50, 1)


def _the_country(report: Report, large: Nation, ours: Server, raw: Server) -> None:
    term, token = large.terms[-1], {"Authorization": f"Bearer {large.authority.token}"}
    cells, starts = iter(product(large.terms, RELEASED)), iter(product(large.terms, RELEASED))

    def asked(**words: str) -> Ask:
        return Ask(f"/api/v1/aggregates?{urlencode(words)}", token)

    def every(_client: int) -> Ask:
        """Another term or indicator each time: nothing is answered from memory."""
        at, indicator = next(cells)
        return asked(level="circonscription", indicator=indicator, term=at)

    def series(_client: int) -> Ask:
        first, indicator = next(starts)
        return asked(indicator=indicator, term=f"{first}..{term}")

    found = in_turn(
        {
            f"every circonscription: {OURS}": one_client(Side(ours, every), 5),
            f"every circonscription: {RAW}": one_client(
                Side(raw, lambda _client: Ask(f"/kept/{term}/{INDICATOR}")), 5
            ),
            f"every circonscription: {BASE}": one_client(
                Side(raw, lambda _client: Ask(f"/folded/{term}/{INDICATOR}")), 5
            ),
            f"national series: {OURS}": one_client(Side(ours, series), 5),
            f"national series: {RAW}": one_client(Side(raw, lambda _client: Ask("/national")), 5),
        },
        ROUNDS,
    )
    for name, samples in found.items():
        report.side(name, samples)
    whole = found[f"every circonscription: {OURS}"].p50
    kept, folded = (found[f"every circonscription: {side}"].p50 for side in (RAW, BASE))
    report.at_most("every circonscription to its raw SQL", whole / kept, 5)
    report.at_least("the base rows' p50 to the kept sums'", folded / kept, 20)
    national = found[f"national series: {OURS}"].p50 / found[f"national series: {RAW}"].p50
    report.at_most("national series to its raw SQL", national, 3)
