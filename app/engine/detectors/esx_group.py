"""The group that makes its members administrators of VMware hosts was made, renamed to, or given members."""

from collections.abc import Iterator

from app.engine.change_story import LDAP_PORTS, change_needs, tell
from app.engine.changes import SAM_NAME, Change, changes_of, common_name, gained, is_routine, object_of
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import LdapAdd, LdapModify, LdapRename, RpcCall
from app.model.directory import DirectoryChange
from app.model.events import EventAccount, EventDirectoryChange, EventGroup
from app.model.identifiers import SAMR

NAME = "esx admins"
"""Hosts that joined a domain take every group of this name for their administrators (CVE-2024-37085)."""
WATCHES = (LdapAdd, LdapModify, LdapRename, RpcCall, EventGroup, EventAccount, EventDirectoryChange, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The name appears on a group, or somebody is put into the group of that name."""
    for change in changes_of(activity, ctx, "", "member", SAM_NAME, "cn", "name"):
        what = _what(change)
        if what is None:
            continue
        did, label = what
        members = change.attribute == "member"
        yield tell(
            ctx, activity, change, did, label=label, severity="medium" if members else "high",
            routine=members and is_routine(activity, ctx),
            why=("VMware hosts that joined the domain take its members for their administrators, without asking.",),
            facts=(fact("Only the name of the group counts for these hosts, not where it is or who made it"),),
            quiet=("It would be quiet for a group of another name",), targets=(object_of(change, ctx, activity.at),),
        title=DETECTOR.title,
    )  # fmt: skip


def _is(name: str) -> bool:
    return name.strip().lower() == NAME


def _what(change: Change) -> tuple[tuple[str, ...], str] | None:
    if change.deed == "create":
        named = _is(change.sam) or _is(common_name(change.dn))
        return ((" made the group ESX Admins",), "group made") if named and change.object_class in ("group", "") else None
    if change.deed == "rename" or change.attribute in (SAM_NAME, "cn", "name"):
        renamed = not change.fresh and any(_is(one) for one in gained(change)) and not any(_is(one) for one in change.old)
        return ((" gave a group the name ESX Admins",), "group renamed") if renamed else None
    if change.deed == "move":
        renamed = any(_is(common_name(one)) for one in change.new) and not _is(common_name(change.dn))
        return ((" gave a group the name ESX Admins",), "group renamed") if renamed else None
    if change.attribute == "member" and change.written and not change.fresh and (_is(change.sam) or _is(common_name(change.dn))):
        return (" put somebody into the group ESX Admins",), "member added"
    return None


DETECTOR = Detector(
    id="esx_group",
    external_id=3018,
    title="Suspicious creation of the group of ESX administrators",
    severity="high",
    phase="Lateral movement",
    techniques=("T1098", "T1068"),
    watches=WATCHES,
    needs=change_needs(WATCHES, (*LDAP_PORTS, "445")),
    window=HOUR,
    interfaces=(SAMR,),
    opnums=(10, 14, 22, 31),
    event_ids=(4727, 4728, 4731, 4732, 4754, 4756, 4781, 5136, 5137, 5139),
    detect=detect,
)
