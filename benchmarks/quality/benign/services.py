"""Programs that work by themselves: mail, backup, management, monitoring, a scanner, synchronisation, old ones."""

from app.model import activity
from app.model.details import KerberosAs, LdapBind, LdapSearch, SmbFile
from benchmarks.quality.benign.domain import BASE, DNS, NETBIOS, REALM, Computer
from benchmarks.quality.benign.machines import DOMAIN_CLASS, GET_ALL, GET_CHANGES
from benchmarks.quality.benign.network import (
    DIALECT,
    DRSUAPI,
    SVCCTL,
    TASKS,
    WBEM,
    Net,
)
from benchmarks.quality.benign.people import People
from benchmarks.quality.benign.simulation import DAY, HOUR, MINUTE, SECOND, Simulation
from benchmarks.quality.benign.staff import Staff
from benchmarks.quality.benign.windows_log import DIRECTORY_LOG, SIMPLE_BIND, SYSTEM


class Services:
    """Plans what programs do on a day."""

    def __init__(self, sim: Simulation, net: Net, people: People, staff: Staff) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.people, self.staff = people, staff

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        every, at, end = self.sim.every, self.sim.at, start + DAY
        windows = [one for one in self.domain.members if one.system == "windows"]
        for number, server in enumerate(windows):
            every(start + number * 8 * SECOND, 5 * MINUTE, end, self.poll, server)
            at(start + 22 * HOUR + number * 5 * MINUTE, self.backup, server)
            at(start + 2 * HOUR + number * 2 * MINUTE, self.inventory, server)
        for name in ("EXCH1", "EXCH2"):
            every(start + 11 * SECOND, 3 * MINUTE, end, self.exchange, self.domain.servers[name])
        every(start + 4 * MINUTE, 30 * MINUTE, end, self.entra)
        every(start + 90 * SECOND, 15 * MINUTE, end, self.java)
        every(start + 100 * SECOND, 30 * MINUTE, end, self.legacy_bind)
        every(start + 25 * MINUTE, 12 * MINUTE, end, self.stale)
        every(start + 7 * HOUR, 2 * HOUR, start + 18 * HOUR, self.people.old_printer)
        every(start + 6 * HOUR, 50 * MINUTE, end, self.mfp)
        every(start + 5 * MINUTE, 2 * HOUR, end, self.old_clients)
        if not weekend:
            for _ in range(2):
                at(start + 10 * HOUR + self.sim.random.randrange(5 * HOUR), self.client_push)
            at(start + 13 * HOUR, self.install)
        if day % 28 == 8:
            for number, server in enumerate(windows):
                at(start + 3 * HOUR + number * 4 * MINUTE, self.patch, server)

    # ---- mail, synchronisation

    def exchange(self, server: Computer) -> None:
        """Exchange reads recipients and its configuration, on 389 and in the global catalogue."""
        dc = self.kdc.controller(server)
        account = server.account
        for port, text in (
            (389, "(&(objectCategory=person)(mailNickname=*)(legacyExchangeDN=*))"),
            (3268, f"(proxyAddresses=smtp:info@{DNS})"),
        ):
            if port == 389:
                text = f"(objectGUID=\\{self.sim.hexadecimal(2)}\\4a\\11)"
            self.net.search(
                server, account, dc, BASE, text, ("mail", "homeMDB", "msExchMailboxGuid", "proxyAddresses"), port=port
            )
        self.net.bind(server, account, dc, sealed=False)
        self.kdc.ticket(server, account, f"ldap/{dc.fqdn}/{DNS}", dc=dc)
        if self.sim.chance(0.02):
            other = self.domain.servers["EXCH1" if server.name == "EXCH2" else "EXCH2"]
            self.kdc.ticket(server, account, f"HTTP/{other.fqdn}")
            self.log.logon(other, account, server.ip)

    def entra(self) -> None:
        """Entra Connect: password hashes every half hour by replication, objects by DirSync (MS-DRSR, MS-ADTS 3.1.1.3.4.1.3)."""
        server, who, dc = self.domain.servers["AADC1"], self.domain.account("MSOL_3f2a9c1b7d04"), self.domain.controllers[0]
        ticket = self.kdc.ticket(server, who, f"ldap/{dc.fqdn}/{DNS}", dc=dc)
        key = self.net.bind(server, who, dc, sealed=False)
        detail = LdapSearch(
            base=BASE,
            scope=2,
            filter="(|(objectClass=user)(objectClass=group)(objectClass=contact)(objectClass=computer)"
            "(objectClass=organizationalUnit)(objectClass=container))",
            attributes=("*",),
            entries=self.sim.random.randrange(0, 6),
            controls=("1.2.840.113556.1.4.841",),
        )
        self.sim.packet(detail, server.ip, dc.ip, 389, ticket=key)
        if self.sim.chance(0.1):
            self.net.mapped(server, dc, DRSUAPI, 49_670, ticket=ticket.hash)
        session = self.log.logon(dc, who, server.ip)
        for opnum in (0, 3, 3, 1):
            self.net.call(server, who, dc, DRSUAPI, opnum, port=49_670, sealed=True, kind=9, ticket=ticket.hash)
        for one in (GET_CHANGES, GET_ALL):
            self.log.checked(dc, who, session, DOMAIN_CLASS, BASE, "0x100", one)

    # ---- administration of servers

    def poll(self, server: Computer) -> None:
        """Monitoring: one query over a connection that stays, now and then anew."""
        monitor, who = self.domain.servers["MON1"], self.domain.account("svc-mon")
        if self.sim.chance(0.01):
            self.staff.wmi(monitor, who, server, 1)
            return
        ticket = self.kdc.ticket(monitor, who, f"RPCSS/{server.fqdn}", owner=server.account)
        self.net.call(monitor, who, server, WBEM, 20, port=49_672, sealed=True, kind=9, ticket=ticket.hash)

    def backup(self, server: Computer) -> None:
        """Backup: administrator on every server, agent's service put and started for the night, files read."""
        master, who = self.domain.servers["BACKUP1"], self.domain.account("svc-backup")
        key, _, session = self.net.mount(master, who, server, "ADMIN$")
        path = r"C:\Windows\VeeamVssSupport\VeeamGuestHelper.exe"
        detail = SmbFile(
            dialect=DIALECT, path=rf"\\{server.fqdn}\ADMIN$", name=r"VeeamVssSupport\VeeamGuestHelper.exe", action="write",
            bytes=3_400_000, access=0x12019F, created=True,
        )  # fmt: skip
        self.sim.packet(detail, master.ip, server.ip, 445, ticket=key)
        self.log.share(server, who, session, master.ip, "ADMIN$", r"VeeamVssSupport\VeeamGuestHelper.exe")
        self.net.piped(
            master,
            who,
            server,
            SVCCTL,
            "svcctl",
            [
                (15, {"server": server.name, "access": 0xF003F}),
                (
                    12,
                    {
                        "service": "VeeamVssSupport",
                        "display": "Veeam Guest Helper",
                        "access": 0xF01FF,
                        "type": 16,
                        "start": 3,
                        "path": path,
                    },
                ),
                (19, {"service": "VeeamVssSupport", "arguments": []}),
                (6, {"service": "VeeamVssSupport"}),
                (1, {"service": "VeeamVssSupport", "control": 1}),
                (2, {"service": "VeeamVssSupport"}),
                (0, {}),
            ],
        )
        self.log.sim.log(server.fqdn, 7045, {
            "ServiceName": "VeeamVssSupport", "ImagePath": path, "ServiceType": "user mode service", "StartType": "demand start",
            "AccountName": "LocalSystem",
        }, where=("Service Control Manager", "System"), sid=who.sid)  # fmt: skip
        self.log.sim.log(server.fqdn, 4697, self.log.subject(who, session) | {
            "ServiceName": "VeeamVssSupport", "ServiceFileName": path, "ServiceType": "0x10", "ServiceStartType": "3",
            "ServiceAccount": "LocalSystem",
        })  # fmt: skip
        if server.name.startswith(("FILE", "SQL")):
            for _ in range(20):
                detail = SmbFile(
                    dialect=DIALECT,
                    path=rf"\\{server.fqdn}\D$",
                    name=rf"Data\{self.sim.hexadecimal(6)}.dat",
                    action="read",
                    bytes=self.sim.random.randrange(1_000_000, 400_000_000),
                    access=0x120089,
                )
                self.sim.packet(detail, master.ip, server.ip, 445, ticket=key)

    def inventory(self, server: Computer) -> None:
        """SCCM: WMI and the remote registry as a local administrator."""
        master, who = self.domain.servers["SCCM1"], self.domain.account("svc-sccm")
        self.staff.wmi(master, who, server, 8)

    def client_push(self) -> None:
        """A new server is given the client of SCCM."""
        self.push_client(self.domain.servers[self.sim.random.choice(("APP2", "APP5", "APP6", "RDS2"))])

    def push_client(self, target: Computer) -> None:
        """SCCM client push: files to ADMIN$, a service made and started."""
        master, who = self.domain.servers["SCCM1"], self.domain.account("svc-sccm")
        key, _, session = self.net.mount(master, who, target, "ADMIN$")
        detail = SmbFile(
            dialect=DIALECT,
            path=rf"\\{target.fqdn}\ADMIN$",
            name=r"ccmsetup\ccmsetup.exe",
            action="write",
            bytes=2_100_000,
            access=0x12019F,
            created=True,
        )
        self.sim.packet(detail, master.ip, target.ip, 445, ticket=key)
        path = r"C:\Windows\ccmsetup\ccmsetup.exe /runservice /config:MobileClient.tcf"
        self.net.piped(master, who, target, SVCCTL, "svcctl", [
            (15, {"server": target.name, "access": 0xF003F}),
            (12, {"service": "ccmsetup", "display": "ccmsetup", "access": 0xF01FF, "type": 16, "start": 2, "path": path}),
            (19, {"service": "ccmsetup", "arguments": []}), (0, {}),
        ])  # fmt: skip
        self.log.sim.log(target.fqdn, 7045, {
            "ServiceName": "ccmsetup", "ImagePath": path, "ServiceType": "user mode service", "StartType": "auto start",
            "AccountName": "LocalSystem",
        }, where=("Service Control Manager", "System"), sid=who.sid)  # fmt: skip
        self.log.sim.log(
            target.fqdn,
            4697,
            self.log.subject(who, session)
            | {
                "ServiceName": "ccmsetup",
                "ServiceFileName": path,
                "ServiceType": "0x10",
                "ServiceStartType": "2",
                "ServiceAccount": "LocalSystem",
            },
        )

    def install(self) -> None:
        """An administrator installs a program on a server at its console: a service, a task."""
        who, server = self.domain.server_admins[3], self.domain.servers["APP6"]
        session = self.log.logon(server, who, self.staff.jump.ip, kind=10, package="Negotiate", workstation=server.name)
        self.log.process(
            server,
            who,
            session,
            r"C:\Windows\System32\msiexec.exe",
            r'msiexec.exe /i "C:\Install\agent.msi" /qn',
            r"C:\Windows\explorer.exe",
        )
        self.log.service(server, "Contoso Agent", r'"C:\Program Files\Contoso\agent.exe" --service')
        self.log.task(server, SYSTEM, "0x3e7", r"\Contoso\Agent Update", r"C:\Program Files\Contoso\update.exe")
        ticket = self.kdc.ticket(self.staff.jump, who, f"host/{server.fqdn}", owner=server.account)
        self.net.mapped(self.staff.jump, server, TASKS, 49_673, ticket=ticket.hash)
        for opnum in (0, 7, 2):
            self.net.call(self.staff.jump, who, server, TASKS, opnum, port=49_673, sealed=True, kind=9, ticket=ticket.hash)

    def patch(self, server: Computer) -> None:
        """Patching: drivers and services by the system, tasks made and changed, a restart."""
        self.log.service(
            server,
            "MpKslDrv",
            r"C:\ProgramData\Microsoft\Windows Defender\Definition Updates\{1F}\MpKslDrv.sys",
            "kernel mode driver",
        )
        self.log.service(
            server, "MicrosoftEdgeElevationService", r'"C:\Program Files (x86)\Microsoft\Edge\Application\elevation_service.exe"'
        )
        self.log.task(
            server,
            SYSTEM,
            "0x3e7",
            r"\Microsoft\Windows\UpdateOrchestrator\Reboot_AC",
            r"%systemroot%\system32\MusNotification.exe",
            4702,
        )
        self.log.task(
            server,
            SYSTEM,
            "0x3e7",
            r"\MicrosoftEdgeUpdateTaskMachineCore",
            r"C:\Program Files (x86)\Microsoft\EdgeUpdate\MicrosoftEdgeUpdate.exe",
        )
        self.sim.pause(200, 400)
        self.kdc.forget(server)
        self.net.secure_channel(server)
        self.kdc.sign_in(server, server.account)

    # ---- old and foreign programs

    def java(self) -> None:
        """A Java portal looks up users by simple bind, over TLS."""
        server, who, dc = self.domain.servers["LNX1"], self.domain.account("svc-ldap"), self.domain.controllers[1]
        said = activity.Account(name=who.dn)
        self.sim.packet(LdapBind(method="simple", name=who.dn, encrypted=True), server.ip, dc.ip, 636, account=said)
        self.log.logon(dc, who, server.ip, package=SIMPLE_BIND, workstation=dc.name)

    def legacy_bind(self) -> None:
        """One that still binds in clear text, and searches."""
        server, who, dc = self.domain.servers["LIC1"], self.domain.account("svc-ldap"), self.domain.controllers[0]
        said = activity.Account(name=f"{who.name}@{DNS}")
        self.sim.packet(
            LdapBind(method="simple", name=f"{who.name}@{DNS}", password_length=14), server.ip, dc.ip, 389, account=said
        )
        user = self.sim.random.choice(self.domain.users)
        detail = LdapSearch(
            base=BASE, scope=2, filter=f"(sAMAccountName={user.name})", attributes=("mail", "memberOf"), entries=1
        )
        self.sim.packet(detail, server.ip, dc.ip, 389, account=said)
        self.log.sim.log(
            dc.fqdn,
            2889,
            {"param1": f"{server.ip}:50311", "param2": rf"{NETBIOS}\{who.name}", "param3": "1"},
            where=DIRECTORY_LOG,
        )

    def mfp(self) -> None:
        """A multi-function printer looks up addresses for scans."""
        who, dc = self.domain.account("svc-mfp"), self.domain.controllers[0]
        said = activity.Account(name=f"{who.name}@{DNS}")
        self.sim.packet(
            LdapBind(method="simple", name=f"{who.name}@{DNS}", encrypted=True), "10.20.9.8", dc.ip, 636, account=said
        )

    def stale(self) -> None:
        """A service whose password was changed, on three servers that still have the old one."""
        who = self.domain.account("svc-stale")
        server = self.domain.servers[self.sim.random.choice(("APP7", "APP8", "APP9"))]
        dc = self.kdc.controller(server)
        detail = KerberosAs(
            client=who.name,
            realm=REALM,
            service=f"krbtgt/{REALM}",
            request_etypes=(18, 17, 23, 24, -135, 3),
            pa_types=(2, 128),
            padata_etype=18,
            options=0x40810010,
            till=2_136_422_885_000_000,
            client_name_type=1,
            pac_request=True,
            client_addresses=(server.name,),
            offered_etypes=(18, 23),
            server_time=self.sim.now // SECOND * SECOND,
        )
        self.sim.packet(detail, server.ip, dc.ip, 88, code=24, account=activity.Account(name=who.name, domain=REALM))
        self.log.proof_failed(dc, who, server.ip)
        self.log.refused(server, who.name, "-", kind=5, package="Negotiate", workstation=server.name)

    def old_clients(self) -> None:
        """Two computers that know RC4 only, and one that asks the old database."""
        for number in (41, 83) if len(self.domain.workstations) > 83 else ():
            computer = self.domain.workstations[number]
            who = self.domain.users[number]
            self.kdc.forget(computer)
            self.kdc.sign_in(computer, who, rc4_only=True)
            self.kdc.ticket(computer, who, f"cifs/{self.domain.servers['FILE2'].fqdn}", rc4_only=True)
            self.kdc.ticket(computer, who, f"MSSQLSvc/sql3.{DNS}:1433", rc4_only=True)
