"""How a French page writes and reads numbers, dates and times."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from app.domain import french

_SPACES = re.compile(r"[ \u00a0\u202f\u2009]")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:[.,]\d+)?")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_DAY = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")


def read_number(text: str) -> int | float | str:
    """`1 234` → 1234, `12,5` → 12.5; anything ambiguous comes back as typed, for the model to refuse.

    Accepted: digits, spaces (also narrow ones) between groups of three, one decimal comma or point.
    `18.500,00`, `1_000` and `12,5,1` are refused, never guessed.
    """
    cleaned = _SPACES.sub(" ", text.strip())
    if _GROUPED.fullmatch(cleaned):
        cleaned = cleaned.replace(" ", "")
    if len(cleaned) > 18 or not cleaned.isascii() or not _NUMBER.fullmatch(cleaned):
        return text
    return float(cleaned.replace(",", ".")) if "," in cleaned or "." in cleaned else int(cleaned)


def read_day(text: str) -> str:
    """`1/10/2026` → `2026-10-01`; an ISO day stays; anything else comes back as typed."""
    found = _DAY.fullmatch(text.strip())
    if not found:
        return text.strip()
    day, month, year = (int(part) for part in found.groups())
    return f"{year:04}-{month:02}-{day:02}"


def write_day(value: date) -> str:
    return value.strftime("%d/%m/%Y")


def long_day(value: date) -> str:
    """« 1er octobre 2026 »."""
    text: str = format_date(value, "d MMMM y", locale="fr")
    return re.sub(r"^1 ", "1er ", text)


def moment(value: datetime, zone: str = "Europe/Paris") -> str:
    """« 21 novembre 2026 à 17 h 58 », in the time of the reader's département."""
    local = value.astimezone(ZoneInfo(zone))
    day = re.sub(r"^1 ", "1er ", format_datetime(local, "d MMMM y", locale="fr"))
    return f"{day} à {local:%H}\u202fh\u202f{local:%M}"


def clock_time(value: datetime, zone: str = "Europe/Paris") -> str:
    local = value.astimezone(ZoneInfo(zone))
    return f"{local:%H}\u202fh\u202f{local:%M}"


FILTERS = {
    "number": french.number,
    "percent": french.percent,
    "day": write_day,
    "date_fr": long_day,
    "datetime_fr": moment,
    "time_fr": clock_time,
}
