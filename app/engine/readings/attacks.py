"""Which technique against identities a command shows: one reading for command lines (4688, 1 of Sysmon) and for PowerShell."""

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from app.engine.readings.commands import base
from app.engine.readings.processes import BEGAN, BEGAN_SYSMON, program_of
from app.model.activity import Activity
from app.model.commands import (
    COLLECTOR,
    MODULES,
    NAMED,
    RUBEUS,
    RUBEUS_COMMANDS,
    TECHNIQUE_OF,
    VERBS,
    concerns,
    opened,
)
from app.model.events import EventProcess, EventScript
from app.model.scripts import BEFORE, GOES_ON, Statement, continued, statements

BLOCK, COMMAND, STARTED, PIPELINE = 4104, 4103, 400, 800
KEYS, MEDIA = "credential_copy", "media without secrets"
READ = 8_192
UTIL = "ntdsutil.exe"
_MEDIA = re.compile(r"\bifm\b|\bcreate\s+(?:sysvol\s+)?full\b", re.I)
_FULL = re.compile(r"\bcr\w{0,4}\s+(?:sy\w{0,4}\s+)?f\w{0,3}\b", re.I)
_WITHOUT_SECRETS = re.compile(r"\bcr\w{0,4}\s+(?:sy\w{0,4}\s+)?ro\w{0,2}\b", re.I)
"""Media for a read-only controller, from which ntdsutil takes passwords and other secrets; its words may be cut short."""
_DATABASE = re.compile(r"\bntds\.dit\b|\\windows\\ntds(?:\\|[\"'\s]|$)", re.I)
_COPIES = re.compile(r"\b(copy|xcopy|robocopy|move|type|esentutl|copy-item|cpi|ninjacopy|rawcopy|wbadmin|7z|rar|makecab)\b", re.I)
_SHADOW = re.compile(r"harddiskvolumeshadowcopy\d{1,6}\\windows\\(ntds|system32\\config)\\", re.I)
_HIVES = re.compile(r"\b(save|export)\s{1,8}[\"']?(hklm|hkey_local_machine)\\(sam|security|system)\b", re.I)
_MEMORY = re.compile(
    r"comsvcs(\.dll)?[\"']?[\s,]{0,8}#?\+?(minidump|24)\b|\b(procdump\w{0,4}|dumpert|nanodump|rdrleakdiag)(\.exe)?\b.{0,200}\blsass\b",
    re.I,
)
"""What writes the memory of LSA to a file, by programs that people know."""
_SEARCHES = re.compile(
    r"\b(findstr|find\.exe|grep|rg|select-string|sls|get-help|help|man|get-command|gcm|notepad\S*|code|git|echo|write-\w{1,16})\b",
    re.I,
)
"""Programs that look for words, show or print them: what stands behind them is not run."""
FUNCTION_HOSTS = frozenset({"powershell.exe", "pwsh.exe", "cmd.exe", "powershell", "pwsh", ""})
"""Programs whose command line may call a function of PowerShell."""
_BREAKS = re.compile(r"[;|&\n{}]")
_RUNS = re.compile(
    r"^\s*(?:[&.]|\.{0,2}[\\/]|[a-z]:\\|[\w.-]{1,64}\.exe\b|(?:mimikatz|rubeus|sharphound|ntdsutil|reg|rundll32|esentutl|"
    r"copy|copy-item|cpi|cp|xcopy|robocopy|procdump\w{0,4}|start-process|saps|cmd)\b)",
    re.I,
)
"""How a statement begins that starts a program."""
_BEFORE = frozenset("|({=&.!")
"""What stands before a command inside of a statement."""
_INVOKED = re.compile(r"\bCommandInvocation\(([^)\r\n]{1,128})\)")
_GIVEN = re.compile(r"\bParameterBinding\(([^)\r\n]{1,128})\): name=\"([^\"\r\n]{1,64})\"; value=\"([^\r\n]{1,2000})\"")
_PROMPT = re.compile(r"\bmimikatz\((?:powershell|commandline)\) # ([^\r\n]{1,400})")
"""What mimikatz prints before each command that it was given, when nobody types them."""
_HOST = re.compile(r"\bHostApplication\s?=\s?([^\r\n]{1,32768})", re.I)
MOST = 64
COMMANDS = (BEGAN, BEGAN_SYSMON, BLOCK, COMMAND, STARTED, PIPELINE)
"""Numbers of the events that tell commands."""


