"""The minutes in the browser: a page that prints on A4, and the same as a document to edit."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai, school_for
from app.accounts.actor import Task
from app.db import Db
from app.reviews.minutes import IndicatorLine, drawing_of, minutes_of
from app.reviews.minutes_docx import SIGNATURES, minutes_docx
from app.schools.service import term_or_404
from app.web.charts import NARROW
from app.web.files import attached
from app.web.paper import DOCX
from app.web.templating import render

router = APIRouter(
    prefix="/ecoles/{uai}/conseil/{term}", default_response_class=HTMLResponse, include_in_schema=False
)
Number = Annotated[
    int | None, Query(ge=1, le=1000, description="Une version précise\u202f; la dernière sinon.")
]


@router.get("/releve")
def minutes_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str, number: Number = None
) -> Response:
    minutes = minutes_of(db, actor, uai, term_or_404(term), number)
    return render(
        request,
        "reviews/minutes.html",
        school=school_for(db, actor, uai, Task.SEE_WORK),
        nav_term=minutes.term,
        minutes=minutes,
        drawings=drawings_of(minutes.indicators),
        signatures=SIGNATURES,
    )


def drawings_of(lines: Iterable[IndicatorLine]) -> dict[str, Markup]:
    """The charts of a page that is read and printed, on a desk and on a phone; svg_of escapes every word."""
    return {line.slug: Markup(drawing_of(line) + drawing_of(line, width=NARROW)) for line in lines}


@router.get("/releve.docx")
def download_minutes(db: Db, actor: CurrentActor, uai: Uai, term: str, number: Number = None) -> Response:
    minutes = minutes_of(db, actor, uai, term_or_404(term), number)
    return attached(minutes_docx(minutes), DOCX, minutes.filename)
