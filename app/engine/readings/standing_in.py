"""A telling of a sign-in that does not name who asked, and the other one that does.

Of a simple bind (RFC 4513 section 5.1.3) a controller logs that it validated the password (4776, or 4768 and 4771 where it asked
its own KDC) with itself as the client, and beside it the logon or its refusal (4624, 4625) with the client's address. Of NTLM
4776 has the name alone that the client gave itself.
"""

from collections.abc import Hashable, Iterable

from app.engine.context import Context
from app.engine.knowledge.names import is_one_host
from app.engine.readings.sessions import TOGETHER, is_retold
from app.model.activity import NAMED, Activity
from app.model.events import EventKerberos, EventNtlm


def told_already(
    activity: Activity, name: str, told: Hashable, place: str, trails: Iterable[str], ctx: Context
) -> bool:  # fmt: skip
    """True when another log told this attempt just before, of who asked as well as this one does (place); else it counts.

    An attempt that the other told of somebody else than its address is no longer counted there. told: what is remembered of the
    attempt under its place; trails: first parts of the keys of that.
    """
    if is_retold(activity, ctx, name):  # by the name alone: two logs may call one domain differently
        return not _named_now(name, place, trails, activity.at, ctx)
    if _stands_in(activity, place):
        ctx.memory.note(("stands in", name), (place, told), activity.at)
    return False


def _stands_in(activity: Activity, place: str) -> bool:
    """True for a validation whose client is the computer that logs it, or has a name and no address."""
    event = activity.detail
    if isinstance(event, EventKerberos):
        return activity.source is not None and activity.destination is not None and activity.source.ip == activity.destination.ip
    return isinstance(event, EventNtlm) and (place.startswith(NAMED) or is_one_host(event.text("Workstation"), event.computer))


def _named_now(name: str, place: str, trails: Iterable[str], at: int, ctx: Context) -> bool:
    """True when the address is told now which another telling of the same attempt just did not tell."""
    stood, told = ctx.memory.recall(("stands in", name), tuple, at, TOGETHER) or ("", "")
    if not stood or stood == place or place.startswith(NAMED):
        return False
    for key in trails:
        trail = ctx.memory.trail((key, stood), at, TOGETHER)
        if trail is not None:
            trail.drop(told)
    ctx.memory.note(("stands in", name), None, at)
    return True
