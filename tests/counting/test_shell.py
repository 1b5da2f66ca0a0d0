"""What a phone keeps: the same for everybody, nobody's data, and the headers that let a browser use it."""

import json
import re
from collections.abc import Callable

import pytest
from fastapi.responses import HTMLResponse
from fastapi.testclient import TestClient

from app.counting import shell_pages
from app.web.static_files import STATIC, static
from tests.world import A

SignIn = Callable[[str], TestClient]


def test_the_shell_is_the_same_for_everybody(sign_in: SignIn) -> None:
    pages = {sign_in(person).get("/comptage").text for person in ("claire", "karim", "ines", "anonymous")}
    assert len(pages) == 1
    (page,) = pages
    assert "csrf" not in page
    assert not [name for name in ("Claire", "Karim", A, "Tilleuls") if name in page]


def test_the_worker_may_serve_the_counters_of_a_school(sign_in: SignIn) -> None:
    answer = sign_in("anonymous").get("/comptage/worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_worker_keeps_the_shell_and_all_that_it_asks_for(sign_in: SignIn) -> None:
    anonymous = sign_in("anonymous")
    found = re.match(r"const KEPT = (\{.*\});\n", anonymous.get("/comptage/worker.js").text)
    assert found
    kept = json.loads(found[1])
    assert kept["urls"][0] == "/comptage"
    wanted = {
        static(name) for name in ("confiance.css", "app.js", "counter.js", "counter-queue.js", "mark.svg")
    }
    assert set(kept["urls"][1:]) == wanted
    for url in kept["urls"]:
        assert anonymous.get(url).status_code == 200
    imported = re.findall(r'import .*?from "([^"]+)"', (STATIC / "counter.js").read_text(encoding="utf-8"))
    assert imported == []  # a second file would be asked for under an address without its version


def test_the_worker_changes_with_what_it_keeps(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a browser would keep an old shell for ever."""
    anonymous = sign_in("anonymous")
    first = anonymous.get("/comptage/worker.js").text
    assert anonymous.get("/comptage/worker.js").text == first
    answer = HTMLResponse("<p>another shell</p>")
    monkeypatch.setattr(shell_pages, "shell", lambda _request: answer)
    assert anonymous.get("/comptage/worker.js").text != first


def test_the_counter_can_become_an_icon(sign_in: SignIn) -> None:
    anonymous = sign_in("anonymous")
    answer = anonymous.get("/comptage/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    about = answer.json()
    assert (about["start_url"], about["display"], about["lang"]) == ("/comptage", "standalone", "fr")
    assert anonymous.get(about["icons"][0]["src"]).headers["Content-Type"] == "image/svg+xml"
    assert '<link rel="manifest" href="/comptage/manifest.webmanifest">' in anonymous.get("/comptage").text
