"""`./run bench [NAME …]`: every question, or those named; a table, and .bench/last.json beside it."""

import importlib
import sys
import time

from benchmarks.measuring import Report, as_table, write_json
from benchmarks.peers import FOLDER

QUESTIONS = ("reading", "writing", "weighing")


def main(names: list[str]) -> int:
    unknown = set(names) - set(QUESTIONS)
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(QUESTIONS)}.")
        return 2
    reports: list[Report] = []
    for name in names or QUESTIONS:
        started = time.monotonic()
        print(f"{name}…", end=" ", flush=True)
        reports.append(importlib.import_module(f"benchmarks.{name}").run())
        print(f"{time.monotonic() - started:.0f} s", flush=True)
    print(f"\n{as_table(reports)}")
    FOLDER.mkdir(exist_ok=True)
    write_json(reports, FOLDER / "last.json")
    return int(not all(bar.holds for report in reports for bar in report.bars))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
