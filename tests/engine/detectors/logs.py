"""Windows events for the cases of detectors, made by the translator that reads real ones: an invented domain's logs."""

from itertools import count

from app.model.activity import Activity
from app.model.directory import DirectoryObject
from app.sensor.events.record import AUDIT_FAILURE, AUDIT_SUCCESS, EventRecord
from app.sensor.events.translate import activities_of
from tests.engine.detectors.builders import DC1, START, WS1, act

SECURITY = ("Microsoft-Windows-Security-Auditing", "Security")
MANAGER = ("Service Control Manager", "System")
DIRECTORY = ("Microsoft-Windows-ActiveDirectory_DomainService", "Directory Service")
SAM = ("Microsoft-Windows-Directory-Services-SAM", "System")
DC, DC_TWO, FILE_SERVER, CLIENT = "dc1.example.org", "dc2.example.org", "files.example.org", "ws1.example.org"
DOMAIN = "S-1-5-21-1111111111-2222222222-3333333333"
SIDS = {"alice": f"{DOMAIN}-1101", "SYSTEM": "S-1-5-18", "ANONYMOUS LOGON": "S-1-5-7",
        "administrator": f"{DOMAIN}-500"}  # fmt: skip
CHANGES, CHANGES_ALL = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"
DOMAIN_CLASS = "19195a5b-6da0-11d0-afd3-00c04fd930c9"
DOMAIN_ADMINS = f"{DOMAIN}-512"
_records = count(1)


def log(
    event_id: int, fields: dict[str, str], *, at: int = 0, computer: str = DC, where: tuple[str, str] = SECURITY,
    failed: bool = False, sid: str | None = None,
) -> Activity:  # fmt: skip
    """One record of a log at START plus `at` microseconds, as the sensor tells it."""
    number = next(_records)
    record = EventRecord(
        at=START + at, provider=where[0], channel=where[1], event_id=event_id, computer=computer, record=number, place=number,
        keywords=AUDIT_FAILURE if failed else AUDIT_SUCCESS, sid=sid, fields=fields,
    )  # fmt: skip
    (activity,) = activities_of(record, "log")
    return activity


def subject(user: str, session: int = 0x5000) -> dict[str, str]:
    """Fields of who did it."""
    sid = SIDS.get(user, f"{DOMAIN}-{1200 + sum(map(ord, user))}")
    return {"SubjectUserSid": sid, "SubjectUserName": user, "SubjectDomainName": "EXAMPLE", "SubjectLogonId": hex(session)}


def logon(
    user: str = "alice", source: str = WS1, *, at: int = 0, session: int = 0x5000, kind: int = 3, computer: str = DC,
    package: str = "NTLM",
) -> Activity:  # fmt: skip
    """4624."""
    fields = {
        "TargetUserSid": subject(user)["SubjectUserSid"], "TargetUserName": user, "TargetDomainName": "EXAMPLE",
        "TargetLogonId": hex(session), "LogonType": str(kind), "AuthenticationPackageName": package, "WorkstationName": "-",
        "IpAddress": source, "IpPort": "50000",
    }  # fmt: skip
    return log(4624, fields, at=at, computer=computer)


def refused_logon(
    user: str, source: str = WS1, *, at: int = 0, sub: int = 0xC000006A, kind: int = 3, computer: str = DC
) -> Activity:
    """4625."""
    fields = {
        "TargetUserName": user, "TargetDomainName": "EXAMPLE", "Status": "0xc000006d", "SubStatus": hex(sub),
        "LogonType": str(kind), "AuthenticationPackageName": "NTLM", "WorkstationName": "-", "IpAddress": source,
        "IpPort": "50001",
    }  # fmt: skip
    return log(4625, fields, at=at, computer=computer, failed=True)


def tgt(
    user: str = "alice", source: str = WS1, *, at: int = 0, status: int = 0, proof: str = "2", etype: int = 0x12,
    computer: str = DC, **more: str,
) -> Activity:  # fmt: skip
    """4768."""
    fields = {
        "TargetUserName": user, "TargetDomainName": "EXAMPLE.ORG", "ServiceName": "krbtgt", "TicketOptions": "0x40810010",
        "Status": hex(status), "TicketEncryptionType": hex(etype), "PreAuthType": proof, "IpAddress": f"::ffff:{source}",
        "IpPort": "50002", **more,
    }  # fmt: skip
    return log(4768, fields, at=at, computer=computer, failed=bool(status))


def ticket(
    service: str, source: str = WS1, *, user: str = "alice", at: int = 0, status: int = 0, etype: int = 0x17, **more: str
) -> Activity:
    """4769."""
    fields = {
        "TargetUserName": f"{user}@EXAMPLE.ORG", "TargetDomainName": "EXAMPLE.ORG", "ServiceName": service,
        "TicketOptions": "0x40810000", "TicketEncryptionType": hex(etype), "IpAddress": f"::ffff:{source}", "IpPort": "50003",
        "Status": hex(status), "TransmittedServices": "-", **more,
    }  # fmt: skip
    return log(4769, fields, at=at, failed=bool(status))


def proof_failed(user: str, source: str = WS1, *, at: int = 0, status: int = 24, proof: str = "2") -> Activity:
    """4771."""
    fields = {
        "TargetUserName": user, "ServiceName": "krbtgt/EXAMPLE.ORG", "Status": hex(status), "PreAuthType": proof,
        "IpAddress": f"::ffff:{source}", "IpPort": "50004",
    }  # fmt: skip
    return log(4771, fields, at=at, failed=True)


