"""Files that hold the domain's secrets are fetched over SMB, or very much is copied from a controller."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from app.engine.context import Context
from app.engine.detector import (
    HOUR,
    MINUTE,
    Detector,
    Needs,
    against,
    caption_of,
    ended,
    fact,
    found,
    listed,
    measured,
    plural,
    sentence,
    some,
)
from app.engine.forms import FOLDER
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import RpcCall, SmbFile
from app.model.events import EventShare
from app.model.identifiers import WINREG
from app.model.tuning import Threshold

WINDOW = HOUR
TOGETHER = 10 * MINUTE
"""Files of one set are fetched one after the other."""
DATABASE = "ntds.dit"
"""The directory's database (MS-ADTS section 1.3); whatever else is in it, the keys of all accounts are."""
HIVE = re.compile(r"(.{0,24}?)(sam|system|security)(\.(?:hiv|hive|save|sav|bak|bk|dmp|dump|dat|out|tmp|bin|old|copy|reg|1|2))?")
"""A registry hive by its name, or a copy of it: what stands before and behind is the same for all hives of one set.
Files of other kinds are called system and security too, event logs above all."""
HOMES = ("\\config", "\\config\\regback", "registry")
"""Folders of registry hives: of the running system, of its copy, of a set made to install a controller from media."""
SECRETS = frozenset({"sam", "security"})
DUMPS = (".dmp", ".mdmp", ".zip", ".7z", ".rar", ".gz", ".out", ".bin")
LARGE = 8_000_000
"""An empty directory's database is larger than that; what programs leave in a controller's folder for temporary files is not."""
LARGE_COPY = "a large temporary file, as tools make of a copy of the directory's database"
SNAPSHOT = re.compile(r"@gmt-\d{4}\.\d\d\.\d\d-\d\d\.\d\d\.\d\d|harddiskvolumeshadowcopy\d*")
"""A share's earlier version (MS-SMB2 section 2.2.13.2.7 and 3.3.5.9.7), or a shadow copy by its device."""
PREFERENCES = re.compile(
    r"\\policies\\(\{[0-9a-f-]{36}\})\\machine\\preferences\\\w+\\(groups|services|scheduledtasks|datasources|printers|drives)\.xml"
)
"""Settings of group policies for computers that could hold passwords (MS-GPPREF section 2.2.1.1.4)."""
READ_DATA = 0x1 | 0x80000000 | 0x02000000 | 0x10000000
"""FILE_READ_DATA, GENERIC_READ, MAXIMUM_ALLOWED, GENERIC_ALL (MS-SMB2 section 2.2.13.1.1)."""
SAVE_KEY, SAVE_KEY_EX = 20, 31
"""BaseRegSaveKey, BaseRegSaveKeyEx (MS-RRP section 3.1.5): a hive is written to a file of the server."""
CHECKED = 5145
VOLUME = Threshold(
    name="volume", low=10_000_000_000, medium=2_000_000_000, high=200_000_000, unit="bytes",
    words="Bytes copied from an administrative share of a controller within an hour",
)  # fmt: skip
POLICIES = Threshold(
    name="policies",
    low=8,
    medium=4,
    high=2,
    words="Policies whose settings for computers one user's account read within ten minutes",
)


class Fetched(Struct, frozen=True, kw_only=True):
    """One file that was asked for. name: in its share, in lower case; base: without its folder. content: bytes moved, None where
    a log tells no number."""

    share: str
    name: str
    base: str
    reads: bool
    content: int | None = None


def is_worth_a_look(share: str, name: str) -> bool:
    """False for nearly all files of a file server, without taking their names apart."""
    if share[-1:] in ("$", "") or (share[-6:].lower() == "sysvol" and "preferences" in name.lower()):
        return True
    base = name[name.rfind("\\") + 1 :].lower()
    if "s" not in base:
        return False
    return "sam" in base or "sys" in base or "secu" in base or "lsass" in base or base.endswith(DATABASE)


def fetched(activity: Activity) -> Fetched | None:
    """The file that an activity asks for, unless nothing of it was wanted but its attributes."""
    detail = activity.detail
    if isinstance(detail, SmbFile):
        if detail.directory or not detail.name:
            return None
        reads = detail.action == "read" or (detail.action == "open" and bool((detail.access or 0) & READ_DATA))
        if not reads and detail.action != "write":
            return None
        return made(detail.path, detail.name, reads, detail.bytes)
    if isinstance(detail, EventShare) and detail.event_id == CHECKED:
        name, share = detail.text("RelativeTargetName"), detail.text("ShareName") or ""
        if name is None or not is_worth_a_look(share, name):
            return None
        return made(share, name, bool((detail.number("AccessMask") or 0) & READ_DATA), None)
    return None


