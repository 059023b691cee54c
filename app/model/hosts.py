"""What of a computer's own files, pipes and values of its registry concerns identities: who reads logs keeps no more of it."""

import re
from collections.abc import Callable
from functools import lru_cache

PIPES_OF_TOOLS = {
    "psexesvc": "PsExec", "paexec": "PAExec", "remcom_": "RemCom", "csexec": "CSExec", "winexesvc": "winexe", "ahexec": "winexe",
}  # fmt: skip
"""Beginnings of the pipes by which the programs of tools talk to who sent them."""
PIPE_OF_PSEXEC = re.compile(r"^[^\\]{1,100}-([^\\]{1,64})-\d{1,10}-std(in|out|err)$", re.I)
"""Pipes of PsExec's program, whatever it is called: name, computer and process of who sent it, and which of the three it is."""
LONGEST_PIPE = 200
"""Characters of a pipe's name that are looked at; none of these has as many."""
OUTPUT_FILES = re.compile(r"(^|\\)__(\d{9,10}(\.\d{1,9})?|output(_[a-z0-9]{1,16})?)$", re.I)
"""Where tools let a command write what it says, to fetch it from the share of the administrators: WMI and services."""
DATABASE = re.compile(r"^.{0,24}ntds\.dit$", re.I)
"""The directory's database, whatever a copy has before its name (MS-ADTS section 1.3)."""
HIVE = re.compile(r"^(sam|security|system)(\.(hiv|hive|save|sav|bak|dmp|dump|dat|out|old|copy))?$", re.I)
"""Hives of the registry that hold keys, and copies of them."""
DUMP = re.compile(r"^.{0,24}lsass.{0,40}\.(dmp|mdmp|dump|bin)$", re.I)
"""The memory of LSA in a file, by the name that Windows and tools give it."""
TICKETS = re.compile(r"\.kirbi$", re.I)
"""Tickets of Kerberos in a file, as mimikatz and Rubeus write them (KRB-CRED, RFC 4120 section 5.8)."""
IN_FILES = ("ntds.dit", "sam", "security", "system", "lsass", ".kirbi", "__")
"""One of these stands in the name of every such file."""
FILES = (DATABASE, HIVE, DUMP, TICKETS, OUTPUT_FILES)
VALUES = frozenset({
    "imagepath", "servicedll", "dsrmadminlogonbehavior", "serverlevelplugindll", "runasppl", "uselogoncredential",
    "security packages", "authentication packages", "notification packages",
})  # fmt: skip
"""Values of the registry that decide what runs as a service, what LSA loads and keeps, who signs in to a controller."""


def tool_of_pipe(name: str) -> str:
    """The tool whose program has a pipe of this name (without what stands before it); empty for others."""
    return _tool_of_pipe(name[:LONGEST_PIPE])


@lru_cache(maxsize=1024)
def _tool_of_pipe(name: str) -> str:
    low = name.lower()
    found = next((tool for beginning, tool in PIPES_OF_TOOLS.items() if low.startswith(beginning)), "")
    return found or ("PsExec under another name" if PIPE_OF_PSEXEC.search(name) else "")


def sender_of_pipe(name: str) -> str:
    """The computer that sent PsExec's program, which stands in the names of its pipes; empty for others."""
    found = PIPE_OF_PSEXEC.search(name)
    return found.group(1) if found is not None else ""


def is_kept_file(path: str) -> bool:
    """True for a file whose making tells that keys or tickets were copied, or that a command's output waits for somebody."""
    name = path.rpartition("\\")[2][:300]
    if name.isascii() and not any(map(name.lower().__contains__, IN_FILES)):  # nearly all; other letters may equal those of ASCII
        return False
    return any(one.search(name) for one in FILES)


def is_kept_value(path: str) -> bool:
    """True for a value of the registry that decides what runs, what is loaded, who signs in."""
    return path.rpartition("\\")[2].lower() in VALUES


def pipe_named(path: str) -> str:
    """The name of a pipe as it is compared."""
    return path[:300].lstrip("\\")


def is_kept_pipe(path: str) -> bool:
    """True for a pipe of a tool for remote execution."""
    return bool(tool_of_pipe(pipe_named(path)))


KEPT: dict[int, tuple[str, Callable[[str], bool]]] = {
    11: ("TargetFilename", is_kept_file), 13: ("TargetObject", is_kept_value),
    17: ("PipeName", is_kept_pipe), 18: ("PipeName", is_kept_pipe),
}  # fmt: skip
"""By the number of Sysmon's events: the value that decides whether anything is kept of one, and how."""
