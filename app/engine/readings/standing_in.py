"""A telling of a sign-in that does not name who asked, and the other one that does.

Of a simple bind (RFC 4513 section 5.1.3) a controller logs that it validated the password (4776, or 4768 and 4771 where it asked
its own KDC) with itself as the client, and beside it the logon or its refusal (4624, 4625) with the client's address. Of NTLM
4776 has the name alone that the client gave itself.
"""

from collections.abc import Hashable, Iterable

from app.engine.context import Context
from app.engine.knowledge.names import host, short
from app.engine.readings.sessions import TOGETHER
from app.model.activity import NAMED, Activity
from app.model.events import EventKerberos, EventNtlm


def stands_in(activity: Activity, place: str) -> bool:
    """True for a validation whose client is the computer that logs it, or has a name and no address. place: of who asked."""
    event = activity.detail
    if isinstance(event, EventKerberos):
        return activity.source is not None and activity.destination is not None and activity.source.ip == activity.destination.ip
    if not isinstance(event, EventNtlm):
        return False
    return place.startswith(NAMED) or short(host(event.text("Workstation"))) == short(host(event.computer)) != ""


def keep(name: str, told: Hashable, place: str, at: int, ctx: Context) -> None:
    """Somebody else than this place may have tried an account. told: what was remembered of it there."""
    ctx.memory.note(("stands in", name), (place, told), at)


def named_now(name: str, place: str, trails: Iterable[str], at: int, ctx: Context) -> bool:
    """True when a place is told by its address which another telling of the same attempt just did not name: the attempt is no
    longer counted of the other place.

    trails: first parts of the keys under which the attempts of a place are remembered.
    """
    stood, told = ctx.memory.recall(("stands in", name), tuple, at, TOGETHER) or ("", "")
    if not stood or stood == place or place.startswith(NAMED):
        return False
    for key in trails:
        trail = ctx.memory.trail((key, stood), at, TOGETHER)
        if trail is not None:
            trail.drop(told)
    ctx.memory.note(("stands in", name), None, at)
    return True
