"""The week of the election in a minute: people who come on their own time, sign-ins, and more than fits."""

import json
import random
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlmodel import col

from app.accounts import secrets
from app.accounts.models import User, WebSession
from app.db import Database, make_engine
from app.elections.models import Election
from app.schools.models import School
from benchmarks.arrivals import Answer, Call, Crowd
from benchmarks.measuring import Report, Samples
from benchmarks.servers import Ask, confiance
from benchmarks.world import Country, build

SCHOOLS = 500
ASKED = 200
"""Requests a second: the national week would be some 2 on average, 17 writes a second in its evenings."""
WEEK, STORM, CALM, CARRIED = 60.0, 6.0, 12.0, 15.0
"""Seconds: at the rate that is asked; at three times that; at a twentieth of it; at what it carries."""
LEISURE = 0.7
"""Of what it answered above its capacity: what it should carry with nobody turned away."""
PROMPT = 1.0
"""Seconds after which an answer counts as late when recovery is judged."""
PASSWORD = "trois mots sans lien"
MIX = {
    "totals by a program": 40, "elections by a program": 15, "election page": 18, "sheet": 5,
    "sign-in page": 2,
    "election by the form": 10, "election by a program": 5, "sign-in": 5,
}  # fmt: skip
"""In 100 requests: 80 read, 20 write."""
DONE = {200, 201, 303}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Week:
    """The schools, and the last thing that each was told is kept."""

    def __init__(self, country: Country, seed: int = 1) -> None:
        self.country, self.dice = country, random.Random(seed)
        self.year = country.years[-1]
        self.free = deque(range(len(country.heads)))
        """Schools whose election nobody is writing now: one person a school."""
        self.kept: dict[str, tuple[int, int]] = {}
        """(version, voters) by UAI."""
        self.sessions = 0

    def draw(self) -> Call:
        (kind,) = self.dice.choices(list(MIX), list(MIX.values()))
        match kind:
            case "election by the form":
                return self._election(kind, self._by_form)
            case "election by a program":
                return self._election(kind, self._by_program)
            case "sign-in":
                return Call(kind, self._sign_in(), self._signed_in)
        head = self.dice.choice(self.country.heads)
        bearer, cookie = {"Authorization": f"Bearer {head.token}"}, {"Cookie": f"session={head.cookie}"}
        api, page = f"/api/v1/schools/{head.uai}", f"/ecoles/{head.uai}"
        asks = {
            "totals by a program": Ask(f"{api}/totals", bearer),
            "elections by a program": Ask(f"{api}/elections", bearer),
            "election page": Ask(f"{page}/election/{self.year}", cookie),
            "sheet": Ask(page, cookie),
            "sign-in page": Ask("/connexion"),
        }
        return Call(kind, asks[kind], lambda _: None)

    def _sign_in(self) -> Ask:
        number = self.dice.randrange(len(self.country.heads))
        sent = {"email": f"head{number}@demo.invalid", "password": PASSWORD}
        return Ask("/connexion", FORM, "POST", urlencode(sent).encode())

    def _signed_in(self, status: int) -> None:
        self.sessions += status in DONE

    def _election(self, kind: str, written: Callable[[int, int, int], Ask]) -> Call:
        school = self.free.popleft()
        uai = self.country.heads[school].uai
        version, voters = self.kept.get(uai, (0, 0))[0], self.dice.randint(20, 300)

        def heard(status: int) -> None:
            if status in DONE:
                self.kept[uai] = version + 1, voters
            self.free.append(school)

        return Call(kind, written(school, version, voters), heard)

    def _by_form(self, school: int, version: int, voters: int) -> Ask:
        head = self.country.heads[school]
        typed = {"csrf": head.csrf, "version": version, "held_on": f"10/10/{self.year[:4]}",
                 "voting_modes": "in_person", "registered": 362, "voters": voters, "blank_null": 9,
                 "seats": 9, "seats_filled": 5}  # fmt: skip
        cookie = {"Cookie": f"session={head.cookie}"}
        return Ask(
            f"/ecoles/{head.uai}/election/{self.year}", FORM | cookie, "POST", urlencode(typed).encode()
        )

    def _by_program(self, school: int, version: int, voters: int) -> Ask:
        head = self.country.heads[school]
        told = {"held_on": f"{self.year[:4]}-10-10", "voting_modes": ["in_person"], "registered": 362,
                "voters": voters, "blank_null": 9, "seats": 9, "seats_filled": 5}  # fmt: skip
        over = {"If-Match": f'"{version}"'} if version else {"If-None-Match": "*"}
        own = {"Authorization": f"Bearer {head.token}", "Content-Type": "application/json"} | over
        path = f"/api/v1/schools/{head.uai}/elections/{self.year}"
        return Ask(path, own, "PUT", json.dumps(told).encode())


