"""What in a command line only tools for remote execution, and other attackers' tools, write."""

import re
from functools import lru_cache
from html import unescape

TOOLS = {
    "psexesvc": "PsExec", "paexec": "PAExec", "remcom": "RemCom", "csexec": "CSExec", "winexesvc": "winexe", "xcmdsvc": "xCmd",
}  # fmt: skip
"""Beginnings of the service programs that tools for remote execution copy to the other computer."""
PROGRAM_OF = "the program of "
ADMINISTRATION = frozenset({"PsExec", "PAExec"})
"""Those that administrators use every day, under the names that their makers gave them."""
SHELL = re.compile(r"%comspec%|\bcmd(\.exe)?[\"']?(\s+/[a-z]\b|\s*$)", re.I)
POWERSHELL = re.compile(r"\b(powershell|pwsh)(\.exe)?\b", re.I)
CONCEALED = re.compile(r"\s[-/](e|en|enc|enco\w{0,12}|ec)\s+[A-Za-z0-9+/=]{40}|frombase64string|downloadstring|\biex\b", re.I)
SHARE = re.compile(r"^[\"']?\\\\[^\\?.][^\\]*\\")
OUTPUT = re.compile(r">\s{0,4}[^\s>]{0,260}\\temp\\[^\s>]{1,260}\s+2>&1|>\s*\\\\(127\.0\.0\.1|localhost)\\", re.I)
ELEVATION = re.compile(r"\becho\b.{0,260}>\s{0,4}\\\\\.\\pipe\\", re.I)
"""A service that writes to a pipe of its own computer: how local tools become the system; nothing of it is remote."""
IN_WINDOWS = re.compile(r"^[\"']?(%systemroot%|%windir%|[a-z]:\\windows|\\systemroot)\\([a-z]{8,16})\.exe[\"']?$", re.I)
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def base(path: str) -> str:
    """Name of a program without its folder, in lower case."""
    return _base(path[:1024])


@lru_cache(maxsize=2048)
def _base(path: str) -> str:
    return path.replace("/", "\\").rpartition("\\")[2].strip("\"' ").lower()


def scrambled(name: str) -> bool:
    """True for letters thrown together, upper and lower case in no order ("duGuiwoKxR"); names made of words are not."""
    pieces = WORDS.findall(name)
    return len(pieces) >= 3 and sum(len(piece) < 3 for piece in pieces) * 2 >= len(pieces)


def tossed(name: str) -> bool:
    """True for few letters in no order ("CYAlyNSS"), as tools draw the names of what they take away again; a weaker sign."""
    return name.isalpha() and len(name) <= 12 and len(name) < 3 * len(WORDS.findall(name))


CONCEALED_BY = "PowerShell with concealed commands"


def mark_of(command: str, name: str = "") -> str:
    """What in a service's or task's command only tools for remote execution write, empty when nothing is."""
    text = command[:8192]
    if ELEVATION.search(text):
        return ""
    stem = text.strip("\"' ").replace("/", "\\").rsplit("\\", 1)[-1].lower()
    for beginning, tool in TOOLS.items():
        if stem.startswith(beginning) or name.lower().startswith(beginning):
            return f"{PROGRAM_OF}{tool}"
    if OUTPUT.search(text):
        return "a command whose output goes to a file that somebody fetches"
    if POWERSHELL.search(text) and CONCEALED.search(text):
        return CONCEALED_BY
    inside = IN_WINDOWS.match(text.strip())
    if inside is not None and scrambled(inside.group(2)):
        return "a program with a name of random letters in the Windows folder"
    return ""


def service_mark(command: str, name: str) -> str:
    """The same for a service, where a command line of the shell or a program on a share is a mark too: services have programs."""
    found = mark_of(command, name)
    if found or ELEVATION.search(command[:8192]):
        return found
    if SHELL.search(command[:8192]):
        return "a command line of the shell instead of a program"
    if POWERSHELL.search(command[:8192]):
        return "a command line of PowerShell instead of a program"
    return "a program on a share" if SHARE.match(command.strip()) else ""


