"""What a submitted HTML form carries, read before any lock or connection is taken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import FormData

MAX_FIELDS = 400
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"']*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Posted:
    """The fields of a submitted HTML form, several values a name; empty on a GET."""

    values: Mapping[str, list[str]] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        return self.values.get(name, [default])[-1]

    def getlist(self, name: str) -> list[str]:
        return self.values.get(name, [])


async def read_posted(request: Request) -> Posted:
    """Read the body before any lock or connection is taken: a slow upload keeps nobody waiting."""
    if request.method != "POST":
        return Posted()
    content_type = request.headers.get("content-type", "")
    if not content_type.lower().startswith(_FORM_TYPES):
        return Posted()
    charset = _CHARSET.search(content_type)
    if charset and charset[1].lower() not in {"utf-8", "utf8"}:
        raise HTTPException(415)  # some of Python's codecs make text that no answer could be written in
    data: FormData = await request.form(max_fields=MAX_FIELDS, max_files=0)
    values: dict[str, list[str]] = {}
    for name, value in data.multi_items():
        values.setdefault(name, []).append(str(value))
    return Posted(values)


PostedForm = Annotated[Posted, Depends(read_posted)]
