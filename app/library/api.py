"""The library over JSON: levers, practices."""

from itertools import dropwhile
from typing import Annotated

from fastapi import APIRouter, Query

from app.accounts.access import CurrentActor
from app.domain.levers import LEVERS, LINKING, Lever
from app.domain.practice import Practice
from app.domain.practices import PRACTICES, practices_found
from app.errors import NotFound
from app.library.models import LeverOut, PracticeListing, PracticeOut
from app.web.paging import Page, page_of

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
    return practice_or_404(slug)


def practice_or_404(slug: str) -> Practice:
    if slug not in PRACTICES:
        raise NotFound()
    return PRACTICES[slug]