def command_of(content: str) -> str:
    """Commands and arguments of a task's XML (MS-TSCH section 2.5), without parsing what somebody else wrote."""
    found = re.findall(r"<(Command|Arguments)>([^<]{0,4096})</", content[:65536])
    return " ".join(unescape(text) for _, text in found[:16])


FOLDER = re.compile(
    r"^[\"']?(?:%systemroot%|%windir%|%programfiles(?:\(x86\))?%|[a-z]:\\windows|[a-z]:\\program files(?: \(x86\))?)\\"
    r"([^\"'<>|&%]{1,200})\\([^\\\"'<>|&%]{1,100})\.exe\b",
    re.I,
)
"""A program in a folder below those where only administrators write: its folders, its name."""
OF_WINDOWS = frozenset({
    "system32", "syswow64", "sysnative", "temp", "tasks", "debug", "fonts", "help", "inf", "media", "tracing", "web", "spool",
    "drivers", "prefetch", "installer", "microsoft.net", "assembly", "security", "servicing", "winsxs", "appcompat", "logs",
    "downloaded program files", "common files", "windows", "color", "config",
})  # fmt: skip
"""Folders that are there on every computer: whoever hides a program chooses one of these."""
ALIKE = 4


def own_program(command: str, name: str) -> bool:
    """True for a service whose program lies in a folder of its own and shares a name with it, as products that bring an agent
    install it. Tools write into the Windows folder itself or into one that is there anyway, or run a shell; who takes the pains
    to look like a product is told quietly.
    """
    inside = FOLDER.match(command[:8192].strip())
    if inside is None or service_mark(command, name) or scrambled(name):
        return False
    folders = [one.lower() for one in inside.group(1).split("\\")]
    if folders[0] in OF_WINDOWS or "." in folders or ".." in folders or any(one in OF_WINDOWS for one in folders[-1:]):
        return False
    beginning = name.lower().lstrip()[:ALIKE]
    return len(beginning) == ALIKE and any(one.startswith(beginning) for one in (*folders, inside.group(2).lower()))


HOSTS = re.compile(
    r"(^|[\\/\"'\s])(mshta|wscript|cscript|regsvr32|rundll32|msbuild|installutil|certutil|bitsadmin|regasm|regsvcs)(\.exe)?[\"']?(\s|$)",
    re.I,
)
"""Programs of Windows that run what they are given (ATT&CK T1218, T1127); a service has no reason to begin with one."""
WRITABLE = re.compile(
    r"^[\"']?([a-z]:|%systemdrive%)?(\\\\\?\\)?[^\"']{0,100}\\(temp|tmp|\$recycle\.bin|perflogs|users\\public|users\\[^\\]{1,64}\\"
    r"(appdata|downloads|desktop|documents|music|pictures|videos)|inetpub\\wwwroot)\\|^[\"']?%(temp|tmp|appdata|public)%\\",
    re.I,
)
"""Folders in which every user can write."""
DRIVERS_OF_TOOLS = frozenset({"mimidrv"})
"""Drivers that only tools of attackers bring."""


def local_mark(command: str, name: str, driver: bool) -> str:
    """What gives a service away that was installed at the computer itself; empty when nothing does."""
    text = command[:8192].strip()
    stem = text.strip("\"' ").replace("/", "\\").rsplit("\\", 1)[-1].lower().partition(".")[0]
    if driver:
        return f"the driver of a tool, {stem}" if stem in DRIVERS_OF_TOOLS or name.lower() in DRIVERS_OF_TOOLS else ""
    if ELEVATION.search(text):
        return "a command that writes to a pipe, by which a program makes itself the system"
    found = service_mark(text, name)
    if found:
        return found
    host = HOSTS.search(text)
    if host is not None:
        return f"{host.group(2).lower()} instead of a program of its own"
    return "a program in a folder where every user can write" if WRITABLE.match(text) else ""
