"""The work of help desk, personnel department and administrators: accounts, groups, policies, rights, remote administration."""

from typing import Any

from app.model.details import LdapAdd, LdapDelete, LdapModify, RdpConnection, SmbSession
from benchmarks.quality.benign.domain import BASE, DNS, NETBIOS, REALM, SID, Account, Computer
from benchmarks.quality.benign.network import ACTIVATOR, DIALECT, EVENT_LOG, SAMR, SRVSVC, SVCCTL, WBEM, WBEM_LOGIN, Net
from benchmarks.quality.benign.people import People
from benchmarks.quality.benign.simulation import HOUR, Simulation
from benchmarks.quality.benign.windows_log import SYSTEM

LAPS_CLASS, LAPS_PASSWORD = "bf967a86-0de6-11d0-a285-00aa003049e2", "f3531ec6-6330-4f8e-8d39-7a671fbac605"
POLICY = f"CN={{6A3F2C1E-90B4-4D7A-8C15-2E77A1B0D9F4}},CN=Policies,CN=System,{BASE}"
POWERSHELL = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"


class Staff:
    """Plans what staff do on a day, each in its true number."""

    def __init__(self, sim: Simulation, net: Net, people: People) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.people = people
        self.joined = 0
        self.starters: list[Account] = []

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        random, at = self.sim.random, self.sim.at

        def when(first: float = 8, last: float = 16.5) -> int:
            return start + int(random.uniform(first, last) * HOUR)

        if weekend:
            at(start + 22 * HOUR, self.remote_desktop, random.choice(self.domain.server_admins))
            return
        for one in (*self.domain.helpdesk, *self.domain.server_admins, *self.domain.admins):
            if self.sim.chance(0.8):
                at(when(7.5, 9), self.sign_in, one)
        for _ in range(7):
            at(when(), self.reset_password, random.choice(self.domain.helpdesk))
        for _ in range(4):
            at(when(), self.laps, random.choice(self.domain.helpdesk))
        for _ in range(5):
            at(when(), self.group, random.choice(self.domain.helpdesk))
        for _ in range(2):
            at(when(), self.look_up, random.choice(self.domain.helpdesk))
        for _ in range(6):
            at(when(), self.remote_desktop, random.choice(self.domain.server_admins))
        for _ in range(5):
            at(when(), self.powershell, random.choice(self.domain.server_admins))
        for _ in range(3):
            at(when(), self.consoles, random.choice(self.domain.server_admins))
        for _ in range(3):
            at(when(), self.new_key, random.choice(list(self.people.homes)))
        if day % 7 == 1:
            at(when(), self.join_by_desk)
            at(when(), self.edit_policy)
        if day % 7 == 2:
            at(when(), self.join_by_user)
            at(when(), self.rights_of_unit)
            at(when(19, 20), self.change_window)
        if day % 7 == 3:
            at(when(), self.audit_policy)
            at(when(), self.credential_guard)
        if day % 30 == 0:
            at(start + 6 * HOUR, self.personnel)
        if day % 14 == 4:
            at(when(), self.service_names)
        if day % 28 == 8:
            at(when(3, 4), self.clear_application_log)

    # ---- tools

    @property
    def jump(self) -> Computer:
        """The host from which administrators work."""
        return self.domain.servers["JUMP1"]

    def change(
        self, who: Account, dn: str, *changes: tuple[str, str, tuple[str, ...]], dc: Computer | None = None
    ) -> tuple[Computer, str]:
        """A modification on a connection signed but not sealed; the controller and the logon id there."""
        dc = dc or self.domain.controllers[0]
        key = self.net.bind(self.jump, who, dc, sealed=False)
        self.sim.packet(LdapModify(dn=dn, changes=changes), self.jump.ip, dc.ip, 389, ticket=key)
        return dc, self.log.session()

    def sign_in(self, who: Account) -> None:
        """Staff sign in at the jump host."""
        self.kdc.sign_in(self.jump, who, wrong=1 if self.sim.chance(0.03) else 0)
        self.log.logon(self.jump, who, self.people_ip(), kind=10, package="Negotiate", workstation="JUMP1", lasting=7 * 3_600)
        self.net.policies(self.jump, who)

    def people_ip(self) -> str:
        """Some workstation's address."""
        return self.sim.random.choice(self.domain.workstations[:200]).ip

    # ---- accounts

    def reset_password(self, who: Account) -> None:
        """A password reset in the directory console: unicodePwd over a sealed connection, then must change."""
        name = self.sim.random.choice(list(self.people.homes))
        user, computer = self.domain.account(name), self.people.homes[name]
        dc = self.domain.controllers[0]
        self.net.bind(self.jump, who, dc)
        session = self.log.session()
        self.log.account(dc, 4724, who, session, user)
        self.log.account(dc, 4738, who, session, user, PasswordLastSet="%%1794", UserAccountControl="-")
        self.sim.pause(60, 300)
        self.kdc.refused(computer, user, 23)
        self.people.own_password(user, computer)

    def personnel(self) -> None:
        """The first of the month: a script makes thirty accounts, puts them into groups, and deletes thirty."""
        who, server, dc = self.domain.account("svc-hr"), self.domain.servers["APP8"], self.domain.controllers[0]
        key = self.net.bind(server, who, dc, sealed=False)
        session = self.log.logon(dc, who, server.ip, lasting=600)
        leavers, self.starters = self.starters, []
        for number in range(30):
            self.sim.pause(0.5, 3)
            user = self.domain._user(f"new{self.sim.random.randrange(10_000, 99_999)}")
            self.starters.append(user)
            changes = (
                ("add", "objectClass", ("top", "person", "organizationalPerson", "user")),
                ("add", "sAMAccountName", (user.name,)),
                ("add", "userAccountControl", ("514",)),
                ("add", "userPrincipalName", (f"{user.name}@{DNS}",)),
            )
            self.sim.packet(LdapAdd(dn=user.dn, changes=changes), server.ip, dc.ip, 389, ticket=key)
            self.log.account(
                dc,
                4720,
                who,
                session,
                user,
                SamAccountName=user.name,
                UserPrincipalName=f"{user.name}@{DNS}",
                UserAccountControl="\n\t\t%%2080\n\t\t%%2082\n\t\t%%2084",
                NewUacValue="0x15",
                OldUacValue="0x0",
            )
            self.log.object(dc, 5137, who, session, user.dn, "user")
            enable = ("replace", "userAccountControl", ("512",))
            self.sim.packet(LdapModify(dn=user.dn, changes=(enable,)), server.ip, dc.ip, 389, ticket=key)
            self.log.account(dc, 4722, who, session, user)
            self.log.account(dc, 4724, who, session, user)
            member = ("add", "member", (user.dn,))
            group = f"CN=Department {number % 6},OU=Groups,{BASE}"
            self.sim.packet(LdapModify(dn=group, changes=(member,)), server.ip, dc.ip, 389, ticket=key)
            self.log.member(dc, who, session, user, f"Department {number % 6}", 2_200 + number % 6)
        for user in leavers:
            self.sim.packet(LdapDelete(dn=user.dn), server.ip, dc.ip, 389, ticket=key)
            self.log.account(dc, 4725, who, session, user)
            self.log.account(dc, 4726, who, session, user)
            self.log.object(dc, 5141, who, session, user.dn, "user")

    def laps(self, who: Account) -> None:
        """The help desk reads a local administrator's password."""
        computer, dc = self.sim.random.choice(self.domain.workstations[:250]), self.domain.controllers[0]
        self.net.bind(self.jump, who, dc)
        self.log.checked(dc, who, self.log.session(), LAPS_CLASS, computer.account.dn, "0x10", LAPS_PASSWORD)

    def look_up(self, who: Account) -> None:
        """net user NAME /domain: one account by name over SAMR."""
        dc, user = self.domain.controllers[0], self.sim.random.choice(self.domain.users)
        rid = int(user.sid.rpartition("-")[2])
        self.net.piped(self.jump, who, dc, SAMR, "samr", [
            (64, {"server": rf"\\{dc.name}", "access": 48}), (5, {"domain_name": NETBIOS, "domain_sid": SID}),
            (7, {"access": 513, "domain": SID}), (17, {"domain": SID, "count": 1, "names": [user.name], "rids": [str(rid)]}),
            (34, {"access": 0x2011B, "domain": SID, "rid": rid, "target": user.sid}), (36, {"target": user.sid, "level": 21}),
            (39, {"target": user.sid, "count": 2, "rids": ["513", "2201"]}), (1, {"target": user.sid}),
        ])  # fmt: skip

    def group(self, who: Account) -> None:
        """A user is put into an ordinary group."""
        user, number = self.sim.random.choice(self.domain.users), self.sim.random.randrange(6)
        dc, session = self.change(who, f"CN=Department {number},OU=Groups,{BASE}", ("add", "member", (user.dn,)))
        self.log.member(dc, who, session, user, f"Department {number}", 2_200 + number)
        self.log.changed(
            dc, who, session, f"CN=Department {number},OU=Groups,{BASE}", "group", "member", user.dn, syntax="2.5.5.1"
        )

    def change_window(self) -> None:
        """Every week an administrator is put into Domain Admins for the maintenance and taken out three hours later."""
        who, guest = self.domain.admins[1], self.domain.server_admins[0]
        dn = f"CN=Domain Admins,CN=Users,{BASE}"
        dc, session = self.change(who, dn, ("add", "member", (guest.dn,)))
        self.log.member(dc, who, session, guest, "Domain Admins", 512)
        self.log.changed(dc, who, session, dn, "group", "member", guest.dn, syntax="2.5.5.1")

        def out() -> None:
            dc, session = self.change(who, dn, ("delete", "member", (guest.dn,)))
            self.log.member(dc, who, session, guest, "Domain Admins", 512, event_id=4729)
            self.log.changed(dc, who, session, dn, "group", "member", guest.dn, added=False, syntax="2.5.5.1")

        self.sim.at(self.sim.now + 3 * HOUR, out)

    def new_key(self, name: str) -> None:
        """Windows Hello for Business: the user's computer registers a key of the user's own account."""
        user, dc = self.domain.account(name), self.domain.controllers[0]
        computer = self.people.homes[name]
        value = f"B:828:{self.sim.hexadecimal(64)}:{user.dn}"
        key = self.net.bind(computer, user, dc, sealed=False)
        change = ("add", "msDS-KeyCredentialLink", (value,))
        self.sim.packet(LdapModify(dn=user.dn, changes=(change,)), computer.ip, dc.ip, 389, ticket=key)
        self.log.changed(dc, user, self.log.session(), user.dn, "user", "msDS-KeyCredentialLink", value, syntax="2.5.5.7")

    def service_names(self) -> None:
        """A new service account with its name, and RC4 kept for an old client."""
        who, user = self.domain.admins[2], self.domain.account("svc-java")
        name = f"HTTP/java{self.sim.random.randrange(2, 9)}.{DNS}"
        dc, session = self.change(who, user.dn, ("add", "servicePrincipalName", (name,)))
        self.log.changed(dc, who, session, user.dn, "user", "servicePrincipalName", name)
        self.log.account(dc, 4738, who, session, user, UserAccountControl="-")

    # ---- computers

    def join_by_desk(self) -> None:
        """A new computer joined by the help desk: account made over SAMR or LDAP with the names of its host."""
        self.join(self.sim.random.choice(self.domain.helpdesk))

    def join_by_user(self) -> None:
        """A user joins one computer within the quota."""
        self.join(self.domain.users[150])

    def join(self, who: Account) -> None:
        """The join as Windows does it today: LDAP add with its names, password, then the first boot."""
        self.joined += 1
        dc = self.domain.controllers[0]
        new = self.domain.join(f"NB{self.joined:03}", f"10.20.15.{self.joined + 10}")
        self.kdc.sign_in(new, who)
        key = self.net.bind(new, who, dc, sealed=False)
        session = self.log.session()
        changes = (
            ("add", "objectClass", ("computer",)),
            ("add", "sAMAccountName", (new.account.name,)),
            ("add", "userAccountControl", ("4096",)),
            ("add", "dNSHostName", (new.fqdn,)),
            (
                "add",
                "servicePrincipalName",
                (f"HOST/{new.fqdn}", f"RestrictedKrbHost/{new.fqdn}", f"HOST/{new.name}", f"RestrictedKrbHost/{new.name}"),
            ),
        )
        self.sim.packet(LdapAdd(dn=new.account.dn, changes=changes), new.ip, dc.ip, 389, ticket=key)
        self.log.account(
            dc,
            4741,
            who,
            session,
            new.account,
            SamAccountName=new.account.name,
            DnsHostName=new.fqdn,
            ServicePrincipalNames=f"\n\t\tHOST/{new.fqdn}\n\t\tRestrictedKrbHost/{new.fqdn}\n\t\tHOST/{new.name}",
            UserAccountControl="\n\t\t%%2087",
            NewUacValue="0x80",
            OldUacValue="0x0",
            PrimaryGroupId="515",
        )
        self.log.object(dc, 5137, who, session, new.account.dn, "computer")
        self.log.account(dc, 4724, who, session, new.account)
        self.sim.pause(90, 200)
        self.people.boot(new)

    # ---- policies and rights

    def edit_policy(self) -> None:
        """A policy edited in the console: files in SYSVOL written, version raised."""
        who, dc = self.domain.admins[3], self.domain.controllers[0]
        root = rf"{DNS}\Policies\{{6A3F2C1E-90B4-4D7A-8C15-2E77A1B0D9F4}}"
        names = (rf"{root}\Machine\Registry.pol", rf"{root}\gpt.ini")
        self.net.files(self.jump, who, dc, "sysvol", 2, names=names, write=1)
        version = str(self.sim.random.randrange(20, 90))
        _, session = self.change(who, POLICY, ("replace", "versionNumber", (version,)))
        self.log.changed(dc, who, session, POLICY, "groupPolicyContainer", "versionNumber", version, syntax="2.5.5.9")
        _, session = self.change(who, f"OU=Clients,{BASE}", ("replace", "gPLink", (f"[LDAP://{POLICY};0]",)))
        self.log.changed(dc, who, session, f"OU=Clients,{BASE}", "organizationalUnit", "gPLink", f"[LDAP://{POLICY};0]")

    def rights_of_unit(self) -> None:
        """The help desk may reset passwords below People: a delegated entry in the unit's descriptor."""
        who, unit = self.domain.admins[0], f"OU=People,{BASE}"
        reset, user = "00299570-246d-11d0-a768-00aa006e0529", "bf967aba-0de6-11d0-a285-00aa003049e2"
        text = f"D:AI(OA;CIIO;CR;{reset};{user};{SID}-1098)(A;;LCRPLORC;;;AU)"
        dc, session = self.change(who, unit, ("replace", "nTSecurityDescriptor", (text,)))
        self.log.changed(dc, who, session, unit, "organizationalUnit", "nTSecurityDescriptor", text, syntax="2.5.5.15")
        self.log.checked(dc, who, session, "bf967aa5-0de6-11d0-a285-00aa003049e2", unit, "0x40000")

    def audit_policy(self) -> None:
        """Group policy applies the audit policy anew on some servers: by the system, success and failure added."""
        for name in ("FILE1", "FILE2", "APP3"):
            server = self.domain.servers[name]
            self.log.sim.log(server.fqdn, 4719, self.log.subject(SYSTEM) | {
                "CategoryId": "%%8274", "SubcategoryId": "%%12804", "SubcategoryGuid": "{0CCE9224-69AE-11D9-BED3-505054503030}",
                "AuditPolicyChanges": "%%8449, %%8451",
            })  # fmt: skip

    def clear_application_log(self) -> None:
        """Once a month somebody clears a log of an application server before an upgrade."""
        who, server = self.domain.server_admins[1], self.domain.servers["APP5"]
        self.log.sim.log(server.fqdn, 104, {
            "SubjectUserName": who.name, "SubjectDomainName": NETBIOS, "Channel": "Application", "BackupPath": "",
        }, where=("Microsoft-Windows-Eventlog", "System"), sid=who.sid)  # fmt: skip

    # ---- remote administration

    def remote_desktop(self, who: Account) -> None:
        """RDP from the jump host to a server."""
        server = self.domain.servers[self.sim.random.choice(("APP1", "APP2", "SQL1", "FILE1", "PRINT1", "EXCH1"))]
        self.kdc.ticket(self.jump, who, f"TERMSRV/{server.fqdn}")
        detail = RdpConnection(cookie=who.name[:9], requested_protocols=11, selected_protocol=2, server_name=server.fqdn)
        self.sim.packet(detail, self.jump.ip, server.ip, 3389)
        self.kdc.sign_in(server, who)
        session = self.log.logon(server, who, self.jump.ip, kind=10, package="Negotiate", workstation=server.name, lasting=2_400)
        self.log.process(server, who, session, r"C:\Windows\System32\mmc.exe", "mmc.exe compmgmt.msc", r"C:\Windows\explorer.exe")

    def credential_guard(self) -> None:
        """RDP with Remote Credential Guard: the client's tickets are used from the server; nothing is signed in there."""
        who, server = self.domain.server_admins[2], self.domain.servers["APP4"]
        self.kdc.ticket(self.jump, who, f"TERMSRV/{server.fqdn}")
        self.kdc.ticket(self.jump, who, f"krbtgt/{REALM}", fresh=True)
        detail = RdpConnection(requested_protocols=11, selected_protocol=8, server_name=server.fqdn)
        self.sim.packet(detail, self.jump.ip, server.ip, 3389)
        self.log.logon(server, who, self.jump.ip, kind=10, lasting=1_200)
        file, held = self.domain.servers["FILE1"], self.kdc.ticket(self.jump, who, f"cifs/{self.domain.servers['FILE1'].fqdn}")
        self.kdc.show(server, held, file.ip, 445, "smb2")
        session = SmbSession(
            dialect=DIALECT, mechanism="Kerberos", server_guid=f"guid-{file.name}", client_guid=f"guid-{server.name}"
        )
        self.sim.packet(session, server.ip, file.ip, 445, ticket=held.hash)
        self.log.logon(file, who, server.ip)

    def powershell(self, who: Account) -> None:
        """Remoting from the jump host: HTTP tickets, WinRM, a host process on the server."""
        server = self.domain.servers[self.sim.random.choice(("APP3", "APP4", "APP6", "WEB1", "WSUS1", "SQL2"))]
        ticket = self.kdc.ticket(self.jump, who, f"HTTP/{server.fqdn}", owner=server.account)
        self.kdc.show(self.jump, ticket, server.ip, 5985, "http")
        session = self.log.logon(server, who, self.jump.ip, lasting=400)
        host = r"C:\Windows\System32\wsmprovhost.exe"
        self.log.process(server, who, session, host, f"{host} -Embedding", r"C:\Windows\System32\svchost.exe")

    def consoles(self, who: Account) -> None:
        """Management consoles from the jump host: services listed, events read, sessions of a file server, WMI."""
        server = self.domain.servers[self.sim.random.choice(("FILE1", "FILE2", "APP2", "APP7"))]
        self.net.piped(self.jump, who, server, SVCCTL, "svcctl", [
            (15, {"server": server.name, "access": 5}), (14, {}), (16, {"service": "Spooler", "access": 0x14}),
            (6, {"service": "Spooler"}), (0, {}),
        ])  # fmt: skip
        self.net.piped(
            self.jump,
            who,
            server,
            SRVSVC,
            "srvsvc",
            [
                (
                    15,
                    {
                        "server": server.name,
                        "level": 502,
                        "count": 6,
                        "shares": ["ADMIN$", "C$", "IPC$", "Home", "Projects", "Sales"],
                    },
                ),
                (
                    12,
                    {
                        "server": server.name,
                        "level": 502,
                        "count": 31,
                        "sessions": [r"\\10.20.0.31 anna.abel", r"\\10.20.0.44 carl.abel"],
                    },
                ),
            ],
        )
        ticket = self.kdc.ticket(self.jump, who, f"host/{server.fqdn}", owner=server.account)
        self.net.mapped(self.jump, server, EVENT_LOG, 49_671, ticket=ticket.hash)
        for opnum in (5, 11, 11, 13):
            self.net.call(self.jump, who, server, EVENT_LOG, opnum, port=49_671, sealed=True, kind=9, ticket=ticket.hash)
        self.wmi(self.jump, who, server, 4)

    def wmi(self, computer: Computer, who: Account, server: Computer, queries: int) -> None:
        """WMI over DCOM: activation, login, queries."""
        ticket = self.kdc.ticket(computer, who, f"RPCSS/{server.fqdn}", owner=server.account)
        common: dict[str, Any] = {"ticket": ticket.hash}
        self.kdc.show(computer, ticket, server.ip, 135, "rpc")
        self.net.call(computer, who, server, ACTIVATOR, 4, port=135, kind=9, clsid="8bc3f05e-d86b-11d0-a075-00c04fb68820",
                      **{"class": "WMI"}, **common)  # fmt: skip
        self.net.call(computer, who, server, WBEM_LOGIN, 6, port=49_672, kind=9, namespace=rf"\\{server.ip}\root\cimv2", **common)
        for _ in range(queries):
            self.net.call(computer, who, server, WBEM, 20, port=49_672, sealed=True, kind=9, **common)
        session = self.log.logon(server, who, computer.ip)
        del session
