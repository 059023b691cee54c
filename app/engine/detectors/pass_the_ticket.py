"""One ticket used from a computer other than the one that received it, or shown a second time as it was."""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from app.engine.commanded import with_commands
from app.engine.context import Context
from app.engine.detector import DAY, HOUR, MINUTE, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.knowledge import Ticket
from app.engine.knowledge.names import account_parts, host, service_host
from app.engine.readings.kerberos import RENEW, is_computer, is_krbtgt
from app.engine.readings.novelty import is_new
from app.engine.repeated import first_time
from app.model.activity import NAMED, Activity
from app.model.alert import Fact, Finding, Link, Severity, Step
from app.model.details import KerberosAp, KerberosAs, KerberosTgs, RdpConnection
from app.model.entity import EntityRef
from app.model.events import EventLogon
from app.model.tuning import Threshold

WINDOW = 12 * HOUR
REPLAYED = 4649
"""A server refused an authenticator that it had seen (KRB_AP_ERR_REPEAT, RFC 4120 section 3.2.3)."""
REMOTE_DESKTOP = 12 * HOUR
"""Remote Credential Guard lets a server use tickets that its visitor's computer fetches, as long as the session lasts."""
BACK = Threshold(
    name="back", low=3 * MINUTE, medium=10 * MINUTE, high=30 * MINUTE, unit="us",
    words="The receiving computer is still at its old address within this time after the ticket was used elsewhere",
)  # fmt: skip
"""A laptop that changed its network does not come back to its old address within minutes."""
SHARED = Threshold(
    name="shared", low=2, medium=3, high=5, words="Computers whose tickets one address uses, from which on it is a proxy's"
)
"""A proxy, load balancer or address translation shows the tickets of many computers; a thief those of one or two."""
ANYBODY = ("anybody",)
"""Key of when any use last began to wait, whoever's computer it waits for."""
OWN_WORD = frozenset({"dns", "dns-update", "ntlm-server", "ldap-ping", "kerberos-service", "rpc-ntlm", "dhcp", "netbios"})
"""Ways to know that an address is a controller's that a stolen ticket of its account does not make true."""


class Use(Struct, frozen=True, kw_only=True):
    """A use of a ticket away from home that waits for a sign that its home is still where it was."""

    activity: Activity
    issue: Ticket


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """The place of each use of a ticket against the place of its issue."""
    source, at, kind = activity.source, activity.at, type(activity.detail)
    if kind is EventLogon:
        return replayed(activity, ctx)
    if source is None or (source.ip[:5] == NAMED and source.host):
        return ()
    if kind is RdpConnection:
        if activity.destination is not None:
            ctx.memory.note(("desktop", source.ip, activity.destination.ip), True, at)
        return ()
    back = ctx.limit(BACK)
    waits = ctx.memory.recall(ANYBODY, bool, at, back) is not None  # seldom
    waiting = ctx.memory.recall(("waiting", source.ip), Use, at, back) if waits else None
    if waiting is not None:
        ctx.memory.note(("waiting", source.ip), None, at)
        if ctx.knowledge.sure_name(source.ip, at) == ctx.knowledge.sure_name(source.ip, waiting.issue.at):
            return was_there(activity, ctx, source.ip, waiting)
    return () if kind is KerberosAs else shown(activity, ctx, source.ip)


def was_there(activity: Activity, ctx: Context, ip: str, waiting: Use) -> Iterator[Finding]:
    """A computer is where it was, whose ticket was used elsewhere just before."""
    yield from judged(waiting.activity, ctx, waiting.issue, activity)
    if not isinstance(activity.detail, KerberosAs):
        yield from shown(activity, ctx, ip)


