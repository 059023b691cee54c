"""A log was cleared, or the computer was told to log less."""

from collections.abc import Iterator

from app.engine.change_story import Pieces
from app.engine.context import NOBODY, Context
from app.engine.detector import HOUR, Detector, Needs, against, fact, found, outcome_of, sentence, some
from app.engine.readings.sessions import by_system, sessioned
from app.model.activity import Activity
from app.model.alert import Fact, Finding, Severity
from app.model.details import RpcCall
from app.model.events import EventAudit, EventDns
from app.model.messages import is_taken_away

SECURITY_CLEARED, OTHER_CLEARED, POLICY = 1102, 104, 4719
BROKEN, START_TYPE, DNS_SETTING = (7031, 7034), 7040, 541
DNS_LEVEL = "eventloglevel"
"""What a DNS server writes into its log: 0 is nothing (MS-DNSP section 2.2.9.1.2)."""
AUTOMATIC = ("auto", "авто", "自動", "自动", "자동")
"""Beginning of the word for what starts with the computer, in the languages of Windows."""
EVEN, EVEN6 = "82273fdc-e32a-18c3-3f78-827929dc23ea", "f6beaff7-1e19-4fbb-9f8f-b89e2018337c"
"""The two interfaces of the event log (MS-EVEN section 1.9, MS-EVEN6 section 1.9)."""
WMI, EXEC_METHOD = "9556dc99-828c-11cf-a37e-00aa003240c7", (24, 25)
"""IWbemServices::ExecMethod and ExecMethodAsync (MS-WMI section 3.1.4.3.22)."""
LOG_OF_WMI, CLEAR = "win32_nteventlogfile", "cleareventlog"
"""Class and method by which WMI clears a log; its object is named by the file of the log."""
CLEARS = {(EVEN, 0), (EVEN, 12), (EVEN6, 6)}
"""ElfrClearELFW, ElfrClearELFA (MS-EVEN section 3.1.4.9), EvtRpcClearLog (MS-EVEN6 section 3.1.4.16)."""
WEIGHTY = {
    "0cce9215-69ae-11d9-bed3-505054503030": "logons", "0cce9217-69ae-11d9-bed3-505054503030": "account lockouts",
    "0cce922b-69ae-11d9-bed3-505054503030": "processes", "0cce9235-69ae-11d9-bed3-505054503030": "user accounts",
    "0cce9236-69ae-11d9-bed3-505054503030": "computer accounts", "0cce9237-69ae-11d9-bed3-505054503030": "security groups",
    "0cce923b-69ae-11d9-bed3-505054503030": "directory access", "0cce923c-69ae-11d9-bed3-505054503030": "directory changes",
    "0cce923d-69ae-11d9-bed3-505054503030": "directory replication", "0cce923f-69ae-11d9-bed3-505054503030": "passwords checked",
    "0cce9240-69ae-11d9-bed3-505054503030": "service tickets", "0cce9242-69ae-11d9-bed3-505054503030": "Kerberos sign-ins",
    "0cce9221-69ae-11d9-bed3-505054503030": "certification services", "0cce922f-69ae-11d9-bed3-505054503030": "audit policies",
    "0cce921b-69ae-11d9-bed3-505054503030": "special logons",
}  # fmt: skip
"""Subcategories (SubcategoryGuid of 4719) without which attacks on identities cannot be seen."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Logs cleared at the computer or from another one; auditing of what matters switched off."""
    event = activity.detail
    if isinstance(event, RpcCall):
        if (event.interface, event.opnum) in CLEARS:
            yield _cleared(activity, str(event.stub.get("log") or ""), ctx)
        elif event.interface == WMI:
            log = by_wmi(event)
            if log is not None:
                yield _cleared(activity, log, ctx)
    elif isinstance(event, EventAudit):
        if event.event_id == SECURITY_CLEARED:
            yield _cleared(activity, "Security", ctx)
        elif event.event_id == OTHER_CLEARED:
            yield _cleared(activity, event.text("Channel") or "", ctx)
        elif event.event_id == POLICY:
            yield from _policy(activity, event, ctx)
        elif event.event_id == START_TYPE or event.event_id in BROKEN:
            yield from _service(activity, event, ctx)
    elif isinstance(event, EventDns):
        yield from _dns(activity, event, ctx)


def by_wmi(call: RpcCall) -> str | None:
    """The log that a method of WMI clears, by the name of its file; None for other methods."""
    name = str(call.stub.get("object", "")).lower()
    if LOG_OF_WMI not in name or str(call.stub.get("method", "")).lower() != CLEAR:
        return None
    return name.replace("/", "\\").rpartition("\\")[2].strip("\"' ").partition(".")[0]


