"""A hundred people sign in at once: argon2 has turns of its own, and pages go on meanwhile."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from app.accounts import hashing, secrets
from tests.ground.conftest import PATIENCE, Served
from tests.world import PASSWORD, A

AT_ONCE = 100
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CLAIRE = {"Cookie": "session=cookie-of-claire"}


class Held:
    """Stands for argon2: every password waits until the test lets it go, and who works at once is counted."""

    def __init__(self) -> None:
        self.go, self.lock = threading.Event(), threading.Lock()
        self.begun = self.at_work = self.most = 0

    def verify(self, stored: str, password: str) -> bool:
        with self.lock:
            self.begun += 1
            self.at_work += 1
            self.most = max(self.most, self.at_work)
        assert self.go.wait(PATIENCE)
        with self.lock:
            self.at_work -= 1
        return True

    def has_begun(self, number: int) -> bool:
        return self.begun == number

    def check_needs_rehash(self, stored: str) -> bool:
        return False


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    secrets._decoy()
    held = Held()
    monkeypatch.setattr(secrets, "_hasher", held)
    return held


def ask(served: Served, method: str, path: str, headers: dict[str, str], body: str = "") -> tuple[int, str]:
    with closing(HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)) as connection:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode() + str(answer.headers["Retry-After"])


def sign_in(served: Served, name: str) -> tuple[int, str]:
    sent = urlencode({"email": f"{name}@demo.invalid", "password": PASSWORD})
    return ask(served, "POST", "/connexion", FORM, sent)


def until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.one_process
def test_pages_answer_while_a_hundred_people_sign_in(
    served: Served, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages, the API and a write are answered while not one of the hundred is; then each gets its answer."""
    monkeypatch.setattr(hashing, "PATIENCE", PATIENCE)
    turns = served.app.state.hashing.turns
    names = ["claire"] * (AT_ONCE - 5) + [f"personne{number}" for number in range(5)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            signing_in = [pool.submit(sign_in, served, name) for name in names]
            until(lambda: turns.statistics().tasks_waiting == AT_ONCE - turns.total_tokens)
            bearer = {"Authorization": f"Bearer {served.token}", "Content-Type": "application/json"}
            goal = '{"stake": "dialogue", "title": "Rencontrer chaque famille"}'
            seen = [
                ask(served, "GET", "/connexion", {})[0],
                ask(served, "GET", f"/ecoles/{A}", CLAIRE)[0],
                ask(served, "GET", "/api/v1/me", bearer)[0],
                ask(served, "POST", f"/api/v1/schools/{A}/goals", bearer, goal)[0],
            ]
            assert not any(one.done() for one in signing_in)
        finally:
            held.go.set()
    assert seen == [200, 200, 200, 201]
    answers = [one.result()[0] for one in signing_in]
    assert answers == [303] * (AT_ONCE - 5) + [422] * 5
    assert held.begun == AT_ONCE  # an unknown account took its turn like the others
    assert held.most == turns.total_tokens


@pytest.mark.one_process
def test_whoever_gets_no_turn_is_asked_to_come_back(
    served: Served, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known or not, alike; who had a turn keeps it, however long it takes."""
    monkeypatch.setattr(hashing, "PATIENCE", PATIENCE)
    turns = served.app.state.hashing.turns
    with ThreadPoolExecutor(int(turns.total_tokens)) as pool:
        try:
            first = []
            for number in range(1, int(turns.total_tokens) + 1):
                first.append(pool.submit(sign_in, served, "claire"))
                until(partial(held.has_begun, number))
            monkeypatch.setattr(hashing, "PATIENCE", 0.05)  # once they all have their turn
            told = [sign_in(served, name) for name in ("claire", "personne")]
        finally:
            held.go.set()
    assert [one.result()[0] for one in first] == [303] * len(first)
    assert [status for status, _ in told] == [503, 503]
    assert told[0][1].endswith("2")
    assert "Beaucoup de personnes se connectent" in told[0][1]
    assert PASSWORD not in told[0][1]