def made(share: str, name: str, reads: bool, content: int | None) -> Fetched:
    """The same in lower case, with one kind of slash."""
    plain = name.lower().replace("/", "\\")
    return Fetched(share=share.lower(), name=plain, base=plain.rpartition("\\")[2], reads=reads, content=content)


def secret(one: Fetched, activity: Activity, ctx: Context) -> str:
    """What of the domain's or the computer's secrets a file holds, "" when nothing tells so."""
    base, folder = one.base, one.name.rpartition("\\")[0]
    if base == DATABASE:
        return "the directory's database" if one.reads else ""
    if one.reads and "lsass" in base and base.endswith(DUMPS):
        return "a dump of the security authority's memory"
    server = ctx.place(activity.destination, activity.at)
    saved = one.reads and one.share[-1:] in ("$", "") and ctx.memory.recall(("saved", server, base), bool, activity.at, HOUR)
    if saved:
        return "a registry hive that was saved to this file over the network before"
    if one.reads and base.endswith(".tmp") and folder.endswith("temp") and one.share[-1:] == "$":
        return LARGE_COPY if (one.content or 0) >= LARGE and ctx.to_controller(activity) else ""
    hive = HIVE.fullmatch(base)
    if hive is None:
        return ""
    at_home = folder.endswith(HOMES)
    if at_home and one.reads and (hive[2] in SECRETS or SNAPSHOT.search(folder) or folder.endswith("registry")):
        return f"the registry hive {hive[2].upper()}"
    if at_home and not SNAPSHOT.search(folder) and not one.reads:
        return ""
    key = ("set", ctx.place(activity.source, activity.at), server, one.share, folder, hive[1], hive[3] or "")
    pieces = ctx.memory.seen(key, hive[2], activity.at, activity.id, TOGETHER)
    telling = {"sam"} if hive[1] else SECRETS
    if "system" in pieces.counts and not telling.isdisjoint(pieces.counts):
        return f"registry hives ({', '.join(sorted(str(piece) for piece in pieces.counts))})"
    return ""


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Files with secrets by their names, sets of settings with passwords, and the volume that leaves a controller."""
    detail: Any = activity.detail
    if type(detail) is RpcCall:
        name = str(detail.stub.get("file", "")).lower().rpartition("\\")[2]
        if detail.opnum in (SAVE_KEY, SAVE_KEY_EX) and name and activity.result != "failure":
            ctx.memory.note(("saved", ctx.place(activity.destination, activity.at), name), True, activity.at)
        return ()
    if type(detail) is SmbFile and not is_worth_a_look(detail.path, detail.name):
        return ()
    one = fetched(activity)
    return looked_at(one, activity, ctx) if one is not None else ()


def looked_at(one: Fetched, activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A file whose name or place may tell something."""
    what = secret(one, activity, ctx)
    if what:
        yield told(activity, ctx, one, what)
    elif one.reads and one.share.endswith("sysvol"):
        yield from collected(activity, ctx, one)
    elif one.content and one.share.endswith("$") and ctx.to_controller(activity):
        yield from volume(activity, ctx, one)


def told(activity: Activity, ctx: Context, one: Fetched, what: str) -> Finding:
    """One file with secrets. Who reads a copy of the directory elsewhere has it no less."""
    target = ctx.target(activity)
    success = None if activity.result == "unanswered" else activity.result == "success" and one.content != 0
    holder = ctx.to_controller(activity) or (not one.reads and ctx.from_controller(activity)) or one.base == DATABASE
    severity: Severity = "high" if holder and success is not False else "medium"
    if what == LARGE_COPY:
        severity = "medium"
    if one.content == 0 and activity.result == "success":
        severity = "low"
    deed = f" {'wrote' if not one.reads else 'read' if success else 'asked for'} {one.base}"
    way = " to " if not one.reads else " from " if success else " on "
    much = f", {one.content:,} bytes" if one.content else ""
    how = SNAPSHOT.search(one.name)
    nothing = "; nothing of it was seen being read." if one.content == 0 and activity.result == "success" else ended(activity)
    return found(
        ctx,
        activity,
        f"{ctx.place(activity.source, activity.at)} {ctx.place(activity.destination, activity.at)}",
        severity=severity,
        confidence="high" if one.content and what != LARGE_COPY else "medium",
        title=None if success is not False else "Attempted data exfiltration over SMB",
        succeeded=success,
        targets=some(target),
        story=(sentence(*ctx.who(activity), deed, way, target, f"{much}: {what}", nothing),),
        facts=(
            fact(f"{one.share}\\{one.name}: ", activity),
            *((fact("It lies in a shadow copy, where a file that is in use can be read"),) if how else ()),
            *((fact(target, " is a domain controller"),) if ctx.to_controller(activity) else ()),
            *(
                (fact(f"The log tells that it was opened for {'reading' if one.reads else 'writing'}, not how much was moved"),)
                if one.content is None
                else ()
            ),
            against("It would be quiet for a file of another name, and for one of which only the attributes were asked for"),
        ),
        steps=ctx.path(activity, "file copied" if success else "file asked for", caption_of(activity)),
    )


