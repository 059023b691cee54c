"""Clusters, delegation and managed accounts: computers made by a cluster, who may act for whom, passwords that roll over."""

from app.model.details import LdapAdd, LdapSearch
from benchmarks.quality.benign.domain import BASE, DNS, Account
from benchmarks.quality.benign.network import Net
from benchmarks.quality.benign.records import Records
from benchmarks.quality.benign.services import Services
from benchmarks.quality.benign.simulation import HOUR, MINUTE, SECOND, Simulation
from benchmarks.quality.benign.staff import Staff

ACTS = "msDS-AllowedToActOnBehalfOfOtherIdentity"
GATEWAY = "APP6"
"""Where Windows Admin Center runs."""
MANAGED = ("APP1", "APP2", "APP3", "APP4", "FILE1", "FILE2", "SQL1", "SQL2", "WEB1", "PRINT1")
HEALTH = 6
"""Mailboxes by which mail servers test themselves."""


class Clusters:
    """Plans it."""

    def __init__(self, sim: Simulation, net: Net, staff: Staff, services: Services, records: Records) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.staff, self.services, self.records = staff, services, records
        self.sso = self.domain.service("AZUREADSSOACC$")
        self.probes = [self.domain.service(f"HealthMailbox{number}f1c{number}") for number in range(HEALTH)]
        self.cluster = Account(name="SQLCLU1$", sid=self.domain.sid(), dn=f"CN=SQLCLU1,OU=Servers,{BASE}", groups=(515,))
        self.listener = Account(name="SQLAG1$", sid=self.domain.sid(), dn=f"CN=SQLAG1,OU=Servers,{BASE}", groups=(515,))

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        at, every, random, end = self.sim.at, self.sim.every, self.sim.random, start + 24 * HOUR
        every(start + 90 * MINUTE, 10 * HOUR, end, self.probe)
        every(start + 45 * MINUTE, 12 * HOUR, end, self.managed)
        if day >= 2:
            every(start + 20 * MINUTE, 8 * HOUR, end, self.cluster_names)
        if weekend:
            return

        def when() -> int:
            return start + int(random.uniform(8, 16.5) * HOUR)

        for _ in range(3):
            at(when(), self.admin_center, random.choice(self.domain.server_admins), random.choice(MANAGED))
        if day % 14 == 1:
            at(when(), self.let_gateway_act, self.domain.admins[3])
            at(when(), self.managed_account, self.domain.admins[2])
        if day % 14 == 2:
            at(start + 9 * HOUR, self.build_cluster, self.domain.server_admins[4])
            at(when(), self.migration, self.domain.admins[1])
        if day % 28 == 9:
            at(when(), self.cloud_key, self.domain.admins[0])
        if day % 7 == 3:
            targets = [one for one in self.domain.workstations[60:100] if one.system == "windows"]
            for number, target in enumerate(targets):
                at(start + 13 * HOUR + number * 40 * SECOND, self.services.push_client, target)
            at(start + 9 * HOUR, self.printers)

    # ---- who may act for whom

    def let_gateway_act(self, who: Account) -> None:
        """The gateway of the administrators' web console may sign them in to ten servers (resource-based delegation)."""
        gateway = self.domain.servers[GATEWAY].account
        text = f"O:BAD:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;{gateway.sid})"
        for name in MANAGED:
            target = self.domain.servers[name]
            dc, session = self.staff.change(who, target.account.dn, ("replace", ACTS, (text,)))
            self.log.changed(dc, who, session, target.account.dn, "computer", ACTS, text, syntax="2.5.5.15")
            self.log.account(dc, 4742, who, session, target.account, UserAccountControl="-", AllowedToDelegateTo="-")
            self.sim.pause(0.2, 2)

    def admin_center(self, who: Account, name: str) -> None:
        """An administrator looks at a server in the web console, which asks for tickets in his name (MS-SFU 3.2.5)."""
        gateway, target = self.domain.servers[GATEWAY], self.domain.servers[name]
        front = self.kdc.ticket(self.staff.jump, who, f"HTTP/{gateway.fqdn}", owner=gateway.account)
        self.kdc.show(self.staff.jump, front, gateway.ip, 443, "http")
        proof = self.kdc.ticket(gateway, gateway.account, gateway.account.name, owner=gateway.account, for_user=who)
        ticket = self.kdc.ticket(gateway, gateway.account, f"HTTP/{target.fqdn}", owner=target.account, for_user=who, proxy=proof)
        self.kdc.show(gateway, ticket, target.ip, 5985, "http")
        session = self.log.logon(target, who, gateway.ip, lasting=600)
        host = r"C:\Windows\System32\wsmprovhost.exe"
        self.log.process(target, who, session, host, f"{host} -Embedding", r"C:\Windows\System32\svchost.exe")

    def migration(self, who: Account) -> None:
        """Two hosts of virtual machines may move them to each other, with any protocol (constrained delegation)."""
        hosts = self.domain.servers["APP8"], self.domain.servers["APP9"]
        for one, other in (hosts, hosts[::-1]):
            names = tuple(f"{kind}/{where}" for kind in ("cifs", "Microsoft Virtual System Migration Service")
                          for where in (other.name, other.fqdn))  # fmt: skip
            dc, session = self.staff.change(who, one.account.dn, ("add", "msDS-AllowedToDelegateTo", names))
            for name in names:
                self.log.changed(dc, who, session, one.account.dn, "computer", "msDS-AllowedToDelegateTo", name)
            self.log.account(dc, 4742, who, session, one.account, UserAccountControl="-",
                             AllowedToDelegateTo="\n\t\t" + "\n\t\t".join(names))  # fmt: skip

    def cloud_key(self, who: Account) -> None:
        """The key of seamless single sign-on rolls over each month: the password of its computer's account is set."""
        dc = self.domain.controllers[0]
        self.net.bind(self.domain.servers["AADC1"], who, dc)
        session = self.log.logon(dc, who, self.domain.servers["AADC1"].ip)
        self.log.account(dc, 4724, who, session, self.sso)
        self.log.account(dc, 4742, who, session, self.sso, UserAccountControl="-", PasswordLastSet="1/14/2026 10:02:11 AM")

    # ---- clusters

    def build_cluster(self, who: Account) -> None:
        """A database cluster: its computer by whoever builds it, its listener by the cluster itself (MS-CMRP)."""
        node, dc = self.domain.servers["SQL1"], self.domain.controllers[0]
        for account, maker, later in ((self.cluster, who, 0), (self.listener, self.cluster, 40)):
            self.sim.pause(later * 60, later * 60 + 30)
            key, session = self.net.bind(node, maker, dc, sealed=False), self.log.session()
            name = account.name.rstrip("$")
            fqdn = f"{name.lower()}.{DNS}"
            spns = (f"HOST/{name}", f"HOST/{fqdn}", f"MSClusterVirtualServer/{name}", f"MSClusterVirtualServer/{fqdn}")
            changes = (
                ("add", "objectClass", ("computer",)), ("add", "sAMAccountName", (account.name,)),
                ("add", "userAccountControl", ("4096",)), ("add", "dNSHostName", (fqdn,)), ("add", "servicePrincipalName", spns),
            )  # fmt: skip
            self.sim.packet(LdapAdd(dn=account.dn, changes=changes), node.ip, dc.ip, 389, ticket=key)
            self.log.account(dc, 4741, maker, session, account, SamAccountName=account.name, DnsHostName=fqdn,
                             ServicePrincipalNames="\n\t\t" + "\n\t\t".join(spns), UserAccountControl="\n\t\t%%2087",
                             NewUacValue="0x80", OldUacValue="0x0", PrimaryGroupId="515")  # fmt: skip
            self.log.object(dc, 5137, maker, session, account.dn, "computer")
            self.log.account(dc, 4724, maker, session, account)

    def cluster_names(self) -> None:
        """The cluster signs in as itself from the node that it runs on, registers its names and its listener's."""
        node = self.domain.servers[self.sim.random.choice(("SQL1", "SQL1", "SQL1", "SQL2"))]
        for name in ("sqlclu1", "sqlag1"):
            self.records.update(node, self.cluster, DNS, f"delete {name}.{DNS} A", f"add {name}.{DNS} A 10.10.1.250")

    # ---- accounts that look after themselves

    def managed(self) -> None:
        """Two servers read the passwords of their managed accounts (MS-ADTS section 3.1.1.4.5.39), over a sealed connection."""
        for name, account in zip(("APP2", "APP5"), self.domain.gmsa, strict=False):
            server, dc = self.domain.servers[name], self.domain.controllers[0]
            self.net.bind(server, server.account, dc)
            self.sim.packet(LdapSearch(base=account.dn, attributes=("msDS-ManagedPassword",), entries=1), server.ip, dc.ip, 636)

    def managed_account(self, who: Account) -> None:
        """A new managed account with the server that may use it."""
        dc, dn = self.domain.controllers[0], f"CN=gmsa-app4,CN=Managed Service Accounts,{BASE}"
        key = self.net.bind(self.staff.jump, who, dc, sealed=False)
        server = self.domain.servers["APP8"].account
        changes = (
            ("add", "objectClass", ("msDS-GroupManagedServiceAccount",)), ("add", "sAMAccountName", ("gmsa-app4$",)),
            ("add", "dNSHostName", (f"gmsa-app4.{DNS}",)), ("add", "userAccountControl", ("4096",)),
            ("add", "msDS-ManagedPasswordInterval", ("30",)),
            ("add", "msDS-GroupMSAMembership", (f"O:SYD:(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;{server.sid})",)),
        )  # fmt: skip
        self.sim.packet(LdapAdd(dn=dn, changes=changes), self.staff.jump.ip, dc.ip, 389, ticket=key)
        self.log.object(dc, 5137, who, self.log.session(), dn, "msDS-GroupManagedServiceAccount")

    def probe(self) -> None:
        """A mail server sets the passwords of the mailboxes by which it tests itself."""
        server, dc = self.domain.servers["EXCH1"], self.domain.controllers[0]
        self.net.bind(server, server.account, dc)
        session = self.log.logon(dc, server.account, server.ip)
        for one in self.probes:
            self.log.account(dc, 4724, server.account, session, one)
            changed = {"PasswordLastSet": "1/6/2026 1:42:07 AM", "UserAccountControl": "-"}
            self.log.account(dc, 4738, server.account, session, one, **changed)

    def printers(self) -> None:
        """The print server publishes a new printer in the directory."""
        server, dc = self.domain.servers["PRINT1"], self.domain.controllers[0]
        dn = f"CN=PRINT1-Floor9,CN=PRINT1,OU=Servers,{BASE}"
        key = self.net.bind(server, server.account, dc, sealed=False)
        changes = (("add", "objectClass", ("printQueue",)), ("add", "uNCName", (rf"\\{server.fqdn}\Floor9",)))
        self.sim.packet(LdapAdd(dn=dn, changes=changes), server.ip, dc.ip, 389, ticket=key)
        self.log.object(dc, 5137, server.account, self.log.session(), dn, "printQueue")
