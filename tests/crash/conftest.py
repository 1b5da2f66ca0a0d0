import os
from collections.abc import Iterator

import pytest

from tests import postgresql
from tests.conftest import ENGINE
from tests.crash.harness import Nursery, Place, settle
from tests.ground.conftest import committed, served
from tests.ports import kept_port

__all__ = ["committed", "served"]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def place(tmp_path: object) -> Iterator[Place]:
    """A database of this test only."""
    with kept_port() as port:
        if ENGINE == "sqlite":
            yield settle(f"sqlite:///{tmp_path}/crash.db", port)
            return
        name = f"confiance_crash_{os.getpid()}"
        yield settle(postgresql.fresh_database(os.environ["TEST_DATABASE_URL"], name), port)
    postgresql.drop_database(os.environ["TEST_DATABASE_URL"], name)
