"""The dashboard on a slow telephone: when it is read, when its charts answer; beside plotly's full bundle."""

import gzip
import json
import re
import statistics
import tempfile
from collections.abc import Mapping
from pathlib import Path

import brotli
import plotly
import plotly.graph_objects
from playwright.sync_api import Browser, BrowserContext, StorageState, sync_playwright

from benchmarks.measuring import OURS, Report, Samples
from benchmarks.servers import confiance, demonstration, floor
from benchmarks.weighing import HOME, launched, signed_in

ALONE, PEER = "floor: the same page, its SVG alone", "peer: the same figures, plotly's full bundle"
SLOWER = 4
FAST_3G = {"offline": False, "latency": 562.5, "downloadThroughput": 180_000, "uploadThroughput": 84_375}
"""As Chromium's own tools define it: milliseconds, and bytes a second."""
WIDTH, HEIGHT = 412, 823
ROUNDS = 3
MOST = 120_000
"""Milliseconds until a page that does not come is given up."""
WATCH = """
(() => {
  const seen = window.benchSeen = {}, told = {}, when = window.benchWhen = {};
  const all = (place, has) => {
    const found = [...document.querySelectorAll(place)];
    return document.readyState !== "loading" && found.length > 0 && found.every(has);
  };
  const tests = {
    painted: () => performance.getEntriesByName("first-contentful-paint").length,
    svg: () => all("figure.chart", (one) => [...one.querySelectorAll("svg")].some((svg) => svg.clientHeight)),
    first: () => document.querySelector(".drawn, .plotly-graph-div .main-svg"),
    drawn: () => all("figure.chart, .plotly-graph-div", (one) =>
      one.matches(".drawn") || one.matches("div") && one.querySelector(".main-svg")),
  };
  for (const name in tests) when[name] = new Promise((resolve) => { told[name] = resolve; });
  const look = () => {
    for (const name in tests) {
      if (!seen[name] && tests[name]()) told[name](seen[name] = performance.now());
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""
"""At each frame: is an SVG of every chart shown? Is every chart plotly's?"""
TOLD = """() => ({
  ...window.benchSeen,
  painted: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  library: performance.getEntriesByType("resource").find((one) => /plotly.*min/.test(one.name))?.responseEnd,
})"""
Moments = Mapping[str, float]
"""Milliseconds from the beginning of the visit."""


def run() -> Report:
    report = Report.on("browse")
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        confiance(demonstration(folder)) as server,
    ):
        browser, address = launched(playwright), f"http://127.0.0.1:{server.port}"
        state, term = signed_in(browser, address)
        ours = f"{address}{HOME}/tableau-de-bord/{term}"
        files = Path(folder) / "files"
        charts = _write_pages(files, _source(browser, state, ours))
        with floor("pages", FLOOR_FOLDER=str(files)) as others:
            found = _in_turn(browser, state, ours, f"http://127.0.0.1:{others.port}/pages")
        browser.close()
    for side, moments in found.items():
        for moment, told in _SAID.items():
            times = tuple(one[moment] / 1000 for one in moments if one.get(moment))
            if times:
                report.side(
                    f"{side}: {told}", Samples(times), f"{charts} charts" if moment == "drawn" else ""
                )

    def ratio(one: tuple[str, str], other: tuple[str, str]) -> float:
        first, second = (
            statistics.median(seen[moment] for seen in found[side]) for side, moment in (one, other)
        )
        return first / second

    waited = ratio((OURS, "painted"), (OURS, "library"))
    report.at_most("first contentful paint to the arrival of the chart library", waited, 1)
    report.at_most("the page with its SVG to the SVG alone", ratio((OURS, "svg"), (ALONE, "svg")), 1.5)
    report.at_most("a first chart drawn, to the full bundle", ratio((OURS, "first"), (PEER, "first")), 0.4)
    report.at_most("every chart drawn, to the full bundle", ratio((OURS, "drawn"), (PEER, "drawn")), 0.4)
    return report


_SAID = {
    "painted": "first contentful paint", "svg": "every SVG is shown", "library": "the chart library has come",
    "first": "a first chart answers", "drawn": "every chart answers",
}  # fmt: skip


def _in_turn(browser: Browser, state: StorageState, ours: str, beside: str) -> dict[str, list[Moments]]:
    """A B C, A B C: each visit the first of a browser that knows nothing."""
    sides = {OURS: (ours, "drawn"), ALONE: (f"{beside}/svg", "svg"), PEER: (f"{beside}/bundle", "drawn")}
    found: dict[str, list[Moments]] = {side: [] for side in sides}
    for _ in range(ROUNDS):
        for side, (address, last) in sides.items():
            context = browser.new_context(
                locale="fr-FR", storage_state=state, viewport={"width": WIDTH, "height": HEIGHT}
            )
            found[side].append(_visit(context, address, last))
            context.close()
    return found


def _visit(context: BrowserContext, address: str, last: str) -> Moments:
    page = context.new_page()
    page.set_default_timeout(MOST)
    page.add_init_script(WATCH)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", FAST_3G)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    answer = page.goto(address, wait_until="commit")
    assert answer is not None
    assert answer.ok, f"{address}: {answer.status}"
    page.evaluate(
        f"() => Promise.all([benchWhen.painted, benchWhen.{last}])"
    )  # a string to be compiled is what our policy forbids
    told: Moments = page.evaluate(TOLD)
    return told


def _source(browser: Browser, state: StorageState, address: str) -> str:
    context = browser.new_context(locale="fr-FR", storage_state=state)
    source = context.request.get(address).text()
    context.close()
    return source


def _write_pages(folder: Path, source: str) -> int:
    """The page without what draws it again, and its figures as `to_html` writes them; how many there are."""
    told = r'<script type="application/json">(.*?)</script>'
    figures = [json.loads(one) for one in re.findall(told, source, re.DOTALL)]
    alone = re.sub(told, "", source, flags=re.DOTALL)
    alone, scripts = re.subn(r'<script type="module" src="[^"]*charts\.js.*?</script>', "", alone)
    assert (bool(figures), scripts) == (True, 1), "the page is no longer what this question takes it for"
    folder.mkdir()
    for name, html in {"svg": alone, "bundle": _with_bundle(figures)}.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(html.encode(), 6))
    bundle = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    (folder / "plotly.min.js.br").write_bytes(brotli.compress(bundle.read_bytes(), quality=5))
    return len(figures)


def _with_bundle(figures: list[dict[str, object]]) -> str:
    """Colours that only our style sheet knows are plotly's own there."""
    plain = json.loads(re.sub(r"var\(--[a-z]+\)", "#336699", json.dumps(figures)))
    drawn = [
        plotly.graph_objects.Figure(one).to_html(include_plotlyjs=False, full_html=False) for one in plain
    ]
    head = '<meta charset="utf-8"><title>Figures</title><script src="/scripts/plotly.min.js"></script>'
    return f'<!doctype html><html lang="fr"><head>{head}</head><body>{"".join(drawn)}</body></html>'
