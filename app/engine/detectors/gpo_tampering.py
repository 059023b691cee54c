"""A group policy was changed by somebody whose work that is not, or so that it runs something everywhere."""

from collections.abc import Iterator

from app.engine.change_story import LDAP_PORTS, SEALED, tell
from app.engine.changes import (
    Change,
    actor_of,
    by_controller,
    changes_of,
    common_name,
    gained,
    is_administrator,
    is_routine,
    knows_administrators,
)
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, fact
from app.engine.forms import CHANGED, CHANGES, WRITES
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapModify, SmbFile
from app.model.events import EventDirectoryChange, EventShare

FILES: dict[str, str] = {
    "scheduledtasks.xml": "scheduled tasks", "services.xml": "services", "scripts.ini": "scripts", "psscripts.ini": "scripts",
    "groups.xml": "members of local groups", "files.xml": "files that are copied", "gpttmpl.inf": "rights and security settings",
    "registry.xml": "registry values",
}  # fmt: skip
"""Files of a policy with which it runs something or gives rights (MS-GPPREF section 2.2, MS-GPSCR, MS-GPSB)."""
SETTINGS = "registry.pol"
"""Administrative templates (MS-GPREG section 2.2.1): among many others, whether Defender runs."""
EXTENSIONS = {
    "aadced64-746c-4633-a97c-d61349046527": "scheduled tasks", "91fbb303-0cd5-4055-bf42-e512a681b325": "services",
    "42b5faae-6536-11d2-ae5a-0000f87571e3": "scripts", "17d89fec-5c44-4972-b12d-241caef74509": "members of local groups",
    "7150f9bf-48ad-4da4-a49c-29ef4a8369ba": "files that are copied", "827d319e-6eac-11d2-a4ea-00c04f79f83a": "security settings",
}  # fmt: skip
"""Client-side extensions of gPCMachineExtensionNames and gPCUserExtensionNames (MS-GPOL section 2.2.4)."""
DEFAULTS = {"31b2f340-016d-11d2-945f-00c04fb984f9": "Default Domain Policy", "6ac1786c-016f-11d2-945f-00c04fb984f9":
            "Default Domain Controllers Policy"}  # fmt: skip
