"""Users and group members read out over SAMR or LSA lookups.

Long because calls, and the five events by which logs tell of them, are one case.
"""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import (
    DAY,
    HOUR,
    MINUTE,
    Detector,
    Later,
    Needs,
    against,
    ended,
    fact,
    found,
    later,
    listed,
    outcome_of,
    plural,
    sentence,
    some,
)
from app.engine.memory import Trail
from app.engine.profiles import QUERIES
from app.engine.readings.novelty import is_new
from app.engine.readings.pipes import FILE_CHECKED, pipe_opened
from app.engine.readings.sessions import NETWORK, by_system, from_session, is_elsewhere, session_of
from app.engine.repeated import again, all_day, folded, hour_of, steady, told_before, visits
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import RpcCall
from app.model.events import EventEnumeration, EventObjectAccess, EventSam, EventShare
from app.model.identifiers import LSARPC, SAMR, WMI_LOGIN
from app.model.tuning import Threshold

WINDOW = 10 * MINUTE
"""Tools read everything in seconds."""
EPISODE = 2 * HOUR
"""What one source asks, with pauses of less, is one alert: programs come back every hour."""
ENUMERATIONS = {
    11: "all groups", 13: "all users", 15: "all aliases", 40: "a list of accounts", 48: "a list of accounts",
    51: "a list of accounts",
}  # fmt: skip
"""SamrEnumerateGroups/Users/AliasesInDomain, SamrQueryDisplayInformation 1-3 (MS-SAMR section 3.1.5.2 and 3.1.5.3)."""
MEMBERS = {25: "members of a group", 33: "members of an alias"}
"""SamrGetMembersInGroup, SamrGetMembersInAlias (MS-SAMR section 3.1.5.8)."""
ONE_BY_ONE = frozenset({34, 36, 47, 39, 16})
"""SamrOpenUser, SamrQueryInformationUser 1 and 2, SamrGetGroupsForUser, SamrGetAliasMembership."""
OPEN_USER = 34
"""The one call for each user that counts where nothing tells whom a call is about."""
LOOK_UP_SIDS = frozenset({15, 57})
"""LsarLookupSids and LsarLookupSids2 (MS-LSAT section 3.1.4). LsarLookupSids3 (76) works on the secure channel of a member
computer only, which looks up everybody who visits it."""
NAME_BYTES = 100
"""A translated name takes about as much of an answer that cannot be read."""
LOCAL_GROUPS = "local groups of several computers"
LOG_IN = 6
"""IWbemLevel1Login::NTLMLogin (MS-WMI section 3.1.4.1.4), which only administrators of a computer may, unless told otherwise."""
VISITED = 0.75
"""Share of the computers asked that the same source also signed in to by WMI: an inventory takes all that it is given, while
tools that look for administrators ask one thing of many."""
HABIT = 3
"""Days on which a computer asked for a list, after which asking again is its habit."""
BUILTIN = "S-1-5-32"
ANONYMOUS, NAMELESS = "S-1-5-7", frozenset({"samr", "lsarpc"})
"""Nobody, and the pipes of SAM and LSA; the pipe netlogon is opened so by every computer."""
HANDLE, GROUPS_OF_USER, MEMBERS_OF_GROUP, CALL_REFUSED = 4661, 4798, 4799, 16965
"""A handle to an object of SAM; the local groups of a user, the members of a local group were listed; a remote call refused."""
DOMAIN_SID = "s-1-5-21-"
GROUP_NAMES = {
    "512": "Domain Admins", "516": "Domain Controllers", "518": "Schema Admins", "519": "Enterprise Admins",
    "520": "Group Policy Creator Owners", "544": "Administrators", "548": "Account Operators", "549": "Server Operators",
    "550": "Print Operators", "551": "Backup Operators",
}  # fmt: skip
SENSITIVE_RIDS = frozenset({498, 512, 516, 518, 519, 520, 521, 526, 527, 544, 548, 549, 550, 551, 552})
"""Relative ids of well-known powerful groups (MS-DTYP section 2.4.2.4)."""
GROUPS = Threshold(name="groups", low=10, medium=4, high=2, words="Groups whose members were asked for")
"""Groups whose members were asked for; administrators look at one or two by name."""
USERS = Threshold(name="users", low=60, medium=20, high=10, words="Users asked about one by one")
"""Users asked about one by one."""
SIDS = Threshold(name="sids", low=500, medium=200, high=100, words="Security identifiers of the domain turned into names")
"""Security identifiers of the domain turned into names; permission dialogues ask for a few dozen."""


