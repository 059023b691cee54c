"""A vulnerability scanner with an account of its own, once a week: what it asks is what an attacker would ask."""

from typing import Any

from app.model.details import DnsQuery, LdapBind, LdapSearch
from benchmarks.quality.benign.domain import DNS, NETBIOS, SID, Account, Computer
from benchmarks.quality.benign.network import LSARPC, SAMR, SRVSVC, SVCCTL, WINREG, WKSSVC, Net
from benchmarks.quality.benign.simulation import HOUR, MINUTE, Simulation


class Scanner:
    """Plans it for Saturday night."""

    def __init__(self, sim: Simulation, net: Net) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        if day % 7 == 5:
            self.sim.at(start + 1 * HOUR, self.scan)

    def scan(self) -> None:
        """A vulnerability scanner, weekly, with its own account: shares, registry, accounts, null sessions, guesses."""
        scanner, who = self.domain.servers["SCAN1"], self.domain.account("svc-scan")
        dc = self.domain.controllers[0]
        for one in (dc, self.domain.controllers[1]):
            self.sim.packet(DnsQuery(name=DNS, type="AXFR"), scanner.ip, one.ip, 53, code=5)
            self.sim.packet(DnsQuery(name="version.bind", type="TXT"), scanner.ip, one.ip, 53, code=4)
            self.sim.packet(LdapBind(method="anonymous"), scanner.ip, one.ip, 389)
            self.sim.packet(
                LdapSearch(base="", scope=0, filter="(objectClass=*)", attributes=("*", "+"), entries=1), scanner.ip, one.ip, 389
            )
            self._accounts(scanner, who, one)
        for name in ("guest", "root", "test"):
            self.kdc.refused(scanner, Account(name=name, sid="S-1-0-0", dn=""), 6)
        for number, server in enumerate(self.domain.members):
            if server.system == "windows" and server is not scanner:
                self.sim.at(self.sim.now + (5 + 4 * number) * MINUTE, self._scan_one, scanner, who, server)

    def _accounts(self, scanner: Computer, who: Account, dc: Computer) -> None:
        names = [one.name for one in self.domain.users[:64]]
        self.net.piped(
            scanner,
            who,
            dc,
            SAMR,
            "samr",
            [
                (64, {"server": rf"\\{dc.ip}", "access": 48}),
                (6, {"count": 2, "names": [NETBIOS, "Builtin"]}),
                (5, {"domain_name": NETBIOS, "domain_sid": SID}),
                (7, {"access": 0x205, "domain": SID}),
                (13, {"domain": SID, "count": 330, "names": names}),
                (8, {"domain": SID, "level": 1}),
            ],
            ntlm=True,
        )
        self.net.piped(scanner, who, dc, LSARPC, "lsarpc", [(44, {"access": 0x800}), (46, {"level": 5})], ntlm=True)

    def _scan_one(self, scanner: Computer, who: Account, server: Computer) -> None:
        common: dict[str, Any] = {"server": server.name}
        self.net.ntlm(scanner, Account(name="", sid="S-1-5-7", dn=""), server, code=0xC0000022)
        self.net.piped(
            scanner,
            who,
            server,
            SRVSVC,
            "srvsvc",
            [(15, common | {"level": 1, "count": 3, "shares": ["ADMIN$", "C$", "IPC$"]})],
            ntlm=True,
        )
        self.net.piped(scanner, who, server, WKSSVC, "wkssvc", [(0, common | {"level": 100})], ntlm=True)
        self.net.piped(
            scanner,
            who,
            server,
            WINREG,
            "winreg",
            [
                (2, {"key": "HKLM", "access": 0x2000000}),
                (15, {"key": r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", "access": 0x20019}),
                (17, {"key": r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", "value": "CurrentBuild"}),
                (5, {}),
            ],
            ntlm=True,
        )
        self.net.piped(
            scanner,
            who,
            server,
            SVCCTL,
            "svcctl",
            [
                (15, common | {"access": 4}),
                (16, {"service": "RemoteRegistry", "access": 0x14}),
                (19, {"service": "RemoteRegistry", "arguments": []}),
                (0, {}),
            ],
            ntlm=True,
        )
        self.log.refused(server, "Administrator", scanner.ip, workstation=scanner.name)
        self.net.ntlm(scanner, Account(name="Administrator", sid="S-1-0-0", dn=""), server, code=0xC000006D)
