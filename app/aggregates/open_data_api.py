"""The open data, without signing in: what was released is public, and says where it comes from."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from sqlmodel import Session
from starlette.responses import Response

from app.aggregates import open_data
from app.aggregates.answers import Made, kept_or_made, strong_tag, tagged_answer
from app.aggregates.open_data import OpenRelease
from app.db import Db
from app.errors import NotFound
from app.web.datapackage import OPEN_DATA
from app.web.formats import Format, Wanted

router = APIRouter(prefix="/api/v1/open-data", tags=["Agréger"])

ReleaseName = Annotated[
    str, Path(max_length=20, description="Trimestre, numéro.", examples=["2026-2027-T1.1"])
]
_PACKAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "Un Data Package 2.0\u202f: https://datapackage.org/standard/data-package/"}
}
_TABLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "CSV\u202f: virgule, point décimal, dates ISO 8601, UTF-8.",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}
FOR_ALL = {
    "Cache-Control": "public, no-cache",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@router.get("/", responses=_PACKAGE)
@router.get("/datapackage.json", responses=_PACKAGE)
def get_latest_package(request: Request, db: Db) -> Response:
    """La dernière publication : ce qu’elle contient, colonne par colonne, et où sont ses fichiers.

    Sans jeton. Les adresses des fichiers portent le numéro de la publication, et ne changent plus :
    une publication suivante en a d’autres. 404 avec `nothing_released` avant la première.
    """
    release = open_data.latest(db)
    return _package(request, db, release, f"{release.name}/")


@router.get("/{release}/datapackage.json", responses=_PACKAGE)
def get_package(request: Request, db: Db, release: ReleaseName) -> Response:
    """La même chose d’une publication passée ; leur liste : `GET /api/v1/releases`."""
    return _package(request, db, open_data.release_named(db, release), "")


@router.get("/{release}/{table}.csv", responses=_TABLE)
def get_table(request: Request, db: Db, release: ReleaseName, table: str) -> Response:
    """`aggregates` : les totaux. `indicators` : ce que compte chaque indicateur."""
    if table not in open_data.TABLES:
        raise NotFound()
    tag, made = _table(db, open_data.release_named(db, release), table)
    return tagged_answer(request, tag, OPEN_DATA, made, headers=FOR_ALL)


def _package(request: Request, db: Session, release: OpenRelease, folder: str) -> Response:
    def made() -> tuple[str, bytes]:
        files = {table: kept_or_made(request, *_table(db, release, table))[1] for table in open_data.TABLES}
        told = open_data.package_of(release, files, folder)
        return "datapackage", json.dumps(told, ensure_ascii=False, indent=1).encode()

    tag = strong_tag("package", folder, release.state)
    return tagged_answer(request, tag, Wanted(Format.JSON), made, headers=FOR_ALL)


def _table(db: Session, release: OpenRelease, table: str) -> tuple[str, Made]:
    """The tag of a file, and how it is made."""
    name = f"confiance-{release.name}-{table}"
    return strong_tag("table", table, release.state), lambda: (name, open_data.file_of(db, release, table))
