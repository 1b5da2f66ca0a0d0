"""The pages anyone may read: help, accessibility, personal data, legal notice."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts.access import Visitor
from app.web.templating import render

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/aide")
def help_page(request: Request, _: Visitor) -> Response:
    return render(request, "accounts/aide.html")


@router.get("/accessibilite")
def accessibility_page(request: Request, _: Visitor) -> Response:
    return render(request, "accounts/accessibilite.html")


@router.get("/donnees-personnelles")
def personal_data_page(request: Request, _: Visitor) -> Response:
    return render(request, "accounts/donnees_personnelles.html")


@router.get("/mentions-legales")
def legal_page(request: Request, _: Visitor) -> Response:
    return render(request, "accounts/mentions_legales.html")
