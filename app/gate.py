"""Where requests wait for their turn."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

WAITING = 32
"""For each thread: the sixty writers and sixty readers of a busy evening still get in, and wait seconds."""


class Gate:
    """Where requests wait, on the event loop: never inside a worker thread (docs/adr/0003).

    Only so many wait (docs/adr/0035): beyond, an answer would come too late for whoever asked, and the
    queue would go on for long after everybody left.
    """

    def __init__(self, threads: int) -> None:
        self.room = anyio.CapacityLimiter(threads)
        self.writer = anyio.Lock()
        self.most_waiting = threads * WAITING

    @property
    def is_full(self) -> bool:
        """Whether a request that comes now is asked to come back. Who is inside already is never."""
        return self.room.statistics().tasks_waiting >= self.most_waiting

    @asynccontextmanager
    async def outside(self) -> AsyncIterator[None]:
        """A request gives its place to another while it waits for something slow, and queues again after."""
        self.room.release()
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True):  # whoever leaves the room for good must be in it
                await self.room.acquire()
