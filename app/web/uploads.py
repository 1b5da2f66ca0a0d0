"""The few addresses that take a file, how big it may be, and the file as it came."""

import re
from dataclasses import dataclass

MAX_FILE = 4 * 1024 * 1024
_FRAME = 64 * 1024
"""What a form adds around its file."""
_TAKES_A_FILE = re.compile(r"/api/v1/imports|/ecoles/[^/]+/fichiers")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent, whole: it is never bigger than MAX_FILE."""

    name: str
    content: bytes


def takes_a_file(path: str) -> bool:
    return _TAKES_A_FILE.fullmatch(path) is not None


def most_bytes(path: str, usual: int) -> int:
    """How long a body may be at an address."""
    return MAX_FILE + _FRAME if takes_a_file(path) else usual
