"""A computer account that takes a controller's name without its dollar sign, and what follows."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from app.engine.changes import SAM_NAME, changes_of
from app.engine.context import Context
from app.engine.detector import DAY, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence, some
from app.engine.forms import IMPERSONATES, MACHINE
from app.engine.knowledge.names import account_parts, host, service_host, short
from app.engine.readings.kerberos import SERVICE_TICKET, TGT, is_krbtgt
from app.model.activity import Activity
from app.model.alert import Finding, Severity, Step
from app.model.details import KerberosAs, KerberosTgs, LdapAdd, LdapModify
from app.model.events import EventAccount, EventDirectoryChange, EventKerberos, EventSam

WINDOW = DAY
RENAMED, COMPUTER_CHANGED = 4781, 4742
MADE = (4720, 4741)
CHANGED = (4738, COMPUTER_CHANGED)
"""Users and computers that are made or changed: the name that they get stands beside the one that they have."""
MISMATCHED, UNSIGNED = 16990, 16991
"""What a controller with the updates of November 2021 refuses to all but administrators (KB 5008102)."""
OTHER_ASKED = 38
"""The KDC found another account's number in the ticket than that of the account with the ticket's name (KB 5008380)."""
BY = ("rename", "refused")
"""Labels of what the account of the activity did; of tickets it is the name itself."""
PERSON = frozenset({"user", "inetorgperson", "msds-managedserviceaccount"})
"""Classes of accounts that may have any name."""


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Renames, tickets for such a name, and tickets for the controller with them."""
    detail: Any = activity.detail
    kind = type(detail)
    if kind is KerberosTgs:
        if activity.result == "failure" and not detail.s4u2self:
            return ()
        issue = ctx.knowledge.ticket(detail.presented_ticket_hash)
        client = issue.client if issue is not None else detail.client if not detail.s4u2self else None
        service = detail.service or ""
        if not asks_itself(client or "", service):
            return ()
        return asked(activity, ctx, plain(client), detail.realm, service, bool(detail.s4u2self))
    if kind is KerberosAs:
        return given(activity, detail, ctx)
    if kind is EventKerberos and detail.event_id == OTHER_ASKED:
        return mismatched(activity, ctx)
    if kind is EventKerberos and detail.event_id == SERVICE_TICKET:
        who, service = activity.account, detail.text("ServiceName") or ""
        if who is None or activity.result != "success" or not asks_itself(who.name, service):
            return ()
        return asked(activity, ctx, plain(who.name), who.domain, service, False)
    return refused(activity, detail, ctx) if kind is EventSam else named(activity, ctx)


def refused(activity: Activity, event: EventSam, ctx: Context) -> Iterator[Finding]:
    """A controller kept somebody from giving a computer such a name, or a user the kind of a computer."""
    if event.event_id not in (MISMATCHED, UNSIGNED):
        return
    name = plain(next(iter(event.fields.values()), "")[:256])
    if not name:
        return
    severity: Severity = "medium" if is_controllers(ctx, name.removesuffix("$")) else "low"
    what = (
        f"A computer's account was to be named {name}, without its dollar sign"
        if event.event_id == UNSIGNED
        else f"The account {name} was to be of a kind that its class is not"
    )
    yield told(activity, ctx, name.removesuffix("$"), severity, what, "refused")


