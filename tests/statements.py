"""Every statement sent to a database, through SQLAlchemy or given to the driver itself."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import event
from sqlalchemy.engine import Engine

from app import prepared


@contextmanager
def statements_to(engine: Engine) -> Iterator[list[str]]:
    """Those sent meanwhile, without those that begin something: BEGIN, SAVEPOINT, PRAGMA."""
    sent: list[str] = []
    at_driver = prepared.at_driver

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if "SAVEPOINT" not in statement:
            sent.append(statement)

    def note_at_driver(connection: Any, dialect: Any, text: str) -> AbstractContextManager[Any]:
        if not text.startswith(("BEGIN", "PRAGMA")):
            sent.append(text)
        return at_driver(connection, dialect, text)

    event.listen(engine, "before_cursor_execute", note)
    try:
        with patch.object(prepared, "at_driver", note_at_driver):
            yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
