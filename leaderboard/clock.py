"""The one place where today's date is read; everything else takes it as a parameter."""

from datetime import UTC, date, datetime


def today() -> date:
    """Returns today's date in UTC."""
    return datetime.now(UTC).date()
