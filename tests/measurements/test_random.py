"""Random typing, correcting, grades, withdrawing, events, elections and sessions, against a plain fold."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from app.accounts.actor import Actor
from app.accounts.audit import take_turn
from app.accounts.audit_queries import ledger_of
from app.domain.rates import Figure
from app.domain.school_year import Term, calendar_of, term_of, year_of
from app.domain.uai import expected_letter
from app.domain.vocabulary import Grade, Source
from app.elections.models import ElectionIn
from app.elections.service import delete_election, record_election
from app.measurements.chains import FigureKey, put_only
from app.measurements.grades import live_grades, record_grades
from app.measurements.models import GradesIn, MeasurementIn, SharedAnalysisIn
from app.measurements.queries import totals_of_school, totals_recomputed
from app.measurements.service import record_measurement, verify_totals
from app.measurements.sessions import delete_shared_analysis, hold_shared_analysis, revise_shared_analysis
from app.schools.service import follow_indicator
from tests.world import LAST_YEAR, T1, YEAR, A, World

Answer = tuple[str, int | None, int | None]
"""status, counted, out_of."""
TERMS = (f"{LAST_YEAR}-T1", f"{LAST_YEAR}-T2", T1)
RATES = ("individual_meetings", "class_meetings")
GRADES = ("CP", "CE1", "CE2", "CM1", "CM2")
NEIGHBOUR = "0990012" + expected_letter("0990012")
NOT_APPLICABLE: Answer = ("not_applicable", None, None)


@dataclass
class Game:
    """The service on one side; on the other two dictionaries that a child could keep."""

    db: Session
    school: UUID
    actor: Actor
    random: Random
    typed: dict[tuple[str, str], dict[str, Answer]] = field(default_factory=dict)
    """(indicator, term) → grade → answer."""
    fed: dict[tuple[str, str, str], Answer] = field(default_factory=dict)
    """(indicator, term, source key) → answer."""
    elections: dict[str, int] = field(default_factory=dict)
    sessions: dict[UUID, int] = field(default_factory=dict)
    snapshots: dict[int, dict[tuple[str, str], Any]] = field(default_factory=dict)

    def play(self, steps: int) -> None:
        moves = (self.answer, self.answer, self.by_grade, self.withdraw, self.event, self.vote, self.session)
        for _ in range(steps):
            self.random.choice(moves)()
            ledger = ledger_of(self.db, self.school)
            self.snapshots[ledger.version if ledger else 0] = self.folded()

    # --- moves ---------------------------------------------------------------------------------------

    def numbers(self) -> tuple[int, int]:
        out_of = self.random.choice((0, 1, self.random.randint(2, 60), 100_000))
        return self.random.randint(0, out_of), out_of

    def place(self) -> tuple[str, str]:
        return self.random.choice((*RATES, "visits")), self.random.choice(TERMS)

    def tip(self, slug: str, term: str, grade: str) -> UUID | None:
        live = live_grades(self.db, self.school, term, slug).get(Grade(grade))
        return live.id if live else None

    def answer(self) -> None:
        slug, term = self.place()
        may_have_grade = slug in RATES and self.random.random() < 0.3
        grade = self.random.choice(GRADES) if may_have_grade else "all"
        status = self.random.choice(("value", "value", "value", "not_measured", "not_applicable"))
        counted, out_of = self.numbers()
        said: Answer = (status, None, None)
        if status == "value":
            said = (status, counted, out_of if slug in RATES else None)
        names = ("status", "counted", "out_of")
        body = {"indicator": slug, "term": term, "grade": grade, "replaces": self.tip(slug, term, grade)}
        data = MeasurementIn.model_validate(body | dict(zip(names, said, strict=True)))
        record_measurement(self.db, self.actor, A, data)
        kept = {g: a for g, a in self.typed.get((slug, term), {}).items() if (g == "all") == (grade == "all")}
        self.typed[slug, term] = kept | {grade: said}

    def by_grade(self) -> None:
        slug, term = self.random.choice(RATES), self.random.choice(TERMS)
        kept: dict[str, Answer] = dict(self.typed.get((slug, term), {}))
        rows: list[dict[str, Any]] = []
        for grade in self.random.sample(GRADES, self.random.randint(1, 5)):
            counted, out_of = self.numbers()
            is_blank = self.random.random() < 0.3
            rows.append({"grade": grade, "replaces": self.tip(slug, term, grade)})
            if not is_blank:
                rows[-1] |= {"counted": counted, "out_of": out_of}
                kept.pop("all", None)
                kept[grade] = ("value", counted, out_of)
            elif kept.get(grade, NOT_APPLICABLE)[0] == "value":
                del kept[grade]
        record_grades(self.db, self.actor, A, slug, Term(term), GradesIn.model_validate({"rows": rows}))
        self.typed[slug, term] = kept

    def withdraw(self) -> None:
        filled = [(key, grade) for key, grades in self.typed.items() for grade in grades]
        if not filled:
            return
        (slug, term), grade = self.random.choice(filled)
        body = {"indicator": slug, "term": term, "grade": grade, "status": "withdrawn"}
        data = MeasurementIn.model_validate(body | {"replaces": self.tip(slug, term, grade)})
        record_measurement(self.db, self.actor, A, data)
        del self.typed[slug, term][grade]

    def event(self) -> None:
        """An event is held, moved to another term, corrected, or cancelled."""
        name, term, parents = (
            f"event-{self.random.randint(1, 4)}",
            self.random.choice(TERMS),
            self.numbers()[0],
        )
        for at in TERMS:
            self.fed.pop(("visits", at, name), None)
        wanted = {}
        if self.random.random() < 0.75:
            key = FigureKey(self.school, term, "visits", source=Source.EVENT, source_key=name)
            wanted[key] = Figure.of(parents)
            self.fed["visits", term, name] = ("value", parents, None)
        turn = take_turn(self.db, self.school)
        put_only(self.db, self.actor, turn, Source.EVENT, {name: wanted})

    def vote(self) -> None:
        year, held_on = self.random.choice(((YEAR, "2026-10-09"), (LAST_YEAR, "2025-10-10")))
        term, version = f"{year}-T1", self.elections.get(year)
        slugs = ("election_turnout", "seats_filled", "blank_null_votes")
        if version is not None and self.random.random() < 0.3:
            delete_election(self.db, self.actor, A, year, self.elections.pop(year))
            for slug in slugs:
                self.fed.pop((slug, term, year))
            return
        kind, seats = (
            self.random.choice(("ballot", "ballot", "no list", "elsewhere")),
            self.random.randint(1, 9),
        )
        filled, registered = self.random.randint(0, seats), self.random.randint(1, 400)
        voters = self.random.randint(0, registered)
        blank = self.random.randint(0, voters)
        said: list[Answer] = [NOT_APPLICABLE, ("value", filled, seats), NOT_APPLICABLE]
        body: dict[str, Any] = {"held_on": held_on, "seats": seats, "seats_filled": filled}
        if kind == "ballot":
            body |= {"registered": registered, "voters": voters, "blank_null": blank}
            said = [("value", voters, registered), said[1], ("value", blank, voters)]
        elif kind == "no list":
            body |= {"no_ballot": True, "lots_drawn": filled > 0}
        else:
            body, said = {"held_on": held_on, "held_with": NEIGHBOUR}, [NOT_APPLICABLE] * 3
        row = record_election(self.db, self.actor, A, year, ElectionIn.model_validate(body), version)
        self.elections[year] = row.version
        for slug, one in zip(slugs, said, strict=True):
            self.fed[slug, term, year] = one

    def session(self) -> None:
        day = date(2025, 9, 5) + timedelta(days=self.random.randint(0, 440))
        term = term_of(day, calendar_of(year_of(day, "099"), "099"))
        data = SharedAnalysisIn(held_on=day, representatives_present=3, representatives_elected=9)
        known = self.random.choice([*self.sessions, None])
        if known is not None:
            for slug, at, key in [key for key in self.fed if key[2] == str(known)]:
                del self.fed[slug, at, key]
            if self.random.random() < 0.4:
                delete_shared_analysis(self.db, self.actor, A, known, self.sessions.pop(known))
                return
            row = revise_shared_analysis(self.db, self.actor, A, known, data, self.sessions[known])
        else:
            row = hold_shared_analysis(self.db, self.actor, A, data)
        self.sessions[row.id] = row.version
        self.fed["shared_analysis", term, str(row.id)] = ("value", 1, None)

    # --- the plain fold ------------------------------------------------------------------------------

    def folded(self) -> dict[tuple[str, str], Any]:
        """(indicator, term) → status, counted, out_of, answers, grades."""
        said: dict[tuple[str, str], list[tuple[str, Answer]]] = {}
        for key, grades in self.typed.items():
            for grade, answer in grades.items():
                said.setdefault(key, []).append((grade, answer))
        for (slug, term, _), answer in self.fed.items():
            said.setdefault((slug, term), []).append(("all", answer))
        return {key: total_of(answers) for key, answers in said.items()}


def total_of(answers: list[tuple[str, Answer]]) -> tuple[Any, ...]:
    values = [(grade, counted, out_of) for grade, (status, counted, out_of) in answers if status == "value"]
    if not values:
        only_na = all(answer == NOT_APPLICABLE for _, answer in answers)
        return "not_applicable" if only_na else "not_measured", None, None, len(answers), 0
    counted, wholes = (
        sum(one or 0 for _, one, _ in values),
        [whole for _, _, whole in values if whole is not None],
    )
    grades = {grade for grade, _, _ in values if grade != "all"}
    return "value", counted, sum(wholes) if wholes else None, len(answers), len(grades)


def told(rows: Any) -> dict[tuple[str, str], Any]:
    return {
        (row.indicator, row.term): (row.status, row.counted, row.out_of, row.answers, row.grades)
        for row in rows
        if row.answers
    }


def compare(db: Session, world: World, seed: int, steps: int) -> None:
    claire = world.actor(db, "claire")
    follow_indicator(db, claire, A, "class_meetings")
    game = Game(db, world.a.id, claire, Random(seed))
    game.play(steps)
    assert told(totals_of_school(db, world.a.id)) == game.folded()
    for version, expected in game.snapshots.items():
        assert told(totals_recomputed(db, world.a.id, version=version)) == expected, (seed, version)
    assert verify_totals(db) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_random_acts_agree_with_a_plain_fold(db: Session, world: World, seed: int) -> None:
    compare(db, world, seed, 60)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 116))
def test_many_random_acts_agree_with_a_plain_fold(db: Session, world: World, seed: int) -> None:
    compare(db, world, seed, 150)
