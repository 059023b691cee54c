"""Somebody asked DNS for a domain that the analyst says is bad."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, MINUTE, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import DnsQuery
from app.model.entity import EntityRef
from app.model.tags import KNOWN_BAD

ASKED_ON = MINUTE
"""A server that was asked asks others within this time (RFC 1034 section 5.3.3: it gives up sooner)."""
LABELS = 128
"""A name of 255 bytes has no more labels (RFC 1035 section 2.3.4)."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The name itself, or one below it."""
    query = activity.detail
    if not isinstance(query, DnsQuery) or query.protocol != "dns" or activity.source is None:
        return
    domain = _bad(query.name.lower().rstrip("."), ctx)
    if not domain:
        return
    source, at = ctx.source(activity), activity.at
    serves = ctx.from_controller(activity) or ctx.knowledge.is_name_server(activity.source.ip)
    if serves and ctx.memory.recall(("asked", activity.source.ip, domain), bool, at, ASKED_ON):
        return  # it asks for somebody who was told already
    if activity.destination is not None:
        ctx.memory.note(("asked", activity.destination.ip, domain), True, at)
    goal = EntityRef("domain", f"domain:{domain}", domain)
    answers = ", ".join(query.answers[:3])
    yield found(
        ctx,
        activity,
        f"{ctx.place(activity.source, at)} {domain}",
        confidence="high" if not serves else "medium",
        targets=(goal,),
        succeeded=outcome_of(activity),
        story=(sentence(source, " asked for ", query.name, ", which belongs to ", goal, ended(activity)),),
        facts=(
            fact(goal, " is tagged as known to be bad"),
            fact("The question: ", activity),
            *((fact(f"It was answered with {answers[:300]}"),) if answers else ()),
            *((fact(source, " is a server that may have asked for somebody else"),) if serves else ()),
            against("It would be quiet if nobody had tagged ", goal),
        ),
        steps=ctx.path(activity, f"question for {domain}"[:60], caption_of(activity)),
    )


def _bad(name: str, ctx: Context) -> str:
    """The tagged domain that a name is, or lies below; "" for none."""
    for _ in range(LABELS):
        if ctx.tags.get(f"domain:{name}", {}).get(KNOWN_BAD):
            return name
        _, dot, name = name.partition(".")
        if not dot:
            return ""
    return ""


DETECTOR = Detector(
    id="bad_domain",
    external_id=3062,
    title="DNS query for a domain known to be bad",
    severity="medium",
    phase="Exfiltration",
    techniques=("T1071.004",),
    watches=(DnsQuery,),
    needs=Needs(ports=("53",), kinds=("dns-query",), tag=KNOWN_BAD),
    window=HOUR,
    silent=lambda ctx, kind: not any(said.get(KNOWN_BAD) for said in ctx.tags.values()),
    detect=detect,
)
