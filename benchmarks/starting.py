"""From nothing to the first answer, and what the process holds when nobody asks."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping

from app.db import migrate
from benchmarks.measuring import OURS, Report, Samples, in_turn
from benchmarks.servers import Server, confiance, floor

IMPORTS, BARE = "floor: importing fastapi and sqlmodel", "bare FastAPI + SQLModel application"
ROUNDS = 5
MEGABYTE = 1e6
Starts = Callable[[], contextlib.AbstractContextManager[Server]]


def run() -> Report:
    report = Report.on("start")
    memory: dict[str, int] = {}

    def until_it_answers(name: str, starts: Starts) -> Callable[[], Samples]:
        def measure() -> Samples:
            began = time.perf_counter()
            with starts() as server:
                taken = time.perf_counter() - began
                memory[name] = server.memory()
                return Samples((taken,), cpu=server.cpu())

        return measure

    with tempfile.TemporaryDirectory() as folder:
        # As from the image, which brings its bytecode along; the round that warms up writes it.
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": f"{folder}/bytecode"}
        url = f"sqlite:///{folder}/start.db"
        migrate(url)
        sides = {
            OURS: until_it_answers(OURS, lambda: confiance(url, **compiled)),
            BARE: until_it_answers(
                BARE, lambda: floor("naive", FLOOR_DATABASE=f"{folder}/bare.db", **compiled)
            ),
            IMPORTS: lambda: _imports(compiled),
        }
        found = in_turn(sides, ROUNDS)
    for name, samples in found.items():
        held = f"{memory[name] / MEGABYTE:.0f} MB at rest" if name in memory else ""
        report.side(name, samples, held)
    report.at_most("first answer to the imports alone, p50", found[OURS].p50 / found[IMPORTS].p50, 2.5)
    report.at_most("memory at rest to the bare application's", memory[OURS] / memory[BARE], 1.5)
    return report


def _imports(environment: Mapping[str, str]) -> Samples:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", "import fastapi, sqlmodel"], env=os.environ | environment, check=True
    )
    return Samples((time.perf_counter() - began,))
