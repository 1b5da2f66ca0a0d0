"""Samples taken in turn, and the table that is made of them."""

import json
import math
import platform
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

OURS = "Confiance"


@dataclass(frozen=True, slots=True)
class Samples:
    """Times of one side, in seconds."""

    times: tuple[float, ...]
    errors: int = 0

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
    def per_second(self) -> float:
        return 1 / statistics.fmean(self.times)

    def __add__(self, other: "Samples") -> "Samples":
        return Samples(self.times + other.times, self.errors + other.errors)


@dataclass(frozen=True, slots=True)
class Line:
    """One side of one question, in milliseconds; or one number that has a bar of its own."""

    question: str
    side: str
    median: float | None = None
    p95: float | None = None
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

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        said = "holds" if self.holds else "MISSED"
        return f"{said:7} {self.question}: {self.what}: {self.found:.3g} ({sign} {self.limit:g})"


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
        self.lines.append(Line(self.question, name, samples.p50 * 1000, samples.p95 * 1000, told))

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


def as_table(reports: Sequence[Report]) -> str:
    rows = [("question", "side", "median ms", "p95 ms", "")]
    for report in reports:
        for line in report.lines:
            median, p95 = (f"{one:.2f}" if one is not None else "" for one in (line.median, line.p95))
            rows.append((line.question, line.side, median, p95, line.said))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    shapes = [[cell.ljust(width) for cell, width in zip(row, widths, strict=False)] for row in rows]
    text = [" | ".join([*shape, row[4]]).rstrip() for shape, row in zip(shapes, rows, strict=True)]
    text.insert(1, "-+-".join("-" * width for width in widths))
    return "\n".join([*text, "", *(str(bar) for report in reports for bar in report.bars)])


def write_json(reports: Sequence[Report], file: Path) -> None:
    machine = {"python": sys.version.split()[0], "system": platform.system(), "processors": _processors()}
    libraries = {name: version(name) for name in ("fastapi", "sqlmodel", "sqlalchemy", "pydantic", "uvicorn")}
    found = [
        asdict(report) | {"bars": [asdict(bar) | {"holds": bar.holds} for bar in report.bars]}
        for report in reports
    ]
    file.write_text(json.dumps({"machine": machine, "libraries": libraries, "questions": found}, indent=1))


def _processors() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
