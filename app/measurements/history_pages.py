"""« Qui, quand, et quoi avant »: the history of one figure, for the school that wrote it."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai
from app.db import Db
from app.measurements.history import MOST, history_of_figure
from app.schools.pages import SlugPath
from app.schools.service import term_or_404
from app.web.templating import render

router = APIRouter(
    prefix="/ecoles/{uai}/saisie/{term}/{slug}/historique",
    default_response_class=HTMLResponse,
    include_in_schema=False,
)


@router.get("")
def history_page(
    request: Request, db: Db, actor: CurrentActor, uai: Uai, term: str, slug: SlugPath
) -> Response:
    wanted = term_or_404(term)
    found = history_of_figure(db, actor, uai, wanted, slug)
    return render(
        request, "measurements/history.html", school=found.school, term=wanted, found=found, most=MOST
    )
