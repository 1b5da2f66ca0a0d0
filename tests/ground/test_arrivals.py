"""What the replay of October is made of: its crowd, and how it notices that something was lost."""

import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

from app.db import Database, make_engine
from benchmarks.arrivals import NONE, Call, Crowd
from benchmarks.october import MIX, Week, lost, open_sessions
from benchmarks.servers import Ask
from benchmarks.world import build
from tests.ground.conftest import PATIENCE

ANSWERS = {
    b"/done": b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfait",
    b"/full": b"HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    b"/gone": b"",
}


class Answering(StreamRequestHandler):
    """Answers what `ANSWERS` says, and hangs up where there is nothing to say."""

    def handle(self) -> None:
        while line := self.rfile.readline():
            while self.rfile.readline() != b"\r\n":
                pass
            said = ANSWERS[line.split()[1]]
            self.wfile.write(said)
            if b"Length: 4" not in said:
                break


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingTCPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join(PATIENCE)


def test_each_comes_when_it_was_due_and_hears_its_own_answer(port: int) -> None:
    heard: list[tuple[str, int]] = []

    def crowd() -> list[tuple[str, float, int, bool]]:
        number = count()

        def draw() -> Call:
            kind = ("/done", "/full", "/gone")[next(number) % 3]
            return Call(kind, Ask(kind), lambda status: heard.append((kind, status)))

        phases = Crowd(port).come([(300, 0.1), (100, 0.1)], draw)
        assert all(answer.due < 0.1 for answers in phases for answer in answers)
        return [(a.kind, a.due, a.status, a.may_come_back) for answers in phases for a in answers]

    first = crowd()
    assert {(kind, status, back) for kind, _, status, back in first} == {
        ("/done", 200, False),
        ("/full", 503, True),
        ("/gone", NONE, False),
    }
    assert sorted(heard) == sorted((kind, status) for kind, _, status, _ in first)
    assert crowd() == first  # the moments are drawn beforehand, always the same


def test_what_was_acknowledged_is_looked_for(tmp_path: Path) -> None:
    country = build(f"sqlite:///{tmp_path}/october.db", schools=2, heads=2, is_filled=False)
    database = Database(make_engine(country.url))
    opened, week = open_sessions(database), Week(country)
    assert lost(database, week, opened) == 0
    for uai, version in zip([head.uai for head in country.heads], (1, 3), strict=True):
        week.kept[uai] = version, 50
    week.sessions = 1
    assert lost(database, week, opened) == 5
    database.engine.dispose()


def test_a_fifth_writes() -> None:
    writes = {"election by the form", "election by a program", "sign-in"}
    assert sum(MIX.values()) == 100
    assert sum(MIX[kind] for kind in writes) == 20
