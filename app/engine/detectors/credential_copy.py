"""A command copied keys of accounts: out of the directory's database, the registry, the memory of LSA."""

import re
from collections.abc import Iterator

from app.engine.change_story import tell
from app.engine.changes import Change, is_routine
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, fact
from app.engine.readings.processes import BEGAN, BEGAN_SYSMON, program_of
from app.engine.readings.sessions import by_system
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.events import EventProcess

READ = 8_192
MEDIA = re.compile(r"\bifm\b|\bcreate\s+(?:sysvol\s+)?full\b", re.I)
FULL = re.compile(r"\bcr\w{0,4}\s+(?:sy\w{0,4}\s+)?f\w{0,3}\b", re.I)
WITHOUT_SECRETS = re.compile(r"\bcr\w{0,4}\s+(?:sy\w{0,4}\s+)?ro\w{0,2}\b", re.I)
"""Media for a read-only controller, from which ntdsutil takes passwords and other secrets; its words may be cut short."""
DATABASE = re.compile(r"\bntds\.dit\b|\\windows\\ntds(?:\\|[\"'\s]|$)", re.I)
COPIES = re.compile(r"\b(copy|xcopy|robocopy|move|type|esentutl|copy-item|cpi|ninjacopy|rawcopy|wbadmin|7z|rar|makecab)\b", re.I)
SHADOW = re.compile(r"harddiskvolumeshadowcopy\d{1,6}\\windows\\(ntds|system32\\config)\\", re.I)
HIVES = re.compile(r"\b(save|export)\s{1,8}[\"']?(hklm|hkey_local_machine)\\(sam|security|system)\b", re.I)
MEMORY = re.compile(
    r"comsvcs(\.dll)?[\"']?[\s,]{0,8}#?\+?(minidump|24)\b|\b(procdump\w{0,4}|dumpert|nanodump|rdrleakdiag)(\.exe)?\b.{0,200}\blsass\b",
    re.I,
)
"""What writes the memory of LSA to a file, by programs that people know."""
MODULES = re.compile(r"\bsekurlsa::(?!pth\b)|\blsadump::(sam|secrets|cache|lsa|trust|mbc)\b", re.I)
"""Modules of mimikatz, which it names itself, that read keys on the computer; its others ask a controller, or use a key."""


def store_of(program: str, command: str) -> tuple[str, str]:
    """(what is copied, what by), both empty for a command that copies no keys."""
    text = command[:READ]
    if program == "ntdsutil.exe" and MEDIA.search(text) and (FULL.search(text) or not WITHOUT_SECRETS.search(text)):
        return "the database of the directory", "ntdsutil, which makes media for a new controller"
    if SHADOW.search(text) or (DATABASE.search(text) and COPIES.search(text)):
        return "the database of the directory" if "ntds" in text.lower() else "the registry's keys", "a copy of its files"
    if HIVES.search(text):
        return "keys of local accounts in the registry", "reg save"
    if MEMORY.search(text):
        return "the memory of LSA", "a dump"
    if MODULES.search(text):
        return "keys that LSA and the registry hold", "a module of mimikatz"
    return "", ""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Commands that do it, whoever runs them: backup programs ask the system, and write no such command line."""
    event: EventProcess = activity.detail  # type: ignore[assignment]
    program, command = program_of(event), event.text("CommandLine") or ""
    what, means = store_of(program, command)
    if not what:
        return
    target = ctx.target(activity)
    controller = target.kind == "controller" or "directory" in what
    severity: Severity = "high" if controller and not (program == "ntdsutil.exe" and by_system(activity)) else "medium"
    yield tell(
        ctx,
        activity,
        Change(deed="set"),
        (f" copied {what} on ", target),
        label="keys copied",
        severity=severity,
        routine=is_routine(activity, ctx),
        subject=f"{ctx.place(activity.destination, activity.at)} keys copied",
        why=("With it every account whose keys are in there can be used without its password.",),
        facts=(fact(f"By {means}: {' '.join(command.split())[:300]}"),),
        quiet=("It would be quiet for a command that copies something else",),
        targets=(target,),
        confidence="medium",
        title=DETECTOR.title,
    )


DETECTOR = Detector(
    id="credential_copy",
    external_id=3047,
    title="Keys of accounts were copied by a command",
    severity="high",
    phase="Credential access",
    techniques=("T1003.003", "T1003.002", "T1003.001"),
    watches=(EventProcess,),
    needs=Needs(ports=("the Security log",), kinds=("event-process",), parts=("event-process",)),
    window=HOUR,
    event_ids=(BEGAN, BEGAN_SYSMON),
    detect=detect,
)
