"""Records of Windows as the forms of attack hold them: an invented domain's, each by the fields that its event has."""

from collections.abc import Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape

SECURITY = ("Microsoft-Windows-Security-Auditing", "Security")
MANAGER = ("Service Control Manager", "System")
SEARCHES = ("Microsoft-Windows-ActiveDirectory_DomainService", "Directory Service")
FEDERATION = ("AD FS Auditing", "Security")
NETLOGON = ("NETLOGON", "System")
DNS_AUDIT = ("Microsoft-Windows-DNSServer", "Microsoft-Windows-DNSServer/Audit")
DNS_SERVICE = ("Microsoft-Windows-DNS-Server-Service", "DNS Server")
ENGINE = ("ESENT", "Application")
SAM = ("Microsoft-Windows-Directory-Services-SAM", "System")
DC, FILES, CA, DESK, STS = "dc1.corp.test", "files.corp.test", "ca1.corp.test", "ws9.corp.test", "sts.corp.test"
DOMAIN = "S-1-5-21-1004-2005-3006"
BASE = "DC=corp,DC=test"
HERE, TOOL = "10.0.0.21", "10.0.0.66"
BEGAN = 1_764_000_000
FAILURE = 0x8010000000000000
SUCCESS = 0x8020000000000000
CHANGE_RIGHTS = ("1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2")


class Record(NamedTuple):
    """One record. after: seconds since the form began."""

    id: int
    fields: dict[str, str]
    computer: str = DC
    where: tuple[str, str] = SECURITY
    after: float = 0
    failed: bool = False


class Form(NamedTuple):
    """One way in which an attack is logged. ordinary: by itself it is what people do all day, so that silence may be right."""

    tool: str
    what: str
    records: tuple[Record, ...]
    ordinary: bool = False


def by(user: str = "mallory", session: str = "0x9a001") -> dict[str, str]:
    """Fields of the subject."""
    sid = f"{DOMAIN}-{1100 + sum(map(ord, user)) % 800}" if user != "SYSTEM" else "S-1-5-18"
    return {"SubjectUserSid": sid, "SubjectUserName": user, "SubjectDomainName": "CORP", "SubjectLogonId": session}


def to(name: str, rid: int = 1150) -> dict[str, str]:
    """Fields of the target."""
    return {"TargetUserName": name, "TargetDomainName": "CORP", "TargetSid": f"{DOMAIN}-{rid}"}


def logon(
    user: str = "mallory", ip: str = TOOL, package: str = "NTLM", computer: str = DC, after: float = 0, **more: str
) -> Record:
    """4624."""
    fields = {
        "TargetUserSid": by(user)["SubjectUserSid"], "TargetUserName": user, "TargetDomainName": "CORP",
        "TargetLogonId": "0x9a001",
        "LogonType": "3", "AuthenticationPackageName": package, "WorkstationName": "-", "IpAddress": ip, "IpPort": "50111",
    }  # fmt: skip
    return Record(4624, fields | more, computer, after=after)


def refused(user: str, ip: str = TOOL, after: float = 0, sub: str = "0xc000006a", computer: str = DC) -> Record:
    """4625."""
    fields = {
        "TargetUserName": user, "TargetDomainName": "CORP", "Status": "0xc000006d", "SubStatus": sub, "LogonType": "3",
        "AuthenticationPackageName": "NTLM", "WorkstationName": "KALI", "IpAddress": ip, "IpPort": "50112",
    }  # fmt: skip
    return Record(4625, fields, computer, after=after, failed=True)


def tgt(
    user: str, ip: str = TOOL, after: float = 0, etype: str = "0x12", status: str = "0x0", proof: str = "2", **more: str
) -> Record:
    """4768."""
    fields = {
        "TargetUserName": user, "TargetDomainName": "CORP.TEST", "ServiceName": "krbtgt", "TicketOptions": "0x40810010",
        "Status": status, "TicketEncryptionType": etype, "PreAuthType": proof, "IpAddress": f"::ffff:{ip}", "IpPort": "50113",
    }  # fmt: skip
    return Record(4768, fields | more, after=after, failed=status != "0x0")


