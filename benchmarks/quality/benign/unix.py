"""What is no Windows: Samba members, hosts that join, storage, virtualisation, old Java, Macs."""

from app.model import activity
from app.model.details import KerberosPassword, LdapAdd, LdapBind, LdapModify, LdapSearch
from benchmarks.quality.benign.domain import BASE, DNS, REALM, SID, Account, Computer
from benchmarks.quality.benign.network import LSARPC, NETLOGON, SAMR, Net
from benchmarks.quality.benign.people import People
from benchmarks.quality.benign.simulation import HOUR, MINUTE, Simulation
from benchmarks.quality.benign.windows_log import SIMPLE_BIND

OLD_JAVA = (3, 1, 23, 16, 17)
"""default_tkt_enctypes of a Java 6: DES first, RC4 where the domain still has it."""
SET, CHANGE = 0xFF80, 1


class Unix:
    """Plans it."""

    def __init__(self, sim: Simulation, net: Net, people: People) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.people = people
        self.joined = 0

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        at, every, end, random = self.sim.at, self.sim.every, start + 24 * HOUR, self.sim.random
        servers = self.domain.servers
        every(start + 5 * MINUTE, 10 * MINUTE, end, self.winbind, servers["LNX3"])
        every(start + 21 * MINUTE, HOUR, end, self.everybody, servers["LNX3"])
        every(start + 2 * MINUTE, 12 * MINUTE, end, self.storage, servers["NAS1"])
        every(start + 6 * MINUTE, 25 * MINUTE, end, self.old_java, servers["LNX2"])
        for _ in range(0 if weekend else 12):
            at(start + int(random.uniform(7.5, 19) * HOUR), self.virtualisation, random.choice(self.domain.server_admins))
        if day % 7 in (1, 3):
            at(start + 11 * HOUR, self.join, self.domain.server_admins[5])
        if day % 7 == 6:
            for number, name in enumerate(("LNX1", "LNX2", "LNX3")):
                at(start + 4 * HOUR + number * 9 * MINUTE, self.own_password, servers[name])
        if not weekend:
            for one in self.domain.workstations:
                if one.system == "mac":
                    at(start + int(random.uniform(7.5, 10) * HOUR), self.mac, one)

    def winbind(self, server: Computer) -> None:
        """Names and SIDs over the secure channel; sign-ins of its own clients passed through (MS-LSAT, MS-APDS)."""
        dc = self.kdc.controller(server)
        if self.sim.chance(0.1):
            self.net.secure_channel(server)
        for opnum in (77, 76, 76):
            self.net.call(server, server.account, dc, LSARPC, opnum, port=49_668, sealed=True, kind=68)
        for _ in range(self.sim.random.randrange(3)):
            self.net.call(server, server.account, dc, NETLOGON, 39, port=49_668, sealed=True, kind=68)

    def everybody(self, server: Computer) -> None:
        """With "winbind enum users": every account and every group, each hour, as the host itself (MS-SAMR)."""
        dc = self.domain.controllers[0]
        names = [one.name for one in self.domain.users[:64]]
        self.net.piped(server, server.account, dc, SAMR, "samr", [
            (64, {"server": rf"\\{dc.fqdn}", "access": 0x2000000}), (7, {"access": 0x2000000, "domain": SID}),
            (48, {"domain": SID, "level": 1, "count": 330, "names": names}),
            (11, {"domain": SID, "count": 60, "names": ["Domain Users", "Department 1"]}), (1, {}),
        ])  # fmt: skip

    def storage(self, server: Computer) -> None:
        """Storage maps users: an S4U2self ticket for one (MS-SFU), attributes over LDAP, SIDs over its channel."""
        dc = self.kdc.controller(server)
        who = self.domain.account(self.sim.random.choice(list(self.people.homes)))
        self.kdc.ticket(server, server.account, f"{server.name}$", owner=server.account, for_user=who)
        self.net.bind(server, server.account, dc, sealed=False)
        text = f"(&(objectClass=user)(sAMAccountName={who.name}))"
        self.net.search(server, server.account, dc, BASE, text, ("uid", "uidNumber", "gidNumber", "unixHomeDirectory"))
        self.net.call(server, server.account, dc, LSARPC, 77, port=49_668, sealed=True, kind=68)

    def old_java(self, server: Computer) -> None:
        """A Java 6 with a password in its configuration: no proof first, RC4 then."""
        who = self.domain.account("svc-java")
        self.kdc.forget(server)
        self.kdc.sign_in(server, who, rc4_only=True)
        self.kdc.ticket(server, who, f"MSSQLSvc/sql3.{DNS}:1433")

    def virtualisation(self, who: Account) -> None:
        """An administrator signs in to the virtualisation console: a simple bind as the user, groups looked up."""
        server, dc = self.domain.servers["APP6"], self.domain.controllers[0]
        vcenter, own = server.ip, activity.Account(name=f"CN=svc-vcenter,OU=Services,{BASE}")
        for name, code in ((who.dn, 49), (who.dn, 0)) if self.sim.chance(0.05) else ((who.dn, 0),):
            self.sim.packet(LdapBind(method="simple", name=name, password_length=16), vcenter, dc.ip, 389, code=code,
                            account=activity.Account(name=name))  # fmt: skip
            if code:
                self.log.refused(dc, who.name, vcenter, package=SIMPLE_BIND, workstation=dc.name)
                self.sim.pause(4, 20)
            else:
                self.log.logon(dc, who, vcenter, package=SIMPLE_BIND, workstation=dc.name)
        for text in (f"(&(objectClass=group)(member={who.dn}))", "(&(objectClass=group)(cn=ESX Admins))"):
            detail = LdapSearch(base=BASE, scope=2, filter=text, attributes=("cn", "objectSid"), entries=2)
            self.sim.packet(detail, vcenter, dc.ip, 389, account=own)

    def join(self, who: Account) -> None:
        """realm join: the account added over LDAP, its password set over kpasswd (RFC 3244), names and key types written."""
        self.joined += 1
        name, dc = f"UBU{self.joined:02}", self.domain.controllers[0]
        new = self.domain.join(name, f"10.20.16.{self.joined + 10}")
        new.system = "linux"
        self.net.locate(new)
        self.kdc.sign_in(new, who)
        key = self.net.bind(new, who, dc, sealed=False)
        session = self.log.session()
        changes = (
            ("add", "objectClass", ("computer",)), ("add", "sAMAccountName", (new.account.name,)),
            ("add", "userAccountControl", ("69632",)), ("add", "dNSHostName", (new.fqdn,)),
            ("add", "msDS-SupportedEncryptionTypes", ("24",)), ("add", "operatingSystem", ("redhat-linux-gnu",)),
            ("add", "servicePrincipalName", (f"HOST/{name}", f"HOST/{new.fqdn}", f"RestrictedKrbHost/{new.fqdn}")),
        )  # fmt: skip
        self.sim.packet(LdapAdd(dn=new.account.dn, changes=changes), new.ip, dc.ip, 389, ticket=key)
        self.log.account(
            dc, 4741, who, session, new.account, SamAccountName=new.account.name, DnsHostName=new.fqdn, NewUacValue="0x280",
            ServicePrincipalNames=f"\n\t\tHOST/{new.fqdn}\n\t\tHOST/{name}", UserAccountControl="\n\t\t%%2087", OldUacValue="0x0",
            PrimaryGroupId="515",
        )  # fmt: skip
        self._kpasswd(new, who, SET, dc)
        self.log.account(dc, 4724, who, session, new.account)
        keys = ("replace", "msDS-SupportedEncryptionTypes", ("24",))
        self.sim.packet(LdapModify(dn=new.account.dn, changes=(keys,)), new.ip, dc.ip, 389, ticket=key)
        self.sim.pause(5, 20)
        self.people.sssd(new, self.domain.users[7])

    def own_password(self, server: Computer) -> None:
        """adcli update: the host changes its own password."""
        self._kpasswd(server, server.account, CHANGE, self.domain.controllers[0])

    def _kpasswd(self, computer: Computer, who: Account, version: int, dc: Computer) -> None:
        ticket = self.kdc.ticket(computer, who, "kadmin/changepw", owner=self.domain.services["krbtgt"], fresh=True, dc=dc)
        self.kdc.show(computer, ticket, dc.ip, 464, "kpasswd")
        detail = KerberosPassword(realm=REALM, service="kadmin/changepw", protocol_version=version, ticket_hash=ticket.hash,
                                  ticket_etype=ticket.etype)  # fmt: skip
        self.sim.packet(detail, computer.ip, dc.ip, 464, ticket=ticket.hash)

    def mac(self, computer: Computer) -> None:
        """opendirectoryd: the controller located, users and groups searched as the computer, policies none."""
        dc = self.net.locate(computer)
        self.kdc.sign_in(computer, computer.account)
        self.net.bind(computer, computer.account, dc, sealed=False)
        who = self.sim.random.choice(self.domain.users)
        for text in (
            f"(&(objectCategory=user)(|(sAMAccountName={who.name})(userPrincipalName={who.name}@{DNS})))",
            f"(&(objectCategory=group)(member={who.dn}))",
        ):
            self.net.search(computer, computer.account, dc, BASE, text, ("objectSid", "displayName", "uidNumber", "memberOf"))
