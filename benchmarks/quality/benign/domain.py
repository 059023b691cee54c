"""Who and what there is in the invented domain: people, accounts, computers, addresses. Nothing here happens."""

from random import Random

from msgspec import Struct

REALM, DNS, NETBIOS = "NORDWIND.EXAMPLE", "nordwind.example", "NORDWIND"
BASE = "DC=nordwind,DC=example"
SID = "S-1-5-21-2817340512-1190457734-3384920117"
PARTNER_REALM, PARTNER_DNS, PARTNER_SID = "PARTNER.EXAMPLE", "partner.example", "S-1-5-21-904412377-2208841190-611234987"
PARTNER_DC = "10.90.0.10"
BRANCH, VPN_POOL = "10.50.0.2", "10.60.0."
FIRST = [
    "anna",
    "berit",
    "carl",
    "dora",
    "emil",
    "frida",
    "georg",
    "hanna",
    "ingo",
    "jana",
    "karl",
    "lena",
    "mario",
    "nele",
    "otto",
    "paula",
    "quirin",
    "rosa",
    "sven",
    "tina",
    "udo",
    "vera",
    "willi",
    "xenia",
    "yusuf",
    "zoe",
    "amir",
    "bea",
    "chen",
    "dilan",
]
LAST = ["abel", "bauer", "conrad", "decker", "ebert", "falk", "gruber", "hauser", "imhof", "jahn"]
MORE = [f"{first}{second}" for first in ("nord", "sued", "ost", "west") for second in LAST]
"""Family names of the larger domain, after the others."""


class Shape(Struct, frozen=True, kw_only=True):
    """How large a domain is. controllers: name, address, site. sites: whose turn it is for each workstation, in order.

    hosts: which computer plays the part of a server that it does not have; small domains have few computers.
    """

    people: int
    workstations: int
    controllers: tuple[tuple[str, str, str], ...]
    sites: tuple[str, ...]
    hosts: dict[str, str] = {}


AACHEN, BREMEN, KOELN = "Aachen", "Bremen", "Koeln"
SHAPES = {
    "company": Shape(
        people=300, workstations=350, sites=(*(AACHEN,) * 6, BREMEN),
        controllers=(("DC1", "10.10.0.10", AACHEN), ("DC2", "10.10.0.11", AACHEN), ("RODC1", "10.30.0.10", BREMEN)),
    ),
    "large": Shape(
        people=1_500, workstations=1_750, sites=(*(AACHEN,) * 4, KOELN, KOELN, BREMEN),
        controllers=(
            ("DC1", "10.10.0.10", AACHEN), ("DC2", "10.10.0.11", AACHEN), ("RODC1", "10.30.0.10", BREMEN),
            ("DC3", "10.10.0.12", AACHEN), ("DC5", "10.40.0.10", KOELN), ("DC6", "10.40.0.11", KOELN),
        ),
    ),
    "office": Shape(
        people=30, workstations=36, sites=(AACHEN,), controllers=(("DC1", "10.10.0.10", AACHEN),),
        hosts={
            **dict.fromkeys(("FILE1", "FILE2", "PRINT1", "CA1", "NPS1", "AADC1", "WSUS1", "WDS1"), "DC1"), "NAS1": "NAS1",
            **dict.fromkeys(("APP1", "SQL1", "SQL2", "SQL3", "WEB1", "EXCH1", "EXCH2", "LNX1", "ADFS1", "BACKUP1"), "APP1"),
            "ADFS2": "APP1",
            "LIC1": "NAS1", "JUMP1": "WS000",
        },
    ),
}  # fmt: skip


class Account(Struct, kw_only=True):
    """A user, service or computer account. etype: of its newest key. home: its workstation."""

    name: str
    sid: str
    dn: str
    etype: int = 18
    kvno: int = 2
    groups: tuple[int, ...] = (513,)
    admin: bool = False
    card: bool = False


class Computer(Struct, kw_only=True):
    """A computer with its address of the day. role: what it is for. site: whose controllers it asks first."""

    name: str
    ip: str
    account: Account
    role: str
    site: str = "Aachen"
    system: str = "windows"
    other: tuple[str, ...] = ()
    rc4_only: bool = False

    @property
    def fqdn(self) -> str:
        """Full name in lower case."""
        return f"{self.name.lower()}.{DNS}"


SERVERS = [
    "FILE1",
    "FILE2",
    "SQL1",
    "SQL2",
    "SQL3",
    "WEB1",
    "WEB2",
    "EXCH1",
    "EXCH2",
    "SCCM1",
    "WSUS1",
    "BACKUP1",
    "MON1",
    "PRINT1",
    "CA1",
    "AADC1",
    "RDS1",
    "RDS2",
    "JUMP1",
    "NPS1",
    "ADFS1",
    "WDS1",
    "NAS1",
    "SCAN1",
    "LNX1",
    "LNX2",
    "LNX3",
    "APP1",
    "APP2",
    "APP3",
    "APP4",
    "APP5",
    "APP6",
    "APP7",
    "APP8",
    "APP9",
    "LIC1",
    "ADFS2",
]
SERVICES = {
    "svc-sql": ("MSSQLSvc/sql1.nordwind.example:1433", 18),
    "svc-sqlold": ("MSSQLSvc/sql3.nordwind.example:1433", 23),
    "svc-web": ("HTTP/intranet.nordwind.example", 18),
    "svc-erp": ("HTTP/erp.nordwind.example", 23),
    "svc-print": ("HTTP/print.nordwind.example", 23),
    "svc-java": ("HTTP/java.nordwind.example", 18),
}


