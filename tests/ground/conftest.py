"""A database whose commits are real, and a real server on it: what the rolled-back tests cannot show."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
import uvicorn
from fastapi import FastAPI

from app.db import Database, make_engine, migrate
from app.main import create_app
from app.settings import Settings
from tests.world import NOW, add_token, build_world

PATIENCE = 60
"""Seconds after which something hangs; a verdict on speed is not a test's to give."""


@dataclass(frozen=True)
class Served:
    """A server on loopback with the people of `tests/world.py`, committed."""

    app: FastAPI
    """The first server's."""
    port: int
    token: str
    """Claire's, who heads school A."""
    database: Database
    """Connections of the test's own."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def committed(own_database: Callable[[str], str]) -> tuple[str, str]:
    """(database URL, Claire's token): a migrated database with the world in it."""
    url = own_database("ground")
    migrate(url)
    engine = make_engine(url)
    with Database(engine).session() as db:
        world = build_world(db)
        token = add_token(db, world.users["claire"])
    engine.dispose()
    return url, token


@pytest.fixture
def served(committed: tuple[str, str], processes: int) -> Iterator[Served]:
    """As many servers as `processes` on one port: each connection goes to the one that takes it first."""
    url, token = committed
    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    port = listening.getsockname()[1]
    public = f"http://127.0.0.1:{port}"
    settings = Settings(database_url=url, public_url=public, log_level="ERROR", now=NOW)
    apps = [create_app(settings) for _ in range(processes)]
    engine = make_engine(url)
    with ExitStack() as servers:
        for app in apps:
            servers.enter_context(running(app, listening.dup()))
        yield Served(apps[0], port, token, Database(engine))
    listening.close()
    engine.dispose()


@contextmanager
def running(app: FastAPI, listening: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    end = time.monotonic() + PATIENCE
    while not server.started and thread.is_alive() and time.monotonic() < end:
        time.sleep(0.02)
    assert server.started
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listening.close()
    assert not thread.is_alive()
