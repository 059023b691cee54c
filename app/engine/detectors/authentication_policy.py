"""What guards where an account may sign in was refused, gone round or taken away: authentication policies and silos."""

from collections.abc import Iterator

from app.engine.change_story import change_needs, tell
from app.engine.changes import Change, by_controller, changes_of, is_routine, is_sensitive_object, object_of
from app.engine.context import Context
from app.engine.detector import (
    HOUR,
    MINUTE,
    Detector,
    Needs,
    against,
    fact,
    found,
    measured,
    outcome_of,
    plural,
    sentence,
    some,
)
from app.engine.forms import ARMORED
from app.engine.knowledge import Ticket
from app.engine.readings.kerberos import is_computer
from app.model.activity import Activity
from app.model.alert import Fact, Finding, Link, Severity, Step
from app.model.details import KINDS, KerberosAs, LdapModify
from app.model.directory import DirectoryChange
from app.model.entity import EntityRef
from app.model.events import EventDirectoryChange, EventPolicy
from app.model.tuning import Threshold

SILO, POLICY = "msds-assignedauthnpolicysilo", "msds-assignedauthnpolicy"
SWITCHES = frozenset({"msds-authnpolicysiloenforced", "msds-authnpolicyenforced"})
LIMITS = frozenset({"msds-userallowedtoauthenticatefrom", "msds-serviceallowedtoauthenticatefrom"})
NTLM = frozenset({"msds-userallowedntlmnetworkauthentication", "msds-serviceallowedntlmnetworkauthentication"})
WRITTEN = (SILO, POLICY, *sorted(SWITCHES | LIMITS | NTLM))
"""Attributes of MS-ADA2 by which a policy is given, enforced, and says from where and with what its accounts sign in."""
BY_PLACE = frozenset({4820, 4821, 4823, 105, 106})
"""Refused by an authentication policy; 4822 and 4824 refuse what Protected Users never may, which old programs try."""
WATCHES = (LdapModify, EventDirectoryChange, DirectoryChange)
ACCOUNTS = Threshold(
    name="accounts", low=5, medium=3, high=2, words="Accounts that one computer was refused by a policy within an hour"
)
BACK = Threshold(
    name="back", low=3 * MINUTE, medium=10 * MINUTE, high=30 * MINUTE, unit="us",
    words="The computer whose ticket was used elsewhere is still at its old address within this time",
)  # fmt: skip


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A request under another computer's ticket; a sign-in that a policy refused; a policy that was taken away."""
    detail = activity.detail
    if isinstance(detail, KerberosAs):
        yield from _armored(activity, detail, ctx)
    elif isinstance(detail, EventPolicy):
        if detail.event_id in BY_PLACE:
            yield _refused(activity, detail, ctx)
    else:
        for change in changes_of(activity, ctx, *WRITTEN):
            yield from _freed(activity, change, ctx)


def _armored(activity: Activity, detail: KerberosAs, ctx: Context) -> Iterator[Finding]:
    """The ticket that armours a request says on which computer it is made (RFC 6113 section 5.4.1.1, MS-KILE 3.3.5.6.4.6)."""
    source, at = activity.source, activity.at
    if detail.armor_ticket_hash is None or source is None or source.host:
        return
    waiting = ctx.memory.recall(("waiting", source.ip), tuple, at, ctx.limit(BACK))
    if waiting is not None:
        ctx.memory.note(("waiting", source.ip), None, at)
        yield _elsewhere(waiting[0], ctx, waiting[1], activity)
    issue = ctx.knowledge.ticket(detail.armor_ticket_hash)
    if issue is None or not issue.ip or issue.ip == source.ip or source.ip in issue.also or at < issue.at:
        return
    gateways = ctx.knowledge.gateways()
    if not is_computer(issue.client) or (":" in issue.ip) != (":" in source.ip) or ctx.from_controller(activity):
        return
    if issue.ip in gateways or source.ip in gateways:
        return
    theirs, mine = ctx.knowledge.sure_name(issue.ip, issue.at), ctx.knowledge.sure_name(source.ip, at)
    if theirs and mine:
        if theirs != mine:
            yield _elsewhere(activity, ctx, issue, None)
        return
    ctx.memory.note(("waiting", issue.ip), (activity, issue), at)


def _elsewhere(activity: Activity, ctx: Context, issue: Ticket, back: Activity | None) -> Finding:
    source, account, target = ctx.source(activity), ctx.account(activity), ctx.target(activity)
    owner = ctx.knowledge.account(issue.client, issue.realm)
    ip = activity.source.ip if activity.source is not None else ""
    home = ctx.knowledge.address_entity(issue.ip, issue.at)
    severity: Severity = "medium" if back is not None else "high"
    return found(
        ctx,
        activity,
        f"armor {issue.ip}\n{ip}",
        last=max(activity.until, back.until if back is not None else 0),
        severity=severity,
        confidence="medium",
        accounts=some(account, owner),
        succeeded=outcome_of(activity),
        story=(
            sentence(source, " signed in ", account, " as if it were ", owner, ", whose ticket was issued to ", home, "."),
            sentence("A policy that lets the account sign in on that computer only is gone round so."),
        ),
        facts=(
            fact("The request stands under a ticket of ", owner, f" and came from {ip}: ", activity),
            Fact(text=(*sentence(f"That ticket was issued to {issue.ip}: "), Link("its issue", None, issue.proof))),
            *((fact(f"{issue.ip} was still in use afterwards: ", back),) if back is not None else ()),
            against("It would be quiet if both addresses were known to be one computer, as when it moves to another network"),
        ),
        steps=(
            Step(origin=home, target=source, label="ticket of the computer taken to"),
            Step(origin=source, target=target, label="sign-in", accented=True),
        ),
    )


