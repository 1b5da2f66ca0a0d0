"""A school written to a file and read into an empty one is the same school."""

import io
import string
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from app import clock
from app.actions.models import ActionIn, ActionStateIn, EventIn, PartnerIn
from app.actions.service import add_action, add_event, add_partner, set_action_state
from app.domain.vocabulary import ActionState, Audience, Axis, EventState, GoalState, Grade, Status
from app.elections.models import ElectionIn
from app.elections.service import record_election
from app.exchange.catalogue import KINDS
from app.exchange.exporting import school_tables
from app.exchange.matching import only_part, parts_of
from app.exchange.models import ImportReport
from app.exchange.service import import_file
from app.exchange.sheets import read_sheets
from app.goals.models import GoalIn, GoalStateIn
from app.goals.service import add_goal, set_goal_state
from app.measurements.models import MeasurementIn, SharedAnalysisIn
from app.measurements.service import record_measurement, series_of_school
from app.measurements.sessions import hold_shared_analysis
from app.schools.models import TrackedIn
from app.schools.service import add_own_indicator, follow_indicator, stop_indicator
from app.web.csv_writer import Dialect, write_csv
from app.web.xlsx_writer import write_workbook
from tests.world import LAST_YEAR, NOW, T1, YEAR, A, B, World

TERMS = [f"{LAST_YEAR}-T1", f"{LAST_YEAR}-T2", f"{LAST_YEAR}-T3", T1]
HARD = "=+-@'|\"«é»;,\t\n ()2"
words = st.text(st.sampled_from(string.ascii_letters + HARD), min_size=3, max_size=30).filter(
    lambda text: len(text.strip()) >= 3
)
days = st.dates(date(2025, 9, 1), date(2026, 11, 20))


def told(db: Session, world: World, name: str, uai: str) -> dict[str, list[list[Any]]]:
    """Every line that the school's files hold; a browser's line ends are a file's."""
    return {
        table.title: sorted(
            (
                [cell.replace("\r\n", "\n") if isinstance(cell, str) else cell for cell in row]
                for row in table.cells()
            ),
            key=repr,
        )
        for table in school_tables(db, world.actor(db, name), uai)
    }


def whole(db: Session, world: World) -> bytes:
    file = io.BytesIO()
    write_workbook(school_tables(db, world.actor(db, "claire"), A), file)
    return file.getvalue()


def bring_in(db: Session, world: World, content: bytes) -> ImportReport:
    parts, ignored = parts_of(KINDS, read_sheets(content))
    assert ignored == ["Colonnes"]
    return import_file(db, world.actor(db, "karim"), B, parts)


def same(db: Session, world: World) -> None:
    assert told(db, world, "karim", B) == told(db, world, "claire", A)
    one, other = (series_of_school(db, db.merge(school)) for school in (world.a, world.b))
    assert one == other


