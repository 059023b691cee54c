"""The days as a stream: everything planned, day by day, from one seed."""

from collections.abc import Iterator
from typing import Protocol

from app.model.activity import Activity
from app.model.directory import DirectoryObject
from benchmarks.quality.benign.clusters import Clusters
from benchmarks.quality.benign.domain import BASE, DNS, SERVICES, SID, Account, Computer, Domain
from benchmarks.quality.benign.enrolment import Enrolment
from benchmarks.quality.benign.federation import Federation
from benchmarks.quality.benign.gateways import Gateways
from benchmarks.quality.benign.housekeeping import Housekeeping
from benchmarks.quality.benign.kerberos import Kdc
from benchmarks.quality.benign.machines import Machines
from benchmarks.quality.benign.management import Management
from benchmarks.quality.benign.mistakes import Mistakes
from benchmarks.quality.benign.network import Net
from benchmarks.quality.benign.noise import Noise
from benchmarks.quality.benign.office import Office
from benchmarks.quality.benign.people import People
from benchmarks.quality.benign.programs import Programs
from benchmarks.quality.benign.records import Records
from benchmarks.quality.benign.scanner import Scanner
from benchmarks.quality.benign.services import Services
from benchmarks.quality.benign.simulation import DAY, DIRECTORY, EVENTS, START, TRAFFIC, Simulation
from benchmarks.quality.benign.staff import Staff
from benchmarks.quality.benign.trusts import Trusts
from benchmarks.quality.benign.unix import Unix
from benchmarks.quality.benign.upkeep import Upkeep
from benchmarks.quality.benign.windows_log import Log


class Life(Protocol):
    """Something that happens on ordinary days."""

    def plan(self, day: int, start: int, weekend: bool) -> None: ...


TOLD = {
    "traffic": frozenset({TRAFFIC}), "events": frozenset({EVENTS}), "both": frozenset({TRAFFIC, EVENTS}),
    "all": frozenset({TRAFFIC, EVENTS, DIRECTORY}),
}  # fmt: skip
ADMIN_GROUPS = ((512, "Domain Admins"), (519, "Enterprise Admins"), (518, "Schema Admins"))


def days(count: int, told: str, seed: int = 1, shape: str = "company") -> Iterator[list[Activity]]:
    """Each day's activities in event order. Day 0 is a Monday. told: what is recorded, see TOLD; shape: see domain.SHAPES."""
    sim = Simulation(seed, TOLD[told])
    domain = Domain(sim.random, shape)
    log = Log(sim)
    kdc = Kdc(sim, domain, log)
    net = Net(sim, domain, log, kdc)
    people = People(sim, net)
    staff = Staff(sim, net, people)
    federation = Federation(sim, net, people)
    services, gateways = Services(sim, net, people, staff), Gateways(sim, net, people, federation)
    ordinary = (Mistakes(sim, net, people), Machines(sim, net), Noise(sim, net), Housekeeping(sim, net))
    if shape == "office":
        lives: tuple[Life, ...] = (people, *ordinary, Office(sim, net, people, staff, services))
    else:
        management = Management(sim, net, staff, services)
        upkeep = Upkeep(sim, net, people, staff, management)
        records = Records(sim, net, staff)
        more = (records, Enrolment(sim, net, people, staff), Clusters(sim, net, staff, services, records))
        lives = (gateways, people, *ordinary, staff, services, management, upkeep, Unix(sim, net, people), Scanner(sim, net))
        lives += more
        lives += (federation, Programs(sim, net, staff), Trusts(sim, net, people, staff))
    _directory(sim, domain)
    for day in range(count):
        start, weekend = START + day * DAY, day % 7 in (5, 6)
        for one in lives:
            one.plan(day, start, weekend)
        yield list(sim.run(start + DAY))


def _directory(sim: Simulation, domain: Domain) -> None:
    """What a first synchronisation of the directory reads."""
    ago = START - 400 * DAY
    accounts: list[tuple[Account, Computer | None]] = [
        (one, None)
        for one in (
            *domain.users,
            *domain.admins,
            *domain.server_admins,
            *domain.helpdesk,
            *domain.services.values(),
            *domain.gmsa,
        )
    ]
    accounts += [(one.account, one) for one in domain.computers]
    sim.seen(DirectoryObject(dn=BASE, object_class="domainDNS", domain=DNS, sid=SID, guid="guid-domain", created=ago))
    for who, computer in accounts:
        managed, machine = who.name.lower().startswith(("gmsa", "pgmsa")), computer is not None or who.name.endswith("$")
        kind = "msDS-GroupManagedServiceAccount" if managed else "computer" if machine else "user"
        control = 0x200 if not machine else 0x1000 if computer is None else 0x82000 if computer.role == "controller" else 0x1000
        if computer is not None and computer.name.startswith("RODC"):
            control = 0x5001000
        spn = SERVICES.get(who.name, ("", 0))[0]
        sim.seen(
            DirectoryObject(
                dn=who.dn,
                object_class=kind,
                domain=DNS,
                guid=f"guid-{who.sid}",
                sid=who.sid,
                sam=who.name,
                uac=control,
                dns_name=computer.fqdn if computer else None,
                spns=(spn,) if spn else (),
                created=ago,
                password_set=ago,
                primary_group=516 if control == 0x82000 else 521 if control == 0x5001000 else 515 if machine else 513,
                operating_system="Windows Server 2022" if computer and computer.role != "workstation" else None,
                encryption_types=4 if who.etype == 23 else None,
                delegates_to=(SERVICES["svc-sql"][0],) if who.name == "svc-web" else (),
            )
        )
    for rid, name in ADMIN_GROUPS:
        members = tuple(one.dn for one in domain.admins) if rid == 512 else (domain.admins[0].dn,)
        sim.seen(DirectoryObject(dn=f"CN={name},CN=Users,{BASE}", object_class="group", domain=DNS, guid=f"guid-{rid}", sam=name,
                                 sid=f"{SID}-{rid}", members=members, admin_count=1, created=ago))  # fmt: skip