def _refused(activity: Activity, detail: EventPolicy, ctx: Context) -> Finding:
    source, account = ctx.source(activity), ctx.account(activity)
    place = ctx.place(activity.source, activity.at) or (account.key if account is not None else "")
    policy = detail.text("SiloName") or detail.text("PolicyName") or "an authentication policy"
    tried = ctx.memory.seen(("refused", place), account.key if account is not None else "", activity.at, activity.id, HOUR)
    sensitive = ctx.is_sensitive(account, activity.at)
    many = tried.distinct >= ctx.limit(ACCOUNTS)
    service = detail.text("ServiceName")
    deed = f" wanted a ticket for {service}" if service and detail.event_id in (4821, 106) else " was to sign in"
    return found(
        ctx,
        activity,
        f"refused {place}",
        severity="medium" if many or sensitive else "low",
        confidence="medium",
        title="Sign-ins refused by an authentication policy",
        succeeded=False,
        story=(sentence(account, deed, " from ", source, ", and ", policy, " refused it."),),
        facts=(
            fact("The controller's log: ", activity),
            *((fact(account, " is sensitive"),) if sensitive and account is not None else ()),
            *((_count(source, tried.distinct, ctx.limit(ACCOUNTS)),) if many else ()),
            against("It would be quiet from the computers that the policy names"),
        ),
        steps=ctx.path(activity, "sign-in", "refused by policy"),
    )


def _count(source: EntityRef, seen: int, limit: int) -> Fact:
    words = f" was refused {plural(seen, 'account')} within an hour"
    return measured(source, words, seen=seen, limits=(limit,), unit="accounts")


def _freed(activity: Activity, change: Change, ctx: Context) -> Iterator[Finding]:
    """A policy taken from an account, no longer enforced, or made wider."""
    if change.fresh or by_controller(activity, ctx):
        return
    words = _loosened(change)
    if not words:
        return
    ref: EntityRef | None = object_of(change, ctx, activity.at)
    routine = is_routine(activity, ctx)
    sensitive = is_sensitive_object(change, ref, ctx, activity.at)
    what = ref or change.name
    yield tell(
        ctx,
        activity,
        change,
        (words[0], what, words[1]),
        label="policy loosened",
        severity="high" if sensitive else words[2],
        routine=routine,
        why=("Who knows the password or the hash can use it from anywhere then.",),
        facts=(fact(ref, " is sensitive"),) if sensitive and ref is not None else (),
        quiet=("It would be quiet if a policy were given or made narrower",),
        confidence="high" if change.old or change.deed == "remove" else "medium",
        title="The sign-in of accounts was freed from an authentication policy",
    )


def _loosened(change: Change) -> tuple[str, str, Severity] | None:
    """Words before and after the object, and how much it is; None for what does not loosen anything.

    An event tells that the old value was taken away before it tells which one came in its stead.
    """
    name, now = change.attribute, tuple(one.strip().lower() for one in change.new)
    gone = change.deed == "remove" or (change.deed == "set" and not any(now))
    if name in (SILO, POLICY):
        return (" took ", " out of its authentication policy", "medium") if gone else None
    if name in SWITCHES:
        was = tuple(one.strip().lower() for one in change.old)
        off = (gone and was[:1] != ("false",)) or now[:1] == ("false",)
        return (" switched off that ", " is enforced", "medium") if off else None
    if name in NTLM:
        return (" let the accounts of ", " sign in with NTLM", "medium") if now[:1] == ("true",) else None
    if gone:
        return (" removed from where the accounts of ", " may sign in", "medium")
    return (" changed from where the accounts of ", " may sign in", "medium") if change.old else None


_CHANGES = change_needs(WATCHES)
DETECTOR = Detector(
    id="authentication_policy",
    external_id=3061,
    title="Suspected bypass of an authentication policy",
    severity="medium",
    phase="Lateral movement",
    techniques=("T1550", "T1556"),
    watches=(KerberosAs, EventPolicy, *WATCHES),
    needs=Needs(
        ports=("88", *_CHANGES.ports),
        kinds=(KINDS[KerberosAs], KINDS[EventPolicy], *_CHANGES.kinds),
        parts=(KINDS[KerberosAs], KINDS[EventPolicy], *_CHANGES.parts),
        hidden_by=_CHANGES.hidden_by,
    ),
    window=HOUR,
    event_ids=(*sorted(BY_PLACE), 5136),
    thresholds=(ACCOUNTS, BACK),
    forms={KerberosAs: lambda form, result: bool(form & ARMORED)},
    detect=detect,
)
