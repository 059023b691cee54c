"""Made months of a domain: people with roles, weekends, vacations, new starters, rollouts, patch days, and labelled attacks.

Every number that shapes a habit is drawn once for each account from a seeded generator; nothing is taken from a real network.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from random import Random

from app.model.activity import Account, Activity, Endpoint
from app.model.details import KerberosAs, KerberosTgs, LdapSearch, Ntlm
from app.model.directory import DirectoryObject

REALM, NETBIOS = "CORP.EXAMPLE", "CORP"
CONTROLLERS = ("10.1.0.10", "10.1.0.11")
MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 19_723 * DAY
"""A Monday."""
DEPARTMENTS = ("sales", "finance", "research", "production", "personnel", "law", "marketing", "logistics")


@dataclass
class Person:
    """One account and what it is used to. often, rarely: servers with their chance a day."""

    name: str
    role: str
    department: str
    computer: str
    often: list[str]
    begins: float
    hours: float
    starts: int = 0
    away: tuple[int, int] = (-1, -1)
    keen: float = 0.03
    ntlm: float = 0.05
    second: str = ""


@dataclass
class Attack:
    """One attack: account and day numbers (from the first day) on which it shows."""

    kind: str
    account: str
    days: list[int] = field(default_factory=list)


class Months:
    """activities() gives them in event time; attacks tells what was injected, labels() the account-days of it."""

    def __init__(self, seed: int, people: int = 300, days: int = 45, learned: int = 21, attacks: int = 5) -> None:
        self.random = Random(seed)
        self.days, self.learned = days, learned
        self.servers = [f"srv{one:03}" for one in range(60)]
        self.common = ["mail", "intranet", "print", "files"]
        self._frames = count(1)
        self.people = [self._person(one) for one in range(people)]
        self.services = self._services()
        self.rollouts = {self.random.randrange(5, days): self.random.choice(DEPARTMENTS) for _ in range(4)}
        self.moves = {self.random.randrange(8, days): self.random.choice(self.people).name for _ in range(6)}
        self.renewed = {one.name: self.random.randrange(2, days) for one in self.people if self.random.random() < 0.15}
        self.attacks: list[Attack] = []
        self._plan(attacks)

    def labels(self) -> dict[tuple[str, int], str]:
        """(account, day) to the kind of attack."""
        return {(one.account, day): one.kind for one in self.attacks for day in one.days}

    def directory(self) -> list[Activity]:
        """What a synchronised directory tells: who belongs to which department."""
        return [
            self._activity(
                DirectoryObject(
                    dn=f"CN={one.name},DC=corp,DC=example", object_class="user", domain="corp.example", sam=one.name,
                    guid=f"guid-{one.name}", facts={"department": one.department},
                ),
                CONTROLLERS[0], CONTROLLERS[0], START,
            )
            for one in (*self.people, *self.services)
        ]  # fmt: skip

    # ---- who there is

    def _person(self, number: int) -> Person:
        random = self.random
        role = random.choices(("office", "developer", "traveller", "help desk", "administrator"), (62, 14, 12, 7, 5))[0]
        department = random.choice(DEPARTMENTS) if role in ("office", "traveller") else role
        own = 4 * DEPARTMENTS.index(department) if department in DEPARTMENTS else 32 + random.randrange(20)
        servers = self.servers[own : own + 4] + random.sample(self.servers, random.choice((0, 0, 1, 2)))
        if role == "administrator":
            servers = random.sample(self.servers, 25)
        if role == "developer":
            servers = random.sample(self.servers[32:52], 8)
        person = Person(
            name=f"user{number:03}", role=role, department=department, computer=f"10.2.{number // 200}.{number % 200 + 10}",
            often=[*self.common, *servers], begins=random.gauss(8.2, 0.8), hours=random.gauss(8.5, 0.7),
            keen={"office": 0.05, "developer": 0.2, "traveller": 0.05, "help desk": 0.3, "administrator": 0.4}[role],
            ntlm=random.choice((0.0, 0.02, 0.05, 0.2)),
        )  # fmt: skip
        if random.random() < 0.06:
            person.starts = random.randrange(3, self.days)
        if random.random() < 0.35:
            gone = random.randrange(self.days)
            person.away = (gone, gone + random.randrange(5, 15))
        if role in ("administrator", "developer") or random.random() < 0.1:
            person.second = f"10.3.0.{number % 240 + 10}"
        return person

    def _services(self) -> list[Person]:
        found = [
            Person(
                f"svc{one:02}", "service", "services", f"10.1.1.{one + 10}", self.random.sample(self.servers, 2), 0, 24, ntlm=0.3
            )
            for one in range(16)
        ]
        found.append(Person("svc_backup", "backup", "services", "10.1.1.90", list(self.servers), 1, 3))
        found.append(Person("svc_scan", "scanner", "services", "10.1.1.91", list(self.servers), 2, 4, ntlm=0.9))
        return found

    # ---- what they do

    def activities(self) -> Iterator[Activity]:
        """All of it, day by day, in event time."""
        for day in range(self.days):
            whole = [one for person in (*self.people, *self.services) for one in self._day(person, day)]
            whole += [one for attack in self.attacks if day in attack.days for one in self._attack(attack, day)]
            yield from sorted(whole, key=lambda one: (one.at, one.frames))

    def _day(self, person: Person, day: int) -> Iterator[Activity]:
        random, weekday = self.random, day % 7
        if person.role in ("service", "backup", "scanner"):
            yield from self._machine_day(person, day, weekday)
            return
        if day < person.starts or person.away[0] <= day < person.away[1]:
            return
        weekend = 0.03 if person.role not in ("help desk", "administrator") else 0.15
        if weekday >= 5 and random.random() > weekend:
            return
        if random.random() < 0.04:  # ill, at a customer's
            return
        if self.moves.get(day) == person.name:
            person.department = random.choice(DEPARTMENTS)
            own = 4 * DEPARTMENTS.index(person.department)
            person.often = [*self.common, *self.servers[own : own + 4]]
        if self.renewed.get(person.name) == day:
            person.computer = person.computer.replace("10.2.", "10.4.")
        for when, department in self.rollouts.items():
            if day == when and person.department == department:
                person.often.append(f"new{when}")
        begins = person.begins + random.gauss(0, 0.4) + (1.0 if weekday >= 5 else 0)
        hours = person.hours + (random.expovariate(1) if random.random() < 0.06 else 0)  # a late evening
        computers = [person.computer]
        if person.second and random.random() < 0.5:
            computers.append(person.second)
        if random.random() < {"help desk": 0.5, "administrator": 0.25}.get(person.role, 0.015):  # a meeting room, a colleague's
            computers.append(random.choice(self.people).computer)
        wanted = [one for one in person.often if random.random() < (0.9 if one in self.common else 0.45)]
        while random.random() < person.keen:
            wanted.append(random.choice(self.servers))
        if person.role == "help desk":
            peak = 25 if day % 28 in (15, 16) else 6
            wanted += [f"ws{random.randrange(400):03}" for _ in range(random.randrange(peak // 2, peak * 2))]
        if person.role == "administrator" and day % 28 == 15:  # patch day
            wanted += random.sample(self.servers, 40)
        for computer in computers:
            yield self._as(person.name, computer, self._time(day, begins, 0.3))
        for one in wanted:
            for _ in range(random.choice((1, 1, 2, 3))):
                at, by_ntlm = self._time(day, begins, hours), random.random() < person.ntlm
                yield self._use(person.name, random.choice(computers), one, at, by_ntlm)
        if random.random() < 0.3:
            yield self._search(person.name, person.computer, self._time(day, begins, hours))
        if random.random() < 0.05:
            yield self._wrong(person.name, person.computer, self._time(day, begins, 0.2))

    def _machine_day(self, person: Person, day: int, weekday: int) -> Iterator[Activity]:
        if person.role == "scanner" and weekday != 2:
            return
        wanted = person.often if person.role != "service" else person.often * 6
        for one in wanted:
            yield self._use(
                person.name,
                person.computer,
                one,
                self._time(day, person.begins, person.hours),
                self.random.random() < person.ntlm,
            )

    # ---- attacks

    def _plan(self, each: int) -> None:
        late = range(self.learned, self.days - 6)
        for _ in range(each):
            for kind in ("spray", "insider", "slow", "night"):
                pool = [
                    one for one in self.people
                    if one.starts == 0 and (one.role == "administrator") == (kind == "spray")
                    and (one.role != "help desk") and all(one.name != other.account for other in self.attacks)
                ]  # fmt: skip
                if not pool:  # a small domain has few administrators
                    continue
                person = self.random.choice(pool)
                first = self.random.choice([day for day in late if day % 7 < 5 or kind != "insider"])
                if kind == "slow":
                    days = [day for day in range(first, first + 6) if day % 7 < 5]
                else:
                    days = [first]
                person.away = (-1, -1)
                self.attacks.append(Attack(kind, person.name, days))

    def _attack(self, attack: Attack, day: int) -> Iterator[Activity]:
        random = self.random
        person = next(one for one in self.people if one.name == attack.account)
        strange = [one for one in self.servers + [f"ws{number:03}" for number in range(100)] if one not in person.often]
        if attack.kind == "spray":  # a hash of an administrator, from somebody's computer, to everything
            computer, at = random.choice(self.people).computer, self._time(day, random.uniform(0, 23), 0.1)
            for number, one in enumerate(random.sample(strange, random.randrange(12, 40))):
                yield self._use(person.name, computer, one, at + number * 15_000_000, True)
        elif attack.kind == "insider":  # looks at what is none of its business, in the evening
            for one in random.sample(strange, random.randrange(7, 18)):
                yield self._use(person.name, person.computer, one, self._time(day, person.begins + person.hours - 1, 3), False)
        elif attack.kind == "slow":
            for one in random.sample(strange, random.randrange(2, 5)):
                yield self._use(
                    person.name, person.computer, one, self._time(day, person.begins, person.hours), random.random() < 0.5
                )
        else:  # stolen password, another computer, at night
            computer = random.choice(self.people).computer
            yield self._as(person.name, computer, self._time(day, 2, 0.2))
            for one in random.sample(strange, random.randrange(4, 9)):
                yield self._use(person.name, computer, one, self._time(day, 2.3, 2), random.random() < 0.3)
            for _ in range(random.randrange(5)):
                yield self._search(person.name, computer, self._time(day, 2.3, 2))

    # ---- activities

    def _time(self, day: int, begins: float, hours: float) -> int:
        return START + day * DAY + int(max(0.0, min(23.99, begins + self.random.random() * hours)) * HOUR)

    def _activity(self, detail: object, source: str, target: str, at: int, port: int = 88, **more: object) -> Activity:
        return Activity(
            at=at, until=at, input="months", frames=(next(self._frames),), source=Endpoint(source, 50_000),
            destination=Endpoint(target, port), detail=detail, **more,  # type: ignore[arg-type]
        )  # fmt: skip

    def _as(self, name: str, computer: str, at: int) -> Activity:
        detail = KerberosAs(
            client=name, realm=REALM, service=f"krbtgt/{REALM}", padata_etype=18, reply_etype=18, ticket_etype=18, pa_types=(2,)
        )
        return self._activity(detail, computer, self.random.choice(CONTROLLERS), at, code=0)

    def _wrong(self, name: str, computer: str, at: int) -> Activity:
        detail = KerberosAs(client=name, realm=REALM, service=f"krbtgt/{REALM}", padata_etype=18, pa_types=(2,))
        return self._activity(detail, computer, CONTROLLERS[0], at, result="failure", code=24)

    def _use(self, name: str, computer: str, server: str, at: int, by_ntlm: bool) -> Activity:
        if by_ntlm:
            detail = Ntlm(
                user=name,
                domain=NETBIOS,
                workstation=computer,
                version="NTLMv2",
                carrier="smb2",
                mic=True,
                os_version="10.0.19045",
            )
            # a server without an address of its own here is told by its name, as logs do
            return self._activity(detail, computer, f"name:{server}.{REALM.lower()}", at, 445, code=0)
        ticket = KerberosTgs(client=name, realm=REALM, service=f"cifs/{server}.{REALM.lower()}", reply_etype=18, ticket_etype=18)
        return self._activity(ticket, computer, self.random.choice(CONTROLLERS), at, code=0)

    def _search(self, name: str, computer: str, at: int) -> Activity:
        detail = LdapSearch(base="DC=corp,DC=example", scope=2, filter="(sAMAccountName=somebody)", entries=1)
        return self._activity(detail, computer, CONTROLLERS[0], at, 389, code=0, account=Account(name=name, domain=NETBIOS))
