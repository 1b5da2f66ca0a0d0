"""Servers in processes of their own, on loopback, and clients that keep their connection."""

import contextlib
import dataclasses
import functools
import http.client
import operator
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measuring import Samples

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 180
"""Seconds for a server to answer its first request."""


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    pid: int

    def memory(self) -> int:
        """Resident bytes of the process (Linux)."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def cpu(self) -> float:
        """Seconds of processor the process has used so far, the system's on its behalf included (Linux)."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running(command: Sequence[str], port: int, path: str, **environment: str) -> Iterator[Server]:
    """The command's server once `path` answers; stopped at the end."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + PATIENCE
        while not answers(port, path):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{' '.join(command)} did not start")
            time.sleep(0.02)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


@contextlib.contextmanager
def confiance(database_url: str, **settings: str) -> Iterator[Server]:
    port = free_port()
    own = {"CONFIANCE_DATABASE_URL": database_url, "CONFIANCE_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
    with running(command, port, "/healthz", **own, CONFIANCE_LOG_LEVEL="WARNING", **settings) as server:
        yield server


def demonstration(folder: str) -> str:
    """The URL of a new database with the invented schools of `python -m app demo`."""
    url = f"sqlite:///{folder}/demo.db"
    for command in ("migrate", "demo"):
        own = os.environ | {"CONFIANCE_DATABASE_URL": url}
        subprocess.run([sys.executable, "-m", "app", command], cwd=ROOT, env=own, check=True)
    return url


@contextlib.contextmanager
def floor(name: str, **environment: str) -> Iterator[Server]:
    """An application of benchmarks/floors.py under the same server and the same options."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", f"benchmarks.floors:{name}", "--factory", "--port", str(port),
               "--no-access-log", "--log-level", "warning"]  # fmt: skip
    with running(command, port, "/healthz", **environment) as server:
        yield server


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; `expected` is the status that counts as right."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes | None = None
    expected: int = 200


def ignore(_client: int, _body: bytes) -> None:
    """For a side whose next request does not depend on the last answer."""


@dataclass(frozen=True, slots=True)
class Side:
    """What is measured: a server, what its client number n asks next, and what it learns from the answer."""

    server: Server
    asks: Callable[[int], Ask]
    hears: Callable[[int, bytes], None] = ignore


class Client:
    """One kept connection: the standard library's, the same for every side."""

    def __init__(self, side: Side, number: int = 0) -> None:
        self.side, self.number = side, number
        self.connection = http.client.HTTPConnection("127.0.0.1", side.server.port, timeout=60)

    def send(self, times: int) -> Samples:
        """Seconds from the first byte sent to the last one read; an unexpected answer is an error."""
        found, errors = [], 0
        self.connection.close()  # while the other sides had their turn, the server may have hung up
        self.connection.connect()
        for _ in range(times):
            ask, body, status = self.side.asks(self.number), b"", 0
            started = time.perf_counter()
            try:
                self.connection.request(ask.method, ask.path, ask.body, dict(ask.headers))
                answer = self.connection.getresponse()
                body, status = answer.read(), answer.status
            except OSError:
                self.connection.close()
            found.append(time.perf_counter() - started)
            if status == ask.expected:
                self.side.hears(self.number, body)
            else:
                errors += 1
        return Samples(tuple(found), errors)


def one_client(side: Side, times: int) -> Callable[[], Samples]:
    """A measure for `in_turn`: `times` requests, one after the other."""
    client = Client(side)
    return lambda: _with_cpu(side.server, lambda: client.send(times))


def _with_cpu(server: Server, measure: Callable[[], Samples]) -> Samples:
    before = server.cpu()
    return dataclasses.replace(measure(), cpu=server.cpu() - before)


def many_clients(side: Side, clients: int = 16, times: int = 20) -> Callable[[], Samples]:
    """A measure for `in_turn`: `clients` at once, each on a new connection, `times` requests each."""

    def measure() -> Samples:
        found: list[Samples] = []
        ready = threading.Barrier(clients)

        def work(number: int) -> None:
            client = Client(side, number)
            ready.wait()
            found.append(client.send(times))
            client.connection.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return functools.reduce(operator.add, found)

    return lambda: _with_cpu(side.server, measure)
