"""A working day of people: computers switched on, signing in, files, mail, web, printing, mistyped passwords, VPN, holidays."""

from app.model import activity
from app.model.details import KerberosPassword, Ntlm, RadiusAccess, RadiusAccounting, RdpConnection
from benchmarks.quality.benign.domain import BASE, BRANCH, DNS, NETBIOS, PARTNER_REALM, Account, Computer
from benchmarks.quality.benign.network import EFS, SPOOLSS, SRVSVC, WKSSVC, Net
from benchmarks.quality.benign.simulation import HOUR, MINUTE, SECOND, Simulation

SHARES = {"FILE1": ("Home", "Projects", "Sales"), "FILE2": ("Groups", "Finance"), "NAS1": ("Scans",)}
SITES = (
    "www.office.com",
    "login.microsoftonline.com",
    "outlook.office365.com",
    "www.bing.com",
    "teams.microsoft.com",
    "update.googleapis.com",
    "ctldl.windowsupdate.com",
    "edge.microsoft.com",
    "nordwind-my.sharepoint.com",
    "oneclient.sfx.ms",
    "settings-win.data.microsoft.com",
    "www.spiegel.example",
    "crl3.digicert.com",
    "ocsp.digicert.com",
    "v10.events.data.microsoft.com",
)


class People:
    """Plans what three hundred people do on a day."""

    def __init__(self, sim: Simulation, net: Net) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.leases = 0
        self.away: dict[str, int] = {}
        self.homes = dict(zip((one.name for one in self.domain.users), self.domain.workstations, strict=False))

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day. start: midnight."""
        self.kdc.down.clear()
        people = list(self.homes.items())
        if weekend:
            people = [one for one in people if self.sim.chance(0.04)]
        if day % 7 == 0:
            self._lease(day)
        for name, computer in people:
            if self.away.get(name, -1) >= day:
                continue
            if self.sim.chance(0.012):
                self.away[name] = day + self.sim.random.choice((7, 10, 14))
                continue
            who = self.domain.account(name) if name in {one.name for one in self.domain.users} else None
            if who is None:
                continue
            first = start + int(self.sim.random.gauss(8 * 60, 35)) * MINUTE + self.sim.random.randrange(MINUTE)
            if self.sim.chance(0.05):
                self._remote(who, computer, first)
            elif self.sim.chance(0.22) and 200 <= int(computer.name[2:]) < 280:
                self.sim.at(first, self.terminal, who, computer, self.domain.servers["RDS1" if ord(who.name[0]) % 2 else "RDS2"])
            else:
                self.sim.at(first, self.day, who, computer, first + int(self.sim.random.gauss(8.6, 0.7) * HOUR))

    def _lease(self, day: int) -> None:
        """Addresses change hands: a tenth of the workstations get another's, by turns."""
        movers = [one for one in self.domain.workstations if one.site == "Aachen" and one.ip != BRANCH and self.sim.chance(0.1)]
        addresses = [one.ip for one in movers]
        for one, ip in zip(movers, addresses[1:] + addresses[:1], strict=True):
            one.ip = ip
            self.kdc.forget(one)

    # ---- a day

    def day(self, who: Account, computer: Computer, ends: int) -> None:
        """Switch on, sign in, work."""
        if computer.system == "windows":
            self.boot(computer)
        elif computer.system == "linux":
            self.sssd(computer, who)
        self.sim.pause(20, 90)
        wrong = 1 if self.sim.chance(0.04) else 0
        self.kdc.sign_in(computer, who, wrong=wrong, upn=self.sim.chance(0.15))
        self.signed_in(who, computer)
        self.sim.every(self.sim.now + 4 * MINUTE, 17 * MINUTE, ends, self.work, who, computer)
        if computer.system == "windows":
            self.sim.every(self.sim.now + 95 * MINUTE, 105 * MINUTE, ends, self.net.policies, computer, computer.account)
        if self.sim.chance(0.85):
            self.sim.at(self.sim.now + 4 * HOUR + self.sim.random.randrange(HOUR), self.unlock, who, computer)
        self.sim.at(ends, self.kdc.forget, computer)

    def boot(self, computer: Computer) -> None:
        """The computer finds its controller, sets up its channel, reads its policies, registers its name."""
        self.net.locate(computer)
        self.net.secure_channel(computer)
        self.kdc.sign_in(computer, computer.account)
        self.net.policies(computer, computer.account)
        self.net.register(computer)
        for name in (f"wpad.{DNS}", f"isatap.{DNS}"):
            self.net.resolve(computer, name, code=3)
        if self.sim.chance(0.3):
            self.certificate(computer, computer.account)

    def signed_in(self, who: Account, computer: Computer) -> None:
        """What the shell does after signing in: own host ticket, policies, home drive through DFS, mail."""
        if computer.system == "windows":
            self.kdc.ticket(computer, who, f"host/{computer.fqdn}", owner=computer.account)
            self.net.policies(computer, who)
        dc = self.kdc.controller(computer)
        if computer.system == "windows":
            self.net.mount(computer, who, dc, "IPC$")  # Referrals of the distributed file system are asked inside SMB.
        self.work(who, computer)
        self.mail(who, computer)

    def unlock(self, who: Account, computer: Computer) -> None:
        """Unlocking after lunch signs in anew."""
        self.kdc.sign_in(computer, who, wrong=1 if self.sim.chance(0.02) else 0)

    def work(self, who: Account, computer: Computer) -> None:
        """A quarter of an hour: files, intranet, ERP, names of the web, now and then printing and the like."""
        chance, pick = self.sim.chance, self.sim.random.choice
        for site in self.sim.random.sample(SITES, 3):
            self.net.resolve(computer, site, "A", "CNAME e1234.a.akamaiedge.example", f"A 203.0.113.{len(site)}")
        if chance(0.5):
            name = pick(("FILE1", "FILE1", "FILE2"))
            server = self.domain.servers[name]
            if chance(0.5):
                self.net.host(computer, server)
            by_address = chance(0.03)
            self.net.files(computer, who, server, pick(SHARES[name]), self.sim.random.randrange(1, 7), ntlm=by_address)
        if chance(0.3):
            self.web(who, computer)
        if chance(0.06):
            self.sql(who, computer)
        if chance(0.04) and computer.system == "windows":
            self.print(who, computer)
        if chance(0.02):
            self.net.files(computer, who, self.domain.servers["NAS1"], "Scans", 2)
        if chance(0.01):
            self.partner(who, computer)
        if chance(0.006) and computer.system == "windows":
            server = self.domain.servers["FILE2"]
            self.net.piped(computer, who, server, SRVSVC, "srvsvc", [
                (15, {"server": rf"\\{server.name}", "level": 1, "count": 4, "shares": ["Groups", "Finance", "IPC$", "print$"]}),
                (21, {"server": rf"\\{server.name}", "level": 101}),
            ])  # fmt: skip
            self.net.piped(computer, who, server, WKSSVC, "wkssvc", [(0, {"server": rf"\\{server.name}", "level": 100})])
        if chance(0.0008):
            server = self.domain.servers["FILE1"]
            self.net.piped(
                computer,
                who,
                server,
                EFS,
                "efsrpc",
                [
                    (4, {"path": rf"\\{server.name}\Home\{who.name}\Contract.docx"}),
                    (5, {"path": rf"\\{server.name}\Home\{who.name}\Contract.docx"}),
                ],
            )
        if chance(0.004):
            self.kdc.not_found(computer, who, f"HTTP/{pick(('printer7', 'old-intranet', 'wiki2'))}.{DNS}")
        if chance(0.03):
            self.net.resolve(computer, f"{pick(('fileserver', 'printsrv', 'intra'))}.{DNS}", code=3)
        if chance(0.01) and computer.system == "windows":
            dc = self.kdc.controller(computer)
            self.net.bind(computer, who, dc, sealed=False)
            text = f"(&(objectCategory=person)(objectClass=user)(anr={pick(self.domain.users).name.split('.')[0]}))"
            self.net.search(computer, who, dc, BASE, text, ("displayName", "mail", "telephoneNumber"), entries=4)

    def web(self, who: Account, computer: Computer) -> None:
        """Intranet with delegation to SQL, ERP with an old key, Java."""
        pick = self.sim.random.choice
        service, server = pick((
            (f"HTTP/intranet.{DNS}", "WEB1"), (f"HTTP/intranet.{DNS}", "WEB1"), (f"HTTP/erp.{DNS}", "APP1"),
            (f"HTTP/java.{DNS}", "LNX1"), (f"HTTP/adfs1.{DNS}", "ADFS1"),
        ))  # fmt: skip
        target = self.domain.servers[server]
        ticket = self.kdc.ticket(computer, who, service)
        self.kdc.show(computer, ticket, target.ip, 80, "http")
        if server == "WEB1":
            front = self.domain.account("svc-web")
            self.kdc.tgt(target, front)
            if self.sim.chance(0.3):
                evidence = self.kdc.ticket(target, front, "svc-web", owner=front, for_user=who)
            else:
                evidence = ticket
            self.kdc.ticket(target, front, f"MSSQLSvc/sql1.{DNS}:1433", for_user=who, proxy=evidence)
            self.log.logon(target, who, computer.ip, lasting=200)

    def sql(self, who: Account, computer: Computer) -> None:
        """A database by an application: new and old keys."""
        name = self.sim.random.choice(("sql1", "sql2", "sql3"))
        self.kdc.ticket(
            computer, who, f"MSSQLSvc/{name}.{DNS}:1433", owner=None if name != "sql2" else self.domain.servers["SQL2"].account
        )
        self.log.logon(self.domain.servers[name.upper()], who, computer.ip, lasting=900)

    def print(self, who: Account, computer: Computer) -> None:
        """A printer opened, notified of, closed (MS-RPRN)."""
        server = self.domain.servers["PRINT1"]
        printer = rf"\\{server.name}\Floor{self.sim.random.randrange(1, 5)}"
        self.net.piped(
            computer,
            who,
            server,
            SPOOLSS,
            "spoolss",
            [
                (69, {"printer": printer, "access": 0x20008}),
                (8, {"printer": printer}),
                (65, {"printer": printer, "flags": 0x100, "target": rf"\\{computer.name}"}),
                (58, {"printer": printer}),
                (17, {"printer": printer}),
                (29, {"printer": printer}),
            ],
        )

    def mail(self, who: Account, computer: Computer) -> None:
        """Outlook: autodiscovery, Kerberos or NTLM over HTTP to Exchange."""
        server = self.domain.servers["EXCH1" if ord(who.name[-1]) % 2 else "EXCH2"]
        self.net.resolve(computer, f"autodiscover.{DNS}", "A", f"A {server.ip}")
        if self.sim.chance(0.25) or computer.system == "mac":
            self.net.ntlm(computer, who, server, carrier="http", port=443)
            self.log.logon(server, who, computer.ip, package="NTLM", workstation=computer.name, lasting=3_000)
            return
        self.kdc.ticket(computer, who, f"HTTP/{server.fqdn}")
        self.log.logon(server, who, computer.ip, lasting=3_000)

    def certificate(self, computer: Computer, who: Account) -> None:
        """Automatic enrolment looks for templates, now and then asks (MS-WCCE)."""
        dc, ca = self.kdc.controller(computer), self.domain.servers["CA1"]
        self.net.search(
            computer, who, dc, f"CN=Enrollment Services,CN=Public Key Services,CN=Services,CN=Configuration,{BASE}",
            "(objectCategory=pKIEnrollmentService)", ("cn", "dNSHostName", "certificateTemplates", "cACertificate"),
        )  # fmt: skip
        if not self.sim.chance(0.05):
            return
        ticket = self.kdc.ticket(computer, who, f"RPCSS/{ca.fqdn}")
        self.net.mapped(computer, ca, "d99e6e70-fc88-11d0-b498-00a0c90312f3", 50_004, ticket=ticket.hash)
        self.net.call(
            computer, who, ca, "d99e6e70-fc88-11d0-b498-00a0c90312f3", 3, port=50_004, sealed=True, kind=9, ticket=ticket.hash
        )
        self.log.sim.log(ca.fqdn, 4886, {
            "RequestId": str(self.sim.random.randrange(1_000, 9_000)), "Requester": rf"{NETBIOS}\{who.name}",
            "Attributes": f"CertificateTemplate:Machine\nccm:{computer.fqdn}",
        })  # fmt: skip
        self.log.sim.log(ca.fqdn, 4887, {
            "RequestId": "7431", "Requester": rf"{NETBIOS}\{who.name}", "Disposition": "3", "SKI": self.sim.hexadecimal(40),
            "Attributes": f"CertificateTemplate:Machine\nccm:{computer.fqdn}", "Subject": f"CN={computer.fqdn}",
        })  # fmt: skip

    # ---- elsewhere

    def sssd(self, computer: Computer, who: Account) -> None:
        """A Linux client: host ticket, searches by SPN and by uid over an unsealed connection (GSSAPI, signed)."""
        dc = self.net.locate(computer)
        self.kdc.sign_in(computer, computer.account)
        self.net.bind(computer, computer.account, dc, sealed=False)
        for text in (
            f"(&(objectClass=user)(sAMAccountName={who.name})(objectSID=*))",
            f"(&(servicePrincipalName=host/{computer.fqdn})(objectClass=computer))",
            f"(&(objectClass=group)(member:1.2.840.113556.1.4.1941:={who.dn}))",
        ):
            attributes = ("objectSID", "uidNumber", "gidNumber", "userPrincipalName", "memberOf", "userAccountControl")
            self.net.search(computer, computer.account, dc, BASE, text, attributes)

    def terminal(self, who: Account, computer: Computer, server: Computer) -> None:
        """Remote desktop to a terminal server with forty others; everything then comes from its address."""
        if computer.system == "windows":
            self.boot(computer)
        self.kdc.sign_in(computer, who)
        ticket = self.kdc.ticket(computer, who, f"TERMSRV/{server.fqdn}")
        detail = RdpConnection(cookie=who.name[:9], requested_protocols=11, selected_protocol=2, server_name=server.fqdn)
        self.sim.packet(detail, computer.ip, server.ip, 3389)
        self.kdc.sign_in(server, who)
        session = self.log.logon(
            server, who, computer.ip, kind=10, package="Negotiate", workstation=server.name, lasting=8 * 3_600
        )
        self.log.sim.log(server.fqdn, 4648, self.log.subject(server.account) | {
            "TargetUserName": who.name, "TargetDomainName": NETBIOS, "TargetServerName": "localhost", "TargetInfo": "localhost",
            "ProcessName": r"C:\Windows\System32\svchost.exe", "IpAddress": computer.ip, "IpPort": "0",
        })  # fmt: skip
        self.log.process(
            server, who, session, r"C:\Windows\explorer.exe", r"C:\Windows\Explorer.EXE", r"C:\Windows\System32\userinit.exe"
        )
        self.net.policies(server, who)
        self.mail(who, server)
        self.sim.every(self.sim.now + 3 * MINUTE, 25 * MINUTE, self.sim.now + 8 * HOUR, self.work, who, server)
        assert ticket is not None

    def _remote(self, who: Account, computer: Computer, first: int) -> None:
        """A day over VPN: from home, a hotel, now and then from abroad."""
        number = int(who.sid.rpartition("-")[2])
        abroad = self.sim.chance(0.08)
        outside = f"203.0.113.{number % 60 + 150}" if abroad else f"198.51.100.{number % 250}"
        self.sim.at(first, self.vpn, who, computer, f"10.60.{number // 250}.{number % 250 + 2}", outside, first + 8 * HOUR)

    def vpn(self, who: Account, computer: Computer, inside: str, outside: str, ends: int) -> None:
        """Access and accounting at the gateway, then a day from the inner address.

        A controller judges each password (MS-CHAPv2, MS-APDS section 3.1.5) and logs each, the right ones too.
        """
        gateway, server = "10.10.9.1", self.domain.servers["NPS1"]
        said, dc = activity.Account(name=who.name, domain=NETBIOS), self.kdc.controller(server)
        if self.sim.chance(0.1):
            detail = RadiusAccess(outcome="Access-Reject", calling_station=outside, nas=gateway, nas_identifier="vpn")
            self.sim.packet(detail, gateway, server.ip, 1812, code=3, account=said, result="failure")
            self.log.validated(dc, who.name, server.name, server, 0xC000006A)
            self.sim.pause(10, 40)
        access = RadiusAccess(
            outcome="Access-Accept", calling_station=outside, nas=gateway, nas_identifier="vpn", framed_ip=inside
        )
        self.sim.packet(access, gateway, server.ip, 1812, code=2, account=said, result="success")
        self.log.validated(dc, who.name, server.name, server)
        session = self.sim.hexadecimal(8)

        def accounting(status: str, seconds: int | None = None) -> None:
            detail = RadiusAccounting(
                status=status, session=session, framed_ip=inside, calling_station=outside, nas=gateway, nas_identifier="vpn",
                nas_port_type=5, session_seconds=seconds,
            )  # fmt: skip
            self.sim.packet(detail, gateway, server.ip, 1813, code=5, account=said, result="success")

        accounting("Start")
        before = computer.ip
        computer.ip = inside
        self.kdc.forget(computer)
        self.day(who, computer, ends)

        def home() -> None:
            accounting("Stop", (ends - self.sim.now) // SECOND + 8 * 3_600)
            computer.ip = before

        self.sim.at(ends + MINUTE, home)

    def partner(self, who: Account, computer: Computer) -> None:
        """A web page of the trusted domain: a referral ticket."""
        owner = self.domain.services["krbtgt"]
        self.kdc.ticket(computer, who, f"krbtgt/{PARTNER_REALM}", owner=owner)

    def own_password(self, who: Account, computer: Computer) -> None:
        """One's own password changed over kpasswd (RFC 3244)."""
        dc = self.domain.controllers[0]
        ticket = self.kdc.ticket(computer, who, "kadmin/changepw", owner=self.domain.services["krbtgt"], fresh=True)
        self.kdc.show(computer, ticket, dc.ip, 464, "kpasswd")
        detail = KerberosPassword(
            realm=ticket.realm, service="kadmin/changepw", protocol_version=1, ticket_hash=ticket.hash, ticket_etype=ticket.etype
        )
        self.sim.packet(detail, computer.ip, dc.ip, 464, ticket=ticket.hash)
        self.log.account(dc, 4723, who, self.log.session(), who)
        self.log.account(dc, 4738, who, "0x3e7", who, PasswordLastSet="1/5/2026 9:12:44 AM", UserAccountControl="-")

    def old_printer(self) -> None:
        """A printer that stores scans with NTLMv1."""
        server, who = self.domain.servers["FILE2"], self.domain.account("svc-mfp")
        printer = Computer(name="MFP7", ip="10.20.9.7", account=who, role="printer", system="linux")
        detail = Ntlm(
            user=who.name, domain=NETBIOS, workstation="MFP7", version="NTLMv1", target=NETBIOS, target_netbios_computer="FILE2",
            target_netbios_domain=NETBIOS, target_dns_computer=server.fqdn, target_dns_domain=DNS, carrier="smb2",
            flags=0x62890215, server_challenge=self.sim.hexadecimal(),
        )  # fmt: skip
        said = activity.Account(name=who.name, domain=NETBIOS)
        self.sim.packet(detail, printer.ip, server.ip, 445, account=said)
        self.log.validated(self.domain.controllers[0], who.name, "MFP7", server)
        self.log.logon(server, who, printer.ip, package="NTLM", workstation="MFP7", lasting=20)
