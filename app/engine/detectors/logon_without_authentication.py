"""A network logon in a server's log without any authentication on the wire to that server."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, fact, found, plural, sentence
from app.engine.knowledge.watched import PACKETS
from app.engine.readings.sessions import LOGON, NETWORK
from app.engine.readings.tellings import ENOUGH, SAME, SINGLE, is_local, single
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.events import EventLogon

WINDOW = HOUR
CARRIED = ("kerberos-ap", "ntlm", "smb-session")
"""Kinds of packets by which a network logon is asked for."""
ANONYMOUS = "S-1-5-7"


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Logons of type 3 from another computer."""
    event = activity.detail
    if not isinstance(event, EventLogon) or event.event_id != LOGON or event.number("LogonType") != NETWORK:
        return
    source = activity.source
    if source is None or source.host or is_local(source.ip) or event.text("TargetUserSid") == ANONYMOUS:
        return
    server = ctx.knowledge.computer_entity(event.computer)
    if not ctx.knowledge.station(server.key).packets or ctx.source(activity).key == server.key:
        return
    for one in single(ctx, activity, ("logon", server.key), ctx.place(source, activity.at)):
        if ctx.covered(server.key, CARRIED, one.at, one.at):
            yield told(one, ctx)


def told(activity: Activity, ctx: Context) -> Finding:
    """The words."""
    target = ctx.target(activity)
    return found(
        ctx, activity, f"{ctx.place(activity.source, activity.at)}\n{target.key}", confidence="low", succeeded=True,
        story=(
            sentence(
                "The log of ", target, " says that ", *ctx.who(activity), " signed in over the network;",
                " no authentication was on the wire.",
            ),
            sentence("The session was made on the server itself, or came by a way that is not captured."),
        ),
        facts=(
            fact("A network logon told by the log only: ", activity),
            fact(f"Packets and log both told of at least {plural(ctx.limit(ENOUGH), 'other')} there before it, more after it"),
            fact("The server's packets are whole around it: no loss, both directions"),
            against("It would be quiet if Kerberos, NTLM or an SMB session of that address were on the wire within five minutes"),
        ),
        steps=ctx.path(activity, "network logon", "not on the wire"),
    )  # fmt: skip


DETECTOR = Detector(
    id="logon_without_authentication",
    external_id=3032,
    title="Network logon without authentication on the wire",
    severity="low",
    phase="Lateral movement",
    techniques=("T1134.003", "T1550"),
    watches=(EventLogon,),
    event_ids=(LOGON,),
    needs=Needs(ports=("445", "389", "135"), kinds=("event-logon",)),
    window=WINDOW,
    thresholds=(ENOUGH, SINGLE, SAME),
    tellings=True,
    sign_ins=lambda one: one.type in (NETWORK, -1),
    silent=lambda ctx, _: not ctx.knowledge.sight.watched.has(PACKETS),
    detect=detect,
)