class Attack(Struct, frozen=True):
    """What one command does. technique: the detection that tells of it. said: the command. what, means: of keys, and by what."""

    technique: str
    said: str
    what: str = ""
    means: str = ""


def store_of(program: str, command: str) -> tuple[str, str]:
    """(what is copied, what by), both empty for a command that copies no keys."""
    text = command[:READ]
    if program == UTIL and _MEDIA.search(text) and (_FULL.search(text) or not _WITHOUT_SECRETS.search(text)):
        return "the database of the directory", "ntdsutil, which makes media for a new controller"
    if _SHADOW.search(text) or (_DATABASE.search(text) and _COPIES.search(text)):
        return "the database of the directory" if "ntds" in text.lower() else "the registry's keys", "a copy of its files"
    if _HIVES.search(text):
        return "keys of local accounts in the registry", "reg save"
    if _MEMORY.search(text):
        return "the memory of LSA", "a dump"
    return "", ""


def _tools(text: str) -> Iterator[Attack]:
    """Commands of mimikatz, Rubeus and BloodHound's collector, unless a program looks for the words."""
    for technique, pattern in (*MODULES, *VERBS):
        if (found := pattern.search(text)) is not None and not _only_looks(text, found.start()):
            yield _of_tool(technique, text, "a module of mimikatz" if "::" in found.group() else "a command of Rubeus")
    found = RUBEUS.search(text)
    technique = RUBEUS_COMMANDS.get(found.group(1).lower(), "") if found is not None else ""
    if found is not None and technique and not _only_looks(text, found.start()):
        yield _of_tool(technique, text, "a command of Rubeus")
    found = COLLECTOR.search(text)
    if found is not None and not _only_looks(text, found.start()):
        yield Attack("ldap_reconnaissance", text)


def _of_tool(technique: str, said: str, means: str) -> Attack:
    return Attack(technique, said, "keys that LSA and the registry hold" if technique == KEYS else "", means)


def _only_looks(text: str, at: int) -> bool:
    """True where the same command, before this place, is one that looks for words."""
    before = text[max(0, at - 512) : at]
    begin = max((one.end() for one in _BREAKS.finditer(before)), default=0)
    return _SEARCHES.search(before[begin:]) is not None


def _called(name: str, said: str) -> Iterator[Attack]:
    """A function of a tool; mimikatz inside of one by the modules that it is given, else it reads keys."""
    technique = TECHNIQUE_OF[name.lower()]
    if name.lower() == "invoke-mimikatz":
        inner = [one for one, pattern in MODULES if pattern.search(said)]
        if inner:
            yield from (_of_tool(one, said, "a module of mimikatz") for one in inner)
            return
        if "-dumpcerts" in said.lower():
            return
    yield Attack(technique, said, "keys of accounts" if technique == KEYS else "", f"{name}, a function of a tool")


@lru_cache(2_048)
def of_command(program: str, command: str) -> tuple[Attack, ...]:
    """What a command line does. program: that runs it, in lower case."""
    if _SEARCHES.fullmatch(program.removesuffix(".exe")) or _SEARCHES.fullmatch(program):
        return ()
    text = opened(command)[: 4 * READ]
    if not concerns(text):
        return ()
    found: list[Attack] = []
    what, means = store_of(program, text)
    if what:
        found.append(Attack(KEYS, text, what, means))
    elif program == UTIL and _WITHOUT_SECRETS.search(text[:READ]):
        found.append(Attack(MEDIA, text))
    found += _tools(text[:READ])
    if program in FUNCTION_HOSTS:
        for name in NAMED.finditer(text):
            if not _only_looks(text, name.start()) and not re.search(r"\bfunction\s+$", text[: name.start()][-20:], re.I):
                found += _called(name.group(1), text)
    return _distinct(found)


