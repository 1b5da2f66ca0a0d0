"""The library in the browser: the levers, the practices, one practice."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from app.accounts.access import CurrentActor, only_school
from app.accounts.actor import MAY, Task
from app.accounts.queries import duties_shown
from app.db import Db
from app.domain.engagement import Step
from app.domain.indicators import INDICATORS
from app.domain.lever_effects import METHOD
from app.domain.levers import LEVERS, LINKING
from app.domain.practice import Age, Effort
from app.domain.practices import PRACTICES, practices_found
from app.domain.vocabulary import Audience, Axis, PartnerKind
from app.library.effects import groups_told
from app.library.models import LibraryFilter, PracticeFilter
from app.library.service import practice_or_404
from app.web.fields import Choices
from app.web.templating import render

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

CHOICES: Mapping[str, Choices] = {
    "lever": [(lever.slug, lever.label) for lever in LEVERS.values()],
} | {
    name: [(member.value, member.label) for member in kind]
    for name, kind in (
        ("step", Step),
        ("axis", Axis),
        ("audience", Audience),
        ("age", Age),
        ("partner_kind", PartnerKind),
        ("effort", Effort),
    )
}
SHOWN_FIRST = ("step", "axis")
"""The questions beside the search box; the others open under it."""


def questions_of(asked: LibraryFilter) -> list[tuple[str, str | None, Choices, Any]]:
    """(name, label, choices, chosen) of each closed question of a search."""
    fields = type(asked).model_fields
    return [
        (name, field.title, CHOICES[name], getattr(asked, name) or "")
        for name, field in fields.items()
        if name in CHOICES
    ]


@router.get("/leviers")
def levers_page(request: Request, db: Db, actor: CurrentActor) -> Response:
    """Why each lever works, and the practices that use it, the smallest step first."""
    by_lever = {
        lever: sorted(
            (practice for practice in PRACTICES.values() if practice.lever == lever.slug),
            key=lambda practice: practice.step.number,
        )
        for lever in LEVERS.values()
    }
    return render(
        request,
        "library/levers.html",
        nav_school=only_school(db, actor),
        linking=LINKING,
        by_lever=by_lever,
        steps=list(Step),
        told=groups_told(db),
        method=METHOD,
    )


@router.get("/pratiques")
def practices_page(
    request: Request, db: Db, actor: CurrentActor, asked: Annotated[PracticeFilter, Query()]
) -> Response:
    questions = questions_of(asked)
    return render(
        request,
        "library/practices.html",
        nav_school=only_school(db, actor),
        q=asked.q,
        first=[question for question in questions if question[0] in SHOWN_FIRST],
        more=[question for question in questions if question[0] not in SHOWN_FIRST],
        practices=practices_found(asked.wanted),
        levers=LEVERS,
        everything=len(PRACTICES),
    )


@router.get("/pratiques/{slug}")
def practice_page(request: Request, db: Db, actor: CurrentActor, slug: str) -> Response:
    practice = practice_or_404(slug)
    duties = duties_shown(db, actor.user_id)[0] if actor.user_id else ()
    return render(
        request,
        "library/practice.html",
        nav_school=only_school(db, actor),
        practice=practice,
        lever=LEVERS[practice.lever],
        indicators=[INDICATORS[each].title for each in practice.indicators],
        own=[school for school in duties if Task.STEER in MAY[school.role]],
    )
