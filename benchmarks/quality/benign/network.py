"""Names, files, directory, remote calls: what computers say to servers once they have tickets."""

from typing import Any

from app.model import activity
from app.model.details import (
    DnsQuery,
    DnsUpdate,
    LdapBind,
    LdapPing,
    LdapSearch,
    NameObservation,
    Ntlm,
    RpcBind,
    RpcCall,
    SmbFile,
    SmbSession,
    SmbTree,
)
from app.sensor.decoders.rpc import operations
from benchmarks.quality.benign.domain import BASE, DNS, NETBIOS, Account, Computer, Domain
from benchmarks.quality.benign.kerberos import Kdc, Ticket
from benchmarks.quality.benign.simulation import Simulation
from benchmarks.quality.benign.windows_log import Log

EPMAPPER, NETLOGON = "e1af8308-5d1f-11c9-91a4-08002b14a0fa", "12345678-1234-abcd-ef00-01234567cffb"
SAMR, LSARPC = "12345778-1234-abcd-ef00-0123456789ac", "12345778-1234-abcd-ef00-0123456789ab"
DRSUAPI, SRVSVC = "e3514235-4b06-11d1-ab04-00c04fc2dcd2", "4b324fc8-1670-01d3-1278-5a47bf6ee188"
SVCCTL, WKSSVC = "367abb81-9844-35f1-ad32-98f038001003", "6bffd098-a112-3610-9833-46c3f87e345a"
WINREG, SPOOLSS = "338cd001-2244-31f1-aaaa-900038001003", "12345678-1234-abcd-ef00-0123456789ab"
TASKS, EFS = "86d35949-83c9-4044-b424-db363231fd0c", "df1941c5-fe89-4e79-bf10-463657acf44d"
ACTIVATOR, WBEM = "000001a0-0000-0000-c000-000000000046", "9556dc99-828c-11cf-a37e-00aa003240c7"
WBEM_LOGIN, DFS = "f309ad18-d86a-11d0-a075-00c04fb68820", "4fc742e0-4a10-11cf-8273-00aa004ae673"
EVENT_LOG, FRSTRANS = "f6beaff7-1e19-4fbb-9f8f-b89e2018337c", "897e2e5f-93f3-4376-9c9c-fd2277495c27"
DIALECT = "SMB 3.1.1"


