"""What each circonscription adds up, against a plain Python model, over random sequences of acts."""

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app.accounts.access import actor_of_user
from app.accounts.actor import command_actor
from app.accounts.models import SchoolMembership
from app.domain.vocabulary import Door, Grade, PriorityEducation, Role, SchoolType, Sector
from app.elections.models import ElectionIn
from app.elections.queries import election_or_none
from app.elections.service import delete_election, record_election
from app.errors import Conflict
from app.measurements.chain_queries import typed_tips
from app.measurements.models import MeasurementIn
from app.measurements.service import record_measurement
from app.schools.directory import ListedSchool, NamedCirconscription
from app.schools.exports import Reading
from app.schools.imports import import_directory
from app.schools.models import School
from app.transmissions import queries
from app.transmissions.models import TransmissionIn
from app.transmissions.publishing import verify_published
from app.transmissions.service import transmit_term
from tests.world import LAST_YEAR, NOW, T1, YEAR, World, add_school, add_user

UAIS = ("0990011H", "0990012J", "0990013K")
TERMS = (f"{LAST_YEAR}-T1", f"{LAST_YEAR}-T3", T1)
PLACES = {"valley": "0990900Z", "coast": "0990901A"}
schools, terms = st.integers(0, len(UAIS) - 1), st.sampled_from(TERMS)
counts = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: (min(pair), max(pair)))
ballots = st.tuples(st.integers(0, 40), st.integers(1, 40)).map(lambda pair: (min(pair), max(pair)))
ACTS = st.one_of(
    st.tuples(st.just("meet"), schools, terms, counts),
    st.tuples(st.just("visit"), schools, terms, st.integers(0, 90)),
    st.tuples(st.just("send"), schools, terms, st.none()),
    st.tuples(st.just("vote"), schools, st.sampled_from((LAST_YEAR, YEAR)), ballots),
    st.tuples(st.just("annul"), schools, st.sampled_from((LAST_YEAR, YEAR)), st.none()),
    st.tuples(st.just("place"), schools, st.sampled_from(tuple(PLACES)), st.booleans()),
)
Figures = dict[str, tuple[int, int | None]]


class Model:
    """The same rules in plain Python: what was said, what was sent, where each school was."""

    def __init__(self) -> None:
        self.said: dict[tuple[int, str], Figures] = defaultdict(dict)
        self.sent: dict[tuple[int, str], Figures] = {}
        self.votes: dict[tuple[int, str], tuple[int, int]] = {}
        self.now = dict.fromkeys(range(len(UAIS)), ("valley", True))

    def totals(self) -> dict[tuple[str, str, str], tuple[int, int, int]]:
        """(place, term, indicator) → counted, out_of, schools."""
        found: dict[tuple[str, str, str], tuple[int, int, int]] = {}
        for (school, term), figures in self.everything().items():
            place, is_open = self.now[school] if term.startswith(YEAR) else ("valley", True)
            for indicator, (counted, out_of) in figures.items() if is_open else ():
                key = place, term, indicator
                old = found.get(key, (0, 0, 0))
                found[key] = old[0] + counted, old[1] + (out_of or 0), old[2] + 1
        return found

    def everything(self) -> dict[tuple[int, str], Figures]:
        published = {key: dict(figures) for key, figures in self.sent.items()}
        for (school, year), (voters, registered) in self.votes.items():
            found = published.setdefault((school, f"{year}-T1"), {})
            found |= {"election_turnout": (voters, registered), "seats_filled": (2, 4)}
            found["blank_null_votes"] = 0, voters
        return published


