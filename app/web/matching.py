"""One look at an address per router, before any of its routes is asked.

FastAPI asks route after route, in Python: with three hundred of them, finding none took 4 ms of the 16 that a
whole write took (docs/performance.md).
"""

import re

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

_NAME = re.compile(r"\?P<\w+>")


def _methods_at(router: APIRouter, path: str) -> set[str]:
    """All that an address takes: each route knows its own method only."""
    routes = [route for route in router.routes if isinstance(route, Route) and route.path_regex.match(path)]
    return {method for route in routes for method in route.methods or ()}


def match_at_once(included: BaseRoute, router: APIRouter) -> None:
    """Pass over a router none of whose addresses fits; the method is still the routes' to judge (405).

    `included` is what FastAPI made of it in the application: even asking that is most of the cost.
    """
    patterns = [route.path_regex.pattern for route in router.routes if isinstance(route, Route)]
    known = re.compile("|".join(_NAME.sub("?:", pattern) for pattern in patterns))
    ask = included.matches

    def matches(scope: Scope) -> tuple[Match, Scope]:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        found = ask(scope) if known.match(path) else (Match.NONE, {})
        if found[0] is Match.PARTIAL:
            scope.setdefault("state", {}).setdefault("allowed", set()).update(_methods_at(router, path))
        return found

    included.matches = matches  # type: ignore[method-assign]  # what an included router answers for itself
