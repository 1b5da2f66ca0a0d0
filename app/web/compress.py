"""Pages travel compressed when the site itself asked for them."""

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

OWN = frozenset({"same-origin", "none"})
NOT_A_PAGE = (
    "application/*", "audio/*", "font/*", "image/*", "video/*",
    "text/calendar", "text/css", "text/csv", "text/javascript", "text/plain",
)  # fmt: skip


class CompressPages:
    """gzip for HTML, unless another site made the browser ask.

    A page holds its form's secret beside words from its address. Whoever can make a browser ask for it many
    times, and see how long the answers are, could guess the secret letter by letter (BREACH, 2013): such a
    request is not same-origin, its answer stays as it is. So does that of a browser too old to say who asks.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressing = GZipMiddleware(
            app, minimum_size=1000, compresslevel=6, exclude_content_types=NOT_A_PAGE
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_own = scope["type"] == "http" and Headers(scope=scope).get("sec-fetch-site") in OWN
        await (self.compressing if is_own else self.app)(scope, receive, send)
