"""School years, terms and calendars. Years and terms are strings: they sort, bind in SQL, travel as JSON."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from app.domain.territories import DEPARTEMENTS

DAY = timedelta(days=1)
YEARS = range(2000, 2100)
YEAR_PATTERN = "^20[0-9]{2}-2[01][0-9]{2}$"
TERM_PATTERN = "^20[0-9]{2}-2[01][0-9]{2}-T[123]$"
"""For the documentation of the JSON door; that the second year follows the first, the classes below know."""


class SchoolYear(str):
    """An année scolaire, written 2026-2027. ValueError, in French, for anything else."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        found = re.fullmatch(r"([0-9]{4})-([0-9]{4})", value)
        if not found or int(found[1]) not in YEARS or int(found[2]) != int(found[1]) + 1:
            raise ValueError("Une année scolaire s’écrit 2026-2027.")
        return super().__new__(cls, value)

    @classmethod
    def starting(cls, year: int) -> Self:
        return cls(f"{year}-{year + 1}")

    @property
    def start(self) -> int:
        return int(self[:4])

    @property
    def previous(self) -> "SchoolYear":
        return _year(self.start - 1)

    @property
    def next(self) -> "SchoolYear":
        return _year(self.start + 1)

    @property
    def terms(self) -> tuple["Term", "Term", "Term"]:
        return _terms(self)


class Term(str):
    """A trimestre, written 2026-2027-T1. ValueError, in French, for anything else."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        return value if isinstance(value, cls) else cls._kept(value)

    @classmethod
    @lru_cache(300)
    def _kept(cls, value: str) -> Self:
        """Files and answers write the same few again and again; there are 300."""
        year, separator, number = value.rpartition("-T")
        if not separator or number not in {"1", "2", "3"}:
            raise ValueError("Un trimestre s’écrit 2026-2027-T1, T2 ou T3.")
        SchoolYear(year)
        return super().__new__(cls, value)

    @property
    def year(self) -> SchoolYear:
        return _year(int(self[:4]))

    @property
    def number(self) -> int:
        return int(self[-1])

    @property
    def previous(self) -> "Term":
        return self.year.terms[self.number - 2] if self.number > 1 else self.year.previous.terms[2]

    @property
    def next(self) -> "Term":
        return self.year.terms[self.number] if self.number < 3 else self.year.next.terms[0]

    @property
    def same_last_year(self) -> "Term":
        return self.year.previous.terms[self.number - 1]

    @property
    def ordinal(self) -> str:
        return f"{self.number}{'er' if self.number == 1 else 'e'} trimestre"

    @property
    def label(self) -> str:
        return f"{self.ordinal} {self.year}"

    @property
    def short(self) -> str:
        return f"T{self.number}"


@cache
def _year(start: int) -> SchoolYear:
    """Kept, with its terms: a sheet walks from term to term hundreds of times, and there are 100 years."""
    return SchoolYear.starting(start)


@cache
def _terms(year: SchoolYear) -> tuple[Term, Term, Term]:
    return Term(f"{year}-T1"), Term(f"{year}-T2"), Term(f"{year}-T3")


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a school cuts its year: three terms that follow each other without a hole.

    `to_confirm` says that the dates are a default the school should look at.
    """

    year: SchoolYear
    first_day: date
    t1_last: date
    t2_last: date
    last_day: date
    to_confirm: bool = False

    def __post_init__(self) -> None:
        if not self.first_day <= self.t1_last < self.t2_last < self.last_day:
            raise ValueError("Les trois trimestres doivent se suivre, du premier au dernier jour.")
        if self.first_day.year != self.year.start or self.last_day.year != self.year.start + 1:
            raise ValueError(f"Ces dates ne sont pas celles de l’année scolaire {self.year}.")

    def dates(self, term: Term) -> tuple[date, date]:
        """First and last day of a term, both included."""
        if term.year != self.year:
            raise ValueError(f"Le {term.label} n’est pas dans l’année scolaire {self.year}.")
        lasts = (self.first_day - DAY, self.t1_last, self.t2_last, self.last_day)
        return lasts[term.number - 1] + DAY, lasts[term.number]


# Last day of the Christmas holidays, then of the spring holidays in zones A, B and C, by year of the rentrée.
# From vacances-scolaires-france 0.12.0, which types in the arrêtés of the school calendar.
_HOLIDAY_ENDS = {
    2019: "2020-01-05 2020-05-03 2020-04-26 2020-04-19",
    2020: "2021-01-03 2021-04-25 2021-05-09 2021-05-02",
    2021: "2022-01-02 2022-05-01 2022-04-24 2022-05-08",
    2022: "2023-01-02 2023-04-23 2023-05-01 2023-05-08",
    2023: "2024-01-07 2024-04-28 2024-05-05 2024-04-21",
    2024: "2025-01-05 2025-05-04 2025-04-21 2025-04-27",
    2025: "2026-01-04 2026-04-19 2026-04-26 2026-05-03",
    2026: "2027-01-03 2027-04-25 2027-05-02 2027-04-18",
    2027: "2028-01-02 2028-05-08 2028-04-23 2028-05-01",
}


def _first_day(start: int, departement_code: str) -> date:
    """Overseas the year runs from 1 August, elsewhere from 1 September."""
    departement = DEPARTEMENTS.get(departement_code)
    return date(start, 8 if departement and departement.is_overseas else 9, 1)


@cache
def calendar_of(year: SchoolYear, departement_code: str, zone: str | None = None) -> Calendar:
    """The terms of a year: T1 ends with the Christmas holidays, T2 with the spring holidays of the zone.

    Without a zone (Corsica, overseas, a département not ours) or outside the published calendars, T1 ends on
    31 December and T2 on 15 April, to be confirmed by the school. `zone` overrides the département's own.
    """
    departement = DEPARTEMENTS.get(departement_code)
    zone = zone or (departement.zone if departement else None)
    first_day = _first_day(year.start, departement_code)
    last_day = _first_day(year.start + 1, departement_code) - DAY
    ends = [date.fromisoformat(day) for day in _HOLIDAY_ENDS.get(year.start, "").split()]
    if zone is None or not ends:
        t1_last, t2_last = date(year.start, 12, 31), date(year.start + 1, 4, 15)
        return Calendar(year, first_day, t1_last, t2_last, last_day, to_confirm=True)
    return Calendar(year, first_day, ends[0], ends["ABC".index(zone) + 1], last_day)


def term_of(day: date, calendar: Calendar) -> Term:
    """The term a day falls in; ValueError outside the school year."""
    for term in calendar.year.terms:
        first, last = calendar.dates(term)
        if first <= day <= last:
            return term
    raise ValueError(f"Le {day:%d/%m/%Y} n’est pas dans l’année scolaire {calendar.year}.")


def year_of(day: date, departement_code: str) -> SchoolYear:
    has_begun = day >= _first_day(day.year, departement_code)
    return _year(day.year if has_begun else day.year - 1)


def today_in(departement_code: str, instant: datetime) -> date:
    """The day it is at the school: at 23:00 UTC the next one in Paris and still the same in Cayenne."""
    return instant.astimezone(ZoneInfo(zone_of(departement_code))).date()


def zone_of(departement_code: str) -> str:
    """The name of the time zone that clocks show at the school."""
    departement = DEPARTEMENTS.get(departement_code)
    return departement.timezone if departement else "Europe/Paris"
