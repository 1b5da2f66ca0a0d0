"""A table on its way out: written whole before the first byte leaves, then sent as it was written."""

from collections.abc import Mapping
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.web.csv_writer import write_csv
from app.web.formats import Format, Wanted
from app.web.json_writer import write_json
from app.web.tabular import Table
from app.web.xlsx_writer import write_xlsx

IN_MEMORY = 1024 * 1024
"""Bytes; a larger file waits on disk (TMPDIR)."""
CHUNK = 64 * 1024


def write(table: Table, wanted: Wanted, file: IO[bytes], *, following: str | None = None) -> None:
    match wanted.format:
        case Format.JSON:
            write_json(table, file, following)
        case Format.CSV:
            write_csv(table, file, wanted.dialect)
        case Format.XLSX:
            write_xlsx(table, file)
        case Format.PARQUET:
            from app.web.parquet_writer import write_parquet

            write_parquet(table, file)


def encoded(table: Table, wanted: Wanted, *, following: str | None = None) -> bytes:
    """The whole file, to be kept and sent again with `file_answer`; the same table gives the same bytes."""
    with _spool() as file:
        write(table, wanted, file, following=following)
        file.seek(0)
        return file.read()


def table_answer(
    table: Table,
    wanted: Wanted,
    *,
    following: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer of a route, made inside it and so inside its transaction.

    Every row is read before the status line leaves: an error on the way is a problem with a sentence, never a
    file that looks whole (ADR 0013). Memory stays bounded, and a slow reader holds no connection.
    """
    file = _spool()
    try:
        write(table, wanted, file, following=following)
        size = file.tell()
        file.seek(0)
        if size > IN_MEMORY:
            return SpooledAnswer(file, size, wanted.content_type, _headers(table.name, wanted, headers))
        content = file.read()
    except BaseException:
        file.close()
        raise
    file.close()
    return file_answer(content, table.name, wanted, headers=headers)


def file_answer(
    content: bytes, name: str, wanted: Wanted, *, headers: Mapping[str, str] | None = None
) -> Response:
    """Bytes that were kept. `name` is that of the table, without an extension."""
    return Response(content, media_type=wanted.content_type, headers=_headers(name, wanted, headers))


def is_known(request: Request, tag: str) -> bool:
    """Whether the client already holds the bytes that this ETag stands for: 304 is enough."""
    sent = request.headers.get("if-none-match", "").split(",")
    return tag in {one.strip().removeprefix("W/") for one in sent}


class SpooledAnswer(StreamingResponse):
    """A file on disk. Its length is told before: a client knows when the end is missing."""

    def __init__(self, file: IO[bytes], size: int, media_type: str, headers: dict[str, str]) -> None:
        chunks = iter(partial(file.read, CHUNK), b"")
        super().__init__(chunks, media_type=media_type, headers=headers | {"Content-Length": str(size)})
        self.file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.file.close()


def _spool() -> IO[bytes]:
    return SpooledTemporaryFile(IN_MEMORY)


def _headers(name: str, wanted: Wanted, more: Mapping[str, str] | None) -> dict[str, str]:
    headers = wanted.headers | dict(more or {})
    if wanted.format is not Format.JSON:
        headers["Content-Disposition"] = f'attachment; filename="{name}.{wanted.format}"'
    return headers
