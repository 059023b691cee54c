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

    def __init__(self, random: Random) -> None:
        self._rid = 1_100
        self.controllers = [self._computer(name, ip, "controller", site) for name, ip, site in (
            ("DC1", "10.10.0.10", "Aachen"), ("DC2", "10.10.0.11", "Aachen"), ("RODC1", "10.30.0.10", "Bremen"))]  # fmt: skip
        self.servers = {name: self._computer(name, f"10.10.1.{10 + number}", "server") for number, name in enumerate(SERVERS)}
        self.servers["FILE1"].other = ("10.10.2.10", "10.10.3.10")
        for name in ("LNX1", "LNX2", "LNX3", "NAS1"):
            self.servers[name].system = "linux"
        self.workstations: list[Computer] = []
        for number in range(350):
            site = "Bremen" if number % 7 == 6 else "Aachen"
            ip = f"10.30.1.{number % 250 + 1}" if site == "Bremen" else f"10.20.{number // 200}.{number % 200 + 20}"
            one = self._computer(f"WS{number:03}", BRANCH if 300 <= number < 340 else ip, "workstation", site)
            one.system = "mac" if 270 <= number < 290 else "linux" if 290 <= number < 300 else "windows"
            self.workstations.append(one)
        for number in (41, 83):
            self.workstations[number].rc4_only = True
        self.users = [self._user(f"{first}.{last}") for last in LAST for first in FIRST]
        for user in self.users[20:40]:
            user.card = True
        self.admins = [self._user(f"adm-{name}", (513, 512)) for name in FIRST[:4]]
        self.server_admins = [self._user(f"srv-{name}", (513, 1_099)) for name in FIRST[4:10]]
        self.helpdesk = [self._user(f"hd-{name}", (513, 1_098)) for name in FIRST[10:16]]
        self.services = {name: self._user(name, etype=etype) for name, (_, etype) in SERVICES.items()}
        for name in ("svc-backup", "svc-sccm", "svc-scan", "svc-mon", "svc-ldap", "svc-mfp", "svc-joiner", "svc-hr", "svc-stale",
                     "MSOL_3f2a9c1b7d04", "svc-exch", "krbtgt", "krbtgt_21843"):  # fmt: skip
            self.services[name] = self._user(name)
        for name in ("svc-backup", "svc-sccm", *(one.name for one in (*self.admins, *self.server_admins))):
            self.account(name).admin = True
        self.gmsa = [self._user(f"gmsa-app{number}$") for number in (1, 2, 3)]
        self.random = random
        self._addresses = {one.ip: one for one in self.computers if one.ip != BRANCH}

    @property
    def computers(self) -> list[Computer]:
        """Every computer of the domain."""
        return [*self.controllers, *self.servers.values(), *self.workstations]

    def account(self, name: str) -> Account:
        """The person or service of this name."""
        found = self.services.get(name)
        if found is None:
            found = next(one for one in (*self.admins, *self.server_admins, *self.helpdesk, *self.users) if one.name == name)
        return found

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
