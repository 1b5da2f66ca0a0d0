"""What a monitoring reads: how many requests, how long. Route patterns only, nobody's data."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from starlette.responses import Response

from app.errors import NotFound

_SECONDS = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
_requests = Counter("confiance_requests", "Requests answered", ["method", "route", "status"])
_seconds = Histogram("confiance_request_seconds", "Seconds until the answer", ["method"], buckets=_SECONDS)
_underway = Gauge("confiance_requests_underway", "Requests that have no answer yet")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})

router = APIRouter(include_in_schema=False)


def begun() -> None:
    _underway.inc()


def ended(method: str, route: str, status: int, seconds: float) -> None:
    """`route` is the pattern: an address that was typed would be personal, and without end."""
    name = method if method in _METHODS else "other"
    _underway.dec()
    _requests.labels(name, route, str(status)).inc()
    _seconds.labels(name).observe(seconds)


@router.get("/metrics")
def get_metrics(request: Request) -> Response:
    """For who reaches the process itself: what came through a proxy is told that there is nothing here."""
    if {"x-forwarded-for", "forwarded", "via"}.intersection(request.headers.keys()):
        raise NotFound()
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
