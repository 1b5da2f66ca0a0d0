"""One of each thing that an address can name, at a school of tests/world.py."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.accounts.models import InvitationIn
from app.accounts.queries import live_membership
from app.accounts.secrets import read_token
from app.accounts.service import invite
from app.accounts.session_queries import live_sessions
from app.action_sheets.models import ActionSheet
from app.actions.models import Action, ActionIn, EventIn, PartnerIn
from app.actions.service import add_action, add_event, add_partner
from app.domain.passing_on import Credit, Readers
from app.domain.plan import Verdict
from app.domain.school_year import Term
from app.domain.vocabulary import Axis, Role
from app.elections.models import ElectionIn
from app.elections.service import record_election
from app.exchange.sheets import read_sheets
from app.exchange.waiting import check_file, keep_file
from app.goals.models import GoalIn
from app.goals.service import add_goal
from app.home.service import make_calendar_link
from app.measurements.models import MeasurementIn, SharedAnalysisIn
from app.measurements.service import record_measurement
from app.measurements.sessions import hold_shared_analysis
from app.parents.models import ParentLinkIn, RemarkIn, RemarkTopic
from app.parents.service import leave_remark, share_with_parents
from app.partners.models import SuggestionIn
from app.partners.service import suggest_partner
from app.passing_on.models import PublishedSheet, PublishedSheetVersion
from app.reports.models import NoteIn, ReportIn, StartIn
from app.reports.service import add_note, start_evaluation, write_report
from app.reviews.kinds import TargetKind
from app.reviews.models import ClosingIn, DecisionIn, ReviewIn, TargetRef
from app.reviews.service import close_review, decide, open_review
from app.schools.models import TrackedIn
from app.schools.service import add_own_indicator, follow_indicator
from app.schools.territories import territory_or_404
from app.transmissions.models import TransmissionIn
from app.transmissions.service import transmit_term
from tests.matrix import ACTION, DESCRIBED, ELECTION, EVALUATED, PUBLISHED
from tests.world import NOW, T1, YEAR, A, B, World, add_token


@dataclass(frozen=True, slots=True)
class Side:
    """A school, who heads it, one of its people, who inspects it, and who may read its sheets.

    What a table row names by itself is under the same ids at both schools, but for what all schools read.
    """

    uai: str
    head: str
    member: str
    inspector: str
    code: str
    readers: Readers
    sheet: str


OURS = Side(A, "claire", "lea", "ines", "0990900Z", Readers.EVERYONE, PUBLISHED)
THEIRS = Side(
    B, "karim", "karim", "paul", "0990901A", Readers.CIRCONSCRIPTION, "01980000-0000-7000-8000-0000000000d3"
)
Places = dict[str, Any]


def places_of(db: Session, world: World, side: Side) -> Places:
    """What the `{…}` of a path stand for, and under `secrets` what only the owner of a link knows."""
    uai, school = side.uai, world.schools[side.uai]
    head = world.actor(db, side.head)
    reviewed = add_goal(db, head, uai, GoalIn(stake="climate", title="Écouter chaque famille"))
    keep_goal = DecisionIn(target=TargetRef(kind=TargetKind.GOAL, id=reviewed.id), verdict=Verdict.KEEP)
    for term in ("2025-2026-T3", T1):
        open_review(db, head, uai, ReviewIn(term=term))
        decision = decide(db, head, uai, Term(term), keep_goal)
        if term != T1:
            close_review(db, head, uai, Term(term), ClosingIn(held_on=date(2026, 6, 22), members_present=9))
    goal = add_goal(db, head, uai, GoalIn(stake="climate", title="Rencontrer chaque famille"))
    cafe, evening = (
        add_action(db, head, uai, ActionIn.model_validate(ACTION | {"title": title}))
        for title in ("Café des parents", "Soirée des parents")
    )
    event = add_event(db, head, uai, evening.id, EventIn.model_validate({"planned_on": "2026-12-04"}))
    centre = {"name": "Centre social", "kind": "social_centre", "sector": "other"}
    partner = add_partner(db, head, uai, PartnerIn.model_validate(centre))
    families = {"name": "Maison des familles", "kind": "association", "sector": "other"}
    inspector = world.actor(db, side.inspector)
    suggestion = suggest_partner(db, inspector, side.code, SuggestionIn.model_validate(families))
    note = _evaluated(db, world, side)
    _published(db, world, side)
    answer = {"indicator": "individual_meetings", "term": T1, "counted": 158, "out_of": 196}
    measurement = record_measurement(db, head, uai, MeasurementIn.model_validate(answer))
    before = answer | {"term": "2025-2026-T3", "counted": 150}
    record_measurement(db, head, uai, MeasurementIn.model_validate(before))
    transmit_term(db, head, uai, TransmissionIn(term="2025-2026-T3"))
    follow_indicator(db, head, uai, "seats_filled")
    garden = TrackedIn(label=f"Parcelles du potager {uai}", counted_label="parcelles")
    own = add_own_indicator(db, head, uai, garden)
    record_election(db, head, uai, YEAR, ElectionIn.model_validate(ELECTION))
    held = {"held_on": "2026-11-19", "representatives_present": 6, "representatives_elected": 9}
    analysis = hold_shared_analysis(db, head, uai, SharedAnalysisIn.model_validate(held))
    member = live_membership(db, school.id, user_id=world.users[side.member].id)
    invited = invite(db, head, uai, InvitationIn(email=f"mona.{uai}@demo.invalid", role=Role.TEACHER))
    token = read_token(add_token(db, world.users[side.head]))
    shared = share_with_parents(db, head, uai, ParentLinkIn(term=T1))
    said = RemarkIn(topic=RemarkTopic.OTHER, text="Plus de rencontres le soir.")
    remark = leave_remark(db, school.id, shared.link.id, said, "test")
    sent = "Indicateur;Trimestre;Nombre\nVenues des parents à l’école;2026-2027-T1;12\n".encode()
    file = keep_file(db, head, uai, "measurements", "releves.csv", read_sheets(sent))
    check_file(db, head, uai, file.id)
    assert member
    assert token
    return {
        "uai": uai,
        "code": side.code,
        "year": YEAR,
        "slug": "seats_filled",
        "own": own.slug,
        "goal_id": goal.id,
        "action_id": cafe.id,
        "event_id": event.id,
        "partner_id": partner.id,
        "suggestion_id": suggestion.id,
        "note_id": note,
        "measurement_id": measurement.id,
        "analysis_id": analysis.id,
        "membership_id": member.id,
        "invitation_id": invited.invitation.id,
        "token_id": token[0],
        "session_id": live_sessions(db, world.users[side.head].id)[0].id,
        "term": T1,
        "decision_id": decision.id,
        "kind": "action",
        "target_id": cafe.id,
        "link_id": shared.link.id,
        "remark_id": remark.id,
        "file_id": file.id,
        "sheet_id": side.sheet,
        "secrets": {
            "parents": shared.secret,
            "invitation": invited.secret,
            "calendrier": make_calendar_link(db, head)[1],
        },
    }


def _evaluated(db: Session, world: World, side: Side) -> UUID:
    """An action with a report and its note; the id of the note."""
    head = world.actor(db, side.head)
    action = _action(db, world, side, EVALUATED)
    write_report(db, head, side.uai, action, ReportIn.model_validate({"effects": ["health"]}), 0)
    start_evaluation(db, head, side.uai, action, StartIn(started_on=date(2025, 11, 20)), 1)
    spoken = {"voice": "parents", "noted_on": "2026-03-02", "text": "Un horaire plus tardif"}
    return add_note(db, head, side.uai, action, NoteIn.model_validate(spoken)).id


def _published(db: Session, world: World, side: Side) -> None:
    """An action, its sheet, and that sheet as others read it."""
    school, sheet = world.schools[side.uai], UUID(side.sheet)
    action = _action(db, world, side, DESCRIBED)
    answers = {"aims": "Que chaque famille connaisse quelqu’un à l’école."}
    db.add(ActionSheet(school_id=school.id, action_id=action, answers=answers, updated_at=NOW))
    published = PublishedSheet(
        school_id=school.id,
        id=sheet,
        action_id=action,
        number=1,
        readers=side.readers,
        circonscription_id=territory_or_404(db, side.code).id,
    )
    db.add(published)
    db.flush()
    version = PublishedSheetVersion(
        school_id=school.id,
        sheet_id=sheet,
        number=1,
        credit=Credit.SCHOOL,
        origin=f"{school.name}, Valmont",
        title=ACTION["title"],
        axis=Axis(ACTION["axis"]),
        answers=answers,
        search_text=" cafe parent",
        published_at=NOW,
    )
    db.add(version)
    db.flush()


def _action(db: Session, world: World, side: Side, identity: str) -> UUID:
    kept = ActionIn.model_validate(ACTION).model_dump(exclude={"goal_ids", "partner_ids"})
    db.add(Action(school_id=world.schools[side.uai].id, id=UUID(identity), created_at=NOW, **kept))
    db.flush()
    return UUID(identity)
