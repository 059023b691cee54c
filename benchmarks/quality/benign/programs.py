"""Processes as 4688 with command lines tells them, on servers and controllers: Windows' own work, updaters, agents, scripts,
jobs of databases and backups, what administrators type at a server or over remoting.

Long because it is a list: what a command line on such computers looks like, and which program starts it.
"""

from msgspec import Struct

from benchmarks.quality.benign.domain import DNS, NETBIOS, Account, Computer
from benchmarks.quality.benign.network import Net
from benchmarks.quality.benign.simulation import HOUR, MINUTE, Simulation
from benchmarks.quality.benign.staff import Staff

SYSTEM32 = r"C:\Windows\System32"
SHELL = rf"{SYSTEM32}\WindowsPowerShell\v1.0\powershell.exe"
CMD, HOST, SVCHOST, WMI = (rf"{SYSTEM32}\{name}" for name in ("cmd.exe", "svchost.exe", "svchost.exe", r"wbem\WmiPrvSE.exe"))
SERVICES, EXPLORER, REMOTING = rf"{SYSTEM32}\services.exe", r"C:\Windows\explorer.exe", rf"{SYSTEM32}\wsmprovhost.exe"
AGENT = r"C:\Program Files\Zabbix Agent 2\zabbix_agent2.exe"
DEFENDER = r"C:\ProgramData\Microsoft\Windows Defender\Platform\4.18.25110.6-0"
CLIENT = r"C:\Windows\CCM\CcmExec.exe"
Line = tuple[str, str, str]
"""Program, command line, program that starts it."""