class Service:
    """The real thing, act by act, in one transaction."""

    def __init__(self, db: Session, world: World) -> None:
        self.db, self.ids = db, list[UUID]()
        self.territories = {name: world.territories[name].id for name in PLACES}
        head = add_user(db, "nora")
        for uai in UAIS:
            school = add_school(db, uai, f"École {uai}", self.territories["valley"])
            db.add(
                SchoolMembership(school_id=school.id, user_id=head.id, role=Role.HEAD_TEACHER, started_at=NOW)
            )
            self.ids.append(school.id)
        db.flush()
        self.actor = actor_of_user(db, head, Door.API, "test")

    def say(self, school: int, term: str, indicator: str, counted: int, out_of: int | None) -> None:
        last = typed_tips(self.db, self.ids[school], term, indicator).get(Grade.ALL)
        answer = {"indicator": indicator, "term": term, "counted": counted, "out_of": out_of}
        answer["replaces"] = str(last.id) if last else None
        record_measurement(self.db, self.actor, UAIS[school], MeasurementIn.model_validate(answer))

    def send(self, school: int, term: str) -> bool:
        try:
            transmit_term(self.db, self.actor, UAIS[school], TransmissionIn(term=term))
        except Conflict:
            return False
        return True

    def vote(self, school: int, year: str, voters: int, registered: int) -> None:
        row = election_or_none(self.db, self.ids[school], year)
        result = {
            "held_on": date(int(year[:4]), 10, 9),
            "registered": registered,
            "voters": voters,
            "blank_null": 0,
            "seats": 4,
            "seats_filled": 2,
            "lots_drawn": True,
        }
        data = ElectionIn.model_validate(result)
        record_election(self.db, self.actor, UAIS[school], year, data, row.version if row else None)

    def annul(self, school: int, year: str) -> None:
        row = election_or_none(self.db, self.ids[school], year)
        if row is not None:
            delete_election(self.db, self.actor, UAIS[school], year, row.version)

    def place(self, school: int, name: str, is_open: bool) -> None:
        row = self.db.get(School, self.ids[school])
        assert row is not None
        territory = NamedCirconscription("099", name, PLACES[name])
        listed = ListedSchool(
            2, row.uai, row.name, row.commune, "099", SchoolType.ELEMENTARY, Sector.PUBLIC,
            PriorityEducation.NONE, False, is_open, territory,
        )  # fmt: skip
        import_directory(self.db, command_actor(), Reading("annuaire.csv", [listed]))
        self.db.expire_all()

    def totals(self) -> dict[tuple[str, str, str], tuple[int, int, int]]:
        names = {key: name for name, key in self.territories.items()}
        found: dict[tuple[str, str, str], tuple[int, int, int]] = {}
        for row in queries.totals_kept(self.db):
            key = names[row.circonscription_id], row.term, row.indicator
            old = found.get(key, (0, 0, 0))
            found[key] = old[0] + row.counted, old[1] + row.out_of, old[2] + row.schools
        return found


def act(service: Service, model: Model, what: str, school: int, where: str, value: Any) -> None:
    if what == "meet":
        service.say(school, where, "individual_meetings", *value)
        model.said[school, where]["individual_meetings"] = value
    elif what == "visit":
        service.say(school, where, "visits", value, None)
        model.said[school, where]["visits"] = value, None
    elif what == "send":
        if service.send(school, where):
            model.sent[school, where] = dict(model.said[school, where])
    elif what == "vote":
        service.vote(school, where, *value)
        model.votes[school, where] = value
    elif what == "annul":
        service.annul(school, where)
        model.votes.pop((school, where), None)
    else:
        service.place(school, where, value)
        # A line of a closed school says that it has closed, not where it would be.
        model.now[school] = (where if value else model.now[school][0], value)


def check_sequence(db: Session, world: World, acts: list[tuple[str, int, str, Any]]) -> None:
    undo = db.begin_nested()
    try:
        service, model = Service(db, world), Model()
        for what, school, where, value in acts:
            act(service, model, what, school, where, value)
        assert service.totals() == model.totals()
        assert verify_published(db) == []
    finally:
        undo.rollback()
        db.expunge_all()


quick = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@quick
@given(acts=st.lists(ACTS, min_size=4, max_size=14))
def test_the_sums_say_what_a_plain_model_says(
    db: Session, world: World, acts: list[tuple[str, int, str, Any]]
) -> None:
    check_sequence(db, world, acts)


@pytest.mark.long
@settings(quick, max_examples=400)
@given(acts=st.lists(ACTS, min_size=10, max_size=40))
def test_the_sums_hold_over_long_sequences(
    db: Session, world: World, acts: list[tuple[str, int, str, Any]]
) -> None:
    check_sequence(db, world, acts)


def test_a_past_year_stays_where_it_was(db: Session, world: World) -> None:
    """Moved, closed and reopened this year: last year's figures never move."""
    service = Service(db, world)
    for term in (TERMS[1], T1):
        service.say(0, term, "individual_meetings", 20, 30)
        assert service.send(0, term)
    here, there = ("valley", TERMS[1], "individual_meetings"), ("coast", T1, "individual_meetings")
    service.place(0, "coast", True)
    assert service.totals() == {here: (20, 30, 1), there: (20, 30, 1)}
    service.place(0, "coast", False)
    assert service.totals() == {here: (20, 30, 1)}
    service.place(0, "coast", True)
    assert service.totals() == {here: (20, 30, 1), there: (20, 30, 1)}


def test_small_schools_are_summed_apart(db: Session, world: World) -> None:
    service = Service(db, world)
    service.say(0, T1, "individual_meetings", 6, 10)
    service.say(1, T1, "individual_meetings", 7, 11)
    assert service.send(0, T1)
    assert service.send(1, T1)
    rows = {(row.is_small, row.counted, row.out_of) for row in queries.totals_kept(db)}
    assert rows == {(True, 6, 10), (False, 7, 11)}


def test_a_vote_counts_from_the_moment_it_is_recorded(db: Session, world: World) -> None:
    service = Service(db, world)
    service.vote(0, YEAR, 40, 100)
    assert service.totals()["valley", T1, "election_turnout"] == (40, 100, 1)
    service.annul(0, YEAR)
    assert service.totals() == {}
