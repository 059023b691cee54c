"""A computer account that was just made, and acts for somebody else at another computer; anybody who does so at a controller."""

from collections.abc import Iterator

from msgspec import Struct

from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.forms import DELEGATES
from app.engine.knowledge.names import account_parts, service_host, short
from app.engine.readings.kerberos import SERVICE_TICKET
from app.engine.readings.novelty import is_new
from app.model.activity import Activity
from app.model.addresses import is_loopback
from app.model.alert import Finding, Step
from app.model.details import KerberosTgs, LdapAdd, RpcCall
from app.model.events import EventAccount, EventKerberos, EventLogon
from app.model.identifiers import SAMR
from app.model.tuning import Threshold

WINDOW = DAY
LOGON, NETWORK = 4624, 3
CREATED, CREATE_USER = 4741, 50
"""Event "a computer account was created"; SamrCreateUser2InDomain (MS-SAMR section 3.1.5.4.4)."""
WORKSTATION = 0x80
"""USER_WORKSTATION_TRUST_ACCOUNT (MS-SAMR section 2.2.1.12)."""
NEW = Threshold(
    name="new", low=2 * HOUR, medium=DAY, high=3 * DAY, unit="us",
    words="Age of a computer account up to which its delegation is reported",
)  # fmt: skip
SOON = 2 * HOUR
"""A person or an installation takes longer from a new computer to a service that acts for others."""


