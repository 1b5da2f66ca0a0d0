"""A file that stops on its way, on a real connection: the status line has left, and nobody can say 500."""

from typing import Any

import httpx
import pytest

from app.web.answers import CHUNK, SpooledAnswer
from tests.ground.conftest import Served


class FailingDisk:
    def __init__(self) -> None:
        self.reads, self.closed = 0, False

    def read(self, size: int) -> bytes:
        self.reads += 1
        if self.reads > 2:
            raise OSError("input/output error")
        return b"x" * size

    def close(self) -> None:
        self.closed = True


@pytest.mark.one_process
def test_half_a_file_is_not_taken_for_the_whole(served: Served) -> None:
    """Not even by a client that looks at the status alone: the connection ends short of the length told."""
    disk: Any = FailingDisk()

    @served.app.get("/api/v1/broken")
    def get_broken() -> SpooledAnswer:
        return SpooledAnswer(disk, 10 * CHUNK, "text/csv", {})

    with (
        httpx.Client(trust_env=False, timeout=60) as client,
        pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"),
    ):
        client.get(f"{served.url}/api/v1/broken")
    assert disk.closed
