"""A browser of the tests: Starlette's TestClient, with the whole request in the test's own thread.

TestClient starts a thread and an event loop for every request and talks to them through eight queues, and
the app sends every `def` to one more thread: 40 % of what a small request cost, measured. Here one loop lives
as long as the worker and a `def` runs where it is awaited. What is about threads has a real server
(tests/ground/conftest.py).
"""

import asyncio
import contextvars
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import unquote

import anyio.to_thread
import httpx2
from fastapi.testclient import TestClient
from starlette.types import ASGIApp, Message

_loop = asyncio.new_event_loop()
_is_inline = contextvars.ContextVar("is_inline", default=False)
_in_a_thread = anyio.to_thread.run_sync


async def _run_sync(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    if _is_inline.get():
        return contextvars.copy_context().run(function, *arguments)
    return await _in_a_thread(function, *arguments, **options)


anyio.to_thread.run_sync = _run_sync  # type: ignore[assignment]  # the same, but for what it says of types


class Browser(TestClient):
    """Follows no redirect: where an answer leads is what is tested."""

    def __init__(self, app: ASGIApp, address: str = "testclient") -> None:
        super().__init__(app, base_url="https://testserver", follow_redirects=False)
        self._transport = _Inline(app, (address, 50000))


class _Inline(httpx2.BaseTransport):
    def __init__(self, app: ASGIApp, client: tuple[str, int]) -> None:
        self.app, self.client = app, client

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return _loop.run_until_complete(self._answered(request))

    async def _answered(self, request: httpx2.Request) -> httpx2.Response:
        """The answer, once everything that runs after it is done too."""
        _is_inline.set(True)
        parts = cast("Iterator[bytes]", iter(cast(Any, request.stream)))
        head: dict[str, Any] = {}
        body: list[bytes] = []
        is_sent = False

        async def receive() -> Message:
            nonlocal is_sent
            if is_sent:
                return {"type": "http.disconnect"}
            part = next(parts, None)
            is_sent = part is None
            return {"type": "http.request", "body": part or b"", "more_body": not is_sent}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                head.update(message)
            elif message["type"] == "http.response.body":
                body.append(bytes(message.get("body", b"")))

        await self.app(_scope_of(request, self.client), receive, send)
        # A stream, not a content: a test may read the bytes as they were sent, still compressed.
        sent = httpx2.ByteStream(b"" if request.method == "HEAD" else b"".join(body))
        return httpx2.Response(head["status"], headers=head["headers"], stream=sent, request=request)


def _scope_of(request: httpx2.Request, client: tuple[str, int]) -> dict[str, Any]:
    url = request.url
    return {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": unquote(url.path),
        "raw_path": url.raw_path.split(b"?", 1)[0],
        "query_string": url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": client,
        "server": (url.host, url.port or 443),
        "extensions": {},
        "state": {},
    }
