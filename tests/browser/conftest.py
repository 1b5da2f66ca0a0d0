"""A real server on loopback and a real Chromium, over a demonstration-sized world of its own."""

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app.db import Database, make_engine, migrate
from app.main import create_app
from app.settings import Settings
from tests import postgresql
from tests.conftest import ENGINE
from tests.ground.conftest import running
from tests.world import NOW, build_world

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]


PATIENCE = 60_000
"""Milliseconds after which something hangs: playwright's own five seconds are short on a busy machine."""
expect.set_options(timeout=PATIENCE)


@dataclass
class Site:
    """Where the server answers, and the database under it."""

    url: str
    database: Database


def serve(database_url: str, **more: str) -> Iterator[Site]:
    """A server in a thread, with more settings if need be: it shares the pinned clock of the tests."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        own = {"database_url": database_url, "public_url": url, "log_level": "ERROR", "now": NOW}
        app = create_app(Settings.model_validate(own | more))
        with running(app, listening.dup()):
            yield Site(url, app.state.database)
        app.state.database.engine.dispose()


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


def press(page: Page, name: str) -> None:
    """The button of that name; what the next line looks at is the page it leads to, not the one before."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def follow(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=name).click()


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
        page.set_default_timeout(PATIENCE)
        return page

    yield opened
    for context in contexts:
        context.close()