def mismatched(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A ticket whose name was another account's when it was issued: after a rename, or for an account that was made again."""
    who = activity.account
    if who is None or not plain(who.name):
        return
    name = plain(who.name).removesuffix("$")
    owner = is_controllers(ctx, name)
    if not owner and ctx.knowledge.account_words(who.name, who.domain) & {"created", "deleted"}:
        return
    means = f"The ticket of {plain(who.name)} was issued to another account than the one that has this name now"
    yield told(activity, ctx, name, "medium" if owner else "low", means, "38")


def given(activity: Activity, detail: KerberosAs, ctx: Context) -> Iterable[Finding]:
    """A ticket-granting ticket of such a name."""
    name = plain(detail.client)
    if activity.result != "success" or not is_krbtgt(detail.service) or not is_stranger(ctx, name, detail.realm):
        return ()
    return (told(activity, ctx, name, "medium", f"A ticket-granting ticket was issued to {name}", "AS-REQ"),)


def named(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """An account gets such a name, or a log tells a ticket-granting ticket of such a name."""
    detail = activity.detail
    if isinstance(detail, EventAccount):
        old, new = (plain(detail.text(name)) for name in ("OldTargetUserName", "NewTargetUserName"))
        if detail.event_id != RENAMED:
            old, new = plain(detail.text("TargetUserName")), plain(detail.text("SamAccountName"))
        machine = old.endswith("$") or detail.event_id == COMPUTER_CHANGED
        owner = is_controllers(ctx, new)
        if new.strip("-") and not new.endswith("$") and (owner or (machine and detail.event_id not in MADE)):
            what = "Computer account" if machine else "Account"
            means = f"The account {new} was made" if detail.event_id in MADE else f"{what} {old} was renamed to {new}"
            means = means if old != new or detail.event_id in MADE else f"{what} was renamed to {new}"
            yield told(activity, ctx, new, "high" if owner else "medium", means, "rename")
    elif isinstance(detail, EventDirectoryChange):
        for change in changes_of(activity, ctx, SAM_NAME):
            new = plain(change.new[0]) if change.new else ""
            if new and is_controllers(ctx, new) and "group" not in change.object_class:
                yield told(activity, ctx, new, "high", f"The name {new} was written to {change.dn.partition(',')[0]}", "rename")
    elif isinstance(detail, (LdapModify, LdapAdd)):
        for operation, attribute, values in detail.changes[:200]:
            new = plain(values[0]) if values and operation != "delete" and attribute.lower() == "samaccountname" else ""
            if new and is_controllers(ctx, new):
                yield told(activity, ctx, new, "high" if activity.result != "failure" else "medium",
                           f"The name {new} was written to {detail.dn.partition(',')[0]}", "rename")  # fmt: skip
    elif isinstance(detail, EventKerberos) and activity.account is not None and activity.result == "success":
        name, realm = plain(activity.account.name), activity.account.domain
        if detail.event_id == TGT and is_stranger(ctx, name, realm):
            yield told(activity, ctx, name, "medium", f"A ticket-granting ticket was issued to {name}", "4768")


def asked(activity: Activity, ctx: Context, name: str, realm: str | None, service: str, itself: bool) -> Iterator[Finding]:
    """A ticket that was issued to such a name is shown for the controller of that name."""
    if is_stranger(ctx, name, realm) and (itself or service.endswith("$")):
        means = f"The ticket-granting ticket of {name} was shown to get a ticket for the controller {name}$ itself"
        yield told(activity, ctx, name, "high" if activity.result != "failure" else "medium", means, "TGS-REQ")


@lru_cache(maxsize=16384)
def asks_itself(client: str, service: str) -> bool:
    """True when a service is of a computer of the client's own name."""
    where = short(service_host(service)[1]) if "/" in service else plain(service).removesuffix("$")
    return where == plain(client)


def plain(name: str | None) -> str:
    """Account name in lower case, without a domain."""
    return account_parts(name, None)[0] if name else ""


def is_controllers(ctx: Context, name: str) -> bool:
    """True when a controller's account would have this name if it ended with a dollar sign."""
    if not name or name[-1] == "$" or "/" in name or "@" in name or "." in name or not host(name):
        return False
    return ctx.knowledge.computer_entity(name).kind == "controller"


def is_stranger(ctx: Context, name: str, realm: str | None) -> bool:
    """The same, and no person's account is known to have this name."""
    if not is_controllers(ctx, name):
        return False
    held = ctx.knowledge.directory.state(ctx.knowledge.directory.account(*ctx.knowledge.accounts.key(name, realm)))
    return held is None or held.object.object_class.lower() not in PERSON


def told(activity: Activity, ctx: Context, name: str, severity: Severity, what: str, label: str) -> Finding:
    """The words."""
    controller = ctx.knowledge.computer_entity(name)
    known = controller.kind == "controller"
    who, doer = ctx.account(activity), ctx.doer(activity)
    target = controller if known else ctx.target(activity)
    return found(
        ctx, activity, name,
        severity=severity, succeeded=outcome_of(activity), accounts=some(who), targets=(target,),
        domain_controllers=(controller,) if known else (), confidence="high" if severity == "high" else "medium",
        title=None if activity.result != "failure" else "Attempted sAMAccountName spoofing (CVE-2021-42278, CVE-2021-42287)",
        story=(
            sentence(what, *((" by ", who) if label in BY and who is not None else ()), ended(activity)),
            sentence("A KDC that finds no account of a ticket's name looks for that name with a dollar sign: "
                     "the ticket then speaks for the controller."),
        ),
        facts=(
            fact(f"{what}: ", activity),
            *((fact(f"{name}$ is the account of the controller ", controller),) if known else
              (fact("An account that was deleted and made again looks like this while its old tickets live"),)
              if label == "38" else
              (fact("The account of a computer ends with a dollar sign, and nothing but this attack takes it away"),)
              if label != "refused" else (fact("Old programs that join computers ask for such accounts as well"),)),
            against("It would be quiet for a name that is no controller's, or that ends with a dollar sign"),
        ),
        steps=(Step(origin=doer, target=target, label=label, caption=caption_of(activity), accented=True),),
    )  # fmt: skip


DETECTOR = Detector(
    id="samaccountname_spoofing",
    external_id=2419,
    title="Suspected sAMAccountName spoofing (CVE-2021-42278, CVE-2021-42287)",
    severity="high",
    phase="Credential access",
    techniques=("T1068", "T1558", "T1134.001"),
    watches=(KerberosAs, KerberosTgs, EventKerberos, EventAccount, EventDirectoryChange, EventSam, LdapModify, LdapAdd),
    event_ids=(RENAMED, *MADE, *CHANGED, 5136, TGT, SERVICE_TICKET, OTHER_ASKED, MISMATCHED, UNSIGNED),
    needs=Needs(
        ports=("88", "389"),
        kinds=("kerberos-as", "ldap-modify", "event-account", "event-directory-change", "event-kerberos", "event-sam"),
        parts=("event-account", "event-directory-change", "event-kerberos", "event-sam"),
        hidden_by=("ldap sealed", "ldap inside tls"), controllers=True,
    ),
    window=WINDOW,
    forms={
        KerberosAs: lambda form, result: result == "success" and not form & MACHINE,
        KerberosTgs: lambda form, result: result != "failure" or bool(form & IMPERSONATES),
        EventKerberos: lambda form, result: result == "success" or form[0] == OTHER_ASKED,
    },
    detect=detect,
)  # fmt: skip