def run() -> Report:
    report = Report.on("october")
    with tempfile.TemporaryDirectory() as folder:
        country = build(f"sqlite:///{folder}/october.db", SCHOOLS, heads=SCHOOLS)
        database = Database(make_engine(country.url))
        _give_passwords(database)
        opened = open_sessions(database)
        week = Week(country)
        with confiance(country.url) as server:
            crowd = Crowd(server.port)
            phases = (ASKED, WEEK), (3 * ASKED, STORM), (ASKED / 20, CALM)
            asked, storm, calm = crowd.come(phases, week.draw)
            rate = LEISURE * len(_done(asked)) / WEEK
            (carried,) = crowd.come([(rate, CARRIED)], week.draw)
        found = {
            f"the week at {ASKED} requests/s": asked,
            f"at {3 * ASKED} requests/s": storm,
            f"just after, at {ASKED / 20:g} requests/s": calm,
            f"at {LEISURE:g} of what it answered, {rate:.0f} requests/s": carried,
        }
        lasted = (WEEK, STORM, CALM, CARRIED)
        for (name, answers), seconds in zip(found.items(), lasted, strict=True):
            _tell(report, name, answers, seconds)
        every = [answer for answers in found.values() for answer in answers]
        late = [answer.due for answer in calm if answer.status not in DONE or answer.seconds > PROMPT]
        report.at_most("the week, share asked to come back", _refused(asked) / len(asked), 0)
        told = f"at {LEISURE:g} of what it answered, share asked to come back"
        report.at_most(told, _refused(carried) / len(carried), 0)
        report.at_most("errors that are no 503 with Retry-After", _errors(every), 0)
        report.at_most("seconds to recover", max(late, default=0.0), 10)
        report.at_most("writes acknowledged and lost", lost(database, week, opened), 0)
        database.engine.dispose()
    return report


def _give_passwords(database: Database) -> None:
    """One hash for all: making five hundred is not what is measured."""
    with database.session() as db:
        db.execute(sa.update(User).values(password_hash=secrets.hash_password(PASSWORD)))


def open_sessions(database: Database) -> int:
    with database.session(reading=True) as db:
        return db.scalar(sa.select(sa.func.count()).select_from(WebSession)) or 0


def _done(answers: Sequence[Answer]) -> list[Answer]:
    return [answer for answer in answers if answer.status in DONE]


def _refused(answers: Sequence[Answer]) -> int:
    """An honest refusal says when to come back."""
    return sum(answer.status == 503 and answer.may_come_back for answer in answers)


def _errors(answers: Sequence[Answer]) -> int:
    return len(answers) - len(_done(answers)) - _refused(answers)


def _tell(report: Report, name: str, answers: Sequence[Answer], seconds: float) -> None:
    done = _done(answers)
    share = _refused(answers) / len(answers)
    told = f"{len(done) / seconds:.0f} answered a second, {share:.0%} asked to come back"
    report.side(name, Samples(tuple(answer.seconds for answer in done)), told)
    refused = [answer.seconds for answer in answers if answer.status == 503]
    if refused:
        report.side(f"{name}: being refused", Samples(tuple(refused)))


def lost(database: Database, week: Week, opened: int) -> int:
    """What was acknowledged and is not in the database, elections and sessions."""
    with database.session(reading=True) as db:
        rows = db.execute(
            sa.select(col(School.uai), col(Election.version), col(Election.voters))
            .join(Election, col(Election.school_id) == col(School.id))
            .where(col(Election.year) == week.year)
        )
        found = {uai: (version, voters) for uai, version, voters in rows}
    lost = 0
    for uai, kept in week.kept.items():
        there = found.get(uai, (0, 0))
        lost += max(0, kept[0] - there[0]) + (there[0] == kept[0] and there[1] != kept[1])
    return lost + max(0, week.sessions - (open_sessions(database) - opened))
