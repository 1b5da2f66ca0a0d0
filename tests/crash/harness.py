"""A server in a process of its own that can be killed, and people who go on writing to it meanwhile."""

import contextlib
import http.client
import json
import math
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import sqlalchemy as sa

from app.accounts.audit import broken_links
from app.actions.models import ActionIn
from app.actions.service import add_action
from app.db import ROOT, Database, make_engine, migrate
from app.measurements.service import verify_totals
from app.transmissions.publishing import verify_published
from tests.matrix import ACTION
from tests.world import NOW, A, add_token, build_world

PATIENCE = 90
"""Seconds after which something hangs; a verdict on speed is not a test's to give."""
CLIENTS = 8


@dataclass
class Place:
    """A database with the people of tests/world.py and one action, and the addresses to write to."""

    url: str
    token: str
    action_id: str
    port: int

    @property
    def goals(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/schools/{A}/goals"

    @property
    def events(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/schools/{A}/actions/{self.action_id}/events"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def settle(url: str, port: int) -> Place:
    migrate(url)
    engine = make_engine(url)
    with Database(engine).session() as db:
        world = build_world(db)
        token = add_token(db, world.users["claire"])
        action = add_action(db, world.actor(db, "claire"), A, ActionIn.model_validate(ACTION))
    engine.dispose()
    return Place(url, token, str(action.id), port)


class Nursery:
    """One process that imported the application and forks a server when asked (tests/crash/nursery.py)."""

    def __init__(self) -> None:
        env = {name: value for name, value in os.environ.items() if not name.startswith("CONFIANCE_")}
        command = [sys.executable, "-m", "tests.crash.nursery"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._heard: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard.put(line.strip())

    def bear(self, settings: dict[str, str]) -> int:
        """Its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(settings) + "\n")
        self._process.stdin.flush()
        return int(self._heard.get(timeout=PATIENCE))

    def exit_status(self) -> int:
        return int(self._heard.get(timeout=PATIENCE))

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._listener.join(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Server:
    """`python -m app serve` in a process of its own."""

    def __init__(self, nursery: Nursery, place: Place) -> None:
        self.nursery, self.place, self.pid = nursery, place, 0

    def start(self) -> None:
        settings = {
            "CONFIANCE_DATABASE_URL": self.place.url,
            "CONFIANCE_PUBLIC_URL": f"http://127.0.0.1:{self.place.port}",
            "CONFIANCE_LOG_LEVEL": "CRITICAL",
            "CONFIANCE_NOW": NOW.isoformat(),
        }
        self.pid = self.nursery.bear(settings)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(OSError), contextlib.closing(self._line()) as line:
                line.request("GET", "/readyz")
                if line.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise AssertionError("the server never became ready")

    def _line(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.place.port, timeout=PATIENCE)

    def end(self, number: signal.Signals) -> int:
        """Its exit status, once it has gone."""
        os.kill(self.pid, number)
        self.pid = 0
        return self.nursery.exit_status()


@contextlib.contextmanager
def serving(nursery: Nursery, place: Place) -> Iterator[Server]:
    server = Server(nursery, place)
    try:
        server.start()
        yield server
    finally:
        if server.pid:
            server.end(signal.SIGKILL)


@dataclass
class Writers:
    """Eight people who write goals and held events; unanswered, they send again under the same key."""

    place: Place
    acknowledged: dict[str, list[str]] = field(default_factory=lambda: {"goal": [], "event": []})
    refused: Counter[int] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    lost: int = 0
    """Answers that never came."""

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._end = math.inf
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._write, args=(me,)) for me in range(CLIENTS)]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Everyone finishes what they had begun: the server has to be up again."""
        self._end = time.monotonic() + PATIENCE
        self._over.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE)
        assert not any(thread.is_alive() for thread in self._threads)

    @property
    def count(self) -> int:
        return sum(len(found) for found in self.acknowledged.values())

    def _write(self, me: int) -> None:
        kind = "goal" if me % 2 else "event"
        url = self.place.goals if kind == "goal" else self.place.events
        with httpx.Client(headers=self.place.headers, timeout=PATIENCE) as client:
            while not self._over.is_set():
                key = str(uuid4())
                body: dict[str, Any] = (
                    {"stake": "dialogue", "title": key}
                    if kind == "goal"
                    else {"planned_on": "2026-11-06", "state": "held", "parents_present": 1}
                )
                self._until_answered(client, kind, url, key, body)

    def _until_answered(
        self, client: httpx.Client, kind: str, url: str, key: str, body: dict[str, Any]
    ) -> None:
        while time.monotonic() < self._end:  # the server may be killed before each answer, again and again
            try:
                answer = client.post(url, json=body, headers={"Idempotency-Key": key})
            except httpx.HTTPError:
                with self._lock:
                    self.lost += 1
                time.sleep(0.1)
                continue
            with self._lock:
                if answer.status_code == 201:
                    self.acknowledged[kind].append(answer.json()["id"])
                    return
                self.refused[answer.status_code] += 1
                if answer.status_code not in (409, 503) or "Retry-After" not in answer.headers:
                    self.strange.append(f"{answer.status_code} {answer.text}")
                    return
            time.sleep(0.1)
        with self._lock:
            self.strange.append("never answered")


def must_be_whole(place: Place, writers: Writers) -> None:
    """Everything acknowledged is there once, nothing is half there, every total says what was recorded."""
    assert writers.strange == []
    engine = make_engine(place.url)
    database = Database(engine)
    with database.session(reading=True) as db:
        for table, ids in writers.acknowledged.items():
            assert len(set(ids)) == len(ids)
            there = {str(found) for found in db.scalars(sa.text(f"SELECT id FROM {table}"))}
            kept = {found.replace("-", "") for found in there}
            assert {found.replace("-", "") for found in ids} <= kept
        # All were answered in the end: what is there and what was acknowledged are the same.
        goals = db.execute(sa.text("SELECT count(*), count(DISTINCT title) FROM goal")).one()
        assert goals == (len(writers.acknowledged["goal"]),) * 2
        events = db.scalar(sa.text("SELECT count(*) FROM event"))
        assert events == len(writers.acknowledged["event"])
        visits = db.scalar(sa.text("SELECT counted FROM term_total WHERE indicator = 'visits'"))
        assert (visits or 0) == len(writers.acknowledged["event"])
        acts = db.scalar(
            sa.text("SELECT count(*) FROM audit_event WHERE verb IN ('goal.added', 'event.added')")
        )
        assert acts == writers.count
        assert broken_links(db)[1] == []
        assert verify_totals(db) + verify_published(db) == []
        if database.is_sqlite:
            assert db.scalar(sa.text("PRAGMA integrity_check")) == "ok"
            assert db.execute(sa.text("PRAGMA foreign_key_check")).all() == []
    engine.dispose()
