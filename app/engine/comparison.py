"""Two spans or two cases side by side: what is new, gone, or much more often in one of them."""

from collections.abc import Callable, Iterator
from math import sqrt

from msgspec import Struct

from app.engine import describe
from app.engine.describe.event_codes import LOGON_TYPES
from app.engine.queries import Queries
from app.model.activity import Activity
from app.model.comparison import Change, Comparison, Difference, Section, Span
from app.model.details import KerberosAp, KerberosAs, KerberosTgs, Ntlm, RdpConnection, SmbTree
from app.model.entity import EntityRef
from app.model.events import EventKerberos, EventLogon
from app.model.filter import ActivityFilter, All, During, Text, quoted

KINDS = ("kerberos-as", "kerberos-tgs", "kerberos-ap", "ntlm", "smb-tree", "rdp-connection", "event-logon", "event-kerberos")
"""Kinds that are read one by one: they name a service, an encryption, a way to log on."""
TIMES, SIGMAS = 3.0, 4.0
"""So many times as often, and so many standard deviations of a Poisson count apart, is more often."""
ORDER: tuple[Section, ...] = ("entities", "logons", "services", "encryption", "edges", "activities")
CHANGES: tuple[Change, ...] = ("new", "gone", "more", "less")
MOST = 20_000
"""Differences that are given."""
HOUR = 3_600_000_000
Key = tuple[Section, str, str, str]
"""(section, key of who, key of the other end, what)."""


class Side(Struct, frozen=True, kw_only=True):
    """One side: a workspace, its span, what it is called."""

    queries: Queries
    span: Span
    name: str = ""


class _Seen(Struct):
    count: int
    first: int
    last: int
    who: EntityRef | None
    target: EntityRef | None


def compare(before: Side, after: Side, cancelled: Callable[[], bool] = lambda: False) -> Comparison:
    """What differs; blocks, for it reads what both spans hold. Counts are compared by the hour where the spans are unlike."""
    one, other = _gathered(before, cancelled), _gathered(after, cancelled)
    if cancelled():  # half of a side would tell differences that are none
        return Comparison(before=before.span, after=after.span, names=(before.name, after.name))
    share = _hours(after.span) / _hours(before.span)
    found, same = [], 0
    for key in one.keys() | other.keys():
        difference = _difference(key, one.get(key), other.get(key), share)
        if difference is None:
            same += 1
        else:
            found.append(difference)
    found.sort(key=_telling)
    return Comparison(
        before=before.span, after=after.span, names=(before.name, after.name), differences=tuple(found[:MOST]), same=same,
        cut=max(0, len(found) - MOST),
    )  # fmt: skip


def _hours(span: Span) -> float:
    return max(1, span.last - span.first) / HOUR


def _telling(one: Difference) -> tuple[object, ...]:
    """What tells most comes first: who is new, where they signed in, what they asked for; what is much, before what is little."""
    return CHANGES.index(one.change), ORDER.index(one.section), -max(one.before, one.after), _label(one), one.what


def _label(one: Difference) -> tuple[str, str]:
    return (one.who.label if one.who else "", one.target.label if one.target else "")


def _difference(key: Key, one: _Seen | None, other: _Seen | None, share: float) -> Difference | None:
    """None when both sides hold about as much of it as their length lets expect. share: length of after by that of before."""
    section, _, _, what = key
    seen = other or one
    if seen is None:
        return None
    before, after = one.count if one else 0, other.count if other else 0
    change: Change
    if one is None:
        change = "new"
    elif other is None:
        change = "gone"
    else:
        expected = before * share
        apart = abs(after - expected) > SIGMAS * sqrt(max(after + expected * share, 1.0))
        if not apart or expected / TIMES < after < expected * TIMES:
            return None
        change = "more" if after > expected else "less"
        seen = other if change == "more" else one
    return Difference(
        section=section, change=change, who=seen.who, target=seen.target, what=what, before=before, after=after, first=seen.first,
        last=seen.last, filter=_filter(section, seen, what),
    )  # fmt: skip


