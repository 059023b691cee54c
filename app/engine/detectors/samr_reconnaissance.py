"""Users and group members read out over SAMR or LSA lookups."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import (
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
    sentence,
    some,
)
from app.engine.memory import Trail
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import RpcCall

SAMR = "12345778-1234-abcd-ef00-0123456789ac"
LSARPC = "12345778-1234-abcd-ef00-0123456789ab"
WINDOW = 10 * MINUTE
"""Tools read everything in seconds."""
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
BUILTIN = "S-1-5-32"
GROUP_NAMES = {
    "512": "Domain Admins", "516": "Domain Controllers", "518": "Schema Admins", "519": "Enterprise Admins",
    "520": "Group Policy Creator Owners", "544": "Administrators", "548": "Account Operators", "549": "Server Operators",
    "550": "Print Operators", "551": "Backup Operators",
}  # fmt: skip
SENSITIVE_RIDS = frozenset({498, 512, 516, 518, 519, 520, 521, 526, 527, 544, 548, 549, 550, 551, 552})
"""Relative ids of well-known powerful groups (MS-DTYP section 2.4.2.4)."""
GROUPS = {"low": 10, "medium": 4, "high": 2}
"""Groups whose members were asked for; administrators look at one or two by name."""
USERS = {"low": 60, "medium": 20, "high": 10}
"""Users asked about one by one."""
SIDS = {"low": 500, "medium": 200, "high": 100}
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
    last = asked_about(call).rpartition("-")[2]
    return last.isdigit() and int(last) in SENSITIVE_RIDS


def detect(activity: Activity, ctx: Context) -> Iterator[Finding | Later]:
    """Lists at once, members of powerful groups at once, single questions by their number."""
    call: RpcCall = activity.detail  # type: ignore[assignment]
    if call.interface not in (SAMR, LSARPC) or activity.source is None or ctx.from_controller(activity):
        return
    if activity.destination is not None and activity.destination.ip == activity.source.ip:
        return
    ip, at, rank = activity.source.ip, activity.at, ctx.sensitivity
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
        if total < SIDS[rank]:
            return
        asked = "names of security identifiers by the hundred"
        evidence = sids.take()
    elif call.opnum in ENUMERATIONS:
        asked = ENUMERATIONS[call.opnum]
        if call.opnum == 15 and not ctx.to_controller(activity):
            return
        builtin = call.opnum == 15 and call.stub.get("domain") == BUILTIN
        severe = not builtin
        evidence = (activity.id,)
    elif call.opnum in MEMBERS:
        if call.opnum == 33 and not ctx.to_controller(activity):
            where = activity.destination.ip if activity.destination else ""
            hosts = ctx.memory.seen(("hosts", ip), where, at, activity.id, WINDOW)
            if hosts.distinct < GROUPS[rank]:
                return
            asked, evidence = "local groups of several computers", hosts.take()
        else:
            groups = ctx.memory.seen(("groups", ip), asked_about(call) or activity.id, at, activity.id, WINDOW)
            if not sensitive_group(call) and groups.distinct < GROUPS[rank]:
                return
            asked, evidence = MEMBERS[call.opnum], groups.take()
            name = GROUP_NAMES.get(asked_about(call).rpartition("-")[2])
            if name:
                asked = f"members of {name}"
    elif call.opnum in ONE_BY_ONE:
        if not asked_about(call) and call.opnum != OPEN_USER:
            return
        users = ctx.memory.seen(("users", ip), asked_about(call) or activity.id, at, activity.id, WINDOW)
        if users.distinct < USERS[rank]:
            return
        asked, evidence = "users one by one", users.take()
    else:
        return
    trail = ctx.memory.seen(("asked", ip), asked, at, activity.id, WINDOW)
    yield later(
        ctx, activity, f"{ip} {activity.destination.ip if activity.destination else ''}",
        lambda: tell(activity, ctx, trail, severe), first=trail.began, evidence=evidence or (activity.id,),
        severity=None if severe else "low", succeeded=outcome_of(activity), sources=(ctx.source(activity),),
        accounts=some(ctx.account(activity)),
    )  # fmt: skip


def tell(activity: Activity, ctx: Context, trail: Trail, severe: bool) -> Finding:
    """Words with everything that was asked in the episode."""
    call: RpcCall = activity.detail  # type: ignore[assignment]
    rank = ctx.sensitivity
    things = [str(one) for one in trail.values]
    success = activity.result != "failure"
    return found(
        ctx,
        activity,
        "",
        first=trail.began,
        severity=None if severe else "low",
        succeeded=outcome_of(activity),
        title=None if success else "Attempted user and group membership reconnaissance (SAMR)",
        story=(
            sentence(
                *ctx.who(activity), " asked ", ctx.target(activity), f" for {listed(things)}",
                ended(activity),
            ),
        ),
        facts=(
            fact(f"Asked with {call.operation or f'operation {call.opnum}'}: ", activity),
            fact(ctx.source(activity), " is not a domain controller"),
            against(
                f"It would be quiet for single look-ups: below {USERS[rank]} users, {GROUPS[rank]} ordinary groups "
                f"or {SIDS[rank]} identifiers within {WINDOW // MINUTE} minutes, and no list of all accounts"
            ),
        ),
        steps=ctx.path(activity, "SAMR questions", listed(things, 2)),
    )  # fmt: skip


DETECTOR = Detector(
    id="samr_reconnaissance",
    external_id=2021,
    title="User and group membership reconnaissance (SAMR)",
    severity="medium",
    phase="Reconnaissance",
    techniques=("T1087.002", "T1069.002"),
    watches=(RpcCall,),
    needs=Needs(
        ports=("445", "139"),
        kinds=("rpc-call",),
        hidden_by=("smb3 encrypted",),
        interfaces=(SAMR, LSARPC),
        content=True,
        controllers=True,
    ),
    window=60 * MINUTE,
    detect=detect,
)
