"""An NTLM authentication that comes from somebody else than the one who signs in: a relay.

Long because a relay shows in many places, each with words of its own.
"""

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import Any

from app.engine.changes import actor_of, by_controller, changes_of, common_name, is_administrator
from app.engine.context import NOBODY, Context
from app.engine.detector import (
    DAY,
    HOUR,
    Detector,
    Needs,
    against,
    caption_of,
    ended,
    fact,
    found,
    listed,
    outcome_of,
    sentence,
    some,
)
from app.engine.knowledge.addresses import CLAIMS
from app.engine.knowledge.names import host, is_address
from app.engine.readings.relays import Leg, passed_on
from app.engine.readings.relays import evidence as evidence_of
from app.engine.readings.sessions import LOGON, LOGON_REFUSED, NETWORK, by_system, sessioned
from app.model.activity import NAMED, Activity
from app.model.alert import Finding, Severity, Step
from app.model.details import DnsUpdate, LdapAdd, Ntlm
from app.model.entity import EntityRef
from app.model.events import EventDirectoryChange, EventDns, EventLdap, EventLogon

WINDOW = HOUR
OBJECT_MADE = 5137
UNSIGNED, UNBOUND = 2889, frozenset({3039, 3074, 3075})
"""LDAP binds as a relay must make them: neither signed nor bound to the TLS connection, for it has no key of the session."""
SIMPLE = 1
"""Binding type of 2889: a password in the clear, which nobody passes on."""
RECORD_MADE, RECORD_UPDATED, SETTING = 515, 519, 541
"""Of the audit log of a DNS server: a record made by a console or its like, by a dynamic update; a setting changed."""
RISKY = ("ldap", "http")
"""Carriers at which a computer's own account can change the directory, or fetch a certificate in its name."""
AUTHORITY, EXCHANGE = "Certificate authority", "Exchange server"
LOCAL = (NAMED, "127.", "169.254.", "0.0.0.0", "fe80:", "::")
BAITS = frozenset({"*", "wpad", "isatap"})
"""Names that browsers and Windows look up by themselves, and the record that answers for every name (RFC 4592; the DNS server's
own block list holds the other two)."""
BLOCKED = frozenset({"enableglobalqueryblocklist", "globalqueryblocklist"})
"""Settings of a DNS server that keep it from answering for wpad and isatap, whatever records it has (MS-DNSP section 3.1.1.1)."""
MARSHALLED = "1uwhrcaaaaa"
"""Beginning of what CredMarshalTargetInfo appends to a host's name: the ticket is for the name before it."""
ZONES = ",cn=microsoftdns,"
WRONG = frozenset({49, 401, 0xC000006A, 0xC000006D, 0xC0000064, 0xC0000234})
"""Refused for the password or the name: somebody guesses. What is passed on is genuine, and refused for other reasons."""


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """A challenge on two connections; an authentication that names its sender as the server; an account from elsewhere."""
    detail: Any = activity.detail
    kind = type(detail)
    if kind is DnsUpdate or kind is LdapAdd or kind is EventDirectoryChange:
        return baited(activity, ctx)
    if kind is EventDns:
        return unblocked(activity, detail, ctx) if detail.event_id == SETTING else baited(activity, ctx)
    if activity.source is None or activity.destination is None:
        return ()
    if kind is EventLogon:
        who = activity.account
        if who is None or (not who.name.endswith("$") and not ctx.to_controller(activity)):
            return ()
        if detail.number("LogonType") != NETWORK or not is_ntlm(detail):
            return ()
    if kind is EventLdap:
        return unbound(activity, detail, ctx)
    return relays(activity, ctx)


def unbound(activity: Activity, event: EventLdap, ctx: Context) -> Iterable[Finding]:
    """A computer's account in a bind without signature or channel binding, which a controller logs."""
    who, source = activity.account, ctx.place(activity.source, activity.at)
    if who is None or not who.name.endswith("$") or is_local(source) or source == ctx.place(activity.destination, activity.at):
        return ()
    if event.event_id == UNSIGNED and event.number("BindingType") == SIMPLE:
        return ()
    return elsewhere(activity, ctx, ctx.account(activity), "ldap")


