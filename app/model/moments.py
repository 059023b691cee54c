"""Times as text for files that programs read."""

from datetime import UTC, datetime


def iso(at: int) -> str:
    """UTC microseconds as ISO 8601 to the millisecond, with its offset; "" for 0, before 1970, and for what is no date."""
    try:
        return datetime.fromtimestamp(at / 1_000_000, UTC).isoformat(timespec="milliseconds") if at > 0 else ""
    except (OverflowError, OSError, ValueError):
        return ""
