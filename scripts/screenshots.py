"""Take the pictures of docs/screenshots from a demonstration of its own: `python scripts/screenshots.py`.

Needs the development requirements and Debian's Chromium. The clock is pinned, so that two runs look the same.
"""

import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import clock
from app.db import Database, make_engine, migrate
from app.demo.places import MAIN
from app.demo.world import fill
from app.main import create_app
from app.settings import Settings

MOMENT = datetime(2026, 12, 14, 10, tzinfo=UTC)
PORT = 8123
URL = f"http://127.0.0.1:{PORT}"
HOME = f"/ecoles/{MAIN.uai}"
SHOTS: dict[str, tuple[str, dict[str, Any]]] = {
    "feuille": (HOME, {"viewport": {"width": 1440, "height": 900}}),
    "feuille-telephone": (HOME, {"viewport": {"width": 375, "height": 800}}),
    "feuille-sombre": (HOME, {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"}),
    "tableau-de-bord": (f"{HOME}/tableau-de-bord", {"viewport": {"width": 1280, "height": 900}}),
    "saisie-telephone": (f"{HOME}/saisie", {"viewport": {"width": 375, "height": 800}}),
    "conseil": (f"{HOME}/conseil/2025-2026-T3", {"viewport": {"width": 1280, "height": 720}}),
}


def main() -> None:
    folder = ROOT / "docs" / "screenshots"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        serve(f"sqlite:///{scratch}/demo.db")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
            )
            for name, (path, look) in SHOTS.items():
                page = browser.new_context(base_url=URL, locale="fr-FR", **look).new_page()
                page.goto("/connexion")
                page.get_by_role("button", name="Claire").click()
                page.goto(path, wait_until="networkidle")
                page.wait_for_timeout(1000)
                page.screenshot(path=folder / f"{name}.png", full_page=True)
                print(folder / f"{name}.png")


def serve(database_url: str) -> None:
    clock.pin(MOMENT)
    migrate(database_url)
    with Database(make_engine(database_url)).session() as db:
        fill(db)
    app = create_app(Settings(database_url=database_url, public_url=URL, log_level="ERROR", now=MOMENT))
    server = uvicorn.Server(uvicorn.Config(app, port=PORT, log_config=None, access_log=False))
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.1)


if __name__ == "__main__":
    main()
