"""More people than fit: only so many wait, the others are asked to come back, nobody inside is refused."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.gate import WAITING, Gate
from app.main import create_app
from app.settings import Settings
from tests.ground.conftest import PATIENCE
from tests.world import NOW, A

TOTALS, GOALS = f"/api/v1/schools/{A}/totals", f"/api/v1/schools/{A}/goals"


@pytest.fixture
def app(committed: tuple[str, str]) -> Iterator[FastAPI]:
    found = create_app(Settings(database_url=committed[0], log_level="CRITICAL", now=NOW, threads=1))
    yield found
    found.state.database.engine.dispose()


def visitor(app: FastAPI, token: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers)


@asynccontextmanager
async def at_work(app: FastAPI) -> Any:
    """The one place is taken, as by a request that takes its time."""
    room, someone = app.state.gate.room, object()
    await room.acquire_on_behalf_of(someone)
    try:
        yield
    finally:
        room.release_on_behalf_of(someone)


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not reached():
            await asyncio.sleep(0)


async def until_waiting(app: FastAPI, number: int) -> None:
    await until(lambda: app.state.gate.room.statistics().tasks_waiting == number)


def test_when_as_many_wait_as_may_the_next_is_asked_to_come_back(
    app: FastAPI, committed: tuple[str, str]
) -> None:
    async def story() -> None:
        async with visitor(app, committed[1]) as client:
            async with at_work(app):
                waiting = [asyncio.create_task(client.get(TOTALS)) for _ in range(WAITING)]
                await until_waiting(app, WAITING)
                program = await client.get(TOTALS)
                writer = await client.post(GOALS, json={})
                person = await client.get(f"/ecoles/{A}")
                nowhere = await client.get("/nowhere")
                probe = asyncio.create_task(client.get("/readyz"))
                await until_waiting(app, WAITING + 1)  # a probe waits, and is not turned away
                unhindered = [await client.get(url) for url in ("/healthz", "/static/app.js", "/metrics")]
                assert not any(one.done() for one in waiting)
            assert [(await one).status_code for one in waiting] == [200] * WAITING
            assert (await probe).status_code == 200
            assert (await client.get(TOTALS)).status_code == 200
        for refused in (program, writer, person, nowhere):  # the last: before an address is even looked at
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
            assert refused.headers["X-Request-ID"] in refused.text
        assert program.json()["code"] == "unavailable"
        assert "réessayez dans un instant" in person.text
        assert [one.status_code for one in unhindered] == [200] * 3

    asyncio.run(story())


def test_bodies_that_arrive_together_are_counted_when_they_have(
    app: FastAPI, committed: tuple[str, str]
) -> None:
    """The first look found nobody waiting; the queue itself counts again."""

    async def story() -> list[int]:
        arrived, begun = asyncio.Event(), list[int]()

        async def body() -> AsyncIterator[bytes]:
            begun.append(1)
            await arrived.wait()
            yield b"{}"

        async with visitor(app, committed[1]) as client:
            async with at_work(app):
                kind = {"Content-Type": "application/json"}
                sent = [client.post(GOALS, content=body(), headers=kind) for _ in range(WAITING + 8)]
                asked = [asyncio.create_task(one) for one in sent]
                await until(lambda: len(begun) == WAITING + 8)
                assert app.state.gate.room.statistics().tasks_waiting == 0
                arrived.set()
                await until(lambda: sum(one.done() for one in asked) == 8)
                await until_waiting(app, WAITING)
            return [(await one).status_code for one in asked]

    assert sorted(asyncio.run(story())) == [422] * WAITING + [503] * 8


def test_answers_in_memory_wait_in_the_same_queue(app: FastAPI, committed: tuple[str, str]) -> None:
    async def story() -> list[int]:
        async with visitor(app, committed[1]) as client:
            assert (await client.get(TOTALS)).status_code == 200
            async with at_work(app):
                asked = [asyncio.create_task(client.get(TOTALS)) for _ in range(WAITING + 8)]
                await until(lambda: sum(one.done() for one in asked) == 8)
                await until_waiting(app, WAITING)
            return [(await one).status_code for one in asked]

    assert sorted(asyncio.run(story())) == [200] * WAITING + [503] * 8


def test_whoever_left_for_a_slow_password_comes_back_in(app: FastAPI) -> None:
    async def story() -> int:
        gate = Gate(1)
        gate.most_waiting = 0  # always full
        await gate.room.acquire()
        async with gate.outside():
            assert gate.is_full
        return gate.room.statistics().borrowed_tokens

    assert asyncio.run(story()) == 1
