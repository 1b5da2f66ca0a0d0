"""The library over JSON: levers, practices."""

from itertools import dropwhile
from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.accounts.access import CurrentActor, Uai
from app.actions.models import ActionOut
from app.actions.queries import action_out
from app.db import Db
from app.domain.levers import LEVERS, LINKING, Lever
from app.domain.practice import Practice
from app.domain.practices import PRACTICES, practices_found
from app.library import service
from app.library.effects import LeverEffectOut, lever_effect
from app.library.models import LeverOut, PracticeListing, PracticeOut, TakeUpIn
from app.web.paging import Page, page_of, tagged

router = APIRouter(prefix="/api/v1", tags=["Bibliothèque"])


@router.get("/levers", response_model=Page[LeverOut])
def get_levers(_: CurrentActor) -> object:
    """Le levier « relier parents et professionnels », puis les cinq qui le composent et leurs pratiques."""
    return {"items": [_lever(LINKING), *(_lever(lever) for lever in LEVERS.values())], "next": None}


def _lever(lever: Lever) -> LeverOut:
    is_whole = lever is LINKING
    return LeverOut(
        slug=lever.slug,
        label=lever.label,
        why=lever.why,
        part_of=None if is_whole else LINKING.slug,
        settings=lever.settings,
        themes=lever.themes,
        strategies=lever.strategies,
        practices=[slug for slug, item in PRACTICES.items() if is_whole or item.lever == lever.slug],
    )


@router.get("/levers/{slug}/effect", response_model=LeverEffectOut)
def get_lever_effect(db: Db, _: CurrentActor, slug: str) -> LeverEffectOut:
    """Ce que disent les chiffres autour du trimestre où des écoles ont employé un levier, en points.

    Un intervalle, par groupe d’au moins cinq écoles parties à trois trimestres différents, jamais nommées ;
    chacune n’est comptée qu’une fois, l’année scolaire finie. `suppressed` tant que ce n’est pas le cas.
    """
    return lever_effect(db, slug)


@router.get("/practices", response_model=Page[PracticeOut])
def get_practices(_: CurrentActor, asked: Annotated[PracticeListing, Query()]) -> object:
    """Les pratiques qui répondent à tout ce qui est demandé. « cafe parent » trouve « Café des parents »."""
    found = practices_found(asked.wanted)
    if asked.after:
        found = list(dropwhile(lambda practice: practice.slug != asked.after, found))[1:]
    return page_of(found, asked.limit, lambda practice: practice.slug)


@router.get("/practices/{slug}", response_model=PracticeOut)
def get_practice(_: CurrentActor, slug: str) -> Practice:
    """Une pratique entière."""
    return service.practice_or_404(slug)


@router.post("/schools/{uai}/taken-up-practices", response_model=ActionOut, status_code=201)
def post_taken_up_practice(
    db: Db, actor: CurrentActor, uai: Uai, data: TakeUpIn, response: Response
) -> ActionOut:
    """Reprendre une pratique : une action de l’école, avec ses conditions à cocher."""
    action = service.take_up_practice(db, actor, uai, data)
    return tagged(response, action_out(db, action.school_id, action.id))
