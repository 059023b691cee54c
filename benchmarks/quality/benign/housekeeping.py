"""What servers log of themselves: databases that backups open, tasks and printer drivers of products, settings of DNS servers,
remote desktop that is asked whether it lives, and by people who mistype.
"""

from collections.abc import Callable
from random import Random

from benchmarks.quality.benign.domain import Account, Computer
from benchmarks.quality.benign.network import Net
from benchmarks.quality.benign.simulation import HOUR, MINUTE, SECOND, Simulation

ENGINE, DIRECTORY = ("ESENT", "Application"), ("NTDS ISAM", "Directory Service")
MANAGER = ("Service Control Manager", "System")
DNS_AUDIT = ("Microsoft-Windows-DNSServer", "Microsoft-Windows-DNSServer/Audit")
OWN, SHADOW = r"C:\Windows\NTDS\ntds.dit", r"\\?\GLOBALROOT\Device\HarddiskVolumeShadowCopy{}\Windows\NTDS\ntds.dit"
SYSTEM = "S-1-5-18"
TASKS = (
    r"\GoogleUpdateTaskMachineUA{{7B1A2C3D-0000-4000-8000-{}}}",
    r"\MicrosoftEdgeUpdateTaskMachineCore{}",
    r"\Adobe Acrobat Update Task",
    r"\Microsoft\Windows\UpdateOrchestrator\Reboot_AC", r"\Microsoft\Windows\WindowsUpdate\RUXIM\PLUGScheduler",
    r"\Optimize Start Menu",
    r"\npcapwatchdog", r"\CCleanerSkipUAC", r"\HPCustParticipation",
    r"\ZoomUpdateTaskUser-{}", r"\User_Feed_Synchronization-{{{}}}",
)  # fmt: skip
DRIVERS = (
    ("HP Universal Printing PCL 6", "UNIDRV.DLL, UNIDRVUI.DLL, hpcu255u.gpd, UNIDRV.HLP, hpmdp255.dll, hpcpn255.dll"),
    ("Microsoft Print To PDF", "mxdwdrv.dll, PrintConfig.dll, MPDW-manifest.ini, unishare.gpd, MPDW_devmode_map.xml"),
    ("KONICA MINOLTA C360iSeries PS", "PSCRIPT5.DLL, PS5UI.DLL, KOAXWJAA.PPD, PSCRIPT.HLP, KOAXWJAB.DLL"),
    ("Brother Color Type3 Class Driver", "mxdwdrv.dll, PrintConfig.dll, PCL6-pipelineconfig.xml"),
)


def operational(name: str) -> tuple[str, str]:
    """Provider and channel of a part of Windows."""
    return f"Microsoft-Windows-{name}", f"Microsoft-Windows-{name}/Operational"


