"""Words of commands by which identities are attacked: who reads logs of scripts keeps only those that hold one.

Names of functions are those of the tools that bring them (PowerSploit, BloodHound, DSInternals, Empire, Nishang, Kerberos tools);
none is a command of Windows or of a Microsoft module.
"""

import re
from base64 import b64decode

READ = 65_536
"""Characters of one script that are read; Windows cuts its own into parts below 64 KiB of an event."""
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "credential_copy": (
        "Invoke-Mimikatz", "Invoke-NinjaCopy", "Out-Minidump", "Invoke-PowerDump", "Invoke-PPLDump", "Invoke-NanoDump",
        "Get-PassHashes", "Get-LSASecret", "Get-ADDBAccount", "Get-ADDBBackupKey", "Get-BootKey", "Copy-VSS",
    ),
    "dcsync": ("Get-ADReplAccount", "Invoke-DCSync"),
    "dpapi_backup_key": ("Get-ADReplBackupKey", "Get-LsaBackupKey"),
    "kerberoasting": ("Invoke-Kerberoast", "Invoke-AutoKerberoast", "Request-SPNTicket", "Get-DomainSPNTicket"),
    "asrep_roasting": ("Invoke-ASREPRoast", "Get-ASREPHash"),
    "zerologon": ("Invoke-ZeroLogon",),
    "sid_history": ("Add-ADDBSidHistory",),
    "remote_execution": ("Invoke-SMBExec", "Invoke-WMIExec", "Invoke-PsExec", "Invoke-TheHash", "Invoke-DCOM"),
    "ldap_reconnaissance": (
        "Invoke-BloodHound", "Get-BloodHoundData", "Get-DomainUser", "Get-DomainComputer", "Get-DomainGroup",
        "Get-DomainGroupMember", "Get-DomainGPO", "Get-DomainGPOLocalGroup", "Get-DomainGPOUserLocalGroupMapping",
        "Get-DomainOU", "Get-DomainTrust", "Get-DomainTrustMapping", "Get-DomainForeignUser", "Get-DomainForeignGroupMember",
        "Get-DomainObject", "Get-DomainObjectAcl", "Get-DomainManagedSecurityGroup", "Find-InterestingDomainAcl",
        "Find-DomainUserLocation", "Find-DomainProcess", "Find-DomainShare", "Find-DomainLocalGroupMember",
        "Find-LocalAdminAccess", "Invoke-UserHunter", "Invoke-StealthUserHunter", "Invoke-ProcessHunter", "Invoke-ShareFinder",
        "Invoke-ACLScanner", "Invoke-EnumerateLocalAdmin", "Invoke-MapDomainTrust", "Get-NetUser", "Get-NetComputer",
        "Get-NetGroup", "Get-NetGroupMember", "Get-NetDomain", "Get-NetDomainController", "Get-NetDomainTrust", "Get-NetForest",
        "Get-NetForestDomain", "Get-NetForestTrust", "Get-NetSession", "Get-NetLoggedon", "Get-NetLocalGroup",
        "Get-NetLocalGroupMember", "Get-NetOU", "Get-NetGPO", "Get-NetGPOGroup", "Get-NetSite", "Get-ObjectAcl",
    ),
}  # fmt: skip
"""Detection to the functions of PowerShell that do what it tells of."""
TECHNIQUE_OF = {name.lower(): technique for technique, names in FUNCTIONS.items() for name in names}
_FUNCTIONS = frozenset(TECHNIQUE_OF)
_NAMES = "|".join(sorted(map(re.escape, TECHNIQUE_OF), key=len, reverse=True))
NAMED = re.compile(rf"(?<![\w.\\/-])({_NAMES})(?![\w-]|\.ps)", re.I)
"""One of these functions, not a file that is called like it."""
MODULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple((technique, re.compile(text, re.I)) for technique, text in (
    ("credential_copy", r"\bsekurlsa::(?!pth\b)\w|\blsadump::(sam|secrets|cache|lsa|trust|mbc)\b|\bkerberos::list\b.{0,40}/exp"),
    ("dcsync", r"\blsadump::dcsync\b"),
    ("dpapi_backup_key", r"\blsadump::backupkeys\b"),
    ("dcshadow", r"\blsadump::dcshadow\b"),
    ("zerologon", r"\blsadump::zerologon\b"),
    ("skeleton_key", r"\bmisc::skeleton\b"),
    ("lsa_registration", r"\bmisc::memssp\b"),
    ("sid_history", r"\bsid::(add|patch|modify)\b"),
    ("silver_ticket", r"\bkerberos::golden\b(?=[^;\"']{0,600}/service:)"),
    ("golden_ticket_anomaly", r"\bkerberos::golden\b(?![^;\"']{0,600}/service:)"),
    ("pass_the_ticket", r"\bkerberos::pt[tc]\b"),
    ("overpass_the_hash", r"\bsekurlsa::pth\b"),
))  # fmt: skip
"""Modules of mimikatz, which it names itself in every command (its own help)."""
VERBS: tuple[tuple[str, re.Pattern[str]], ...] = tuple((technique, re.compile(text, re.I)) for technique, text in (
    ("kerberoasting", r"\bkerberoast\b.{0,200}\s/(outfile|format|rc4opsec|nowrap|spns?|user|ou|domain|stats|tgtdeleg|aes)\b"),
    ("asrep_roasting", r"\basreproast\b.{0,200}\s/(outfile|format|nowrap|user|ou|domain)\b"),
    ("golden_ticket_anomaly", r"(?<![\w:])(golden|diamond)\b.{0,300}\s/(rc4|aes(128|256)|krbkey|ticket|tgtdeleg)(?=[:\s]|$)"),
    ("silver_ticket", r"(?<![\w:])silver\b.{0,300}\s/service:"),
    ("overpass_the_hash", r"\basktgt\b.{0,300}\s/(rc4|ntlm|des|aes128|aes256):"),
    ("pass_the_ticket", r"\bptt\s.{0,40}/ticket:"),
    ("credential_copy", r"\b(dump|triage|monitor|harvest)\s+(/\S{1,80}\s+){0,3}/(luid|nowrap|filteruser|targetuser)\b"),
))  # fmt: skip
"""Commands of Rubeus with an option of theirs, whatever its file is called."""
RUBEUS = re.compile(
    r"(?:\brubeus(?:\.exe)?[\"']?\s|\[rubeus\.program\]::main\w*\(\s*[\"'])\s*(?:-command\s+)?[\"']?(\w{1,16})", re.I
)
"""Rubeus under its own name, or in memory; the command that it is given."""
RUBEUS_COMMANDS = {
    "kerberoast": "kerberoasting", "asreproast": "asrep_roasting", "golden": "golden_ticket_anomaly",
    "diamond": "golden_ticket_anomaly", "silver": "silver_ticket", "ptt": "pass_the_ticket", "dump": "credential_copy",
    "triage": "credential_copy", "monitor": "credential_copy", "harvest": "credential_copy",
}  # fmt: skip
COLLECTOR = re.compile(r"\b(sharphound|azurehound)(\.exe)?\b(?!\.ps1)|\s--?collectionmethods?[\s:]", re.I)
"""BloodHound's collector: by its name, and by the option that only it has."""
_MODULES = ("sekurlsa::", "lsadump::", "misc::", "kerberos::", "sid::")
_VERBS = ("golden ", "diamond ", "silver ", "ptt ", "triage ", "monitor ", "dump ", "harvest ")
_BEGINNINGS = ("invoke-", "get-", "find-", "out-mini", "request-spn", "copy-vss", "add-addb")
_SIGNS = (
    "mimikatz(", "rubeus", "roast", "asktgt", "hound", "collectionmethod", "ntdsutil", "ntds.dit", "\\windows\\ntds",
    "hklm\\s", "local_machine\\s", "comsvcs",
    "lsass", "dumpert", "nanodump", "rdrleakdiag", "volumeshadowcopy",
)  # fmt: skip
"""What at least one of stands in every command that is told, in lower case: modules where "::" does, options of Rubeus where " /"
does, functions where a beginning of one does. Few texts have any, and each look costs, so that shorter ones stand for several."""
_WORD = re.compile(r"[a-z]{1,16}-[a-z]{1,40}")
_ENCODED = re.compile(r"\s[-/](?:e|en|enc|enco\w{0,12}|ec)\s+[\"']?([A-Za-z0-9+/]{40,16384}={0,2})", re.I)
"""PowerShell's parameter for commands in Base64, however it is cut short."""


def concerns(text: str) -> bool:
    """True for a command or a script in which such a word stands: it is worth keeping, and a second look."""
    low = text[:READ].lower()
    if ("::" in low and _holds(low, _MODULES)) or (" /" in low and _holds(low, _VERBS)) or _holds(low, _SIGNS):
        return True
    return "-" in low and _holds(low, _BEGINNINGS) and not _FUNCTIONS.isdisjoint(_WORD.findall(low))


def _holds(text: str, signs: tuple[str, ...]) -> bool:
    for sign in signs:  # noqa: SIM110 (any() over a generator takes half as long again)
        if sign in text:
            return True
    return False


def opened(command: str) -> str:
    """A command line with what it gives to PowerShell in Base64 (of UTF-16, as its parameter wants it) written behind it."""
    found = _ENCODED.search(command[:32_768]) if "-" in command or "/" in command else None
    if found is None:
        return command
    try:
        inner = b64decode(found.group(1)[: len(found.group(1)) & ~3]).decode("utf-16-le", "ignore")
    except ValueError:
        return command
    return f"{command[: found.start()]}\n{inner}"
