"""A computer that plays domain controller for a moment, to have its own changes replicated (DCShadow)."""

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from app.engine.changes import is_removal
from app.engine.commanded import with_commands
from app.engine.context import NOBODY, Context
from app.engine.detector import HOUR, Detector, Needs, against, caption_of, fact, found, sentence
from app.engine.forms import CREATE_CHILD, DELETE, OBJECT_CHECKED
from app.engine.knowledge.names import short
from app.engine.readings.sessions import by_system, from_session, session_of
from app.model.activity import Activity, named
from app.model.alert import Finding, Severity
from app.model.details import LdapAdd, LdapDelete, LdapModify, RpcCall
from app.model.events import EventAccount, EventDirectoryChange, EventObjectAccess, EventReplication, WindowsEvent
from app.model.identifiers import DRSUAPI

WINDOW = 2 * HOUR
"""A promotion takes minutes; the imitation registers, pushes and cleans up in seconds."""
REPLICA_SYNC, GET_NC_CHANGES, REPLICA_ADD, ADD_ENTRY = 2, 3, 5, 17
"""IDL_DRSReplicaSync, GetNCChanges, ReplicaAdd, AddEntry (MS-DRSR section 4.1)."""
SERVER_DN = re.compile(r"^(?:cn=ntds settings,)?cn=([^,]{1,64}),cn=servers,cn=[^,]{1,64},cn=sites,cn=configuration,", re.I)
"""A server of a site, or the replication agent below it (MS-ADTS section 6.1.1.2.2.1.2)."""
AGENT = "e3514235-4b06-11d1-ab04-00c04fc2dcd2/"
CATALOGUE = "gc/"
"""Service names by which controllers find each other's replication and global catalogue (MS-ADTS section 2.2.20)."""
REGISTERED = {
    "server": "made a server object for itself among the sites",
    "entry": "registered itself as a new controller (DRSAddEntry)",
    "agent": "was given the service name of a replication agent",
    "catalogue": "was given the service name of a global catalogue",
}
FETCH = "fetched objects itself"
PUSHED = {
    "added": "told a controller to replicate from it",
    "synced": "told a controller to fetch its changes now",
    "fetched": "was asked for changes by that controller",
    "source": "was named in a controller's log as a source of replication",
}
CLEANED = {"removed": "removed the traces of that afterwards"}
WORDS = REGISTERED | PUSHED | CLEANED | {"fetch": FETCH}

COMPUTER_CHANGED, CHANGED, MADE, DELETED, SOURCE_ADDED, SOURCE_REMOVED = 4742, 5136, 5137, 5141, 4928, 4929
STEPS = CREATE_CHILD | DELETE
SERVER_CLASSES = ("f0f8ffab-1191-11d0-a060-00aa006c33ed", "bf967a92-0de6-11d0-a285-00aa003049e2")
"""schemaIDGUID of nTDSDSA and of server (MS-ADSC)."""
OF_AGENTS = "._msdcs."
"""Controllers replicate with "<GUID of the agent>._msdcs.<forest>" (MS-DRSR section 2.2.3.2), never with a computer's name."""


def rogue_of(dn: str) -> str:
    """Computer of a server object or of its replication agent; empty for any other object."""
    found = SERVER_DN.match(dn[:2048])
    return found.group(1) if found is not None else ""


def service_names(values: tuple[str, ...] | list[str]) -> list[str]:
    """Which service names of controllers are among these."""
    lower = [one.strip().lower() for one in values[:256]]
    marks = [("agent", AGENT), ("catalogue", CATALOGUE)]
    return [word for word, prefix in marks if any(one.startswith(prefix) and one.count("/") > 1 for one in lower)]


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Steps of a promotion or of its imitation, from packets or from a controller's log."""
    detail = activity.detail
    if isinstance(detail, RpcCall):
        return called(activity, detail, ctx)
    return logged(activity, detail, ctx) if isinstance(detail, WindowsEvent) else changed(activity, ctx)


