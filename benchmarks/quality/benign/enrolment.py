"""Certificates beside automatic enrolment: the authority's web pages, network devices, requests by hand and for others."""

from benchmarks.quality.benign.domain import DNS, NETBIOS, Account, Computer
from benchmarks.quality.benign.network import Net
from benchmarks.quality.benign.people import People
from benchmarks.quality.benign.simulation import HOUR, Simulation
from benchmarks.quality.benign.staff import Staff

REQUEST = "d99e6e70-fc88-11d0-b498-00a0c90312f3"
"""ICertRequestD (MS-WCCE section 1.9)."""
BROWSER = "UserAgent:Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/126.0"


class Enrolment:
    """Plans it."""

    def __init__(self, sim: Simulation, net: Net, people: People, staff: Staff) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.people, self.staff = people, staff
        self.devices = self.domain.service("svc-ndes")

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        at, random, servers = self.sim.at, self.sim.random, self.domain.servers
        for _ in range(2 if weekend else 9):
            at(start + int(random.uniform(1, 23) * HOUR), self.device)
        at(start + 4 * HOUR, self.linux, servers["LNX2"])
        if weekend:
            return

        def when() -> int:
            return start + int(random.uniform(8, 16.5) * HOUR)

        if self.sim.chance(0.6):
            at(when(), self.pages, self.staff.jump, random.choice(self.domain.server_admins), "WebServer")
        if self.sim.chance(0.6):
            name, computer = random.choice([one for one in self.people.homes.items() if one[1].system == "windows"])
            at(when(), self.pages, computer, self.domain.account(name), "User", random.random() < 0.3)
        if day % 7 in (1, 4):
            at(when(), self.by_hand, random.choice(self.domain.server_admins))
        if day % 7 == 3:
            at(when(), self.cards, self.domain.helpdesk[2])
        if day % 28 == 3:
            at(start + 8 * HOUR, self.requested, self.staff.jump, self.domain.helpdesk[2], "EnrollmentAgent")
            at(start + 9 * HOUR, self.requested, servers["APP4"], self.devices, "CEPEncryption")

    def asked(self, who: Account, attributes: str, subject: str) -> None:
        """What the authority logs of a request and of what it issued."""
        ca, number = self.domain.servers["CA1"], str(self.sim.random.randrange(9_000, 90_000))
        fields = {"RequestId": number, "Requester": rf"{NETBIOS}\{who.name}", "Attributes": attributes}
        self.log.sim.log(ca.fqdn, 4886, fields)
        self.log.sim.log(ca.fqdn, 4887, fields | {"Disposition": "3", "SKI": self.sim.hexadecimal(40), "Subject": subject})

    def requested(self, computer: Computer, who: Account, template: str, subject: str = "") -> None:
        """As Windows does it: DCOM to the authority, with attributes that say where it comes from (MS-WCCE 2.2.2.7)."""
        ca, dc = self.domain.servers["CA1"], self.kdc.controller(computer)
        ticket = self.kdc.ticket(computer, who, f"RPCSS/{ca.fqdn}")
        self.net.mapped(computer, ca, REQUEST, 50_004, ticket=ticket.hash)
        self.net.call(computer, who, ca, REQUEST, 3, port=50_004, sealed=True, kind=9, ticket=ticket.hash)
        self.log.logon(ca, who, computer.ip)
        lines = f"CertificateTemplate:{template}\nccm:{computer.fqdn}\ncdc:{dc.fqdn}\nrmd:{computer.fqdn}"
        self.asked(who, lines, subject or f"CN={who.name}")

    def pages(self, computer: Computer, who: Account, template: str, old: bool = False) -> None:
        """A certificate asked for on the web pages of the authority, with Kerberos or, by address, with NTLM."""
        ca = self.domain.servers["CA1"]
        if old:
            self.net.ntlm(computer, who, ca, carrier="http", port=80)
            self.log.logon(ca, who, computer.ip, package="NTLM", workstation=computer.name)
        else:
            ticket = self.kdc.ticket(computer, who, f"HTTP/{ca.fqdn}")
            self.kdc.show(computer, ticket, ca.ip, 80, "http")
            self.log.logon(ca, who, computer.ip)
        names = f"\nsan:dns=printer{self.sim.random.randrange(2, 9)}.{DNS}" if template == "WebServer" else ""
        self.asked(who, f"CertificateTemplate:{template}{names}\n{BROWSER}\nccm:{ca.fqdn}", f"CN={who.name}")

    def by_hand(self, who: Account) -> None:
        """A certificate of an appliance from a request that somebody wrote, with certreq -submit on the jump host."""
        self.requested(self.staff.jump, who, "WebServer", f"CN=appliance{self.sim.random.randrange(2, 30)}.{DNS}")

    def device(self) -> None:
        """A switch or a managed telephone enrols over SCEP (RFC 8894): the service asks the authority with its own account."""
        self.requested(self.domain.servers["APP4"], self.devices, "IPSECIntermediateOffline",
                       f"CN=sw{self.sim.random.randrange(100):02}.{DNS}")  # fmt: skip

    def linux(self, host: Computer) -> None:
        """certmonger over the enrolment web service (MS-WSTEP), which says less of where a request comes from."""
        ca = self.domain.servers["CA1"]
        ticket = self.kdc.ticket(host, host.account, f"HTTP/{ca.fqdn}")
        self.kdc.show(host, ticket, ca.ip, 443, "http")
        self.asked(host.account, "CertificateTemplate:Machine", f"CN={host.fqdn}")

    def cards(self, who: Account) -> None:
        """Smart cards made at the help desk in the names of those who get them: the request is signed by an agent."""
        for user in self.sim.random.sample(self.domain.users[20:40], 3):
            self.requested(self.staff.jump, who, "SmartcardLogon", f"CN={user.name}, OU=People")
            self.sim.pause(120, 400)
