"""Errors on their way out: problem+json under `/api`, a French page elsewhere. Nothing typed is echoed."""

import logging
import sqlite3
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError, TimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Scope

from app.errors import (
    AppError,
    Conflict,
    FieldError,
    Invalid,
    NotFound,
    SecondFactorNeeded,
    SignInAgain,
    StorageFull,
    Unauthenticated,
    Unavailable,
)
from app.web.forms import field_error
from app.web.templating import render, see_other
from app.web.unsent import may_send_again, send_again_page, unsent_of
from app.web.urls import sign_in_again_url, sign_in_url

log = logging.getLogger("confiance.error")

_PLAIN = {
    400: ("bad_request", "Demande illisible", "La demande n’a pas pu être lue."),
    401: (Unauthenticated.code, Unauthenticated.title, Unauthenticated.detail),
    403: ("foreign_origin", "Demande refusée", "Cette demande ne vient pas de nos pages."),
    404: (NotFound.code, NotFound.title, NotFound.detail),
    405: ("method_not_allowed", "Méthode non permise", "Cette adresse ne prend pas cette méthode."),
    413: (
        "too_large",
        "Envoi trop gros",
        "L’envoi dépasse la taille permise\u202f: 1 Mo, ou 4 Mo pour un fichier.",
    ),
    415: (
        "unsupported_media_type",
        "Format non pris",
        "Envoyez du JSON, avec Content-Type: application/json.",
    ),
    500: (
        "internal",
        "Erreur",
        "Une erreur est survenue de notre côté. Rien de ce qui était enregistré n’est perdu.",
    ),
}


def problem_body(request: Request, error: AppError) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:confiance:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "request_id": getattr(request.state, "request_id", ""),
    }
    if isinstance(error, Invalid):
        body["errors"] = [
            {"pointer": item.pointer, "detail": item.detail, "code": item.code} for item in error.errors
        ]
    return body


def respond(request: Request, error: AppError) -> Response:
    request.state.log_code = error.code
    if request.url.path.startswith("/api/"):
        return JSONResponse(
            problem_body(request, error),
            status_code=error.status,
            headers=error.headers,
            media_type="application/problem+json",
        )
    if may_send_again(error) and (unsent := unsent_of(request)):
        return send_again_page(request, error, unsent)
    if isinstance(error, SecondFactorNeeded):
        return see_other(error.url)
    if isinstance(error, SignInAgain):
        return see_other(sign_in_again_url(request))
    if isinstance(error, Unauthenticated):
        return see_other(sign_in_url(request))
    page = render(
        request,
        "error.html",
        status=error.status,
        title=error.title,
        detail=error.detail,
        code=error.status,
        request_id=getattr(request.state, "request_id", ""),
    )
    page.headers.update(error.headers)
    return page


def plain_error(status: int) -> AppError:
    code, title, detail = _PLAIN.get(status, _PLAIN[500 if status >= 500 else 400])
    error = AppError(detail, code=code)
    error.status, error.title = status, title
    return error


def from_validation(problem: RequestValidationError, *, is_json: bool) -> AppError:
    """A path that cannot be is not found; a body or a query gets one sentence a field.

    `is_json` says whether the body came as JSON: bytes of another kind are 415, not a mistake in a field.
    """
    found: list[FieldError] = []
    for item in problem.errors():
        place, *path = item["loc"]
        if place == "path":
            return NotFound()
        if place == "body" and not path and not is_json and item["type"] != "missing":
            return plain_error(415)
        if item["type"] == "json_invalid":
            path = []
        context = item.get("ctx") or {}
        found.append(field_error(path or [place], item["type"], context, item["msg"], is_json=True))
    return Invalid(found)


def install(app: FastAPI) -> None:
    @app.exception_handler(AppError)
    def _app_error(request: Request, error: AppError) -> Response:
        return respond(request, error)

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, error: RequestValidationError) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        return respond(request, from_validation(error, is_json=kind.endswith(("/json", "+json"))))

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        answer = plain_error(error.status_code)
        answer.headers = dict(error.headers or {})
        if error.status_code == 405 and (allowed := getattr(request.state, "allowed", None)):
            answer.headers["Allow"] = ", ".join(sorted(allowed))
        return respond(request, answer)

    @app.exception_handler(IntegrityError)
    def _integrity(request: Request, error: IntegrityError) -> Response:
        """A double click or two people at once: the constraint kept the first, the second is told."""
        log.warning("integrity", exc_info=error)
        return respond(request, Conflict("Cette donnée vient d’être enregistrée ou modifiée par ailleurs."))

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(TimeoutError)
    def _database(request: Request, error: Exception) -> Response:
        log.error("database", exc_info=error)
        return respond(request, StorageFull() if is_full(error) else Unavailable())


_DISK_FULL = "53100"
"""PostgreSQL's own name for it; SQLite's is an error code of its driver."""


def is_full(error: BaseException | None) -> bool:
    """Whether the database refused a write for want of room, or could not even undo it afterwards."""
    while error is not None:
        cause = getattr(error, "orig", None)
        code = getattr(cause, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_FULL or getattr(cause, "sqlstate", None) == _DISK_FULL:
            return True
        error = error.__context__
    return False


def refuse_with(app: FastAPI) -> Any:
    """For the outermost layer: an answer in the right form, made before the app is reached."""

    def refuse(scope: Scope, status: int, code: str) -> ASGIApp:
        scope["app"] = app
        error = Unavailable() if status == Unavailable.status else plain_error(status)
        error.code = code
        return respond(Request(scope), error)

    return refuse
