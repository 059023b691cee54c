"""A NEGOEX negotiation that appears on two connections: somebody in the middle passes it on."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence, some
from app.engine.readings.relays import Leg, evidence, passed_on
from app.model.activity import Activity
from app.model.alert import Finding, Severity, Step
from app.model.details import Negoex
from app.model.entity import EntityRef


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A client draws a conversation's number for one negotiation with one server (MS-NEGOEX section 3.1.5.2)."""
    detail = activity.detail
    if not isinstance(detail, Negoex) or activity.source is None or activity.destination is None:
        return
    source, target = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    leg = Leg(source=source, target=target, carrier=detail.carrier, activity=activity)
    for first, second in passed_on(ctx, ("conversation", detail.conversation), leg):
        yield _relayed(ctx, first, second)


def _relayed(ctx: Context, first: Leg, second: Leg) -> Finding:
    """The victim's connection to the one in the middle, and that one's to the server."""
    toward, act = first.activity, second.activity
    victim, middle, server = ctx.source(toward), ctx.source(act), ctx.target(act)
    if middle.key in (server.key, victim.key):
        middle = EntityRef("address", f"address:{second.source}", second.source)
    crossed = first.family != second.family
    severity: Severity = "high" if crossed or act.result == "success" else "medium"
    return found(
        ctx,
        act,
        f"{second.source} {second.target}",
        first=min(toward.at, act.at),
        last=max(toward.until, act.until),
        evidence=evidence(first, second),
        severity=severity,
        confidence="high" if crossed else "medium",
        sources=some(middle, victim),
        succeeded=outcome_of(act),
        story=(sentence(middle, " passed a sign-in from ", victim, " on to ", server, ended(act, ", which accepted it.")),),
        facts=(
            fact("The negotiation of ", victim, " with ", middle, f" over {first.carrier}: ", toward),
            fact("goes on over ", f"{second.carrier} at ", server, ": ", act),
            fact("The number of a negotiation is drawn at random by the client, and is never used with a second server"),
            fact("The protocols differ, which no gateway does")
            if crossed
            else fact("A gateway that passes connections on looks the same"),
            against("It would be quiet if ", middle, " had begun a negotiation of its own"),
        ),
        steps=(
            Step(origin=victim, target=middle, label=f"{first.carrier} sign-in"),
            Step(origin=middle, target=server, label=f"{second.carrier} sign-in", caption=caption_of(act), accented=True),
        ),
    )


DETECTOR = Detector(
    id="negoex_relay",
    external_id=3060,
    title="Suspected NEGOEX relay",
    severity="high",
    phase="Lateral movement",
    techniques=("T1557.001", "T1187"),
    watches=(Negoex,),
    needs=Needs(ports=("445", "80", "389"), kinds=("negoex",)),
    window=HOUR,
    detect=detect,
)
