"""From activities to tickets: who issued, asked, showed; what came out of what."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from msgspec.structs import replace

from app.engine import describe
from app.engine.genealogy.coverage import Covered
from app.engine.genealogy.flags import BITS, FORWARDED, RENEW, words
from app.engine.genealogy.held import altered, held
from app.engine.genealogy.hosts import Came, hosts_of
from app.engine.genealogy.reading import Issue, Showing, guid_of, logon, options_of, read
from app.engine.genealogy.refused import is_refused, refused
from app.engine.knowledge import Knowledge
from app.model.activity import Activity
from app.model.events import EventLogon
from app.model.pac import Pac, TicketFacts
from app.model.tickets import Exchange, Genealogy, Oddity, Seen, TicketNode

AT_ONCE = 400
"""Tickets that are resolved before others may ask the knowledge again."""
Line = tuple[Activity, Issue | None, Showing | None]


class Family:
    """What is told of one ticket, in order of time."""

    __slots__ = ("issues", "showings")

    def __init__(self) -> None:
        self.issues: list[tuple[Activity, Issue]] = []
        self.showings: list[tuple[Activity, Showing]] = []


def genealogy(
    activities: Iterable[Activity],
    known: Knowledge,
    pairs: Mapping[str, str],
    alerts: Mapping[str, Collection[str]],
    began: int,
    hold: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Genealogy:
    """Tickets from activities in order of time.

    pairs: id of a log's activity to that of the packets which tell the same. alerts: id of an activity to the alerts that rest on
    it. began: first time of all that was read. hold: taken, again and again for a moment, while the knowledge is asked.
    """
    lines: list[Line] = []
    refusals: list[tuple[str, Activity]] = []
    last_of: dict[str, int] = {}
    first = last = 0
    logons: list[Activity] = []
    for activity in activities:
        if isinstance(activity.detail, EventLogon):
            logons.append(activity)
            continue
        address = activity.source.ip if activity.source is not None else ""
        first, last = first or activity.at, max(last, activity.at)
        if is_refused(activity):
            refusals.append((address, activity))
        last_of[address] = max(activity.at, last_of.get(address, 0))
        issue, showing = read(activity)
        if issue is not None or showing is not None:
            lines.append((activity, issue, showing))
    lines += _sessions(lines, logons)
    alias = _aliases(lines, pairs)
    families = _families(lines, alias)
    nodes: list[TicketNode] = []
    every = sorted(families)
    covered = Covered(known, began)
    for start in range(0, len(every), AT_ONCE):
        with hold():
            nodes += [
                _node(id, families[id], known, covered, alias, pairs, alerts, last_of) for id in every[start : start + AT_ONCE]
            ]
    nodes.sort(key=lambda one: (one.first, one.id))
    answered = [(one.address, one.at) for node in nodes for one in node.exchanges if one.deed == "issued"]
    with hold():
        found = refused(refusals, answered, known)
    return Genealogy(
        tickets=tuple(nodes), refusals=tuple(found), exchanges=len(lines), total=len(lines), first=first, last=last
    )  # fmt: skip


def _sessions(lines: Sequence[Line], logons: Iterable[Activity]) -> list[Line]:
    """Logons that a service ticket of a log opened; its GUID is written there and at the service."""
    by_guid = {issue.guid: issue for _, issue, _ in lines if issue is not None and issue.guid}
    found: list[Line] = []
    for activity in logons if by_guid else ():
        issue = by_guid.get(guid_of(activity.detail)) if isinstance(activity.detail, EventLogon) else None
        showing = logon(activity, issue.ticket, issue.service) if issue is not None else None
        if showing is not None:
            found.append((activity, None, showing))
    return found


def _aliases(lines: Sequence[Line], pairs: Mapping[str, str]) -> dict[str, str]:
    """Id that a log gives to a ticket, to the id of the same ticket in packets, where one act is told by both."""
    if not pairs:
        return {}
    told = {activity.id: (issue, showing) for activity, issue, showing in lines}
    found: dict[str, str] = {}
    for record, other in pairs.items():
        if record in told and other in told:
            for logged, wire in zip(told[record], told[other], strict=True):
                if logged is not None and wire is not None:
                    found[logged.ticket] = wire.ticket
    return found


def _families(lines: Sequence[Line], alias: Mapping[str, str]) -> dict[str, Family]:
    found: dict[str, Family] = {}
    for activity, issue, showing in lines:
        if issue is not None:
            found.setdefault(alias.get(issue.ticket, issue.ticket), Family()).issues.append((activity, issue))
        if showing is not None:
            found.setdefault(alias.get(showing.ticket, showing.ticket), Family()).showings.append((activity, showing))
    return found


def _node(
    id: str,
    family: Family,
    known: Knowledge,
    covered: Covered,
    alias: Mapping[str, str],
    pairs: Mapping[str, str],
    alerts: Mapping[str, Collection[str]],
    last_of: dict[str, int],
) -> TicketNode:
    exchanges = sorted(
        (
            *(_issued(id, one, issue, known, alerts) for one, issue in family.issues),
            *(_shown(id, one, showing, known, alias, alerts) for one, showing in family.showings),
        ),
        key=lambda one: (one.at, one.id),
    )
    # What packets tell is told first: a log says less of the same act.
    issues = sorted(family.issues, key=lambda pair: (pair[1].told == "log", pair[0].at))
    issue = issues[0][1] if issues else None
    log = next((one for _, one in issues if one.told == "log"), None)
    told_facts = _facts(family)
    nothing: tuple[TicketFacts | None, Pac | None] = (None, None)
    facts = next((one for one in told_facts if one[0].decrypted == "yes"), told_facts[0] if told_facts else nothing)
    shown = family.showings[0][1] if family.showings else None
    kind = issue.kind if issue is not None else shown.kind if shown is not None else "service"
    told = issue.told if issue is not None else shown.told if shown is not None else "packets"
    name = (issue.name if issue is not None else "") or (facts[0].client if facts[0] is not None else "") or ""
    realm = (issue.realm if issue is not None else shown.realm if shown is not None else "") or ""
    activity = issues[0][0] if issues else family.showings[0][0]
    client = known.account(name, realm or None) if name else known.account_entity(activity)
    came = [
        Came(address=one.address, at=one.at, deed=one.deed, again=one.told == "log" and one.id in pairs)
        for one in exchanges
        if one.address
    ]
    forwarded = issue is not None and issue.kind != "service" and bool(issue.options & FORWARDED) and not issue.options & RENEW
    hosts = hosts_of(came, known, name, kind, forwarded, last_of)
    seen: Seen = "issued"
    about = ""
    if issue is None:
        seen, about = covered.unseen(kind, told, exchanges[0].at)
    rest = sorted({alert for one in exchanges for alert in alerts.get(one.id, ())})
    odd: list[Oddity] = []
    if any(one.apart for one in hosts):
        odd.append("two hosts")
    if seen == "covered":
        odd.append("never issued")
    if altered(facts[0], facts[1]):
        odd.append("altered")
    if rest:
        odd.append("alert")
    ticket = facts[0] if facts[0] is not None and facts[0].decrypted == "yes" else None
    return TicketNode(
        id=id, kind=kind, told=told, client=client, name=name or (client.label if client is not None else ""), realm=realm,
        service=(issue.service if issue is not None else shown.held if shown is not None else "") or "",
        exchange=issue.exchange if issue is not None else "",
        parent=alias.get(issue.parent, issue.parent) if issue is not None else "",
        evidence=issue.evidence if issue is not None else "",
        issuer=next((one.target for one in exchanges if one.deed == "issued"), None),
        issued=issues[0][0].at if issues else None,
        etype=_first(issue.etype if issue else None, shown.etype if shown else None),
        reply_etype=_first(issue.reply_etype if issue else None, log.reply_etype if log else None),
        session_etype=_first(ticket.session_etype if ticket else None, log.session_etype if log else None),
        requested=(issue.requested if issue else ()) or (log.requested if log else ()),
        kvno=_first(issue.kvno if issue else None, shown.kvno if shown else None),
        size=_first(issue.size if issue else None, shown.size if shown else None),
        start=ticket.start or ticket.authenticated if ticket else None, end=ticket.end if ticket else None,
        renew_till=ticket.renew_till if ticket else None, asked_till=issue.till if issue else None,
        asked_renew=issue.renew_till if issue else None, flags=words(ticket.flags, BITS) if ticket else (),
        options=options_of(issue) if issue else (), notes=issue.notes if issue else (),
        opened=facts[0].decrypted if facts[0] is not None else "", held=held(facts[0], facts[1]), hosts=hosts,
        exchanges=tuple(exchanges), first=exchanges[0].at, last=exchanges[-1].at, seen=seen, about=about, odd=tuple(odd),
        alerts=tuple(rest),
    )  # fmt: skip


def _issued(id: str, activity: Activity, issue: Issue, known: Knowledge, alerts: Mapping[str, Collection[str]]) -> Exchange:
    base = _base(id, activity, known, alerts)
    return replace(
        base, deed="issued", service=issue.service, carrier=issue.exchange, etype=issue.etype, told=issue.told
    )  # fmt: skip


def _shown(
    id: str,
    activity: Activity,
    showing: Showing,
    known: Knowledge,
    alias: Mapping[str, str],
    alerts: Mapping[str, Collection[str]],
) -> Exchange:
    base = _base(id, activity, known, alerts)
    made = alias.get(showing.made, showing.made)
    return replace(
        base, deed=showing.deed, service=showing.service, carrier=showing.carrier, etype=showing.etype, made=made,
        told=showing.told,
    )  # fmt: skip


def _base(id: str, activity: Activity, known: Knowledge, alerts: Mapping[str, Collection[str]]) -> Exchange:
    source, destination = activity.source, activity.destination
    return Exchange(
        id=activity.id, at=activity.at, ticket=id, deed="shown",
        origin=known.address_entity(source.ip, activity.at) if source is not None else None,
        address=source.ip if source is not None else "",
        target=known.address_entity(destination.ip, activity.at) if destination is not None else None,
        result=activity.result, reason=describe.reason(activity), input=activity.input,
        frame=activity.frames[0] if activity.frames else activity.record,
        is_record=not activity.frames and activity.record is not None, alerted=activity.id in alerts,
    )  # fmt: skip


def _facts(family: Family) -> list[tuple[TicketFacts, Pac | None]]:
    found = [(one.facts, one.pac) for _, one in family.issues if one.facts is not None]
    return found + [(one.facts, one.pac) for _, one in family.showings if one.facts is not None]


def _first(*values: int | None) -> int | None:
    return next((one for one in values if one is not None), None)
