"""Servers in processes of their own, on loopback, and clients that keep their connection."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

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
