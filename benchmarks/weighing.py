"""What a page weighs on the wire, first and second visit, in Chromium over the demonstration."""

import tempfile

from playwright.sync_api import Browser, CDPSession, Page, Playwright, StorageState, sync_playwright

from app.demo.places import MAIN
from benchmarks.measuring import Report
from benchmarks.servers import confiance, demonstration

HOME = f"/ecoles/{MAIN.uai}"
CHARTS = "plotly"
BARS = {"sheet": 60, "dashboard": 450}
"""kB at the first visit, everything included."""


def run() -> Report:
    report = Report.on("weigh")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = demonstration(folder)
        with confiance(url) as server:
            browser = launched(playwright)
            address = f"http://127.0.0.1:{server.port}"
            state, term = signed_in(browser, address)
            pages = {
                "sheet": HOME,
                "entry": f"{HOME}/saisie/{term}",
                "meeting": f"{HOME}/conseil/{term}",
                "dashboard": f"{HOME}/tableau-de-bord/{term}",
            }
            for name, path in pages.items():
                context = browser.new_context(base_url=address, locale="fr-FR", storage_state=state)
                page = context.new_page()
                first, files = _weigh(page, path)
                second, _ = _weigh(page, path)
                context.close()
                said = f"{len(files)} files, {first / 1000:.1f} kB; again {second / 1000:.1f} kB"
                report.number(name, said)
                if name in BARS:
                    report.at_most(f"{name}, kB at the first visit", first / 1000, BARS[name])
                if name != "dashboard":
                    charts = sum(CHARTS in file for file in files)
                    report.at_most(f"{name}, files of the chart library", charts, 0)
                else:
                    library = next(size for file, size in files.items() if "plotly-basic" in file)
                    report.at_most("chart library, kB", library / 1000, 370)
            browser.close()
    return report


def launched(playwright: Playwright) -> Browser:
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=quiet)


def signed_in(browser: Browser, address: str) -> tuple[StorageState, str]:
    """The cookies of the demonstration's head teacher, and the term her sheet opens on."""
    context = browser.new_context(base_url=address, locale="fr-FR")
    page = context.new_page()
    page.goto("/connexion")
    page.get_by_role("button", name="Claire").click()
    link = page.locator(f"a[href^='{HOME}/saisie/']").first.get_attribute("href") or ""
    state = context.storage_state()
    context.close()
    return state, link.rpartition("/")[2].partition("#")[0]


def _weigh(page: Page, path: str) -> tuple[int, dict[str, int]]:
    """Bytes received, headers included: in all, and by address. What comes from the cache weighs nothing."""
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session: CDPSession = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]}))
    session.on("Network.loadingFinished", lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}))
    answer = page.goto(path, wait_until="networkidle")
    assert answer is not None
    assert answer.ok, f"{path}: {answer.status}"
    page.wait_for_timeout(1500)  # the library is asked for once the page is there
    session.detach()
    return sum(sizes.values()), {names[key]: size for key, size in sizes.items() if key in names}