WINDOWS: tuple[Line, ...] = (
    (rf"{SYSTEM32}\taskhostw.exe", "taskhostw.exe SYSTEM", SVCHOST),
    (rf"{SYSTEM32}\taskhostw.exe", "taskhostw.exe KEYROAMING", SVCHOST),
    (WMI, rf"{SYSTEM32}\wbem\wmiprvse.exe -secured -Embedding", SVCHOST),
    (rf"{SYSTEM32}\rundll32.exe", r"rundll32.exe C:\Windows\system32\dfdts.dll,DfdGetDefaultPolicyAndSMART", SVCHOST),
    (rf"{SYSTEM32}\rundll32.exe", "rundll32.exe Startupscan.dll,SusRunTask", SVCHOST),
    (CMD, r"C:\Windows\system32\cmd.exe /d /c C:\Windows\system32\silcollector.cmd publish", SVCHOST),
    (rf"{SYSTEM32}\wevtutil.exe", r'wevtutil el', CMD),
    (rf"{SYSTEM32}\sc.exe", "C:\\Windows\\system32\\sc.exe start w32time task_started", SVCHOST),
    (rf"{SYSTEM32}\CompatTelRunner.exe", r"C:\Windows\system32\compattelrunner.exe -maintenance", SVCHOST),
    (rf"{SYSTEM32}\usoclient.exe", r"C:\Windows\system32\usoclient.exe StartScan", SVCHOST),
    (rf"{SYSTEM32}\msiexec.exe", r"C:\Windows\system32\msiexec.exe /V", SERVICES),
    (r"C:\Windows\servicing\TrustedInstaller.exe", r"C:\Windows\servicing\TrustedInstaller.exe", SERVICES),
    (rf"{DEFENDER}\MpCmdRun.exe", rf'"{DEFENDER}\MpCmdRun.exe" SignatureUpdate -ScheduleJob -RestrictPrivileges', SVCHOST),
    (r"C:\Program Files (x86)\Microsoft\EdgeUpdate\MicrosoftEdgeUpdate.exe",
     r'"C:\Program Files (x86)\Microsoft\EdgeUpdate\MicrosoftEdgeUpdate.exe" /ua /installsource scheduler', SVCHOST),
    (rf"{SYSTEM32}\wermgr.exe", r"C:\Windows\system32\wermgr.exe -upload", SVCHOST),
    (rf"{SYSTEM32}\dllhost.exe", r"C:\Windows\system32\DllHost.exe /Processid:{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}", SVCHOST),
    (rf"{SYSTEM32}\gpupdate.exe", "gpupdate.exe /target:computer", SVCHOST),
)  # fmt: skip
AGENTS: tuple[Line, ...] = (
    (CMD, 'cmd.exe /C "powershell -NoProfile -ExecutionPolicy Bypass -File C:\\Scripts\\monitoring\\pending-updates.ps1"', AGENT),
    (SHELL, r"powershell -NoProfile -ExecutionPolicy Bypass -File C:\Scripts\monitoring\pending-updates.ps1", CMD),
    (SHELL, r"powershell.exe -NoLogo -Noninteractive -NoProfile -ExecutionPolicy Bypass & 'C:\Windows\CCM\SystemTemp\%s.ps1'",
     CLIENT),
    (rf"{SYSTEM32}\cscript.exe", r'cscript.exe //NoLogo "C:\Program Files\Contoso\Inventory\collect.vbs" /full', SVCHOST),
    (CMD, r'C:\Windows\system32\cmd.exe /c ""C:\Program Files\VMware\VMware Tools\poweron-vm-default.bat""',
     r"C:\Program Files\VMware\VMware Tools\vmtoolsd.exe"),
    (SHELL, "powershell.exe -NonInteractive -NoProfile -Command \"(Get-Service -Name 'NTDS','DNS' -ErrorAction SilentlyContinue"
     ").Status\"", AGENT),
    (r"C:\Windows\CCM\CcmEval.exe", r"C:\Windows\CCM\CcmEval.exe", SVCHOST),
    (rf"{SYSTEM32}\msiexec.exe", r"msiexec.exe /i C:\Windows\ccmcache\1k\agent-7.4.msi /qn /norestart ALLUSERS=1", CLIENT),
    (r"C:\Windows\ccmcache\2b\setup.exe", r'"C:\Windows\ccmcache\2b\setup.exe" /silent /norestart', CLIENT),
    (rf"{SYSTEM32}\wusa.exe", r"wusa.exe C:\Windows\ccmcache\3c\windows10.0-kb5050009-x64.msu /quiet /norestart", CLIENT),
    (rf"{SYSTEM32}\rundll32.exe", r"rundll32.exe C:\Windows\system32\PcaSvc.dll,PcaPatchSdbTask", SVCHOST),
    (rf"{SYSTEM32}\certutil.exe", "certutil.exe -pulse", SVCHOST),
)  # fmt: skip
NIGHT_OF_CONTROLLERS: tuple[Line, ...] = (
    (rf"{SYSTEM32}\wbadmin.exe", "wbadmin.exe start systemstatebackup -backuptarget:E: -quiet", SVCHOST),
    (rf"{SYSTEM32}\vssadmin.exe", "vssadmin list writers", CMD),
    (SHELL, r"powershell.exe -NoProfile -File C:\Scripts\Get-StaleAccounts.ps1 -Report \\file1\reports$\stale.csv", SVCHOST),
    (rf"{SYSTEM32}\repadmin.exe", "repadmin /showrepl * /csv", CMD),
    (rf"{SYSTEM32}\dcdiag.exe", "dcdiag /e /q /f:C:\\Scripts\\logs\\dcdiag.log", CMD),
    (rf"{SYSTEM32}\csvde.exe", r"csvde -f D:\export\users.csv -r (objectCategory=person) -l sAMAccountName,mail", CMD),
    (rf"{SYSTEM32}\dnscmd.exe", f"dnscmd . /ZoneExport {DNS} backup\\{DNS}.dns", CMD),
    (rf"{SYSTEM32}\robocopy.exe", rf"robocopy C:\Windows\SYSVOL\sysvol\{DNS}\Policies E:\backup\gpo /MIR /R:1", CMD),
    (rf"{SYSTEM32}\wevtutil.exe", r"wevtutil epl Security E:\archive\security.evtx", CMD),
    (rf"{SYSTEM32}\auditpol.exe", r"auditpol /backup /file:C:\Scripts\logs\audit.csv", CMD),
)  # fmt: skip
TYPED: tuple[Line, ...] = (
    (CMD, r'"C:\Windows\system32\cmd.exe"', EXPLORER),
    (SHELL, f'"{SHELL}"', EXPLORER),
    (rf"{SYSTEM32}\mmc.exe", r'"C:\Windows\system32\mmc.exe" "C:\Windows\system32\services.msc"', EXPLORER),
    (rf"{SYSTEM32}\whoami.exe", "whoami /groups", CMD),
    (rf"{SYSTEM32}\net.exe", 'net  localgroup administrators', CMD),
    (rf"{SYSTEM32}\net.exe", r"net  use \\file1\install", CMD),
    (rf"{SYSTEM32}\nltest.exe", "nltest  /dsgetdc:partner.example", CMD),
    (rf"{SYSTEM32}\klist.exe", "klist  purge", CMD),
    (rf"{SYSTEM32}\setspn.exe", "setspn  -L svc-sql", CMD),
    (rf"{SYSTEM32}\gpresult.exe", r"gpresult  /h C:\temp\gp.html", CMD),
    (rf"{SYSTEM32}\reg.exe", r"reg  query HKLM\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters", CMD),
    (rf"{SYSTEM32}\reg.exe", r"reg  export HKLM\SOFTWARE\Contoso C:\temp\contoso.reg", CMD),
    (rf"{SYSTEM32}\robocopy.exe", r"robocopy  \\file1\install\agent C:\Install /E", CMD),
    (rf"{SYSTEM32}\schtasks.exe", r"schtasks  /query /fo list /v", CMD),
    (rf"{SYSTEM32}\sc.exe", r"sc  \\app2 query spooler", CMD),
    (rf"{SYSTEM32}\certutil.exe", r"certutil  -hashfile C:\Install\agent.msi SHA256", CMD),
    (r"C:\Tools\procdump64.exe", r"procdump64  -accepteula -ma w3wp.exe C:\dumps", CMD),
    (rf"{SYSTEM32}\netsh.exe", r"netsh  trace start capture=yes tracefile=C:\temp\net.etl maxsize=200", CMD),
    (rf"{SYSTEM32}\notepad.exe", r'"C:\Windows\system32\NOTEPAD.EXE" C:\Windows\System32\drivers\etc\hosts', EXPLORER),
    (rf"{SYSTEM32}\w32tm.exe", "w32tm  /query /status", CMD),
)  # fmt: skip
REMOTE: tuple[Line, ...] = (
    (rf"{SYSTEM32}\gpupdate.exe", '"C:\\Windows\\system32\\gpupdate.exe" /force', REMOTING),
    (rf"{SYSTEM32}\ipconfig.exe", '"C:\\Windows\\system32\\ipconfig.exe" /all', REMOTING),
    (rf"{SYSTEM32}\hostname.exe", '"C:\\Windows\\system32\\HOSTNAME.EXE"', REMOTING),
    (rf"{SYSTEM32}\quser.exe", '"C:\\Windows\\system32\\quser.exe"', REMOTING),
)  # fmt: skip
JOBS: dict[str, tuple[Line, ...]] = {
    "SQL1": (
        (CMD, r'"C:\Windows\system32\cmd.exe" /c forfiles /p D:\Backup /m *.bak /d -14 /c "cmd /c del @path"',
         r"C:\Program Files\Microsoft SQL Server\MSSQL16.MSSQLSERVER\MSSQL\Binn\SQLAGENT.EXE"),
        (CMD, r'"C:\Windows\system32\cmd.exe" /c robocopy D:\Backup \\file1\sqlbackup$ /MAXAGE:1',
         r"C:\Program Files\Microsoft SQL Server\MSSQL16.MSSQLSERVER\MSSQL\Binn\sqlservr.exe"),
    ),
    "EXCH1": (
        (SHELL, "powershell.exe -NonInteractive -command \". 'C:\\Program Files\\Microsoft\\Exchange Server\\V15\\bin\\Remote"
         "Exchange.ps1'; Connect-ExchangeServer -auto; Get-DatabaseAvailabilityGroupNetwork\"", SVCHOST),
        (r"C:\Program Files\Microsoft\Exchange Server\V15\Bin\eseutil.exe", r"eseutil /mh D:\DB01\DB01.edb", CMD),
    ),
    "WEB1": (
        (r"C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe",
         r'"C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe" /noconfig /fullpaths @"C:\Windows\Microsoft.NET\Temporary'
         r' ASP.NET Files\root\4c1d\x.cmdline"', rf"{SYSTEM32}\inetsrv\w3wp.exe"),
    ),
    "CA1": (
        (rf"{SYSTEM32}\certutil.exe", "certutil -crl", SVCHOST),
        (rf"{SYSTEM32}\certutil.exe", r"certutil -f -p %BACKUPPASS% -backupDB D:\Backup\CA KeepLog", CMD),
    ),
}  # fmt: skip