class Domain:
    """All of it, the same for the same random source."""

    def __init__(self, random: Random, shape: str = "company") -> None:
        self._rid = 1_100
        self.shape, self.form = shape, SHAPES[shape]
        form = self.form
        self.controllers = [self._computer(name, ip, "controller", site) for name, ip, site in form.controllers]
        self.workstations: list[Computer] = []
        for number in range(form.workstations):
            site = form.sites[number % len(form.sites)]
            ip = f"10.20.{number // 200}.{number % 200 + 20}"
            if site != AACHEN:
                ip = f"10.{30 if site == BREMEN else 40}.{1 + number // 250}.{number % 250 + 1}"
            one = self._computer(f"WS{number:03}", BRANCH if 300 <= number < 340 else ip, "workstation", site)
            one.system = "mac" if 270 <= number < 290 or number in (33, 34) else "linux" if 290 <= number < 300 else "windows"
            self.workstations.append(one)
        for number in (41, 83):
            if number < len(self.workstations):
                self.workstations[number].rc4_only = True
        names = form.hosts if form.hosts else {name: name for name in SERVERS}
        there = {one.name: one for one in (*self.controllers, *self.workstations)}
        self.servers: dict[str, Computer] = {}
        for number, (name, host) in enumerate(names.items()):
            if host not in there:
                there[host] = self._computer(host, f"10.10.1.{10 + number}", "server")
            self.servers[name] = there[host]
        if shape != "office":
            self.servers["FILE1"].other = ("10.10.2.10", "10.10.3.10")
        for name in ("LNX1", "LNX2", "LNX3", "NAS1"):
            if name in self.servers and self.servers[name].name == name:
                self.servers[name].system = "linux"
        everybody = [f"{first}.{last}" for last in (*LAST, *MORE) for first in FIRST]
        self.users = [self._user(name) for name in everybody[: form.people]]
        for user in self.users[20:40]:
            user.card = True
        self.admins = [self._user(f"adm-{name}", (513, 512)) for name in FIRST[:4]]
        self.server_admins = [self._user(f"srv-{name}", (513, 1_099)) for name in FIRST[4:10]]
        self.helpdesk = [self._user(f"hd-{name}", (513, 1_098)) for name in FIRST[10:16]]
        self.services = {name: self._user(name, etype=etype) for name, (_, etype) in SERVICES.items()}
        for name in ("svc-backup", "svc-sccm", "svc-scan", "svc-mon", "svc-ldap", "svc-mfp", "svc-joiner", "svc-hr", "svc-stale",
                     "svc-pam", "svc-script", "svc-ansible", "svc-inventory", "svc-edr", "svc-report", "svc-sp",
                     "svc-vcenter", "kiosk",
                     "MSOL_3f2a9c1b7d04", "svc-exch", "krbtgt", "krbtgt_21843"):  # fmt: skip
            self.services[name] = self._user(name)
        managing = ("svc-backup", "svc-sccm", "svc-pam", "svc-ansible", "svc-inventory", "svc-edr")
        for name in (*managing, *(one.name for one in (*self.admins, *self.server_admins))):
            self.account(name).admin = True
        self.gmsa = [self._user(f"gmsa-app{number}$") for number in (1, 2, 3)]
        if shape == "office":
            self.admins, self.server_admins, self.helpdesk = (self.admins[:1] * 6 for _ in range(3))
        self.random = random
        self._addresses = {one.ip: one for one in self.computers if one.ip != BRANCH}

    @property
    def computers(self) -> list[Computer]:
        """Every computer of the domain."""
        return [*self.controllers, *self.members, *self.workstations]

    @property
    def members(self) -> list[Computer]:
        """Every server that is no controller."""
        found = {one.name: one for one in self.servers.values() if one.role == "server"}
        return list(found.values())

    def account(self, name: str) -> Account:
        """The person or service of this name."""
        found = self.services.get(name)
        if found is None:
            found = next(one for one in (*self.admins, *self.server_admins, *self.helpdesk, *self.users) if one.name == name)
        return found

    def service(self, name: str) -> Account:
        """The account of a service, made when it is first asked for."""
        if name not in self.services:
            self.services[name] = self._user(name)
        return self.services[name]

    def sid(self) -> str:
        """The next SID of the domain."""
        self._rid += 1
        return f"{SID}-{self._rid}"

    def join(self, name: str, ip: str) -> Computer:
        """A new workstation."""
        one = self._computer(name, ip, "workstation")
        self.workstations.append(one)
        return one

    def _user(self, name: str, groups: tuple[int, ...] = (513,), etype: int = 18) -> Account:
        where = "OU=Services" if name.startswith(("svc-", "gmsa", "MSOL")) else "OU=People"
        return Account(name=name, sid=self.sid(), dn=f"CN={name.rstrip('$')},{where},{BASE}", groups=groups, etype=etype)

    def _computer(self, name: str, ip: str, role: str, site: str = "Aachen") -> Computer:
        where = "OU=Domain Controllers" if role == "controller" else "OU=Servers" if role == "server" else "OU=Clients"
        account = Account(name=f"{name}$", sid=self.sid(), dn=f"CN={name},{where},{BASE}", groups=(515,))
        return Computer(name=name, ip=ip, account=account, role=role, site=site)