def changed(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A change over LDAP."""
    if activity.source is not None:
        place = ctx.place(activity.source, activity.at)
        for step in written(activity, place, ctx):
            yield from told(activity, place, step, ctx)


def called(activity: Activity, call: RpcCall, ctx: Context) -> Iterable[Finding]:
    """Calls of DRSUAPI, by the impostor or by the controller that was made to ask it."""
    if activity.source is None or activity.destination is None:
        return ()
    place, other = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    if call.opnum == GET_NC_CHANGES:
        if ctx.memory.recall(("pushes", other, place), bool, activity.at, WINDOW):
            return told(activity, other, "fetched", ctx, reverse=True)
        acts = ctx.memory.trail(("acts", place), activity.at, WINDOW) is not None
        return told(activity, place, "fetch", ctx) if acts else ()
    if call.opnum == ADD_ENTRY:
        return told(activity, place, "entry", ctx)
    if call.opnum not in (REPLICA_ADD, REPLICA_SYNC) or ctx.knowledge.is_serving_controller(activity.source.ip):
        return ()
    before = ctx.memory.trail(("acts", place), activity.at, WINDOW)
    if call.opnum == REPLICA_SYNC and (before is None or REGISTERED.keys().isdisjoint(before.values)):
        return ()  # administrators start replication from their own computers
    ctx.memory.note(("pushes", place, other), True, activity.at)
    return told(activity, place, "added" if call.opnum == REPLICA_ADD else "synced", ctx)


def written(activity: Activity, place: str, ctx: Context) -> list[str]:
    """Steps that a change over LDAP is."""
    detail = activity.detail
    if isinstance(detail, LdapAdd):
        return ["server"] if rogue_of(detail.dn) else []
    if isinstance(detail, LdapModify):
        steps = []
        for operation, attribute, values in detail.changes:
            if attribute.lower() == "serviceprincipalname":
                steps += ["removed"] if operation == "delete" and service_names(values) else []
                steps += service_names(values) if operation in ("add", "replace") else []
        return steps if "removed" not in steps or was_registered(place, activity, ctx) else []
    if isinstance(detail, LdapDelete) and rogue_of(detail.dn) and was_registered(place, activity, ctx):
        return ["removed"]
    return []


def was_registered(place: str, activity: Activity, ctx: Context) -> bool:
    """True when this computer was registered as a controller within the window."""
    before = ctx.memory.trail(("acts", place), activity.at, WINDOW)
    return before is not None and not REGISTERED.keys().isdisjoint(before.values)


def logged(activity: Activity, event: WindowsEvent, ctx: Context) -> Iterator[Finding]:
    """The same steps as a controller's log tells them."""
    if isinstance(event, EventReplication):
        yield from source_told(activity, event, ctx)
        return
    if by_system(activity) or (isinstance(event, EventObjectAccess) and not (event.number("AccessMask") or 0) & STEPS):
        return
    session = session_of(activity, ctx)
    who = (event.computer.lower(), event.number("SubjectLogonId") or 0, event.text("SubjectUserSid") or "")
    step, rogue = "", ""
    if isinstance(event, EventAccount) and event.event_id == COMPUTER_CHANGED:
        rogue = short((event.text("TargetUserName") or "").lower().removesuffix("$"))
        step = names_changed(rogue, event, activity, ctx)
    elif isinstance(event, EventDirectoryChange):
        name = event.text("ObjectDN") or ""
        rogue = rogue_of(name).lower()
        if event.event_id == MADE and rogue:
            step = "server"
        elif event.event_id == DELETED and rogue:
            step = "removed"
        elif event.event_id == CHANGED and (event.text("AttributeLDAPDisplayName") or "").lower() == "serviceprincipalname":
            marks = service_names([event.text("AttributeValue") or ""])
            rogue = name.split(",", 1)[0].partition("=")[2].lower()
            step = "" if not marks else "removed" if is_removal(event) else marks[0]
    elif isinstance(event, EventObjectAccess):
        mask, kind = event.number("AccessMask") or 0, (event.text("ObjectType") or "").lower()
        rogue = rogue_of(event.text("AdditionalInfo") or "").lower()
        if mask & CREATE_CHILD and rogue:
            step = "server"
        elif mask & DELETE and any(one in kind for one in SERVER_CLASSES):
            rogue, step = ctx.memory.recall(("made by", *who), str, activity.at, WINDOW) or "", "removed"
    if not step or not rogue:
        return
    place = ctx.place(named(rogue), activity.at)
    if step in REGISTERED:
        ctx.memory.note(("made by", *who), rogue, activity.at)
    elif not was_registered(place, activity, ctx):
        return
    activity = from_session(activity, session)
    yield from told(replace(activity, source=activity.source or named(rogue)), place, step, ctx, rogue=rogue)


def names_changed(rogue: str, event: EventAccount, activity: Activity, ctx: Context) -> str:
    """What a change of a computer's service names (4742) is: it has those of a controller now, or no longer."""
    text = event.text("ServicePrincipalNames")
    if text is None:
        return ""
    marks = service_names(text.split())
    had = ctx.memory.recall(("names", rogue), list, activity.at, WINDOW) or []
    ctx.memory.note(("names", rogue), marks, activity.at)
    if set(had) - set(marks):
        return "removed"
    new = [one for one in marks if one not in had]
    return new[0] if new else ""


def source_told(activity: Activity, event: EventReplication, ctx: Context) -> Iterator[Finding]:
    """A source of replication that is named like a computer, not like a replication agent (4928, 4929)."""
    address = (event.text("SourceAddr") or "").lower().rstrip(".")
    if event.event_id not in (SOURCE_ADDED, SOURCE_REMOVED) or not address or OF_AGENTS in f".{address}":
        return
    rogue = named(address)
    if not rogue.host or ctx.knowledge.computer_entity(rogue.host).kind == "controller":
        return
    place = ctx.place(rogue, activity.at)
    told_before = ctx.memory.trail(("acts", place), activity.at, WINDOW)
    step = "removed" if event.event_id == SOURCE_REMOVED and told_before is not None else "source"
    mine = replace(activity, source=rogue, destination=named(event.computer) if event.computer else activity.destination)
    yield from told(mine, place, step, ctx)


def told(activity: Activity, place: str, step: str, ctx: Context, *, reverse: bool = False, rogue: str = "") -> Iterator[Finding]:
    """The finding of one step with all that came before it; reverse: the impostor is the one that was asked."""
    end, other = (activity.destination, activity.source) if reverse else (activity.source, activity.destination)
    if end is None or other is None or ctx.knowledge.is_serving_controller(end.ip):
        return
    if rogue and ctx.knowledge.is_serving_controller(named(rogue).ip):
        return
    trail = ctx.memory.seen(("acts", place), step, activity.at, activity.id, WINDOW)
    steps = [str(one) for one in trail.values]
    registered, pushed = bool(REGISTERED.keys() & set(steps)), bool(PUSHED.keys() & set(steps))
    if registered and "fetch" in steps and "added" not in steps:
        pushed = False  # a new controller fetches everything first and replicates both ways from then on; an impostor does not
    removed = "removed" in steps
    severity: Severity = "low"
    if (registered and (pushed or removed)) or (pushed and removed) or {"added", "fetched"} <= set(steps):
        severity = "high"
    elif pushed:
        severity = "medium"
    forward = activity if not reverse else replace(activity, source=activity.destination, destination=activity.source)
    source, target = ctx.knowledge.address_entity(end.ip, activity.at), ctx.knowledge.address_entity(other.ip, activity.at)
    account = None if reverse else ctx.account(activity)
    actor: tuple[object, ...] = (source,) if account is None or account.key == source.key else (account, " on ", source)
    success = None if activity.result == "unanswered" else activity.result == "success"
    title = "Suspicious replication request (DCShadow)" if pushed else None
    yield found(
        ctx,
        forward,
        place,
        first=trail.first,
        evidence=trail.evidence(),
        external_id=2029 if pushed else None,
        title=title,
        severity=severity,
        confidence="high" if severity == "high" else "medium",
        succeeded=True if "fetched" in steps and success else success,
        sources=(source,),
        accounts=(account,) if account is not None and account is not NOBODY else (),
        targets=(target,),
        story=(
            sentence(*actor, " acted as a new domain controller towards ", target, "."),  # type: ignore[arg-type]
            sentence("Within two hours it ", ", then ".join(WORDS[one] for one in steps), "."),
        ),
        facts=(
            *(fact(f"{source.label} {WORDS[one]}") for one in steps if one != step),
            fact(f"{source.label} {WORDS[step]}: ", activity),
            fact(source, " is not a domain controller: it never issued Kerberos tickets, nor served Netlogon or LDAP pings"),
            *((fact("A promotion looks the same until here"),) if severity == "low" else ()),
            against("It would be quiet if ", source, " were seen working as a domain controller anywhere in the input"),
        ),
        steps=ctx.path(forward, "plays domain controller", caption_of(activity)),
    )


DETECTOR = Detector(
    id="dcshadow",
    external_id=2028,
    other_ids=(2029,),
    title="Suspicious domain controller promotion (DCShadow)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1207",),
    watches=(
        RpcCall,
        LdapAdd,
        LdapModify,
        LdapDelete,
        EventAccount,
        EventObjectAccess,
        EventDirectoryChange,
        EventReplication,
    ),
    interfaces=(DRSUAPI,),
    event_ids=(OBJECT_CHECKED, COMPUTER_CHANGED, CHANGED, MADE, DELETED, SOURCE_ADDED, SOURCE_REMOVED),
    needs=Needs(
        ports=("135", "389", "dynamic RPC"),
        kinds=("rpc-call", "ldap-add", "event-account", "event-directory-change", "event-replication"),
        parts=("event-account", "event-directory-change", "event-replication"),
        hidden_by=("rpc reply without its request", "ldap sealed", "ldap inside tls"),
        interfaces=(DRSUAPI,),
        controllers=True,
    ),
    window=WINDOW,
    sessions=True,
    forms={
        RpcCall: lambda form, _: form[1] in (GET_NC_CHANGES, ADD_ENTRY, REPLICA_ADD, REPLICA_SYNC),
        EventObjectAccess: lambda form, _: bool(form[1] & STEPS),
    },
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "acts as a controller to change the directory")
