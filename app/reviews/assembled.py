"""What a page shows of a school, kept in memory for as long as the school stays as it was."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from fastapi import Request

from app.schools.frame import Frame

T = TypeVar("T")


class Assembled:
    """The last views of this process, a hundred kilobytes or two each."""

    def __init__(self, most: int = 64) -> None:
        self._most, self._lock = most, Lock()
        self._views: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        """None when there is none."""
        with self._lock:
            if key in self._views:
                self._views.move_to_end(key)
            return self._views.get(key)

    def put(self, key: Hashable, view: object) -> None:
        with self._lock:
            self._views[key] = view
            while len(self._views) > self._most:
                self._views.popitem(last=False)


def assembled(request: Request, frame: Frame, view: Hashable, assemble: Callable[[], T]) -> T:
    """A view made of nothing but the school's own rows, its profiles, the day and the code.

    `view` names it, with whatever else it depends on: the term, what the reader may do. Several requests
    read the same one at once: nobody changes it.
    """
    memory: Assembled = request.app.state.assembled
    key = (frame.school.id, view, frame.today, frame.state)  # the state is read before what it stands for
    found: T | None = memory.get(key)
    if found is None:
        found = assemble()
        memory.put(key, found)
    return found