def service(name: str, user: str = "mallory", ip: str = TOOL, after: float = 0, etype: str = "0x17", **more: str) -> Record:
    """4769."""
    fields = {
        "TargetUserName": f"{user}@CORP.TEST", "TargetDomainName": "CORP.TEST", "ServiceName": name,
        "TicketOptions": "0x40810000", "TicketEncryptionType": etype, "IpAddress": f"::ffff:{ip}", "IpPort": "50114",
        "Status": "0x0", "TransmittedServices": "-",
    }  # fmt: skip
    return Record(4769, fields | more, after=after)


def proof(user: str, after: float = 0, status: str = "0x18", ip: str = TOOL) -> Record:
    """4771."""
    fields = {
        "TargetUserName": user, "ServiceName": "krbtgt/CORP", "Status": status, "PreAuthType": "2", "IpAddress": f"::ffff:{ip}",
        "IpPort": "50115",
    }  # fmt: skip
    return Record(4771, fields, after=after, failed=True)


def changed(dn: str, attribute: str, value: str, kind: str = "user", after: float = 0, user: str = "mallory") -> Record:
    """5136."""
    fields = {
        **by(user), "OpCorrelationID": "{11111111-2222-3333-4444-555555555555}", "DSName": "corp.test", "DSType": "%%14676",
        "ObjectDN": f"{dn},{BASE}", "ObjectGUID": "{99999999-2222-3333-4444-555555555555}", "ObjectClass": kind,
        "AttributeLDAPDisplayName": attribute, "AttributeSyntaxOID": "2.5.5.12", "AttributeValue": value,
        "OperationType": "%%14674",
    }  # fmt: skip
    return Record(5136, fields, after=after)


def replaced(dn: str, old: str, new: str, kind: str = "user") -> tuple[Record, Record]:
    """5136 twice, as Windows tells a security descriptor that was written anew."""
    first, second = (changed(dn, "nTSecurityDescriptor", one, kind) for one in (old, new))
    return first._replace(fields=first.fields | {"OperationType": "%%14675"}), second._replace(after=0.01)


def made(dn: str, kind: str, after: float = 0) -> Record:
    """5137."""
    fields = {
        **by(), "OpCorrelationID": "{21111111-2222-3333-4444-555555555555}", "DSName": "corp.test", "DSType": "%%14676",
        "ObjectDN": dn, "ObjectGUID": "{89999999-2222-3333-4444-555555555555}", "ObjectClass": kind,
    }  # fmt: skip
    return Record(5137, fields, after=after)


def read(kind: str, *properties: str, mask: str = "0x100", after: float = 0, user: str = "mallory") -> Record:
    """4662."""
    fields = {
        **by(user), "ObjectServer": "DS", "ObjectType": f"%{{{kind}}}", "ObjectName": "%{99999999-2222-3333-4444-555555555555}",
        "OperationType": "Object Access", "AccessMask": mask,
        "Properties": "%%7688\n\t\t" + "\n\t\t".join(f"{{{one}}}" for one in (*properties, kind)),
    }  # fmt: skip
    return Record(4662, fields, after=after)


def share(name: str, share_name: str = "IPC$", computer: str = FILES, after: float = 0, mask: str = "0x12019f") -> Record:
    """5145."""
    fields = {
        **by(), "ObjectType": "File", "IpAddress": TOOL, "IpPort": "50116", "ShareName": rf"\\*\{share_name}",
        "ShareLocalPath": "", "RelativeTargetName": name, "AccessMask": mask, "AccessList": "%%1538",
    }  # fmt: skip
    return Record(5145, fields, computer, after=after)


def installed(name: str, path: str, computer: str = FILES, after: float = 0) -> Record:
    """7045."""
    fields = {
        "ServiceName": name, "ImagePath": path, "ServiceType": "user mode service", "StartType": "demand start",
        "AccountName": "LocalSystem",
    }  # fmt: skip
    return Record(7045, fields, computer, MANAGER, after)


