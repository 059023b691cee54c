"""A small office of thirty: one controller that is file and print server too, another server, one administrator."""

from app.model.details import RdpConnection
from benchmarks.quality.benign.domain import Computer
from benchmarks.quality.benign.network import SVCCTL, Net
from benchmarks.quality.benign.people import People
from benchmarks.quality.benign.services import Services
from benchmarks.quality.benign.simulation import DAY, HOUR, MINUTE, Simulation
from benchmarks.quality.benign.staff import Staff


class Office:
    """Plans what is done there beside people's work."""

    def __init__(self, sim: Simulation, net: Net, people: People, staff: Staff, services: Services) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.people, self.staff, self.services = people, staff, services

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        at, every, random, end = self.sim.at, self.sim.every, self.sim.random, start + DAY
        servers, admin, dc = self.domain.servers, self.domain.admins[0], self.domain.controllers[0]
        every(start + 4 * MINUTE, 30 * MINUTE, end, self.services.entra)
        every(start + 100 * MINUTE, 30 * MINUTE, end, self.services.legacy_bind)
        every(start + 6 * HOUR, 50 * MINUTE, end, self.services.mfp)
        every(start + 7 * HOUR, 2 * HOUR, start + 18 * HOUR, self.people.old_printer)
        at(start + 22 * HOUR, self.services.backup, dc)
        if weekend:
            return

        def when(first: float = 8, last: float = 16.5) -> int:
            return start + int(random.uniform(first, last) * HOUR)

        at(when(7.5, 9), self.kdc.sign_in, servers["JUMP1"], admin)
        for _ in range(2):
            at(when(), self.desktop, dc)
        at(when(), self.desktop, servers["APP1"])
        if self.sim.chance(0.5):
            at(when(), self.consoles, dc)
        if self.sim.chance(0.4):
            at(when(), self.staff.reset_password, admin)
        if self.sim.chance(0.4):
            at(when(), self.staff.group, admin)
        if day % 7 == 1:
            at(when(), self.staff.join, admin)
        if day % 7 == 3:
            at(when(), self.staff.look_up, admin)
            at(when(), self.staff.edit_policy)
        if self.sim.chance(0.3):
            at(when(), self.staff.new_key, random.choice(list(self.people.homes)))

    def desktop(self, server: Computer) -> None:
        """The administrator works on a server's desktop, the controller's too."""
        desk, who = self.domain.servers["JUMP1"], self.domain.admins[0]
        self.kdc.ticket(desk, who, f"TERMSRV/{server.fqdn}", owner=server.account)
        detail = RdpConnection(cookie=who.name[:9], requested_protocols=11, selected_protocol=2, server_name=server.fqdn)
        self.sim.packet(detail, desk.ip, server.ip, 3389)
        session = self.log.logon(server, who, desk.ip, kind=10, package="Negotiate", workstation=server.name, lasting=3_000)
        self.log.process(
            server, who, session, r"C:\Windows\System32\mmc.exe", "mmc.exe dsa.msc", r"C:\Windows\explorer.exe"
        )  # fmt: skip
        self.net.policies(server, who)

    def consoles(self, server: Computer) -> None:
        """Services and the disk of the controller looked at from the administrator's own computer."""
        desk, who = self.domain.servers["JUMP1"], self.domain.admins[0]
        self.net.piped(desk, who, server, SVCCTL, "svcctl", [
            (15, {"server": server.name, "access": 5}), (14, {}), (16, {"service": "Spooler", "access": 0x14}),
            (31, {"service": "Spooler", "arguments": []}), (0, {}),
        ])  # fmt: skip
        self.net.files(desk, who, server, "C$", 6, names=(r"Install\Setup.exe", r"Logs\backup.log"))
        self.staff.wmi(desk, who, server, 5)
