"""The whole loop through the JSON door, a step at random, beside a school kept in a few dictionaries."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from fastapi.testclient import TestClient
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import Session

from app import clock
from app.accounts.audit import broken_links
from app.accounts.audit_queries import audit_chain
from app.measurements.service import verify_totals
from app.transmissions.publishing import verify_published
from tests.fuzz.plain_school import (
    DAYS,
    ENDED,
    FITS,
    TERMS,
    TRANSMITTED,
    Answer,
    Decision,
    Event,
    Item,
    Review,
    School,
    as_inspected,
)
from tests.world import A, World

NEW = -100
"""In the place of a version: nothing is there yet."""
HERE = f"/api/v1/schools/{A}"
MOMENTS = ("2026-11-21T09:00", "2027-03-10T09:00", "2027-06-10T09:00", "2027-10-08T09:00")
"""One in each term, after both of its days."""
ACTION = {"axis": "familiarity", "planned_from": "2026-10-02", "planned_to": "2027-06-25"}
picks, flags = st.integers(0, 1000), st.booleans()
teams, members = st.sampled_from(("claire", "lea")), st.sampled_from(("claire", "claire", "lea"))
versions = st.sampled_from((0, 0, 0, 0, -1, 1))
"""How far the version that somebody read is from the one that counts."""
reasons = st.sampled_from((None, "Peu de familles viennent", "La salle est prise"))
titles = st.sampled_from(("Rencontrer chaque famille", "Ouvrir l’école", "Écouter", "Un café le vendredi"))
parents = st.integers(0, 40)
pairs = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: (min(pair), max(pair)))


@dataclass
class Place:
    """Where machines run: the people's clients, and the transaction that undoes each of them."""

    db: Session
    world: World
    clients: Callable[[], dict[str, TestClient]]
    """New ones, with nothing in the memory of the processes behind them."""
    partner: str
    foreign_partner: str


def said(row: dict[str, Any]) -> Answer:
    return row["status"], row["counted"], row["out_of"]


