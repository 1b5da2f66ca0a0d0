"""The calendar, read back by a library that calendar programs are made with."""

from datetime import UTC, date, datetime, timedelta

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendar_file import Entry, calendar_file

NOW = datetime(2026, 11, 21, 9, 30, 5, tzinfo=UTC)
_WORDS = st.text(st.sampled_from("aé’œ\u202f\U0001f600 ,;:\\\n\"'=" + "xyz"), max_size=120)
entries = st.builds(
    Entry,
    uid=st.from_regex(r"[a-z0-9-]{1,60}@confiance", fullmatch=True),
    day=st.dates(date(2000, 1, 1), date(2099, 12, 30)),
    summary=_WORDS,
    description=_WORDS,
    url=st.just("https://confiance.example/ecoles/0990001X/saisie/2026-2027-T1"),
)


@given(_WORDS, st.lists(entries, max_size=4))
def test_every_word_is_read_back(name: str, written: list[Entry]) -> None:
    text = calendar_file(name, written, NOW)
    assert text.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    calendar = icalendar.Calendar.from_ical(text.encode())
    assert str(calendar["NAME"]).encode() == icalendar.vText(name).to_ical()
    read = [
        Entry(str(one["UID"]), one.start, str(one["SUMMARY"]), str(one["DESCRIPTION"]), str(one["URL"]))
        for one in calendar.events
    ]
    assert read == written
    assert all(one.duration == timedelta(days=1) for one in calendar.events)


def test_control_characters_stay_out() -> None:
    entry = Entry("a@confiance", date(2026, 11, 21), "a\x00\x1b\x7fb\r\nBEGIN:VEVENT", "", "https://x")
    text = calendar_file("n", [entry], NOW)
    assert "SUMMARY:ab\\nBEGIN:VEVENT\r\n" in text
    assert "DTSTAMP:20261121T093005Z\r\n" in text
    assert len(icalendar.Calendar.from_ical(text).events) == 1