def process(
    program: str, line: str, parent: str = r"C:\Windows\System32\cmd.exe", computer: str = DC, user: str = "mallory"
) -> Record:
    """4688."""
    fields = {
        **by(user), "NewProcessId": "0x1a4", "NewProcessName": program, "ProcessId": "0x2b4", "CommandLine": line,
        "ParentProcessName": parent, "TargetUserName": "-",
    }  # fmt: skip
    return Record(4688, fields, computer)


def hosted(parent: str, line: str) -> Record:
    """4688 of what the host of WMI or of the console's COM object starts for somebody who signed in over the network."""
    known = process(r"C:\Windows\System32\cmd.exe", line, rf"C:\Windows\System32\{parent}", FILES, "SYSTEM")
    return known._replace(
        fields=known.fields | {**to("mallory", 1666), "TargetLogonId": "0x9a001", "ProcessId": "0x1a4"}, after=1
    )


def searched(text: str, attributes: str = "", after: float = 0, base: str = BASE, visited: int = 900) -> Record:
    """1644."""
    fields = {
        "StartingNode": base, "Filter": text, "VisitedEntries": str(visited), "ReturnedEntries": "800", "Client": f"{TOOL}:50117",
        "SearchScope": "subtree", "AttributeSelection": attributes, "ServerControls": "", "User": r"CORP\mallory",
    }  # fmt: skip
    return Record(1644, fields, DC, SEARCHES, after)


def task(name: str, command: str, computer: str = FILES) -> Record:
    """4698."""
    content = f"<Task><Actions><Exec><Command>cmd.exe</Command><Arguments>{escape(command)}</Arguments></Exec></Actions></Task>"
    return Record(4698, {**by(), "TaskName": name, "TaskContent": content}, computer)


def operational(number: int, part: str, fields: dict[str, str], computer: str = FILES, after: float = 0) -> Record:
    """An event of the operational log of a part of Windows."""
    name = f"Microsoft-Windows-{part}"
    return Record(number, fields, computer, (name, f"{name}/Operational"), after)


def dns_record(name: str, number: int = 515, **more: str) -> Record:
    """515, 519."""
    fields = {"Type": "1", "NAME": name, "TTL": "0", "BufferSize": "4", "RDATA": "0x0A000042", "Zone": "corp.test"}
    return Record(number, {**fields, "ZoneScope": "Default", **more, "VirtualizationID": "."}, DC, DNS_AUDIT)


def engine(number: int, path: str, after: float = 0) -> Record:
    """325 to 327."""
    values = ("NTDS", "3940,D,100", "", "2", path, "0")
    return Record(number, {f"param{place}": one for place, one in enumerate(values, 1)}, DC, ENGINE, after)


def issued(user: str, event_id: int = 4887, **more: str) -> Record:
    """4886, 4887."""
    fields = {"RequestId": "41", "Requester": rf"CORP\{user}", "Attributes": "", "Disposition": "3", "Subject": "", **more}
    return Record(event_id, fields, CA)


PEOPLE = tuple(f"user{number:02}" for number in range(30))
USER, COMPUTER_CLASS = "bf967aba-0de6-11d0-a285-00aa003049e2", "bf967a86-0de6-11d0-a285-00aa003049e2"
EVERYTHING = f"O:DAG:DAD:AI(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;{DOMAIN}-1666)(A;;RPLCLORC;;;AU)"


def ordinary() -> Iterator[Record]:
    """What the domain did in the hour before: who is a controller, how people sign in."""
    for number, who in enumerate(("alice", "bob", "mallory", *PEOPLE[:5])):
        at = -3600 + 60 * number
        yield tgt(who, f"10.0.0.{21 + number}", at)
        yield service("FILES$", who, f"10.0.0.{21 + number}", at + 1, "0x12")
    yield tgt("DC1$", "10.0.0.1", -600)
    yield service("DC1$", "DC1$", "10.0.0.1", -599, "0x12")
