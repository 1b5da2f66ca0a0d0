"""What an action already says of its sheet: its dates, its events, its partners, its indicators.

A proposal is shown with where it comes from; it becomes an answer when the school saves it, and never before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from app.accounts.access import today_at
from app.actions import queries
from app.actions.effects import effects_of_school
from app.actions.models import ActionOut, Partner
from app.domain.action_sheet import tidy
from app.domain.action_sheet_parts import TEXT_MOST
from app.domain.engagement import Step
from app.domain.french import counted
from app.domain.levers import LEVERS
from app.domain.vocabulary import Audience, EventState
from app.goals.models import Goal
from app.goals.queries import goals_of_school
from app.schools.models import School
from app.web.french import long_day

A_YEAR = timedelta(days=365)
_HELD = ("rendez-vous tenu", "rendez-vous tenus")
_COUNTS = ("parents", "children", "professionals")
_PARTLY = {"children": "enfants", "professionals": "professionnels"}
"""Parents are counted at every held event; these two may be left out."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An answer, and the words that say where it comes from."""

    value: Any
    told: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the school already wrote about one action."""

    school: School
    action: ActionOut
    today: date
    held: Sequence[Mapping[str, Any]]
    """The held events, the first one first."""
    goals: Sequence[Goal]
    partners: Sequence[Partner]
    readings: Sequence[str]


def proposals_for(db: Session, school: School, action: ActionOut) -> dict[str, Proposal]:
    """Part → what the action proposes; a constant number of queries."""
    rows = queries.events_out(db, school.id, queries.events_of_action(db, school.id, action.id))
    held = sorted((row for row in rows if row["state"] is EventState.HELD), key=lambda row: row["held_on"])
    came = set(action.partner_ids).union(*(row["partner_ids"] for row in held))
    known = Known(
        school=school,
        action=action,
        today=today_at(school),
        held=held,
        goals=[goal for goal in goals_of_school(db, school.id) if goal.id in action.goal_ids],
        partners=[partner for partner in queries.partners_of_school(db, school.id) if partner.id in came],
        readings=[
            effect.sentence
            for effect in effects_of_school(db, school).get(action.id, [])
            if effect.before.figure.rate is not None and effect.after.figure.rate is not None
        ],
    )
    return proposals(known)


def proposals(known: Known) -> dict[str, Proposal]:
    """The same from plain facts."""
    found = {
        **_of_action(known),
        **_of_events(known),
        **_of_partners(known),
        **_of_conditions(known),
    }
    kept = tidy({slug: proposal.value for slug, proposal in found.items()})
    return {slug: Proposal(value, found[slug].told) for slug, value in kept.items()}


def _of_action(known: Known) -> dict[str, Proposal]:
    action, school = known.action, known.school
    carried = [school.name, *([action.lead_role.label] if action.lead_role else [])]
    aims = [f"{goal.title}. {goal.why}".strip() for goal in known.goals]
    found = {
        "title": Proposal(action.title, "le titre de l’action"),
        "sectors": Proposal({"chosen": ["education"]}, "l’école qui mène l’action"),
        "carriers": Proposal({"chosen": ["school"]}, "l’école qui mène l’action"),
        "carrier_names": Proposal("\n".join(carried), "l’école, et le rôle de qui s’en charge"),
        "surroundings": Proposal({"chosen": ["school"]}, "l’école qui mène l’action"),
        "aims": Proposal(_lines(aims), "les objectifs que sert l’action"),
        "results": Proposal(_lines(known.readings), "vos indicateurs autour du début de l’action"),
    }
    if action.audience:
        found |= {"publics": Proposal(_publics(action.audience), "«\u202fPour qui\u202f», dans l’action")}
    if action.lever:
        strategies = [strategy.value for strategy in LEVERS[action.lever].strategies]
        found["strategies"] = Proposal({"chosen": strategies}, "le levier de l’action")
    if action.step is Step.CO_LEAD:
        told = "ce que l’action demande aux parents"
        found["participation"] = Proposal({"running": ["families"]}, told)
    return found


def _publics(audience: Audience) -> dict[str, Any]:
    match audience:
        case Audience.ALL_PARENTS:
            return {"chosen": ["all_parents"]}
        case Audience.PARENTS_AND_CHILDREN:
            return {"chosen": ["all_parents", "children"]}
        case _:
            return {"chosen": ["other"], "details": {"other": audience.label}}


def _of_events(known: Known) -> dict[str, Proposal]:
    """The period, the rhythm, and the real numbers of the last twelve months."""
    days = [row["held_on"] for row in known.held]
    first = days[0] if days else known.action.planned_from
    period = {
        "chosen": ["start_date", "end_date"],
        "details": {"start_date": str(first), "end_date": str(known.action.planned_to)},
    }
    if known.action.planned_to < first:
        period = {"chosen": ["start_date"], "details": {"start_date": str(first)}}
    told = "le premier rendez-vous tenu et la fin prévue" if days else "les dates de l’action"
    found = {"period": Proposal(period, told)}
    if days:
        span = (
            f"du {long_day(days[0])} au {long_day(days[-1])}"
            if days[0] < days[-1]
            else f"le {long_day(days[0])}"
        )
        found["frequency"] = Proposal(f"{counted(len(days), _HELD)} {span}", "les rendez-vous de l’action")
    year = [row for row in known.held if known.today - A_YEAR < row["held_on"] <= known.today]
    if year:
        found["people"] = _people(year)
    return found


def _people(held: Sequence[Mapping[str, Any]]) -> Proposal:
    counts, notes = {}, [f"{counted(len(held), _HELD)} depuis un an, où qui est venu deux fois compte deux"]
    for row in _COUNTS:
        told = [event[f"{row}_present"] for event in held if event[f"{row}_present"] is not None]
        if told:
            counts[row] = sum(told)
            if len(told) < len(held):
                notes.append(f"{_PARTLY[row]} comptés à {len(told)} sur {len(held)}")
    return Proposal(counts, "\u202f; ".join(notes))


def _of_partners(known: Known) -> dict[str, Proposal]:
    told = "les partenaires de l’action et de ses rendez-vous"
    sectors = sorted({partner.sector.value for partner in known.partners} - {"other"})
    names = [partner.name for partner in known.partners]
    return {
        "partner_sectors": Proposal({"chosen": sectors}, told),
        "partner_structures": Proposal(_lines(names), told),
    }


def _of_conditions(known: Known) -> dict[str, Proposal]:
    met = [condition.text for condition in known.action.conditions if condition.is_met]
    unmet = [condition.text for condition in known.action.conditions if not condition.is_met]
    return {
        "helped": Proposal(_lines(met), "les conditions de réussite réunies"),
        "hindered": Proposal(_lines(unmet), "les conditions de réussite qui ne sont pas réunies"),
    }


def _lines(lines: Sequence[str]) -> str:
    """As many whole lines as an answer may hold."""
    while sum(len(line) + 1 for line in lines) > TEXT_MOST:
        lines = lines[:-1]
    return "\n".join(lines)
