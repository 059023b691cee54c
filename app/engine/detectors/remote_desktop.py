"""Remote desktop that comes from the computer itself, as through a tunnel, or reaches many computers at once."""

from collections.abc import Iterator

from app.engine.changes import is_routine
from app.engine.context import Context
from app.engine.detector import DAY, MINUTE, Detector, Needs, against, fact, found, measured, plural, sentence, some
from app.engine.memory import MONTH
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import LOGON, is_elsewhere
from app.engine.repeated import again, first_time, folded, told_before
from app.model.activity import Activity
from app.model.addresses import is_loopback
from app.model.alert import Finding, Step
from app.model.events import EventDesktop, EventLogon, WindowsEvent
from app.model.tuning import Threshold

DESKTOP = 10
"""Logon type of remote desktop (MS-LSAD section 2.2.1; SECURITY_LOGON_TYPE RemoteInteractive)."""
RECONNECTED, BEGAN, RESUMED, LET_IN = 4778, 21, 25, 1149
ADDRESSES = ("IpAddress", "ClientAddress", "Address", "Param3")
MANGLED = frozenset({"::%16777216"})
"""127.0.0.1 as the session manager writes it where a tunnel's address is read as one of IPv6: its first byte is the zone."""
SHARED = 3
"""Accounts that come to one computer over itself, from which on it is a gateway that people use."""
ROUND = 30 * MINUTE
MANY = Threshold(
    name="desktops", low=12, medium=6, high=4, words="Computers that one account opened a desktop on in half an hour"
)
"""Work takes a person to a few servers; whoever looks around goes through all of them."""


def is_itself(address: str | None) -> bool:
    """True for the address of the computer itself; "LOCAL" is the console and no connection."""
    return address in MANGLED or is_loopback(address)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Sessions of remote desktop that began, were taken up again, or were let in."""
    event = activity.detail
    if not isinstance(event, WindowsEvent) or activity.destination is None or activity.result == "failure":
        return
    if isinstance(event, EventLogon) and event.event_id == LOGON and event.number("LogonType") != DESKTOP:
        return
    if is_itself(event.text(*ADDRESSES)):
        yield from through_itself(activity, ctx)
    elif event.event_id in (LOGON, LET_IN, BEGAN) and is_elsewhere(activity, ctx):
        yield from many(activity, ctx)


def through_itself(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A program on the computer passes the connection on: a tunnel, or a gateway that lives there."""
    account, target, at = ctx.account(activity), ctx.target(activity), activity.at
    where = ctx.place(activity.destination, at)
    users: frozenset[str] = ctx.memory.recall(("over itself", where), frozenset, at, MONTH) or frozenset()
    if account is not None and len(users) < 2 * SHARED:
        users |= {account.key}
    ctx.memory.note(("over itself", where), users, at)
    gateway = len(users) > SHARED and ctx.sensitivity != "high"
    known = told_before(ctx, at, "over itself", where)
    made = found(
        ctx,
        activity,
        f"over itself {where}",
        severity="low" if known or gateway else "medium",
        confidence="low" if gateway else "medium",
        title="Remote desktop through a tunnel",
        succeeded=True,
        sources=(),
        targets=some(target),
        story=(
            sentence(account, " was on the desktop of ", target, ", and the connection came from that computer itself."),
            sentence("A program there passes it on from elsewhere, so that neither its source nor a firewall shows."),
        ),
        facts=(
            fact("The address of the client is that of the computer itself: ", activity),
            *((fact(f"More than {SHARED} accounts come to it so, as over a gateway that lives there"),) if gateway else ()),
            *((again(target),) if known else ()),
            against("It would be quiet for an address of another computer, and at the console"),
        ),
        steps=(Step(origin=account or target, target=target, label="remote desktop", caption="over itself", accented=True),),
    )
    yield folded(made, "over itself", where) if known or gateway else made


def many(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """One account opened desktops on many computers within half an hour, for the first time, and hardly anybody else does."""
    account, at = ctx.account(activity), activity.at
    if account is None or account.kind != "user":
        return
    reached = ctx.memory.seen(("desktops", account.key), ctx.place(activity.destination, at), at, activity.id, ROUND)
    if reached.distinct < ctx.limit(MANY) or is_routine(activity, ctx):
        return
    if not is_new("desktops", account.key, at, ctx):
        return
    yield found(
        ctx,
        activity,
        f"desktops {account.key}",
        first=reached.began,
        evidence=reached.take() or (activity.id,),
        severity="low",
        confidence="low",
        title="Remote desktop on many computers",
        succeeded=True,
        story=(
            sentence(*ctx.who(activity), f" opened a desktop on {plural(reached.distinct, 'computer')} within half an hour, ",
                     ctx.target(activity), " last."),
        ),
        facts=(
            measured(f"{plural(reached.distinct, 'computer')} reached by remote desktop", seen=reached.distinct,
                     limits=(ctx.limit(MANY),), unit="computers"),
            fact("The last of them: ", activity),
            first_time(account),
            against(
                f"It would be quiet below {plural(ctx.limit(MANY), 'computer')} within half an hour, "
                "and for whoever did so earlier"
            ),
        ),
        steps=ctx.path(activity, "remote desktop", plural(reached.distinct, "computer")),
    )  # fmt: skip


DETECTOR = Detector(
    id="remote_desktop",
    external_id=3063,
    title="Remote desktop through a tunnel",
    severity="medium",
    phase="Lateral movement",
    techniques=("T1572", "T1021.001"),
    watches=(EventLogon, EventDesktop),
    event_ids=(LOGON, RECONNECTED, BEGAN, RESUMED, LET_IN),
    sign_ins=lambda one: one.type == DESKTOP or one.event == RECONNECTED,
    needs=Needs(
        ports=("the Security log", "the logs of remote desktop"), kinds=("event-logon", "event-desktop"),
        parts=("event-logon", "event-desktop"),
    ),
    window=DAY,
    thresholds=(MANY,),
    detect=detect,
)  # fmt: skip
