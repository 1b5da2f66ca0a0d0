"""« Tout ce qui a été fait » in a school, for those who work there."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts.access import CurrentActor, Uai
from app.db import Db
from app.home.history import history_of_school
from app.web.templating import render

router = APIRouter(
    prefix="/ecoles/{uai}/historique", default_response_class=HTMLResponse, include_in_schema=False
)
ON_A_PAGE = 50


@router.get("")
def history_page(
    request: Request,
    db: Db,
    actor: CurrentActor,
    uai: Uai,
    avant: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    found = history_of_school(db, actor, uai, before=avant, limit=ON_A_PAGE + 1)
    acts = found.acts[:ON_A_PAGE]
    older = acts[-1].position if len(found.acts) > ON_A_PAGE else None
    return render(
        request,
        "home/historique.html",
        school=found.school,
        found=found,
        acts=acts,
        older=older,
        avant=avant,
    )
