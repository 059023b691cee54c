"""Work on and with the directory: reports, other synchronisations, federation's key, single sign-on of the cloud, staging of many
computers, tidying up, file replication, printers, another product's sensor on the controllers."""

from app.model import activity
from app.model.details import LdapDelete, LdapSearch, NameObservation, RpcBind
from benchmarks.quality.benign.domain import BASE, DNS, NETBIOS, Account, Computer
from benchmarks.quality.benign.machines import DOMAIN_CLASS, GET_ALL, GET_CHANGES
from benchmarks.quality.benign.management import Management
from benchmarks.quality.benign.network import DFS, DRSUAPI, FRSTRANS, LSARPC, SPOOLSS, Net
from benchmarks.quality.benign.people import People
from benchmarks.quality.benign.simulation import HOUR, MINUTE, Simulation
from benchmarks.quality.benign.staff import Staff

DIRSYNC = "1.2.840.113556.1.4.841"
PAGED = "1.2.840.113556.1.4.319"


class Upkeep:
    """Plans it."""

    def __init__(self, sim: Simulation, net: Net, people: People, staff: Staff, management: Management) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.people, self.staff, self.management = people, staff, management
        self.cloud = self.domain.service("pGMSA_1f2e77c0$")
        self.sso = self.domain.service("AZUREADSSOACC$")
        self.federation = self.domain.service("gmsa-adfs$")

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        at, every, random, end = self.sim.at, self.sim.every, self.sim.random, start + 24 * HOUR
        servers, first = self.domain.servers, self.domain.controllers[0]
        every(start + 17 * MINUTE, 2 * MINUTE * 10, end, self.cloud_sync)
        every(start + 50 * MINUTE, 8 * HOUR, end, self.printers)
        at(start + 5 * HOUR, self.report, servers["APP8"], "svc-report")
        every(start + 40 * MINUTE, 6 * HOUR, end, self.telephones)
        every(start + 33 * MINUTE, 6 * HOUR, end, self.portal_sync)
        every(start + 8 * MINUTE, 15 * MINUTE, end, self.file_replication)
        at(start + 2 * HOUR + 40 * MINUTE, self.federation_key)
        homes = [(name, one) for name, one in self.people.homes.items() if one.system == "windows"]
        if not weekend:
            for name, computer in random.sample(homes, len(homes) // 4):
                at(start + int(random.uniform(7.5, 17) * HOUR), self.single_sign_on, self.domain.account(name), computer)
            for target in random.sample(self.domain.members, 20):
                if target.system == "windows":
                    at(start + int(random.uniform(0, 23) * HOUR), self.management.members, first, first.account, target)
        for one in self.domain.controllers[:2]:
            for target in random.sample(self.domain.workstations, 60):
                at(start + int(random.uniform(7, 18) * HOUR), self.who_is_there, one, target)
        if day % 7 == 2:
            for number in range(15):
                at(start + 9 * HOUR + number * 6 * MINUTE, self.staff.join, self.domain.account("svc-joiner"))
        if day % 7 == 4:
            at(start + 15 * HOUR, self.tidy)
            at(start + 10 * HOUR, self.namespace)

    def cloud_sync(self) -> None:
        """The light agent of the cloud's synchronisation: hashes by replication, with a managed account (MS-DRSR)."""
        server, who, dc = self.domain.servers["APP5"], self.cloud, self.domain.controllers[0]
        ticket = self.kdc.ticket(server, who, f"ldap/{dc.fqdn}/{DNS}", dc=dc)
        session = self.log.logon(dc, who, server.ip)
        for opnum in (0, 3, 1):
            self.net.call(server, who, dc, DRSUAPI, opnum, port=49_670, sealed=True, kind=9, ticket=ticket.hash)
        for one in (GET_CHANGES, GET_ALL):
            self.log.checked(dc, who, session, DOMAIN_CLASS, BASE, "0x100", one)

    def portal_sync(self) -> None:
        """A collaboration portal imports profiles: DirSync with the right to replicate changes, without secrets."""
        server, who, dc = self.domain.servers["APP2"], self.domain.account("svc-sp"), self.domain.controllers[0]
        key = self.net.bind(server, who, dc, sealed=False)
        detail = LdapSearch(base=BASE, scope=2, filter="(&(objectCategory=person)(objectClass=user))", attributes=("*",),
                            entries=random_entries(self.sim), controls=(DIRSYNC,))  # fmt: skip
        self.sim.packet(detail, server.ip, dc.ip, 389, ticket=key)
        self.log.checked(dc, who, self.log.session(), DOMAIN_CLASS, BASE, "0x100", GET_CHANGES)

    def report(self, server: Computer, name: str) -> None:
        """A nightly script reads every user and every group's members, page by page."""
        who, dc = self.domain.account(name), self.domain.controllers[0]
        self.net.bind(server, who, dc, sealed=False)
        for text, attributes in (
            ("(&(objectCategory=person)(objectClass=user))", ("sAMAccountName", "lastLogonTimestamp", "pwdLastSet", "mail")),
            ("(&(objectClass=user)(userAccountControl:1.2.840.113556.1.4.803:=2))", ("sAMAccountName", "whenChanged")),
            ("(objectClass=group)", ("cn", "member")),
            ("(&(objectCategory=computer)(lastLogonTimestamp<=133800000000000000))", ("cn", "lastLogonTimestamp")),
        ):
            self.net.search(server, who, dc, BASE, text, attributes, entries=len(self.domain.users), controls=(PAGED,))

    def telephones(self) -> None:
        """The telephone exchange reads names and numbers."""
        server, dc = self.domain.servers["LNX2"], self.domain.controllers[0]
        self.net.bind(server, server.account, dc, sealed=False)
        text = "(&(objectClass=user)(telephoneNumber=*))"
        self.net.search(server, server.account, dc, BASE, text, ("displayName", "telephoneNumber", "mail"), entries=280,
                        controls=(PAGED,))  # fmt: skip

    def federation_key(self) -> None:
        """The federation service reads the key that its certificates are sealed with, as it does when it starts."""
        server, dc = self.domain.servers["ADFS1"], self.domain.controllers[0]
        where = f"CN=ADFS,CN=Microsoft,CN=Program Data,{BASE}"
        self.net.bind(server, self.federation, dc, sealed=False)
        self.net.search(server, self.federation, dc, where, "(&(objectClass=contact)(!(name=CryptoPolicy)))", ("thumbnailPhoto",))

    def single_sign_on(self, who: Account, computer: Computer) -> None:
        """Seamless single sign-on: a ticket for the account that stands for the cloud."""
        self.kdc.ticket(computer, who, "HTTP/autologon.microsoftazuread-sso.com", owner=self.sso)

    def who_is_there(self, dc: Computer, target: Computer) -> None:
        """Another product's sensor on a controller asks computers for their names: NTLM over RPC, NetBIOS."""
        self.sim.packet(RpcBind(interface="e1af8308-5d1f-11c9-91a4-08002b14a0fa", name="epmapper", version="3.0", auth_type=10),
                        dc.ip, target.ip, 135)  # fmt: skip
        self.sim.packet(NameObservation(address=target.ip, name=target.name, method="netbios"), dc.ip, target.ip, 137)

    def printers(self) -> None:
        """A controller prunes printers: it asks the print server whether they are still there (MS-RPRN)."""
        dc, server = self.domain.controllers[0], self.domain.servers["PRINT1"]
        for number in range(1, 5):
            printer = rf"\\{server.name}\Floor{number}"
            calls = [(69, {"printer": printer, "access": 8}), (8, {"printer": printer}), (29, {})]
            self.net.piped(dc, dc.account, server, SPOOLSS, "spoolss", calls)

    def file_replication(self) -> None:
        """Two file servers keep their shares alike (MS-FRS2)."""
        one, other = self.domain.servers["FILE1"], self.domain.servers["FILE2"]
        ticket = self.kdc.ticket(one, one.account, f"Dfsr-12F9A27C-BF97-4787-9364-D31B6C55EB04/{other.fqdn}", owner=other.account)
        for opnum in (3, 4, 5):
            self.net.call(one, one.account, other, FRSTRANS, opnum, port=5_722, sealed=True, kind=16, ticket=ticket.hash)

    def namespace(self) -> None:
        """A link of the distributed file system is looked at in its console."""
        who, server = self.domain.server_admins[1], self.domain.servers["FILE1"]
        self.net.piped(self.staff.jump, who, server, DFS, "netdfs", [(0, {}), (4, {"path": rf"\\{DNS}\Data"}), (5, {"level": 3})])
        self.net.piped(self.staff.jump, who, self.domain.controllers[0], LSARPC, "lsarpc", [
            (44, {"access": 0x800}), (15, {"count": 2, "sids": []}), (0, {}),
        ])  # fmt: skip

    def tidy(self) -> None:
        """Accounts of computers that nobody saw for a year are disabled and deleted."""
        who, dc = self.domain.admins[0], self.domain.controllers[0]
        key = self.net.bind(self.staff.jump, who, dc, sealed=False)
        session = self.log.session()
        for number in range(25):
            old = Account(name=f"OLD{number:02}$", sid=self.domain.sid(), dn=f"CN=OLD{number:02},OU=Clients,{BASE}")
            self.sim.packet(LdapDelete(dn=old.dn), self.staff.jump.ip, dc.ip, 389, ticket=key,
                            account=activity.Account(name=who.name, domain=NETBIOS))  # fmt: skip
            self.log.account(dc, 4743, who, session, old)
            self.log.object(dc, 5141, who, session, old.dn, "computer")
            self.sim.pause(0.1, 1.5)


def random_entries(sim: Simulation) -> int:
    """Few have changed since the last time."""
    return sim.random.randrange(0, 30)
