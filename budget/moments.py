"""The clock: here alone the product reads it; all else is told what time it is."""

from datetime import UTC, datetime, timedelta

_ahead = timedelta()
"""By how much our clock is ahead of the machine's: a test may have it live at another hour."""


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC) + _ahead
