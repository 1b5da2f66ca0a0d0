"""Files that a browser saves, and how the API's document speaks of them."""

from typing import Any

from starlette.responses import Response


def attached(content: bytes, media_type: str, name: str) -> Response:
    """A file to keep. `name` is plain ASCII."""
    told = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=told)


def binary(media_type: str, told: str) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that answers a file."""
    schema = {"type": "string", "format": "binary"}
    return {200: {"description": told, "content": {media_type: {"schema": schema}}}}
