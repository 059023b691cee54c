"""An account that nobody has a reason to touch was changed, or its groups were."""

from collections.abc import Iterator

from msgspec import Struct

from app.engine.changes import is_removal
from app.engine.context import NOBODY, Context
from app.engine.detector import (
    HOUR,
    Detector,
    Needs,
    against,
    caption_of,
    ended,
    fact,
    found,
    outcome_of,
    sentence,
    some,
)
from app.engine.readings.sessions import sessioned
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import LdapDelete, LdapModify, LdapRename, RpcCall
from app.model.directory import DirectoryChange
from app.model.entity import EntityRef
from app.model.events import EventAccount, EventDirectoryChange, EventGroup
from app.model.identifiers import SAMR
from app.model.tags import HONEYTOKEN

WINDOW = HOUR
AUTOMATIC = frozenset({
    "lastlogon", "lastlogontimestamp", "logoncount", "badpwdcount", "badpasswordtime", "lockouttime", "whenchanged",
    "usnchanged", "dscorepropagationdata", "msds-lastsuccessfulinteractivelogontime", "admincount",
    "msds-failedinteractivelogoncount",
})  # fmt: skip
"""Attributes that controllers write by themselves when somebody signs in, fails to, or at their hourly protection of admins."""
CHANGED = {
    4722: "was enabled", 4723: "had its password changed", 4724: "was given another password", 4725: "was disabled",
    4726: "was deleted", 4738: "was changed", 4742: "was changed", 4743: "was deleted", 4765: "was given a SID history",
    4767: "was unlocked", 4781: "was renamed",
}  # fmt: skip
JOINED = frozenset({4728, 4732, 4746, 4751, 4756, 4761})
LEFT = frozenset({4729, 4733, 4747, 4752, 4757, 4762})
"""Members of security and distribution groups of the three scopes, added and removed."""
WRITTEN, DELETED = 5136, 5141
ADD_TO_GROUP, REMOVE_FROM_GROUP, ADD_TO_ALIAS, REMOVE_FROM_ALIAS = 22, 24, 31, 32
DELETE_USER, SET_USER, SET_USER_2, CHANGE_PASSWORD, CHANGE_PASSWORD_OEM = 35, 37, 58, 55, 63
"""Calls of MS-SAMR section 3.1.5 that change a user or a membership."""
BY_TARGET = {DELETE_USER: "was deleted", SET_USER: "was changed", SET_USER_2: "was changed"}
GROUPS = "Honeytoken group membership changed"


class Change(Struct, frozen=True, kw_only=True):
    """What was done to a honeytoken. group: the group that it joined or left, None for a change of itself."""

    decoy: EntityRef
    words: str
    group: str | None = None


def dn_in(value: str) -> str:
    """The distinguished name of a value, which may follow a binary part (MS-ADTS section 3.1.1.1.6)."""
    return value.rpartition(":")[2] if value[:2].upper() == "B:" else value


def changes(activity: Activity, ctx: Context) -> Iterator[Change]:
    """Every honeytoken that an activity changes."""
    detail = activity.detail
    if isinstance(detail, LdapModify):
        yield from modified(detail, ctx)
    elif isinstance(detail, (LdapDelete, LdapRename)):
        decoy = ctx.decoys.named(detail.dn)
        if decoy is not None:
            yield Change(decoy=decoy, words="was deleted" if isinstance(detail, LdapDelete) else "was moved or renamed")
    elif isinstance(detail, DirectoryChange):
        yield from differs(detail, ctx)
    elif isinstance(detail, EventDirectoryChange):
        yield from written(detail, ctx)
    elif isinstance(detail, EventGroup):
        decoy = ctx.decoys.named(detail.text("MemberSid")) or ctx.decoys.named(detail.text("MemberName"))
        if decoy is not None and detail.event_id in JOINED | LEFT:
            group = detail.text("TargetUserName") or "a group"
            words = "was added to" if detail.event_id in JOINED else "was removed from"
            yield Change(decoy=decoy, words=words, group=group)
    elif isinstance(detail, EventAccount):
        name = detail.text("OldTargetUserName", "TargetUserName")
        decoy = ctx.decoys.named(detail.text("TargetSid"))
        if decoy is None and name:
            decoy = ctx.decoys.of(ctx.knowledge.account(name, detail.text("TargetDomainName")))
        if decoy is not None and detail.event_id in CHANGED:
            yield Change(decoy=decoy, words=CHANGED[detail.event_id])
    elif isinstance(detail, RpcCall):
        yield from called(detail, ctx)


def modified(detail: LdapModify, ctx: Context) -> Iterator[Change]:
    """Attributes of the honeytoken itself, or members of a group."""
    decoy = ctx.decoys.named(detail.dn)
    for operation, attribute, values in detail.changes:
        name = attribute.lower()
        if decoy is not None and name not in AUTOMATIC:
            yield Change(decoy=decoy, words=f"was changed ({operation} {attribute})")
        if name == "member":
            for value in values:
                member = ctx.decoys.named(dn_in(value))
                if member is not None:
                    words = "was removed from" if operation == "delete" else "was added to"
                    yield Change(decoy=member, words=words, group=detail.dn)


def differs(detail: DirectoryChange, ctx: Context) -> Iterator[Change]:
    """What two looks at the directory show."""
    name = detail.attribute.lower()
    if name == "member":
        for value in (*detail.new, *detail.old):
            member = ctx.decoys.named(dn_in(value))
            if member is not None:
                words = "was added to" if value in detail.new else "was removed from"
                yield Change(decoy=member, words=words, group=detail.sam or detail.dn)
        return
    decoy = ctx.decoys.named(detail.sid) or ctx.decoys.named(detail.dn) or ctx.decoys.named(detail.sam)
    if decoy is not None and name not in AUTOMATIC:
        yield Change(decoy=decoy, words=f"was changed: {detail.what}")