def shown(activity: Activity, ctx: Context, ip: str) -> Iterable[Finding]:
    """A ticket is shown from an address: where it was issued to, or elsewhere."""
    detail: Any = activity.detail
    if type(detail) is KerberosTgs:
        if (detail.options or 0) & RENEW and detail.ticket_hash:
            ctx.memory.note(("renewed", detail.ticket_hash), True, activity.at)
        if activity.result == "success" and (detail.service or "")[:8].upper() == "TERMSRV/":
            ctx.memory.note(("desktop", ip, service_host(detail.service)[1].partition(".")[0]), True, activity.at)
        issue = ctx.knowledge.ticket(detail.presented_ticket_hash)
    else:
        issue = ctx.knowledge.ticket(detail.ticket_hash)
    if issue is None or not issue.ip or issue.ip == ip or ip in issue.also or activity.at < issue.at:
        return ()
    ctx.memory.note(ANYBODY, True, activity.at)
    ctx.memory.note(("waiting", issue.ip), Use(activity=activity, issue=issue), activity.at)
    return judged(activity, ctx, issue, None)


def replayed(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A server saw the same authenticator before (4649): recorded and sent again, or a packet that the network doubled.

    What the network doubles, it doubles every day and for everybody; that is told once, and then kept quiet.
    """
    event, at, account, target = activity.detail, activity.at, ctx.account(activity), ctx.target(activity)
    if not isinstance(event, EventLogon) or event.event_id != REPLAYED or account is None or account.kind != "user":
        return
    there = ctx.place(activity.destination, at)
    if not is_new(f"replay {there}", account.key, at, ctx):
        return
    yield found(
        ctx, activity, f"replay {there} {account.key}", severity="low", confidence="low", succeeded=False,
        title="Possible replay of a Kerberos ticket",
        story=(
            sentence(target, " was sent the same Kerberos request of ", account, " twice, and refused the second one."),
            sentence("Whoever records or relays a request sends the same one again; so does a network that doubles packets."),
        ),
        facts=(
            fact("The log tells a replay that was refused: ", activity),
            first_time(account, f"was told of {target.label}"),
            against("It would be quiet for computers' accounts, and where it is told of many accounts"),
        ),
        steps=(Step(origin=ctx.doer(activity), target=target, label="request sent again", caption="refused", accented=True),),
    )  # fmt: skip


def judged(activity: Activity, ctx: Context, issue: Ticket, back: Activity | None) -> Iterator[Finding]:
    """The finding of a use elsewhere, unless there is an innocent way; back: the receiving computer was still there."""
    detail, source, at = activity.detail, activity.source, activity.at
    if source is None or not is_stolen(activity, ctx, issue):
        return
    granting, home, here = is_krbtgt(issue.service), issue.ip, source.ip
    used = ctx.memory.seen(("uses", here), home, at, activity.id, DAY)
    theirs, mine = ctx.knowledge.sure_name(home, issue.at), ctx.knowledge.sure_name(here, at)
    owner, user = ctx.knowledge.address_entity(home, issue.at), ctx.knowledge.address_entity(here, at)
    named = not owner.key.startswith("address:"), not user.key.startswith("address:")
    severity: Severity = "low"
    if (theirs and mine) or (granting and back is not None and named == (True, False)):
        severity = "high"
    elif back is not None and (named[0] or granting):
        severity = "medium"
    if used.distinct >= ctx.limit(SHARED) or (isinstance(detail, KerberosAp) and detail.carrier == "http"):
        severity = "low"
    yield told(activity, ctx, issue, back, severity, (owner, user))


def is_stolen(activity: Activity, ctx: Context, issue: Ticket) -> bool:
    """False for what moves a ticket, or only its packets, to another address without a thief."""
    detail, at = activity.detail, activity.at
    home, here = issue.ip, activity.source.ip if activity.source is not None else ""
    granting = isinstance(detail, KerberosTgs)
    controller = is_computer(issue.client) and ctx.knowledge.is_controller(home) and granting
    if ctx.from_controller(activity) and not controller:
        return False  # a read-only controller hands requests on to others
    owner, user = ctx.knowledge.address_entity(home, issue.at), ctx.knowledge.address_entity(here, at)
    if controller:
        own = host(account_parts(issue.client, None)[0])
        return not any(one.method in OWN_WORD and host(one.name).partition(".")[0] == own for one in ctx.knowledge.bindings(here))
    if ctx.knowledge.is_controller(home) or owner.key == user.key or is_computer(issue.client):
        return False
    if (":" in home) != (":" in here) and not (ctx.knowledge.sure_name(home, issue.at) and ctx.knowledge.sure_name(here, at)):
        return False  # one computer speaks both versions of IP
    gateways = ctx.knowledge.gateways()
    if home in gateways or here in gateways:
        return False
    renewed = ctx.memory.recall(("renewed", issue.hash), bool, at, DAY) is not None
    if issue.exchange == "tgs" and granting and is_krbtgt(issue.service) and not renewed:
        # a forwarded ticket is used by the server that it was forwarded to, and by no other
        first = ctx.memory.recall(("forwarded", issue.hash), str, at, DAY)
        if first is None or first == here:
            ctx.memory.note(("forwarded", issue.hash), here, at)
            return False
    name = ctx.knowledge.address_entity(here, at).label.partition(".")[0].lower()
    visited = (ctx.memory.recall(("desktop", home, where), bool, at, REMOTE_DESKTOP) for where in (here, name))
    return granting or all(one is None for one in visited)


def told(
    activity: Activity, ctx: Context, issue: Ticket, back: Activity | None, severity: Severity, ends: tuple[EntityRef, EntityRef]
) -> Finding:
    """The words."""
    owner, user = ends
    holder, what = ctx.knowledge.account(issue.client, issue.realm), "ticket-granting ticket"
    if not is_krbtgt(issue.service):
        what = f"ticket for {issue.service}"
    target, ip = ctx.target(activity), activity.source.ip if activity.source is not None else ""
    sure = [ctx.knowledge.resolve(issue.ip, issue.at), ctx.knowledge.resolve(ip, activity.at)]
    return found(
        ctx, activity, f"{issue.ip}\n{ip}\n{issue.client.lower()}",
        last=max(activity.until, back.until if back is not None else 0), sources=(user,),
        accounts=(holder,) if holder is not None else (), targets=(target,),
        succeeded=outcome_of(activity), severity=severity,
        confidence="high" if severity == "high" else "medium" if severity == "medium" else "low",
        title=None if activity.result != "failure" else "Attempted identity theft (pass-the-ticket)",
        story=(
            sentence(owner, f" received a {what} of ", holder, "."),
            sentence(user, " used the same ticket at ", target, ended(activity)),
        ),
        facts=(
            fact("The ticket was used from ", user, f" at {ip}: ", activity),
            Fact(text=(*sentence("It was issued to ", owner, f" at {issue.ip}: "), Link("its issue", None, issue.proof))),
            fact(f"{issue.ip} is known {sure[0].method} (certainty {sure[0].certainty}), {ip} {sure[1].method} "
                 f"(certainty {sure[1].certainty})"),
            *((fact(owner, " was still at its address afterwards: ", back),) if back is not None else ()),
            against("It would be quiet if both addresses were known to be one computer, or for a ticket that was forwarded"),
        ),
        steps=(
            *((Step(origin=holder, target=owner, label="ticket received on"),)
              if holder is not None and holder.key != owner.key else ()),
            Step(origin=owner, target=user, label="ticket taken to"),
            Step(origin=user, target=target, label="ticket used", caption=caption_of(activity), accented=True),
        ),
    )  # fmt: skip


DETECTOR = Detector(
    id="pass_the_ticket",
    external_id=2018,
    title="Suspected identity theft (pass-the-ticket)",
    severity="high",
    phase="Lateral movement",
    techniques=("T1550.003",),
    watches=(KerberosAs, KerberosTgs, KerberosAp, RdpConnection, EventLogon),
    event_ids=(REPLAYED,),
    needs=Needs(ports=("88", "445", "389"), kinds=("kerberos-tgs", "kerberos-ap", "event-logon"), parts=("event-logon",)),
    window=WINDOW,
    thresholds=(BACK, SHARED),
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "puts a ticket into a session")
