"""A command copied keys of accounts: out of the directory's database, the registry, the memory of LSA.

The database engine tells of copies of that database too, whatever made them.
"""

import re
from collections.abc import Iterator

from app.engine.change_story import tell
from app.engine.changes import Change, is_routine
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, fact
from app.engine.readings.attacks import COMMANDS, KEYS, MEDIA, UTIL, attacks_of
from app.engine.readings.commands import base
from app.engine.readings.databases import CLOSED, MADE, MOVED, OPENED, copy_of
from app.engine.readings.hosts import FILE_MADE, file_made
from app.engine.readings.processes import program_of
from app.engine.readings.sessions import by_system
from app.engine.repeated import again, told_before
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.events import EventDatabase, EventHost, EventProcess, EventScript
from app.model.hosts import DATABASE as DATABASE_FILE
from app.model.hosts import DUMP as DUMP_FILE
from app.model.hosts import HIVE as HIVE_FILE
from app.model.hosts import TICKETS

SAVERS = frozenset({"reg.exe", UTIL})
"""Programs that make files of such names only to save hives."""
COPIERS = frozenset({"cmd.exe", "powershell.exe", "pwsh.exe", "robocopy.exe", "xcopy.exe", "esentutl.exe", "system"})
"""Programs that copy what they are told; folders are called security and system too."""
CRASHES = frozenset({"werfault.exe", "werfaultsecure.exe", "wermgr.exe"})
"""What Windows writes a program's memory with when that fails."""
SERVICING = frozenset({
    "lsass.exe", "tiworker.exe", "trustedinstaller.exe", "dism.exe", "dismhost.exe", "wbengine.exe", "setuphost.exe",
    "poqexec.exe",
})  # fmt: skip
OF_SERVICING = re.compile(r"\\windows\\(ntds\\ntds\.dit$|system32\\ntds\.dit$|winsxs\\|servicing\\|softwaredistribution\\)")
"""Where the database is at home, and where Windows keeps the empty one from which a controller begins."""
OF_PRODUCTS = re.compile(r"^[a-z]:\\program files( \(x86\))?\\", re.I)
"""Programs that were installed: backup restores such a file, protection collects a dump."""


def file_of(path: str, image: str) -> tuple[str, str]:
    """The same of a file that a program made: its name, and who makes such files as its work, decide."""
    low, program = path.lower(), base(image)
    name = low.rpartition("\\")[2]
    installed = OF_PRODUCTS.search(image) is not None
    if DATABASE_FILE.match(name):
        home = OF_SERVICING.search(low) is not None
        return (
            ("", "") if home or program in SERVICING or installed else ("the database of the directory", f"a file of {program}")
        )
    if HIVE_FILE.match(name) and (program in SAVERS or (program in COPIERS and (name[:3] == "sam" or "." in name))):
        return "keys of local accounts in the registry", f"a file of {program}"
    if DUMP_FILE.match(name) and program not in CRASHES and not installed:
        return "the memory of LSA", f"a file of {program}"
    if TICKETS.search(name):
        return "Kerberos tickets", f"a file of {program}, as tools keep tickets"
    return "", ""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Commands that do it, and files that it leaves, whoever does: backup programs ask the system, and write no such thing."""
    event = activity.detail
    place = ctx.target(activity).key
    if isinstance(event, EventHost):
        said, image = file_made(activity)
        program = base(image)
        what, means = file_of(said, image)
        if program == UTIL and ctx.memory.recall(("without secrets", place), bool, activity.at, HOUR):
            return
    elif isinstance(event, EventDatabase):
        yield from engine(activity, ctx)
        return
    else:
        attack = next((one for one in attacks_of(activity) if one.technique in (KEYS, MEDIA)), None)
        if attack is None:
            return
        if attack.technique == MEDIA:
            ctx.memory.note(("without secrets", place), True, activity.at)
            return
        program = program_of(event) if isinstance(event, EventProcess) else ""
        said, what, means = attack.said, attack.what, attack.means
    if not what:
        return
    if "directory" in what:
        ctx.memory.note(("told", place), True, activity.at)
    target = ctx.target(activity)
    controller = target.kind == "controller" or "directory" in what
    severity: Severity = "high" if controller and not (program == UTIL and by_system(activity)) else "medium"
    yield tell(
        ctx,
        activity,
        Change(deed="set"),
        (f" copied {what} on ", target),
        label="keys copied",
        severity=severity,
        routine=is_routine(activity, ctx),
        subject=f"{place} keys copied",
        why=("With it every account whose keys are in there can be used without its password.",),
        facts=(fact(f"By {means}: {' '.join(said.split())[:300]}"),),
        quiet=("It would be quiet for a command that copies something else",),
        targets=(target,),
        confidence="medium",
        title=DETECTOR.title,
    )


def engine(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The database engine tells of a copy, but not who made it; what a command or a file told already is not told again."""
    event, where, at = activity.detail, ctx.target(activity).key, activity.at
    copy = copy_of(event) if isinstance(event, EventDatabase) else None
    if copy is None or any(ctx.memory.recall((one, where), bool, at, HOUR) for one in ("told", "without secrets")):
        return
    target, folder = ctx.target(activity), re.sub(r"\d+", "", copy.path.lower().rpartition("\\")[0])
    known = told_before(ctx, at, "database", where, copy.made, folder)
    loud = copy.made or target.kind == "controller"
    did = "made" if copy.made else "opened"
    yield tell(
        ctx,
        activity,
        Change(deed="set"),
        (f" {did} a copy of the directory's database on ", target),
        label="keys copied",
        severity="low" if known else "high" if copy.media else "medium" if loud else "low",
        subject=f"{where} keys copied",
        why=("Whoever has that file, and the key in the registry beside it, has the keys of every account.",),
        facts=(
            fact(f"The file is {copy.path[:300]}"),
            *((fact("ntdsutil puts it into a folder of this name when it makes media for a controller"),) if copy.media else ()),
            *((fact(f"The engine names who used it {copy.program}"),) if copy.program else ()),
            *((again(target),) if known else ()),
        ),
        quiet=("It would be quiet where the directory itself has its database, and for shadow copies that backups open",),
        targets=(target,),
        confidence="high" if copy.media else "medium",
        title=f"A copy of the directory's database was {did}",
    )


DETECTOR = Detector(
    id="credential_copy",
    external_id=3047,
    title="Keys of accounts were copied by a command",
    severity="high",
    phase="Credential access",
    techniques=("T1003.003", "T1003.002", "T1003.001"),
    watches=(EventProcess, EventHost, EventScript, EventDatabase),
    needs=Needs(
        ports=("the Security log", "the Application log"),
        kinds=("event-process", "event-host", "event-script", "event-database"),
        parts=("event-process", "event-host", "event-script", "event-database"),
    ),
    window=HOUR,
    event_ids=(*COMMANDS, FILE_MADE, MOVED, MADE, OPENED, CLOSED),
    forms={EventProcess: lambda form, _: form[1]},
    detect=detect,
)
