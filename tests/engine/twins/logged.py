"""What Windows would have logged of the activities of a capture: events with their own fields and clock."""

import random
from collections.abc import Iterable, Iterator

from app.engine.knowledge import Knowledge
from app.model.activity import Account, Activity, Endpoint, named
from app.model.details import (
    Detail,
    KerberosAp,
    KerberosAs,
    KerberosTgs,
    LdapModify,
    Ntlm,
    RpcCall,
)
from app.model.events import (
    EventAccount,
    EventDirectoryChange,
    EventKerberos,
    EventLogon,
    EventNtlm,
    EventObjectAccess,
    EventService,
)

SECURITY = {"provider": "Microsoft-Windows-Security-Auditing", "channel": "Security"}
SYSTEM = {"provider": "Service Control Manager", "channel": "System"}
PREAUTHENTICATION_REQUIRED = 25
GET_CHANGES = "{1131f6aa-9c07-11d1-f79f-00c04fc2dcd2}"


class Log:
    """Writes records; keeps which activity each came from."""

    def __init__(self, known: Knowledge, ahead: dict[str, int], ports: bool, key: str = "log") -> None:
        self._known, self._ahead, self._ports, self._key = known, ahead, ports, key
        self._chance = random.Random(7)
        self.records: list[Activity] = []
        self.source: dict[str, str] = {}

    def computer(self, end: Endpoint | None, at: int) -> str:
        """Full name of the computer at an end, as its own log has it."""
        key = self._known.address_entity(end.ip if end else "", at).key
        return key.partition(":")[2].upper() if key.startswith("computer:") else ""

    def write(
        self,
        of: Activity,
        computer: str,
        family: type,
        number: int,
        fields: dict[str, object],
        *,
        source: Endpoint | None = None,
        account: Account | None = None,
        log: dict[str, str] = SECURITY,
        failed: bool = False,
        code: int | None = None,
    ) -> None:
        """One record of an activity; nothing where the computer is not known."""
        if not computer:
            return
        late = self._chance.randrange(1_000, 60_000)
        at = of.until + self._ahead.get(computer.lower().split(".")[0], 0) + late
        place = len(self.records) + 1
        detail: Detail = family(
            event_id=number,
            computer=computer,
            record=10_000 + place,
            fields={name: str(value) for name, value in fields.items()},
            **log,
        )
        record = Activity(
            at=at,
            until=at,
            input=self._key,
            record=place,
            source=source,
            destination=named(computer),
            account=account,
            result="failure" if failed else "success",
            code=code,
            detail=detail,
        )
        self.records.append(record)
        self.source[record.id] = of.id

    def client(self, activity: Activity) -> tuple[dict[str, object], Endpoint | None]:
        """IpAddress and IpPort, and the end that they make."""
        end = activity.source
        if end is None:
            return {}, None
        port = end.port if self._ports else 0
        return {"IpAddress": f"::ffff:{end.ip}", "IpPort": port}, Endpoint(end.ip, port)


def logged(activities: Iterable[Activity], known: Knowledge, ahead: dict[str, int], *, ports: bool = True, dc: str) -> Log:
    """Records of these activities; ahead: short computer name to microseconds; dc: the controller that validates NTLM."""
    log = Log(known, ahead, ports)
    for activity in activities:
        for writer in (_kerberos, _ntlm, _tickets, _calls, _changes):
            writer(log, activity, known, dc)
    return log


def _acting(known: Knowledge, a: Activity) -> str:
    """Account name of who acted, as Windows writes it; empty when nobody knows."""
    who = known.account_entity(a)
    return "" if who is None else who.label if who.kind == "user" else f"{who.label}$"


def _kerberos(log: Log, a: Activity, known: Knowledge, dc: str) -> None:
    d = a.detail
    client, end = log.client(a)
    computer = log.computer(a.destination, a.at)
    if a.result == "unanswered":
        return
    if isinstance(d, KerberosAs) and d.client and a.code != PREAUTHENTICATION_REQUIRED:
        number = 4771 if a.code in (18, 24) else 4768
        fields = {
            "TargetUserName": d.client,
            "TargetDomainName": d.realm or "",
            "Status": hex(a.code or 0),
            "ServiceName": "krbtgt",
            "TicketEncryptionType": hex(d.ticket_etype or 0xFFFFFFFF),
            **client,
        }
        log.write(
            a,
            computer,
            EventKerberos,
            number,
            fields,
            source=end,
            account=Account(name=d.client, domain=d.realm),
            failed=a.result == "failure",
            code=a.code or 0,
        )
    elif isinstance(d, KerberosTgs) and d.service:
        name = d.client or _acting(known, a)
        host = d.service.split("/")[1].split(".")[0].split(":")[0] + "$" if "/" in d.service else d.service
        service = "krbtgt" if d.service.startswith("krbtgt") else host
        if not name or "/" not in d.service or d.service.split("/")[0].lower() not in ("host", "cifs", "ldap", "krbtgt"):
            return
        fields = {
            "TargetUserName": f"{name}@CORP.TEST",
            "TargetDomainName": "CORP.TEST",
            "ServiceName": service.upper(),
            "Status": hex(a.code or 0),
            "TicketEncryptionType": hex(d.ticket_etype or 0xFFFFFFFF),
            **client,
        }
        log.write(
            a,
            computer,
            EventKerberos,
            4769,
            fields,
            source=end,
            account=Account(name=name, domain="CORP.TEST"),
            failed=a.result == "failure",
            code=a.code or 0,
        )


