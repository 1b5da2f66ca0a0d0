"""The one place that reads the time, so that a test or a demonstration can pin it."""

from datetime import UTC, datetime

_pinned: datetime | None = None


def now() -> datetime:
    return _pinned or datetime.now(UTC)


def pin(moment: datetime | None) -> None:
    """Stop the clock at `moment` for the whole process; None lets it run again."""
    global _pinned
    _pinned = moment.astimezone(UTC) if moment else None