def validated(user: str, workstation: str = "WS1", *, at: int = 0, status: int = 0xC000006A, computer: str = DC) -> Activity:
    """4776."""
    fields = {"TargetUserName": user, "Workstation": workstation, "Status": hex(status)}
    return log(4776, fields, at=at, computer=computer, failed=bool(status))


def checked(user: str, *rights: str, at: int = 0, session: int = 0x5000, failed: bool = False, mask: str = "0x100") -> Activity:
    """4662 on the domain's object."""
    fields = {
        **subject(user, session), "ObjectServer": "DS", "ObjectType": f"%{{{DOMAIN_CLASS}}}",
        "ObjectName": "%{c6faf700-bfe4-452a-a766-424f84c29583}", "AccessMask": mask,
        "Properties": "%%7688 " + " ".join(f"{{{one}}}" for one in (*rights, DOMAIN_CLASS)),
    }  # fmt: skip
    return log(4662, fields, at=at, failed=failed)


def handle(kind: str, name: str, user: str = "alice", *, at: int = 0, session: int = 0x5000) -> Activity:
    """4661."""
    fields = {
        **subject(user, session), "ObjectServer": "Security Account Manager", "ObjectType": kind, "ObjectName": name,
        "AccessMask": "0x2d", "ProcessName": r"C:\Windows\System32\lsass.exe",
    }  # fmt: skip
    return log(4661, fields, at=at)


def members(
    user: str = "alice",
    *,
    at: int = 0,
    computer: str = DC,
    program: str = "-",
    group: str = "S-1-5-32-544",
    session: int = 0x5000,
) -> Activity:
    """4799."""
    fields = {
        **subject(user, session), "TargetUserName": "Administrators", "TargetDomainName": "Builtin", "TargetSid": group,
        "CallerProcessId": "0x0" if program == "-" else "0x6b4", "CallerProcessName": program,
    }  # fmt: skip
    return log(4799, fields, at=at, computer=computer)


def sam_refused(computer: str, *, at: int = 0) -> Activity:
    """16965."""
    return log(16965, {"ClientSID": SIDS["alice"], "ClientNetworkAddress": WS1}, at=at, computer=computer, where=SAM)


def installed(
    name: str, path: str, user: str = "alice", *, at: int = 0, session: int = 0x5000, computer: str = FILE_SERVER,
    kind: str = "0x10",
) -> Activity:  # fmt: skip
    """4697."""
    fields = {**subject(user, session), "ServiceName": name, "ServiceFileName": path, "ServiceType": kind}
    return log(4697, fields, at=at, computer=computer)


def manager(
    name: str, path: str, user: str = "alice", *, at: int = 0, computer: str = FILE_SERVER, kind: str = "user mode service"
) -> Activity:
    """7045."""
    fields = {"ServiceName": name, "ImagePath": path, "ServiceType": kind, "StartType": "demand start"}
    return log(7045, fields, at=at, computer=computer, where=MANAGER, sid=subject(user)["SubjectUserSid"])


def task(
    name: str, command: str, user: str = "alice", *, at: int = 0, session: int = 0x5000, event_id: int = 4698, **more: str
) -> Activity:
    """4698 or 4702."""
    content = f"<Task><Actions><Exec><Command>cmd.exe</Command><Arguments>{command}</Arguments></Exec></Actions></Task>"
    fields = {**subject(user, session), "TaskName": name, ("TaskContent" if event_id == 4698 else "TaskContentNew"): content}
    return log(event_id, fields | more, at=at, computer=FILE_SERVER)


def share_file(name: str, *, at: int = 0, failed: bool = False) -> Activity:
    """5145 on the share of pipes."""
    fields = {**subject("alice"), "IpAddress": WS1, "IpPort": "50005", "ShareName": r"\\*\IPC$", "RelativeTargetName": name}
    return log(5145, fields, at=at, computer=FILE_SERVER, failed=failed)


def computer_changed(target: str, user: str, *, at: int = 0, password: str = "9/15/2020 12:31:04 PM") -> Activity:
    """4742."""
    fields = {**subject(user, 0x3E6), "TargetUserName": target, "TargetDomainName": "EXAMPLE", "PasswordLastSet": password}
    return log(4742, fields, at=at)


def unsigned(user: str, source: str = WS1, *, at: int = 0, kind: str = "1") -> Activity:
    """2889."""
    fields = {"ClientAddress": f"{source}:50006", "Identity": user, "BindingType": kind}
    return log(2889, fields, at=at, where=DIRECTORY)


def searched(text: str, source: str = WS1, *, at: int = 0) -> Activity:
    """1644."""
    fields = {"StartingNode": "DC=example,DC=org", "Filter": text, "Client": f"{source}:50007", "User": r"EXAMPLE\alice"}
    return log(1644, fields, at=at, where=DIRECTORY)


def known(name: str, kind: str = "user", *, at: int = 0, **more: object) -> Activity:
    """An object of the directory."""
    detail = DirectoryObject(
        dn=f"CN={name},DC=example,DC=org", object_class=kind, domain="example.org", sam=None if kind == "domainDNS" else name,
        guid=f"guid-{kind}-{name}", **more,  # type: ignore[arg-type]
    )  # fmt: skip
    return act(detail, DC1, DC1, 389, at=at)
