"""Events as Windows writes them: the fields of Security auditing, from who and what."""

from benchmarks.quality.benign.domain import DNS, NETBIOS, REALM, SID, Account, Computer
from benchmarks.quality.benign.simulation import Simulation

SYSTEM = Account(name="SYSTEM", sid="S-1-5-18", dn="")
NTLM_LOG = ("Microsoft-Windows-NTLM", "Microsoft-Windows-NTLM/Operational")
MANAGER = ("Service Control Manager", "System")
SIMPLE_BIND = "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0"
"""The package of a logon that a controller makes of a simple bind; its workstation is the controller itself."""
PROCESSES = {"Kerberos": "Kerberos", "Negotiate": "User32 ", SIMPLE_BIND: "Advapi  "}
DIRECTORY_LOG = ("Microsoft-Windows-ActiveDirectory_DomainService", "Directory Service")


class Log:
    """Writes events of computers into the simulation."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self._session = 0x100000

    def session(self) -> str:
        """A logon id that no session had before."""
        self._session += 0x137
        return hex(self._session)

    @staticmethod
    def subject(who: Account, session: str = "0x3e7") -> dict[str, str]:
        """Who did it."""
        domain = "NT AUTHORITY" if who is SYSTEM else NETBIOS
        return {
            "SubjectUserSid": who.sid, "SubjectUserName": who.name, "SubjectDomainName": domain, "SubjectLogonId": session,
        }  # fmt: skip

    def logon(
        self, server: Computer, who: Account, ip: str, *, kind: int = 3, package: str = "Kerberos", workstation: str = "-",
        lasting: float = 60,
    ) -> str:  # fmt: skip
        """4624, 4672 for administrators, later 4634; the logon id."""
        session = self.session()
        kerberos = package == "Kerberos"
        fields = {
            "SubjectUserSid": "S-1-0-0", "SubjectUserName": "-", "SubjectDomainName": "-", "SubjectLogonId": "0x0",
            "TargetUserSid": who.sid, "TargetUserName": who.name, "TargetDomainName": REALM if kerberos else NETBIOS,
            "TargetLogonId": session, "LogonType": str(kind), "LogonProcessName": PROCESSES.get(package, "NtLmSsp "),
            "AuthenticationPackageName": package, "WorkstationName": workstation,
            "LogonGuid": "{00000000-0000-0000-0000-000000000000}", "TransmittedServices": "-",
            "LmPackageName": "NTLM V2" if package == "NTLM" else "-",
            "KeyLength": "128" if package == "NTLM" else "0", "ProcessId": "0x0",
            "ProcessName": "-", "IpAddress": ip, "IpPort": str(49_152 + self._session % 16_000),
            "ImpersonationLevel": "%%1833", "ElevatedToken": "%%1842" if who.admin else "%%1843",
        }  # fmt: skip
        self.sim.log(server.fqdn, 4624, fields)
        if kind == 10:
            self._desktop(server, who, ip)
        if who.admin:
            rights = "SeSecurityPrivilege\n\t\t\tSeBackupPrivilege\n\t\t\tSeRestorePrivilege\n\t\t\tSeDebugPrivilege"
            self.sim.log(server.fqdn, 4672, self.subject(who, session) | {"PrivilegeList": rights})
        self.sim.at(self.sim.now + lasting * 1_000_000, self._logoff, server, who, session, kind)
        return session

    def _desktop(self, server: Computer, who: Account, ip: str) -> None:
        """What remote desktop itself logs of a session: two connections, who was let in, the session."""
        connections, sessions = "TerminalServices-RemoteConnectionManager", "TerminalServices-LocalSessionManager"
        for port in (50_001, 50_002):
            fields = {"ConnType": "TCP", "ClientIP": f"{ip}:{port}"}
            self._operational(server, 131, "RemoteDesktopServices-RdpCoreTS", fields)
        self._operational(server, 1149, connections, {"Param1": who.name, "Param2": NETBIOS, "Param3": ip})
        self._operational(server, 21, sessions, {"User": f"{NETBIOS}\\{who.name}", "SessionID": "2", "Address": ip})

    def _operational(self, server: Computer, number: int, part: str, fields: dict[str, str]) -> None:
        name = f"Microsoft-Windows-{part}"
        self.sim.log(server.fqdn, number, fields, where=(name, f"{name}/Operational"))

    def _logoff(self, server: Computer, who: Account, session: str, kind: int) -> None:
        self.sim.log(server.fqdn, 4634, {
            "TargetUserSid": who.sid, "TargetUserName": who.name, "TargetDomainName": NETBIOS, "TargetLogonId": session,
            "LogonType": str(kind),
        })  # fmt: skip

    def refused(
        self, server: Computer, name: str, ip: str, *, sub: int = 0xC000006A, kind: int = 3, package: str = "NTLM",
        workstation: str = "-",
    ) -> None:  # fmt: skip
        """4625."""
        status = sub if sub in (0xC0000234, 0xC0000072, 0xC0000071, 0xC0000224) else 0xC000006D
        self.sim.log(server.fqdn, 4625, {
            "SubjectUserSid": "S-1-0-0", "SubjectUserName": "-", "SubjectDomainName": "-", "SubjectLogonId": "0x0",
            "TargetUserSid": "S-1-0-0", "TargetUserName": name, "TargetDomainName": NETBIOS, "Status": hex(status),
            "FailureReason": "%%2313", "SubStatus": hex(sub), "LogonType": str(kind),
            "LogonProcessName": PROCESSES.get(package, "NtLmSsp "), "AuthenticationPackageName": package,
            "WorkstationName": workstation, "TransmittedServices": "-",
            "LmPackageName": "-", "KeyLength": "0", "ProcessId": "0x0", "ProcessName": "-", "IpAddress": ip, "IpPort": "49891",
        }, failed=True)  # fmt: skip

    def tgt(
        self, dc: Computer, who: Account, ip: str, *, status: int = 0, etype: int = 18, proof: str = "2", name: str = ""
    ) -> None:
        """4768."""
        card = proof in ("15", "16")
        self.sim.log(
            dc.fqdn,
            4768,
            {
                "TargetUserName": name or who.name,
                "TargetDomainName": REALM,
                "TargetSid": "S-1-0-0" if status else who.sid,
                "ServiceName": "krbtgt" if not status else f"krbtgt/{REALM}",
                "ServiceSid": f"{SID}-502" if not status else "S-1-0-0",
                "TicketOptions": "0x40810010",
                "Status": hex(status),
                "TicketEncryptionType": hex(etype) if not status else "0xffffffff",
                "PreAuthType": proof if not status else "-",
                "IpAddress": f"::ffff:{ip}",
                "IpPort": "50112",
                "CertIssuerName": "Nordwind Issuing CA" if card else "",
                "CertSerialNumber": "4B00000A21" if card else "",
                "CertThumbprint": "7D1C0A43B29F4E0B8C5D6E7F8091A2B3C4D5E6F7" if card else "",
            },
            failed=bool(status),
        )

    def service_ticket(
        self, dc: Computer, who: str, service: str, ip: str, *, etype: int = 18, status: int = 0, options: int = 0x40810000,
        realm: str = REALM, transmitted: str = "-", sid: str = "",
    ) -> None:  # fmt: skip
        """4769."""
        self.sim.log(dc.fqdn, 4769, {
            "TargetUserName": f"{who}@{realm}", "TargetDomainName": realm, "ServiceName": service,
            "ServiceSid": sid or ("S-1-0-0" if status else f"{SID}-1200"), "TicketOptions": hex(options),
            "TicketEncryptionType": hex(etype) if not status else "0xffffffff", "IpAddress": f"::ffff:{ip}", "IpPort": "50113",
            "Status": hex(status), "LogonGuid": "{2f3c8a51-93a0-4c7f-b1c6-0d5b6a4f2e10}", "TransmittedServices": transmitted,
        }, failed=bool(status))  # fmt: skip

    def proof_failed(self, dc: Computer, who: Account, ip: str, status: int = 24) -> None:
        """4771."""
        self.sim.log(dc.fqdn, 4771, {
            "TargetUserName": who.name, "TargetSid": who.sid, "ServiceName": f"krbtgt/{REALM}", "TicketOptions": "0x40810010",
            "Status": hex(status), "PreAuthType": "2", "IpAddress": f"::ffff:{ip}", "IpPort": "50114", "CertIssuerName": "",
            "CertSerialNumber": "", "CertThumbprint": "",
        }, failed=True)  # fmt: skip

    def validated(self, dc: Computer, name: str, workstation: str, server: Computer, status: int = 0) -> None:
        """4776 and, where NTLM is audited, 8004."""
        self.sim.log(dc.fqdn, 4776, {
            "PackageName": "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0", "TargetUserName": name, "Workstation": workstation,
            "Status": hex(status),
        }, failed=bool(status))  # fmt: skip
        self.sim.log(dc.fqdn, 8004, {
            "SChannelName": server.name, "UserName": name, "DomainName": NETBIOS, "WorkstationName": workstation,
            "SChannelType": "2",
        }, where=NTLM_LOG)  # fmt: skip

    def share(self, server: Computer, who: Account, session: str, ip: str, name: str, file: str = "") -> None:
        """5140, or 5145 for a file in a share."""
        fields = self.subject(who, session) | {
            "ObjectType": "File", "IpAddress": ip, "IpPort": "50211", "ShareName": rf"\\*\{name}",
            "ShareLocalPath": "" if name == "IPC$" else rf"\??\D:\{name}", "AccessMask": "0x1", "AccessList": "%%4416\n\t\t\t\t",
        }  # fmt: skip
        if file:
            fields |= {"RelativeTargetName": file, "AccessMask": "0x120089"}
        self.sim.log(server.fqdn, 5145 if file else 5140, fields)

    def process(self, server: Computer, who: Account, session: str, path: str, line: str, parent: str) -> None:
        """4688."""
        self.sim.log(server.fqdn, 4688, self.subject(who, session) | {
            "NewProcessId": "0x1a2c", "NewProcessName": path, "TokenElevationType": "%%1936", "ProcessId": "0x3f8",
            "CommandLine": line, "TargetUserSid": "S-1-0-0", "TargetUserName": "-", "TargetDomainName": "-",
            "TargetLogonId": "0x0", "ParentProcessName": parent, "MandatoryLabel": "S-1-16-12288",
        })  # fmt: skip

    def service(self, server: Computer, name: str, path: str, kind: str = "user mode service", start: str = "auto start") -> None:
        """7045 of the System log and 4697 of Security, by the system itself."""
        self.sim.log(server.fqdn, 7045, {
            "ServiceName": name, "ImagePath": path, "ServiceType": kind, "StartType": start, "AccountName": "LocalSystem",
        }, where=MANAGER, sid="S-1-5-18")  # fmt: skip
        self.sim.log(server.fqdn, 4697, self.subject(SYSTEM) | {
            "ServiceName": name, "ServiceFileName": path, "ServiceType": "0x10" if kind.startswith("user") else "0x1",
            "ServiceStartType": "2", "ServiceAccount": "LocalSystem",
        })  # fmt: skip

    def task(self, server: Computer, who: Account, session: str, name: str, command: str, event_id: int = 4698) -> None:
        """4698 or 4702."""
        content = (
            '<?xml version="1.0" encoding="UTF-16"?><Task><Actions Context="Author"><Exec>'
            f"<Command>{command}</Command></Exec></Actions></Task>"
        )
        self.sim.log(server.fqdn, event_id, self.subject(who, session) | {
            "TaskName": name, ("TaskContentNew" if event_id == 4702 else "TaskContent"): content,
        })  # fmt: skip

    def changed(
        self, dc: Computer, who: Account, session: str, dn: str, kind: str, attribute: str, value: str, *, added: bool = True,
        syntax: str = "2.5.5.12",
    ) -> None:  # fmt: skip
        """5136."""
        self.sim.log(dc.fqdn, 5136, {
            "OpCorrelationID": f"{{{self.sim.hexadecimal(8)}-0000-4000-8000-000000000000}}", "AppCorrelationID": "-",
            **self.subject(who, session), "DSName": DNS, "DSType": "%%14676", "ObjectDN": dn,
            "ObjectGUID": guid_of(dn), "ObjectClass": kind,
            "AttributeLDAPDisplayName": attribute, "AttributeSyntaxOID": syntax, "AttributeValue": value,
            "OperationType": "%%14674" if added else "%%14675",
        })  # fmt: skip

    def object(self, dc: Computer, event_id: int, who: Account, session: str, dn: str, kind: str) -> None:
        """5137 (made) or 5141 (deleted)."""
        self.sim.log(dc.fqdn, event_id, {
            "OpCorrelationID": f"{{{self.sim.hexadecimal(8)}-0000-4000-8000-000000000001}}", "AppCorrelationID": "-",
            **self.subject(who, session), "DSName": DNS, "DSType": "%%14676", "ObjectDN": dn,
            "ObjectGUID": guid_of(dn), "ObjectClass": kind, "TreeDelete": "%%14679",
        })  # fmt: skip

    def checked(
        self, dc: Computer, who: Account, session: str, kind: str, dn: str, mask: str, *properties: str, name: str = ""
    ) -> None:
        """4662."""
        self.sim.log(
            dc.fqdn,
            4662,
            {
                **self.subject(who, session),
                "ObjectServer": "DS",
                "ObjectType": f"%{{{kind}}}",
                "ObjectName": name or f"%{guid_of(dn)}",
                "OperationType": "Object Access",
                "HandleId": "0x0",
                "AccessMask": mask,
                "AccessList": "%%7688\n\t\t\t\t" if mask == "0x100" else "%%7684\n\t\t\t\t",
                "Properties": ("%%7688" if mask == "0x100" else "%%7684")
                + "".join(f"\n\t\t{{{one}}}" for one in (*properties, kind)),
                "AdditionalInfo": "-",
                "AdditionalInfo2": "",
            },
        )

    def member(
        self, dc: Computer, who: Account, session: str, member: Account, group: str, rid: int | str, *, event_id: int = 4728
    ) -> None:
        """4728, 4729, 4732, 4733, 4756, 4757."""
        self.sim.log(dc.fqdn, event_id, {
            "MemberName": member.dn, "MemberSid": member.sid, "TargetUserName": group,
            "TargetDomainName": NETBIOS if isinstance(rid, int) else "Builtin",
            "TargetSid": f"{SID}-{rid}" if isinstance(rid, int) else rid, **self.subject(who, session), "PrivilegeList": "-",
        })  # fmt: skip

    def account(self, dc: Computer, event_id: int, who: Account, session: str, target: Account, **more: str) -> None:
        """4720, 4722-4726, 4738, 4741-4743, 4767."""
        self.sim.log(dc.fqdn, event_id, {
            "TargetUserName": target.name, "TargetDomainName": NETBIOS, "TargetSid": target.sid, **self.subject(who, session),
            "PrivilegeList": "-", **more,
        })  # fmt: skip


def guid_of(text: str) -> str:
    """A GUID that stands for a name, the same in every run."""
    number = 0
    for letter in text:
        number = (number * 131 + ord(letter)) % (1 << 48)
    return f"{{5d0c1b7e-2c55-4c8f-9a9f-{number:012x}}}"