class Loop(RuleBasedStateMachine):
    place: Place

    def __init__(self) -> None:
        super().__init__()
        self.undo = self.place.db.begin_nested()
        self.people = self.place.clients()
        self.school, self.now, self.sent = School(), 0, 0
        self.before = self._acts()
        clock.pin(datetime.fromisoformat(MOMENTS[0] + "+00:00"))

    def teardown(self) -> None:
        try:
            self._is_whole()
        finally:
            self.undo.rollback()
            self.place.db.expunge_all()

    # --- asking ----------------------------------------------------------------------------------------

    @property
    def today(self) -> str:
        return MOMENTS[self.now][:10]

    @property
    def begun(self) -> tuple[str, ...]:
        return TERMS[: self.now + 1]

    def ask(self, who: str, what: str, body: Any = None, version: int | None = None, **headers: str) -> Any:
        method, path = what.split(" ")
        if version == NEW:
            headers["If-None-Match"] = "*"
        elif version is not None:
            headers["If-Match"] = f'"{version}"'
        if method == "POST":  # under a key of its own, as a careful program sends it
            self.sent += 1
            headers["Idempotency-Key"] = str(uuid5(NAMESPACE_URL, str(self.sent)))
        answer = self.people[who].request(method, HERE + path, json=body, headers=headers)
        if method == "POST" and answer.status_code < 300:
            again = self.people[who].post(HERE + path, json=body, headers=headers)
            assert (again.status_code, again.content) == (answer.status_code, answer.content)
            assert again.headers["Idempotency-Replayed"] == "true"
        return answer

    def write(self, status: int, who: str, what: str, body: Any = None, version: int | None = None) -> Any:
        """Ask, compare with what the plain school would answer, and count the acts that were done."""
        answer = self.ask(who, what, body, version)
        assert answer.status_code == status, (what, body, status, answer.status_code, answer.text)
        self.school.acts += status < 300
        return answer.json() if answer.content else None

    def steer(self, status: int, who: str, what: str, body: Any = None, version: int | None = None) -> Any:
        """What only the head teacher does: None when somebody else tried."""
        if who != "claire":
            self.write(403, who, what, body, version)
            return None
        found = self.write(status, who, what, body, version)
        return found if status < 300 else None

    def _acts(self) -> int:
        return len(audit_chain(self.place.db, self.place.world.a.id))

    # --- AMBITIONNER, AGIR -----------------------------------------------------------------------------

    @initialize(title=titles)
    def begin(self, title: str) -> None:
        self.add_goal("claire", title)

    @rule(who=members, title=titles)
    def add_goal(self, who: str, title: str) -> None:
        if made := self.steer(201, who, "POST /goals", {"stake": "dialogue", "title": title}):
            self.school.goals[made["id"]] = Item("goal", title, "active")

    @rule(who=members, title=titles, goal=picks, is_foreign=flags)
    def add_action(self, who: str, title: str, goal: int, is_foreign: bool) -> None:
        served = sorted(self.school.goals)[goal % 3 :][:1]
        partner = self.place.foreign_partner if is_foreign and goal % 4 == 0 else self.place.partner
        body = ACTION | {"title": title, "goal_ids": served, "partner_ids": [partner]}
        status = 201 if partner == self.place.partner else 422
        if made := self.steer(status, who, "POST /actions", body):
            self.school.actions[made["id"]] = Item("action", title, "planned", goals=tuple(served))

    @precondition(lambda self: self.school.items)
    @rule(who=members, pick=picks, off=versions, state=picks, reason=reasons)
    def move(self, who: str, pick: int, off: int, state: int, reason: str | None) -> None:
        key, item = self._item(pick)
        states = ("active", "reached", "dropped") if item.kind == "goal" else ("planned", "running", *ENDED)
        wanted = states[state % len(states)]
        status = 412 if off else self.school.move(item, wanted, reason) if who == "claire" else 0
        body = {"state": wanted, "reason": reason}
        if made := self.steer(status, who, f"PATCH /{item.kind}s/{key}", body, item.version + off):
            item.version = made["version"]

    @precondition(lambda self: self.school.items)
    @rule(who=members, pick=picks, off=versions, title=titles)
    def rewrite(self, who: str, pick: int, off: int, title: str) -> None:
        key, item = self._item(pick)
        body: dict[str, Any] = {"title": title, "reason": "Redit plus simplement"}
        body |= {"stake": "dialogue"} if item.kind == "goal" else ACTION | {"goal_ids": list(item.goals)}
        status = 412 if off else 200
        if made := self.steer(status, who, f"PUT /{item.kind}s/{key}", body, item.version + off):
            item.title, item.version = title, made["version"]

    @precondition(lambda self: self.school.items)
    @rule(who=members, pick=picks, off=versions)
    def remove(self, who: str, pick: int, off: int) -> None:
        key, item = self._item(pick)
        status = 412 if off else 409 if self.school.is_referred_to(key) else 204
        self.steer(status, who, f"DELETE /{item.kind}s/{key}", version=item.version + off)
        if who == "claire" and status == 204:
            (self.school.goals if item.kind == "goal" else self.school.actions).pop(key)

    def _item(self, pick: int) -> tuple[str, Item]:
        items = list(self.school.items.items())
        return items[pick % len(items)]

    @precondition(lambda self: self.school.actions)
    @rule(who=teams, pick=picks, is_held=flags, day=picks, came=parents, with_partner=flags)
    def add_event(self, who: str, pick: int, is_held: bool, day: int, came: int, with_partner: bool) -> None:
        action = list(self.school.actions)[pick % len(self.school.actions)]
        event, body = self._event(action, is_held, day, came, with_partner)
        status = 409 if self.school.actions[action].state in ENDED and not is_held else 201
        made = self.write(status, who, f"POST /actions/{action}/events", body)
        if status == 201:
            self.school.events[made["id"]] = event
            self.school.hold(event)
            self._reread("action", action)

    @precondition(lambda self: self.school.events)
    @rule(who=teams, pick=picks, off=versions, is_held=flags, day=picks, came=parents, with_partner=flags)
    def correct_event(
        self, who: str, pick: int, off: int, is_held: bool, day: int, came: int, with_partner: bool
    ) -> None:
        key = list(self.school.events)[pick % len(self.school.events)]
        old = self.school.events[key]
        event, body = self._event(old.action, is_held, day, came, with_partner)
        made = self.write(412 if off else 200, who, f"PUT /events/{key}", body, old.version + off)
        if not off:
            event.version = made["version"]
            self.school.events[key] = event
            self.school.hold(event)
            self._reread("action", event.action)

    @precondition(lambda self: self.school.events)
    @rule(who=teams, pick=picks, off=versions)
    def remove_event(self, who: str, pick: int, off: int) -> None:
        key = list(self.school.events)[pick % len(self.school.events)]
        event = self.school.events[key]
        self.write(412 if off else 204, who, f"DELETE /events/{key}", version=event.version + off)
        if not off:
            del self.school.events[key]

    def _event(
        self, action: str, is_held: bool, day: int, came: int, with_partner: bool
    ) -> tuple[Event, dict[str, Any]]:
        term = self.begun[day % len(self.begun)]
        body: dict[str, Any] = {"planned_on": DAYS[term][day % 2]}
        if is_held:
            body |= {"state": "held", "parents_present": came}
        if with_partner:
            body["partner_ids"] = [self.place.partner]
        state = "held" if is_held else "planned"
        return Event(action, state, term, came, with_partner), body

    def _reread(self, kind: str, key: str) -> None:
        """The version after an act that moved more than it was asked to."""
        self.school.items[key].version = self.ask("claire", f"GET /{kind}s/{key}").json()["version"]

    # --- ANALYSER --------------------------------------------------------------------------------------

    @rule(who=teams, pick=picks, is_rate=flags, grade=st.sampled_from(("all", "all", "CP", "CE1")),
          status=st.sampled_from(("value", "value", "value", "not_measured", "not_applicable")),
          pair=pairs, read=st.sampled_from(("tip", "tip", "tip", "nothing", "other")))  # fmt: skip
    def answer(
        self, who: str, pick: int, is_rate: bool, grade: str, status: str, pair: tuple[int, int], read: str
    ) -> None:
        indicator = "individual_meetings" if is_rate else ("visits", "joint_actions")[pick % 2]
        term, grade = self.begun[pick % len(self.begun)], grade if is_rate else "all"
        wanted: Answer = (status, None, None)
        if status == "value":
            wanted = (status, pair[0], pair[1] if is_rate else None)
        box = self.school.typed.setdefault((indicator, term), {})
        tip = box.get(grade)
        replaces = {"tip": tip[1] if tip else None, "nothing": None, "other": self.place.partner}[read]
        body: dict[str, Any] = {
            "indicator": indicator,
            "term": term,
            "grade": grade,
            "replaces": replaces,
        }
        body |= dict(zip(("status", "counted", "out_of"), wanted, strict=True))
        if tip and tip[0] == wanted:
            assert self.ask(who, "POST /measurements", body).status_code == 201
        elif replaces != (tip[1] if tip else None):
            self.write(409, who, "POST /measurements", body)
        else:
            made = self.write(201, who, "POST /measurements", body)
            for other in [one for one in box if (one == "all") != (grade == "all")]:
                del box[other]
            box[grade] = wanted, made["id"]

    @precondition(lambda self: any(self.school.typed.values()))
    @rule(who=teams, pick=picks)
    def withdraw(self, who: str, pick: int) -> None:
        filled = [(place, grade) for place, box in self.school.typed.items() for grade in box]
        (indicator, term), grade = filled[pick % len(filled)]
        box = self.school.typed[indicator, term]
        body = {"indicator": indicator, "term": term, "grade": grade, "status": "withdrawn"}
        self.write(201, who, "POST /measurements", body | {"replaces": box[grade][1]})
        del box[grade]

    @rule(who=teams, pick=picks, off=versions, what=st.sampled_from(("hold", "correct", "remove")))
    def session(self, who: str, pick: int, off: int, what: str) -> None:
        term, sessions = self.begun[pick % len(self.begun)], self.school.sessions
        body = {"held_on": DAYS[term][pick % 2], "representatives_present": 6, "representatives_elected": 9}
        if what == "hold" or not sessions:
            made = self.write(201, who, "POST /shared-analyses", body)
            sessions[made["id"]] = term, made["version"]
            return
        key = list(sessions)[pick % len(sessions)]
        wanted = f"/shared-analyses/{key}"
        if what == "correct":
            made = self.write(412 if off else 200, who, f"PUT {wanted}", body, sessions[key][1] + off)
            if not off:
                sessions[key] = term, made["version"]
        else:
            self.write(412 if off else 204, who, f"DELETE {wanted}", version=sessions[key][1] + off)
            if not off:
                del sessions[key]

    @rule(who=members, off=versions, pair=pairs, is_taken_back=flags)
    def vote(self, who: str, off: int, pair: tuple[int, int], is_taken_back: bool) -> None:
        year, votes = self.begun[-1][:9], self.school.votes
        known, what = votes.get(year), f"/elections/{year}"
        version = known[2] + off if known else NEW
        if known and is_taken_back:
            status = 412 if off else 204
            self.steer(status, who, f"DELETE {what}", version=version)
            if who == "claire" and status == 204:
                del votes[year]
            return
        voters, registered = pair[0], pair[1] + 1
        body = {"held_on": f"{year[:4]}-10-02", "registered": registered, "voters": voters, "blank_null": 0,
                "seats": 4, "seats_filled": 2, "lots_drawn": True}  # fmt: skip
        status = (412 if off else 200) if known else 201
        if made := self.steer(status, who, f"PUT {what}", body, version):
            votes[year] = voters, registered, made["version"]

    # --- AJUSTER ---------------------------------------------------------------------------------------

    @rule(who=members, pick=picks)
    def open(self, who: str, pick: int) -> None:
        term = self.begun[pick % len(self.begun)]
        status = 409 if term in self.school.reviews else 201
        if self.steer(status, who, "POST /reviews", {"term": term}):
            self.school.reviews[term] = Review()

    @precondition(lambda self: self.school.reviews)
    @rule(who=members, pick=picks, what=picks, reason=reasons, title=titles, changes=flags)
    def decide(self, who: str, pick: int, what: int, reason: str | None, title: str, changes: bool) -> None:
        term, review = self._review(pick)
        key, item = self._item(pick) if self.school.items else ("", Item("goal", "", ""))
        verdict = (*FITS[item.kind], "add", "reached", "finish")[what % 7]
        body: dict[str, Any] = {"verdict": verdict, "reason": reason}
        if verdict == "add" or not key:
            body |= {"verdict": "add", "changes": {"goal": {"stake": "success", "title": title}}}
            status = 200
        else:
            body["target"] = {"kind": item.kind, "id": key}
            if changes and verdict == "change":
                new = ACTION if item.kind == "action" else {"stake": "success"}
                body["changes"] = {item.kind: new | {"title": title}}
            is_said = verdict == "keep" or reason
            status = 200 if verdict in FITS[item.kind] and is_said else 422
        status = status if review.is_open else 409
        if made := self.steer(status, who, f"POST /reviews/{term}/decisions", body):
            target = made["target_id"]
            taken = Decision(made["id"], target, made["kind"], made["verdict"], reason, body.get("changes"))
            review.drafts = [one for one in review.drafts if one.id != taken.id] + [taken]

    @precondition(lambda self: any(review.drafts for review in self.school.reviews.values()))
    @rule(who=members, pick=picks)
    def take_back(self, who: str, pick: int) -> None:
        drafts = [
            (term, review, decision)
            for term, review in self.school.reviews.items()
            for decision in review.drafts
        ]
        term, review, decision = drafts[pick % len(drafts)]
        status = 204 if review.is_open else 409
        self.steer(status, who, f"DELETE /reviews/{term}/decisions/{decision.id}")
        if who == "claire" and status == 204:
            review.drafts.remove(decision)

    @precondition(lambda self: self.school.reviews)
    @rule(who=members, pick=picks, off=versions, everything=flags)
    def close(self, who: str, pick: int, off: int, everything: bool) -> None:
        """Often after the conseil des maîtres has gone through what was left to decide."""
        term, review = self._review(pick)
        if everything and review.is_open and who == "claire":
            for target in sorted(self.school.undecided(review), key=list(self.school.items).index):
                kind = self.school.items[target].kind
                body: dict[str, Any] = {"verdict": "keep", "target": {"kind": kind, "id": target}}
                made = self.write(200, who, f"POST /reviews/{term}/decisions", body)
                review.drafts.append(Decision(made["id"], target, kind, "keep", None, None))
        waits = self.school.undecided(review)
        status = 409 if not review.is_open else 412 if off else 409 if waits else 200
        closing = {"held_on": self.today, "members_present": 9}
        made = self.steer(status, who, f"POST /reviews/{term}/close", closing, review.version + off)
        if not made:
            return
        shown = {one["key"]: one for one in made["versions"][-1]["figures"] if one["kind"] == "indicator"}
        for indicator, total in self.school.totals(term).items():
            if indicator in shown:
                assert said(shown[indicator]) == total, (indicator, shown[indicator])
        self._closed(review, made)

    def _closed(self, review: Review, made: dict[str, Any]) -> None:
        by_id = {one["id"]: one for one in made["versions"][-1]["decisions"]}
        assert set(by_id) == {one.id for one in review.drafts}
        for decision in self.school.close(review):
            decision.target = by_id[decision.id]["target_id"]
            assert decision.target
            assert decision.changes
            title = decision.changes["goal"]["title"]
            self.school.goals[decision.target] = Item("goal", title, "active")
        review.closings[-1] = [Decision(**vars(one)) for one in review.drafts]
        review.copies = made["versions"]
        for kind, items in (("goal", self.school.goals), ("action", self.school.actions)):
            for row in self.ask("claire", f"GET /{kind}s").json()["items"]:
                items[row["id"]].version = row["version"]

    @precondition(lambda self: self.school.reviews)
    @rule(who=members, pick=picks, off=versions)
    def reopen(self, who: str, pick: int, off: int) -> None:
        term, review = self._review(pick)
        status = 409 if review.is_open else 412 if off else 200
        what = f"POST /reviews/{term}/reopen"
        if made := self.steer(status, who, what, {"reason": "Un oubli"}, review.version + off):
            review.is_open, review.version = True, made["version"]
            review.drafts = [
                Decision(new["id"], old.target, old.kind, old.verdict, old.reason, old.changes)
                for new, old in zip(made["decisions"], review.closings[-1], strict=True)
            ]
            assert [one["target_id"] for one in made["decisions"]] == [one.target for one in review.drafts]

    def _review(self, pick: int) -> tuple[str, Review]:
        found = list(self.school.reviews.items())
        return found[pick % len(found)]

    # --- what leaves, and time -------------------------------------------------------------------------

    @rule(who=members, pick=picks, with_minutes=flags)
    def transmit(self, who: str, pick: int, with_minutes: bool) -> None:
        term = self.begun[pick % len(self.begun)]
        version = self.school.would_send(term, with_minutes)
        body = {"term": term, "with_minutes": with_minutes}
        if self.steer(201 if version else 409, who, "POST /transmissions", body) and version:
            self.school.sent.setdefault(term, []).append(version)

    @precondition(lambda self: self.now + 1 < len(MOMENTS))
    @rule(chance=st.integers(0, 3))
    def next_term(self, chance: int) -> None:
        if chance == 0:
            self.now += 1
            clock.pin(datetime.fromisoformat(MOMENTS[self.now] + "+00:00"))

    @rule(pick=picks, who=st.sampled_from(("karim", "paul", "ines")))
    def stranger(self, pick: int, who: str) -> None:
        """Whoever is elsewhere is told the same of what is there and of what is not."""
        things = [("PATCH", f"/{item.kind}s/{key}") for key, item in self.school.items.items()]
        things += [("DELETE", f"/events/{key}") for key in self.school.events]
        things += [("POST", f"/reviews/{term}/close") for term in self.school.reviews]
        things += [("GET", "/totals"), ("POST", "/measurements"), ("POST", "/goals"), ("GET", "/actions")]
        method, path = things[pick % len(things)]
        bodies: dict[str, Any] = {
            "PATCH": {"state": "dropped", "reason": "Rien"},
            "/close": {"held_on": self.today, "members_present": 9},
            "/goals": {"stake": "dialogue", "title": "Chez les autres"},
            "/measurements": {"indicator": "visits", "term": self.begun[0], "counted": 4},
        }
        body = next((body for end, body in bodies.items() if path.endswith(end) or end == method), None)
        self.write(404, who, f"{method} {path}", body, version=1)

    # --- what must always hold -------------------------------------------------------------------------

    @invariant()
    def every_act_is_in_the_audit_once(self) -> None:
        assert self._acts() - self.before == self.school.acts

    @invariant()
    def everybody_reads_what_the_plain_school_adds_up(self) -> None:
        for number, term in enumerate(self.begun):
            who = ("claire", "lea")[number % 2]
            rows = self.ask(who, f"GET /totals?term={term}").json()["items"]
            assert {row["indicator"]: said(row) for row in rows} == self.school.totals(term)

    @invariant()
    def the_plan_is_what_was_decided(self) -> None:
        for kind, items in (("goal", self.school.goals), ("action", self.school.actions)):
            rows = self.ask("lea", f"GET /{kind}s").json()["items"]
            told = {row["id"]: (row["title"], row["state"], row["version"]) for row in rows}
            assert told == {key: (one.title, one.state, one.version) for key, one in items.items()}

    def _is_whole(self) -> None:
        """At the end of each year: chains, totals, copies, and what the inspector reads."""
        db = self.place.db
        assert broken_links(db)[1] == []
        assert verify_totals(db) + verify_published(db) == []
        for term, review in self.school.reviews.items():
            assert self.ask("lea", f"GET /reviews/{term}").json()["versions"] == review.copies
        for term, sent in self.school.sent.items():
            for number, (figures, minutes) in enumerate(sent, 1):
                read = self.ask("ines", f"GET /transmissions/{term}?number={number}").json()
                rows = {row["indicator"]: (said(row), row["suppressed"]) for row in read["figures"]}
                wanted = {indicator: as_inspected(indicator, figures[indicator]) for indicator in TRANSMITTED}
                assert rows == wanted
                assert read["has_minutes"] == (minutes is not None)
            for who in ("karim", "paul"):
                assert self.ask(who, f"GET /transmissions/{term}").status_code == 404
