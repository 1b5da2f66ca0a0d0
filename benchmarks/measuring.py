"""Samples taken in turn, and the tables that are made of them."""

import json
import math
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

OURS = "Confiance"


@dataclass(frozen=True, slots=True)
class Samples:
    """Times of one side, in seconds; `cpu` is what its server used for them, whoever else was at work."""

    times: tuple[float, ...]
    errors: int = 0
    cpu: float = 0.0

    def at(self, share: float) -> float:
        """The nearest-rank quantile: a time that was measured, never one between two."""
        ranked = sorted(self.times)
        return ranked[max(0, math.ceil(share * len(ranked)) - 1)]

    @property
    def p50(self) -> float:
        return self.at(0.5)

    @property
    def p95(self) -> float:
        return self.at(0.95)

    @property
    def p99(self) -> float:
        return self.at(0.99)

    @property
    def cpu_each(self) -> float:
        return self.cpu / len(self.times)

    @property
    def per_second(self) -> float:
        return 1 / statistics.fmean(self.times)

    def __add__(self, other: "Samples") -> "Samples":
        return Samples(self.times + other.times, self.errors + other.errors, self.cpu + other.cpu)


@dataclass(frozen=True, slots=True)
class Line:
    """One side of one question, in milliseconds; or one number that has a bar of its own."""

    question: str
    side: str
    median: float | None = None
    p95: float | None = None
    cpu: float | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """What was asked of a ratio or of a number, and what was found."""

    question: str
    what: str
    found: float
    limit: float
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.found >= self.limit if self.at_least else self.found <= self.limit

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        asked = f"{'≥' if self.at_least else '≤'} {self.limit:g}"
        return self.question, self.what, f"{self.found:.3g}", asked, "holds" if self.holds else "MISSED"


@dataclass
class Report:
    """What one file of benchmarks/ found."""

    question: str
    lines: list[Line]
    bars: list[Bar]

    @classmethod
    def on(cls, question: str) -> "Report":
        return cls(question, [], [])

    def side(self, name: str, samples: Samples, said: str = "") -> None:
        errors = f"{samples.errors} errors" if samples.errors else ""
        told = ", ".join(filter(None, (said, errors)))
        cpu = samples.cpu_each * 1000 or None
        self.lines.append(Line(self.question, name, samples.p50 * 1000, samples.p95 * 1000, cpu, told))

    def number(self, name: str, said: str) -> None:
        self.lines.append(Line(self.question, name, said=said))

    def at_most(self, what: str, found: float, limit: float) -> None:
        self.bars.append(Bar(self.question, what, found, limit))

    def at_least(self, what: str, found: float, limit: float) -> None:
        self.bars.append(Bar(self.question, what, found, limit, at_least=True))


def in_turn(sides: Mapping[str, Callable[[], Samples]], rounds: int = 5) -> dict[str, Samples]:
    """A B C, A B C, …: what disturbs the machine disturbs them all. The first round only warms up."""
    found: dict[str, Samples] = {}
    for number in range(rounds + 1):
        for name, measure in sides.items():
            samples = measure()
            if number:
                found[name] = found[name] + samples if name in found else samples
    return found


@dataclass(frozen=True, slots=True)
class Setting:
    """When and where figures were taken: without it they say nothing."""

    day: str
    processors: int
    system: str
    load: float
    """Processes that wanted to run, over the last minute, before the measures began."""
    libraries: dict[str, str]

    @classmethod
    def now(cls, day: str) -> "Setting":
        names = ("fastapi", "sqlmodel", "sqlalchemy", "pydantic", "uvicorn")
        libraries = {"python": platform.python_version()} | {name: version(name) for name in names}
        return cls(day, processors(), platform.system(), os.getloadavg()[0], libraries)

    def __str__(self) -> str:
        known = ", ".join(f"{name} {number}" for name, number in self.libraries.items())
        quiet = "" if self.load < self.processors / 4 else ": NOT A QUIET MACHINE, only ratios mean something"
        where = f"{self.processors} processors, {self.system}, load before {self.load:.1f}{quiet}"
        return f"Measured on {self.day}; {where}; {known}."


def as_markdown(reports: Sequence[Report], setting: Setting) -> str:
    """Ready to be pasted into docs/performance.md."""
    sides = [
        (line.question, line.side, _ms(line.median), _ms(line.p95), _ms(line.cpu), line.said)
        for report in reports
        for line in report.lines
    ]
    bars = [bar.cells for report in reports for bar in report.bars]
    return "\n\n".join(
        [
            str(setting),
            _table(("question", "side", "median ms", "p95 ms", "CPU ms", ""), sides),
            _table(("question", "what", "found", "asked", ""), bars),
        ]
    )


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [head, tuple("-" * max(width, 3) for width in widths), *rows]
    return "\n".join(
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
        for row in lines
    )


def write_json(reports: Sequence[Report], setting: Setting, file: Path) -> None:
    found = [
        asdict(report) | {"bars": [asdict(bar) | {"holds": bar.holds} for bar in report.bars]}
        for report in reports
    ]
    file.write_text(json.dumps({"setting": asdict(setting), "questions": found}, indent=1))


def processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