def fill(db: Session, world: World) -> None:
    """A bit of everything, with what is awkward: two of a name, a plan under an ended action, lots drawn."""
    claire = world.actor(db, "claire")
    follow_indicator(db, claire, A, "class_meetings")
    own = add_own_indicator(
        db,
        claire,
        A,
        TrackedIn(label="Familles à la fête", counted_label="familles venues", out_of_label="familles"),
    )
    stop_indicator(db, claire, A, "class_meetings", 1)
    for term, counted in ((TERMS[0], 12), (T1, 20)):
        said = {"indicator": own.slug, "term": term, "counted": counted, "out_of": 30}
        record_measurement(db, claire, A, MeasurementIn.model_validate(said))
    grade = {"indicator": "individual_meetings", "term": T1, "grade": "CP", "counted": 12, "out_of": 20}
    record_measurement(db, claire, A, MeasurementIn.model_validate(grade))
    none = {"indicator": "individual_meetings", "term": TERMS[1], "status": "not_applicable"}
    record_measurement(db, claire, A, MeasurementIn.model_validate(none))
    hall = add_partner(
        db,
        claire,
        A,
        PartnerIn.model_validate({"name": "Mairie | culture", "kind": "other", "sector": "other"}),
    )
    target = {"indicator": own.slug, "value": 80, "term": T1, "baseline": {"counted": 12, "out_of": 30}}
    goals = [
        add_goal(
            db,
            claire,
            A,
            GoalIn.model_validate({"stake": stake, "title": title, "target": aim, "why": "a\r\nb"}),
        )
        for stake, title, aim in (
            ("climate", "Rencontrer chaque famille", target),
            ("Nos propres mots", "rencontrer chaque famille", None),
        )
    ]
    set_goal_state(db, claire, A, goals[0].id, GoalStateIn(state=GoalState.REACHED), 1)
    cafe = {
        "axis": "familiarity",
        "title": "Café",
        "planned_from": "2026-09-10",
        "planned_to": "2026-12-10",
        "goal_ids": [str(goal.id) for goal in goals],
        "partner_ids": [str(hall.id)],
        "lever": "welcome",
        "audience": "all_parents",
        "lead_role": "atsem",
    }
    actions = [add_action(db, claire, A, ActionIn.model_validate(cafe)) for _ in range(2)]
    for planned_on, state, parents, partners in (
        ("2026-11-06", "held", 14, [hall.id]),
        ("2026-11-06", "held", 3, []),
        ("2026-12-04", "planned", None, []),
        ("2026-10-02", "cancelled", None, []),
    ):
        said = {"planned_on": planned_on, "state": state, "parents_present": parents, "partner_ids": partners}
        add_event(db, claire, A, actions[1].id, EventIn.model_validate(said))
    moved = {
        "planned_on": "2026-11-12",
        "state": "held",
        "held_on": "2026-11-13",
        "parents_present": 0,
        "invited": 9,
    }
    add_event(db, claire, A, actions[0].id, EventIn.model_validate(moved))
    dropped = ActionStateIn(state=ActionState.DROPPED, reason="Personne ne vient")
    row = set_action_state(db, claire, A, actions[1].id, dropped, db.merge(actions[1]).version)
    add_event(db, claire, A, actions[0].id, EventIn.model_validate({"planned_on": "2026-12-11"}))
    set_action_state(db, claire, A, row.id, ActionStateIn(state=ActionState.PLANNED), row.version)
    for year, body in (
        (
            YEAR,
            {
                "lists": [
                    {"name": "FCPE", "category": "fcpe", "votes": 100},
                    {"name": "-Liste", "category": "joint", "votes": 50},
                ]
            },
        ),
        (LAST_YEAR, {"lots_drawn": True, "seats_filled": 7, "voting_modes": ["by_post", "in_person"]}),
    ):
        ballot = {
            "held_on": f"{year[:4]}-10-09",
            "registered": 362,
            "voters": 159,
            "blank_null": 9,
            "seats": 9,
        }
        record_election(db, claire, A, year, ElectionIn.model_validate(ballot | body))
    held = {
        "held_on": "2026-11-19",
        "representatives_present": 6,
        "representatives_elected": 9,
        "remarks": "=1+1",
    }
    for _ in range(2):
        hold_shared_analysis(db, claire, A, SharedAnalysisIn.model_validate(held))


def test_a_whole_school_comes_back_the_same(db: Session, world: World) -> None:
    fill(db, world)
    content = whole(db, world)
    first = bring_in(db, world, content)
    assert (first.created, first.changed, first.same, first.refused) == (21, 0, 0, 0)
    same(db, world)
    again = bring_in(db, world, content)
    assert (again.created, again.changed, again.same) == (0, 0, 21)


def test_the_same_in_csv_files_kind_by_kind(db: Session, world: World) -> None:
    fill(db, world)
    karim = world.actor(db, "karim")
    for kind, table in zip(KINDS, school_tables(db, world.actor(db, "claire"), A), strict=True):
        file = io.BytesIO()
        write_csv(table, file, Dialect.SPREADSHEET)
        import_file(db, karim, B, [only_part(kind, read_sheets(file.getvalue()))])
    assert told(db, world, "karim", B).keys() == told(db, world, "claire", A).keys()
    for title, lines in told(db, world, "claire", A).items():
        if title not in (
            "Actions",
        ):  # one was planned again after it was held: only the whole workbook knows
            assert told(db, world, "karim", B)[title] == lines, title


@st.composite
def schools(draw: st.DrawFn) -> dict[str, Any]:
    goals = draw(
        st.lists(
            st.tuples(words, words, st.sampled_from(GoalState), st.none() | st.integers(0, 500)), max_size=4
        )
    )
    actions = draw(
        st.lists(
            st.tuples(
                words,
                st.sampled_from(Axis),
                st.none() | st.sampled_from(Audience),
                days,
                st.integers(0, 300),
                st.sets(st.integers(0, 3)),
                st.sampled_from(ActionState),
            ),
            max_size=4,
        )
    )
    events = draw(
        st.lists(
            st.tuples(
                st.integers(0, 3),
                days,
                st.sampled_from(EventState),
                st.integers(0, 60),
                st.none() | st.integers(0, 9),
            ),
            max_size=8,
        )
    )
    places = st.tuples(st.sampled_from(TERMS), st.sampled_from([Grade.ALL, Grade.CP, Grade.CM2]))
    figures = draw(st.dictionaries(places, st.none() | st.integers(0, 200), max_size=6))
    ballots = draw(
        st.dictionaries(
            st.sampled_from([LAST_YEAR, YEAR]),
            st.tuples(st.integers(10, 300), st.lists(st.integers(0, 9), max_size=3), st.integers(1, 9)),
        )
    )
    return {"goals": goals, "actions": actions, "events": events, "figures": figures, "ballots": ballots}