class Ran(Struct, frozen=True):
    """Who runs something, in which logon. target: for whom it runs, where that is another."""

    subject: dict[str, str]
    target: dict[str, str] = {}


class Programs:
    """Plans it."""

    def __init__(self, sim: Simulation, net: Net, staff: Staff) -> None:
        self.sim, self.net, self.domain, self.log, self.staff = sim, net, net.domain, net.log, staff
        self._process = 0x1000

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        at, every, random, end = self.sim.at, self.sim.every, self.sim.random, start + 24 * HOUR
        windows = [one for one in self.domain.members if one.system == "windows"]
        for number, server in enumerate((*self.domain.controllers, *windows)):
            every(start + number * 7 * MINUTE, 2 * HOUR, end, self.by_itself, server, WINDOWS)
            every(start + number * 5 * MINUTE, 90 * MINUTE, end, self.by_itself, server, AGENTS)
        for number, dc in enumerate(self.domain.controllers):
            for minute, line in enumerate(NIGHT_OF_CONTROLLERS):
                at(start + 3 * HOUR + number * 20 * MINUTE + minute * MINUTE, self.system, dc, line)
        for name, lines in JOBS.items():
            for number, line in enumerate(lines):
                at(start + 4 * HOUR + number * 11 * MINUTE, self.system, self.domain.servers[name], line)
        if weekend:
            return
        for who in self.domain.server_admins:
            at(start + int(random.uniform(8, 16) * HOUR), self.at_desktop, who)
            at(start + int(random.uniform(8, 16) * HOUR), self.remoting, who)
        if day % 7 == 1:
            for number, server in enumerate(windows[:12]):
                at(start + 12 * HOUR + number * 30 * 1_000_000, self.asked_by_wmi, server)
        if day % 7 == 4:
            at(start + 11 * HOUR, self.psexec, self.domain.server_admins[3], self.domain.servers["APP2"])
        if day % 28 == 10:
            at(start + 14 * HOUR, self.media, self.domain.admins[2])

    # ---- ways in which processes begin

    def begin(self, server: Computer, ran: Ran, line: Line) -> None:
        """4688 of version 2 with its command line; numbers of processes are multiples of four."""
        self._process = self._process % 0x8000 + 0x14
        path, command, parent = line
        if "%s" in command:
            command = command.replace("%s", f"{{{self.sim.hexadecimal(8)}-5a1c-4d7e-9b20-{self.sim.hexadecimal(12)}}}")
        target = ran.target or {
            "TargetUserSid": "S-1-0-0", "TargetUserName": "-", "TargetDomainName": "-", "TargetLogonId": "0x0",
        }  # fmt: skip
        self.log.sim.log(server.fqdn, 4688, {
            **ran.subject, "NewProcessId": hex(self._process), "NewProcessName": path, "TokenElevationType": "%%1936",
            "ProcessId": hex(0x200 + 4 * (len(parent) % 40)), "CommandLine": command, **target, "ParentProcessName": parent,
            "MandatoryLabel": "S-1-16-16384" if not ran.target else "S-1-16-12288",
        })  # fmt: skip

    def itself(self, server: Computer) -> Ran:
        """The computer's own account, as the system's processes name it."""
        return Ran({
            "SubjectUserSid": "S-1-5-18", "SubjectUserName": server.account.name, "SubjectDomainName": NETBIOS,
            "SubjectLogonId": "0x3e7",
        })  # fmt: skip

    def system(self, server: Computer, line: Line) -> None:
        """A process of the system."""
        self.begin(server, self.itself(server), line)

    def by_itself(self, server: Computer, lines: tuple[Line, ...]) -> None:
        """Some of what a server does without anybody."""
        for line in self.sim.random.sample(lines, 3):
            self.system(server, line)
            self.sim.pause(0.5, 20)

    def at_desktop(self, who: Account) -> None:
        """An administrator at a server's desktop types this and that."""
        server = self.domain.servers[self.sim.random.choice(("APP1", "APP2", "SQL1", "FILE1", "WEB1", "PRINT1", "EXCH1"))]
        session = self.log.logon(
            server, who, self.staff.jump.ip, kind=10, package="Negotiate", workstation=server.name, lasting=3_000
        )
        for line in self.sim.random.sample(TYPED, 7):
            self.begin(server, Ran(self.log.subject(who, session)), line)
            self.sim.pause(2, 90)

    def remoting(self, who: Account) -> None:
        """Enter-PSSession from the jump host, and some commands in it."""
        server = self.domain.servers[self.sim.random.choice(("APP3", "APP4", "APP6", "WEB1", "WSUS1", "SQL2"))]
        ticket = self.net.kdc.ticket(self.staff.jump, who, f"HTTP/{server.fqdn}", owner=server.account)
        self.net.kdc.show(self.staff.jump, ticket, server.ip, 5985, "http")
        session = self.log.logon(server, who, self.staff.jump.ip, lasting=400)
        self.begin(server, Ran(self.log.subject(who, session)), (REMOTING, f"{REMOTING} -Embedding", SVCHOST))
        for line in self.sim.random.sample(REMOTE, 2):
            self.sim.pause(3, 40)
            self.begin(server, Ran(self.log.subject(who, session)), line)

    def asked_by_wmi(self, server: Computer) -> None:
        """An inventory without agents starts a script by WMI, which runs for its account (MS-WMI; Win32_Process.Create)."""
        master, who = self.domain.servers["APP4"], self.domain.account("svc-inventory")
        self.staff.wmi(master, who, server, 3)
        session = self.log.logon(server, who, master.ip, lasting=120)
        network = {
            "SubjectUserSid": "S-1-5-20", "SubjectUserName": server.account.name, "SubjectDomainName": NETBIOS,
            "SubjectLogonId": "0x3e4",
        }  # fmt: skip
        runs_for = {
            "TargetUserSid": who.sid, "TargetUserName": who.name, "TargetDomainName": NETBIOS, "TargetLogonId": session,
        }  # fmt: skip
        command = r'cmd.exe /c "C:\Windows\Temp\inv\lsagent.cmd" /once'
        self.begin(server, Ran(network, runs_for), (CMD, command, WMI))

    def psexec(self, who: Account, server: Computer) -> None:
        """An administrator runs an installer on a server with PsExec."""
        self.staff.sign_in(who)
        self.net.mount(self.staff.jump, who, server, "ADMIN$")
        self.log.service(server, "PSEXESVC", r"%SystemRoot%\PSEXESVC.exe", start="demand start")
        self.system(server, (r"C:\Windows\PSEXESVC.exe", r"C:\Windows\PSEXESVC.exe", SERVICES))
        session = self.log.logon(server, who, self.staff.jump.ip, kind=2, package="Negotiate", workstation=server.name)
        line = (rf"{SYSTEM32}\msiexec.exe", r'"msiexec" /i \\file1\install\agent.msi /qn', r"C:\Windows\PSEXESVC.exe")
        self.begin(server, Ran(self.log.subject(who, session)), line)

    def media(self, who: Account) -> None:
        """Media for a new read-only controller: a copy of the directory, as it is meant to be made (ntdsutil ifm)."""
        dc = self.domain.controllers[0]
        session = self.log.logon(dc, who, self.staff.jump.ip, kind=10, package="Negotiate", workstation=dc.name, lasting=3_000)
        line = (rf"{SYSTEM32}\ntdsutil.exe", r'ntdsutil "ac i ntds" ifm "create sysvol rodc E:\ifm" q q', CMD)
        self.begin(dc, Ran(self.log.subject(who, session)), line)