def _cleared(activity: Activity, log: str, ctx: Context) -> Finding:
    activity, evidence = sessioned(activity, ctx)
    remote = ctx.source(activity) is not NOBODY and ctx.source(activity).key != ctx.target(activity).key
    target = ctx.target(activity)
    security = log.lower() == "security"
    severity: Severity = "low"
    if security or (not log and isinstance(activity.detail, RpcCall)):
        severity = (
            "low"
            if target.kind != "controller" and not remote
            else "high"
            if target.kind == "controller" and remote
            else "medium"
        )
    facts = [fact(f"The log {log or 'of a name that is not told'} was cleared: ", activity)]
    if remote:
        facts.append(fact("It was done from another computer, ", ctx.source(activity)))
    if target.kind == "controller":
        facts.append(fact(target, " is a domain controller: what happened in the domain is gone with its log"))
    did: Pieces = (f" cleared the log {log}" if log else " cleared a log", " of ", target)
    title = "" if security else "A log was cleared"
    return _told(activity, ctx, evidence, did, severity, facts, "log cleared", title)  # fmt: skip


def _policy(activity: Activity, event: EventAudit, ctx: Context) -> Iterator[Finding]:
    if not is_taken_away(event.text("AuditPolicyChanges")):
        return
    name = WEIGHTY.get((event.text("SubcategoryGuid") or "").strip("{}").lower())
    if name is None:
        return
    target, system = ctx.target(activity), by_system(activity)
    severity: Severity = "low" if system else "medium"
    facts = [fact(f"Auditing of {name} was switched off: ", activity)]
    if system:
        facts.append(fact("The system itself did it, as it applies a group policy"))
    yield _told(activity, ctx, (activity.id,), (f" switched off the auditing of {name} on ", target), severity, facts,
                "auditing off", "Auditing was switched off")  # fmt: skip


def _service(activity: Activity, event: EventAudit, ctx: Context) -> Iterator[Finding]:
    """The service of the logs is kept from starting, or broke, which it does not do by itself."""
    target = ctx.target(activity)
    if event.event_id in BROKEN:
        did: Pieces = ("The service of the logs broke on ", target)
        facts = [fact("It does not do so by itself, but tools make it: ", activity)]
        yield _told(activity, ctx, (activity.id,), did, "low", facts, "log service", "The service of the logs broke", by=())
        return
    after = (event.text("After") or "").lower()
    if not after or any(one in after for one in AUTOMATIC):
        return
    facts = [fact(f"It starts no longer with the computer ({after[:40]}): ", activity)]
    did = (" kept the service of the logs from starting with ", target)
    severity: Severity = "medium" if target.kind == "controller" else "low"
    yield _told(activity, ctx, (activity.id,), did, severity, facts, "log service", "The service of the logs was switched off")


def _dns(activity: Activity, event: EventDns, ctx: Context) -> Iterator[Finding]:
    if (event.text("Setting") or "").lower() != DNS_LEVEL or event.number("NewValue") != 0 or by_system(activity):
        return
    facts = [fact("It writes nothing into its log: ", activity)]
    did: Pieces = (" switched off the log of the DNS server ", ctx.target(activity))
    yield _told(activity, ctx, (activity.id,), did, "low", facts, "DNS log off", "The log of a DNS server was switched off")


def _told(
    activity: Activity, ctx: Context, evidence: tuple[str, ...], did: Pieces, severity: Severity, facts: list[Fact],
    label: str, title: str, by: Pieces | None = None,
) -> Finding:  # fmt: skip
    account, source = ctx.account(activity), ctx.source(activity)
    here = not source.key.partition(":")[2]
    who = by if by is not None else (account,) if here else ctx.who(activity)
    return found(
        ctx,
        activity,
        f"{ctx.place(activity.destination, activity.at)} {label}",
        evidence=evidence,
        sources=() if here else some(source),
        severity=severity,
        title=title or None,
        succeeded=outcome_of(activity),
        story=(sentence(*who, *did, "."), sentence("What happened before, or happens from now on, cannot be looked up there.")),
        facts=(*facts, against("It would be quiet if the log had gone on and nothing less were written")),
        steps=ctx.path(activity, label),
    )


DETECTOR = Detector(
    id="audit_log_cleared",
    external_id=3014,
    title="The Security log was cleared",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1070.001", "T1562.002"),
    watches=(EventAudit, EventDns, RpcCall),
    needs=Needs(
        ports=("445", "dynamic RPC"), kinds=("event-audit", "event-dns", "rpc-call"), parts=("event-audit", "event-dns"),
        interfaces=(EVEN, EVEN6, WMI), hidden_by=("smb3 encrypted",),
    ),
    window=HOUR,
    interfaces=(EVEN, EVEN6, WMI),
    opnums=(0, 6, 12, *EXEC_METHOD),
    event_ids=(SECURITY_CLEARED, OTHER_CLEARED, POLICY, START_TYPE, *BROKEN, DNS_SETTING),
    detect=detect,
)  # fmt: skip
