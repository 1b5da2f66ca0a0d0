"""Addresses that more than one feature writes."""

from urllib.parse import quote, urlsplit

from fastapi import Request


def sign_in_url(request: Request) -> str:
    """The sign-in page, which comes back to the page asked for (or left, for a POST)."""
    wanted = request.url.path if request.method == "GET" else urlsplit(request.headers.get("referer", "/")).path
    return "/connexion" if wanted in {"/", "/connexion"} else f"/connexion?next={quote(wanted)}"


def safe_next(path: str) -> str:
    """A `next=` may only lead to a page of ours."""
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith(("//", "/\\")) or "\\" in path:
        return "/"
    return path


def sheet_url(uai: str) -> str:
    return f"/ecoles/{uai}"
