"""What one relevé and one read cost in SQL: counted, since seconds say more about the machine."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from tests.world import T1, A, World, add_token

SignIn = Callable[[str], TestClient]
Counting = Callable[[], AbstractContextManager[list[str]]]
SCHOOL = f"/api/v1/schools/{A}"
READ_BY_A_WRITE = {"api_token", "school", "term_calendar", "measurement", "school_year_profile", "term_total"}
WRITTEN = {
    "UPDATE school_ledger": 2,  # the turn taken, then closed with the hash of its event
    "INSERT INTO measurement": 1,
    "INSERT INTO term_total": 1,
    "INSERT INTO audit_event": 1,
}


@pytest.fixture
def program(sign_in: SignIn, db: Session, world: World) -> TestClient:
    client = sign_in("anonymous")
    client.headers["Authorization"] = f"Bearer {add_token(db, world.users['claire'])}"
    client.get("/api/v1/me")  # the touch of a first use is not what these tests count
    return client


MAIN_TABLE = re.compile(r'FROM "?(\w+)')


def without_inner(statement: str) -> str:
    """The statement without what stands in parentheses: other SELECTs, mostly."""
    while statement != (statement := re.sub(r"\([^()]*\)", "", statement)):
        pass
    return statement


def kinds(statements: list[str]) -> tuple[dict[str, int], list[str]]:
    """How often each row is written, and the tables that are read, one entry a SELECT."""
    writes, reads = dict[str, int](), []
    for statement in statements:
        words = statement.split()
        if words[0] == "SELECT":
            reads.append(MAIN_TABLE.findall(without_inner(statement))[0])
        elif words[0] in ("INSERT", "UPDATE", "DELETE"):
            kind = " ".join(words[: 3 if words[0] != "UPDATE" else 2])
            writes[kind] = writes.get(kind, 0) + 1
    return writes, reads


def test_a_releve_writes_four_rows_and_reads_each_table_once(
    program: TestClient, count_queries: Counting
) -> None:
    body = {"indicator": "individual_meetings", "term": T1, "counted": 158, "out_of": 196}
    first = program.post(f"{SCHOOL}/measurements", json=body)
    with count_queries() as statements:
        again = program.post(
            f"{SCHOOL}/measurements", json=body | {"counted": 159, "replaces": first.json()["id"]}
        )
    assert again.status_code == 201
    writes, reads = kinds(statements)
    assert writes == WRITTEN
    assert sorted(reads) == sorted(READ_BY_A_WRITE)


def test_a_releve_costs_the_same_after_many_of_them(program: TestClient, count_queries: Counting) -> None:
    body = {"indicator": "individual_meetings", "term": T1, "counted": 1, "out_of": 196}
    answer = program.post(f"{SCHOOL}/measurements", json=body)
    counts = []
    for counted in range(2, 8):
        body |= {"counted": counted, "replaces": answer.json()["id"]}
        with count_queries() as statements:
            answer = program.post(f"{SCHOOL}/measurements", json=body)
        counts.append(len(statements))
    assert len(set(counts)) == 1, counts


@pytest.mark.one_process
def test_a_schools_figures_are_read_with_few_statements(program: TestClient, count_queries: Counting) -> None:
    with count_queries() as cold:
        program.get(f"{SCHOOL}/totals?term={T1}")
    with count_queries() as warm:
        program.get(f"{SCHOOL}/totals?term={T1}")
    _, reads = kinds(cold)
    assert sorted(reads) == [
        "api_token", "api_token", "school", "school_year_profile", "term_total", "tracked_indicator",
    ], reads  # fmt: skip
    assert len(warm) == 1
