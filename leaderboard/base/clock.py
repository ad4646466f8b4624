"""The only module that reads the time; everything else takes it as a parameter."""

from datetime import UTC, date, datetime


def today() -> date:
    """Returns today's date in UTC."""
    return datetime.now(UTC).date()


def now() -> datetime:
    """Returns the current time in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
