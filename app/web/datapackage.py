"""The descriptor of published tables: a Data Package 2.0 whose resources carry a Table Schema.

https://datapackage.org/standard/ (readers of version 1 take it too: what they do not know, they leave).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.web.csv_writer import Dialect, iso
from app.web.formats import Format, Wanted
from app.web.tabular import Column, Kind, Table

_PROFILES = "https://datapackage.org/profiles/2.0"
OPEN_DATA = Wanted(Format.CSV, Dialect.OPEN_DATA)
"""The file that a resource describes: `encoded(table, OPEN_DATA)`."""

LICENCE = {
    "name": "etalab-2.0",  # its SPDX identifier
    "title": "Licence Ouverte 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}
_TYPES = {Kind.TEXT: "string"}


@dataclass(frozen=True, slots=True)
class Package:
    """What is published together. `name` and `version` identify it; `created` is when it was frozen."""

    name: str
    title: str
    description: str
    version: str
    created: datetime
    sources: Sequence[tuple[str, str]] = ()
    """(title, address); an empty address is left out."""
    keywords: Sequence[str] = ()


def descriptor(package: Package, resources: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The content of `datapackage.json`, without what is empty: the profiles refuse empty lists."""
    told = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": package.name,
        "title": package.title,
        "description": package.description,
        "version": package.version,
        "created": iso(package.created.replace(microsecond=0)),
        "keywords": list(package.keywords),
        "licenses": [LICENCE],
        "sources": [_source(*source) for source in package.sources],
        "resources": list(resources),
    }
    return {name: value for name, value in told.items() if value}


def resource(
    table: Table, content: bytes, *, path: str | None = None, key: Sequence[str] = ()
) -> dict[str, Any]:
    """One table of the package. `content` is its file as served, `path` where, `key` its primary key."""
    return {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": table.name.lower(),
        "type": "table",
        "path": path or f"{table.name}.csv",
        "title": table.title,
        "description": table.description,
        "format": "csv",
        "mediatype": Format.CSV.media_type,
        "encoding": "utf-8",
        "dialect": {"$schema": f"{_PROFILES}/tabledialect.json", "delimiter": ",", "lineTerminator": "\r\n"},
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": table_schema(table.columns, key),
    }


def table_schema(columns: Sequence[Column], key: Sequence[str] = ()) -> dict[str, Any]:
    """What each column of a `donnees-ouvertes` file holds; nothing at all is written as an empty cell."""
    unknown = set(key) - {column.name for column in columns}
    if unknown:
        raise ValueError(f"not columns: {sorted(unknown)}")
    schema: dict[str, Any] = {
        "$schema": f"{_PROFILES}/tableschema.json",
        "fields": [_field(column) for column in columns],
        "missingValues": [""],
    }
    return schema | {"primaryKey": list(key)} if key else schema


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES.get(column.kind, column.kind.value),
        "title": column.title,
    }
    if column.description:
        field["description"] = column.description
    if column.kind is Kind.BOOLEAN:
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    if not column.is_nullable:
        field["constraints"] = {"required": True}
    return field


def _source(title: str, path: str) -> dict[str, str]:
    return {"title": title, "path": path} if path else {"title": title}
