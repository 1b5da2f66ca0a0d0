"""Addresses that more than one feature writes."""

from urllib.parse import quote, urlsplit

from fastapi import Request

from app.domain.vocabulary import TerritoryLevel


def sign_in_url(request: Request) -> str:
    """The sign-in page, which comes back to the page asked for (or left, for a POST)."""
    wanted = request.url.path if request.method == "GET" else path_of(request.headers.get("referer", "/"))
    return with_next("/connexion", wanted)


def sign_in_again_url(request: Request) -> str:
    """The sign-in page, for someone who is signed in already."""
    wanted = request.url.path if request.method == "GET" else path_of(request.headers.get("referer", "/"))
    return f"/connexion?encore=1&next={quote(wanted)}"


def with_next(url: str, wanted: str) -> str:
    """`url`, which comes back to `wanted` when done."""
    return url if wanted in {"/", url} else f"{url}?next={quote(wanted)}"


def path_of(url: str) -> str:
    """The path of an address that came from outside; `/` when it is not one."""
    try:
        return urlsplit(url).path or "/"
    except ValueError:  # such as « http://[ »
        return "/"


def safe_next(path: str) -> str:
    """A `next=` may only lead to a page of ours."""
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if is_ours and path.isprintable() else "/"  # browsers drop tabs: « /<tab>/elsewhere »


def sheet_url(uai: str) -> str:
    return f"/ecoles/{uai}"


def territory_url(level: TerritoryLevel, code: str) -> str:
    """The page of pooled figures; an académie's code is written with its A."""
    if level is TerritoryLevel.CIRCONSCRIPTION:
        return f"/circonscription/{code}"
    return f"/territoire/{'A' if level is TerritoryLevel.ACADEMIE else ''}{code}"
