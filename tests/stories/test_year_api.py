"""A whole school year of one school over the JSON door, the clock moving from term to term."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient
from sqlmodel import Session

from app import clock
from tests.world import T1, T2, T3, A, World, add_token

SCHOOL = f"/api/v1/schools/{A}"
SignIn = Callable[[str], TestClient]
FIGURES = {
    T1: {
        "individual_meetings": (135, 196),
        "visits": (38, None),
        "election_turnout": (159, 362),
        "joint_actions": (1, None),
        "shared_analysis": (1, None),
    },
    T2: {
        "individual_meetings": (158, 196),
        "visits": (21, None),
        "election_turnout": (159, 362),
        "joint_actions": (0, None),
        "shared_analysis": (None, None),
    },
    T3: {
        "individual_meetings": (170, 196),
        "visits": (None, None),
        "election_turnout": (159, 362),
        "joint_actions": (None, None),
        "shared_analysis": (None, None),
    },
}
"""What the year ends with, whichever door it came through (tests/browser compares with the same table)."""


def turn_to(client: TestClient, token: str, month: int, day: int) -> None:
    """Months later: the browser's session has ended, the token of the school's software has not."""
    clock.pin(datetime(2027, month, day, 16, tzinfo=UTC))
    client.cookies.clear()
    client.headers["Authorization"] = f"Bearer {token}"


def ok(answer: Any) -> Any:
    assert answer.status_code in {200, 201}, (answer.status_code, answer.text)
    return answer.json()


def figures_of(client: TestClient, term: str) -> dict[str, tuple[int | None, int | None]]:
    totals = ok(client.get(f"{SCHOOL}/totals", params={"term": term}))
    return {row["indicator"]: (row["counted"], row["out_of"]) for row in totals["items"]}


def type_figure(
    client: TestClient, term: str, indicator: str, counted: int, out_of: int | None = None
) -> Any:
    body = {"indicator": indicator, "term": term, "grade": "all", "status": "value", "counted": counted}
    return ok(client.post(f"{SCHOOL}/measurements", json=body | ({"out_of": out_of} if out_of else {})))


def review(
    client: TestClient, term: str, decide: Callable[[dict[str, Any]], dict[str, Any]], held_on: str
) -> Any:
    ok(client.post(f"{SCHOOL}/reviews", json={"term": term}))
    url = f"{SCHOOL}/reviews/{term}"
    for item in ok(client.get(url))["undecided"]:
        target = {"kind": item["kind"], "id": item["id"]}
        ok(client.post(f"{url}/decisions", json={"target": target} | decide(item)))
    etag = client.get(url).headers["ETag"]
    closing = {"held_on": held_on, "members_present": 9}
    return ok(client.post(f"{url}/close", json=closing, headers={"If-Match": etag}))


def test_a_year_over_json(sign_in: SignIn, db: Session, world: World) -> None:
    claire = sign_in("claire")
    clock.pin(datetime(2026, 11, 21, 9, tzinfo=UTC))
    target = {
        "indicator": "individual_meetings",
        "value": 85,
        "term": T3,
        "baseline": {"counted": 120, "out_of": 196},
    }
    goal = ok(
        claire.post(
            f"{SCHOOL}/goals",
            json={"stake": "success", "title": "Rencontrer chaque famille", "target": target},
        )
    )
    partner = ok(
        claire.post(
            f"{SCHOOL}/partners",
            json={"name": "Centre social", "kind": "social_centre", "sector": "culture_leisure"},
        )
    )
    action = ok(
        claire.post(
            f"{SCHOOL}/actions",
            json={
                "axis": "familiarity",
                "title": "Café des parents",
                "planned_from": "2026-10-02",
                "planned_to": "2027-06-25",
                "goal_ids": [goal["id"]],
                "partner_ids": [partner["id"]],
            },
        )
    )
    events = f"{SCHOOL}/actions/{action['id']}/events"
    ok(
        claire.post(
            events,
            json={
                "planned_on": "2026-11-06",
                "state": "held",
                "parents_present": 14,
                "partner_ids": [partner["id"]],
            },
        )
    )
    second = ok(
        claire.post(events, json={"planned_on": "2026-11-20", "state": "held", "parents_present": 12})
    )
    corrected = claire.put(
        f"{SCHOOL}/events/{second['id']}",
        json={"planned_on": "2026-11-20", "state": "held", "parents_present": 16},
        headers={"If-Match": f'"{second["version"]}"'},
    )
    assert ok(corrected)["parents_present"] == 16
    type_figure(claire, T1, "visits", 8)
    typed = type_figure(claire, T1, "individual_meetings", 153, 196)
    fixed = {
        "indicator": "individual_meetings",
        "term": T1,
        "grade": "all",
        "status": "value",
        "counted": 135,
        "out_of": 196,
    }
    assert claire.post(f"{SCHOOL}/measurements", json=fixed).status_code == 409
    ok(claire.post(f"{SCHOOL}/measurements", json=fixed | {"replaces": typed["id"]}))
    ballot = {
        "held_on": "2026-10-09",
        "voting_modes": ["in_person"],
        "registered": 362,
        "voters": 159,
        "blank_null": 9,
        "seats": 9,
        "lists": [
            {"name": "FCPE", "category": "fcpe", "votes": 100},
            {"name": "Parents de l’école", "category": "local_association", "votes": 50},
        ],
    }
    election = ok(claire.put(f"{SCHOOL}/elections/2026-2027", json=ballot, headers={"If-None-Match": "*"}))
    assert [one["seats"] for one in election["lists"]] == [6, 3]
    session = {"held_on": "2026-11-19", "representatives_present": 6, "representatives_elected": 9}
    ok(claire.post(f"{SCHOOL}/shared-analyses", json=session))
    assert figures_of(claire, T1) == FIGURES[T1]
    closed = review(claire, T1, lambda _: {"verdict": "keep"}, "2026-11-21")
    assert closed["versions"][0]["number"] == 1
    token = add_token(db, world.users["claire"], expires_at=datetime(2027, 8, 1, tzinfo=UTC))
    later(claire, token, events)


def later(claire: TestClient, token: str, events: str) -> None:
    """The second and third terms."""
    turn_to(claire, token, 3, 26)
    ok(claire.post(events, json={"planned_on": "2027-03-05", "state": "held", "parents_present": 21}))
    type_figure(claire, T2, "joint_actions", 0)
    type_figure(claire, T2, "individual_meetings", 158, 196)
    assert figures_of(claire, T2) == FIGURES[T2]

    def stop_the_cafe(item: dict[str, Any]) -> dict[str, Any]:
        return (
            {"verdict": "stop", "reason": "Le vendredi ne convient plus."}
            if item["kind"] == "action"
            else {"verdict": "keep"}
        )

    review(claire, T2, stop_the_cafe, "2027-03-26")
    states = {row["title"]: row["state"] for row in ok(claire.get(f"{SCHOOL}/actions"))["items"]}
    assert states == {"Café des parents": "dropped"}
    turn_to(claire, token, 6, 22)
    type_figure(claire, T3, "individual_meetings", 170, 196)
    assert figures_of(claire, T3) == FIGURES[T3]
    review(claire, T3, lambda _: {"verdict": "reached", "reason": "170 élèves sur 196."}, "2027-06-22")
    (goal,) = ok(claire.get(f"{SCHOOL}/goals"))["items"]
    assert goal["state"] == "reached"
    seen = ok(claire.get(f"{SCHOOL}/reviews/{T1}"))["versions"][0]["figures"]
    assert ("individual_meetings", 135) in {(figure["key"], figure["counted"]) for figure in seen}
