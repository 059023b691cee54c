"""What also goes over the wire: leases, names asked of neighbours, deployment, content networks, a log cleared twice a year."""

from app.model.details import DnsQuery, NameObservation
from benchmarks.quality.benign.domain import BASE, DNS, NETBIOS
from benchmarks.quality.benign.network import Net
from benchmarks.quality.benign.simulation import DAY, HOUR, MINUTE, Simulation


class Noise:
    """Plans it."""

    def __init__(self, sim: Simulation, net: Net) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        for computer in self.domain.workstations:
            if not weekend and computer.ip.startswith("10.20."):
                when = start + int(self.sim.random.gauss(7.9, 0.6) * HOUR)
                self.sim.at(when, self.lease, computer.name, computer.ip)
        self.sim.every(start + 8 * HOUR, 12 * MINUTE, start + 18 * HOUR, self.neighbours)
        self.sim.every(start + 3 * MINUTE, 20 * MINUTE, start + DAY, self.content)
        if not weekend:
            self.sim.every(start + 9 * HOUR, 3 * HOUR, start + 17 * HOUR, self.deployment)
        if day % 180 == 60:
            self.sim.at(start + 11 * HOUR, self.clear_security_log)

    def lease(self, name: str, ip: str) -> None:
        """A DHCP request that tells a name."""
        observed = NameObservation(address=ip, name=name, method="dhcp", hardware=f"02:00:5e:{int(name[-2:]):02x}:00:01")
        self.sim.packet(observed, ip, self.domain.controllers[0].ip, 67)

    def neighbours(self) -> None:
        """LLMNR for names that DNS does not have; nobody answers."""
        computer = self.sim.random.choice(self.domain.workstations[:200])
        for name in ("wpad", "printsrv"):
            self.sim.packet(
                DnsQuery(name=name, type="A", protocol="llmnr"), computer.ip, "224.0.0.252", 5355, result="unanswered"
            )

    def content(self) -> None:
        """Long names of content networks and of the control of certificates."""
        computer = self.sim.random.choice(self.domain.workstations[:200])
        name = f"a{self.sim.hexadecimal(12)}.cloudfront.example"
        self.net.resolve(computer, name, "A", "A 203.0.113.77")
        self.net.resolve(
            computer, f"r{self.sim.random.randrange(9)}---sn-{self.sim.hexadecimal(8)}.googlevideo.example", "A", "A 203.0.113.90"
        )
        self.net.resolve(computer, "_ldap._tcp.Default-First-Site-Name._sites." + DNS, "SRV", code=3)

    def deployment(self) -> None:
        """WDS looks whether a computer that starts from the network is known."""
        server = self.domain.servers["WDS1"]
        dc = self.kdc.controller(server)
        self.net.bind(server, server.account, dc, sealed=False)
        one, two = self.sim.hexadecimal(2), self.sim.hexadecimal(2)
        text = rf"(&(objectClass=computer)(|(netbootGUID=\{one}\00)(netbootGUID=\00\{two})))"
        self.net.search(server, server.account, dc, BASE, text, ("netbootMachineFilePath", "netbootMirrorDataFile"), entries=0)

    def clear_security_log(self) -> None:
        """Somebody clears a member server's log when it is full."""
        who, server = self.domain.server_admins[4], self.domain.servers["APP9"]
        self.sim.log(server.fqdn, 1102, {
            "SubjectUserSid": who.sid, "SubjectUserName": who.name, "SubjectDomainName": NETBIOS, "SubjectLogonId": "0x51f2a",
        }, where=("Microsoft-Windows-Eventlog", "Security"))  # fmt: skip
