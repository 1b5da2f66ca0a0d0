"""How far a long command is: nothing for two seconds, then one line that is redrawn."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TextIO, TypeVar

Item = TypeVar("Item")
QUIET = 2.0
WIDTH = 30


class Watch(Protocol):
    """What a long verb calls around its loop; it knows no terminal."""

    def __call__(self, items: Sequence[Item], label: str, /) -> Iterable[Item]: ...


def unwatched(items: Sequence[Item], _label: str) -> Iterable[Item]:
    return items


def progress(
    items: Sequence[Item],
    label: str,
    *,
    out: TextIO | None = None,
    now: Callable[[], float] = time.monotonic,
) -> Iterator[Item]:
    """Give the items one by one; in a log, where nothing is redrawn, there is a line every ten seconds."""
    out = out or sys.stderr
    redraws = out.isatty()
    started = now()
    due = started + QUIET
    for done, item in enumerate(items):
        if now() >= due:
            share = done / len(items)
            bar = "█" * round(share * WIDTH)
            text = f"{label} {bar:░<{WIDTH}} {share:4.0%}"
            print(f"\r{text}" if redraws else text, end="" if redraws else "\n", file=out, flush=True)
            due = now() + (0.2 if redraws else 10)
        yield item
    if redraws and due > started + QUIET:
        print(f"\r{'':{len(label) + WIDTH + 8}}\r", end="", file=out, flush=True)
