"""`/metrics`: counts by route pattern, and nothing that a person typed or is."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from tests.world import MISSING, A

SignIn = Callable[[str], TestClient]


def counted(text: str, start: str) -> float:
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(start))


def test_requests_are_counted_by_pattern(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    line = 'confiance_requests_total{method="GET",route="/api/v1/schools/{uai}/goals",status="200"}'
    before = counted(claire.get("/metrics").text, line)
    assert claire.get(f"/api/v1/schools/{A}/goals?state=active").status_code == 200
    said = claire.get("/metrics")
    assert counted(said.text, line) == before + 1
    assert counted(said.text, "confiance_requests_underway ") == 1  # this one
    assert said.headers["content-type"].startswith("text/plain")


def test_nothing_that_was_typed_or_that_names_anyone_is_in_it(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    claire.get(f"/ecoles/{MISSING}?q=claire@demo.invalid")
    claire.get("/parents/un-lien-secret")
    claire.request("BREW", "/nulle-part/claire")
    said = claire.get("/metrics").text
    assert not [word for word in (MISSING, A, "claire", "demo.invalid", "secret", "BREW") if word in said]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_what_comes_through_a_proxy_finds_nothing(sign_in: SignIn, header: str) -> None:
    assert sign_in("anonymous").get("/metrics", headers={header: "192.0.2.1"}).status_code == 404