@lru_cache(32)  # for all who ask about one block; a text may be large
def of_script(text: str, part: int, parts: int) -> tuple[Attack, ...]:
    """What a block of a script does, or a part of one of which the others are not known."""
    return _of_statements(statements(text, part, parts))


@lru_cache(32)
def of_part(before: str, text: str, goes_on: bool) -> tuple[Attack, ...]:
    """What a part of a script does, given what is open where it begins."""
    return _of_statements(continued(before, text, goes_on))


def _of_statements(some: tuple[Statement, ...]) -> tuple[Attack, ...]:
    found: list[Attack] = []
    for one in some:
        found += _of_statement(one)
        if len(found) > MOST:
            break
    return _distinct(found)


def _of_statement(one: Statement) -> Iterator[Attack]:
    said = " ".join(one.said.split())[:READ]
    if _RUNS.match(one.code) and concerns(said):
        program = base(said.lstrip("&. \"'").partition(" ")[0])
        what, means = store_of(program if program.endswith(".exe") else f"{program}.exe", said)
        if what:
            yield Attack(KEYS, said, what, means)
        yield from _tools(said)
    elif "[rubeus." in one.code.lower():
        yield from _tools(said)
    for name in NAMED.finditer(one.code):
        before, after = one.code[: name.start()].rstrip(), one.code[name.end() :].lstrip()
        if (not before or before[-1] in _BEFORE or before.lower().endswith("return")) and not after.startswith("="):
            yield from _called(name.group(1), one.said[name.start() :][:READ])


@lru_cache(32)
def of_pipeline(text: str) -> tuple[Attack, ...]:
    """What commands that PowerShell says were run do; a name among their parameters is none."""
    found: list[Attack] = []
    given: dict[str, list[str]] = {}
    for name, parameter, value in _GIVEN.findall(text)[:512]:
        given.setdefault(name.lower(), []).append(f"-{parameter} {value}")
    for name in dict.fromkeys(_INVOKED.findall(text)[:512]):
        if name.lower() in TECHNIQUE_OF:
            found += _called(name, " ".join((name, *given.get(name.lower(), [])))[:READ])
    for name, parameter, value in _GIVEN.findall(text)[:512]:
        if (name.lower(), parameter.lower()) == ("invoke-expression", "command"):
            found += of_script(value, 1, 1)
    for said in _PROMPT.findall(text)[:MOST]:
        found += (_of_tool(technique, said, "a module of mimikatz") for technique, pattern in MODULES if pattern.search(said))
    return _distinct(found)


def _distinct(found: list[Attack]) -> tuple[Attack, ...]:
    return tuple({one.technique: one for one in reversed(found)}.values())


def attacks_of(activity: Activity) -> tuple[Attack, ...]:
    """What a command or script that a log tells does, one of each technique; nothing for other events."""
    event = activity.detail
    if isinstance(event, EventProcess):
        return of_command(program_of(event), event.text("CommandLine") or "")
    if not isinstance(event, EventScript):
        return ()
    if event.event_id == BLOCK:
        part, parts = event.number("MessageNumber") or 1, event.number("MessageTotal") or 1
        text, before = event.fields.get("ScriptBlockText", ""), event.fields.get(BEFORE)
        return of_script(text, part, parts) if before is None else of_part(before, text, GOES_ON in event.fields)
    text = "\n".join(one[:131_072] for one in list(event.fields.values())[:8])
    if event.event_id == STARTED:
        host = _HOST.search(text)
        command = host.group(1).strip() if host is not None else ""
        return of_command(base(command.lstrip("\"'").partition(" ")[0].rstrip("\"'")), command) if command else ()
    return of_pipeline(event.text("Payload") or text) if event.event_id == COMMAND else of_pipeline(text)
