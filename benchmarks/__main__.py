"""`./run bench [NAME …]`: every question, or those named; the tables stay in .bench/last.md and last.json."""

import importlib
import sys
import time

from benchmarks.measuring import Report, Setting, as_markdown, write_json
from benchmarks.peers import FOLDER

QUESTIONS = (
    "reading", "writing", "importing", "pages", "pooling", "transmitting", "weighing", "starting", "october",
    "scale", "browsing", "signing",
)  # fmt: skip


def main(names: list[str]) -> int:
    unknown = set(names) - set(QUESTIONS)
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(QUESTIONS)}.")
        return 2
    reports: list[Report] = []
    setting = Setting.now(time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()))
    for name in names or QUESTIONS:
        started = time.monotonic()
        print(f"{name}…", end=" ", flush=True)
        reports.append(importlib.import_module(f"benchmarks.{name}").run())
        print(f"{time.monotonic() - started:.0f} s", flush=True)
    table = as_markdown(reports, setting)
    print(f"\n{table}")
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "last.md").write_text(f"{table}\n")
    write_json(reports, setting, FOLDER / "last.json")
    return int(not all(bar.holds for report in reports for bar in report.bars))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
