"""Which computers run AD FS, and what several of its events tell of one request: who, from where, with what.

The first proxy's address and the client's own stand in other events of the same request than the account does: 403 and 410 have
its activity id, 412 and 299 that and an instance id, 501 and 500 the instance id and the claims of who it was.
"""

from msgspec import Struct
from msgspec.structs import replace

from app.engine.context import Context
from app.model.activity import Activity, Endpoint
from app.model.entity import EntityRef
from app.model.events import EventAdfs

ROLE = "AD FS"
TOKEN_VALID, CALLER, REQUEST = 412, 501, 403
NOBODY = "00000000-0000-0000-0000-000000000000"
"""The activity id of a request that has none."""
KEPT = 10 * 60_000_000
"""So long the events of one request are apart at most."""
PASSWORD = "username"
"""Last part of the type of a token that is a name with a password."""


class Request(Struct, frozen=True):
    """What an instance id stands for. activity: its activity id. token: the type of the token that was valid, "" for none."""

    activity: str
    token: str = ""


def federates(computer: EntityRef, ctx: Context) -> bool:
    """True for a computer that is known as a federation server: by its own log, by the configuration of its farm that it hands
    out, or because the analyst says so.
    """
    said = ctx.tags.get(computer.key, {}).get(ROLE)
    if said is not None:
        return said
    kind, _, name = computer.key.partition(":")
    return kind in ("computer", "address") and ROLE in ctx.knowledge.serves(name)


def remember(activity: Activity, ctx: Context) -> None:
    """Keep what one event says of a request for those that follow and say less."""
    event = activity.detail
    if not isinstance(event, EventAdfs):
        return
    computer, at = event.computer.lower(), activity.at
    request, instance = _id(event, "ActivityID"), _id(event, "InstanceID")
    if request and instance:
        ctx.logons.note(("instance", computer, instance), Request(request, _token(event)), at)
    elif instance:
        known = ctx.logons.recall(("instance", computer, instance), Request, at, KEPT)
        request = known.activity if known is not None else ""
    if request and activity.source is not None:
        key = ("federated", computer, request)
        if event.event_id != REQUEST or ctx.logons.recall(key, Endpoint, at, KEPT) is None:  # 403 may name the proxy
            ctx.logons.note(key, activity.source, at)


def whole(activity: Activity, ctx: Context) -> Activity:
    """The same event with the client that other events of its request tell."""
    event = activity.detail
    if not isinstance(event, EventAdfs) or activity.source is not None:
        return activity
    request = _id(event, "ActivityID")
    if not request:
        known = request_of(event, activity.at, ctx)
        request = known.activity if known is not None else ""
    source = ctx.logons.recall(("federated", event.computer.lower(), request), Endpoint, activity.at, KEPT) if request else None
    return activity if source is None else replace(activity, source=source)


def request_of(event: EventAdfs, at: int, ctx: Context) -> Request | None:
    """What the instance id of an event stands for, where the event that tells it came before."""
    instance = _id(event, "InstanceID")
    return ctx.logons.recall(("instance", event.computer.lower(), instance), Request, at, KEPT) if instance else None


def by_password(event: EventAdfs, at: int, ctx: Context) -> bool:
    """True when the claims of a caller come out of a password that was just found right."""
    request = request_of(event, at, ctx)
    return request is not None and request.token == PASSWORD


def _token(event: EventAdfs) -> str:
    return (event.text("TokenType") or "").rstrip("/").rpartition("/")[2].lower() if event.event_id == TOKEN_VALID else ""


def _id(event: EventAdfs, name: str) -> str:
    found = (event.text(name) or "")[:64].strip("{}").lower()
    return "" if found == NOBODY else found
