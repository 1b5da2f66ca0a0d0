"""All-day entries as an iCalendar file (RFC 5545): 40 lines for what a library would bring in megabytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_LONGEST = 75
"""Octets of a line, the break not counted (RFC 5545, section 3.1)."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One day of a calendar. The same `uid` is the same entry, whatever else has changed."""

    uid: str
    day: date
    summary: str
    description: str
    url: str


def calendar_file(name: str, entries: Iterable[Entry], stamp: datetime) -> str:
    """The text of the file: the same entries under the same stamp are the same bytes.

    Entries take no time of the day: the person stays free.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Confiance//Rappels//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_escaped(name)}",
        f"X-WR-CALNAME:{_escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
    ]
    for entry in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_escaped(entry.uid)}",
            f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{entry.day + _DAY:%Y%m%d}",
            f"SUMMARY:{_escaped(entry.summary)}",
            f"DESCRIPTION:{_escaped(entry.description)}",
            f"URL:{entry.url}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    """A TEXT value: control characters have no place in it, whatever their origin."""
    text = text.replace("\r\n", "\n").replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    kept = "".join(letter for letter in text if letter == "\n" or (letter >= " " and letter != "\x7f"))
    return kept.replace("\n", "\\n")


def _folded(line: str) -> str:
    """A long line goes on after a space; a letter of several octets is never cut."""
    parts, room = [""], _LONGEST
    for letter in line:
        size = len(letter.encode())
        if size > room:
            parts.append("")
            room = _LONGEST - 1
        parts[-1] += letter
        room -= size
    return "\r\n ".join(parts)
