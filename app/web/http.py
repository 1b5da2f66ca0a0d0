"""What surrounds every request: an id, a log line, security headers, a size limit, the origin check."""

import contextvars
import json
import logging
import re
import sqlite3
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import SAFE_METHODS
from app.errors import Unavailable
from app.web import metrics
from app.web.uploads import most_bytes

MAX_BODY = 1024 * 1024
_NOT_QUEUED = ("/static/", "/healthz", "/readyz", "/metrics")
_LENGTH = re.compile(r"[0-9]{1,18}")
log = logging.getLogger("confiance.request")
log_crash = logging.getLogger("confiance.error")
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""Of every answer that does not say otherwise."""
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
Refuse = Callable[[Scope, int, str], ASGIApp]


class Surround:
    """Outermost layer. `refuse(scope, status, code)` builds the answer for a request that goes no further."""

    def __init__(self, app: ASGIApp, *, refuse: Refuse, public_url: str) -> None:
        self.app = app
        self.refuse = refuse
        parts = urlsplit(public_url)
        usual = SECURITY_HEADERS | (HTTPS_ONLY if parts.scheme == "https" else {})
        self.usual = [(name.lower().encode(), value.encode()) for name, value in usual.items()]
        self.origin = f"{parts.scheme}://{parts.netloc}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        metrics.begun()
        identity = uuid4().hex
        scope.setdefault("state", {})["request_id"] = identity
        token = request_id.set(identity)
        status, has_started = 500, False

        async def answer(message: Message) -> None:
            nonlocal status, has_started
            if message["type"] == "http.response.start":
                status, has_started = message["status"], True
                message["headers"] = self._head(list(message.get("headers", ())), identity)
            await send(message)

        read, most = 0, most_bytes(scope["path"], MAX_BODY)

        async def measured() -> Message:
            """A body without a Content-Length; FastAPI's own limit answers outside this layer, in English."""
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413)
            return message

        try:
            problem = self._problem(scope)
            target = self.refuse(scope, *problem) if problem else self.app
            await target(scope, measured, answer)
        except Exception:
            log_crash.error("crash", exc_info=True)
            if not has_started:
                await self.refuse(scope, 500, "internal")(scope, receive, answer)
            raise
        finally:
            request_id.reset(token)
            _log_line(scope, status, identity, time.perf_counter() - started)

    def _problem(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        if not _LENGTH.fullmatch(length) or int(length) > most_bytes(scope["path"], MAX_BODY):
            return 413, "too_large"
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            return 400, "bad_request"  # PostgreSQL cannot even compare with it
        if scope["method"] not in SAFE_METHODS and not self._is_own(headers):
            return 403, "foreign_origin"
        if scope["app"].state.gate.is_full and not scope["path"].startswith(_NOT_QUEUED):
            return 503, Unavailable.code  # before routing: in a crowd, refusing has to be cheap
        return None

    def _is_own(self, headers: Headers) -> bool:
        """Fetch metadata, then Origin; a client that sends neither is no browser and has no cookie jar."""
        site = headers.get("sec-fetch-site")
        if site is not None and site not in {"same-origin", "none"}:
            return False
        origin = headers.get("origin")
        if origin is None or origin == self.origin:
            return True
        return origin.partition("://")[2] == headers.get("host")

    def _head(self, own: list[tuple[bytes, bytes]], identity: str) -> list[tuple[bytes, bytes]]:
        """In lower case, as ASGI has them."""
        named = {name for name, _ in own}
        unsaid = [header for header in self.usual if header[0] not in named]
        return [*own, *unsaid, (b"x-request-id", identity.encode())]


def _log_line(scope: Scope, status: int, identity: str, seconds: float) -> None:
    """One JSON object a request: the route's pattern, never an address that was typed.

    `user` is the number of the account that asked, `token` that of a token answered from memory, `code` why
    the request was refused; each is there when it is known.
    """
    route = getattr(scope.get("route"), "path", None) or "(none)"
    metrics.ended(scope["method"], route, status, seconds)
    if not log.isEnabledFor(logging.INFO):
        return
    fields = {
        "at": utc(time.time()),
        "request_id": identity,
        "method": scope["method"],
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    known = {name: scope["state"].get(f"log_{name}") for name in ("user", "token", "code")}
    log.info(json.dumps(fields | {name: str(value) for name, value in known.items() if value is not None}))


def utc(moment: float) -> str:
    """The real time, not the one a demonstration is pinned to: lines of several machines are put in order."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


class JsonFormatter(logging.Formatter):
    """Structured logs for everything else: level, logger, message, request id, and where a crash was."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name == log.name:
            return record.getMessage()
        fields: dict[str, object] = {
            "at": utc(record.created),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            "request_id": request_id.get(),
        }
        if hasattr(record, "user"):
            fields["user"] = str(record.user)
        if record.exc_info and record.exc_info[1] is not None:
            fields["trace"] = trace_of(record.exc_info[1])
        return json.dumps(fields, ensure_ascii=False)


def trace_of(error: BaseException) -> list[str]:
    """The error's kinds and frames, the cause first, no messages: a database's quotes the row refused."""
    lines: list[str] = []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        lines = trace_of(cause)
    frames = traceback.extract_tb(error.__traceback__)
    told = str(error) if isinstance(error, sqlite3.Error) else getattr(error, "sqlstate", None)
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    lines.append(" ".join(str(part) for part in (name, told, constraint) if part))
    return lines + [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def set_up_logging(level: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    # The server's own report of a crash repeats ours, without the request id.
    handler.addFilter(lambda record: not (record.name == "uvicorn.error" and record.exc_info))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("uvicorn.access").disabled = True
