"""Every page of everybody over a database full of hostile text: nothing runs, no policy has to stop it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page

from app.db import Database, make_engine
from tests.browser.conftest import PATIENCE, new_database, serve
from tests.browser.looking import drawn
from tests.hostile import MARK, SUM, inhabited, pages_of, poison, sharp
from tests.places import Places

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]  # what a page shows does not depend on the engine
BOXES = "textarea, input[type=text], input[type=email]"
FORMS = """(boxes) => [...document.forms].flatMap((form, place) =>
  form.method === "post" && form.querySelector(boxes) ? [place] : [])"""
SEND = """([place, boxes, text]) => {
  const form = document.forms[place];
  for (const field of form.querySelectorAll(boxes)) field.value = text;
  setTimeout(() => HTMLFormElement.prototype.submit.call(form));
}"""
PARTS = {"claire": 3, "lea": 2, "karim": 1, "ines": 1, "rita": 1, "nadia": 1, "admin": 1, "": 1}
"""Everybody, and in how many tests each visits their pages; the last one is not signed in."""
WATCH = """
window.seen = [];
window.pwn = (mark) => seen.push(`ran: ${mark}`);
addEventListener("securitypolicyviolation", (refused) => {
  seen.push(`policy: ${refused.violatedDirective} ${refused.sample || refused.blockedURI}`);
});
"""
LOOK = """async () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
  for (const drawn of document.querySelectorAll(".js-plotly-plot")) {
    drawn.data.forEach((trace, curveNumber) => {
      const long = (trace.y ?? []).length;
      for (let pointNumber = 0; pointNumber < long; pointNumber += 1) {
        try { Plotly.Fx.hover(drawn, [{ curveNumber, pointNumber }]); } catch { continue; } // not drawn
        if (drawn.querySelector("a")) seen.push("link in a chart");
      }
    });
  }
  for (const element of document.querySelectorAll("*")) {
    for (const name of ["mouseover", "focus", "load", "error"]) element.dispatchEvent(new Event(name));
    for (const { name, value } of element.attributes) {
      const acts = name.startsWith("on") || name === "data-pwned" || name === "srcdoc";
      const leads = ["href", "xlink:href", "src", "action", "formaction"].includes(name);
      const is_code = leads && /^\\s*javascript:/i.test(value);
      if (acts || is_code) seen.push(`${element.tagName} ${name}=${value}`);
    }
  }
  await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
  const values = [...document.querySelectorAll("input, textarea")].map((field) => field.value);
  return { seen, text: [document.title, document.body?.textContent, ...values].join(" ") };
}"""


@dataclass
class Poisoned:
    """A server over hostile text, and what the `{…}` of its addresses stand for."""

    url: str
    places: Places


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Poisoned]:
    url = new_database(tmp_path_factory, worker_id, "hostile")
    database = Database(make_engine(url))
    with database.session() as db:
        _, places = inhabited(db)
        poison(db.connection())
    database.engine.dispose()
    for site in serve(url):
        yield Poisoned(site.url, places)


@dataclass
class Visitor:
    """A window of somebody's; `found` is what happened that should not, `shown` the columns it read."""

    page: Page
    found: list[str]
    shown: set[str]

    def open(self, path: str) -> None:
        answer = self.page.goto(path, wait_until="load")
        if answer is None or answer.status >= 500:
            self.found.append(f"{path}: {answer and answer.status}")
        self.look(path)

    def look(self, place: str) -> None:
        """Open what is folded, pass over every point and every element, and read what the page says."""
        drawn(self.page)
        told = self.page.evaluate(LOOK)
        self.found += [f"{place}: {what}" for what in told["seen"]]
        if SUM in told["text"]:
            self.found.append(f"{place}: a template was run")
        self.shown |= set(MARK.findall(told["text"]))


Enter = Callable[[str], Visitor]


@pytest.fixture
def enter(chromium: Browser, poisoned: Poisoned) -> Iterator[Enter]:
    windows: list[BrowserContext] = []

    def entered(person: str) -> Visitor:
        context = chromium.new_context(base_url=poisoned.url, locale="fr-FR", service_workers="block")
        windows.append(context)
        if person:
            context.add_cookies([{"name": "session", "value": f"cookie-of-{person}", "url": poisoned.url}])
        context.add_init_script(WATCH)
        visitor = Visitor(context.new_page(), [], set())
        visitor.page.set_default_timeout(PATIENCE)
        on, found = visitor.page.on, visitor.found

        def answer(dialog: Dialog) -> None:
            if dialog.type != "beforeunload":  # our own: what was typed and not sent would be lost
                found.append(f"dialog: {dialog.message}")
            dialog.accept()

        on("request", lambda sent: found.append(f"asked for {sent.url}") if "/pwned" in sent.url else None)
        on("pageerror", lambda error: found.append(f"{visitor.page.url}: {error}"))
        on("dialog", answer)
        return visitor

    yield entered
    for context in windows:
        context.close()


@pytest.mark.parametrize(
    ("person", "part"), [(person, part) for person, parts in PARTS.items() for part in range(parts)]
)
def test_no_text_runs_on_any_page(enter: Enter, poisoned: Poisoned, person: str, part: int) -> None:
    """What is kept, what an address says, and what a form is sent with and shows again."""
    visitor = enter(person)
    for path in list(pages_of(person, poisoned.places))[part :: PARTS[person]]:
        visitor.open(path)
        for form in visitor.page.evaluate(FORMS, BOXES):
            visitor.open(path)
            with visitor.page.expect_navigation(wait_until="load"):
                visitor.page.evaluate(SEND, [form, BOXES, sharp(0, 400)])
            visitor.look(f"{path}, form {form}")
    assert visitor.found == []
    assert visitor.shown  # otherwise nothing hostile was met
