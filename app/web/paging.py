"""Lists answer `{items, next}`: `next` is the key to give as `after` to get the following ones."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

Item = TypeVar("Item")
Limit = Annotated[int, Query(ge=1, le=500, description="Combien d’éléments au plus")]


class Page(BaseModel, Generic[Item]):
    model_config = ConfigDict(from_attributes=True)

    items: list[Item]
    next: str | None = None


def page_of(rows: Sequence[Any], limit: int, key: Callable[[Any], object]) -> dict[str, Any]:
    """Ask the query for `limit + 1` rows: the one too many says that there is more."""
    shown = rows[:limit]
    return {"items": shown, "next": str(key(shown[-1])) if len(rows) > limit else None}


def tagged(response: Response, row: Item) -> Item:
    """The row, with its version as the answer's strong ETag."""
    response.headers["ETag"] = f'"{row.version}"'  # type: ignore[attr-defined]  # every versioned table has it
    return row
