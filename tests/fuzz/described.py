"""The OpenAPI document made ready for schemathesis: with rows that are there, and an app behind it."""

import io
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, get_args
from urllib.parse import parse_qsl

import requests
import schemathesis
import urllib3
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic_core.core_schema import ErrorType
from requests.adapters import HTTPAdapter
from schemathesis import Case, HookContext, Response
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.python import asgi
from schemathesis.schemas import BaseSchema

from tests.matrix import Row
from tests.places import Places

CONFIG = {
    # The token is the test's own; `ignored_auth` asks again without it, and with a wrong one.
    "generation": {"with-security-parameters": False},
    "checks": {
        # What these usually expect, and what RFC 6585 and RFC 9110 say of a version: 428 for none, 412 for a
        # wrong one. No 5xx.
        "missing_required_header": {"expected-statuses": [400, 401, 403, 406, 415, 422, 428]},
        "negative_data_rejection": {
            "expected-statuses": [400, 401, 403, 404, 405, 406, 409, 412, 415, 422, 428]
        },
    },
}
SHAPES = {*get_args(ErrorType), "day"} - {"value_error", "missing"}
"""Codes of what a schema says by itself; the others are rules of the house, told in words only.

What a schema requires is in every valid example: what is still missing there, another answer asks for.
"""


def loaded(document: dict[str, Any], web: FastAPI, seed: int | None) -> BaseSchema:
    config = SchemathesisConfig.from_dict(CONFIG | ({} if seed is None else {"seed": seed}))
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.app = web
    schema.hook("filter_failure")(is_a_failure)
    return schema


def is_a_failure(_: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """What a JSON Schema cannot say is no failure of `positive_data_acceptance`; all else stays one."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    if response.status_code == 412:
        return False  # a version of the right shape, but not the row's: nobody guesses it
    if response.status_code == 428:  # one of two headers is required, which OpenAPI has no word for
        return not {"if-match", "if-none-match"} <= {part.name for part in case.operation.headers}
    if response.status_code == 400:  # no database keeps a NUL; in an address it is not even read
        return "%00" not in str(response.request.url)
    if response.status_code != 422:
        return True
    told = response.json()
    if told["code"] == "key_reused":
        return False  # an earlier request of the same sequence had this key
    codes, sent = {error["code"] for error in told["errors"]}, list(_leaves(case.body))
    if any(isinstance(value, float) for value in sent):
        codes -= {"int_type"}  # 12.0 is an integer to JSON Schema; a count is written 12
    if any(isinstance(value, str) and value != value.strip() for value in sent):
        codes -= {"string_too_short"}  # the space around a text is not counted
    return bool(codes & SHAPES)


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    else:
        yield value


def with_rows(document: dict[str, Any], rows: Mapping[str, Row], places: Places) -> dict[str, Any]:
    """The document, with the addresses, versions and bodies of rows that are there beside any others."""
    document = deepcopy(document)
    for name, row in rows.items():
        method, path = name.split(" ")
        operation = document["paths"][path][method.lower()]
        known = dict(parse_qsl(row.query)) | {
            key: str(value) for key, value in (places | row.places).items() if f"{{{key}}}" in path
        }
        if row.version is not None:
            known["if-match"] = f'"{row.version}"'
        for parameter in operation.get("parameters", []):
            if value := known.get(parameter.get("name", "")):
                parameter["schema"] = {"anyOf": [{"enum": [value]}, parameter["schema"]]}
                parameter["example"] = value
        content = operation.get("requestBody", {}).get("content", {})
        for kind, example in (("application/json", row.body), ("text/csv", row.content)):
            if kind in content and example is not None:
                content[kind]["example"] = example
    return document


class InProcess(asgi.ASGIClient):
    """What schemathesis sends through a browser of the tests: in its thread, and so in its transaction."""

    def __init__(self, browser: TestClient) -> None:
        app: Any = browser.app
        super().__init__(app)
        door = _Door(browser)
        self.mount("http://", door)
        self.mount("https://", door)


class _Door(HTTPAdapter):
    def __init__(self, browser: TestClient) -> None:
        super().__init__()
        self.browser = browser

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.browser.cookies.clear()
        headers = [(name, _on_the_wire(value)) for name, value in request.headers.items()]
        sent: dict[str, Any] = {"content": request.body, "headers": headers}
        answer = self.browser.request(str(request.method), str(request.url), **sent)
        raw = urllib3.HTTPResponse(
            io.BytesIO(answer.content),
            headers=urllib3.HTTPHeaderDict(
                (name, value) for name, value in answer.headers.multi_items() if name != "content-encoding"
            ),
            status=answer.status_code,
            version=11,
            preload_content=False,
            enforce_content_length=False,
            request_method=request.method,
        )
        return self.build_response(request, raw)


def _on_the_wire(value: str | bytes) -> bytes:
    """As http.client would write it; the browser of the tests writes ASCII only."""
    return value.encode("latin-1") if isinstance(value, str) else value
