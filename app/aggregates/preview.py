"""What a release would show and hide, before anybody publishes it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from sqlmodel import Session

from app.accounts.actor import Actor
from app.aggregates import queries, release_queries
from app.aggregates.expected import expected_in
from app.aggregates.models import (
    Breakdown,
    PublicationOut,
    ReleaseLineOut,
    ReleasePreviewOut,
    ReleaseReasonOut,
)
from app.aggregates.place_queries import children_of, parents
from app.aggregates.releasing import MOST_ON_A_PAGE, Prepared, may_release, prepare_release
from app.domain.indicators import INDICATORS
from app.domain.school_year import Term
from app.domain.vocabulary import TerritoryLevel
from app.errors import Conflict, Forbidden, NotFound
from app.schools.queries import nation


@dataclass(frozen=True, slots=True)
class Decided:
    """The next release of a term, decided before any write lock was taken; or why there is none."""

    prepared: Prepared | None
    refusal: Conflict | None = None

    def or_refuse(self) -> Prepared:
        if self.prepared is None:
            assert self.refusal is not None
            raise self.refusal
        return self.prepared


def decide_while_reading(request: Request, actor: Actor, term: Term) -> Decided:
    """Called before `Db` opens its transaction: deciding takes seconds, and nobody waits for it."""
    with request.app.state.database.session(reading=True) as db:
        check_may_release(db, actor)
        try:
            return Decided(prepare_release(db, actor, term, most=MOST_ON_A_PAGE))
        except Conflict as refusal:
            return Decided(None, refusal)


def check_may_release(db: Session, actor: Actor) -> None:
    """Raises NotFound for who reads no territory, Forbidden for who reads releases without making them."""
    if not actor.territories:
        raise NotFound()
    if not may_release(db, actor):
        raise Forbidden("Une publication vaut pour toute la France\u202f: une autorité nationale la fait.")


def preview_of(db: Session, prepared: Prepared) -> ReleasePreviewOut:
    """How many totals it would show, hide and keep, indicator by indicator, and from how many schools."""
    sent, expected = schools_sent(db, prepared.term)
    counts = _counts(prepared.cells)
    hidden = Counter(cell["reason"] for cell in prepared.cells if cell["reason"] is not None)
    france = nation(db).id
    whole = {
        cell["indicator"]: cell
        for cell in prepared.cells
        if cell["territory_id"] == france and cell["breakdown"] is Breakdown.NONE
    }
    return ReleasePreviewOut(
        term=prepared.term,
        number=prepared.number,
        seal=prepared.seal,
        schools_sent=sent,
        schools_expected=expected,
        **counts,
        reasons=[
            ReleaseReasonOut(reason=reason.value, label=reason.label, totals=number)
            for reason, number in hidden.most_common()
        ],
        lines=[
            ReleaseLineOut(
                indicator=slug,
                title=one.title,
                france_counted=whole[slug]["counted"],
                france_out_of=whole[slug]["out_of"],
                **_counts(cell for cell in prepared.cells if cell["indicator"] == slug),
            )
            for slug, one in INDICATORS.items()
            if slug in whole
        ],
    )


def _counts(cells: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The three things that can happen to a total."""
    counts = {"shown": 0, "hidden": 0, "kept": 0}
    for cell in cells:
        kept = "kept" if cell["since"] < cell["number"] else "shown"
        counts["hidden" if cell["counted"] is None else kept] += 1
    return counts


def schools_sent(db: Session, term: Term) -> tuple[int, int]:
    """How many schools of the whole country have transmitted a term, out of how many open ones."""
    france = nation(db)
    inside = [one.id for one in children_of(db, france, TerritoryLevel.CIRCONSCRIPTION)]
    expected = expected_in(db, term.year, parents(db)).all
    key = (france.id, Breakdown.NONE.value, "")
    return queries.count_sent(db, inside, term, term.year), expected.get(key, 0)


# --- what was published before -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TermState:
    """One term of the list: its releases, the last one first, and whether schools published figures in it."""

    term: Term
    releases: tuple[PublicationOut, ...]
    has_figures: bool


def terms_released(db: Session) -> list[TermState]:
    """Every term with figures or releases, the last one first."""
    made: dict[str, list[PublicationOut]] = {}
    for row in release_queries.releases_counted(db):
        made.setdefault(row.term, []).append(PublicationOut.model_validate(dict(row._mapping)))
    figures = release_queries.terms_with_figures(db)
    return [
        TermState(Term(term), tuple(reversed(made.get(term, ()))), term in figures)
        for term in sorted(made.keys() | figures, reverse=True)
    ]
