"""Values of messages within the bounds in which a workspace can hold them."""

import msgspec

from app.link.codec import decode_batch
from app.link.envelope import Batch, LinkError
from app.model.activity import Activity, Endpoint
from app.model.rows import Problem

LATEST = 1 << 53
"""Microseconds and numbers beyond this are no times and no places (the year 2255)."""
PORTS = 1 << 16
TEXT = 300
PROBLEMS = 200
MOST = 100_000
"""Activities of one message, frames of one activity."""
CODES = 1 << 63


def sound_words(text: str, most: int) -> str:
    """One line of printable text."""
    return " ".join("".join(one if one.isprintable() else " " for one in text[: most * 2]).split())[:most]


def sound_problems(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Problems as they may be shown."""
    return tuple(
        Problem(what=sound_words(one.what, TEXT), count=max(0, min(one.count, LATEST)), where=sound_words(one.where, TEXT))
        for one in problems[:PROBLEMS]
    )


def sound_figures(records: int, first: int | None, last: int | None) -> None:
    """Raises LinkError for figures that no input has."""
    if not (0 <= records < LATEST and _is_time(first) and _is_time(last)):
        raise LinkError("A message holds figures that no input has.")


def sound_activities(batch: Batch) -> list[Activity]:
    """Those activities of a message that can be kept, fewer than its count when some cannot. Raises LinkError for none."""
    try:
        activities = decode_batch(batch.activities)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise LinkError(f"The activities of a message are damaged: {error}.") from error
    if len(activities) != batch.count or len(activities) > MOST:
        raise LinkError("A message holds another number of activities than it says.")
    sound = [one for one in activities if one.input == batch.key and _is_sound(one)]
    if activities and not sound:
        raise LinkError("A message holds activities that no input has.")
    return sound


def _is_sound(one: Activity) -> bool:
    return (
        0 <= one.at <= one.until < LATEST
        and 0 <= one.ordinal < LATEST
        and (one.record is None or 0 <= one.record < LATEST)
        and len(one.frames) <= MOST
        and (not one.frames or 0 <= min(one.frames) <= max(one.frames) < LATEST)
        and (one.code is None or -CODES <= one.code < CODES)
        and _is_end(one.source)
        and _is_end(one.destination)
    )


def _is_end(one: Endpoint | None) -> bool:
    return one is None or (0 <= one.port < PORTS and len(one.ip) <= 255)


def _is_time(at: int | None) -> bool:
    return at is None or 0 <= at < LATEST
