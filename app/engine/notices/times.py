"""Times as receivers want them."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""UTC microseconds of the years 1 and 9999, beyond which no calendar goes."""


def moment(at: int) -> datetime:
    """UTC microseconds as a time; what lies outside of the calendar as its end."""
    return EPOCH + timedelta(microseconds=min(max(at, FIRST), LAST))


def ticks(at: int) -> str:
    """ISO 8601 in UTC with seven digits behind the second, as the product we answer writes it."""
    return f"{moment(at).strftime('%Y-%m-%dT%H:%M:%S.%f').rjust(26, '0')}0Z"


def rfc5424(at: int) -> str:
    """TIMESTAMP of RFC 5424 section 6.2.3, with microseconds."""
    return f"{moment(at).strftime('%Y-%m-%dT%H:%M:%S.%f').rjust(26, '0')}Z"


def rfc3164(at: int) -> str:
    """TIMESTAMP of RFC 3164 section 4.1.2, in UTC, for the header knows no zone: English month, day padded with a space."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    when = moment(at)
    return f"{months[when.month - 1]} {when.day:2d} {when.strftime('%H:%M:%S')}"


def words(at: int) -> str:
    """For people: UTC to the second."""
    return f"{moment(at).strftime('%Y-%m-%d %H:%M:%S')} UTC"
