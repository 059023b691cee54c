"""Programs that manage computers: backup and inventory of controllers, deployment, automation, discovery, privileged passwords,
scripts with a password inside, monitoring, protection software pushed out."""

from typing import Any

from app.model import activity
from app.model.details import DnsQuery, LdapBind, LdapSearch, SmbFile
from benchmarks.quality.benign.domain import DNS, NETBIOS, SID, Account, Computer
from benchmarks.quality.benign.network import DIALECT, DRSUAPI, SAMR, SRVSVC, SVCCTL, TASKS, WINREG, Net
from benchmarks.quality.benign.services import Services
from benchmarks.quality.benign.simulation import HOUR, MINUTE, SECOND, Simulation
from benchmarks.quality.benign.staff import Staff

ADMINISTRATORS = 544


class Management:
    """Plans what management programs do on a day."""

    def __init__(self, sim: Simulation, net: Net, staff: Staff, services: Services) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.staff, self.services = staff, services

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        at, every, servers = self.sim.at, self.sim.every, self.domain.servers
        windows = [one for one in self.domain.members if one.system == "windows"]
        writable = [one for one in self.domain.controllers if not one.name.startswith("RODC")]
        for number, dc in enumerate(writable):
            at(start + 23 * HOUR + number * 6 * MINUTE, self.services.backup, dc)
            every(start + number * 3 * MINUTE, HOUR, start + 24 * HOUR, self.check, dc)
            if self.domain.shape != "office":
                at(start + 4 * HOUR + number * 2 * MINUTE, self.services.inventory, dc)
        if self.domain.shape == "office":
            return
        for number, server in enumerate(windows[:25]):
            at(start + 3 * HOUR + number * 20 * SECOND, self.automate, server)
            at(start + 1 * HOUR + number * 15 * SECOND, self.rotate, servers["APP9"], server)
        for number in range(5):
            at(start + 1 * HOUR + 40 * MINUTE + number * MINUTE, self.rotate_administrator, servers["APP9"], number)
        every(start + 6 * MINUTE, 20 * MINUTE, start + 24 * HOUR, self.script)
        if not weekend:
            at(start + 12 * HOUR, self.discover)
        if day % 7 == 2:
            who, desk = self.domain.server_admins[2], self.domain.workstations[5]
            for number, target in enumerate(self.domain.workstations[20:50]):
                if target.system == "windows":
                    at(start + 14 * HOUR + number * 20 * SECOND, self.push, desk, who, target, "PDQDeployRunner-1",
                       r"C:\Windows\AdminArsenal\PDQDeployRunner\service-1\PDQDeployRunner-1.exe")  # fmt: skip
        if day % 7 == 3:
            for number, target in enumerate((*windows[3:15], *writable)):
                at(start + 10 * HOUR + number * 45 * SECOND, self.push, servers["WSUS1"], self.domain.account("svc-edr"), target,
                   "SentryInstaller", r"C:\Windows\Temp\SentryInstaller.exe /quiet SITE=7734")  # fmt: skip
        if day % 7 == 1:
            at(start + 9 * HOUR + 30 * MINUTE, self.health)

    def push(self, master: Computer, who: Account, target: Computer, name: str, path: str) -> None:
        """A program put into ADMIN$, run as a service, taken away."""
        key, _, session = self.net.mount(master, who, target, "ADMIN$")
        file = path.removeprefix("C:\\Windows\\").partition(" ")[0]
        detail = SmbFile(dialect=DIALECT, path=rf"\\{target.fqdn}\ADMIN$", name=file, action="write", bytes=4_800_000,
                         access=0x12019F, created=True)  # fmt: skip
        self.sim.packet(detail, master.ip, target.ip, 445, ticket=key)
        self.log.share(target, who, session, master.ip, "ADMIN$", file)
        self.net.piped(master, who, target, SVCCTL, "svcctl", [
            (15, {"server": target.name, "access": 0xF003F}),
            (12, {"service": name, "display": name, "access": 0xF01FF, "type": 16, "start": 3, "path": path}),
            (19, {"service": name, "arguments": []}), (6, {"service": name}), (2, {"service": name}), (0, {}),
        ])  # fmt: skip
        manager = ("Service Control Manager", "System")
        self.log.sim.log(target.fqdn, 7045, {
            "ServiceName": name, "ImagePath": path, "ServiceType": "user mode service", "StartType": "demand start",
            "AccountName": "LocalSystem",
        }, where=manager, sid=who.sid)  # fmt: skip
        self.log.sim.log(target.fqdn, 4697, self.log.subject(who, session) | {
            "ServiceName": name, "ServiceFileName": path, "ServiceType": "0x10", "ServiceStartType": "3",
            "ServiceAccount": "LocalSystem",
        })  # fmt: skip

    def automate(self, server: Computer) -> None:
        """Automation from Linux over WinRM: scripts come as an encoded command, whatever they do."""
        master, who = self.domain.servers["LNX3"], self.domain.account("svc-ansible")
        ticket = self.kdc.ticket(master, who, f"HTTP/{server.fqdn}", owner=server.account)
        self.kdc.show(master, ticket, server.ip, 5985, "http")
        session = self.log.logon(server, who, master.ip, lasting=90)
        line = "PowerShell -NoProfile -NonInteractive -ExecutionPolicy Unrestricted -EncodedCommand UABvAHcAZQByAFMAaABlAGwAbAA="
        shell = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
        self.log.process(server, who, session, shell, line, r"C:\Windows\System32\winrshost.exe")

    def rotate(self, master: Computer, server: Computer) -> None:
        """A vault changes the local administrator's password over SAMR, then tries it."""
        who, local = self.domain.account("svc-pam"), "S-1-5-21-1180699209-877415012-3182924384"
        self.net.piped(master, who, server, SAMR, "samr", [
            (64, {"server": rf"\\{server.fqdn}", "access": 49}), (6, {"count": 2, "names": [server.name, "Builtin"]}),
            (5, {"domain_name": server.name, "domain_sid": local}), (7, {"access": 0x211, "domain": local}),
            (17, {"domain": local, "count": 1, "names": ["Administrator"], "rids": ["500"]}),
            (34, {"access": 0xB0, "domain": local, "rid": 500, "target": f"{local}-500"}),
            (58, {"target": f"{local}-500", "level": 26}), (1, {"target": f"{local}-500"}),
        ])  # fmt: skip
        if server.name == "APP7" and self.sim.chance(0.5):
            self.net.ntlm(master, Account(name="Administrator", sid="", dn=""), server, code=0xC000006A)

    def rotate_administrator(self, master: Computer, number: int) -> None:
        """The vault resets a privileged account over LDAP, then signs in as it to prove the password."""
        who, target = self.domain.account("svc-pam"), self.domain.server_admins[number]
        dc = self.domain.controllers[0]
        self.net.bind(master, who, dc)
        session = self.log.session()
        self.log.account(dc, 4724, who, session, target)
        self.log.account(dc, 4738, who, session, target, PasswordLastSet="1/6/2026 1:42:07 AM", UserAccountControl="-")
        self.kdc.sign_in(master, target)

    def script(self) -> None:
        """A script with its password inside, every twenty minutes: shares by address, tasks of servers asked for."""
        host, who = self.domain.servers["APP3"], self.domain.account("svc-script")
        for name in ("FILE1", "FILE2", "APP5"):
            server = self.domain.servers[name]
            self.log.sim.log(host.fqdn, 4648, self.log.subject(host.account) | {
                "TargetUserName": who.name, "TargetDomainName": NETBIOS, "TargetServerName": server.ip, "TargetInfo": server.ip,
                "ProcessName": r"C:\Windows\System32\net.exe", "IpAddress": "-", "IpPort": "-",
            })  # fmt: skip
            self.net.files(host, who, server, "Exchange$", 3, ntlm=True)
        server = self.domain.servers["APP5"]
        self.net.mapped(host, server, TASKS, 49_673, kind=10)
        for opnum in (0, 7, 2):
            self.net.call(host, who, server, TASKS, opnum, port=49_673, sealed=True, kind=10,
                          said=activity.Account(name=who.name, domain=NETBIOS))  # fmt: skip

    def discover(self) -> None:
        """An inventory without agents: a range looked up in reverse, what is on asked over WMI and the registry."""
        master, who = self.domain.servers["APP4"], self.domain.account("svc-inventory")
        for number in range(254):
            name = f"{number + 1}.0.20.10.in-addr.arpa"
            there = 20 <= number + 1 < 220
            answer = (f"PTR ws{number - 19:03}.{DNS}",) if there else ()
            self.net.resolve(master, name, "PTR", *answer, code=0 if there else 3, dc=self.domain.controllers[1])
            self.sim.pause(0.2, 2)
        first = self.sim.now
        for number, target in enumerate(self.domain.workstations[:120]):
            if target.system == "windows" and self.sim.chance(0.8):
                self.sim.at(first + number * 12 * SECOND, self._asked, master, who, target)

    def _asked(self, master: Computer, who: Account, target: Computer) -> None:
        if self.sim.chance(0.05):
            self.net.ntlm(master, who, target, code=0xC000005E)
            return
        self.staff.wmi(master, who, target, 6)
        self.net.piped(master, who, target, WINREG, "winreg", [
            (2, {"key": "HKLM", "access": 0x2000000}), (9, {"key": r"HKLM\SOFTWARE", "access": 0x20019}),
            (15, {"key": r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall", "access": 0x20019}), (5, {}),
        ])  # fmt: skip
        self.net.piped(master, who, target, SRVSVC, "srvsvc", [
            (15, {"server": target.name, "level": 2, "count": 3, "shares": ["ADMIN$", "C$", "IPC$"]}),
        ])  # fmt: skip
        self.members(master, who, target)

    def members(self, master: Computer, who: Account, target: Computer) -> None:
        """Who is an administrator of a computer, over SAMR."""
        self.net.piped(master, who, target, SAMR, "samr", [
            (64, {"server": rf"\\{target.fqdn}", "access": 48}), (6, {"count": 2, "names": [target.name, "Builtin"]}),
            (5, {"domain_name": "Builtin", "domain_sid": "S-1-5-32"}), (7, {"access": 0x200, "domain": "S-1-5-32"}),
            (27, {"access": 4, "domain": "S-1-5-32", "rid": ADMINISTRATORS, "target": f"S-1-5-32-{ADMINISTRATORS}"}),
            (33, {"target": f"S-1-5-32-{ADMINISTRATORS}", "count": 3,
                  "sids": [f"{SID}-512", f"{SID}-1099", f"{SID}-500"]}), (1, {}),
        ])  # fmt: skip

    def check(self, dc: Computer) -> None:
        """Monitoring of a controller: does it answer, does it sign somebody in, is SYSVOL there."""
        if "MON1" not in self.domain.servers:
            return
        monitor, who = self.domain.servers["MON1"], self.domain.account("svc-mon")
        self.net.resolve(monitor, f"_ldap._tcp.dc._msdcs.{DNS}", "SRV", f"SRV 0 100 389 {dc.fqdn}", dc=dc)
        self.sim.packet(LdapBind(method="anonymous"), monitor.ip, dc.ip, 389)
        root = LdapSearch(base="", scope=0, filter="(objectClass=*)", attributes=("currentTime", "isSynchronized"), entries=1)
        self.sim.packet(root, monitor.ip, dc.ip, 389)
        self.kdc.forget(monitor)
        self.kdc.sign_in(monitor, who, dc=dc)
        self.net.files(monitor, who, dc, "netlogon", 1, write=0)

    def health(self) -> None:
        """The weekly health report of an administrator: dcdiag and repadmin against every controller, from the jump host."""
        jump, who = self.staff.jump, self.domain.admins[2]
        for dc in self.domain.controllers:
            ticket = self.kdc.ticket(jump, who, f"ldap/{dc.fqdn}/{DNS}", dc=dc)
            self.net.bind(jump, who, dc, sealed=False)
            self.net.mapped(jump, dc, DRSUAPI, 49_670, ticket=ticket.hash)
            for opnum in (0, 19, 19, 19, 12, 1):
                self.net.call(jump, who, dc, DRSUAPI, opnum, port=49_670, sealed=True, kind=9, ticket=ticket.hash)
            self.net.files(jump, who, dc, "sysvol", 2, write=0)
            self.net.files(jump, who, dc, "netlogon", 1, write=0)
            common: dict[str, Any] = {"server": dc.name}
            self.net.piped(jump, who, dc, SVCCTL, "svcctl", [
                (15, common | {"access": 5}), (16, {"service": "NTDS", "access": 4}), (6, {"service": "NTDS"}),
                (16, {"service": "DNS", "access": 4}), (6, {"service": "DNS"}), (0, {}),
            ])  # fmt: skip
            for record in ("SRV", "A", "CNAME"):
                detail = DnsQuery(name=f"_ldap._tcp.gc._msdcs.{DNS}", type=record, answers=(f"{record} {dc.fqdn}",), records=1)
                self.sim.packet(detail, jump.ip, dc.ip, 53)
