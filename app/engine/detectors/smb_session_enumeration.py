"""A server asked who has sessions with it, which tells where administrators sit."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.engine.context import Context
from app.engine.detector import (
    HOUR,
    MINUTE,
    Detector,
    Needs,
    against,
    caption_of,
    ended,
    fact,
    found,
    listed,
    measured,
    outcome_of,
    plural,
    sentence,
)
from app.engine.forms import DELEGATES, IMPERSONATES, REACHES
from app.engine.knowledge.names import service_host
from app.engine.memory import Trail
from app.engine.readings.novelty import is_new
from app.engine.readings.pipes import FILE_CHECKED, SESSIONS, WHO_IS_THERE, pipe_opened
from app.engine.repeated import first_time
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import KerberosTgs, RpcCall
from app.model.entity import EntityRef
from app.model.events import EventKerberos, EventShare
from app.model.identifiers import WINREG
from app.model.tuning import Threshold

SRVSVC = "4b324fc8-1670-01d3-1278-5a47bf6ee188"
NETR_SESSION_ENUM = 12
"""NetrSessionEnum (MS-SRVS section 3.1.4.5)."""
WKSSVC = "6bffd098-a112-3610-9833-46c3f87e345a"
NETR_WKSTA_USER_ENUM = 2
"""NetrWkstaUserEnum (MS-WKST section 3.2.4.3): who is signed in at a computer, for its administrators; collectors ask both."""
BASE_ENUM_KEY, USERS = 9, "HKU"
"""BaseRegEnumKey (MS-RRP section 3.1.5.10) of HKEY_USERS: a key for each user whose profile is loaded."""
TERMINALS, WINSTATIONS = "88143fd0-c28d-4b2b-8fef-8d882f6a9390", "5ca4a760-ebb1-11cf-8611-00a0245420ed"
GET_SESSIONS = frozenset({5, 8, 9, 10})
WINSTATION_ENUM = 3
"""RpcGetEnumResult, RpcGetSessionIds, RpcGetEnumResultEx, RpcGetAllSessions (MS-TSTS section 3.3.4.2) and
RpcWinStationEnumerate (section 3.7.4.1.4): sessions at a desk or by remote desktop."""
WINDOW = HOUR
SERVERS = Threshold(name="servers", low=5, medium=3, high=2, words="Other servers asked within an hour")
"""Other servers asked within an hour; one is the daily look of its administrator."""
SERVICE_TICKET = 4769
LOOKERS = 20
"""Computers that look at the sessions of single servers within a month, each told once; so many are administrators'."""
TOGETHER = MINUTE
"""Collectors ask one computer everything within seconds."""
PIPES = Threshold(name="pipes", low=5, medium=3, high=2, words="Pipes of one computer that a log tells opened within a minute")
"""Pipes of one computer that a log tells opened within a minute; a file dialogue needs one or two."""
TICKETS = Threshold(name="tickets", low=25, medium=10, high=6, words="Computers for which a person asked tickets within a minute")
"""Computers for which a person asked tickets within a minute; a sign-in needs two or three."""
OF_FILES = frozenset({"cifs", "host"})
"""Classes of tickets to reach a computer over SMB; a browser asks for HTTP, a log names the account only."""
ASKS: dict[tuple[str, int], str] = {
    (SRVSVC, NETR_SESSION_ENUM): "NetrSessionEnum lists users with the addresses they come from: ",
    (WKSSVC, NETR_WKSTA_USER_ENUM): "NetrWkstaUserEnum lists the users signed in: ",
    (WINREG, BASE_ENUM_KEY): "The keys of HKEY_USERS are the users whose profiles are loaded: ",
    (WINSTATIONS, WINSTATION_ENUM): "The sessions at its desk and by remote desktop: ",
    **{(TERMINALS, opnum): "The sessions at its desk and by remote desktop: " for opnum in sorted(GET_SESSIONS)},
}
"""Calls that tell who is at a computer, with what they tell."""


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Session lists of controllers, or lists of several computers, asked for by whoever is no controller."""
    detail: Any = activity.detail
    kind = type(detail)
    if kind is KerberosTgs or kind is EventKerberos:
        return toured(activity, detail, ctx)
    return reached(activity, ctx) if kind is EventShare else listed_there(activity, detail, ctx)


def listed_there(activity: Activity, call: RpcCall, ctx: Context) -> Iterator[Finding]:
    """A call that lists who is at a computer."""
    words = ASKS.get((call.interface, call.opnum), "")
    if not words or (call.interface == WINREG and call.stub.get("key") != USERS):
        return
    if activity.source is None or ctx.from_controller(activity):
        return
    users, beside = call.interface != SRVSVC, call.interface not in (SRVSVC, WKSSVC)
    ip, where = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    if ip == where or not where:
        return
    trail = ctx.memory.seen(("beside" if beside else "servers", ip), where, activity.at, activity.id, WINDOW)
    on_controller = ctx.to_controller(activity) and not users
    if on_controller:
        ctx.memory.note(("hot", ip), True, activity.at)
    hot = on_controller or ctx.memory.recall(("hot", ip), bool, activity.at, WINDOW) is not None
    many = trail.distinct >= ctx.limit(SERVERS)
    if beside:
        if not (many or call.interface == WINREG) or not is_new("beside", ip, activity.at, ctx, crowd=LOOKERS):
            return
    elif not (hot or many) and (users or not is_new("one server", ip, activity.at, ctx, crowd=LOOKERS)):
        return
    success = activity.result != "failure"
    target = ctx.target(activity)
    servers = tuple(
        {ref.key: ref for one in trail.values if (ref := ctx.knowledge.address_entity(str(one), activity.at))}.values()
    )
    yield found(
        ctx,
        activity,
        ip,
        first=trail.began,
        evidence=trail.take() or (activity.id,),
        targets=servers,
        severity=None if (hot or many) and not beside else "low",
        succeeded=outcome_of(activity),
        title=None if success else "Attempted user and IP address reconnaissance (SMB)",
        story=(
            sentence(
                *ctx.who(activity), " asked ", target, " who is signed in there" if users else " who is connected to it",
                ended(activity, ", and was told."),
            ),
        ),
        facts=(
            fact(words, activity),
            fact(f"{plural(trail.distinct, 'server')} asked within an hour"),
            *((fact(target, " is a domain controller, where most accounts have sessions"),) if on_controller else ()),
            against("It would be quiet from a domain controller, and of low severity for a single server that is none"),
        ),
        steps=ctx.path(activity, "session list", caption_of(activity)),
    )  # fmt: skip


def reached(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A log of shares tells several pipes of one computer, opened at once by a person: those that collectors ask."""
    pipe, account = pipe_opened(activity, ctx, WHO_IS_THERE), ctx.account(activity)
    if pipe not in WHO_IS_THERE or account is None:
        return
    place, where = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    pipes = ctx.memory.seen(("pipes", place, account.key, where), pipe, activity.at, activity.id, TOGETHER)
    on_controller = pipe == SESSIONS and ctx.to_controller(activity)
    many = SESSIONS in pipes.counts and pipes.distinct >= ctx.limit(PIPES)
    if not (many or on_controller) or not is_new("pipes" if many else "controller", account.key, activity.at, ctx):
        return
    target = ctx.target(activity)
    names = sorted(map(str, pipes.counts))
    yield found(
        ctx,
        activity,
        place,
        first=pipes.began,
        evidence=pipes.take() or (activity.id,),
        severity="low",
        confidence="low",
        title="Possible user and IP address reconnaissance (SMB)",
        story=(sentence(*ctx.who(activity), " opened ", listed([f"the pipe {one}" for one in names]), " of ", target, "."),),
        facts=(
            fact("Collectors ask there who has sessions, who is signed in and who administers the computer: ", activity),
            *(
                (fact(target, " is a domain controller, where most accounts have sessions, and which shares no files"),)
                if on_controller
                else ()
            ),
            first_time(account),
            against(
                f"It would be quiet for fewer than {ctx.limit(PIPES)} of these pipes within a minute, for whoever did so "
                "earlier, and where five others do so"
            ),
        ),
        steps=ctx.path(activity, "pipes", listed(names, 2)),
    )


