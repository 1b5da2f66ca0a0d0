"""The answer is lost after the commit, or two arrive at once: on a real server, with real commits."""

import asyncio
import json
import socket
import struct
import time
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa
from sqlmodel import Session

from app.once import queries
from app.once.doors import REPLAYED
from tests.ground.conftest import PATIENCE, Served
from tests.world import A

GOALS = f"/api/v1/schools/{A}/goals"
STEADY = struct.pack("ii", 1, 0)


def goals_called(db: Session, title: str) -> int:
    return db.scalar(sa.text("SELECT count(*) FROM goal WHERE title = :title"), {"title": title}) or 0


def send_and_hang_up(served: Served, title: str, key: str) -> None:
    """Send the whole request, wait until its row is committed, and go without reading a byte."""
    body = json.dumps({"stake": "dialogue", "title": title}).encode()
    head = (
        f"POST {GOALS} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {served.token}\r\n"
        f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, STEADY)  # closing resets the connection
        line.sendall(head.encode() + body)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with served.database.session(reading=True) as db:
                if goals_called(db, title):
                    return
            time.sleep(0.002)
    raise AssertionError("the write never arrived")


@pytest.mark.parametrize("times", [20, pytest.param(200, marks=pytest.mark.long)])
def test_a_retry_after_a_lost_answer_writes_nothing_more(served: Served, times: int) -> None:
    headers = {"Authorization": f"Bearer {served.token}"}
    with httpx.Client(base_url=served.url, headers=headers, timeout=PATIENCE) as client:
        for _ in range(times):
            key = str(uuid4())
            title = f"Perdu-{key}"
            send_and_hang_up(served, title, key)
            body = json.dumps({"stake": "dialogue", "title": title}).encode()
            sent = {"Idempotency-Key": key, "Content-Type": "application/json"}
            answer = client.post(GOALS, content=body, headers=sent)
            assert (answer.status_code, answer.headers.get(REPLAYED)) == (201, "true"), answer.text
            assert client.get(f"{GOALS}/{answer.json()['id']}").json()["title"] == title
    with served.database.session(reading=True) as db:
        wanted = sa.text("SELECT title, count(*) FROM goal WHERE title LIKE 'Perdu-%' GROUP BY title")
        found = db.execute(wanted).all()
    assert len(found) >= times
    assert {count for _, count in found} == {1}


def test_twins_at_the_same_moment_leave_one_row(served: Served) -> None:
    """Twelve times the same request at once; on PostgreSQL, one that waited for long is told to retry."""
    title = f"Jumeaux-{uuid4()}"
    headers = {"Authorization": f"Bearer {served.token}", "Idempotency-Key": title}

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=served.url, headers=headers, timeout=PATIENCE) as client:
            body = {"stake": "dialogue", "title": title}
            asked = [client.post(GOALS, json=body) for _ in range(12)]
            return list(await asyncio.wait_for(asyncio.gather(*asked), PATIENCE))

    answers = asyncio.run(ask())
    taken = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["id"] for answer in taken}) == 1
    assert sum(REPLAYED not in answer.headers for answer in taken) == 1
    with served.database.session(reading=True) as db:
        assert goals_called(db, title) == 1


@pytest.mark.postgresql
def test_a_twin_that_waits_for_too_long_is_told_to_come_back(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "WAIT", "200ms")
    title = f"Long-{uuid4()}"
    headers = {"Authorization": f"Bearer {served.token}", "Idempotency-Key": title}
    body = {"stake": "dialogue", "title": title}
    with httpx.Client(base_url=served.url, headers=headers, timeout=PATIENCE) as client:
        with served.database.session() as db:  # holds school A's turn: the first request cannot end
            db.execute(sa.text("LOCK TABLE goal IN ACCESS EXCLUSIVE MODE"))

            async def both() -> list[httpx.Response]:
                async with httpx.AsyncClient(base_url=served.url, headers=headers, timeout=PATIENCE) as twins:
                    first, second = (asyncio.create_task(twins.post(GOALS, json=body)) for _ in range(2))
                    done, _ = await asyncio.wait({first, second}, return_when=asyncio.FIRST_COMPLETED)
                    await asyncio.to_thread(db.rollback)
                    assert len(done) == 1
                    return [await first, await second]

            answers = asyncio.run(both())
        again = client.post(GOALS, json=body)
    refused = next(answer for answer in answers if answer.status_code != 201)
    assert (refused.status_code, refused.json()["code"]) == (409, "underway")
    assert int(refused.headers["Retry-After"]) > 0
    assert again.headers[REPLAYED] == "true"
