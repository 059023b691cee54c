"""What goes wrong on an ordinary day, in its true number: mistyped passwords and names, expired passwords, a wrong clock."""

from benchmarks.quality.benign.domain import Account, Computer
from benchmarks.quality.benign.network import Net
from benchmarks.quality.benign.people import People
from benchmarks.quality.benign.simulation import HOUR, MINUTE, Simulation


class Mistakes:
    """Plans it."""

    def __init__(self, sim: Simulation, net: Net, people: People) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.people = people

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        random = self.sim.random
        windows = [(name, one) for name, one in self.people.homes.items() if one.system == "windows"]

        def when() -> int:
            return start + 7 * HOUR + random.randrange(10 * HOUR)

        share = max(1, len(self.people.homes) // 300) if len(self.people.homes) > 100 else 0
        for _ in range(1 if weekend else 3 * share or 1):
            name, computer = random.choice(windows)
            self.sim.at(when(), self.lockout, self.domain.account(name), computer)
        for _ in range(0 if weekend else 4 * share or 1):
            name, computer = random.choice(windows)
            self.sim.at(when(), self.kdc.refused, computer, self.domain.account(name), 23)
        for _ in range(1 if weekend else 8 * share or 2):
            name, computer = random.choice(windows)
            typo = name.replace(".", "") if self.sim.chance(0.5) else name[:-1]
            stranger = Account(name=typo, sid="S-1-0-0", dn="")
            self.sim.at(when(), self.kdc.refused, computer, stranger, 6)
        for _ in range(0 if weekend else 2 * share):
            name, computer = random.choice(windows)
            self.sim.at(when(), self.kdc.refused, computer, computer.account, 37)
        for _ in range(0 if weekend else 6 * share or 1):
            name, computer = random.choice(windows)
            self.sim.at(when(), self.people.own_password, self.domain.account(name), computer)
        for _ in range(1 if weekend else 12 * share or 2):
            name, computer = random.choice(windows)
            self.sim.at(when(), self.wrong_share_password, self.domain.account(name), computer)

        if day % 7 == 1 and "APP7" in self.domain.servers:
            first = start + 10 * HOUR
            self.sim.every(first, MINUTE, first + 3 * HOUR, self.hammer, self.domain.servers["APP7"], first)
            self.sim.at(start + 11 * HOUR, self.clock_of_host)

    def hammer(self, server: Computer, first: int) -> None:
        """A task of every minute still has the password from before: ten failures lock the account for half an hour."""
        who, dc = self.domain.account("svc-report"), self.kdc.controller(server)
        minute = (self.sim.now - first) // MINUTE % 40
        self.kdc.refused(server, who, 24 if minute < 10 else 18)
        self.log.refused(server, who.name, "-", sub=0xC000006A if minute < 10 else 0xC0000234, kind=4, package="Negotiate",
                         workstation=server.name)  # fmt: skip
        if minute == 9:
            self.log.account(dc, 4740, dc.account, "0x3e7", who, TargetDomainName=server.name)

    def clock_of_host(self) -> None:
        """A virtual machine host hands its wrong clock to its guests: all of them are refused until somebody mends it."""
        for minute in range(0, 30, 5):
            for name in ("APP1", "APP2", "APP3", "SQL2", "WEB2", "RDS2"):
                server = self.domain.servers[name]
                self.sim.at(self.sim.now + minute * MINUTE, self.kdc.refused, server, server.account, 37)

    def lockout(self, who: Account, computer: Computer) -> None:
        """Five times the wrong password at one's own computer, then the account is locked; the help desk unlocks it."""
        dc = self.kdc.controller(computer)
        self.kdc.sign_in(computer, who, wrong=5)
        pdc = self.domain.controllers[0]
        self.log.account(pdc, 4740, pdc.account, "0x3e7", who, TargetDomainName=computer.name)
        desk = self.sim.random.choice(self.domain.helpdesk)
        self.sim.pause(120, 500)
        self.kdc.refused(computer, who, 18)
        self.sim.pause(60, 200)
        session = self.log.logon(dc, desk, self.domain.servers["JUMP1"].ip)
        self.log.account(dc, 4767, desk, session, who)
        self.log.account(dc, 4738, desk, session, who, UserAccountControl="-")

    def wrong_share_password(self, who: Account, computer: Computer) -> None:
        """A saved password that is out of date, offered to a server by its address until the user answers."""
        server = self.domain.servers["FILE2"]
        for _ in range(self.sim.random.choice((1, 2, 2))):
            self.net.ntlm(computer, who, server, address=server.ip, code=0xC000006A)
            self.log.refused(server, who.name, computer.ip, workstation=computer.name)
            self.sim.pause(1, 20)
        self.net.files(computer, who, server, "Groups", 1, ntlm=True)