class Housekeeping:
    """Plans it."""

    def __init__(self, sim: Simulation, net: Net) -> None:
        self.sim, self.net, self.domain = sim, net, net.domain
        self.random = Random(4711)
        """Its own, so that what else happens on these days stays as it was."""

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        at, every, random, end = self.sim.at, self.every, self.random, start + 24 * HOUR
        controllers, servers = self.domain.controllers, list(self.domain.servers.values())
        windows = [one for one in servers if one.system == "windows"]
        for dc in controllers:
            at(start + 22 * HOUR, self.backup, dc, day)
            every(start + 20 * MINUTE, 6 * HOUR, end, self.service, dc)
            if day % 7 == 2:
                at(start + 3 * HOUR, self.restart, dc)
        for one in windows:
            every(start + 9 * MINUTE, 5 * HOUR, end, self.task, one)
            every(start + 10 * SECOND, 15 * MINUTE, end, self.alive, one)
        if weekend:
            return
        for _ in range(6):
            who = random.choice(self.domain.users)
            at(start + int(random.uniform(7.5, 17) * HOUR), self.mistyped, random.choice(windows), who)
        every(start + 7 * HOUR, 5 * MINUTE, start + 18 * HOUR, self.thin_client, windows[0])
        for _ in range(4):
            at(start + int(random.uniform(7.5, 17) * HOUR), self.printer, random.choice(windows))
        at(start + int(random.uniform(8, 17) * HOUR), self.resumed, random.choice(windows), random.choice(self.domain.users))
        if day % 7 == 3:
            at(start + 13 * HOUR, self.setting, controllers[0], "ForwardingTimeout", "5")
            at(start + 14 * HOUR, self.setting, controllers[0], "EventLogLevel", "2")
        if day % 28 == 10:
            at(start + 11 * HOUR, self.media, controllers[0])

    def every(self, first: int, period: int, until: int, act: Callable[[Computer], None], computer: Computer) -> None:
        """Plan something again and again, each time a tenth earlier or later."""
        when = float(first)
        while when < until:
            self.sim.at(when, act, computer)
            when += period * self.random.uniform(0.9, 1.1)

    def engine(self, dc: Computer, number: int, path: str, where: tuple[str, str], program: str = "lsass") -> None:
        """The database engine: 325 to 327."""
        values = (program, "700,D,0", "NTDSA: ", "1", path, "0", "[1] 0.000003.", "0 0")
        self.sim.log(dc.fqdn, number, {f"param{place}": one for place, one in enumerate(values, 1)}, where=where, sid=None)

    def backup(self, dc: Computer, day: int) -> None:
        """The directory's own engine opens its shadow copy for every backup (VSS)."""
        path = SHADOW.format(day + 1)
        for where in (ENGINE, DIRECTORY):
            moved = {"param1": "lsass", "param2": "700,D,0", "param3": "NTDSA: ", "param4": OWN, "param5": path}
            self.sim.log(dc.fqdn, 216, moved, where=where)
            for number in (326, 327):
                self.engine(dc, number, path, where)

    def restart(self, dc: Computer) -> None:
        """A controller starts again after updates."""
        self.engine(dc, 327, OWN, DIRECTORY)
        self.sim.log(dc.fqdn, 1100, {}, where=("Microsoft-Windows-Eventlog", "Security"))
        self.engine(dc, 326, OWN, DIRECTORY)
        self.engine(dc, 326, r"C:\Windows\NTDS\edb.dit", ENGINE, "DFSRs")

    def media(self, dc: Computer) -> None:
        """Media for a new controller, once in a while."""
        for number in (325, 327):
            self.engine(dc, number, r"E:\IFM\Active Directory\ntds.dit", ENGINE, "ntdsutil")

    def service(self, dc: Computer) -> None:
        """The background transfer starts by hand and with the computer in turn; a service breaks now and then."""
        for before, after in (("auto start", "demand start"), ("demand start", "auto start")):
            fields = {"param1": "Background Intelligent Transfer Service", "param2": before, "param3": after, "param4": "BITS"}
            self.sim.log(dc.fqdn, 7040, fields, where=MANAGER, sid=SYSTEM)
        if self.random.random() < 0.1:
            self.sim.log(dc.fqdn, 7034, {"param1": "Print Spooler", "param2": "1"}, where=MANAGER)

    def task(self, server: Computer) -> None:
        """Products register tasks, run them once and take them away."""
        name, where = self.random.choice(TASKS).format(f"{self.random.getrandbits(48):012x}"), operational("TaskScheduler")
        self.sim.log(server.fqdn, 106, {"TaskName": name, "UserContext": SYSTEM}, where=where, sid=SYSTEM)
        number = self.random.choice((140, 141, 141))
        self.sim.log(server.fqdn, number, {"TaskName": name, "UserName": "NT AUTHORITY\\System"}, where=where, sid=SYSTEM)

    def alive(self, server: Computer) -> None:
        """Monitoring opens the port of remote desktop and closes it."""
        watching = self.domain.servers.get("MON1", self.domain.controllers[0])
        if watching.ip != server.ip:
            fields = {"ConnType": "TCP", "ClientIP": f"{watching.ip}:{self.random.randrange(49_152, 65_000)}"}
            self.sim.log(server.fqdn, 131, fields, where=operational("RemoteDesktopServices-RdpCoreTS"))

    def refused(self, server: Computer, ip: str) -> None:
        """A name or password that remote desktop refused."""
        self.sim.log(server.fqdn, 140, {"IPString": ip}, where=operational("RemoteDesktopServices-RdpCoreTS"))

    def mistyped(self, server: Computer, who: Account) -> None:
        """Somebody mistypes up to four times."""
        computer = self.random.choice(self.domain.workstations)
        for _ in range(self.random.randrange(1, 5)):
            self.refused(server, computer.ip)

    def thin_client(self, server: Computer) -> None:
        """A terminal with an old password tries again and again."""
        self.refused(server, "10.20.77.200")

    def printer(self, server: Computer) -> None:
        """Drivers come with sessions, and some of them miss a library."""
        name, files = self.random.choice(DRIVERS)
        fields = {"Param1": name, "Param2": "Windows x64", "Param3": "Version-3", "Param4": files}
        self.sim.log(server.fqdn, 316, fields, where=operational("PrintService"), sid=SYSTEM)
        missing = {"PluginDllName": r"C:\Windows\system32\spool\DRIVERS\x64\3\hpmdp255.dll", "ErrorCode": "0x7E", "Context": "1"}
        self.sim.log(server.fqdn, 808, missing, where=("Microsoft-Windows-PrintService", "Microsoft-Windows-PrintService/Admin"))

    def resumed(self, server: Computer, who: Account) -> None:
        """A session is taken up again, from another computer or at the console."""
        computer = self.random.choice(self.domain.workstations)
        for address in (computer.ip, "LOCAL"):
            fields = {"User": f"NORDWIND\\{who.name}", "SessionID": "3", "Address": address}
            self.sim.log(server.fqdn, 25, fields, where=operational("TerminalServices-LocalSessionManager"))
            fields = {"AccountName": who.name, "AccountDomain": "NORDWIND", "LogonID": "0x5000", "SessionName": "RDP-Tcp#3"}
            self.sim.log(server.fqdn, 4778, {**fields, "ClientName": computer.name, "ClientAddress": address})

    def setting(self, dc: Computer, name: str, value: str) -> None:
        """An administrator sets something of a DNS server."""
        fields = {"Setting": name, "Scope": ".", "NewValue": value, "VirtualizationID": "."}
        self.sim.log(dc.fqdn, 541, fields, where=DNS_AUDIT, sid=self.domain.admins[0].sid)