class Made(Struct, frozen=True, kw_only=True):
    """A computer account was created. by: key of who did it, empty when nobody is named."""

    at: int
    by: str
    proof: str


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Remembers new computers, and reports when one of them delegates."""
    detail, at = activity.detail, activity.at
    if isinstance(detail, EventLogon):
        yield from relayed(activity, ctx, detail)
        return
    if isinstance(detail, (EventAccount, RpcCall, LdapAdd)):
        name = made(activity)
        if name:
            who = ctx.account(activity)
            ctx.memory.note(("made", name), Made(at=at, by=who.key if who is not None else "", proof=activity.id), at)
        return
    service, target, user = acting(activity, ctx)
    name = short(service_host(service)[1]) if "/" in service else account_parts(service, None)[0].removesuffix("$")
    one = ctx.memory.recall(("made", name), Made, at, ctx.limit(NEW)) if name else None
    there = short(service_host(target)[1]) or account_parts(target, None)[0].removesuffix("$")
    if one is None and name and name != there:
        yield from at_controller(activity, ctx, name, there, user)
    if one is None or name == there:
        return  # a computer that acts for others towards itself does so for its own scheduled tasks
    realm = activity.account.domain if activity.account is not None else None
    victim = ctx.knowledge.account(user, realm) if user else None
    success, computer = activity.result == "success", ctx.knowledge.account(f"{name}$", realm)
    high = success and (at - one.at <= SOON or ctx.is_sensitive(victim, at))
    maker = one.by.partition(":")[2]
    yield found(
        ctx, activity, name,
        evidence=(one.proof, activity.id), succeeded=outcome_of(activity), severity="high" if high else "medium",
        accounts=tuple(ref for ref in (computer, victim) if ref is not None),
        confidence="high" if high else "medium",
        title=None if activity.result != "failure" else "Attempted Kerberos delegation by a newly created computer",
        story=(
            sentence("The account of computer ", computer, f" was created{f' by {maker}' if maker else ''}."),
            sentence(
                "It then asked for a ticket for ", target, *((" in the name of ", victim) if victim is not None else ()),
                ended(activity),
            ),
        ),
        facts=(
            fact(f"The account was {max(0, at - one.at) / HOUR:,.1f} hours old when it delegated (S4U2proxy): ", activity),
            fact("Any user may create computer accounts by default, and a computer that lets one act for others is taken over"),
            against(f"It would be quiet for an account older than {ctx.limit(NEW) / HOUR:,.0f} hours, or towards itself"),
        ),
        steps=(
            Step(origin=ctx.doer(activity), target=ctx.target(activity), label=f"delegation to {target}",
                 caption=caption_of(activity), accented=True),
        ),
    )  # fmt: skip


def at_controller(activity: Activity, ctx: Context, name: str, there: str, user: str) -> Iterator[Finding]:
    """A service that acts for others at a domain controller, which hardly any service may: who does is as good as the domain."""
    realm = activity.account.domain if activity.account is not None else None
    target, acts = ctx.knowledge.computer_entity(there), ctx.knowledge.account(name, realm)
    if activity.result != "success" or target.kind != "controller" or ctx.knowledge.computer_entity(name).kind == "controller":
        return
    victim = ctx.knowledge.account(user, realm) if user else None
    if ctx.is_sensitive(victim, activity.at):
        return  # whoever acts for an administrator is told of as a suspicious request
    if not is_new("at controllers", name, activity.at, ctx):
        return
    yield found(
        ctx, activity, f"{name} {target.key}",
        severity="low", confidence="low", succeeded=True, accounts=tuple(ref for ref in (acts, victim) if ref is not None),
        title="A service acts for others at a domain controller",
        story=(
            sentence(
                acts or name, " asked for a ticket for ", target, *((" in the name of ", victim) if victim is not None else ()),
                ended(activity),
            ),
            sentence("Whoever may act for others at a controller may do what an administrator of the domain may."),
        ),
        facts=(
            fact("The request delegates (S4U2proxy): ", activity),
            fact(f"{name} was not seen to do so within a month, and hardly any other does"),
            against("It would be quiet for delegation to another computer, and where five other services do so at controllers"),
        ),
        steps=(
            Step(origin=ctx.doer(activity), target=target, label="delegation to a controller", caption=caption_of(activity),
                 accented=True),
        ),
    )  # fmt: skip


def relayed(activity: Activity, ctx: Context, event: EventLogon) -> Iterator[Finding]:
    """The built-in administrator signs in over the network from the computer itself: the end of a relay to oneself."""
    sid = event.text("TargetUserSid") or ""
    if sid[-4:] != "-500" or sid[:9] != "S-1-5-21-":
        return
    if event.event_id != LOGON or event.number("LogonType") != NETWORK or not event.number("IpPort"):
        return
    if (event.text("AuthenticationPackageName") or "").lower() != "kerberos":
        return
    here = ctx.knowledge.computer_entity(event.computer)
    if not is_loopback(event.text("IpAddress")) or here.kind == "controller":
        return
    who = ctx.account(activity)
    yield found(
        ctx, activity, here.key,
        severity="medium", confidence="low", succeeded=True, sources=(here,), targets=(here,),
        title="Suspected Kerberos relay of a computer to itself (KrbRelayUp)",
        story=(
            sentence(who, " signed in to ", here, " over the network, with a Kerberos ticket, from the same computer."),
            sentence("A user who made his own account a delegate of this computer opens its service manager in that way."),
        ),
        facts=(
            fact("The sign-in is the built-in administrator's (RID 500), of type 3, from 127.0.0.1: ", activity),
            against("It would be quiet for other accounts and addresses, on controllers, and for sign-ins with NTLM"),
        ),
        steps=(Step(origin=who or here, target=here, label="sign-in from itself", caption="success", accented=True),),
    )  # fmt: skip


def made(activity: Activity) -> str:
    """Plain name of the computer account that was created, empty for anything else."""
    detail, name = activity.detail, ""
    if activity.result == "failure":
        return ""
    if isinstance(detail, EventAccount) and detail.event_id == CREATED:
        name = detail.text("SamAccountName", "TargetUserName") or ""
    elif isinstance(detail, RpcCall) and detail.opnum == CREATE_USER:
        kind = detail.stub.get("account_type")
        name = str(detail.stub.get("account") or "") if isinstance(kind, int) and kind & WORKSTATION else ""
    elif isinstance(detail, LdapAdd):
        values = {attribute.lower(): given for _, attribute, given in detail.changes}
        if "computer" in (one.lower() for one in values.get("objectclass", ())):
            name = next(iter(values.get("samaccountname", ())), "") or detail.dn.partition(",")[0].partition("=")[2]
    return account_parts(name, None)[0].removesuffix("$") if name else ""


def acting(activity: Activity, ctx: Context) -> tuple[str, str, str]:
    """(service that acts, service that it asks for, user for whom) of a delegation; empty for anything else."""
    detail = activity.detail
    if isinstance(detail, KerberosTgs) and detail.s4u2proxy:
        holder = ctx.knowledge.ticket(detail.presented_ticket_hash)
        if holder is not None:
            return holder.client, detail.service or "", detail.client or ""
    elif isinstance(detail, EventKerberos) and detail.event_id == SERVICE_TICKET:
        services = detail.text("TransmittedServices")
        if services is not None:
            service, user = services.split()[0], activity.account.name if activity.account is not None else ""
            same = account_parts(service, None)[0] == account_parts(user, None)[0]
            return service, detail.text("ServiceName") or "", "" if same else user
    return "", "", ""


DETECTOR = Detector(
    id="new_computer_delegation",
    external_id=2422,
    title="Suspected Kerberos delegation attempt by a newly created computer",
    severity="high",
    phase="Compromised credentials",
    techniques=("T1134.001", "T1558", "T1136.002"),
    watches=(KerberosTgs, EventKerberos, EventAccount, EventLogon, RpcCall, LdapAdd),
    interfaces=(SAMR,),
    event_ids=(CREATED, SERVICE_TICKET, LOGON),
    needs=Needs(
        ports=("88", "389", "445"), kinds=("kerberos-tgs", "event-kerberos", "event-logon"),
        parts=("event-kerberos", "event-logon"),
        hidden_by=("ldap sealed", "ldap inside tls"),
    ),
    window=WINDOW,
    thresholds=(NEW,),
    attacked_accounts=True,
    sign_ins=lambda one: one.type in (NETWORK, -1) and one.administrator,
    forms={
        KerberosTgs: lambda form, _: bool(form & DELEGATES),
        EventKerberos: lambda form, _: bool(form[1] & DELEGATES),
        RpcCall: lambda form, _: form[1] == CREATE_USER,
    },
    detect=detect,
)  # fmt: skip
