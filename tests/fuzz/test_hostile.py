"""Every door, every field, and what no school would send: refused in words, never a crash.

The rows that addresses name are there: what a body gets past the model reaches the verb and the database.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from itertools import islice, product
from typing import Any, TypeVar
from urllib.parse import quote_from_bytes, urlencode

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import BaseModel
from sqlmodel import Session

from app.web.http import MAX_BODY
from app.web.posted import MAX_FIELDS
from tests.ground.test_problems import HOSTILE
from tests.matrix import MATRIX, Row
from tests.places import Places
from tests.test_matrix import (
    PRIVATE_ROUTES,
    PUBLIC_ROUTES,
    bodies_of,
    db,
    parts_of,
    places,
    undone,
    world,
)

__all__ = ["db", "places", "world"]

SignIn = Callable[[str], TestClient]
T = TypeVar("T")
SHARE = int(os.environ.get("HOSTILE_SHARE", "7"))
"""One odd value in so many is tried, `./run soak hostile` tries them all. It divides no list of values below:
each field meets other values than the field before it, and all of them come round."""
JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"
JSON_WRITES = [
    name
    for name, row in MATRIX.items()
    if re.match("(POST|PUT|PATCH) /api", name) and row.body is not None and row.allowed
]
FORMS = [name for name, row in MATRIX.items() if re.match("POST /(?!api)", name) and row.allowed]
PUBLIC_FORMS = [name for name in PUBLIC_ROUTES if name.startswith("POST ")]
READS = [name for name, row in MATRIX.items() if name.startswith("GET ") and row.allowed]
PUBLIC_READS = [name for name in PUBLIC_ROUTES if name.startswith("GET ")]

VALUES: list[Any] = [
    10**30,
    -1,
    1.5,
    float("nan"),
    "\x00",
    "\ud800",
    "\u202e\ufffe",
    "",
    "0001-01-01",
    "9999-12-31",
    "2099-2100-T3",
    "x" * 70_000,
    None,
    True,
    [None],
    {"\x00": "\ud800"},
]
TYPED = [
    b"9" * 31,
    b"-1",
    b"nan",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    "\u202e\ufffe".encode(),
    b"31/12/9999",
    b"x" * 70_000,
]
IN_ADDRESSES = ["%ED%A0%80", "%FF", "9" * 400, "-1", "%27%22--", "x" * 3000]


def some(tries: Iterable[T]) -> Iterator[T]:
    return islice(tries, None, None, SHARE)


def address(name: str, row: Row | None, places: Places, changed: str = "", value: str = "") -> str:
    """The address of a route; `changed` is the `{…}` that stands for `value` instead of what is there."""
    path = name.split(" ")[1]
    known = places | (row.places if row else {})
    if row is None:
        secrets = places["secrets"]
        kind = path.split("/")[1]
        known = known | {"token": secrets.get(kind, "x"), "release": "2026-2027-T1", "table": "totals"}
    if changed:
        known = known | {changed: value}
    url = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: str(known[found[1]]), path)
    return url + (f"?{row.query}" if row and row.query else "")


def person_of(row: Row | None) -> str:
    return row.allowed[0] if row else "anonymous"


# --- bodies of the JSON door ---------------------------------------------------------------------------


def fields_of(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    """The path of each field, those of nested models too."""
    yield from {path for path, kind in parts_of(model) if path}


def changed(body: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The body with one field of it replaced; what leads there is made where it is missing."""
    body = deepcopy(body)
    at: Any = body
    for name in path[:-1]:
        inner = at.get(name)
        if isinstance(inner, list):
            inner = inner[0] if inner and isinstance(inner[0], dict) else None
        if not isinstance(inner, dict):
            inner = at[name] = {}
        at = inner
    at[path[-1]] = value
    return body


@pytest.mark.long
@pytest.mark.parametrize("name", JSON_WRITES)
def test_a_json_door(sign_in: SignIn, db: Session, places: Places, name: str) -> None:
    row = MATRIX[name]
    client, url = sign_in(row.allowed[0]), address(name, row, places)
    bodies = [body for body, kind, _ in HOSTILE.values() if kind == JSON_TYPE]
    for model in bodies_of(name):
        for path, value in some(product(sorted(fields_of(model)), VALUES)):
            bodies.append(json.dumps(changed(row.body or {}, path, value)).encode())
    versions = {} if row.version is None else {"If-Match": f'"{row.version}"'}
    for body in bodies:
        with undone(db):
            answer = client.request(
                name.split(" ")[0], url, content=body, headers={"Content-Type": JSON_TYPE} | versions
            )
        assert answer.status_code < 500, (body[:200], answer.text)
    for body, kind, _ in HOSTILE.values():
        if kind != JSON_TYPE:
            answer = client.request(name.split(" ")[0], url, content=body, headers={"Content-Type": kind})
            assert 400 <= answer.status_code < 500, (kind, body[:200], answer.text)


