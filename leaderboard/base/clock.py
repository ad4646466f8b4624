"""The one place where the time is read; everything else takes it as a parameter."""

from datetime import UTC, date, datetime


def today() -> date:
    """Returns today's date in UTC."""
    return datetime.now(UTC).date()


def now() -> datetime:
    """Returns the present moment in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
