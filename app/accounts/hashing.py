"""argon2 works apart: a password a processor at most, and whoever waits for it holds nobody else's place."""

import os
from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread
from fastapi import Request

from app.errors import TooMany, Unavailable
from app.gate import Gate

PATIENCE = 20.0
"""Seconds that a password waits for its turn; whoever sent it is then asked to come back."""

Worked = TypeVar("Worked")


class Crowded(Unavailable):
    """No turn came in time. Nothing was looked at: an account that exists is told what any other is."""

    detail = "Beaucoup de personnes se connectent en ce moment\u202f: réessayez dans un instant."


Later = TooMany | Crowded
"""A refusal that asks whoever sent a password to come back."""


class Hashing:
    """The turns of argon2 in one process. Twenty sign-ins more make twenty waits, and no page slower."""

    def __init__(self) -> None:
        self.turns = anyio.CapacityLimiter(os.cpu_count() or 1)

    async def work(self, gate: Gate, slow: Callable[[], Worked]) -> Worked:
        """What `slow` returns, worked out in a thread of its own kind, outside the room.

        The caller is in the room, and is again afterwards. Raises Crowded when no turn came in time.
        """
        async with gate.outside():
            with anyio.move_on_after(PATIENCE):
                return await anyio.to_thread.run_sync(slow, limiter=self.turns)
        raise Crowded()


async def worked_out(request: Request, slow: Callable[[], Worked]) -> Worked:
    state = request.app.state
    hashing: Hashing = state.hashing
    return await hashing.work(state.gate, slow)
