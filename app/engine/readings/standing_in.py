"""A controller that stands for a client: of a simple bind (RFC 4513 section 5.1.3) it logs that it validated the password (4776,
or 4768 and 4771 where it asked its own KDC) with itself as the client, and beside it the logon or its refusal (4624, 4625), which
names who asked.
"""

from collections.abc import Iterable

from app.engine.context import Context
from app.engine.knowledge.names import host, short
from app.engine.readings.sessions import TOGETHER
from app.model.activity import Activity
from app.model.events import EventKerberos, EventNtlm


def stands_in(activity: Activity) -> bool:
    """True for a validation whose workstation, told by its NetBIOS name, or client (::1) is the computer that logs it."""
    event = activity.detail
    if isinstance(event, EventKerberos):
        return activity.source is not None and activity.destination is not None and activity.source.ip == activity.destination.ip
    return isinstance(event, EventNtlm) and short(host(event.text("Workstation"))) == short(host(event.computer)) != ""


def keep(who: tuple[str, str], place: str, at: int, ctx: Context) -> None:
    """A computer (place) stands for whoever tried this account."""
    ctx.memory.note(("stands in", who[0]), (place, who), at)


def named_now(who: tuple[str, str], place: str, trails: Iterable[str], at: int, ctx: Context) -> bool:
    """True when the client (place) of what a controller just stood for is named: it is no longer counted of the controller.

    The two records may call the domain differently. trails: first parts of the keys under which the attempts of a place are
    remembered, each by account.
    """
    stood, told = ctx.memory.recall(("stands in", who[0]), tuple, at, TOGETHER) or ("", who)
    if not stood or stood == place:
        return False
    for name in trails:
        trail = ctx.memory.trail((name, stood), at, TOGETHER)
        if trail is not None:
            trail.drop(told)
    ctx.memory.note(("stands in", who[0]), None, at)
    return True