def toured(activity: Activity, detail: KerberosTgs | EventKerberos, ctx: Context) -> Iterable[Finding]:
    """Tickets for many computers within a minute, asked for by a person: what collectors need before they ask each of them."""
    if activity.result != "success" or activity.source is None:
        return ()
    if isinstance(detail, EventKerberos):
        name = detail.fields.get("ServiceName", "").lower()
        computer = name if name.endswith("$") else ""
    else:
        kind, where = service_host(detail.service)
        if kind not in OF_FILES or detail.s4u2self or detail.s4u2proxy:
            return ()
        computer = where.partition(".")[0]
    account = ctx.account(activity) if computer else None
    if account is None or account.kind != "user" or ctx.from_controller(activity):
        return ()
    place = ctx.place(activity.source, activity.at)
    tour = ctx.memory.seen(("tour", place, account.key), computer, activity.at, activity.id, TOGETHER)
    if tour.distinct < ctx.limit(TICKETS) or not is_new("tour", account.key, activity.at, ctx):
        return ()
    return tour_of(activity, account, place, tour, ctx)


def tour_of(activity: Activity, account: EntityRef, place: str, tour: Trail, ctx: Context) -> Iterator[Finding]:
    """The words."""
    yield found(
        ctx,
        activity,
        place,
        first=tour.began,
        evidence=tour.take() or (activity.id,),
        severity="low",
        confidence="low",
        title="Tickets for many computers at once (possible reconnaissance over SMB)",
        story=(
            sentence(
                *ctx.who(activity), f" asked for tickets of {plural(tour.distinct, 'computer')} within a minute: "
                f"{listed(sorted(map(str, tour.values)))}.",
            ),
            sentence("Collectors visit every computer that the directory names, to ask who is signed in there."),
        ),
        facts=(
            measured(f"{plural(tour.distinct, 'computer')} within a minute", seen=tour.distinct, limits=(ctx.limit(TICKETS),)),
            first_time(account),
            against(
                f"It would be quiet for fewer than {plural(ctx.limit(TICKETS), 'computer')} within a minute, for whoever did so "
                "earlier, and where five others do so"
            ),
        ),
        steps=ctx.path(activity, "tickets", plural(tour.distinct, "computer")),
    )  # fmt: skip


