"""What every page is held to: axe, its width, and links that a finger meets."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]}


def found_by_axe(page: Page) -> list[str]:
    """WCAG 2.2 A and AA, and RGAA where axe knows it: a line for each element."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{item['id']}: {node['html'][:160]}" for item in found for node in item["nodes"]]


LOW_LINKS = """() => [...document.querySelectorAll("a[href]")].filter((link) => {
    const { width, height } = link.getBoundingClientRect();
    return width > 1 && height < 24; // what is hidden from sight is one pixel wide
}).map((link) => `${link.textContent.trim()}: ${link.getBoundingClientRect().height} px`)"""


def low_links(page: Page) -> list[str]:
    """The links less than 24 px high (WCAG 2.2, 2.5.8); axe lets those pass that stand far from others."""
    found: list[str] = page.evaluate(LOW_LINKS)
    return found


def drawn(page: Page) -> None:
    """Wait until plotly.js has taken over every chart of a page that loads it; elsewhere the server draws."""
    if page.locator("script[data-plotly]").count():
        expect(page.locator("figure.chart[data-chart]:not(.drawn)")).to_have_count(0)


def looked_at(page: Page) -> None:
    """Axe finds nothing, and the page fits its width."""
    assert found_by_axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
