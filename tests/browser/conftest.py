"""A real server on loopback and a real Chromium, over a demonstration-sized world of its own."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.db import Database, make_engine, migrate
from app.main import create_app
from app.settings import Settings
from tests import postgresql
from tests.conftest import ENGINE
from tests.world import NOW, build_world

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


@dataclass
class Site:
    """Where the server answers, and the database under it."""

    url: str
    database: Database


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve(database_url: str, **more: str) -> Iterator[Site]:
    """A server in a thread, with more settings if need be: it shares the pinned clock of the tests."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    own = {"database_url": database_url, "public_url": url, "log_level": "ERROR", "now": NOW}
    app = create_app(Settings.model_validate(own | more))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(200):
        if server.started:
            break
        time.sleep(0.05)
    yield Site(url, app.state.database)
    server.should_exit = True
    thread.join(15)


def new_database(tmp_path_factory: pytest.TempPathFactory, worker_id: str, name: str) -> str:
    if ENGINE == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp(name) / 'browser.db'}"
    else:
        url = postgresql.fresh_database(os.environ["TEST_DATABASE_URL"], f"confiance_{name}_{worker_id}")
    migrate(url)
    return url


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    """An empty school's world, committed: each story starts from nothing."""
    url = new_database(tmp_path_factory, worker_id, "story")
    database = Database(make_engine(url))
    with database.session() as db:
        build_world(db)
    database.engine.dispose()
    yield from serve(url)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """For a module and not for the session: as long as it lives, `asyncio.run` is refused to its worker."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing: install Debian's chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, site: Site) -> Iterator[Open]:
    """`open_page("claire", javascript=False, width=375)` is a signed-in browser window."""
    contexts: list[BrowserContext] = []

    def opened(
        name: str | None = "claire", *, javascript: bool = True, width: int = 1280, **options: object
    ) -> Page:
        context = chromium.new_context(
            base_url=site.url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": 900},
            locale="fr-FR",
            **options,  # type: ignore[arg-type]  # colour scheme and the like, passed on as they are
        )
        contexts.append(context)
        if name:
            context.add_cookies([{"name": "session", "value": f"cookie-of-{name}", "url": site.url}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    yield opened
    for context in contexts:
        context.close()
