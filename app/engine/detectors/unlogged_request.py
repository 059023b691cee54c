"""Tickets that the controller gave on the wire and its log does not know, and the other way round."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, fact, found, plural, sentence
from app.engine.knowledge.watched import LOG, PACKETS
from app.engine.readings.tellings import ENOUGH, SAME, SINGLE, is_local, single
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import KerberosAs, KerberosTgs
from app.model.events import EventKerberos
from app.model.tuning import Threshold

WINDOW = HOUR
SIGN_IN, SERVICE, RENEWAL = 4768, 4769, 4770
REPEATED = Threshold(
    name="repeated",
    low=5,
    medium=3,
    high=2,
    words="Exchanges of one client missing in the log, from which on the alert is medium",
)
MISSING = "Ticket without its record in the controller's log"
UNASKED = "Record of a ticket that nobody was seen to ask for"


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Only what was answered with a ticket: refusals are not logged everywhere, and a full answer over UDP is asked again."""
    detail = activity.detail
    if activity.result != "success" or activity.source is None or ctx.from_controller(activity):
        return
    client = ctx.place(activity.source, activity.at)
    if isinstance(detail, EventKerberos):
        if is_local(activity.source.ip) or activity.source.host:
            return
        kind = "as" if detail.event_id == SIGN_IN else "tgs"
        controller = ctx.knowledge.computer_entity(detail.computer).key
        if not ctx.knowledge.station(controller).packets:
            return
        for one in single(ctx, activity, ("record", kind, controller), client):
            wire = ("kerberos-as",) if kind == "as" else ("kerberos-tgs",)
            if ctx.covered(controller, wire, one.at, one.at):
                yield told(one, ctx, client, False)
    elif isinstance(detail, (KerberosAs, KerberosTgs)):
        kind = "as" if isinstance(detail, KerberosAs) else "tgs"
        controller = ctx.target(activity).key
        events = (SIGN_IN,) if kind == "as" else (SERVICE, RENEWAL)
        if not ctx.knowledge.station(controller).log:
            return
        for one in single(ctx, activity, ("wire", kind, controller), client):
            if ctx.logged(controller, events, one.at, one.at):
                yield told(one, ctx, ctx.place(one.source, one.at), True)


def told(activity: Activity, ctx: Context, client: str, on_wire: bool) -> Finding:
    """The words. on_wire: packets tell it and the log does not."""
    target = ctx.target(activity)
    trail = ctx.memory.seen(("missing", target.key, client, on_wire), activity.id, activity.at, activity.id, WINDOW)
    severity: Severity = "medium" if on_wire and trail.count >= ctx.limit(REPEATED) else "low"
    what = getattr(activity.detail, "service", None) or "a ticket"
    if isinstance(activity.detail, EventKerberos):
        what = activity.detail.text("ServiceName") or "a ticket"
    story = (
        sentence(target, " gave ", *ctx.who(activity), f" a ticket for {what}, and its log has no record of it.")
        if on_wire
        else sentence("The log of ", target, " says that ", *ctx.who(activity), f" got a ticket for {what}; nobody asked for it.")
    )
    return found(
        ctx, activity, f"{client}\n{target.key}\n{on_wire}",
        title=MISSING if on_wire else UNASKED, severity=severity, confidence="medium" if severity == "medium" else "low",
        succeeded=True,
        story=(
            story,
            sentence("Records were taken out of the log, or were never written.") if on_wire
            else sentence("It came by a way that is not captured, or was asked for on the controller itself."),
        ),
        facts=(
            fact("Told by packets only: " if on_wire else "Told by the log only: ", activity),
            fact(f"Packets and log both told of at least {plural(ctx.limit(ENOUGH), 'other')} before it, and of more after it"),
            fact("Both are whole around it: no loss, no gap, both directions, no clearing of the log"),
            against("It would be quiet if the other one told of it within five minutes"),
        ),
        steps=ctx.path(activity, f"ticket for {what}", "not in the log" if on_wire else "not on the wire"),
    )  # fmt: skip


DETECTOR = Detector(
    id="unlogged_request",
    external_id=3031,
    title="Ticket told by packets or by the log alone",
    severity="low",
    phase="Domain dominance",
    techniques=("T1562.002", "T1070.001"),
    watches=(EventKerberos, KerberosAs, KerberosTgs),
    event_ids=(SIGN_IN, SERVICE, RENEWAL),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs", "kerberos-as", "event-kerberos"), answers=True),
    window=WINDOW,
    thresholds=(ENOUGH, SINGLE, SAME, REPEATED),
    tellings=True,
    silent=lambda ctx, kind: not ctx.knowledge.sight.watched.has(PACKETS if kind is EventKerberos else LOG),
    detect=detect,
)