def written(detail: EventDirectoryChange, ctx: Context) -> Iterator[Change]:
    """An attribute that a controller logged."""
    decoy = ctx.decoys.named(detail.text("ObjectDN")) or ctx.decoys.named(detail.text("ObjectGUID"))
    attribute = detail.text("AttributeLDAPDisplayName") or ""
    if decoy is not None and detail.event_id != WRITTEN:
        yield Change(decoy=decoy, words="was deleted" if detail.event_id == DELETED else "was moved or renamed")
    elif decoy is not None and attribute.lower() not in AUTOMATIC:
        yield Change(decoy=decoy, words=f"was changed ({attribute or 'an attribute'})")
    elif attribute.lower() == "member":
        member = ctx.decoys.named(dn_in(detail.text("AttributeValue") or ""))
        if member is not None:
            added = not is_removal(detail)
            group = detail.text("ObjectDN") or "a group"
            yield Change(decoy=member, words="was added to" if added else "was removed from", group=group)


def called(call: RpcCall, ctx: Context) -> Iterator[Change]:
    """A call to SAM; of a group's number and a member's number the SID of the member follows."""
    target, member = str(call.stub.get("target", "")), str(call.stub.get("member", ""))
    if call.opnum in BY_TARGET:
        decoy = ctx.decoys.named(target)
        if decoy is not None:
            password = call.stub.get("password") is True
            yield Change(decoy=decoy, words="was given another password" if password else BY_TARGET[call.opnum])
    elif call.opnum in (CHANGE_PASSWORD, CHANGE_PASSWORD_OEM):
        decoy = ctx.decoys.named(str(call.stub.get("account", "")))
        if decoy is not None:
            yield Change(decoy=decoy, words="had its password changed")
    elif member and call.opnum in (ADD_TO_GROUP, REMOVE_FROM_GROUP, ADD_TO_ALIAS, REMOVE_FROM_ALIAS):
        decoy = ctx.decoys.named(member if member[:2] == "S-" else f"{target.rpartition('-')[0]}-{member}")
        if decoy is not None:
            words = "was added to" if call.opnum in (ADD_TO_GROUP, ADD_TO_ALIAS) else "was removed from"
            yield Change(decoy=decoy, words=words, group=target)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Every change of a honeytoken, except what controllers note by themselves and what its computer does to itself."""
    if not ctx.decoys:
        return
    for change in changes(activity, ctx):
        told, evidence = sessioned(activity, ctx)
        account = ctx.account(told)
        if change.decoy.key.startswith("computer:") and account is not None and account.key == change.decoy.key:
            continue
        yield tell(told, ctx, change, evidence)


def tell(activity: Activity, ctx: Context, change: Change, evidence: tuple[str, ...]) -> Finding:
    """One change."""
    decoy, account, source = change.decoy, ctx.account(activity), ctx.source(activity)
    group = change.group
    entity = ctx.knowledge.account_of_sid(group, activity.at) if group is not None and group[:4] == "S-1-" else None
    where: tuple[str | EntityRef, ...] = (" ", entity) if entity is not None else (f" {group}",) if group else ()
    known = some(account, source)
    who = (" by ", *ctx.who(activity)) if account is not None and source is not NOBODY else (" by ", known[0]) if known else ()
    success = activity.result != "failure"
    return found(
        ctx,
        activity,
        f"{decoy.key} {'groups' if group else 'itself'}",
        evidence=evidence,
        external_id=2428 if group else None,
        title=GROUPS if group else None,
        severity=None if success else "medium",
        succeeded=outcome_of(activity),
        sources=some(source),
        accounts=some(account),
        targets=some(decoy, ctx.target(activity)),
        story=(
            sentence("The honeytoken ", decoy, f" {change.words}", *where, *who, ended(activity)),
            sentence("Nobody has a reason to touch it."),
        ),
        facts=(
            fact("An analyst tagged ", decoy, " as honeytoken"),
            fact(decoy, f" {change.words}", *where, ": ", activity),
            against("It would be quiet for what controllers write by themselves when somebody signs in, "
                    "and if it were not tagged as honeytoken"),
        ),
        steps=ctx.path(activity, "group membership" if group else "change", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="honeytoken_changed",
    external_id=2427,
    other_ids=(2428,),
    title="Honeytoken attributes modified",
    severity="high",
    phase="Domain dominance",
    techniques=("T1098",),
    watches=(
        LdapModify, LdapDelete, LdapRename, DirectoryChange, EventDirectoryChange, EventAccount, EventGroup, RpcCall,
    ),
    needs=Needs(
        tag=HONEYTOKEN,
        ports=("389", "445"),
        kinds=("ldap-modify", "rpc-call", "directory-change", "event-directory-change", "event-account", "event-group"),
        parts=("event-directory-change", "event-account", "event-group"),
        hidden_by=("ldap sealed", "ldap inside tls"),
        interfaces=(SAMR,),
        content=True,
    ),
    window=WINDOW,
    interfaces=(SAMR,),
    event_ids=(WRITTEN, 5139, DELETED, *CHANGED, *sorted(JOINED), *sorted(LEFT)),
    sessions=True,
    silent=lambda ctx, _: not ctx.decoys,
    detect=detect,
)  # fmt: skip
