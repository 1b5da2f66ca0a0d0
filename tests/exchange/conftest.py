"""Files made by hand, and the two ways to send one."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.world import A

Send = Callable[..., Any]


@pytest.fixture
def send(sign_in: Callable[[str], TestClient]) -> Send:
    """`send("measurements", text, dry_run=True)` posts a file to the API as Claire."""

    def post(kind: str, content: str | bytes, *, name: str = "claire", uai: str = A, **query: Any) -> Any:
        body = content.encode() if isinstance(content, str) else content
        told = {key: str(value).lower() for key, value in query.items()}
        return sign_in(name).post(
            "/api/v1/imports",
            params={"uai": uai, "kind": kind} | told,
            content=body,
            headers={"Content-Type": "text/csv"},
        )

    return post
