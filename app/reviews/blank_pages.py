"""The blank sheet, for anyone: it holds nothing of any school."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts.access import Visitor
from app.reviews.blank import BAND, COLUMNS, FILENAME, HEAD, TITLE
from app.reviews.blank_docx import blank_docx
from app.web.files import attached
from app.web.paper import DOCX
from app.web.templating import render

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/feuille-vierge")
def blank_page(request: Request, _: Visitor) -> Response:
    return render(request, "reviews/blank.html", title=TITLE, head=HEAD, columns=COLUMNS, band=BAND)


@router.get("/feuille-vierge.docx")
def download_blank() -> Response:
    return attached(blank_docx(), DOCX, FILENAME)
