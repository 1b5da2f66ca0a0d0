"""Take the pictures of docs/screenshots from a demonstration of its own: `python scripts/screenshots.py`.

Needs the development requirements and Debian's Chromium. The clock is pinned, so that two runs look the same.
"""

import socket
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app import clock
from app.db import Database, make_engine, migrate
from app.demo.places import MAIN
from app.demo.world import fill
from app.main import create_app
from app.settings import Settings

MOMENT = datetime(2026, 12, 14, 10, tzinfo=UTC)
HOME, TERM = f"/ecoles/{MAIN.uai}", "2026-2027-T1"
PAGES = {
    "feuille": HOME,
    "tableau-de-bord": f"{HOME}/tableau-de-bord/{TERM}",
    "saisie": f"{HOME}/saisie/{TERM}",
    "conseil": f"{HOME}/conseil/{TERM}#i-visits",
    "conseil-decision": f"{HOME}/conseil/{TERM}#{{action}}",
    "releve": f"{HOME}/conseil/2025-2026-T3",
    "annee": f"{HOME}/annee/2025-2026",
    "parents": f"{HOME}/parents/apercu/{TERM}",
    "pratiques": "/pratiques",
    "leviers": "/leviers",
    "fiches": "/fiches",
    "circonscription": "/circonscription/0990900Z",
}
ON_PAPER = {"feuille", "tableau-de-bord", "releve", "annee", "parents", "circonscription"}
LOOKS: dict[str, dict[str, Any]] = {
    "": {"viewport": {"width": 1440, "height": 900}},
    "-telephone": {"viewport": {"width": 375, "height": 800}},
    "-sombre": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "-projecteur": {"viewport": {"width": 1280, "height": 720}},
    "-papier": {"viewport": {"width": 794, "height": 1123}},  # A4 at 96 dots per inch
}


def main(folder: Path = ROOT / "docs" / "screenshots") -> list[Path]:
    """Every page in every look; whole on a desk and on paper, one screen elsewhere."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        url = serve(f"sqlite:///{scratch}/demo.db")
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for look, options in LOOKS.items():
            school, circonscription = (
                signed_in(browser.new_context(base_url=url, locale="fr-FR", **options).new_page(), name)
                for name in ("Claire", "Inès")
            )
            action = first_action(school)
            for name, path in PAGES.items():
                if look == "-papier" and name not in ON_PAPER:
                    continue
                page = circonscription if name == "circonscription" else school
                page.emulate_media(media="print" if look == "-papier" else "screen")
                page.goto("about:blank")  # an address that differs by its anchor only would not be loaded
                page.goto(path.format(action=action), wait_until="networkidle")
                page.wait_for_timeout(800)
                made.append(folder / f"{name}{look}.png")
                page.screenshot(path=made[-1], full_page=look in ("", "-papier"))
        browser.close()
    return made


def signed_in(page: Page, name: str) -> Page:
    page.goto("/connexion")
    page.get_by_role("button", name=name).click()
    return page


def first_action(page: Page) -> str:
    """The step of the meeting where the first action is decided; opens the review when nobody has."""
    page.goto(f"{HOME}/conseil/{TERM}")
    begin = page.get_by_role("button", name="Ouvrir le bilan")
    if begin.count():
        begin.click()
        page.wait_for_selector("[data-meeting]")
    return str(page.locator("section.step[id^='d-']:has(.agir)").first.get_attribute("id"))


def serve(database_url: str) -> str:
    """Its address, once it answers; at a port that nothing else on this machine has."""
    clock.pin(MOMENT)
    migrate(database_url)
    with Database(make_engine(database_url)).session() as db:
        fill(db)
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    app = create_app(Settings(database_url=database_url, public_url=url, log_level="ERROR", now=MOMENT))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while thread.is_alive() and not server.started:
        time.sleep(0.1)
    return url


if __name__ == "__main__":
    main()
