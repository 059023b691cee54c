"""Sessions of PowerShell and shells of WinRM, as the log of WinRM tells them at their two ends.

A computer's log of processes tells the same when the shell's host starts: that takes what stands here as more evidence.
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import SECOND, against, fact, found, sentence
from app.engine.elsewhere.cases import SAME, joined, spread
from app.engine.knowledge.names import short
from app.engine.readings.novelty import is_new
from app.engine.readings.processes import REMOTE_SHELL, SHELL_HOST
from app.engine.readings.sessions import is_elsewhere
from app.engine.repeated import first_time
from app.model.activity import Activity, Endpoint, named
from app.model.alert import Finding
from app.model.events import EventRemoting

OPENED, SHELL_MADE = 6, 91
POWERSHELL, COMMANDS = "a session of PowerShell", "a shell of WinRM"
HOSTS_OF = {SHELL_HOST: POWERSHELL, REMOTE_SHELL: COMMANDS}
"""What the hosts of shells are started for."""
_KINDS = (
    (
        re.compile(r"/powershell/(?:microsoft\.powershell(?:32|\.workflow)?|powershell\.\d[\w.-]{0,40})/?(?:\s|$)", re.I),
        POWERSHELL,
    ),
    (re.compile(r"/windows/shell(?:/cmd)?/?(?:\s|$)", re.I), COMMANDS),
)
"""Shells in which anything can be run (MS-WSMV section 2.2.3.2, MS-PSRP section 3.1.5.3.1); others are made for a purpose, such
as Exchange's and those that allow a few commands only."""
VISIT = 30 * SECOND
"""Who signed in over the network this long before a shell was asked for, in the same name, probably asked from there."""


def remoting(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """What either end tells of a session, for an hour of somebody's first time within a month."""
    event = activity.detail
    if not isinstance(event, EventRemoting) or activity.destination is None:
        return
    if event.event_id == OPENED:
        kind = POWERSHELL if "psversion=" in (event.text("connection", "Connection") or "").lower() else ""
        activity = replace(activity, destination=in_full(activity, ctx))
        if not kind or is_itself(activity) or not is_elsewhere(activity, ctx):
            return
    else:
        kind = shell_of(event)
        activity = from_visit(activity, ctx)
        if not kind or (activity.source is not None and not is_elsewhere(activity, ctx)):
            return
        ctx.memory.note(("asked", kind, ctx.place(activity.destination, activity.at)), activity, activity.at)
    account = ctx.account(activity)
    if account is None or account.kind not in ("user", "service") or not is_new("shell", account.key, activity.at, ctx):
        return
    yield told(activity, kind, ctx)


def in_full(activity: Activity, ctx: Context) -> Endpoint | None:
    """The computer that somebody named in short, as its own log names it."""
    key = ctx.target(activity).key
    named_only = activity.destination is not None and activity.destination.host
    return named(key.partition(":")[2]) if named_only and key.startswith("computer:") else activity.destination


def is_itself(activity: Activity) -> bool:
    """True when both ends have one name, be it in short."""
    source, target = activity.source, activity.destination
    return source is not None and target is not None and bool(source.host) and short(source.host) == short(target.host)


def shell_of(event: EventRemoting) -> str:
    """What was asked for, where anything can be run in it; empty for other shells."""
    uri = (event.text("resourceUri", "ResourceUri") or "")[:1024]
    return next((kind for pattern, kind in _KINDS if pattern.search(uri)), "")


def from_visit(activity: Activity, ctx: Context) -> Activity:
    """The request with the source of whoever signed in over the network just before in the same name."""
    end: Endpoint | None = activity.destination
    if activity.source is not None or activity.account is None or end is None:
        return activity
    visitor = ctx.memory.recall(("visitor", end.ip), Activity, activity.at, VISIT)
    if visitor is None or visitor.account is None or visitor.account.sid != activity.account.sid:
        return activity
    return replace(activity, source=visitor.source, account=visitor.account)


def request_of(program: str, where: str, at: int, ctx: Context) -> Activity | None:
    """The request for the shell whose host a program is, if WinRM's log told one within seconds before."""
    kind = HOSTS_OF.get(program)
    return None if kind is None else ctx.memory.recall(("asked", kind, where), Activity, at, SAME)


def told(activity: Activity, kind: str, ctx: Context) -> Finding:
    """The words, in the case of these two computers."""
    account, target, controller = ctx.account(activity), ctx.target(activity), ctx.to_controller(activity)
    place, where = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    subject = joined(f"{place or (account.key if account is not None else '')} {where}", where, activity, ctx)
    if activity.source is not None:
        subject, _, _ = spread(subject, kind, kind, False, activity, ctx)
    return found(
        ctx,
        activity,
        subject,
        severity="low",
        confidence="low",
        succeeded=True,
        story=(
            sentence(
                *(ctx.who(activity) if activity.source is not None else (account,)), f" opened {kind} on ", target,
                "; what was run in it is not told.",
            ),
        ),
        facts=(
            fact(f"{describe.what(activity).rstrip(': ')}: ", activity),
            *((fact(target, " is a domain controller: whoever runs code there owns the domain"),) if controller else ()),
            *((first_time(account, "opened such a session"),) if account is not None else ()),
            against("It would be quiet for whoever did so earlier, where five others do so, and for shells made for one purpose"),
        ),
        steps=ctx.path(activity, "WinRM session", "success"),
    )  # fmt: skip