def relays(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """An authentication by NTLM between two computers."""
    detail = activity.detail
    if activity.source is None or activity.destination is None:
        return
    source, target = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    if source == target or is_local(source):
        return
    if isinstance(detail, Ntlm):
        if detail.server_challenge is not None:
            leg = Leg(source=source, target=target, carrier=detail.carrier, activity=activity)
            for first, second in passed_on(ctx, ("challenge", detail.server_challenge), leg):
                yield relayed(ctx, first, second, detail.server_challenge)
        if detail.anonymous or not detail.user:
            return
        if detail.spn and meant_for_sender(activity, ctx, detail.spn):
            yield misdirected(activity, ctx, detail, detail.spn)
            return
        name, workstation, carrier = detail.user, detail.workstation, detail.carrier
    elif isinstance(detail, EventLogon) and activity.account is not None:
        name, workstation, carrier = activity.account.name, detail.text("WorkstationName"), ""
    else:
        return
    if name.endswith("$"):
        yield from elsewhere(activity, ctx, ctx.account(activity), carrier)
    elif workstation and ctx.to_controller(activity) and host(workstation):
        yield from borrowed(activity, ctx, ctx.knowledge.computer_entity(host(workstation)))


def is_ntlm(event: EventLogon) -> bool:
    """True when the logon was made with NTLM, whatever negotiated it."""
    return "ntlm" in f"{event.text('AuthenticationPackageName')} {event.text('LmPackageName')}".lower()


def is_local(address: str) -> bool:
    """True for what says nothing of who is behind it elsewhere: a bare name, loopback and link-local addresses."""
    return address.startswith(LOCAL) or not address


def relayed(ctx: Context, first: Leg, second: Leg, challenge: str) -> Finding:
    """A server draws eight random bytes (MS-NLMP section 2.2.1.2): who receives them and gives them to another passes them on.

    first: the victim's connection to the one in the middle; second: that one's to the server.
    """
    toward, act = first.activity, second.activity
    victim, middle, server = ctx.source(toward), ctx.source(act), ctx.target(act)
    if middle.key in (server.key, victim.key):  # it is called like the one whose words it passes on
        middle = EntityRef("address", f"address:{second.source}", second.source)
    account = ctx.account(act) or ctx.account(toward)
    crossed = first.family != second.family
    severity: Severity = "high" if crossed else "medium"
    return found(
        ctx,
        act,
        f"{second.source} {second.target}",
        first=min(toward.at, act.at),
        last=max(toward.until, act.until),
        evidence=evidence_of(first, second),
        severity=severity,
        confidence="high" if crossed else "medium",
        sources=some(middle, victim),
        accounts=some(account),
        succeeded=outcome_of(act),
        story=(
            sentence(middle, " passed the authentication of ", account, " on ", victim, " on to ", server,
                     ended(act, ", which accepted it.")),
        ),
        facts=(
            fact(f"The server's challenge {challenge} was given to ", victim, f" over {first.carrier}, ", toward),
            fact("and answered to ", server, f" over {second.carrier} by ", middle, ": ", act),
            fact("The protocols differ, which no gateway does")
            if crossed
            else fact("A load balancer that passes connections on looks the same"),
            against("It would be quiet if ", middle, " had sent a challenge of its own"),
        ),
        steps=(
            Step(origin=victim, target=middle, label=f"{first.carrier} sign-in"),
            Step(origin=middle, target=server, label=f"{second.carrier} sign-in", caption=caption_of(act), accented=True),
        ),
    )  # fmt: skip


def meant_for_sender(activity: Activity, ctx: Context, spn: str) -> bool:
    """True when the client says that it signs in to a server which is the one that sends this (MsvAvTargetName, 2.2.2.1)."""
    named = spn.partition("/")[2].partition("/")[0].strip("[]")
    if not is_address(named):
        named = named.partition(":")[0]
    source = activity.source
    if source is None or not named:
        return False
    if is_address(named):
        return named == source.ip
    plain = host(named)
    if not plain:
        return False
    meant = ctx.knowledge.computer_entity(plain)
    return meant.key == ctx.source(activity).key and source.ip in own_addresses(ctx, meant, activity.at)


def misdirected(activity: Activity, ctx: Context, detail: Ntlm, spn: str) -> Finding:
    """The client wanted to sign in to the one that now signs in with it elsewhere."""
    source, target, account = ctx.source(activity), ctx.target(activity), ctx.account(activity)
    return found(
        ctx,
        activity,
        f"{ctx.place(activity.source, activity.at)} {ctx.place(activity.destination, activity.at)}",
        severity="high" if detail.carrier.startswith(RISKY) else "medium",
        succeeded=outcome_of(activity),
        story=(
            sentence(source, " signed in to ", target, " with an authentication of ", account, " that was meant for itself",
                     ended(activity)),
        ),
        facts=(
            fact(f"The client's answer names {spn} as the server it signs in to, which is ", source, ": ", activity),
            fact("It was sent to ", target, f" over {detail.carrier}"),
            against("It would be quiet if the answer named ", target),
        ),
        steps=ctx.path(activity, f"{detail.carrier} sign-in", caption_of(activity)),
    )  # fmt: skip


def own_addresses(ctx: Context, computer: EntityRef, at: int) -> set[str]:
    """Addresses that a computer had within a day by the word of others, or of its own proven sign-in."""
    return {
        one.address
        for one in ctx.knowledge.bindings(computer.key)
        if one.method not in CLAIMS and one.certainty != "low" and one.first - DAY <= at <= one.last + DAY
    }


def is_foreign(ctx: Context, address: str, computer: EntityRef, at: int) -> list[str]:
    """The computer's own addresses of the same family, when this one is not among them; empty when it is, or none is known."""
    own = own_addresses(ctx, computer, at)
    family = sorted(one for one in own if (":" in one) == (":" in address))
    return [] if address in own or not family else family


def elsewhere(activity: Activity, ctx: Context, account: EntityRef | None, carrier: str) -> Iterator[Finding]:
    """A computer's own account, whose password only the computer knows, from an address that is not the computer's."""
    if account is None or activity.source is None or account.kind not in ("computer", "controller"):
        return
    source, target = ctx.source(activity), ctx.target(activity)
    own = is_foreign(ctx, activity.source.ip, account, activity.at)
    guessed = activity.result == "failure" and (activity.code or 0) & 0xFFFFFFFF in WRONG
    if source.key == account.key or not own or guessed:
        return
    serves = ctx.knowledge.serves(account.key.partition(":")[2])
    there = ctx.knowledge.serves(target.key.partition(":")[2])
    exchange = EXCHANGE in serves or ctx.tags.get(account.key, {}).get(EXCHANGE, False)
    powerful = account.kind == "controller" or exchange
    risky = carrier.startswith(RISKY) or AUTHORITY in there
    if account.kind == "controller" and ctx.from_controller(activity):
        return
    severity: Severity = "high" if account.kind == "controller" and risky else "medium" if powerful or risky else "low"
    kind = "a domain controller" if account.kind == "controller" else "an Exchange server" if exchange else "a computer"
    yield found(
        ctx,
        activity,
        f"{ctx.place(activity.source, activity.at)} {ctx.place(activity.destination, activity.at)}",
        severity=severity,
        confidence="medium",
        title=None if activity.result != "failure" else "Attempted NTLM relay",
        succeeded=outcome_of(activity),
        story=(
            sentence(source, " signed in to ", target, " with the account of ", account, ", which is another computer",
                     ended(activity)),
        ),
        facts=(
            fact(account, f" is {kind}, known at {listed(own)}"),
            fact("Who makes ", account, " sign in to him can pass that on, for NTLM carries no address: ", activity),
            *((fact(target, " is a certificate authority, where a computer's account can fetch a certificate"),)
              if AUTHORITY in there else ()),
            *((fact(f"Over {carrier} it can do more than open files"),) if carrier.startswith(RISKY) else ()),
            against("It would be quiet from an address that anybody had called ", account, " within a day"),
        ),
        steps=ctx.path(activity, f"{carrier or 'network'} sign-in", caption_of(activity)),
    )  # fmt: skip


def borrowed(activity: Activity, ctx: Context, computer: EntityRef) -> Iterator[Finding]:
    """A person's sign-in at a controller that calls its computer by the name of one which is elsewhere, and there for sure."""
    source = ctx.source(activity)
    if activity.source is None or source.key == computer.key or source.kind == "address" or ctx.from_controller(activity):
        return
    resolved = ctx.knowledge.resolve(activity.source.ip, activity.at)
    own = is_foreign(ctx, activity.source.ip, computer, activity.at)
    if not own or resolved.certainty != "high" or source is NOBODY:
        return
    account, target = ctx.account(activity), ctx.target(activity)
    yield found(
        ctx,
        activity,
        f"{ctx.place(activity.source, activity.at)} {ctx.place(activity.destination, activity.at)}",
        severity="low",
        confidence="low",
        succeeded=outcome_of(activity),
        story=(
            sentence(source, " signed in to ", target, " as ", account, " and called itself ", computer, ", which is elsewhere",
                     ended(activity)),
        ),
        facts=(
            fact("The NTLM client named its computer ", computer, f", which is known at {listed(own)}: ", activity),
            fact("A relay passes its victim's name on; remote desktops and some programs name another computer too"),
            against("It would be quiet if the name were that of ", source),
        ),
        steps=ctx.path(activity, "sign-in", caption_of(activity)),
    )  # fmt: skip


def baited(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A record put into DNS under a name that computers look up by themselves, or that hides whom a ticket is for."""
    detail = activity.detail
    if isinstance(detail, DnsUpdate):
        zone = detail.zone
        names = [one.split(" ")[1] for one in detail.changes[:64] if one.startswith("add ") and one.count(" ") > 1]
    elif isinstance(detail, EventDns):
        names, zone = [(detail.text("NAME", "Name") or "")[:512].rstrip(".")], (detail.text("Zone") or "")[:512].rstrip(".")
    else:
        made = [one for one in changes_of(activity, ctx, "") if one.deed == "create" and ZONES in one.dn.lower()]
        names, zone = [common_name(one.dn) for one in made], ""
    for name in names:
        inside = name.lower().removesuffix(f".{zone.lower()}") if zone else name.lower()
        label = inside if inside.startswith("*") else inside.partition(".")[0]  # *.apps answers for what is below apps alone
        marshalled = MARSHALLED in name.lower()
        if not marshalled and label not in BAITS:
            continue
        if by_controller(activity, ctx) or by_system(activity):
            return
        account = actor_of(activity, ctx)
        known = is_administrator(account, ctx, activity.at)
        why = "The name hides whom a Kerberos ticket is asked for, as tools that relay Kerberos write it"
        if not marshalled:
            why = "It answers for every name that is not there" if label == "*" else "Programs look this name up by themselves"
        refused = activity.result == "failure"
        activity, evidence = sessioned(activity, ctx)
        place = ctx.place(activity.source, activity.at) or (account.key if account is not None else "")
        yield found(
            ctx, activity, f"bait {place} {label}", evidence=evidence, accounts=some(account), succeeded=outcome_of(activity),
            severity="high" if marshalled and not refused else "low" if known and not marshalled else "medium",
            confidence="high" if marshalled else "medium", sources=some(ctx.source(activity)),
            title=f"{'Attempted: a' if refused else 'A'} record that draws sign-ins was put into DNS",
            story=(
                sentence(*(ctx.who(activity) if activity.source is not None else (account,)),
                         f" put the name {name[:100]} into DNS", ended(activity)),
                sentence("Whoever looks it up is led there, and may sign in to a computer of the attacker's."),
            ),
            facts=(
                fact("The record: ", activity),
                fact(why),
                *((fact(f"It leads to {leads_to(detail)}"),) if isinstance(detail, EventDns) and leads_to(detail) else ()),
                against("It would be quiet for the names of computers, and for records that a DNS server writes itself"),
            ),
            steps=ctx.path(activity, f"name {name[:40]}", caption_of(activity)),
        )  # fmt: skip
        return


def leads_to(event: EventDns) -> str:
    """The address that an audited record names: its data as "0x" and the bytes of an address; empty for others."""
    data = (event.text("RDATA", "RData") or "")[:40]
    size = {1: 10, 28: 34}.get(event.number("Type") or 0)
    if size != len(data) or data[:2].lower() != "0x":
        return ""
    try:
        return str(ip_address(bytes.fromhex(data[2:])))
    except ValueError:
        return ""


def unblocked(activity: Activity, event: EventDns, ctx: Context) -> Iterator[Finding]:
    """A DNS server was told to answer for wpad and isatap, which it refuses to do by itself."""
    setting, value = (event.text("Setting") or "").lower(), (event.text("NewValue") or "").lower()
    if setting not in BLOCKED or by_system(activity):
        return
    if value not in ("", "0", "0x0") if setting.startswith("enable") else {"wpad", "isatap"} <= set(re.split(r"[\s,;]+", value)):
        return
    account, server = ctx.account(activity), ctx.target(activity)
    yield found(
        ctx, activity, f"unblocked {ctx.place(activity.destination, activity.at)}", severity="low", confidence="medium",
        sources=(), targets=some(server), succeeded=outcome_of(activity),
        title="A DNS server answers for names that draw sign-ins",
        story=(
            sentence(account, " took names off the block list of the DNS server ", server, ", or switched it off."),
            sentence("Whoever then puts wpad or isatap into DNS is asked by every browser and sent sign-ins."),
        ),
        facts=(
            fact("The setting: ", activity),
            against("It would be quiet for a list that still holds wpad and isatap"),
        ),
        steps=() if account is None else (
            Step(origin=account, target=server, label="block list", caption=setting[:40], accented=True),
        ),
    )  # fmt: skip


DETECTOR = Detector(
    id="ntlm_relay",
    external_id=2037,
    title="Suspected NTLM relay",
    severity="medium",
    phase="Lateral movement",
    techniques=("T1557.001",),
    watches=(Ntlm, EventLogon, EventLdap, DnsUpdate, LdapAdd, EventDirectoryChange, EventDns),
    needs=Needs(
        ports=("445", "389", "80", "135", "53"),
        kinds=("ntlm", "event-logon", "event-ldap", "dns-update", "ldap-add", "event-directory-change", "event-dns"),
        parts=("event-logon", "event-ldap", "dns-update", "ldap-add", "event-directory-change", "event-dns"),
        hidden_by=("ldap inside tls",),
    ),
    window=WINDOW,
    event_ids=(LOGON, LOGON_REFUSED, OBJECT_MADE, RECORD_MADE, RECORD_UPDATED, SETTING, UNSIGNED, *UNBOUND),
    attacked_accounts=True,
    sign_ins=lambda one: one.type in (NETWORK, -1) and not one.kerberos,
    detect=detect,
)
