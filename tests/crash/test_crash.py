"""The server is killed, stopped, or loses its database while people write: nothing acknowledged is lost."""

import os
import random
import signal
import socket
import time

import pytest

from app.cli import main
from tests import postgresql
from tests.crash.harness import PATIENCE, Nursery, Place, Writers, must_be_whole, serving, settle
from tests.ports import kept_port

KILLS = int(os.environ.get("CRASH_KILLS", "20"))


def more_was_written(writers: Writers, than: int) -> None:
    end = time.monotonic() + PATIENCE
    while writers.count <= than:
        assert time.monotonic() < end, (writers.refused, writers.strange)
        time.sleep(0.01)


@pytest.mark.parametrize("kills", [1, pytest.param(KILLS, marks=pytest.mark.long)])
def test_killed_at_any_moment(
    nursery: Nursery, place: Place, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    dice = random.Random(kills)
    with serving(nursery, place) as server, Writers(place) as writers:
        for _ in range(kills):
            more_was_written(writers, writers.count)
            time.sleep(dice.uniform(0, 0.3))
            assert server.end(signal.SIGKILL) == -signal.SIGKILL
            server.start()
        more_was_written(writers, writers.count)
    must_be_whole(place, writers)
    monkeypatch.setenv("CONFIANCE_DATABASE_URL", place.url)
    for command in (["verify"], ["audit", "verify"]):
        assert main(command) == 0


def test_told_to_stop_it_finishes_what_it_began(nursery: Nursery, place: Place) -> None:
    """With an idle connection and half an upload open, which must not keep it."""
    with serving(nursery, place) as server, Writers(place) as writers:
        more_was_written(writers, 8)
        with (
            socket.create_connection(("127.0.0.1", place.port)),
            socket.create_connection(("127.0.0.1", place.port)) as slow,
        ):
            slow.sendall(b"POST /api/v1/tokens HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 90\r\n\r\n{")
            assert server.end(signal.SIGTERM) in (0, -signal.SIGTERM)
        server.start()
        more_was_written(writers, writers.count)
    must_be_whole(place, writers)


@pytest.mark.postgresql
@pytest.mark.long
def test_postgresql_restarts_as_after_a_crash(nursery: Nursery) -> None:
    with postgresql.crashable_server() as (url, crash), kept_port() as port:
        place = settle(postgresql.fresh_database(url, "confiance_crash"), port)
        with serving(nursery, place), Writers(place) as writers:
            for _ in range(5):
                more_was_written(writers, writers.count)
                crash()
                more_was_written(writers, writers.count + 16)
        assert writers.lost == 0  # the service itself was always there to say « 503 »
        assert writers.refused.keys() <= {409, 503}
        must_be_whole(place, writers)
