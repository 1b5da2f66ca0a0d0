"""Each operation of the OpenAPI document, asked what the document says that it takes and that it refuses."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case, Response
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.python import asgi
from schemathesis.schemas import BaseSchema
from sqlmodel import Session

from app.accounts.warm import Remembered
from app.aggregates.answers import Kept
from app.reviews.assembled import Assembled
from tests.fuzz.described import InProcess, loaded, with_rows
from tests.matrix import MATRIX, Row
from tests.places import Places
from tests.test_matrix import db, places, undone, world
from tests.world import World, add_token

__all__ = ["db", "places", "world"]

SEED = None if "FUZZ_EXAMPLES" in os.environ else 7
"""The same examples at every landing; `./run soak fuzz` looks for others each time."""
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
HOW = settings(
    max_examples=EXAMPLES,
    derandomize=SEED is not None,
    deadline=None,
    database=None,
    print_blob=True,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
DOCUMENT = json.loads((Path(__file__).parents[2] / "docs/openapi.json").read_text(encoding="utf-8"))
OPERATIONS = [f"{method.upper()} {path}" for path, found in DOCUMENT["paths"].items() for method in found]


@pytest.fixture(scope="module")
def tokens(db: Session, world: World) -> dict[str, str]:
    return {name: f"Bearer {add_token(db, user)}" for name, user in world.users.items()}


@pytest.fixture
def described(
    sign_in: Callable[[str], TestClient], web: FastAPI, places: Places, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Mapping[str, Row]], BaseSchema]:
    """The document with these rows, before the app of the test; `sign_in` makes it write where we undo."""
    browser = sign_in("anonymous")
    monkeypatch.setattr(asgi, "get_client", lambda *_, **__: InProcess(browser))
    return lambda rows: loaded(with_rows(DOCUMENT, rows, places), web, SEED)


def forget(web: FastAPI) -> None:
    """What was undone must not be remembered."""
    web.state.answers, web.state.remembered, web.state.assembled = Kept(), Remembered(), Assembled()


@pytest.mark.long
@pytest.mark.one_process
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_keeps_what_the_document_says(
    described: Callable[[Mapping[str, Row]], BaseSchema],
    web: FastAPI,
    db: Session,
    tokens: dict[str, str],
    name: str,
) -> None:
    """By somebody who may: the examples of the document, each edge of each field, then anything."""
    row, (method, path) = MATRIX.get(name, Row(())), name.split(" ")
    schema = described({name: row})
    headers = {"Authorization": tokens[row.allowed[0]]} if row.allowed else {}

    def ask(case: Case[Any]) -> None:
        forget(web)
        with undone(db):
            case.call_and_validate(headers=headers)

    kinds = HypothesisTestConfig(project=schema.config, modes=list(HypothesisTestMode), settings=HOW)
    create_test(operation=schema[path][method], test_func=ask, config=kinds)()


@pytest.mark.long
@pytest.mark.one_process
def test_what_one_answer_gives_goes_on_into_other_questions(
    described: Callable[[Mapping[str, Row]], BaseSchema], web: FastAPI, db: Session, tokens: dict[str, str]
) -> None:
    """Claire makes, reads, changes and drops, by the ids that she was given; the world is anew each time."""
    hers = {name: row for name, row in MATRIX.items() if name in OPERATIONS and "claire" in row.allowed}
    schema = described(hers)
    machine: Any = schema.include(lambda context: context.operation.label in hers).as_state_machine()

    class Term(machine):  # type: ignore[misc]  # schemathesis makes the class of the document
        def setup(self) -> None:
            forget(web)
            self.undo = db.begin_nested()

        def teardown(self) -> None:
            super().teardown()
            self.undo.rollback()

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            return {"headers": {"Authorization": tokens["claire"]}}

        def validate_response(self, response: Response, case: Case[Any], *_: Any, **sent: Any) -> None:
            case.validate_response(
                response, headers=sent["headers"], transport_kwargs=sent, recorder=self.recorder
            )

    Term.run(settings=settings(HOW, stateful_step_count=10))
