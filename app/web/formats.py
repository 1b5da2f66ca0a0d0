"""Which file a request wants: an extension on the address, else the `Accept` header (RFC 9110 §12.5.1)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response

from app.errors import NotAcceptable, NotFound
from app.web.csv_writer import Dialect


class Format(StrEnum):
    """The value is the extension; in the order they are preferred when a client accepts several alike."""

    media_type: str
    told: str

    def __new__(cls, value: str, media_type: str = "", told: str = "") -> "Format":
        member = str.__new__(cls, value)
        member._value_ = value
        member.media_type, member.told = media_type, told
        return member

    JSON = "json", "application/json", "JSON"
    CSV = "csv", "text/csv", "CSV"
    XLSX = "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "classeur XLSX"
    PARQUET = "parquet", "application/vnd.apache.parquet", "Parquet"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The file a request wants. `is_negotiated` when `Accept` said so, and caches must know (`Vary`)."""

    format: Format
    dialect: Dialect = Dialect.SPREADSHEET
    is_negotiated: bool = False

    @property
    def key(self) -> str:
        """Tells apart the bytes of one table: for a cache, and for an ETag."""
        return f"{self.format}-{self.dialect}" if self.format is Format.CSV else self.format.value

    @property
    def content_type(self) -> str:
        kind = self.format.media_type
        return f"{kind}; charset=utf-8; header=present" if self.format is Format.CSV else kind

    @property
    def headers(self) -> dict[str, str]:
        return {"Vary": "Accept"} if self.is_negotiated else {}


_DIALECT = Query(
    description="Du CSV seulement. `tableur`\u202f: point-virgule, virgule décimale, jj/mm/aaaa, "
    "titres français. `donnees-ouvertes`\u202f: virgule, point décimal, dates ISO 8601, noms de colonnes.",
)
_EXTENSION = Path(
    description="Le format, sans en-tête `Accept`.",
    json_schema_extra={"enum": [kind.value for kind in Format]},
)


async def by_extension(extension: Annotated[str, _EXTENSION]) -> None:
    """Documents the `{extension}` of an address; `wanted` reads it."""


async def wanted(
    request: Request, response: Response, dialect: Annotated[Dialect, _DIALECT] = Dialect.SPREADSHEET
) -> Wanted:
    """What to answer in. Raises NotFound for another extension, NotAcceptable when nothing is accepted."""
    extension = request.path_params.get("extension")
    if extension is not None:
        if extension.lower() not in set(Format):
            raise NotFound(f"Cette adresse se termine par {_extensions()}.")
        found = Format(extension.lower())
        if found is Format.PARQUET and not has_parquet():
            raise _without_parquet()
        return Wanted(found, dialect)
    accepted = Wanted(negotiated(request.headers.getlist("accept")), dialect, is_negotiated=True)
    response.headers.update(accepted.headers)
    return accepted


WantedFormat = Annotated[Wanted, Depends(wanted)]
ByExtension = Depends(by_extension)
"""In `dependencies=[…]` of the route whose address ends in `.{extension}`."""


def offered(told: str) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that answers a table; the JSON is described by its `response_model`."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    files = [kind for kind in Format if kind is not Format.JSON]
    content = {kind.media_type: {"schema": {"type": "string"}} for kind in files if kind is Format.CSV}
    content |= {kind.media_type: binary for kind in files if kind is not Format.CSV}
    told += (
        f" En JSON, CSV (deux dialectes), classeur, Parquet\u202f: par `Accept`, ou {_extensions()} à la fin."
    )
    return {200: {"description": told, "content": content}}


# --- Accept --------------------------------------------------------------------------------------------

_RANGE = re.compile(r"(\*/\*|[a-z0-9!#$&^_.+-]+/(?:\*|[a-z0-9!#$&^_.+-]+))", re.IGNORECASE)
_QUALITY = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def negotiated(accept: Iterable[str]) -> Format:
    """The format of the highest quality, told by its most specific range; ties go to the first of Format."""
    told = ",".join(accept)
    if not told.strip():
        return Format.JSON
    ranges = dict(filter(None, map(_read_range, told.split(","))))
    best = max(_here(), key=lambda kind: _quality(kind, ranges))
    if _quality(best, ranges) > 0:
        return best
    refusal = _without_parquet() if _quality(Format.PARQUET, ranges) > 0 else NotAcceptable(_list())
    refusal.headers = {"Vary": "Accept"}
    raise refusal


def _read_range(text: str) -> tuple[str, float] | None:
    """`text/csv; header=present; q=0.5` → (`text/csv`, 0.5); what cannot be read says nothing."""
    kind, *parameters = (part.strip() for part in text.split(";"))
    if not _RANGE.fullmatch(kind):
        return None
    qualities = [part for part in parameters if part[:2].lower() == "q="]
    if not qualities:
        return kind.lower(), 1.0
    found = _QUALITY.fullmatch(qualities[0])
    return (kind.lower(), float(found[1])) if found else None


def _quality(kind: Format, ranges: dict[str, float]) -> float:
    family = kind.media_type.partition("/")[0]
    for name in (kind.media_type, f"{family}/*", "*/*"):
        if name in ranges:
            return ranges[name]
    return 0.0


# --- what is offered here ------------------------------------------------------------------------------


def has_parquet() -> bool:
    """The extra `parquet` is installed."""
    return find_spec("pyarrow") is not None


def _extensions() -> str:
    *names, last = (f".{kind}" for kind in Format)
    return f"{', '.join(names)} ou {last}"


def _here() -> list[Format]:
    return [kind for kind in Format if kind is not Format.PARQUET or has_parquet()]


def _list() -> str:
    names = ", ".join(f"{kind.told} ({kind.media_type})" for kind in _here())
    return (
        f"Cette réponse existe en\u202f: {names}. "
        "Demandez l’un d’eux dans l’en-tête Accept, ou ajoutez son extension à l’adresse."
    )


def _without_parquet() -> NotAcceptable:
    return NotAcceptable(
        "Ce service n’écrit pas le Parquet\u202f: son exploitant peut l’ajouter "
        f"(extra «\u202fparquet\u202f»). {_list()}",
        code="parquet_not_installed",
    )
