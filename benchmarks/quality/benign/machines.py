"""What computers do by themselves: controllers replicate, servers renew tickets, a controller is promoted, zones are carried."""

from app.model import activity
from app.model.details import DnsQuery, KerberosTgs, RpcBind
from benchmarks.quality.benign.domain import BASE, BRANCH, DNS, PARTNER_DC, PARTNER_REALM, PARTNER_SID, Account, Computer
from benchmarks.quality.benign.kerberos import NEVER, WINDOWS_TGS, Ticket
from benchmarks.quality.benign.network import DRSUAPI, FRSTRANS, LSARPC, Net
from benchmarks.quality.benign.simulation import DAY, HOUR, MINUTE, SECOND, Simulation

GET_CHANGES, GET_ALL = "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"
GET_FILTERED = "89e95b76-444d-4c62-991a-0facbeda640c"
PROMOTED = "DC9"
"""The controller that is made on the fourth day."""
DOMAIN_CLASS = "19195a5b-6da0-11d0-afd3-00c04fd930c9"
GMSA_CLASS, GMSA_PASSWORD = "7b8b558a-93a5-4af7-adca-c017e67f1057", "e362ed86-b728-0842-b27d-2dea7a9df218"


class Machines:
    """Plans what computers do on a day."""

    def __init__(self, sim: Simulation, net: Net) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        every, end = self.sim.every, start + DAY
        first = self.domain.controllers[0]
        writable = [one for one in self.domain.controllers if not one.name.startswith(("RODC", PROMOTED))]
        ring = list(zip(writable, (*writable[1:], first), strict=True))
        pairs = {(one.name, other.name): (one, other) for pair in ring for one, other in (pair, pair[::-1]) if one is not other}
        for source, partner in pairs.values():
            every(start + 30 * SECOND, 5 * MINUTE, end, self.replicate, source, partner)
        for branch in self.domain.controllers:
            if branch.name.startswith("RODC"):
                every(start + 3 * MINUTE, 15 * MINUTE, end, self.replicate, branch, first)
                every(start + 20 * MINUTE, 40 * MINUTE, end, self.secrets, branch, first)
        for one in self.domain.controllers if len(writable) > 1 else ():
            every(start + 9 * MINUTE, 30 * MINUTE, end, self.sysvol, one)
            every(start + 2 * MINUTE, 60 * MINUTE, end, self.net.register, one)
        for number, server in enumerate(self.domain.members):
            every(start + number * 77 * SECOND, 9 * HOUR, end, self.renew, server)
            if server.system == "windows":
                every(start + number * 91 * SECOND, 100 * MINUTE, end, self.net.policies, server, server.account)
                every(start + number * 33 * SECOND, 25 * MINUTE, end, self.names, server)
        for number, account in enumerate(self.domain.gmsa if "APP3" in self.domain.servers else ()):
            every(start + number * HOUR, 11 * HOUR, end, self.managed_password, self.domain.servers[f"APP{number + 1}"], account)
        if "LNX2" in self.domain.servers:
            every(start + 7 * MINUTE, 60 * MINUTE, end, self.zone)
            every(start + 13 * MINUTE, 4 * HOUR, end, self.from_partner)
        every(start + 45 * MINUTE, 8 * HOUR, end, self.other_days_names)
        if day == 3 and self.domain.shape != "office":
            self.sim.at(start + 19 * HOUR, self.promote)
        if day % 30 == 12:
            for one in self.domain.workstations[::3]:
                if one.ip != BRANCH:
                    self.sim.at(start + 9 * HOUR + self.sim.random.randrange(6 * HOUR), self.machine_password, one)

    # ---- replication

    def replicate(self, asking: Computer, partner: Computer) -> None:
        """Notification and changes between controllers (MS-DRSR); the log of access to the domain's object."""
        service = f"{DRSUAPI.upper()}/7c1d02b5-2a01-4f0d-9be7-{ord(partner.name[-1]):012x}/{DNS}"
        ticket = self.kdc.ticket(asking, asking.account, service, owner=partner.account, dc=partner)
        if self.sim.chance(0.05):
            self.net.mapped(asking, partner, DRSUAPI, 49_670, kind=16, ticket=ticket.hash)
            self.net.call(asking, asking.account, partner, DRSUAPI, 0, port=49_670, sealed=True, kind=16, ticket=ticket.hash)
        if not asking.name.startswith("RODC"):
            self.net.call(partner, partner.account, asking, DRSUAPI, 2, port=49_670, sealed=True, kind=16)
        for _ in range(self.sim.random.choice((1, 1, 2, 5))):
            self.net.call(asking, asking.account, partner, DRSUAPI, 3, port=49_670, sealed=True, kind=16, ticket=ticket.hash)
        self.net.call(asking, asking.account, partner, DRSUAPI, 4, port=49_670, sealed=True, kind=16, ticket=ticket.hash)
        session = self.log.logon(partner, asking.account, asking.ip, lasting=40)
        rights = (GET_CHANGES, GET_FILTERED) if asking.name.startswith("RODC") else (GET_CHANGES, GET_ALL)
        for one in rights:
            self.log.checked(partner, asking.account, session, DOMAIN_CLASS, BASE, "0x100", one)

    def secrets(self, branch: Computer, partner: Computer) -> None:
        """The read-only controller fetches the secrets of one account that may be cached (MS-DRSR EXOP_REPL_SECRETS)."""
        service = f"{DRSUAPI.upper()}/7c1d02b5-2a01-4f0d-9be7-{ord(partner.name[-1]):012x}/{DNS}"
        ticket = self.kdc.ticket(branch, branch.account, service, owner=partner.account, dc=partner)
        self.net.call(branch, branch.account, partner, DRSUAPI, 3, port=49_670, sealed=True, kind=16, ticket=ticket.hash)

    def sysvol(self, one: Computer) -> None:
        """DFS replication of SYSVOL (MS-FRS2) between the writable controllers."""
        partner = self.domain.controllers[1 if one.name == "DC1" else 0]
        ticket = self.kdc.ticket(
            one, one.account, f"Dfsr-12F9A27C-BF97-4787-9364-D31B6C55EB04/{partner.fqdn}", owner=partner.account, dc=partner
        )
        if self.sim.chance(0.1):
            self.net.mapped(one, partner, FRSTRANS, 5_722, kind=16, ticket=ticket.hash)
        for opnum in (3, 4):
            self.net.call(one, one.account, partner, FRSTRANS, opnum, port=5_722, sealed=True, kind=16, ticket=ticket.hash)

    def promote(self) -> None:
        """A server becomes a controller: joined before, objects made, everything replicated, then it serves."""
        admin, dc = self.domain.admins[0], self.domain.controllers[0]
        new = self.domain.join(PROMOTED, "10.10.0.19")
        self.domain.workstations.remove(new)
        new.role = "controller"
        self.kdc.sign_in(new, admin)
        ticket = self.kdc.ticket(new, admin, f"ldap/{dc.fqdn}/{DNS}", dc=dc)
        self.net.mapped(new, dc, DRSUAPI, 49_670, ticket=ticket.hash)
        session = self.log.logon(dc, admin, new.ip, lasting=900)
        for opnum in (0, 17, 16, 0, *(3,) * 40, 4, 13, 1):
            self.net.call(new, admin, dc, DRSUAPI, opnum, port=49_670, sealed=True, kind=9, ticket=ticket.hash)
        for one in (GET_CHANGES, GET_ALL, GET_FILTERED):
            self.log.checked(dc, admin, session, DOMAIN_CLASS, BASE, "0x100", one)
        server = f"CN={PROMOTED},CN=Servers,CN=Aachen,CN=Sites,CN=Configuration,{BASE}"
        self.log.object(dc, 5137, admin, session, server, "server")
        self.log.object(dc, 5137, admin, session, f"CN=NTDS Settings,{server}", "nTDSDSA")
        self.log.account(
            dc,
            4742,
            admin,
            session,
            new.account,
            UserAccountControl="\n\t\t%%2081\n\t\t%%2093",
            ServicePrincipalNames=f"\n\t\tldap/{new.fqdn}/{DNS}\n\t\tGC/{new.fqdn}/{DNS}\n\t\t{DRSUAPI.upper()}/7c1d02b5-2a01-4f0d-9be7-000000000034/{DNS}",
        )
        self.sim.pause(300, 600)
        self.domain.controllers.append(new)
        new.account.dn = f"CN={PROMOTED},OU=Domain Controllers,{BASE}"
        self.kdc.sign_in(new, new.account)
        self.net.register(new)
        self.sim.every(self.sim.now + MINUTE, 5 * MINUTE, self.sim.now + 40 * DAY, self.replicate, new, dc)
        self.sim.every(self.sim.now + 2 * MINUTE, 5 * MINUTE, self.sim.now + 40 * DAY, self.replicate, dc, new)

    # ---- accounts of computers

    def renew(self, server: Computer) -> None:
        """A server signs in again and checks its channel."""
        self.kdc.forget(server)
        if server.system == "windows":
            self.net.locate(server)
            self.net.secure_channel(server)
        self.kdc.sign_in(server, server.account)
        dc = self.kdc.controller(server)
        self.net.bind(server, server.account, dc)

    def names(self, server: Computer) -> None:
        """SIDs of access lists translated (MS-LSAT)."""
        dc = self.kdc.controller(server)
        for _ in range(self.sim.random.randrange(1, 4)):
            self.net.call(server, server.account, dc, LSARPC, 76, port=49_668, sealed=True, kind=68)

    def machine_password(self, computer: Computer) -> None:
        """A computer's own password, every thirty days, through its secure channel (NetrServerPasswordSet2)."""
        dc = self.kdc.controller(computer)
        if computer.system != "windows" or dc.name.startswith("RODC"):
            return
        self.net.call(
            computer, computer.account, dc, "12345678-1234-abcd-ef00-01234567cffb", 30, port=49_668, sealed=True, kind=68
        )
        self.log.account(dc, 4742, computer.account, "0x3e7", computer.account, PasswordLastSet="1/17/2026 9:01:10 AM",
                         SamAccountName="-", UserAccountControl="-", ServicePrincipalNames="-", DnsHostName="-")  # fmt: skip

    def managed_password(self, server: Computer, account: Account) -> None:
        """A server reads the password of the managed account that it runs (MS-ADTS msDS-ManagedPassword), then signs in as it."""
        dc = self.kdc.controller(server)
        self.net.bind(server, server.account, dc)
        session = self.log.session()
        self.log.checked(dc, server.account, session, GMSA_CLASS, account.dn, "0x10", GMSA_PASSWORD)
        self.kdc.sign_in(server, account)
        self.kdc.ticket(server, account, f"MSSQLSvc/sql1.{DNS}:1433")

    # ---- names and trusts

    def zone(self) -> None:
        """The secondary name server asks for the serial number, now and then for the zone."""
        secondary, dc = self.domain.servers["LNX2"], self.domain.controllers[0]
        self.net.resolve(secondary, DNS, "SOA", f"SOA {dc.fqdn}", dc=dc)
        if self.sim.chance(0.15):
            detail = DnsQuery(name=DNS, type="AXFR", answers=(f"SOA {dc.fqdn}",), records=840)
            self.sim.packet(detail, secondary.ip, dc.ip, 53)

    def other_days_names(self) -> None:
        """Protection software asks its cloud with hashes in long labels; content networks have long names."""
        server = self.domain.servers["WSUS1"]
        for _ in range(12):
            label = self.sim.hexadecimal(40)
            self.net.resolve(server, f"{label}.{self.sim.hexadecimal(20)}.avqs.mcafee.example", "A", "A 127.0.0.64")

    def from_partner(self) -> None:
        """A user of the trusted domain opens a share: a referral ticket is shown, the account is theirs."""
        server, dc = self.domain.servers["FILE2"], self.domain.controllers[0]
        name = self.sim.random.choice(("p.baker", "q.cooper", "r.dyer"))
        who = Account(name=name, sid=f"{PARTNER_SID}-{1_100 + ord(name[0])}", dn="")
        referral, issued = self.sim.hexadecimal(), self.sim.hexadecimal()
        service = f"cifs/{server.fqdn}"
        self.sim.packet(
            KerberosTgs(
                client=name,
                realm="NORDWIND.EXAMPLE",
                service=service,
                request_etypes=WINDOWS_TGS,
                reply_etype=18,
                ticket_etype=18,
                ticket_kvno=2,
                ticket_size=1_288,
                ticket_hash=issued,
                presented_ticket_etype=18,
                presented_ticket_kvno=1,
                presented_ticket_size=1_196,
                presented_ticket_hash=referral,
                presented_ticket_service="krbtgt/NORDWIND.EXAMPLE",
                presented_ticket_realm=PARTNER_REALM,
                authenticator_etype=18,
                pa_types=(1, 167),
                options=0x40810000,
                till=NEVER,
                has_authorization_data=True,
            ),
            "10.90.4.20",
            dc.ip,
            88,
            code=0,
            account=activity.Account(name=name, domain=PARTNER_REALM),
            ticket=referral,
        )
        self.log.service_ticket(dc, name, server.account.name, "10.90.4.20", realm=PARTNER_REALM, sid=server.account.sid)
        client = Computer(name="PC4", ip="10.90.4.20", account=who, role="foreign")
        ticket = Ticket(hash=issued, service=service, client=who, etype=18, kvno=2, size=1_288, ends=self.sim.now + HOUR)
        self.kdc.show(client, ticket, server.ip, 445, "smb2")
        self.log.logon(server, who, client.ip)
        peer = Computer(name="PDC", ip=PARTNER_DC, account=who, role="foreign")
        self.sim.packet(RpcBind(interface=LSARPC, name="lsarpc", version="0.0"), peer.ip, dc.ip, 49_668)
        self.net.call(peer, who, dc, LSARPC, 76, port=49_668, sealed=True)
