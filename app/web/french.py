"""How a French page writes and reads numbers, dates and times."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from app.domain import french


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
