"""Names that others than Windows clients put into DNS: a DHCP server for its clients, Linux hosts, an ingress, telephones."""

from app.model.details import DnsUpdate, RpcBind
from benchmarks.quality.benign.domain import BASE, DNS, Account, Computer
from benchmarks.quality.benign.network import Net
from benchmarks.quality.benign.simulation import HOUR, MINUTE, Simulation
from benchmarks.quality.benign.staff import Staff

DNS_SERVER = "50abc2a4-574d-40b3-9d66-ee4fd5fba076"
"""Interface of the DNS server's management (MS-DNSP section 1.9)."""
REFUSED = 5
AUDIT, SYSTEM = ("Microsoft-Windows-DNSServer", "Microsoft-Windows-DNSServer/Audit"), "S-1-5-18"


class Records:
    """Plans it."""

    def __init__(self, sim: Simulation, net: Net, staff: Staff) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log, self.staff = sim, net, net.domain, net.kdc, net.log, staff
        self.dhcp, self.ingress = self.domain.service("svc-dhcp"), self.domain.service("svc-externaldns")

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        at, every, random, end = self.sim.at, self.sim.every, self.sim.random, start + 24 * HOUR
        for name in ("LNX1", "LNX2", "LNX3", "NAS1"):
            every(start + 5 * MINUTE, 12 * HOUR, end, self.own, self.domain.servers[name])
        for target in random.sample(self.domain.workstations, 10 if weekend else 120):
            at(start + int(random.uniform(6.5, 17) * HOUR), self.lease, target)
        for number in range(4 if weekend else 25):
            at(start + int(random.uniform(6.5, 18) * HOUR), self.stranger, number)
        every(start + 2 * MINUTE, 6 * HOUR, end, self.applications)
        every(start + 40 * MINUTE, 12 * HOUR, end, self.challenge)
        if day % 7 == 2:
            at(start + 11 * HOUR, self.console, "printer9", self.domain.admins[1])
            at(start + 15 * HOUR, self.console, "*.lab", self.domain.admins[1])
        if day % 28 == 8:
            at(start + 14 * HOUR, self.console, "wpad", self.domain.admins[1])

    def update(self, host: Computer, who: Account, zone: str, *changes: str) -> None:
        """A signed update (RFC 3645), refused before without the signature."""
        dc = self.domain.controllers[0]
        self.sim.packet(DnsUpdate(zone=zone, changes=changes), host.ip, dc.ip, 53, code=REFUSED)
        ticket = self.kdc.ticket(host, who, f"DNS/{dc.fqdn}", dc=dc)
        self.sim.packet(DnsUpdate(zone=zone, changes=changes, signed=True), host.ip, dc.ip, 53, ticket=ticket.hash)
        for change in changes:
            verb, name, *_ = change.split(" ")
            self.audited(519 if verb == "add" else 520, name, zone, SYSTEM, SourceIP=host.ip)

    def audited(self, number: int, name: str, zone: str, sid: str, **more: str) -> None:
        """What the server's audit tells of it."""
        fields = {"Type": "1", "NAME": name, "TTL": "1200", "BufferSize": "4", "RDATA": "0x0A0A0101", "Zone": zone}
        self.sim.log(self.domain.controllers[0].fqdn, number, {**fields, "ZoneScope": "Default", **more}, where=AUDIT, sid=sid)

    def own(self, host: Computer) -> None:
        """A Linux host registers itself (nsupdate -g with its keytab)."""
        self.update(host, host.account, DNS, f"delete {host.fqdn} A", f"add {host.fqdn} A {host.ip}")

    def lease(self, target: Computer) -> None:
        """The DHCP server registers who has a lease, both ways, with an account of its own (RFC 4703)."""
        server = self.domain.servers["APP7"]
        last = target.ip.rpartition(".")[2]
        self.update(server, self.dhcp, DNS, f"add {target.fqdn} A {target.ip}", f"add {target.fqdn} DHCID AAIB")
        zone = ".".join(reversed(target.ip.split(".")[:3])) + ".in-addr.arpa"
        self.update(server, self.dhcp, zone, f"delete {last}.{zone} PTR", f"add {last}.{zone} PTR {target.fqdn}")

    def stranger(self, number: int) -> None:
        """Telephones, tablets and printers try without a signature and are refused."""
        name, dc = self.sim.random.choice(("iPhone", "Galaxy-S23", "BRW0080927AFB11", "ipad-conf")), self.domain.controllers[1]
        changes = (f"delete {name}.{DNS} A", f"add {name}.{DNS} A 10.20.77.{number + 20}")
        self.sim.packet(DnsUpdate(zone=DNS, changes=changes), f"10.20.77.{number + 20}", dc.ip, 53, code=REFUSED)

    def applications(self) -> None:
        """A cluster of containers keeps its names, one of which stands for all applications below it."""
        host = self.domain.servers["LNX3"]
        for name in (f"*.apps.{DNS}", f"api.apps.{DNS}"):
            self.update(host, self.ingress, DNS, f"delete {name} A", f"add {name} A 10.10.1.240")

    def challenge(self) -> None:
        """A proof for an authority of certificates (RFC 8555 section 8.4)."""
        host, name = self.domain.servers["LNX1"], f"_acme-challenge.java.{DNS}"
        self.update(host, host.account, DNS, f"delete {name} TXT", f"add {name} TXT {self.sim.hexadecimal(43)}")

    def console(self, name: str, who: Account) -> None:
        """A record made in the console of DNS: the server writes it as who works there."""
        jump, dc = self.staff.jump, self.domain.controllers[0]
        ticket = self.kdc.ticket(jump, who, f"RPCSS/{dc.fqdn}", dc=dc)
        self.sim.packet(RpcBind(interface=DNS_SERVER, name="dnsserver", version="5.0", auth_type=9, auth_level=6), jump.ip, dc.ip,
                        49_680, ticket=ticket.hash)  # fmt: skip
        for opnum in (7, 8, 9, 9):
            self.net.call(jump, who, dc, DNS_SERVER, opnum, port=49_680, sealed=True, kind=9, ticket=ticket.hash)
        session = self.log.logon(dc, who, jump.ip, lasting=600)
        self.audited(515, f"{name}.{DNS}", DNS, who.sid)
        self.log.object(dc, 5137, who, session, f"DC={name},DC={DNS},CN=MicrosoftDNS,DC=DomainDnsZones,{BASE}", "dnsNode")
