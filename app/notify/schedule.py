"""When a report is due, and of which time: days, weeks from Monday and months, by UTC."""

from datetime import UTC, datetime, timedelta

from app.model.notice import Every

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def boundary(every: Every, now: int) -> int:
    """When the day, week or month that holds a time began; UTC microseconds."""
    at = EPOCH + timedelta(microseconds=now)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if every == "weekly":
        day -= timedelta(days=day.weekday())
    elif every == "monthly":
        day = day.replace(day=1)
    return int((day - EPOCH).total_seconds()) * 1_000_000


def period(every: Every, until: int | None, now: int) -> tuple[int, int] | None:
    """(from, to) of a report that is due, None when none is. until: the end of the last one, None when there was none yet.

    When several were missed, one report covers all of their time.
    """
    end = boundary(every, now)
    return (until, end) if until is not None and until < end else None


def day_of(at: int) -> str:
    """2026-01-05, for names of files."""
    return (EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%d")
