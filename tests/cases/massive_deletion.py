"""Many deletions by one account, and few, or of what is cleaned away daily."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import HOUR, SECOND
from tests.engine.detectors.builders_changes import (
    BASE,
    account_event,
    administrators,
    deleted,
    differed,
    dn,
    entry_of,
    person,
    synchronised,
)
from tests.engine.detectors.logs import log, subject


def gone(number: int, kind: str = "user", at: int = 0) -> object:
    fields = {**subject("alice"), "ObjectDN": dn(f"u{number}"), "ObjectClass": kind, "ObjectGUID": f"{{{number}}}"}
    return log(5141, fields, at=at)


FIRES = {
    "over LDAP": Case([deleted(dn(f"u{one}"), at=one * SECOND) for one in range(60)], severity="medium", external_id=2016),
    "users in the directory's log": Case([gone(n, at=n * SECOND) for n in range(60)], severity="medium"),  # type: ignore[misc]
    "in two kinds of events": [
        one for n in range(55) for one in (gone(n, at=n * SECOND), account_event(4726, f"u{n}", at=n * SECOND + 9, rid=3000 + n))
    ],
    "a share of a small domain": [
        *[person(f"u{one}", sid=f"S-1-5-21-1-2-3-{1000 + one}") for one in range(60)],
        *[deleted(dn(f"u{one}"), at=one * SECOND) for one in range(12)],
    ],
    "found later": [
        synchronised(dn(f"u{one}"), "isDeleted", (), (dn(f"u{one}"),), what="user deleted", at=one * SECOND) for one in range(60)
    ],
    "found later by a comparison": Case(
        [one for number in range(60) for one in differed(entry_of(f"u{number}"), deleted=True, at=number * SECOND)],
        severity="medium",
    ),
}
QUIET = {
    "a few": [deleted(dn(f"u{one}"), at=one * SECOND) for one in range(9)],
    "over a week": [deleted(dn(f"u{one}"), at=2 * one * HOUR) for one in range(60)],
    "records of DNS": [
        deleted(f"DC=h{one},DC=example.org,CN=MicrosoftDNS,DC=DomainDnsZones,{BASE}", at=one * SECOND) for one in range(90)
    ],
    "a few in the log": [gone(one, at=one * SECOND) for one in range(9)],
    "over a week in the log": [gone(one, at=2 * one * HOUR) for one in range(60)],
    "printers in the log": [gone(one, "printQueue", one * SECOND) for one in range(90)],
    "refused": [deleted(dn(f"u{one}"), at=one * SECOND, code=50) for one in range(90)],
    "one told by two events": [
        one for n in range(15) for one in (gone(n, at=n * SECOND), account_event(4726, f"u{n}", at=n * SECOND + 9, rid=3000 + n))
    ],
    "half by each": [deleted(dn(f"u{one}"), f"user{one % 2}", at=one * SECOND) for one in range(38)] + administrators("boss"),
    "a few, found later": [
        one for number in range(9) for one in differed(entry_of(f"u{number}"), deleted=True, at=number * SECOND)
    ],
    "over a week, found later": [
        one for number in range(60) for one in differed(entry_of(f"u{number}"), deleted=True, at=2 * number * HOUR)
    ],
    "many restored, found later": [
        one for number in range(60) for one in differed(entry_of(f"u{number}", deleted=True), deleted=False, at=number * SECOND)
    ],
    "many disabled, found later": [
        one for number in range(60) for one in differed(entry_of(f"u{number}", uac=0x200), uac=0x202, at=number * SECOND)
    ],
}
REAL = (
    Real("corpus/evtx/md_T1136_ID4720-4726_Fast_created-deleted_user.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
