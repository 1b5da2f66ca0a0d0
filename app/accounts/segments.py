"""A sealed segment as a file of JSON lines that proves itself: no database is needed to check one.

The first line says which chain it is and which hash comes before; then one line an event, as it was hashed;
the last line says how many, the last hash, and the SHA-256 of all the lines above it.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from app.accounts.audit import SEALED, canonical, faults
from app.accounts.models import AuditEvent

FORMAT = "confiance-audit-1"
_FIELDS = set(AuditEvent.model_fields)


@dataclass(slots=True)
class Segment:
    """What a file holds, as it was read."""

    chain: UUID
    previous_hash: str
    up_to: int = 0
    last_hash: str = ""
    events: int = 0
    file_digest: str = ""
    seals: dict[int, Any] = field(default_factory=dict)
    """Position → what an `audit.sealed` event of the segment said."""
    problems: list[str] = field(default_factory=list)


def write_segment(
    target: Path, chain: UUID, uai: str | None, previous_hash: str, events: Iterable[Mapping[str, Any]]
) -> None:
    """All the events, on the disk before this returns. The same file written twice is written once.

    ValueError when the file exists and says something else: an export never replaces another.
    """
    head = {"format": FORMAT, "chain": chain, "school": uai, "previous_hash": previous_hash}
    with _beside(target) as unfinished:
        with unfinished.open("wb") as file:
            _write(file, head, events)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            if digest_of(target) != digest_of(unfinished):
                raise ValueError(f"{target} exists and is another file")
        else:
            unfinished.replace(target)
        _keep_name(target.parent)


def _write(file: BinaryIO, head: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> None:
    above = hashlib.sha256()

    def write(line: Mapping[str, Any]) -> None:
        data = f"{canonical(line)}\n".encode()
        above.update(data)
        file.write(data)

    write(head)
    count, last_hash = 0, head["previous_hash"]
    for event in events:
        write(event)
        count, last_hash = count + 1, event["hash"]
    write({"events": count, "last_hash": last_hash, "sha256": above.hexdigest()})


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A name in the same folder, readable by us alone; nothing of it stays when the work fails."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=".part", dir=target.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _keep_name(folder: Path) -> None:
    """A file is safe once its folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest_of(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        for chunk in iter(lambda: file.read(2**20), b""):
            found.update(chunk)
    return found.hexdigest()


# --- reading it back -----------------------------------------------------------------------------------


def read_segment(path: Path) -> Segment:
    """What a file holds, and in `problems` one line for each thing that was changed, removed or moved.

    ValueError when it is no sealed segment at all.
    """
    with path.open("rb") as file:
        first = file.readline()
        segment, above, is_whole = _begun(path, first), hashlib.sha256(first), False
        for number, raw in enumerate(file, 2):
            line = _read(raw)
            if line is None or is_whole:
                segment.problems.append(f"{path}, line {number}: it cannot be read, or does not belong here")
            elif line.keys() == _FIELDS and isinstance(line["position"], int):
                _take(path, segment, line)
            else:
                is_whole = True
                told = {"events": segment.events, "last_hash": segment.last_hash, "sha256": above.hexdigest()}
                if line != told:
                    segment.problems.append(f"{path}: its last line does not say what stands above it")
            above.update(raw)
    if not is_whole:
        segment.problems.append(f"{path}: its end is missing")
    segment.file_digest = above.hexdigest()
    return segment


def _begun(path: Path, raw: bytes) -> Segment:
    head = _read(raw) or {}
    try:
        if head["format"] != FORMAT:
            raise KeyError
        return Segment(UUID(head["chain"]), head["previous_hash"])
    except (KeyError, ValueError, AttributeError):
        raise ValueError(f"{path} is not a sealed segment of the audit") from None


def _read(raw: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(raw)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def _take(path: Path, segment: Segment, event: Mapping[str, Any]) -> None:
    found = faults(event, segment.last_hash or segment.previous_hash)
    if event["school_id"] != str(segment.chain):
        found.append("it belongs to another chain")
    segment.problems += [f"{path}, event {event['position']}: {fault}" for fault in found]
    segment.events += 1
    segment.up_to, segment.last_hash = event["position"], event["hash"]
    if event["verb"] == SEALED:
        segment.seals[event["position"]] = event["after"]