def collected(activity: Activity, ctx: Context, one: Fetched) -> Iterator[Finding]:
    """Settings for computers of several policies, read by a user's account: computers read their own, with their own account."""
    policy = PREFERENCES.search(f"\\{one.name}")
    account = ctx.account(activity)
    if policy is None or account is None or account.kind != "user" or activity.result != "success":
        return
    place = ctx.place(activity.source, activity.at)
    policies = ctx.memory.seen(("policies", place, account.key), policy[1], activity.at, activity.id, TOGETHER)
    if policies.distinct < ctx.limit(POLICIES):
        return
    number = plural(policies.distinct, "policy", "policies")
    yield found(
        ctx,
        activity,
        f"{place} preferences",
        first=policies.began,
        evidence=policies.take() or (activity.id,),
        severity="medium",
        confidence="medium",
        title="Group Policy settings that may hold passwords were collected",
        succeeded=True,
        story=(sentence(*ctx.who(activity), f" read the settings for computers of {number} on ", ctx.target(activity), "."),),
        facts=(
            measured(
                "Old settings of this kind hold passwords under a key that is published: ",
                activity,
                seen=policies.distinct,
                limits=(ctx.limit(POLICIES),),
                unit="policies",
            ),
            fact("Computers read these files with their own accounts; ", account, " is a person's or a service's"),
            against(
                f"It would be quiet below {plural(ctx.limit(POLICIES), 'policy', 'policies')} within {TOGETHER // MINUTE} minutes"
            ),
        ),
        steps=ctx.path(activity, "policy files", number),
    )


def volume(activity: Activity, ctx: Context, one: Fetched) -> Iterator[Finding]:
    """Bytes that one source copies from the administrative shares of one controller within an hour."""
    if activity.result != "success" or not one.reads or ctx.from_controller(activity):
        return
    at, where = activity.at, (ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at))
    began, total, largest = ctx.memory.recall(("bytes", *where), tuple, at, WINDOW) or (at, 0, ())
    if at - began > WINDOW:
        began, total, largest = at, 0, ()
    total += one.content or 0
    largest = tuple(sorted(((one.content or 0, activity.id, one.base), *largest), reverse=True)[:8])
    ctx.memory.note(("bytes", *where), (began, total, largest), at)
    if total < ctx.limit(VOLUME):
        return
    target = ctx.target(activity)
    yield found(
        ctx,
        activity,
        f"{where[0]} {where[1]} volume",
        first=min(began, at),
        evidence=tuple(dict.fromkeys((*(proof for _, proof, _ in largest), activity.id))),
        severity="medium",
        confidence="medium",
        title="Very much data copied from a domain controller over SMB",
        succeeded=True,
        story=(sentence(*ctx.who(activity), f" copied {total:,} bytes from administrative shares of ", target, "."),),
        facts=(
            measured(
                f"The largest files: {listed(name for _, _, name in largest)}",
                seen=total,
                limits=(ctx.limit(VOLUME),),
                unit="bytes",
            ),
            fact(target, " is a domain controller, whose administrative shares nobody keeps files in"),
            against(f"It would be quiet below {ctx.limit(VOLUME):,} bytes within an hour, and for the shares of policies"),
        ),
        steps=ctx.path(activity, "files", f"{total:,} bytes"),
    )


DETECTOR = Detector(
    id="smb_exfiltration",
    external_id=2030,
    title="Data exfiltration over SMB",
    severity="high",
    phase="Exfiltration",
    techniques=("T1048.003", "T1003.003", "T1003.002"),
    watches=(SmbFile, EventShare, RpcCall),
    needs=Needs(
        ports=("445", "139"),
        kinds=("smb-file", "event-share"),
        parts=("event-share",),
        hidden_by=("smb3 encrypted", "smb3 compressed"),
    ),
    window=WINDOW,
    interfaces=(WINREG,),
    event_ids=(CHECKED,),
    thresholds=(VOLUME, POLICIES),
    forms={RpcCall: lambda form, _: form[1] in (SAVE_KEY, SAVE_KEY_EX), SmbFile: lambda form, _: not form & FOLDER},
    detect=detect,
)
