"""What is refused, and how: problem+json for programs, a French page for people, headers and a log line."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app import errors
from app.accounts.models import TokenScope
from app.main import create_app
from app.settings import Settings
from app.web.http import MAX_BODY, JsonFormatter, log, trace_of
from app.web.static_files import static
from app.web.urls import safe_next
from tests.conftest import ENGINE
from tests.goals.test_goals import GOALS, MEET
from tests.matrix import MATRIX
from tests.world import A, World, add_token

SignIn = Callable[[str], TestClient]
JSON = "application/json"
PROBLEM = "application/problem+json"
SECRET = "Zebulon"
"""What is typed and must not come back."""

faults = APIRouter()
RAISED: dict[str, Exception] = {
    "unauthenticated": errors.Unauthenticated(),
    "forbidden": errors.Forbidden(),
    "not_found": errors.NotFound(),
    "conflict": errors.Conflict(),
    "stale": errors.Stale(3),
    "invalid": errors.Invalid.one("target/value", "Trop grand.", "too_big"),
    "version_required": errors.VersionRequired(),
    "too_many": errors.TooMany(60),
    "unavailable": errors.Unavailable(),
    "internal": RuntimeError(SECRET),
}


@faults.get("/api/v1/faults/{name}")
@faults.get("/faults/{name}")
def fault(name: str) -> None:
    raise RAISED[name]


@pytest.fixture(scope="module")
def faulty(database_url: str) -> Iterator[TestClient]:
    app = create_app(Settings(database_url=database_url, public_url="https://testserver", log_level="ERROR"))
    app.include_router(faults)
    yield TestClient(
        app, base_url="https://testserver", follow_redirects=False, raise_server_exceptions=False
    )
    app.state.database.engine.dispose()


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), answer.text[:300]
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:confiance:problem:{code}")
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert body["title"]
    assert body["detail"].endswith((".", "!", "?"))
    assert SECRET not in answer.text
    for error in body.get("errors", []):
        assert error.keys() == {"pointer", "detail", "code"}
        assert error["pointer"].startswith("/")
        assert error["detail"].endswith((".", "!", "?"))
    return body


# --- each status ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status", "headers"),
    [
        ("unauthenticated", 401, {"WWW-Authenticate": "Bearer"}),
        ("forbidden", 403, {}),
        ("not_found", 404, {}),
        ("conflict", 409, {}),
        ("stale", 412, {"ETag": '"3"'}),
        ("invalid", 422, {}),
        ("version_required", 428, {}),
        ("too_many", 429, {"Retry-After": "60"}),
        ("internal", 500, {}),
        ("unavailable", 503, {"Retry-After": "2"}),
    ],
)
def test_each_refusal_has_its_problem_and_its_page(
    faulty: TestClient, name: str, status: int, headers: dict[str, str]
) -> None:
    answer = faulty.get(f"/api/v1/faults/{name}")
    body = assert_problem(answer, status, name)
    assert all(answer.headers[key] == value for key, value in headers.items())
    if name == "invalid":
        assert body["errors"] == [{"pointer": "/target/value", "detail": "Trop grand.", "code": "too_big"}]
    page = faulty.get(f"/faults/{name}")
    if name == "unauthenticated":
        assert (page.status_code, page.headers["location"]) == (
            303,
            "/connexion?next=/faults/unauthenticated",
        )
        return
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert '<html lang="fr">' in page.text
    assert page.headers["X-Request-ID"] in page.text
    assert SECRET not in page.text
    assert all(page.headers[key] == value for key, value in headers.items())


def test_what_has_no_route(faulty: TestClient) -> None:
    assert_problem(faulty.get("/api/v1/nowhere"), 404, "not_found")
    assert '<html lang="fr">' in faulty.get(f"/nowhere/{SECRET}").text
    assert SECRET not in faulty.get(f"/nowhere/{SECRET}").text
    answer = faulty.request("PUT", "/api/v1/faults/conflict")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET"


# --- hostile bodies ------------------------------------------------------------------------------------

HOSTILE: dict[str, tuple[bytes, str, int]] = {
    "empty": (b"", JSON, 422),
    "not json": (b"{" + SECRET.encode(), JSON, 422),
    "bad utf-8": (b'{"stake": "\xff\xfe", "title": "abc"}', JSON, 400),
    "an array": (b'["Zebulon"]', JSON, 422),
    "a number": (b"42", JSON, 422),
    "null": (b"null", JSON, 422),
    "deep array": (b"[" * 10_000 + b"]" * 10_000, JSON, 400),
    "deep object": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, JSON, 400),
    "5,000 digits": (b'{"stake": "abc", "target": {"value": ' + b"9" * 5000 + b"}}", JSON, 400),
    "10^30": (b'{"stake": "abc", "title": "abc", "target": {"value": 1' + b"0" * 30 + b"}}", JSON, 422),
    "NaN": (b'{"stake": "abc", "title": "abc", "target": {"value": NaN}}', JSON, 422),
    "Infinity": (b'{"stake": "abc", "title": "abc", "target": {"value": -Infinity}}', JSON, 422),
    "1e400": (b'{"stake": "abc", "title": "abc", "target": {"value": 1e400}}', JSON, 422),
    "NUL": (b'{"stake": "Zebulon\\u0000", "title": "abc"}', JSON, 422),
    "lone surrogate": (b'{"stake": "Zebulon\\ud800", "title": "abc"}', JSON, 422),
    "surrogate key": (b'{"stake": "abc", "title": "abc", "\\udfff": 1}', JSON, 422),
    "a phrase as key": (b'{"stake": "abc", "title": "abc", "Zebulon et les autres": 1}', JSON, 422),
    "duplicate keys": (b'{"stake": "abc", "stake": "Zebulon", "title": 5}', JSON, 422),
    "as text": (b'{"stake": "abc", "title": "abc"}', "text/plain", 415),
    "as form": (b"stake=abc&title=Zebulon", "application/x-www-form-urlencoded", 415),
    "without a type": (b'{"stake": "abc", "title": "abc"}', "", 415),
    "bad multipart": (b"Zebulon", "multipart/form-data; boundary=x", 400),
    "multipart without boundary": (b"Zebulon", "multipart/form-data", 400),
    "odd charset": (b"Zebulon", "multipart/form-data; boundary=x; charset=utf-7", 415),
    "too large": (b" " * (MAX_BODY + 1), JSON, 413),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_gets_a_plain_refusal(sign_in: SignIn, name: str) -> None:
    body, kind, status = HOSTILE[name]
    answer = sign_in("claire").post(GOALS, content=body, headers={"Content-Type": kind} if kind else {})
    codes = {400: "bad_request", 413: "too_large", 415: "unsupported_media_type", 422: "invalid"}
    assert_problem(answer, status, codes[status])


WRITES = [
    name
    for name, row in MATRIX.items()
    if name.startswith(("POST /api", "PUT /api", "PATCH /api")) and row.body is not None
]


@pytest.mark.parametrize("name", WRITES)
def test_every_json_door_withstands_them_all(sign_in: SignIn, name: str) -> None:
    """The school is real, what comes after it is not: the body is refused first or the row is not found."""
    method, path = name.split(" ")
    url = re.sub(r"\{\w+\}", "00000000-0000-7000-8000-000000000000", path.replace("{uai}", A))
    claire = sign_in("claire")
    row = MATRIX[name].body or {}
    bodies = [body for body, _, _ in HOSTILE.values()]
    values: list[Any] = [
        10**30,
        -1,
        float("nan"),
        "\x00",
        "\ud800",
        "",
        [],
        {},
        [[]],
        {"a": {}},
        None,
        True,
        "x" * 70_000,
    ]
    for key in row:
        bodies += [json.dumps(row | {key: value}).encode() for value in values]
    for body in bodies:
        headers = {"Content-Type": JSON, "If-Match": '"1"'}
        answer = claire.request(method, url, content=body, headers=headers)
        assert answer.status_code < 500, (name, body[:80], answer.text)


def test_a_body_without_a_length_is_measured_too(sign_in: SignIn) -> None:
    def parts() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 100_000

    for url in (GOALS, f"/ecoles/{A}/objectifs/nouveau"):
        for kind in (JSON, "application/x-www-form-urlencoded"):
            answer = sign_in("claire").post(url, content=parts(), headers={"Content-Type": kind})
            wanted = {413} if (url == GOALS) or kind != JSON else {403, 413}
            assert answer.status_code in wanted, (url, kind, answer.text)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": "²"}, 413),
        ({"Origin": "http://["}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"If-Match": "²"}, 412),
        ({"If-Match": "1"}, 412),
        ({"If-Match": "*"}, 412),
        ({"If-Match": '"' + "9" * 50 + '"'}, 412),
    ],
)
def test_hostile_headers(sign_in: SignIn, headers: dict[str, str], status: int) -> None:
    claire = sign_in("claire")
    goal = claire.post(GOALS, json=MEET).json()["id"]
    sent = {key.encode(): value.encode("latin-1") for key, value in headers.items()}
    answer = claire.request("PATCH", f"{GOALS}/{goal}", json={"state": "reached"}, headers=sent)
    assert answer.status_code == status


def test_a_405_tells_all_that_the_address_takes(sign_in: SignIn) -> None:
    claire = sign_in("claire")
    assert claire.request("OPTIONS", GOALS).headers["Allow"] == "GET, POST"
    goal = claire.post(GOALS, json=MEET).json()["id"]
    assert claire.post(f"{GOALS}/{goal}").headers["Allow"] == "DELETE, GET, PATCH, PUT"


def test_hostile_addresses(sign_in: SignIn) -> None:
    claire, anonymous = sign_in("claire"), sign_in("anonymous")
    assert_problem(claire.get(f"{GOALS}?after=%00"), 400, "bad_request")
    assert_problem(claire.get(f"/api/v1/schools/{A}/measurements?indicator=a%00"), 400, "bad_request")
    assert claire.get(f"{GOALS}?limit={'9' * 5000}").status_code == 422
    assert claire.get(f"{GOALS}?after=%ED%A0%80&limit=%FF").status_code == 422
    assert claire.get("/api/v1/schools/%F0%90/goals").status_code == 404
    left = anonymous.post(f"/ecoles/{A}/objectifs/nouveau", headers={"Referer": "http://["})
    assert (left.status_code, left.headers["location"]) == (303, "/connexion")


@pytest.mark.parametrize(
    "path",
    [
        "//x.example",
        "https://x.example",
        "/\\x.example",
        "/\t/x.example",
        "\\\\x",
        "x",
        "",
        "/\n",
        "http://[",
    ],
)
def test_next_leads_to_our_pages_only(path: str) -> None:
    assert safe_next(path) == "/"
    assert safe_next("/ecoles/0990001X?ok=objectif") == "/ecoles/0990001X?ok=objectif"


def test_a_token_that_may_only_read(sign_in: SignIn, db: Session, world: World) -> None:
    headers = {"Authorization": f"Bearer {add_token(db, world.users['claire'], TokenScope.READ)}"}
    anonymous = sign_in("anonymous")
    assert_problem(anonymous.post(GOALS, json=MEET, headers=headers), 403, "read_only_token")
    assert_problem(anonymous.post(GOALS, json=MEET), 401, "unauthenticated")
    assert_problem(
        anonymous.post(GOALS, json=MEET, headers={b"Authorization": b"Bearer \xe9"}), 401, "unauthenticated"
    )


# --- what surrounds every answer -----------------------------------------------------------------------


def test_every_kind_of_answer_carries_the_headers(faulty: TestClient) -> None:
    asked = [
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/api/v1/openapi.json", 200),
        ("GET", "/faults/unauthenticated", 303),
        ("GET", "/nowhere", 404),
        ("GET", "/api/v1/nowhere", 404),
        ("PUT", "/healthz", 405),
        ("POST", "/healthz", 413),
        ("GET", "/faults/internal", 500),
        ("GET", "/api/v1/faults/internal", 500),
        ("GET", "/faults/unavailable", 503),
        ("GET", static("app.js"), 200),
        ("GET", "/static/nothing.js", 404),
    ]
    seen = set()
    for method, path, status in asked:
        answer = faulty.request(method, path, content=b" " * (MAX_BODY + 1) if status == 413 else b"")
        assert answer.status_code == status, path
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        for directive in (
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ):
            assert directive in policy.split("; ")
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
        assert "Access-Control-Allow-Origin" not in headers
        is_file = path.startswith("/static/") and status == 200
        assert ("immutable" if is_file else "no-store") in headers["Cache-Control"], path
        seen.add(headers["X-Request-ID"])
    assert len(seen) == len(asked)


def test_http_on_loopback_is_not_told_to_use_https(database_url: str) -> None:
    app = create_app(Settings(database_url=database_url, log_level="ERROR"))
    assert "Strict-Transport-Security" not in TestClient(app).get("/healthz").headers
    app.state.database.engine.dispose()


def test_each_request_leaves_one_line_without_a_word_of_it(
    sign_in: SignIn, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    claire = sign_in("claire")
    caplog.set_level(logging.INFO, logger=log.name)
    asked = [
        claire.get(f"{GOALS}?limit=5&after={SECRET}"),
        claire.get(f"/api/v1/schools/{SECRET}/goals"),
        claire.get(f"/{SECRET}"),
        claire.post(GOALS, json=MEET | {"title": SECRET * 100}),
        claire.get(GOALS),
    ]
    lines = [
        json.loads(JsonFormatter().format(record)) for record in caplog.records if record.name == log.name
    ]
    assert [line["status"] for line in lines] == [answer.status_code for answer in asked]
    assert [line["request_id"] for line in lines] == [answer.headers["X-Request-ID"] for answer in asked]
    always = {"at", "request_id", "method", "route", "status", "ms", "user"}
    assert {name for line in lines for name in line.keys() - always} == {"code"}
    assert [line.get("code") for line in lines] == ["invalid", "not_found", "not_found", "invalid", None]
    assert {line.get("user") for line in lines} == {str(world.users["claire"].id), None}
    assert all(datetime.fromisoformat(line["at"]).utcoffset() == timedelta(0) for line in lines)
    assert [line["route"] for line in lines] == [
        *["/api/v1/schools/{uai}/goals"] * 2,
        "(none)",
        *["/api/v1/schools/{uai}/goals"] * 2,
    ]
    written = "".join(JsonFormatter().format(record) for record in caplog.records)
    assert SECRET not in written
    assert A not in written


def test_a_crash_is_logged_where_it_was_and_not_what_it_said(
    faulty: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = faulty.get("/faults/internal")
    (crash,) = [record for record in caplog.records if record.getMessage() == "crash"]
    written = JsonFormatter().format(crash)
    assert "RuntimeError" in written
    assert json.loads(written)["at"].endswith("+00:00")
    assert "test_problems.py" in written
    assert SECRET not in written
    assert "\n" not in written
    assert answer.headers["X-Request-ID"]


def test_a_refused_row_stays_out_of_the_log(db: Session, world: World) -> None:
    """PostgreSQL quotes the whole row in its message, SQLAlchemy the parameters."""
    from sqlalchemy import text
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError) as refusal, db.begin_nested():
        db.execute(text("UPDATE school SET uai = :uai, name = :name"), {"uai": A, "name": SECRET})
    written = " ".join(trace_of(refusal.value))
    assert SECRET not in written
    assert "uq_school_uai" in written or "school.uai" in written


# --- probes --------------------------------------------------------------------------------------------


def test_the_probes(faulty: TestClient) -> None:
    assert faulty.get("/healthz").json() == {"status": "ok"}
    assert faulty.get("/readyz").json() == {"status": "ready"}


def test_without_its_database_the_service_says_try_again(tmp_path: Any) -> None:
    nowhere = {
        "sqlite": f"sqlite:///{tmp_path}/missing/file.db",
        "postgresql": f"postgresql+psycopg://nobody@/nothing?host={tmp_path}",
    }
    app: FastAPI = create_app(Settings(database_url=nowhere[ENGINE], log_level="CRITICAL"))
    client = TestClient(app, raise_server_exceptions=False)
    assert client.get("/healthz").status_code == 200
    probe = client.get("/readyz")
    assert (probe.status_code, probe.headers["Retry-After"]) == (503, "2")
    token = {"Authorization": f"Bearer cfe_{'0' * 32}_x"}
    for answer in (client.get(GOALS, headers=token), client.post(GOALS, json=MEET, headers=token)):
        assert_problem(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "2"
    app.state.database.engine.dispose()
