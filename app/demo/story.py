"""Three school years of one invented school, lived through the ordinary verbs with the clock turned back.

Nothing is random: the same day gives the same demonstration. Every figure comes through an ordinary verb.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlmodel import Session

from app import clock
from app.accounts.actor import Actor
from app.actions.models import ActionIn, ActionStateIn, EventIn, PartnerIn
from app.actions.queries import action_or_404, actions_of_school
from app.actions.service import add_action, add_event, add_partner, revise_event, set_action_state
from app.demo.open_classes import OPENED, open_classes
from app.demo.places import MAIN, Place, Quirk
from app.demo.sheets import describe
from app.domain.engagement import Step
from app.domain.plan import Verdict
from app.domain.school_year import SchoolYear, Term
from app.domain.vocabulary import (
    ActionState,
    Audience,
    Axis,
    EventState,
    Grade,
    LeadRole,
    ListCategory,
    PartnerKind,
    PartnerSector,
    Sector,
    Status,
    VotingMode,
)
from app.elections.models import ElectionIn, ElectionListIn
from app.elections.service import record_election
from app.goals.models import BaselineIn, GoalIn, TargetIn
from app.goals.service import add_goal
from app.measurements.models import MeasurementIn, SharedAnalysisIn
from app.measurements.service import record_measurement
from app.measurements.sessions import hold_shared_analysis
from app.reviews.models import ChangesIn, ClosingIn, DecisionIn, ReviewIn, TargetRef
from app.reviews.overview import overview
from app.reviews.service import close_review, decide, open_review
from app.reviews.undecided import undecided_in
from app.schools.frame import Frame
from app.schools.models import School
from app.schools.service import follow_indicator
from app.transmissions.models import TransmissionIn
from app.transmissions.service import transmit_term

CLOSINGS = {1: (12, 15), 2: (3, 26), 3: (6, 22)}
"""Month and day of the conseil des maîtres of each term."""
EVENTS = {1: ((10, 2), (11, 6), (11, 20), (12, 4)), 2: ((1, 22), (2, 5), (3, 12)), 3: ((5, 21), (6, 11))}


@dataclass
class Story:
    """The life of one school; `today` is where it stops."""

    db: Session
    actor: Actor
    place: Place
    school: School
    today: date
    first: SchoolYear
    partner: UUID | None = None
    goals: list[UUID] = field(default_factory=list)
    cafe: UUID | None = None

    @property
    def uai(self) -> str:
        return self.place.uai

    def tell(self, years: list[SchoolYear]) -> None:
        for year in years:
            self.begin(year)
            for term in year.terms:
                if self.day(term.year, *CLOSINGS[term.number]) - timedelta(days=100) > self.today:
                    return
                self.live(term)

    # --- the calendar of the story -------------------------------------------------------------------

    def day(self, year: SchoolYear, month: int, day: int) -> date:
        return date(year.start + (month < 8), month, day)

    @contextmanager
    def on(self, day: date) -> Iterator[bool]:
        """Turn the clock to the afternoon of `day`; False, and nothing may be done, when it lies ahead."""
        before = clock.now()
        if day > self.today or (day == self.today and before.hour < 16):
            yield False
            return
        clock.pin(datetime.combine(day, time(15, 30), UTC))
        try:
            yield True
        finally:
            clock.pin(before)

    def share(self, term: Term) -> float:
        """A slow climb with a small swing, the same on every run."""
        if Quirk.FULL in self.place.quirks:
            return 1.0
        swing = 0.03 * math.sin(1.7 * self.steps(term) + self.place.number)
        return min(0.97, self.place.start + 0.02 * self.steps(term) + swing)

    def steps(self, term: Term) -> int:
        """Terms since the story began."""
        return 3 * (term.year.start - self.first.start) + term.number - 1

    # --- what happens --------------------------------------------------------------------------------

    def begin(self, year: SchoolYear) -> None:
        with self.on(self.day(year, 9, 21)) as has_come:
            if has_come and year == self.first:
                self.plan_goals(year)
                if self.place is MAIN:
                    follow_indicator(self.db, self.actor, self.uai, "class_meetings")
            if has_come:
                self.plan_actions(year)
        self.vote(year)

    def plan_goals(self, year: SchoolYear) -> None:
        start = round(self.share(year.terms[0]) * self.place.pupils)
        last = year.next.next.terms[2]
        meet = TargetIn(
            indicator="individual_meetings",
            value=85,
            term=last,
            baseline=BaselineIn(counted=start, out_of=self.place.pupils),
        )
        wanted = [
            GoalIn(
                stake="success",
                title="Rencontrer chaque famille, pas seulement en cas de difficulté",
                why="Les familles venues une fois reviennent plus volontiers.",
                target=meet,
            )
        ]
        if self.place.classes > 3 and self.place.sector is Sector.PUBLIC:
            turnout = TargetIn(indicator="election_turnout", value=50, term=last)
            wanted.append(
                GoalIn(
                    stake="shared_project",
                    title="Élire les représentants avec un parent sur deux",
                    target=turnout,
                )
            )
        if self.place is MAIN:
            wanted.append(
                GoalIn(
                    stake="expectations",
                    title="Faire venir à l’école les parents qui en sont le plus éloignés",
                    why="Défini en équipe, sans liste de noms.",
                )
            )
        self.goals = [add_goal(self.db, self.actor, self.uai, goal).id for goal in wanted]

    def plan_actions(self, year: SchoolYear) -> None:
        """Last year's actions are over; this year's begin."""
        for action in actions_of_school(self.db, self.school.id):
            if (
                action.state in {ActionState.PLANNED, ActionState.RUNNING}
                and action.planned_to.year <= year.start
            ):
                self.move(action.id, ActionState.DONE, "L’année est finie.")
        if self.partner is None:
            centre = PartnerIn(
                name=f"Centre social de {self.place.commune}",
                kind=PartnerKind.SOCIAL_CENTRE,
                sector=PartnerSector.CULTURE_LEISURE,
            )
            self.partner = add_partner(self.db, self.actor, self.uai, centre).id
        self.cafe = self.act(Axis.FAMILIARITY, "Café des parents du vendredi", year, [self.partner])
        self.move(
            self.act(Axis.RIGHTS, "Rencontres individuelles, 17 h – 19 h 30", year), ActionState.RUNNING
        )
        if self.place is MAIN:
            messages = self.act(Axis.RIGHTS, "Messages courts, lus à voix haute dans l’application", year)
            self.move(messages, ActionState.RUNNING)
            self.move(messages, ActionState.DONE, "Toutes les classes s’en servent.")
            self.act(
                Axis.PARTICIPATION,
                "Stand tenu par des parents à la fête de quartier",
                year,
                [self.partner],
                Step.CO_LEAD,
            )

    def act(
        self, axis: Axis, title: str, year: SchoolYear, partners: Sequence[UUID] = (), step: Step = Step.COME
    ) -> UUID:
        data = ActionIn(
            axis=axis,
            title=title,
            step=step,
            audience=Audience.ALL_PARENTS,
            lead_role=LeadRole.WHOLE_TEAM,
            planned_from=self.day(year, 9, 28),
            planned_to=self.day(year, 6, 26),
            goal_ids=self.goals[:1],
            partner_ids=list(partners),
        )
        return add_action(self.db, self.actor, self.uai, data).id

    def move(self, action: UUID, state: ActionState, reason: str | None = None) -> None:
        version = action_or_404(self.db, self.school.id, action).version
        data = ActionStateIn(state=state, reason=reason)
        set_action_state(self.db, self.actor, self.uai, action, data, version)

    def vote(self, year: SchoolYear) -> None:
        friday = self.day(year, 10, 9)
        with self.on(friday + timedelta(days=(4 - friday.weekday()) % 7)) as has_come:
            if has_come and self.place.sector is Sector.PUBLIC:
                record_election(self.db, self.actor, self.uai, year, self.ballot(year))

    def ballot(self, year: SchoolYear) -> ElectionIn:
        held_on, seats = clock.now().date(), self.place.classes
        if Quirk.NO_BALLOT in self.place.quirks and self.day(year.next, 10, 1) > self.today:
            return ElectionIn(
                held_on=held_on, no_ballot=True, lots_drawn=True, seats=seats, seats_filled=seats - 1
            )
        registered = self.place.voters_registered
        voters = round(registered * min(0.95, self.share(year.terms[0]) - 0.2))
        blank = max(1, voters // 18)
        votes = voters - blank
        first = round(votes * 0.62)
        lists = [
            ElectionListIn(name="Parents de l’école", category=ListCategory.LOCAL_ASSOCIATION, votes=first),
            ElectionListIn(name="FCPE", category=ListCategory.FCPE, votes=votes - first),
        ]
        if self.place.classes < 4 or Quirk.UNFILLED in self.place.quirks:
            candidates = 15 if Quirk.UNFILLED in self.place.quirks else None
            lists = [
                ElectionListIn(
                    name="Parents de l’école",
                    category=ListCategory.LOCAL_ASSOCIATION,
                    votes=votes,
                    candidates=candidates,
                )
            ]
        return ElectionIn(
            held_on=held_on,
            voting_modes=[VotingMode.IN_PERSON, VotingMode.BY_POST],
            registered=registered,
            voters=voters,
            blank_null=blank,
            seats=seats,
            lists=lists,
        )

    def live(self, term: Term) -> None:
        """One term: cafés, meetings, the figures, the session with the elected parents, the review."""
        for number, (month, day) in enumerate(EVENTS[term.number]):
            self.hold(term, number, self.day(term.year, month, day))
        is_silent_term = Quirk.MISSING_TERM in self.place.quirks and term.number == 2
        month, day = CLOSINGS[term.number]
        closing = self.day(term.year, month, day)
        with self.on(closing - timedelta(days=24)) as has_come:
            if has_come and term.year == self.first.next and term.number == OPENED.get(self.place.number):
                open_classes(self.db, self.actor, self.uai, 3 * self.place.classes)
        with self.on(closing - timedelta(days=7)) as has_come:
            if has_come and not is_silent_term:
                self.count(term)
        with self.on(closing) as has_come:
            if has_come and self.place.number % 3 != 0 and not is_silent_term:
                self.review(term)
        with self.on(closing + timedelta(days=3)) as has_come:
            if has_come and not is_silent_term and Quirk.SILENT not in self.place.quirks:
                transmit_term(self.db, self.actor, self.uai, TransmissionIn(term=term))

    def hold(self, term: Term, number: int, day: date) -> None:
        if self.cafe is None or (self.place.number + number) % 3 == 2:
            return
        parents = 0 if Quirk.EMPTY in self.place.quirks else self.came(term, number)
        joint = [self.partner] if self.partner and number % 2 == 0 else []
        typed = EventIn(
            planned_on=day,
            state=EventState.HELD,
            parents_present=parents,
            children_present=parents // 3,
            partner_ids=joint,
        )
        with self.on(day) as has_come:
            if has_come:
                event = add_event(self.db, self.actor, self.uai, self.cafe, typed)
            elif day - timedelta(days=45) <= self.today:
                add_event(
                    self.db, self.actor, self.uai, self.cafe, EventIn(planned_on=day, partner_ids=joint)
                )
        if has_come and Quirk.CORRECTED in self.place.quirks and number == 1:
            with self.on(day + timedelta(days=1)) as has_come_too:
                if has_come_too:
                    better = typed.model_copy(update={"parents_present": parents + 2})
                    revise_event(self.db, self.actor, self.uai, event.id, better, event.version)

    def came(self, term: Term, number: int) -> int:
        swing = 3 * math.sin(self.steps(term) + 2.1 * number)
        return max(2, round(self.place.pupils * 0.05 + swing + self.steps(term) + number))

    def count(self, term: Term) -> None:
        met = round(self.share(term) * self.place.pupils)
        if Quirk.BY_GRADE in self.place.quirks:
            for grade, pupils in self.by_grade():
                self.say(term, "individual_meetings", round(pupils * self.share(term)), pupils, grade)
        else:
            self.say(term, "individual_meetings", met, self.place.pupils)
        self.say(term, "visits", 0 if Quirk.EMPTY in self.place.quirks else round(self.place.pupils * 0.12))
        if self.place is MAIN:
            self.say(term, "class_meetings", round(met * 0.8), self.place.pupils)
        if term.number != 2:
            elected = self.place.classes
            with_parents = SharedAnalysisIn(
                held_on=clock.now().date(),
                representatives_present=max(1, elected - 3),
                representatives_elected=elected,
            )
            hold_shared_analysis(self.db, self.actor, self.uai, with_parents)

    def by_grade(self) -> list[tuple[Grade, int]]:
        grades = [grade for grade in self.place.type.grades if grade is not Grade.ULIS]
        each, rest = divmod(self.place.pupils, len(grades))
        return [(grade, each + (number < rest)) for number, grade in enumerate(grades)]

    def say(
        self, term: Term, indicator: str, counted: int, out_of: int | None = None, grade: Grade = Grade.ALL
    ) -> None:
        data = MeasurementIn(
            indicator=indicator, term=term, grade=grade, status=Status.VALUE, counted=counted, out_of=out_of
        )
        record_measurement(self.db, self.actor, self.uai, data)

    def review(self, term: Term) -> None:
        """Keep what runs; the main school also changes its café once and adds an action."""
        open_review(self.db, self.actor, self.uai, ReviewIn(term=term))
        for item in undecided_in(overview(self.db, Frame(self.db, self.school), term), []):
            is_cafe = item.id == self.cafe and term.number == 2
            verdict = Verdict.CHANGE if is_cafe else Verdict.KEEP
            reason = "Un vendredi sur deux, et inviter la médiathèque." if is_cafe else None
            target = TargetRef(kind=item.kind, id=item.id)
            decide(
                self.db, self.actor, self.uai, term, DecisionIn(target=target, verdict=verdict, reason=reason)
            )
        if self.place is MAIN and term.number == 3:
            added = ActionIn(
                axis=Axis.PARTICIPATION,
                title="Matinée ouverte en CP"
                if term.year.start % 2
                else "Visite de la médiathèque avec les parents",
                planned_from=self.day(term.year.next, 10, 5),
                planned_to=self.day(term.year.next, 12, 11),
                audience=Audience.ALL_PARENTS,
                step=Step.TAKE_PART,
            )
            decide(
                self.db,
                self.actor,
                self.uai,
                term,
                DecisionIn(verdict=Verdict.ADD, changes=ChangesIn(action=added)),
            )
        closing = ClosingIn(held_on=clock.now().date(), members_present=max(1, self.place.classes))
        close_review(self.db, self.actor, self.uai, term, closing)
        if self.place is MAIN and term.number == 3 and self.cafe:
            describe(self.db, self.actor, self.uai, self.cafe)


class Sketch(Story):
    """A school next door: it counts, votes and transmits, and its plan is not told."""

    def begin(self, year: SchoolYear) -> None:
        self.vote(year)

    def live(self, term: Term) -> None:
        month, day = CLOSINGS[term.number]
        closing = self.day(term.year, month, day)
        with self.on(closing - timedelta(days=7)) as has_come:
            if has_come:
                self.count(term)
        with self.on(closing + timedelta(days=3)) as has_come:
            if has_come:
                transmit_term(self.db, self.actor, self.uai, TransmissionIn(term=term))
