"""Computers from which many people sign in: wireless, web portal, mail for telephones, federation; VPN on Monday morning.

Their failures are those of many people, from one address each.
"""

from app.model import activity
from app.model.details import KerberosAs, LdapBind, LdapSearch, RadiusAccess
from benchmarks.quality.benign.domain import BASE, DNS, NETBIOS, REALM, Account, Computer
from benchmarks.quality.benign.federation import Federation
from benchmarks.quality.benign.kerberos import AS_OPTIONS, NEVER, WINDOWS
from benchmarks.quality.benign.network import NETLOGON, Net
from benchmarks.quality.benign.people import People
from benchmarks.quality.benign.simulation import HOUR, MINUTE, SECOND, Simulation
from benchmarks.quality.benign.windows_log import SIMPLE_BIND

EXPIRY = 8
"""The Tuesday on which the passwords of those expire who changed them together, and the day of the week before."""
WRONG, LOCKED = 0xC000006A, 0xC0000234


class Gateways:
    """Plans it; before the people, because who comes over VPN does not come twice."""

    def __init__(self, sim: Simulation, net: Net, people: People, federation: Federation) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.people, self.federation = people, federation

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        random, at, every = self.sim.random, self.sim.at, self.sim.every
        if weekend:
            return
        homes = [(name, one) for name, one in self.people.homes.items() if one.system == "windows"]
        size = len(homes)

        def when(first: float, last: float) -> int:
            return start + int(random.uniform(first, last) * HOUR)

        for _, computer in random.sample(homes, size * 2 // 5):
            at(when(7.3, 10), self.wireless, computer)
        for name, _ in random.choices(homes, k=max(6, size // 2)):
            at(when(7.5, 18), self.portal, self.domain.account(name))
        for name, _ in random.choices(homes, k=max(3, size // 5)):
            at(when(7, 22), self.federated, self.domain.account(name))
        for name, _ in random.choices(homes, k=1 + size // 60):
            first = when(8, 16)
            every(first, 6 * MINUTE, first + random.uniform(0.4, 5) * HOUR, self.telephone, self.domain.account(name))
        if day % 7 == 0:
            for name, computer in random.sample(homes, size // 8):
                self.people.away[name] = max(day, self.people.away.get(name, -1))
                at(when(7.6, 8.4), self.from_home, self.domain.account(name), computer)
        if day in (1, EXPIRY):
            for name, computer in random.sample(homes, size // 8):
                at(when(7.5, 10), self.expired, self.domain.account(name), computer)
        rooms = [one for one in self.domain.workstations[-6:] if one.system == "windows"]
        for room in rooms:
            every(start + 7 * HOUR, 90 * MINUTE, start + 18 * HOUR, self.kdc.sign_in, room, self.domain.account("kiosk"))

    def wireless(self, computer: Computer) -> None:
        """IEEE 802.1X with the computer's own account: the policy server has a controller prove it (MS-APDS), then lets it in."""
        server, switch = self.domain.servers["NPS1"], "10.10.9.20"
        dc = self.kdc.controller(server)
        station = f"02-00-5E-00-{int(computer.name[-2:]):02X}-01"
        said = activity.Account(name=f"host/{computer.fqdn}")
        if self.sim.chance(0.04):
            refused = RadiusAccess(outcome="Access-Reject", calling_station=station, nas=switch, nas_identifier="wlc", eap=True)
            self.sim.packet(refused, switch, server.ip, 1812, code=3, account=said, result="failure")
            self.sim.pause(5, 40)
        for outcome, code in (("Access-Challenge", 11), ("Access-Challenge", 11), ("Access-Accept", 2)):
            detail = RadiusAccess(outcome=outcome, calling_station=station, nas=switch, nas_identifier="wlc", eap=True)
            self.sim.packet(detail, switch, server.ip, 1812, code=code, account=said, result="success")
        if server is not dc:
            self.net.call(server, server.account, dc, NETLOGON, 39, port=49_668, sealed=True, kind=68)
        self.log.validated(dc, computer.account.name, computer.name, server)

    def portal(self, who: Account) -> None:
        """A web portal on Linux: finds the user with its own account, then binds as the user (RFC 4513 section 5.1.3)."""
        server = self.domain.servers["LNX1"]
        dc = self.domain.controllers[-1 if self.domain.shape == "large" else 0]
        own = activity.Account(name=f"CN=svc-ldap,OU=Services,{BASE}")
        found = LdapSearch(base=BASE, scope=2, filter=f"(sAMAccountName={who.name})", attributes=("dn", "mail"), entries=1)
        self.sim.packet(found, server.ip, dc.ip, 389, account=own)
        tries = self.sim.random.choice((1, 1, 2, 3)) if self.sim.chance(0.08) else 0
        for _ in range(tries):
            self._bound(server, dc, who, 49)
            self.sim.pause(3, 25)
        self._bound(server, dc, who, 0)

    def _bound(self, server: Computer, dc: Computer, who: Account, code: int) -> None:
        text = "80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 52e, v4563" if code else None
        detail = LdapBind(method="simple", name=who.dn, password_length=12, error_text=text)
        self.sim.packet(detail, server.ip, dc.ip, 389, code=code, account=activity.Account(name=who.dn))
        self.log.validated(dc, who.name, dc.name, dc, WRONG if code else 0)
        if code:
            self.log.refused(dc, who.name, server.ip, package=SIMPLE_BIND, workstation=dc.name)
        else:
            self.log.logon(dc, who, server.ip, package=SIMPLE_BIND, workstation=dc.name)

    def _asked(self, server: Computer, who: str, code: int) -> None:
        """A sign-in that a server makes for somebody who typed a password into it; refused."""
        dc = self.kdc.controller(server)
        detail = KerberosAs(
            client=who, realm=REALM, service=f"krbtgt/{REALM}", request_etypes=WINDOWS,
            pa_types=(2, 128) if code == 24 else (128,), padata_etype=18 if code == 24 else None,
            options=AS_OPTIONS, till=NEVER, client_name_type=1, pac_request=True,
            client_addresses=(server.name,), offered_etypes=(18, 23) if code == 24 else (),
            server_time=self.sim.now // SECOND * SECOND,
        )  # fmt: skip
        self.sim.packet(detail, server.ip, dc.ip, 88, code=code, account=activity.Account(name=who, domain=REALM))

    def federated(self, who: Account) -> None:
        """The page of the federation service: names and passwords as people type them, signed in by the server."""
        server = self.domain.servers["ADFS1"]
        if self.sim.chance(0.03):
            name = self.sim.random.choice((who.name.replace(".", ""), who.name.split(".")[0], f"{who.name}.de", "Sommer2026!"))
            self._asked(server, name, 6)
            stranger = Account(name=name, sid="S-1-0-0", dn="")
            self.log.tgt(self.kdc.controller(server), stranger, server.ip, status=6)
            self.log.refused(server, name, "-", sub=0xC0000064, package="Negotiate", workstation=server.name)
            self.sim.pause(5, 30)
        wrong = self.sim.random.choice((1, 1, 2)) if self.sim.chance(0.07) else 0
        self.kdc.sign_in(server, who, wrong=wrong)
        self.federation.told(who, f"198.51.100.{self.sim.random.randrange(1, 250)}", wrong)
        self.log.logon(server, who, "-", package="Negotiate", workstation=server.name)

    def telephone(self, who: Account) -> None:
        """A telephone offers mail the password that its owner changed (ActiveSync: basic authentication, logon type 8)."""
        server = self.domain.servers["EXCH1" if ord(who.name[-1]) % 2 else "EXCH2"]
        locked = self.sim.chance(0.15)
        self._asked(server, who.name, 18 if locked else 24)
        dc = self.kdc.controller(server)
        if locked:
            self.log.tgt(dc, who, server.ip, status=18)
        else:
            self.log.proof_failed(dc, who, server.ip)
        sub = LOCKED if locked else WRONG
        self.log.refused(server, who.name, "203.0.113.20", sub=sub, kind=8, package="Negotiate", workstation=server.name)

    def from_home(self, who: Account, computer: Computer) -> None:
        """Monday morning: a day over VPN, its password now and then mistyped at the gateway."""
        number = int(who.sid.rpartition("-")[2])
        server, said = self.domain.servers["NPS1"], activity.Account(name=who.name, domain=NETBIOS)
        for _ in range(self.sim.random.choice((1, 1, 2)) if self.sim.chance(0.12) else 0):
            detail = RadiusAccess(
                outcome="Access-Reject", calling_station=f"198.51.100.{number % 250}", nas="10.10.9.1", nas_identifier="vpn"
            )
            self.sim.packet(detail, "10.10.9.1", server.ip, 1812, code=3, account=said, result="failure")
            self.log.validated(self.kdc.controller(server), who.name, server.name, server, WRONG)
            self.sim.pause(8, 30)
        inside = f"10.60.{number // 250}.{number % 250 + 2}"
        self.people.vpn(who, computer, inside, f"198.51.100.{number % 250}", self.sim.now + 8 * HOUR)

    def expired(self, who: Account, computer: Computer) -> None:
        """A password that expired over night: refused, changed, sometimes mistyped after."""
        self.kdc.refused(computer, who, 23)
        self.sim.pause(20, 90)
        self.people.own_password(who, computer)
        self.kdc.sign_in(computer, who, wrong=1 if self.sim.chance(0.3) else 0)
        if self.sim.chance(0.3):
            server = self.domain.servers["FILE1"]
            self.net.ntlm(computer, who, server, address=server.ip, code=WRONG)
            self.log.refused(server, who.name, computer.ip, workstation=computer.name)
        self.net.resolve(computer, f"www.{DNS}", "A", f"A {self.domain.servers['WEB1'].ip}")