NAMES = ("gpcmachineextensionnames", "gpcuserextensionnames")
VERSION, LINK = "versionnumber", "gplink"
PROGRAMS = (".bat", ".cmd", ".ps1", ".vbs", ".js", ".exe", ".dll", ".msi", ".kix")
"""Endings of files that run when they lie among the scripts of a domain or of a policy."""
WRITE_DATA = 0x2 | 0x4
"""FILE_WRITE_DATA, FILE_APPEND_DATA in the access mask of 5145."""
WATCHES = (SmbFile, LdapModify, EventDirectoryChange, EventShare)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Files of policies written on SYSVOL, and policies changed in the directory."""
    detail = activity.detail
    if isinstance(detail, SmbFile):
        if detail.action in CHANGES and _is_shared_by_controllers(detail.path, detail.name):
            yield from _file(activity, detail.new_name or detail.name, ctx)
        return
    if isinstance(detail, EventShare):
        named = detail.text("RelativeTargetName") or ""
        written = (detail.number("AccessMask") or 0) & WRITE_DATA
        if written and _is_shared_by_controllers(detail.text("ShareName") or "", named):
            yield from _file(activity, named, ctx)
        return
    for change in changes_of(activity, ctx, *NAMES, VERSION, LINK):
        counted = change.written or (change.attribute == VERSION and change.deed == "remove")  # one of two records of an edit
        if counted and not change.fresh and not by_controller(activity, ctx):
            yield from _object(activity, change, ctx)


def _is_shared_by_controllers(share: str, path: str) -> bool:
    """True where policies and sign-in scripts lie on SYSVOL and NETLOGON, which only controllers share."""
    name, folder = share.lower(), path.lower()
    if name.endswith("\\netlogon"):
        return True
    if "\\policies\\{" in folder:
        return name.endswith("\\sysvol") or not name
    return name.endswith("\\sysvol") and "\\scripts\\" in folder


def _policy(text: str) -> str:
    """GUID of the policy in a path or a distinguished name, in lower case."""
    return text.partition("{")[2].partition("}")[0].lower()


def _file(activity: Activity, path: str, ctx: Context) -> Iterator[Finding]:
    name = path.rpartition("\\")[2].lower()
    what = FILES.get(name) or ("a script or program" if name.endswith(PROGRAMS) else None)
    if (what is None and name != SETTINGS) or by_controller(activity, ctx):
        return
    change = Change(deed="touch", attribute="file", guid=_policy(path))
    yield from _told(activity, change, f"wrote {what or 'settings'} into", what is not None, [f"The file is {path}"], ctx)


def _object(activity: Activity, change: Change, ctx: Context) -> Iterator[Finding]:
    if change.attribute == LINK:
        actor = actor_of(activity, ctx)
        if actor is not None and not is_administrator(actor, ctx, activity.at) and gained(change):
            yield from _told(activity, change, "linked policies to", False, [f"The place is {change.dn}"], ctx)
        return
    if change.attribute == VERSION:
        yield from _told(activity, change, "edited", False, [], ctx)
        return
    before, now = " ".join(change.old).lower(), " ".join(change.new).lower()
    fresh = [words for guid, words in EXTENSIONS.items() if guid in now and guid not in before] if change.old else []
    yield from _told(
        activity,
        change,
        f"added {fresh[0]} to" if fresh else "edited",
        bool(fresh),
        [f"It now has {', '.join(fresh)}"] if fresh else [],
        ctx,
    )


def _told(activity: Activity, change: Change, verb: str, runs: bool, more: list[str], ctx: Context) -> Iterator[Finding]:
    actor = actor_of(activity, ctx)
    known, routine = is_administrator(actor, ctx, activity.at), is_routine(activity, ctx)
    guid = _policy(change.dn) or change.guid
    default = DEFAULTS.get(guid)
    machine = actor is not None and actor.key.startswith("computer:")
    if routine and not runs and not default:
        return
    severity: Severity = "low"
    if machine:
        severity = "high"
    elif not known:
        linked = verb.startswith("linked") and knows_administrators(ctx)  # else it may well be an administrator
        severity = "medium" if runs or default or linked else "low"
    elif runs and default:
        severity = "medium"
    elif not runs and not default:
        return  # administrators edit policies
    policy = default or (f"the policy {{{guid.upper()}}}" if guid else common_name(change.dn) or "a place")
    if change.attribute == "file" and not guid:
        policy = "the scripts that run at sign-in"
    yield tell(
        ctx, activity, change, (f" {verb} {policy}",), label="policy changed", severity=severity, routine=routine and not machine,
        why=("Every computer and user that the policy reaches applies it within two hours.",),
        facts=(
            *(fact(one) for one in more),
            *((fact(actor, " is a computer's account"),) if machine else ()),
            *((fact(actor, " is not known as an administrator"),) if not known and actor is not None else ()),
            *((fact("It reaches the whole domain or its controllers"),) if default else ()),
        ),
        quiet=("It would be quiet if a known administrator had edited an ordinary policy",),
        confidence="medium" if not machine else "high", targets=(ctx.target(activity),),
        title=DETECTOR.title,
    )  # fmt: skip


DETECTOR = Detector(
    id="gpo_tampering",
    external_id=2440,
    title="Suspected group policy tampering",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1484.001", "T1562.001"),
    watches=WATCHES,
    needs=Needs(
        ports=(*LDAP_PORTS, "445"), kinds=("ldap-modify", "smb-file", "event-directory-change", "event-share"),
        parts=("event-directory-change", "event-share"), hidden_by=(*SEALED, "smb3 encrypted"),
    ),
    window=HOUR,
    event_ids=(5136, 5145),
    forms={EventShare: lambda form, _: bool(form[1] & WRITES), SmbFile: lambda form, _: bool(form & CHANGED)},
    detect=detect,
)  # fmt: skip