def _filter(section: Section, seen: _Seen, what: str) -> str:
    """The activities that show it, as far as the language has words for it."""
    parts = []
    if seen.who is not None:
        parts.append(f"entity:{quoted(seen.who.key)}")
    if seen.target is not None:
        parts.append(f"entity:{quoted(seen.target.key)}")
    if section == "services":
        parts.append(f"text:{quoted(what)}")
    elif section == "activities":
        parts.append(f"kind:{what}")
    elif section == "encryption":
        parts.append("protocol:kerberos")
    return " ".join(parts)


def _gathered(side: Side, cancelled: Callable[[], bool]) -> dict[Key, _Seen]:
    found: dict[Key, _Seen] = {}
    known = side.queries.knowledge()

    def add(
        section: Section, who: EntityRef | None, target: EntityRef | None, what: str, count: int, first: int, last: int
    ) -> None:
        key = (section, who.key if who else "", target.key if target else "", what)
        seen = found.get(key)
        if seen is None:
            found[key] = _Seen(count, first, last, who, target)
        else:
            seen.count += count
            seen.first, seen.last = min(seen.first, first), max(seen.last, last)

    for number, (source, destination, who, kind, count, first, last) in enumerate(
        side.queries.done_during(side.span.first, side.span.last)
    ):
        if number % 1_000 == 0 and cancelled():
            return {}
        origin = known.end(source, first)[0] if source else None
        target = known.end(destination, first)[0] if destination else None
        for ref in {one.key: one for one in (origin, target, who) if one is not None}.values():
            add("entities", ref, None, "", count, first, last)
        family = describe.family(kind)
        if origin is not None and target is not None and origin.key != target.key:
            add("edges", origin, target, family, count, first, last)
        own = who is not None and origin is not None and who.key == origin.key  # a computer's own acts are told above
        if who is not None and target is not None and who.key != target.key and not own:
            add("edges", who, target, family, count, first, last)
        add("activities", who or origin, None, kind, count, first, last)
    for number, activity in enumerate(side.queries.stream(_wanted(side.span))):
        if number % 1_000 == 0 and cancelled():
            return {}
        who = known.account_entity(activity)
        origin = known.end(activity.source.ip, activity.at)[0] if activity.source else None
        target = known.end(activity.destination.ip, activity.at)[0] if activity.destination else None
        for section, about, towards, what in _told(activity, who, origin, target):
            add(section, about, towards, what, 1, activity.at, activity.at)
    return found


def _wanted(span: Span) -> ActivityFilter:
    return ActivityFilter("", All((During(span.first, span.last), Text("kind", KINDS))))


Told = tuple[Section, EntityRef | None, EntityRef | None, str]


def _told(activity: Activity, who: EntityRef | None, origin: EntityRef | None, target: EntityRef | None) -> Iterator[Told]:
    """What one activity says of services, encryption and logons. Failures log nobody on."""
    detail, worked = activity.detail, activity.result == "success"
    about = who or origin
    match detail:
        case KerberosAs():
            if detail.ticket_etype is not None:
                yield "encryption", about, None, f"ticket-granting ticket, {describe.etype(detail.ticket_etype)}"
            if worked:
                yield "logons", about, origin if who else None, "Kerberos sign-in"
        case KerberosTgs():
            if detail.service and worked:
                yield "services", about, None, detail.service
            if detail.ticket_etype is not None:
                yield "encryption", about, None, f"service ticket, {describe.etype(detail.ticket_etype)}"
        case KerberosAp():
            if worked:
                yield "logons", about, target, f"Kerberos over {detail.carrier or 'the network'}"
        case Ntlm():
            if worked:
                yield "logons", about, target, "NTLM"
        case SmbTree():
            if worked and detail.path:
                yield "services", about, None, detail.path
        case RdpConnection():
            yield "logons", about, target, "Remote desktop"
        case EventLogon():
            if detail.event_id in (4624, 4648) and worked:
                number = detail.number("LogonType")
                words = "with other credentials" if detail.event_id == 4648 else LOGON_TYPES.get(number or 0, f"type {number}")
                yield "logons", about, target, f"Logged: {words}"
        case EventKerberos():
            number = detail.number("TicketEncryptionType")
            if number is not None and 0 < number < 256:
                yield "encryption", about, None, f"ticket in the log, {describe.etype(number)}"
            service = detail.text("ServiceName")
            if service and worked and detail.event_id == 4769:
                yield "services", about, None, service
        case _:
            return
