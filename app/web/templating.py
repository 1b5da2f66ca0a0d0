"""One Jinja environment; `render` gives each page the person, the demo banner and the form's CSRF token."""

import secrets
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import Response

from app.web import french
from app.web.forms import Form
from app.web.static_files import static

HERE = Path(__file__).resolve().parent.parent


def make_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(french.FILTERS)
    environment.globals["static"] = static
    environment.globals["new_key"] = lambda: secrets.token_urlsafe(16)
    return environment


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page. `school` in the context brings the school's navigation; forms get their CSRF token."""
    actor = getattr(request.state, "actor", None)
    csrf = actor.csrf if actor else ""
    for value in context.values():
        for form in value if isinstance(value, list | tuple) else (value,):
            if isinstance(form, Form):
                form.csrf = csrf
    shared = {
        "actor": actor,
        "csrf": csrf,
        "demo": request.app.state.is_demo,
        "path": request.url.path,
        "school": None,
        "saved": request.query_params.get("ok"),
    }
    environment: Environment = request.app.state.templates
    html = environment.get_template(template).render(shared | context)
    return HTMLResponse(html, status_code=status)


def see_other(url: str) -> Response:
    """After a POST that worked: the browser asks for the next page, so that reloading sends nothing twice."""
    return RedirectResponse(url, status_code=303)
