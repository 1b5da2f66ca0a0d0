"""The application: routers, doors, and what surrounds them. Nothing here holds a rule of the product."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response
from starlette.routing import Route

from app import clock, routers
from app.accounts.access import signed_in
from app.accounts.hashing import Hashing
from app.accounts.provider import Provider
from app.accounts.queries import service_note
from app.accounts.warm import Remembered, Warm
from app.aggregates.answers import Kept
from app.db import Database, make_engine
from app.errors import Unavailable
from app.gate import Gate
from app.once.doors import keep_answers, read_key
from app.reviews.assembled import Assembled
from app.settings import Settings
from app.web import metrics, problems, static_files
from app.web.compress import CompressPages
from app.web.forms import read_posted
from app.web.http import Surround, set_up_logging
from app.web.matching import match_at_once
from app.web.openapi import with_keys, with_links, with_problems, with_tokens
from app.web.templating import make_environment

DESCRIPTION = """\
La porte JSON de Confiance\u202f: les mêmes verbes que les pages, une école à la fois.

Noms en anglais, phrases en français. Les erreurs sont des `application/problem+json` (RFC 9457)
avec un `code` stable.
Une écriture sur une donnée existante demande `If-Match` avec l’`ETag` reçu à la lecture.
Un POST peut porter un `Idempotency-Key`\u202f: renvoyé après une réponse perdue, il n’est fait qu’une fois.
Ce que vous ne pouvez pas voir répond 404\u202f; ce que vous voyez sans pouvoir l’écrire répond 403.
"""


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    clock.pin(settings.now)
    app = FastAPI(
        title="Confiance",
        version="1",
        summary="Entretenir des relations de confiance avec les parents, trimestre après trimestre.",
        description=DESCRIPTION,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        strict_content_type=True,
    )
    app.state.settings = settings
    app.state.database = Database(make_engine(settings.database_url, threads=settings.threads))
    app.state.gate = Gate(settings.threads)
    app.state.hashing = Hashing()
    app.state.templates = make_environment()
    app.state.answers = Kept()
    app.state.remembered = Remembered()
    app.state.assembled = Assembled()
    app.state.provider = Provider(settings) if settings.oidc_issuer else None
    app.state.is_demo = False
    problems.install(app)
    public: tuple[APIRouter, ...] = routers.PUBLIC
    for router in public:
        keep_answers(router)
        app.include_router(router, dependencies=[Depends(read_posted), Depends(read_key)])
        match_at_once(app.routes[-1], router)
    for router in routers.PRIVATE:
        keep_answers(router)
        # The body is read, then the person known, before a write transaction opens.
        app.include_router(router, dependencies=[Depends(read_posted), Depends(signed_in), Depends(read_key)])
        match_at_once(app.routes[-1], router)
    app.include_router(health)
    app.include_router(metrics.router)
    app.include_router(static_files.router)
    write_document = app.openapi
    open_to_all = {route.path for router in public for route in router.routes if isinstance(route, Route)}

    def document() -> dict[str, Any]:
        found = app.openapi_schema
        return found or with_links(with_tokens(with_keys(with_problems(write_document())), open_to_all))

    app.openapi = document  # type: ignore[method-assign]  # FastAPI documents replacing it
    app.add_middleware(CompressPages)
    app.add_middleware(Warm)
    app.add_middleware(Surround, refuse=problems.refuse_with(app), public_url=settings.public_url)
    return app


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    set_up_logging(settings.log_level)
    anyio.to_thread.current_default_thread_limiter().total_tokens = settings.threads
    app.state.gate = Gate(settings.threads)
    app.state.hashing = Hashing()
    with app.state.database.session(reading=True) as db:
        app.state.is_demo = service_note(db, "demo") == "yes"
    gc.collect()
    gc.freeze()  # measured: the slowest answers came from collecting what start-up had made
    yield
    app.state.database.engine.dispose()


health = APIRouter(include_in_schema=False)


@health.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@health.get("/readyz")
async def readyz(request: Request) -> Response:
    """The database answers too. It waits its turn and is not turned away: a crowd is no breakdown."""
    async with request.app.state.gate.room:
        return await anyio.to_thread.run_sync(_ask_database, request.app.state.database)


def _ask_database(database: Database) -> Response:
    try:
        with database.session(reading=True) as db:
            db.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return JSONResponse({"status": "unavailable"}, status_code=503, headers=Unavailable().headers)
    return JSONResponse({"status": "ready"})