def number(call: RpcCall, *keys: str) -> int | None:
    """The first of these facts that is a number."""
    for key in keys:
        value = call.stub.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


def asked_about(call: RpcCall) -> str:
    """Security identifier of the group, alias or user that the call is about, empty when its opening was not seen."""
    target = call.stub.get("target", "")
    return target if isinstance(target, str) else ""


def sensitive_group(call: RpcCall) -> bool:
    """True when the group asked about is a powerful one."""
    return is_powerful(asked_about(call))


def is_powerful(sid: str) -> bool:
    """True when a SID is that of a powerful group."""
    last = sid.rpartition("-")[2]
    return last.isascii() and last.isdigit() and len(last) < 6 and int(last) in SENSITIVE_RIDS


def detect(activity: Activity, ctx: Context) -> Iterator[Finding | Later]:
    """Lists at once, members of powerful groups at once, single questions by their number."""
    if not isinstance(activity.detail, RpcCall):
        yield from logged(activity, ctx)
        return
    call = activity.detail
    if call.interface == WMI_LOGIN:
        if call.opnum == LOG_IN and activity.result == "success" and activity.source is not None:
            where = activity.destination.ip if activity.destination else ""
            ctx.memory.seen(("wmi", ctx.place(activity.source, activity.at)), where, activity.at, activity.id, EPISODE)
        return
    if call.interface not in (SAMR, LSARPC) or activity.source is None or ctx.from_controller(activity):
        return
    if activity.destination is not None and activity.destination.ip == activity.source.ip:
        return
    ip, at = ctx.place(activity.source, activity.at), activity.at
    asked, severe = "", True
    if call.interface == LSARPC:
        if call.opnum not in LOOK_UP_SIDS:
            return
        each = number(call, "count", "sids", "entries") or 1
        if call.response_bytes and call.sealed:
            each = max(1, call.response_bytes // NAME_BYTES)
        sids = ctx.memory.seen(("sids", ip), True, at, activity.id, WINDOW)
        ctx.memory.note(("sid total", ip), (ctx.memory.recall(("sid total", ip), int, at, WINDOW) or 0) + each, at)
        total = ctx.memory.recall(("sid total", ip), int, at, WINDOW) or 0
        if total < ctx.limit(SIDS):
            return
        asked = "names of security identifiers by the hundred"
        evidence = sids.take()
    elif call.opnum in ENUMERATIONS:
        asked = ENUMERATIONS[call.opnum]
        if call.opnum == 15 and not ctx.to_controller(activity):
            return
        if is_habit(call, activity, ctx):
            return
        builtin = call.opnum == 15 and call.stub.get("domain") == BUILTIN
        severe = not builtin
        evidence = (activity.id,)
    elif call.opnum in MEMBERS:
        if call.opnum == 33 and not ctx.to_controller(activity):
            where = activity.destination.ip if activity.destination else ""
            hosts = ctx.memory.seen(("hosts", ip), where, at, activity.id, WINDOW)
            if hosts.distinct < ctx.limit(GROUPS):
                return
            asked, evidence = LOCAL_GROUPS, hosts.take()
        else:
            groups = ctx.memory.seen(("groups", ip), asked_about(call) or activity.id, at, activity.id, WINDOW)
            if not sensitive_group(call) and groups.distinct < ctx.limit(GROUPS):
                return
            asked, evidence = MEMBERS[call.opnum], groups.take()
            name = GROUP_NAMES.get(asked_about(call).rpartition("-")[2])
            if name:
                asked = f"members of {name}"
    elif call.opnum in ONE_BY_ONE:
        if not asked_about(call) and call.opnum != OPEN_USER:
            return
        users = ctx.memory.seen(("users", ip), asked_about(call) or activity.id, at, activity.id, WINDOW)
        if users.distinct < ctx.limit(USERS):
            return
        asked, evidence = "users one by one", users.take()
    else:
        return
    how = f"Asked with {call.operation or f'operation {call.opnum}'}: "
    yield from told(activity, ctx, ip, asked, severe, how, evidence)


def is_habit(call: RpcCall, activity: Activity, ctx: Context) -> bool:
    """True when this computer asked for the same list on several days before: an inventory, told on the first of them."""
    seen = ctx.profiles.seen(ctx.source(activity), QUERIES, f"samr {call.opnum}") if ctx.learning else None
    return seen is not None and seen.days - (seen.last // DAY == activity.at // DAY) >= HABIT


def logged(activity: Activity, ctx: Context) -> Iterator[Later]:
    """The same where a computer's log tells what was opened or listed in its SAM, and nothing shows that it was asked locally."""
    event = activity.detail
    if isinstance(event, EventSam):
        yield from refused(activity, event, ctx)
        return
    if isinstance(event, EventShare):
        if activity.account is not None and activity.account.sid == ANONYMOUS:
            yield from nameless(activity, event, ctx)
        elif pipe_opened(activity, ctx, ("samr",)) and ctx.to_controller(activity):
            yield from reached(activity, ctx, "The log of shares tells its pipe samr: ")
        return
    account, session = ctx.account(activity), session_of(activity, ctx)
    if account is None or account.kind == "controller" or by_system(activity):
        return
    activity = from_session(activity, session)
    if ctx.from_controller(activity) or (session is not None and (session.type != NETWORK or not is_elsewhere(activity, ctx))):
        return
    at, place = activity.at, ctx.place(activity.source, activity.at) or account.key
    if isinstance(event, EventObjectAccess):
        kind, name = (event.text("ObjectType") or "").upper(), event.text("ObjectName") or ""
        if event.event_id == HANDLE and kind == "SAM_DOMAIN" and (session is not None or name[:3].upper() == "DC="):
            yield from reached(activity, ctx, f"A handle to the accounts of {name[:200]} was opened: ")
            return
        if event.event_id != HANDLE or kind not in ("SAM_USER", "SAM_GROUP", "SAM_ALIAS"):
            return
        if session is None and not name.lower().startswith(DOMAIN_SID) and not ctx.to_controller(activity):
            yield from aliases(activity, ctx, place, name, how_opened(kind, name))
            return
        how = how_opened(kind, name)
    elif isinstance(event, EventEnumeration):
        if event.text("CallerProcessName") is not None or event.number("CallerProcessId"):
            return  # a program on the computer itself asked
        kind = "SAM_ALIAS" if event.event_id == MEMBERS_OF_GROUP else "SAM_USER"
        name = event.text("TargetSid", "TargetUserName") or ""
        how = (
            "The members of a local group were listed by a remote caller: "
            if kind == "SAM_ALIAS"
            else ("The local groups of a user were listed by a remote caller: ")
        )
    else:
        return
    if kind == "SAM_USER":
        trail = ctx.memory.seen(("users", place), name, at, activity.id, WINDOW)
        if trail.distinct < ctx.limit(USERS):
            if isinstance(event, EventEnumeration) and account.kind == "user" and is_new("local groups", account.key, at, ctx):
                yield from told(activity, ctx, place, "local groups of a user", False, how, (activity.id,), "low")
            return
        asked = "users one by one"
    elif isinstance(event, EventEnumeration) and not ctx.to_controller(activity):
        trail = ctx.memory.seen(("hosts", place), event.computer.lower(), at, activity.id, WINDOW)
        if trail.distinct < ctx.limit(GROUPS):
            if account.kind == "user" and is_new("local groups", account.key, at, ctx):
                yield from told(
                    activity,
                    ctx,
                    place,
                    f"members of {event.text('TargetUserName') or 'a local group'}",
                    False,
                    how,
                    (activity.id,),
                    "low",
                )
            return
        asked = LOCAL_GROUPS
    else:
        trail = ctx.memory.seen(("groups", place), name, at, activity.id, WINDOW)
        at_once = is_powerful(name) and account.kind == "user"  # computers and services look up their own administrators
        if not at_once and trail.distinct < ctx.limit(GROUPS):
            return
        known = GROUP_NAMES.get(name.rpartition("-")[2])
        asked = f"members of {known}" if known else MEMBERS[33 if kind == "SAM_ALIAS" else 25]
    yield from told(activity, ctx, place, asked, True, how, trail.take(), "high" if session is not None else "medium")


def how_opened(kind: str, name: str) -> str:
    """Words for a handle."""
    return f"A handle to {kind} {name[:200]} was opened: "


def aliases(activity: Activity, ctx: Context, place: str, name: str, how: str) -> Iterator[Later]:
    """Local groups or users of a computer that may be any, opened one after the other: told while that is new."""
    account = ctx.account(activity)
    trail = ctx.memory.seen(("aliases", place), name, activity.at, activity.id, WINDOW)
    if account is None or account.kind != "user" or trail.distinct < ctx.limit(GROUPS):
        return
    if is_new("aliases", account.key, activity.at, ctx):
        yield from told(activity, ctx, place, "local groups and users one by one", False, how, trail.take(), "low")


def reached(activity: Activity, ctx: Context, how: str) -> Iterator[Later]:
    """A person reached the accounts database of a controller over the network, who did not before; what he read is not told."""
    account = ctx.account(activity)
    if account is None or account.kind != "user" or not is_new("sam", account.key, activity.at, ctx):
        return
    place = ctx.place(activity.source, activity.at) or account.key
    yield from told(activity, ctx, place, "something of its accounts database", False, how, (activity.id,), "low")


def nameless(activity: Activity, event: EventShare, ctx: Context) -> Iterator[Later]:
    """Nobody, who gave no password, opened a pipe behind which accounts lie: lists of all users, and PetitPotam, began so."""
    pipe = (event.text("RelativeTargetName") or "").lower().rpartition("\\")[2]
    place = ctx.place(activity.source, activity.at)
    if event.event_id != FILE_CHECKED or pipe not in NAMELESS or not (event.text("ShareName") or "").upper().endswith("IPC$"):
        return
    if activity.result == "failure" or not is_elsewhere(activity, ctx) or ctx.from_controller(activity):
        return
    if is_new("nameless", place, activity.at, ctx):
        how = f"The log of shares tells its pipe {pipe}, opened without any account: "
        yield from told(activity, ctx, place, "something of its accounts without a password", False, how, (activity.id,), "low")


def refused(activity: Activity, event: EventSam, ctx: Context) -> Iterator[Later]:
    """Remote calls that the policy for SAM refused; one computer's are often a program that was forgotten in the policy."""
    if event.event_id != CALL_REFUSED or activity.source is None or ctx.from_controller(activity):
        return
    place = ctx.place(activity.source, activity.at)
    hosts = ctx.memory.seen(("refused", place), event.computer.lower(), activity.at, activity.id, WINDOW)
    many = hosts.distinct >= ctx.limit(GROUPS)
    how = f"Windows refused a remote call to SAM, on {hosts.distinct:,} of the computers whose logs tell it: "
    yield from told(activity, ctx, place, "accounts over SAM", many, how, hosts.take())


def told(
    activity: Activity,
    ctx: Context,
    place: str,
    asked: str,
    severe: bool,
    how: str,
    evidence: tuple[str, ...],
    confidence: Severity = "high",
) -> Iterator[Later]:
    """The finding of one source, whomever it asked, with all that was asked so far."""
    trail = ctx.memory.seen(("asked", place), asked, activity.at, activity.id, WINDOW)
    hour_of(ctx, activity.at, place, asked)
    before = severe and told_before(ctx, activity.at, place, asked, worked=activity.result != "failure")
    one = later(
        ctx, activity, place,
        lambda: tell(activity, ctx, trail, severe, how, confidence, place, before), first=trail.began,
        evidence=evidence or (activity.id,), confidence=confidence,
        severity=None if severe and not before else "low", succeeded=outcome_of(activity), sources=(ctx.source(activity),),
        accounts=some(ctx.account(activity)),
    )  # fmt: skip
    yield folded(one, place, asked) if before else one


def tell(
    activity: Activity, ctx: Context, trail: Trail, severe: bool, how: str, confidence: Severity, place: str, before: bool
) -> Finding:  # fmt: skip
    """Words with everything that was asked in the episode."""
    things = [str(one) for one in trail.values]
    wide = visits(ctx, ctx.account(activity), activity.at)
    program = all(steady(ctx, activity.at, place, one) for one in things)
    inventory = things == [LOCAL_GROUPS] and ctx.sensitivity != "high" and is_inventory(place, activity.at, ctx)
    success = activity.result != "failure"
    return found(
        ctx,
        activity,
        "",
        first=trail.began,
        confidence=confidence,
        severity=None if severe and not before and not program and not inventory else "low",
        succeeded=outcome_of(activity),
        title=None if success else "Attempted user and group membership reconnaissance (SAMR)",
        story=(
            sentence(
                *ctx.who(activity), " asked ", ctx.target(activity), f" for {listed(things)}",
                ended(activity),
            ),
        ),
        facts=(
            fact(how, activity),
            fact(ctx.doer(activity), " is not a domain controller"),
            *((all_day(ctx.doer(activity)),) if program else ()),
            *((fact("It signed in to WMI of most of these computers as well, which only their administrators may, as an "
                    "inventory does"),) if inventory else ()),
            *((wide,) if wide is not None else ()),
            *((again(ctx.account(activity), ctx.source(activity)),) if before and not program else ()),
            against(
                f"It would be quiet for single look-ups: below {plural(ctx.limit(USERS), 'user')}, "
                f"{plural(ctx.limit(GROUPS), 'ordinary group')} or {plural(ctx.limit(SIDS), 'identifier')} "
                f"within {WINDOW // MINUTE} minutes, and no list of all accounts"
                + ("; and for who reached it earlier, or where five others do" if confidence == "low" else "")
            ),
        ),
        steps=ctx.path(activity, "SAMR questions", listed(things, 2)),
    )  # fmt: skip


def is_inventory(place: str, at: int, ctx: Context) -> bool:
    """True when whoever asked computers for their local groups was let in to WMI of most of them in the same hours."""
    hosts, wmi = ctx.memory.trail(("hosts", place), at, WINDOW), ctx.memory.trail(("wmi", place), at, EPISODE)
    if hosts is None or wmi is None:
        return False
    return len(hosts.values.keys() & wmi.values.keys()) >= VISITED * len(hosts.values)


DETECTOR = Detector(
    id="samr_reconnaissance",
    external_id=2021,
    title="User and group membership reconnaissance (SAMR)",
    severity="medium",
    phase="Reconnaissance",
    techniques=("T1087.002", "T1069.002"),
    watches=(RpcCall, EventObjectAccess, EventEnumeration, EventSam, EventShare),
    interfaces=(SAMR, LSARPC, WMI_LOGIN),
    opnums=(*ENUMERATIONS, *MEMBERS, *sorted(ONE_BY_ONE | LOOK_UP_SIDS), LOG_IN),
    event_ids=(HANDLE, GROUPS_OF_USER, MEMBERS_OF_GROUP, CALL_REFUSED, FILE_CHECKED),
    needs=Needs(
        ports=("445", "139"),
        kinds=("rpc-call", "event-object-access", "event-enumeration", "event-sam", "event-share"),
        parts=(
            "event-object-access",
            "event-enumeration",
            "event-sam",
            "event-share",
        ),
        hidden_by=("smb3 encrypted",),
        interfaces=(SAMR, LSARPC),
        content=True,
        controllers=True,
    ),
    window=EPISODE,
    learning=28 * DAY,
    profiled=True,
    thresholds=(GROUPS, USERS, SIDS),
    sessions=True,
    forms={EventShare: lambda form, _: form[2] in NAMELESS},
    detect=detect,
)