DETECTOR = Detector(
    id="smb_session_enumeration",
    external_id=2012,
    title="User and IP address reconnaissance (SMB)",
    severity="medium",
    phase="Reconnaissance",
    techniques=("T1087.002", "T1049"),
    watches=(RpcCall, EventShare, KerberosTgs, EventKerberos),
    event_ids=(FILE_CHECKED, SERVICE_TICKET),
    interfaces=(SRVSVC, WKSSVC, WINREG, TERMINALS, WINSTATIONS),
    opnums=tuple(sorted({opnum for _, opnum in ASKS})),
    needs=Needs(
        ports=("445", "139"),
        kinds=("rpc-call", "event-share", "kerberos-tgs", "event-kerberos"),
        parts=("event-share", "kerberos-tgs", "event-kerberos"),
        hidden_by=("smb3 encrypted",),
        interfaces=(SRVSVC, WKSSVC, WINREG),
        controllers=True,
    ),
    window=WINDOW,
    thresholds=(SERVERS, PIPES, TICKETS),
    forms={
        KerberosTgs: lambda form, result: result == "success" and form & (REACHES | DELEGATES | IMPERSONATES) == REACHES,
        EventKerberos: lambda _, result: result == "success",
        EventShare: lambda form, _: form[2] in WHO_IS_THERE,
    },
    detect=detect,
)