def live(db: Session, world: World, plan: dict[str, Any]) -> None:
    """The school of a plan, through the ordinary verbs."""
    claire = world.actor(db, "claire")
    goals = []
    for stake, title, state, value in plan["goals"]:
        target = None if value is None else {"indicator": "visits", "value": value, "term": T1}
        goal = add_goal(
            db, claire, A, GoalIn.model_validate({"stake": stake, "title": title, "target": target})
        )
        goals.append(goal)
        set_goal_state(db, claire, A, goal.id, GoalStateIn(state=state, reason="Une raison"), 1)
    actions = []
    for title, axis, audience, first, length, served, _ in plan["actions"]:
        said = {"axis": axis, "title": title, "audience": audience, "planned_from": first}
        said |= {"planned_to": first + timedelta(length)}
        said |= {"goal_ids": [goals[place].id for place in served if place < len(goals)]}
        actions.append(add_action(db, claire, A, ActionIn.model_validate(said)))
    for place, day, state, parents, children in plan["events"]:
        if place < len(actions):
            said = {"planned_on": day, "state": state}
            if state is EventState.HELD:
                said |= {"parents_present": parents, "children_present": children}
            add_event(db, claire, A, actions[place].id, EventIn.model_validate(said))
    for action, (*_, state) in zip(actions, plan["actions"], strict=True):
        if state is not ActionState.PLANNED:
            body = ActionStateIn(state=state, reason="Une raison")
            set_action_state(db, claire, A, action.id, body, action.version)
    for (term, grade), counted in plan["figures"].items():
        said = {"indicator": "individual_meetings", "term": term, "grade": grade}
        said |= {"status": Status.NOT_MEASURED} if counted is None else {"counted": counted, "out_of": 200}
        record_measurement(db, claire, A, MeasurementIn.model_validate(said))
    for year, (registered, votes, seats) in plan["ballots"].items():
        ballot = {
            "held_on": f"{year[:4]}-10-09",
            "registered": registered,
            "voters": registered,
            "blank_null": 0,
        }
        lists = [
            {"name": f"Liste {n}", "category": "fcpe", "votes": min(count, registered // 3), "seats": n == 0}
            for n, count in enumerate(votes)
        ]
        for one in lists:
            one["seats"] = int(one["seats"])
        ballot |= {"seats": seats, "seats_filled": int(bool(lists)), "lists": lists}
        record_election(db, claire, A, year, ElectionIn.model_validate(ballot))


@pytest.mark.parametrize("examples", [8, pytest.param(150, marks=pytest.mark.long)])
def test_any_school_comes_back_the_same(db: Session, world: World, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(schools())
    def round_trip(plan: dict[str, Any]) -> None:
        clock.pin(NOW)
        with db.begin_nested() as undo:
            live(db, world, plan)
            content = whole(db, world)
            bring_in(db, world, content)
            same(db, world)
            again = bring_in(db, world, content)
            assert (again.created, again.changed) == (0, 0)
            undo.rollback()

    round_trip()


def test_the_archive_holds_a_csv_a_kind(sign_in: Any) -> None:
    answer = sign_in("claire").get(f"/api/v1/schools/{A}/export.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        slugs = [*(kind.slug for kind in KINDS), "action-sheets", "reports"]
        assert archive.namelist() == [f"confiance-{A}-{slug}.csv" for slug in slugs]
        assert (
            archive.read(f"confiance-{A}-goals.csv").decode("utf-8-sig").startswith("Enjeu;Objectif;Pourquoi")
        )


def test_an_action_may_have_the_title_of_a_goal(db: Session, world: World) -> None:
    first = date(2026, 9, 1)
    goals = [("Un enjeu", "Le café", GoalState.ACTIVE, None)]
    actions = [("Le café", Axis.RIGHTS, None, first, 0, set[int](), ActionState.PLANNED)]
    live(db, world, {"goals": goals, "actions": actions, "events": [], "figures": {}, "ballots": {}})
    bring_in(db, world, whole(db, world))
    same(db, world)
