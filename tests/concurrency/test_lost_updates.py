"""Eight people change the same rows at once, over HTTP: every accepted change counts, and none is lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from app.accounts.audit import broken_links
from tests.ground.conftest import PATIENCE, Served
from tests.world import A

GOALS = f"/api/v1/schools/{A}/goals"
CLIENTS = 8


@pytest.mark.parametrize("edits", [15, pytest.param(200, marks=pytest.mark.long)])
def test_accepted_changes_are_the_versions(served: Served, edits: int) -> None:
    """Each client reads, changes and sends back, at the same three rows; a stale one reads again."""
    headers = {"Authorization": f"Bearer {served.token}"}
    with httpx.Client(base_url=served.url, headers=headers, timeout=PATIENCE) as client:
        made = [
            client.post(GOALS, json={"stake": "dialogue", "title": f"Objectif partagé {number}"}).json()
            for number in range(3)
        ]
    accepted: list[tuple[str, str]] = []
    odd: list[tuple[int, str]] = []
    lock = threading.Lock()

    def edit(me: int) -> None:
        with httpx.Client(base_url=served.url, headers=headers, timeout=PATIENCE) as client:
            for number in range(edits):
                url = f"{GOALS}/{made[(me + number) % 3]['id']}"
                read = client.get(url)
                why = f"{me}-{number}"
                body: dict[str, Any] = {name: read.json()[name] for name in ("stake", "title")}
                body |= {"why": why, "reason": "Essai de plusieurs mains"}
                answer = client.put(url, json=body, headers={"If-Match": read.headers["ETag"]})
                with lock:
                    if answer.status_code == 200:
                        accepted.append((url, answer.headers["ETag"]))
                    elif answer.status_code != 412:
                        odd.append((answer.status_code, answer.text))

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(edit, range(CLIENTS)))
    assert odd == []  # above all no « database is locked »
    assert len(set(accepted)) == len(accepted)  # no version was given twice
    with served.database.session(reading=True) as db:
        for goal in made:
            version, why = db.execute(
                sa.text("SELECT version, why FROM goal WHERE title = :title ORDER BY id DESC LIMIT 1"),
                {"title": goal["title"]},
            ).one()
            mine = [etag for url, etag in accepted if url.endswith(goal["id"])]
            assert version == 1 + len(mine)
            assert f'"{version}"' in mine
            assert why
        assert broken_links(db)[1] == []
