"""Requests that come when they come (an open loop): whoever waits makes nobody else come later.

The client shares the machine with what it measures: one thread, kept connections, and no more of HTTP than
the answers of this service need (a Content-Length in each of them).
"""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.servers import Ask

PATIENCE = 60.0
NONE = 0
"""The status of a request that got no answer."""
Phase = tuple[float, float]
"""So many a second on average, at moments drawn beforehand (a Poisson process), for so many seconds."""
Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Answer:
    kind: str
    due: float
    """Seconds from the beginning of its phase to the moment it was to be asked."""
    seconds: float
    """From that moment, and not from the one it could be sent at, to the last byte."""
    status: int
    may_come_back: bool
    """It said when (Retry-After)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One arrival: what it is, what is asked, and who learns of the answer."""

    kind: str
    ask: Ask
    heard: Callable[[int], None]


class Crowd:
    """Many people, each asking once and not again, over as many kept connections as that takes."""

    def __init__(self, port: int, seed: int = 1) -> None:
        self.port, self.dice = port, random.Random(seed)
        self._idle: list[Wire] = []

    def come(self, phases: Sequence[Phase], draw: Callable[[], Call]) -> list[list[Answer]]:
        """The answers of each phase; nobody waits for the last answers of one before the next begins."""
        return asyncio.run(self._come(phases, draw))

    async def _come(self, phases: Sequence[Phase], draw: Callable[[], Call]) -> list[list[Answer]]:
        loop, self._idle = asyncio.get_running_loop(), []
        began = loop.time()
        asked: list[list[asyncio.Task[Answer]]] = []
        for rate, seconds in phases:
            asked.append([])
            due = self.dice.expovariate(rate)
            while due < seconds:
                await asyncio.sleep(max(0.0, began + due - loop.time()))
                asked[-1].append(loop.create_task(self._one(draw(), began, due)))
                due += self.dice.expovariate(rate)
            began += seconds
        answers = [list(await asyncio.gather(*tasks)) for tasks in asked]
        for _, writer in self._idle:
            await _hang_up(writer)
        return answers

    async def _one(self, call: Call, began: float, due: float) -> Answer:
        status, head = NONE, b""
        try:
            async with asyncio.timeout(PATIENCE):
                status, head = await self._send(call.ask)
        except (OSError, EOFError, TimeoutError):
            pass  # told as NONE
        call.heard(status)
        seconds = asyncio.get_running_loop().time() - began - due
        return Answer(call.kind, due, seconds, status, b"\r\nretry-after:" in head)

    async def _send(self, ask: Ask) -> tuple[int, bytes]:
        wire = await self._wire()
        try:
            return await self._over(wire, ask)
        except BaseException:
            await _hang_up(wire[1])
            raise

    async def _over(self, wire: Wire, ask: Ask) -> tuple[int, bytes]:
        reader, writer = wire
        body = ask.body or b""
        lines = [f"{ask.method} {ask.path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in ask.headers.items()]
        if ask.body is not None:
            lines.append(f"Content-Length: {len(body)}")
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length or 0))
        if b"\r\nconnection: close" in head:
            await _hang_up(writer)
        else:
            self._idle.append(wire)
        return int(head.split(None, 2)[1]), head

    async def _wire(self) -> Wire:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            await _hang_up(writer)  # as the server did
        return await asyncio.open_connection("127.0.0.1", self.port)


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