# --- forms ---------------------------------------------------------------------------------------------


def names_on(client: TestClient, url: str) -> set[str]:
    """The names of the boxes of the page at the same address, if it has one; of a list, its first row."""
    page = client.get(url)
    if page.status_code != 200 or "text/html" not in page.headers["content-type"]:
        return set()
    found = set(re.findall(r'<(?:input|select|textarea)\b[^>]*\bname="([^"]+)"', page.text))
    return {name for name in found if not re.search(r"-[1-9]\d*(-|$)", name)}


def encoded(fields: dict[str, Any]) -> bytes:
    return urlencode(fields, doseq=True).encode()


def odd_forms(carried: dict[str, Any], fields: dict[str, Any]) -> Iterator[tuple[bytes, str]]:
    """(body, content type): each box with each odd value, then bodies that are hardly forms at all."""
    for key, value in some(product(sorted(fields), [*TYPED, None])):
        kept = encoded(carried | {name: value for name, value in fields.items() if name != key})
        name = quote_from_bytes(key.encode())
        odd = f"{name}=1&{name}=2" if value is None else f"{name}={quote_from_bytes(value)}"
        yield kept + f"&{odd}".encode(), FORM_TYPE
    whole = encoded(carried | fields)
    yield whole + b"&a=" + b"x" * (MAX_BODY + 1), FORM_TYPE
    yield whole + b"&" + b"&".join(b"f%d=1" % number for number in range(MAX_FIELDS + 1)), FORM_TYPE
    yield whole + b"&%00=%00&%ED%A0%80=%ED%A0%80&=&&==", FORM_TYPE
    yield whole + b"&" + b"a[" * 5_000 + b"=1", FORM_TYPE
    yield b"\xff\xfe\x00" * 50, FORM_TYPE
    yield whole, f"{FORM_TYPE}; charset=utf-16"
    yield json.dumps(carried | fields).encode(), JSON_TYPE
    yield whole, ""
    boundary = "multipart/form-data; boundary=x"
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in carried.items()
    ]
    for key in sorted(fields)[:3]:
        odd = f'--x\r\nContent-Disposition: form-data; name="{key}"; filename="a\x00.csv"\r\n\r\n\ufffd\r\n'
        yield "".join([*parts, odd, "--x--\r\n"]).encode(), boundary
    yield "".join(parts).encode(), boundary
    yield b"--x\r\nContent-Disposition: form-data\r\n\r\n\xff\r\n--x--", boundary
    yield b"--x\r\n" + b"A: b\r\n" * 20_000 + b"\r\n", boundary
    yield b"Zebulon", "multipart/form-data"


@pytest.mark.long
@pytest.mark.parametrize("name", FORMS + PUBLIC_FORMS)
def test_a_form(sign_in: SignIn, db: Session, places: Places, name: str) -> None:
    row = MATRIX.get(name)
    client, url = sign_in(person_of(row)), address(name, row, places)
    carried = {"csrf": client.headers.get("X-Test-CSRF", "")}
    fields: dict[str, Any] = dict.fromkeys(names_on(client, url) - {"csrf"}, "") | (
        (row.body if row else None) or {}
    )
    for body, kind in odd_forms(carried, fields):
        with undone(db):
            answer = client.post(url, content=body, headers={"Content-Type": kind} if kind else {})
        assert answer.status_code < 500, (kind, body[-200:], answer.text)


# --- addresses -----------------------------------------------------------------------------------------


def queries_of(name: str) -> list[str]:
    route = PRIVATE_ROUTES.get(name)
    return [part.alias for part in route.dependant.query_params] if isinstance(route, APIRoute) else []


@pytest.mark.long
@pytest.mark.parametrize("name", READS + PUBLIC_READS)
def test_an_address(sign_in: SignIn, db: Session, places: Places, name: str) -> None:
    row = MATRIX.get(name)
    client, path = sign_in(person_of(row)), name.split(" ")[1]
    asked = [
        address(name, row, places, found, value)
        for found in re.findall(r"\{(\w+)", path)
        for value in IN_ADDRESSES
    ]
    usual = address(name, row, places)
    joined = "&" if "?" in usual else "?"
    for key in queries_of(name):
        asked += [f"{usual}{joined}{key}={value}" for value in (*IN_ADDRESSES, "", "1&" + key + "=2")]
    for url in some(asked):
        answer = client.get(url)
        assert answer.status_code < 500, (url[:200], answer.text)
