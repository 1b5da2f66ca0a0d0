"""A router is passed over only when none of its routes would have taken the address."""

import re

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app import routers
from app.web.matching import match_at_once

EVERY = (*routers.PUBLIC, *routers.PRIVATE)
ADDRESSES = sorted({route.path for one in EVERY for route in one.routes if isinstance(route, APIRoute)})


def test_every_address_still_finds_its_route(web: FastAPI) -> None:
    """405 names the methods of an address, and so proves that it is known; 404 would deny it."""
    client = TestClient(web, base_url="https://testserver")
    answers = {path: client.request("TRACE", re.sub(r"\{[^}]*\}", "x", path)) for path in ADDRESSES}
    assert len(answers) > 200
    assert [path for path, answer in answers.items() if answer.status_code != 405] == []


def test_an_unknown_address_asks_no_route() -> None:
    asked = []

    class Noted(APIRoute):
        def matches(self, scope):  # type: ignore[no-untyped-def]  # starlette's own signature
            asked.append(scope["path"])
            return super().matches(scope)

    router = APIRouter(prefix="/schools/{uai}", route_class=Noted)
    router.get("/goals")(lambda uai: uai)
    for app in (FastAPI(), FastAPI()):  # two applications of the same routers
        app.include_router(router)
        match_at_once(app.routes[-1], router)
    client = TestClient(app)
    assert client.get("/schools/a/actions").status_code == 404
    assert asked == []
    assert client.get("/schools/a/goals").json() == "a"
    assert set(asked) == {"/schools/a/goals"}
