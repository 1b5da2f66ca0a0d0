"""What was typed in a form whose session ended meanwhile: shown again, to be sent again, stored nowhere."""

import re
from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from app.errors import AppError, Forbidden, SecondFactorNeeded, Unauthenticated
from app.web.posted import CARRIED, Posted
from app.web.templating import render
from app.web.urls import sign_in_url

_SECRET = re.compile("password|one_time_code")
"""Names of boxes whose content is never sent back."""
_SAID = re.compile(r"[^\W_]", re.UNICODE)
_MEANT_FOR_US = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[a-z_]+|[0-9]{4}-[0-9]{4}-T[123]")


@dataclass(frozen=True, slots=True)
class Unsent:
    """A post that was not taken. `fields` go back as they came; `words` are what a person would copy."""

    fields: list[tuple[str, str]]
    words: list[str]


def unsent_of(request: Request) -> Unsent | None:
    """What the form carried, when somebody typed in it; None as well where a secret was typed."""
    posted: Posted | None = getattr(request.state, "posted", None)
    if posted is None or any(_SECRET.search(name) for name in posted.values):
        return None
    fields = [(name, value) for name, values in posted.values.items() for value in values if name != "csrf"]
    typed = [value for name, value in fields if name not in CARRIED and _SAID.search(value)]
    words = [value for value in typed if not _MEANT_FOR_US.fullmatch(value)]
    return Unsent(fields, words) if typed else None


def send_again_page(request: Request, error: AppError, unsent: Unsent) -> Response:
    """The way back: sign in beside, then send the same answers with the new session."""
    return render(
        request,
        "unsent.html",
        status=error.status,
        unsent=unsent,
        is_signed_in=isinstance(error, Forbidden),
        sign_in=error.url if isinstance(error, SecondFactorNeeded) else sign_in_url(request),
        here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    )


def may_send_again(error: AppError) -> bool:
    """The session ended or is not complete, or the page is older than the session that sends it."""
    is_unproven = isinstance(error, Unauthenticated | SecondFactorNeeded)
    return is_unproven or (isinstance(error, Forbidden) and error.code == "csrf")
