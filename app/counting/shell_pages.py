"""What a phone keeps to count without a connection: a page without anybody's data, and what opens it.

Reached without being signed in, and the same for everybody: nothing here knows who asks.
"""

import hashlib
import json
import re

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.domain.vocabulary import Grade
from app.web.static_files import STATIC, static
from app.web.templating import render

router = APIRouter(prefix="/comptage", include_in_schema=False)

_ASSET = re.compile(r'"(/static/[^"]+)"')
WORKER = "counter-worker.js"


def shell(request: Request) -> HTMLResponse:
    grades = [grade for grade in Grade if grade is not Grade.ALL]
    return render(request, "counting/shell.html", grades=grades)


@router.get("")
def shell_page(request: Request) -> Response:
    """The counts that this phone holds; under the address of an event, its counter without a connection."""
    return shell(request)


@router.get("/worker.js")
def service_worker(request: Request) -> Response:
    """The worker, which begins with what it keeps: whatever changes there makes a browser install anew."""
    page = bytes(shell(request).body)
    urls = ["/comptage", *dict.fromkeys(_ASSET.findall(page.decode()))]
    source = (STATIC / WORKER).read_text(encoding="utf-8")
    version = hashlib.sha256(page + source.encode()).hexdigest()[:12]
    kept = json.dumps({"name": f"comptage {version}", "urls": urls})
    return Response(
        f"const KEPT = {kept};\n{source}",
        media_type="text/javascript",
        # Its own folder is /comptage/: a browser lets it serve the counters of a school only when told so.
        headers={"Service-Worker-Allowed": "/", "Cache-Control": "no-cache"},
    )


@router.get("/manifest.webmanifest")
def manifest(request: Request) -> Response:
    """What makes the counter an icon on a phone's screen."""
    about = {
        "id": "/comptage",
        "name": "Confiance, comptage",
        "short_name": "Comptage",
        "lang": "fr",
        "start_url": "/comptage",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbf9f4",
        "theme_color": "#fbf9f4",
        "icons": [{"src": static("mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return Response(json.dumps(about), media_type="application/manifest+json")