class Net:
    """Flows of many exchanges."""

    def __init__(self, sim: Simulation, domain: Domain, log: Log, kdc: Kdc) -> None:
        self.sim, self.domain, self.log, self.kdc = sim, domain, log, kdc

    # ---- names

    def resolve(
        self, computer: Computer, name: str, kind: str = "A", *answers: str, code: int = 0, dc: Computer | None = None
    ) -> None:
        """One DNS question to a controller; inside names teach which computer has which address."""
        dc = dc or self.kdc.controller(computer)
        detail = DnsQuery(name=name, type=kind, answers=answers, records=len(answers))
        self.sim.packet(detail, computer.ip, dc.ip, 53, code=code)
        if kind == "A" and name.endswith(DNS) and answers:
            observed = NameObservation(address=answers[0][2:], name=name, method="dns")
            self.sim.packet(observed, computer.ip, dc.ip, 53)

    def host(self, computer: Computer, server: Computer) -> None:
        """The address of a server."""
        self.resolve(computer, server.fqdn, "A", f"A {server.ip}", *(f"A {one}" for one in server.other))

    def locate(self, computer: Computer) -> Computer:
        """The controller locator (MS-ADTS 6.3): SRV records of the site, then a ping by datagram."""
        dc = self.kdc.controller(computer)
        names = tuple(f"SRV 0 100 389 {one.fqdn}" for one in self.domain.controllers[:2])
        self.resolve(computer, f"_ldap._tcp.{computer.site}._sites.dc._msdcs.{DNS}", "SRV", *names)
        self.host(computer, dc)
        detail = LdapPing(
            host=computer.name, domain=f"{DNS}.", opcode=23, flags=0x3F1FC, server_name=dc.fqdn, server_site=dc.site,
            client_site=computer.site, forest=DNS, netbios_domain=NETBIOS, netbios_server=dc.name, nt_version=22,
        )  # fmt: skip
        self.sim.packet(detail, computer.ip, dc.ip, 389)
        return dc

    def register(self, computer: Computer) -> None:
        """A dynamic update, refused unsigned first, then signed (MS-DNS; RFC 3645)."""
        dc = self.kdc.controller(computer)
        changes = (f"delete {computer.fqdn} A", f"add {computer.fqdn} A {computer.ip}")
        self.resolve(computer, computer.fqdn, "SOA", f"SOA {dc.fqdn}")
        self.sim.packet(DnsUpdate(zone=DNS, changes=changes), computer.ip, dc.ip, 53, code=5)
        self.kdc.ticket(computer, computer.account, f"DNS/{dc.fqdn}", dc=dc)
        self.sim.packet(DnsUpdate(zone=DNS, changes=changes, signed=True), computer.ip, dc.ip, 53)

    # ---- files

    def mount(
        self, computer: Computer, who: Account, server: Computer, share: str, *, ip: str = "", ntlm: bool = False,
        lasting: float = 300, target: str = "",
    ) -> tuple[str | None, activity.Account | None, str]:  # fmt: skip
        """Session and tree; ticket and account of the session, and the server's logon id."""
        ip, address = ip or computer.ip, target or server.ip
        ticket: Ticket | None = None
        said: activity.Account | None = None
        if ntlm:
            self.ntlm(computer, who, server, ip=ip, address=address)
            said = activity.Account(name=who.name, domain=NETBIOS)
            session = self.log.logon(server, who, ip, package="NTLM", workstation=computer.name, lasting=lasting)
        else:
            ticket = self.kdc.ticket(computer, who, f"cifs/{server.fqdn}", ip=ip)
            self.kdc.show(computer, ticket, address, 445, "smb2", ip=ip)
            session = self.log.logon(server, who, ip, lasting=lasting)
        key = ticket.hash if ticket else None
        signing = server.role == "controller"
        detail = SmbSession(
            dialect=DIALECT,
            signing_required=signing,
            mechanism="NTLM" if ntlm else "Kerberos",
            server_guid=f"guid-{server.name}",
            client_guid=f"guid-{computer.name}",
        )
        self.sim.packet(detail, ip, address, 445, account=said, ticket=key)
        place = server.ip if ntlm and target else server.fqdn
        for name in dict.fromkeys(("IPC$", share)):
            tree = SmbTree(dialect=DIALECT, path=rf"\\{place}\{name}", name=name, share_type="pipe" if name == "IPC$" else "disk")
            self.sim.packet(tree, ip, address, 445, account=said, ticket=key)
            self.log.share(server, who, session, ip, name)
        return key, said, session

    def files(
        self, computer: Computer, who: Account, server: Computer, share: str, count: int, *, ip: str = "", ntlm: bool = False,
        write: float = 0.2, names: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        """Files opened, listed, read and written."""
        key, said, session = self.mount(computer, who, server, share, ip=ip, ntlm=ntlm)
        for number in range(count):
            self.sim.pause(0.05, 4)
            name = names[number % len(names)] if names else rf"Projects\{2024 + number % 3}\Report {number}.docx"
            writes = self.sim.chance(write)
            action = "write" if writes else self.sim.random.choice(("read", "read", "list", "open"))
            detail = SmbFile(
                dialect=DIALECT, path=rf"\\{server.fqdn}\{share}", name=name if action != "list" else "Projects", action=action,
                bytes=0 if action in ("list", "open") else self.sim.random.randrange(400, 900_000),
                access=0x12019F if writes else 0x120089, directory=action == "list", created=writes and self.sim.chance(0.5),
            )  # fmt: skip
            self.sim.packet(detail, ip or computer.ip, server.ip, 445, account=said, ticket=key)
            if server.role == "controller":
                self.log.share(server, who, session, ip or computer.ip, share, name)

    def policies(self, computer: Computer, who: Account) -> None:
        """Group policy: search over LDAP, versions and files in SYSVOL (MS-GPOL)."""
        dc = self.kdc.controller(computer)
        self.bind(computer, who, dc, sealed=False)
        self.search(computer, who, dc, who.dn, "(objectClass=*)", ("distinguishedName", "memberOf"), scope=0, entries=1)
        self.search(
            computer, who, dc, f"CN=Policies,CN=System,{BASE}", "(|(distinguishedName=CN={31B2F340-016D-11D2-945F-00C04FB984F9},"
            f"CN=Policies,CN=System,{BASE})(distinguishedName=CN={{6AC1786C-016F-11D2-945F-00C04FB984F9}},CN=Policies,CN=System,"
            f"{BASE}))", ("gPCFileSysPath", "displayName", "versionNumber", "gPCMachineExtensionNames", "nTSecurityDescriptor"),
            entries=2, controls=("1.2.840.113556.1.4.801",),
        )  # fmt: skip
        root = rf"{DNS}\Policies\{{31B2F340-016D-11D2-945F-00C04FB984F9}}"
        names = (rf"{root}\gpt.ini", rf"{root}\Machine\Microsoft\Windows NT\SecEdit\GptTmpl.inf", rf"{root}\User\Registry.pol")
        self.files(computer, who, dc, "sysvol", 3, names=names, write=0)

    # ---- directory

    def bind(self, computer: Computer, who: Account, dc: Computer, *, sealed: bool = True, ip: str = "") -> str:
        """A SASL bind with Kerberos; the key of the ticket."""
        ticket = self.kdc.ticket(computer, who, f"ldap/{dc.fqdn}/{DNS}", ip=ip, dc=dc)
        self.kdc.show(computer, ticket, dc.ip, 389, "ldap", ip=ip)
        method = "GSS-SPNEGO" if computer.system == "windows" else "GSSAPI"
        self.sim.packet(LdapBind(method=method, encrypted=sealed), ip or computer.ip, dc.ip, 389, ticket=ticket.hash)
        self.log.logon(dc, who, ip or computer.ip, lasting=90)
        return ticket.hash

    def search(
        self, computer: Computer, who: Account, dc: Computer, base: str, text: str, attributes: tuple[str, ...], *,
        scope: int = 2, entries: int = 1, controls: tuple[str, ...] = (), ip: str = "", port: int = 389,
    ) -> None:  # fmt: skip
        """A search on a bound connection that is not sealed."""
        ticket = self.kdc.ticket(computer, who, f"ldap/{dc.fqdn}/{DNS}", ip=ip, dc=dc)
        detail = LdapSearch(base=base, scope=scope, filter=text, attributes=attributes, entries=entries, controls=controls)
        self.sim.packet(detail, ip or computer.ip, dc.ip, port, ticket=ticket.hash)

    # ---- NTLM

    def ntlm(
        self, computer: Computer, who: Account, server: Computer, *, ip: str = "", address: str = "", carrier: str = "smb2",
        code: int = 0, version: str = "NTLMv2", name: str = "", port: int = 445,
    ) -> None:  # fmt: skip
        """An authentication, passed through to a controller over the secure channel (MS-APDS; NetrLogonSamLogonEx)."""
        user = name or who.name
        detail = Ntlm(
            user=user, domain=NETBIOS, workstation=computer.name, version=version, target=NETBIOS,
            target_netbios_computer=server.name, target_netbios_domain=NETBIOS, target_dns_computer=server.fqdn,
            target_dns_domain=DNS, carrier=carrier, mic=version == "NTLMv2", mic_expected=version == "NTLMv2", flags=0xE2888215,
            os_version="10.0.19041", server_os_version="10.0.20348", spn=f"cifs/{address or server.fqdn}" if carrier == "smb2"
            else f"HTTP/{server.fqdn}", server_challenge=self.sim.hexadecimal(),
        )  # fmt: skip
        said = activity.Account(name=user, domain=NETBIOS)
        self.sim.packet(detail, ip or computer.ip, address or server.ip, port, account=said, code=code)
        if server.role != "controller":
            dc = self.domain.controllers[ord(server.name[-1]) % min(2, len(self.domain.controllers))]
            self.call(server, server.account, dc, NETLOGON, 39, port=49_668, sealed=True, kind=68)
            self.log.validated(dc, user, computer.name, server, code)

    # ---- remote calls

    def call(
        self,
        computer: Computer,
        who: Account,
        server: Computer,
        interface: str,
        opnum: int,
        /,
        *,
        port: int = 445,
        pipe: str | None = None,
        sealed: bool = False,
        kind: int | None = None,
        code: int = 0,
        ticket: str | None = None,
        ip: str = "",
        said: activity.Account | None = None,
        **stub: Any,
    ) -> None:
        """One call. kind: the RPC authentication type."""
        detail = RpcCall(
            interface=interface, name=operations.NAMES.get(interface, ""), opnum=opnum,
            operation=operation(interface, opnum), pipe=pipe, sealed=sealed,
            auth_type=kind, auth_level=6 if sealed else None, stub={} if sealed else stub, request_bytes=80 + 8 * len(stub),
            response_bytes=self._answer(interface, opnum), returned=None if sealed else code,
        )  # fmt: skip
        if said is None and kind == 68:
            said = activity.Account(name=computer.account.name, domain=NETBIOS)
        self.sim.packet(
            detail, ip or computer.ip, server.ip, port, ticket=ticket, account=said, code=code or None if sealed else code,
            result="failure" if code else "success",
        )  # fmt: skip

    def _answer(self, interface: str, opnum: int) -> int:
        """Size of an answer: replication carries objects now and then, the rest is small."""
        if interface == DRSUAPI and opnum == 3:
            return self.sim.random.choice((420, 420, 1_376, 3_944, 9_120))
        return self.sim.random.randrange(24, 260)

    def mapped(
        self, computer: Computer, server: Computer, interface: str, port: int, *, kind: int = 9, ticket: str | None = None
    ) -> None:
        """The endpoint mapper asked, then the interface bound over TCP."""
        self.sim.packet(RpcBind(interface=EPMAPPER, name="epmapper", version="3.0"), computer.ip, server.ip, 135)
        stub: dict[str, str | int | bool | list[str]] = {
            "interface": interface, "interface_name": operations.NAMES.get(interface, ""), "version": "1.0", "count": 1,
            "endpoints": [f"{interface}@ncacn_ip_tcp:{server.ip}[{port}]"], "ports": [str(port)],
        }  # fmt: skip
        self.sim.packet(
            RpcCall(interface=EPMAPPER, name="epmapper", opnum=3, operation="ept_map", stub=stub), computer.ip, server.ip, 135
        )
        self.sim.packet(
            RpcBind(interface=interface, name=operations.NAMES.get(interface, ""), version="1.0", auth_type=kind, auth_level=6),
            computer.ip, server.ip, port, ticket=ticket,
        )  # fmt: skip

    def piped(
        self,
        computer: Computer,
        who: Account,
        server: Computer,
        interface: str,
        pipe: str,
        calls: list[tuple[int, dict[str, Any]]],
        *,
        ntlm: bool = False,
        ip: str = "",
    ) -> str:
        """Calls over a named pipe; the logon id."""
        key, said, session = self.mount(computer, who, server, "IPC$", ntlm=ntlm, ip=ip)
        self.sim.packet(
            RpcBind(interface=interface, name=operations.NAMES.get(interface, ""), version="1.0", pipe=pipe), ip or computer.ip,
            server.ip, 445, ticket=key, account=said,
        )  # fmt: skip
        if server.role != "workstation":
            self.log.share(server, who, session, ip or computer.ip, "IPC$", pipe)
        for opnum, stub in calls:
            self.call(computer, who, server, interface, opnum, pipe=pipe, ticket=key, said=said, ip=ip, **stub)
        return session

    def secure_channel(self, computer: Computer) -> None:
        """Netlogon sets up its channel (MS-NRPC 3.1.4.6), then asks for the domain's information."""
        dc = self.kdc.controller(computer)
        self.mapped(computer, dc, NETLOGON, 49_668, kind=0)
        common: dict[str, Any] = {"server": rf"\\{dc.fqdn}", "computer": computer.name}
        self.call(computer, computer.account, dc, NETLOGON, 4, port=49_668, **common, challenge=self.sim.hexadecimal(),
                  server_challenge=self.sim.hexadecimal())  # fmt: skip
        self.call(computer, computer.account, dc, NETLOGON, 26, port=49_668, **common, account=computer.account.name,
                  channel_type=2, credential=self.sim.hexadecimal(), flags=0x612FFFFF,
                  server_credential=self.sim.hexadecimal(), negotiated=0x612FFFFF,
                  rid=int(computer.account.sid.rpartition("-")[2]))  # fmt: skip
        for opnum in (21, 29):
            self.call(computer, computer.account, dc, NETLOGON, opnum, port=49_668, sealed=True, kind=68)


def operation(interface: str, opnum: int) -> str:
    """Name of an operation, as the decoder gives it."""
    names = operations.OPERATIONS.get(interface, {})
    return str(names.get(opnum, "")) if isinstance(names, dict) else ""