def _ntlm(log: Log, a: Activity, known: Knowledge, dc: str) -> None:
    d = a.detail
    if not isinstance(d, Ntlm) or not d.user or d.anonymous or a.result == "unanswered":
        return
    client, end = log.client(a)
    failed, code = a.result == "failure", a.code or 0
    fields = {
        "TargetUserName": d.user,
        "Workstation": d.workstation or "",
        "Status": hex(code),
        "PackageName": "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0",
    }
    log.write(
        a,
        dc,
        EventNtlm,
        4776,
        fields,
        source=named(d.workstation) if d.workstation else None,
        account=Account(name=d.user),
        failed=failed,
        code=code,
    )
    fields = {
        "TargetUserName": d.user,
        "TargetDomainName": d.domain or "",
        "AuthenticationPackageName": "NTLM",
        "LogonType": 3,
        "WorkstationName": d.workstation or "",
        "LmPackageName": "NTLM V2",
        **client,
    }
    log.write(
        a,
        log.computer(a.destination, a.at),
        EventLogon,
        4625 if failed else 4624,
        fields,
        source=end,
        account=Account(name=d.user, domain=d.domain),
        failed=failed,
        code=code,
    )


def _tickets(log: Log, a: Activity, known: Knowledge, dc: str) -> None:
    name = _acting(known, a)
    if not isinstance(a.detail, KerberosAp) or not name or a.result != "success":
        return
    client, end = log.client(a)
    fields = {
        "TargetUserName": name,
        "TargetDomainName": "CORP.TEST",
        "AuthenticationPackageName": "Kerberos",
        "LogonType": 3,
        "LogonProcessName": "Kerberos",
        **client,
    }
    log.write(
        a, log.computer(a.destination, a.at), EventLogon, 4624, fields, source=end, account=Account(name=name, domain="CORP.TEST")
    )


def _calls(log: Log, a: Activity, known: Knowledge, dc: str) -> None:
    d = a.detail
    if not isinstance(d, RpcCall) or a.result != "success":
        return
    name = _acting(known, a)
    subject = {"SubjectUserName": name, "SubjectDomainName": "CORP"}
    computer = log.computer(a.destination, a.at)
    if d.operation == "DRSGetNCChanges":
        fields = {**subject, "ObjectServer": "DS", "Properties": f"%%7688 {GET_CHANGES}", "AccessMask": "0x100"}
        log.write(a, computer, EventObjectAccess, 4662, fields, account=Account(name=name, domain="CORP"))
    elif d.operation.startswith("RCreateService") and "service" in d.stub:
        fields = {"ServiceName": d.stub["service"], "ImagePath": d.stub.get("path", "")}
        log.write(a, computer, EventService, 7045, fields, log=SYSTEM)
    elif d.operation == "SamrCreateUser2InDomain" and d.stub.get("account"):
        fields = {**subject, "TargetUserName": d.stub["account"], "TargetDomainName": "CORP"}
        log.write(a, computer, EventAccount, 4741, fields, account=Account(name=name, domain="CORP"))


def _changes(log: Log, a: Activity, known: Knowledge, dc: str) -> None:
    d = a.detail
    if not isinstance(d, LdapModify) or a.result != "success":
        return
    name = _acting(known, a)
    for _, attribute, values in d.changes:
        for value in values:
            fields = {
                "SubjectUserName": name,
                "ObjectDN": d.dn,
                "AttributeLDAPDisplayName": attribute,
                "AttributeValue": value,
                "OperationType": "%%14674",
                "DSType": "%%14676",
            }
            log.write(
                a,
                log.computer(a.destination, a.at),
                EventDirectoryChange,
                5136,
                fields,
                account=Account(name=name, domain="CORP"),
            )


def doubled(records: Iterable[Activity], key: str = "copy") -> Iterator[Activity]:
    """The same records in another log, which numbers them anew and writes times to the millisecond."""
    for place, one in enumerate(records, 5):
        at = one.at // 1000 * 1000
        yield Activity(
            at=at,
            until=at,
            input=key,
            record=place,
            source=one.source,
            destination=one.destination,
            account=one.account,
            result=one.result,
            code=one.code,
            detail=one.detail,
        )
