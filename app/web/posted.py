"""What a submitted HTML form carries, read before any lock or connection is taken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import FormData, UploadFile

from app.web.uploads import Upload, takes_a_file

MAX_FIELDS = 400
CARRIED = frozenset({"csrf", "once", "version"})
"""Fields that every form brings along and nobody typed."""
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Posted:
    """The fields of a submitted HTML form, several values a name; empty on a GET."""

    values: Mapping[str, list[str]] = field(default_factory=dict)
    file: Upload | None = None
    """What came in the one box for a file, at the few addresses that have one."""

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name, [default])[-1]

    def getlist(self, name: str) -> list[str]:
        return self.values.get(name, [])


def is_form(request: Request) -> bool:
    """Whether the body came as a form, and is in `Posted` once it was read."""
    return request.headers.get("content-type", "").lower().startswith(_FORM_TYPES)


async def read_posted(request: Request) -> Posted:
    """Read the body before any lock or connection is taken: a slow upload keeps nobody waiting."""
    request.state.posted = posted = await _read(request)
    return posted


async def _read(request: Request) -> Posted:
    if request.method != "POST":
        return Posted()
    content_type = request.headers.get("content-type", "")
    if not is_form(request):
        is_file = takes_a_file(request.url.path)
        return Posted(file=Upload("", await request.body()) if is_file else None)
    charset = _CHARSET.search(content_type)
    if charset and charset[1].lower() not in {"utf-8", "utf8"}:
        raise HTTPException(415)  # some of Python's codecs make text that no answer could be written in
    data: FormData = await request.form(max_fields=MAX_FIELDS, max_files=int(takes_a_file(request.url.path)))
    values: dict[str, list[str]] = {}
    file = None
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            file = Upload(value.filename or "", await value.read())
            await value.close()
        else:
            values.setdefault(name, []).append(value)
    return Posted(values, file)


PostedForm = Annotated[Posted, Depends(read_posted)]
