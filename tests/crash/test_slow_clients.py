"""Two hundred clients that send a byte a second, and everybody else meanwhile.

The server has no patience of its own to lose: what ends such connections is the proxy (docs/exploitation.md).
"""

import os
import selectors
import signal
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle
from typing import Any

import httpx
import pytest

from tests.crash.harness import PATIENCE, Nursery, Place, serving

SLOW = 200
ASKED = int(os.environ.get("SLOW_ASKED", "60"))
MOST_TIMES_SLOWER = float(os.environ.get("SLOW_TIMES", "0"))
"""The verdict of `./run soak slow`; a suite on a busy machine gives none."""


class SlowClients:
    """Half of them never finish their headers, half never finish the body they announced."""

    def __init__(self, place: Place) -> None:
        head = f"POST {place.goals.partition(str(place.port))[2]} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        told = f"{head}Authorization: Bearer {place.token}\r\nContent-Type: application/json\r\n"
        body = f"{told}Content-Length: 100000\r\n\r\n"
        self.sockets = [socket.create_connection(("127.0.0.1", place.port)) for _ in range(SLOW)]
        for number, client in enumerate(self.sockets):
            client.sendall((f"{told}X-Slow: " if number % 2 else body).encode())
        self.rounds = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._drip)
        self._thread.start()

    def _drip(self) -> None:
        while not self._over.wait(1):
            for client in self.sockets:
                client.sendall(b"x")
            self.rounds += 1

    def answered(self) -> int:
        """How many of them heard anything, the end of their connection included."""
        with selectors.DefaultSelector() as waiting:
            for client in self.sockets:
                waiting.register(client, selectors.EVENT_READ)
            return len(waiting.select(0))

    def stop(self) -> None:
        """They stay there and say nothing more."""
        self._over.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@contextmanager
def slow_clients(place: Place) -> Iterator[SlowClients]:
    clients = SlowClients(place)
    try:
        yield clients
    finally:
        clients.stop()
        for client in clients.sockets:
            client.close()


def asked(place: Place, many: int) -> list[float]:
    """Seconds that each of so many usual requests took, reads and writes in turn, all of them answered."""
    took = []
    goal: Any = {"stake": "dialogue", "title": "Rencontrer chaque famille"}
    with httpx.Client(headers=place.headers, timeout=PATIENCE, trust_env=False) as client:
        for _, method in zip(range(many), cycle(("GET", "GET", "POST")), strict=False):
            begun = time.perf_counter()
            sent = {"json": goal} if method == "POST" else {"params": {"limit": 5}}
            answer = client.request(method, place.goals, **sent)
            took.append(time.perf_counter() - begun)
            assert answer.status_code == (201 if method == "POST" else 200), answer.text
    return took


@pytest.mark.long
def test_two_hundred_slow_clients_keep_nobody_waiting(nursery: Nursery, place: Place) -> None:
    with serving(nursery, place) as server, ExitStack() as slow:
        asked(place, ASKED)  # everything is loaded once
        alone = statistics.median(asked(place, ASKED))
        clients = slow.enter_context(slow_clients(place))
        end = time.monotonic() + PATIENCE
        while clients.rounds < 2:
            assert time.monotonic() < end
            time.sleep(0.05)
        beside = statistics.median(asked(place, ASKED))
        assert clients.answered() == 0, "a slow client was given up: say so in docs/exploitation.md"
        print(f"median {alone * 1000:.1f} ms alone, {beside * 1000:.1f} ms beside {SLOW} slow clients")
        if MOST_TIMES_SLOWER:
            assert beside < MOST_TIMES_SLOWER * alone
        clients.stop()  # and, told to stop, the server waits for none of them
        assert server.end(signal.SIGTERM) in (0, -signal.SIGTERM)
        assert clients.answered() == SLOW
