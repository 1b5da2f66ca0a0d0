"""The catalogues of the sheet over JSON: everything a client needs to draw its own forms."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Self

from pydantic import BaseModel

from app.domain.indicators import INDICATORS, PACKS, Better, Counts, Indicator, Rhythm
from app.domain.levers import LEVERS
from app.domain.vocabulary import (
    STAKES,
    SUGGESTED_ACTIONS,
    ActionState,
    Audience,
    Axis,
    Entry,
    EventState,
    GoalState,
    Grade,
    LeadRole,
    ListCategory,
    PartnerKind,
    PartnerSector,
    PriorityEducation,
    Role,
    SchoolType,
    Sector,
    Source,
    Status,
    VotingMode,
)


class Unit(BaseModel):
    one: str
    many: str


class IndicatorOut(BaseModel):
    """One indicator: what is counted, out of what (`null` for a plain count), how often."""

    slug: str
    title: str
    pack: str
    unit: Unit
    counts: Counts
    counted: str
    out_of: str | None
    better: Better
    every: Rhythm
    source: str
    fed_by: Source | None
    is_official: bool

    @classmethod
    def of(cls, indicator: Indicator, **more: object) -> Self:
        fields = {name: getattr(indicator, name) for name in IndicatorOut.model_fields if name != "unit"}
        one, many = indicator.unit
        return cls(unit=Unit(one=one, many=many), **(fields | more))


class TrackedOut(IndicatorOut):
    """An indicator as a school follows it; `version` is 0 for the official five, which have no row."""

    is_own: bool
    is_followed: bool
    since_term: str | None
    until_term: str | None
    version: int


class EntryOut(BaseModel):
    slug: str
    label: str


class SuggestedActionOut(EntryOut):
    axis: Axis
    hint: str


class PackOut(EntryOut):
    indicators: list[str]


class FrameworkOut(BaseModel):
    """Every closed list of the service, with its French labels."""

    stakes: list[EntryOut]
    axes: list[EntryOut]
    levers: list[EntryOut]
    suggested_actions: list[SuggestedActionOut]
    indicator_packs: list[PackOut]
    audiences: list[EntryOut]
    lead_roles: list[EntryOut]
    partner_kinds: list[EntryOut]
    partner_sectors: list[EntryOut]
    grades: list[EntryOut]
    roles: list[EntryOut]
    goal_states: list[EntryOut]
    action_states: list[EntryOut]
    event_states: list[EntryOut]
    measurement_statuses: list[EntryOut]
    measurement_sources: list[EntryOut]
    voting_modes: list[EntryOut]
    list_categories: list[EntryOut]
    school_types: list[EntryOut]
    sectors: list[EntryOut]
    priorities: list[EntryOut]


def all_indicators() -> list[IndicatorOut]:
    return [IndicatorOut.of(indicator) for indicator in INDICATORS.values()]


def framework() -> FrameworkOut:
    return FrameworkOut(
        stakes=_entries(STAKES),
        axes=_members(Axis),
        levers=_entries(LEVERS),
        suggested_actions=[
            SuggestedActionOut(slug=action.slug, label=action.title, axis=action.axis, hint=action.hint)
            for action in SUGGESTED_ACTIONS.values()
        ],
        indicator_packs=[
            PackOut(slug=slug, label=pack.label, indicators=list(pack.slugs)) for slug, pack in PACKS.items()
        ],
        audiences=_members(Audience),
        lead_roles=_members(LeadRole),
        partner_kinds=_members(PartnerKind),
        partner_sectors=_members(PartnerSector),
        grades=_members(Grade),
        roles=_members(Role),
        goal_states=_members(GoalState),
        action_states=_members(ActionState),
        event_states=_members(EventState),
        measurement_statuses=_members(Status),
        measurement_sources=_members(Source),
        voting_modes=_members(VotingMode),
        list_categories=_members(ListCategory),
        school_types=_members(SchoolType),
        sectors=_members(Sector),
        priorities=_members(PriorityEducation),
    )


def _entries(catalogue: Mapping[str, Entry]) -> list[EntryOut]:
    return [EntryOut(slug=entry.slug, label=entry.label) for entry in catalogue.values()]


def _members(kind: Iterable[StrEnum]) -> list[EntryOut]:
    return [EntryOut(slug=member.value, label=getattr(member, "label", member.value)) for member in kind]
