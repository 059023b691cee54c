"""What packets and logs tell of one act is tied together, whatever the clocks, the order and the files; nothing else is."""

import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec
import pytest

from app.engine.engine import Engine
from app.engine.knowledge import Knowledge
from app.engine.queries import Queries
from app.engine.twins import offsets, pairs, rows_of
from app.model.activity import Account, Activity, Endpoint, event_order, named
from app.model.details import (
    EVENTS,
    KerberosAs,
    KerberosPassword,
    LdapAdd,
    LdapBind,
    LdapDelete,
    LdapModify,
    LdapRename,
    LdapSearch,
    Ntlm,
    RadiusAccess,
    RpcCall,
)
from app.model.directory import DirectoryChange, DirectoryObject
from app.model.events import (
    EventAccount,
    EventDirectoryChange,
    EventGroup,
    EventKerberos,
    EventLdap,
    EventLogon,
    EventNps,
    EventNtlm,
    EventObjectAccess,
    EventService,
    EventTask,
    WindowsEvent,
)
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs
from tests.engine.twins.logged import SECURITY, SYSTEM, doubled, logged
from tests.engine.workspace import fill

SECOND, MINUTE, START = 1_000_000, 60_000_000, 1_700_000_000_000_000
AHEAD = {"dc1": 83 * SECOND, "dc2": -41 * SECOND, "files": 7 * SECOND}
CAPTURES = ("sensitive_group_change", "brute_force_kerberos", "machine_account_creation", "dcsync_success", "kerberoasting")


def captured(shared: Path, name: str) -> tuple[list[Activity], Knowledge]:
    """Activities of a lab capture and what they tell."""
    activities: list[Activity] = []
    for found in find_inputs([shared / "lab" / "captures" / f"{name}.pcap"]):
        read_input(found, activities.extend)
    known = Knowledge()
    for activity in activities:
        known.observe(activity)
    return activities, known


def tied(activities: list[Activity], known: Knowledge | None = None) -> dict[tuple[str, str], str]:
    """(record, other) to how, by ids, without a workspace."""
    if known is None:
        known = Knowledge()
        for activity in activities:
            known.observe(activity)
    ordered = sorted(activities, key=event_order)
    rows = list(rows_of(enumerate(ordered), known))
    ahead = offsets(sorted(rows, key=lambda row: (row.rule, row.key, row.at, row.rank)))
    level = [row._replace(at=row.at - ahead.get(row.clock, 0)) for row in rows]
    found = pairs(sorted(level, key=lambda row: (row.rule, row.key, row.at, row.rank)))
    return {(ordered[record].id, ordered[other].id): how for record, other, how in found}


@pytest.mark.parametrize("ports", [True, False], ids=["with ports", "without ports"])
@pytest.mark.parametrize("name", CAPTURES)
def test_records_find_the_packets_they_were_made_from(shared: Path, name: str, ports: bool) -> None:
    activities, known = captured(shared, name)
    log = logged(activities, known, AHEAD, ports=ports, dc="DC1.CORP.TEST")
    found = tied(activities + log.records)
    by_id = {one.id: one for one in activities + log.records}
    others: dict[str, set[str]] = {}
    for record, other in found:
        others.setdefault(record, set()).add(other)
    right = [one for one in log.records if log.source[one.id] in others.get(one.id, ())]

    assert len(log.records) > 30
    assert len(right) >= 0.9 * len(log.records)
    for record, other in found:  # who acted is never confused, whether or not it was the very same exchange
        one, two = (known.account_entity(by_id[end]) for end in (record, other))
        assert one is None or two is None or one.key == two.key


def test_order_and_split_of_inputs_do_not_matter(shared: Path, tmp_path: Path) -> None:
    activities, known = captured(shared, "brute_force_kerberos")
    log = logged(activities, known, AHEAD, dc="DC1.CORP.TEST")
    middle = len(log.records) // 2
    copied = list(doubled(log.records))
    inputs = {activities[0].input: activities, "log": log.records, "copy": copied}
    told = []
    for number, keys in enumerate((list(inputs), list(inputs)[::-1], ["log", activities[0].input, "copy"])):
        path = tmp_path / str(number)
        fill(path, {key: inputs[key] for key in keys}, batch=17 + number * middle)
        told.append(stored(path))

    assert told[0] == told[1] == told[2]
    assert len(told[0]) > len(log.records)


def stored(path: Path) -> set[tuple[object, ...]]:
    db = sqlite3.connect(path)
    place = """(SELECT i.key || a.frame || '-' || a.ordinal || '-' || a.kind
        FROM activities a JOIN inputs i ON i.id = a.input WHERE a.id ="""
    try:
        return set(db.execute(f"SELECT {place} t.record), {place} t.other), t.how FROM twins t"))
    finally:
        db.close()


def test_an_input_that_is_forgotten_takes_its_twins_along(shared: Path, tmp_path: Path) -> None:
    activities, known = captured(shared, "kerberoasting")
    log = logged(activities, known, AHEAD, dc="DC1.CORP.TEST")
    fill(tmp_path / "w", {activities[0].input: activities, "log": log.records})
    queries = Queries(tmp_path / "w")
    record = log.records[0]

    assert log.source[record.id] in {row.id for row, _ in queries.twins(record.id)}
    assert record.id in {row.id for row, _ in queries.twins(log.source[record.id])}
    queries.close()
    engine = Engine(tmp_path / "w")
    engine.forget_input("log")
    engine.close()
    assert not stored(tmp_path / "w")


def wire(user: str, at: int, *, port: int = 40_000, code: int = 24, frame: int = 1, ip: str = "192.0.2.21") -> Activity:
    return Activity(
        at=START + at - 500,
        until=START + at,
        input="wire",
        frames=(frame,),
        source=Endpoint(ip, port),
        destination=Endpoint("192.0.2.1", 88),
        result="failure" if code else "success",
        code=code,
        detail=KerberosAs(client=user, realm="EXAMPLE.ORG", service="krbtgt/EXAMPLE.ORG"),
    )


def record(user: str, at: int, *, port: int = 0, code: int = 24, place: int = 1, ip: str = "192.0.2.21") -> Activity:
    return Activity(
        at=START + at,
        until=START + at,
        input="log",
        record=place,
        source=Endpoint(ip, port),
        destination=named("dc1.example.org"),
        account=Account(name=user, domain="EXAMPLE.ORG"),
        result="failure" if code else "success",
        code=code,
        detail=EventKerberos(
            event_id=4771, computer="dc1.example.org", record=place, **SECURITY, fields={"TargetUserName": user}
        ),
    )


def test_another_account_address_or_outcome_is_another_act() -> None:
    assert tied([wire("alice", 0), record("alice", SECOND // 2)])
    assert not tied([wire("alice", 0), record("bob", SECOND // 2)])
    assert not tied([wire("alice", 0), record("alice", SECOND // 2, ip="192.0.2.22")])
    assert not tied([wire("alice", 0), record("alice", SECOND // 2, code=18)])
    assert not tied([wire("alice", 0, port=1000), record("alice", SECOND // 2, port=1001)])
    assert not tied([wire("alice", 0), record("alice", 10 * SECOND)])


def test_a_clock_is_levelled_only_by_pairs_that_leave_no_choice() -> None:
    late = 200 * SECOND
    few = [wire("alice", 0), record("alice", late)]
    ported = [wire("alice", 0, port=50_123), record("alice", late, port=50_123)]
    many = [
        one
        for n, user in enumerate(("ann", "ben", "cas"))
        for one in (wire(user, n * 40 * SECOND, frame=n + 1), record(user, n * 40 * SECOND + late, place=n + 1))
    ]
    far = [wire("alice", 0, port=50_123), record("alice", 400 * SECOND, port=50_123)]

    assert not tied(few)
    assert tied(ported)
    assert len(tied(many)) == 3
    assert not tied(far)


def test_repeated_guesses_are_paired_one_to_one() -> None:
    guesses = [wire("alice", n * 300_000, frame=n + 1) for n in range(40)]
    records = [record("alice", n * 300_000 + 20_000, place=n + 1) for n in range(40)]
    found = tied(guesses + records)

    assert len(found) == 40
    assert {(one.rsplit("-", 3)[0], other.rsplit("-", 3)[0]) for one, other in found} == {
        (f"log-{n + 1}", f"wire-{n + 1}") for n in range(40)
    }


def event(family: type, number: int, fields: dict[str, str], at: int = 0, **more: object) -> Activity:
    values: dict[str, object] = {"event_id": number, "computer": "dc1.example.org", "fields": fields, **SECURITY}
    place = int(str(more.pop("place", 1)))
    input = str(more.pop("input", "log"))
    source = more.pop("source", None)
    return Activity(
        at=START + at,
        until=START + at,
        input=input,
        record=place,
        source=source,
        destination=named("dc1.example.org"),  # type: ignore[arg-type]
        detail=family(**(values | more)),
    )


def test_a_modification_has_a_record_for_each_value_and_a_change_at_the_next_synchronisation() -> None:
    name = "CN=Domain Admins,CN=Users,DC=example,DC=org"
    modify = Activity(
        at=START,
        until=START,
        input="wire",
        frames=(1,),
        source=Endpoint("192.0.2.21", 1),
        destination=Endpoint("192.0.2.1", 389),
        detail=LdapModify(dn=name, changes=(("add", "member", ("CN=a", "CN=b")),)),
    )
    records = [
        event(EventDirectoryChange, 5136, {"ObjectDN": name.upper(), "SubjectUserName": "eve"}, 9000, place=n) for n in (1, 2)
    ]
    change = Activity(
        at=START + 4 * MINUTE,
        until=START + 4 * MINUTE,
        input="ldap",
        record=9,
        detail=DirectoryChange(dn=name, what="group membership added", attribute="member"),
    )
    early = Activity(at=START - MINUTE, until=START - MINUTE, input="ldap", record=8, detail=DirectoryChange(dn=name, what="x"))
    found = tied([modify, *records, change, early])

    assert {record for record, _ in found} == {records[0].id, records[1].id, change.id}
    assert {other for record, other in found if record == records[0].id} == {modify.id}


def test_a_synchronisation_tells_again_what_events_of_accounts_and_groups_told() -> None:
    sid, name = "S-1-5-21-1-2-3-512", "CN=Domain Admins,CN=Users,DC=example,DC=org"
    group = Activity(
        at=START - MINUTE, until=START - MINUTE, input="ldap", record=1,
        detail=DirectoryObject(dn=name, object_class="group", domain="example.org", sid=sid, sam="Domain Admins"),
    )  # fmt: skip
    known = Knowledge()
    known.observe(group)
    fields = {"TargetUserName": "Domain Admins", "TargetSid": sid, "MemberSid": "S-1-5-21-1-2-3-1107", "SubjectUserName": "eve"}
    put = event(EventGroup, 4728, fields, 0, place=1)
    told = [
        Activity(
            at=START + MINUTE, until=START + MINUTE, input="ldap", record=place, detail=DirectoryChange(dn=name, attribute=one)
        )
        for place, one in ((2, "member"), (3, "sIDHistory"))
    ]
    found = tied([put, *told], known)

    assert {record for record, _ in found} == {told[0].id}


def test_a_service_is_tied_by_its_name_or_its_server_but_not_by_the_hour_alone() -> None:
    call = Activity(
        at=START,
        until=START,
        input="wire",
        frames=(1,),
        source=Endpoint("192.0.2.21", 1),
        destination=Endpoint("192.0.2.9", 445),
        detail=RpcCall(interface="367abb81-9844-35f1-ad32-98f038001003", opnum=12, stub={"service": "PSEXESVC"}),
    )
    same = event(EventService, 7045, {"ServiceName": "psexesvc"}, 40_000, **SYSTEM)
    other = event(EventService, 7045, {"ServiceName": "Updater"}, 40_000, **SYSTEM)

    assert list(tied([call, same])) == [(same.id, call.id)]
    assert not tied([call, other])


def test_a_controller_validates_in_two_logs_and_they_are_one_story() -> None:
    signed_in = Activity(
        at=START,
        until=START,
        input="wire",
        frames=(1,),
        source=Endpoint("192.0.2.21", 1),
        destination=Endpoint("192.0.2.9", 445),
        detail=Ntlm(user="Alice", domain="EXAMPLE", workstation="WS1", carrier="smb2"),
    )
    validated = event(EventNtlm, 4776, {"TargetUserName": "alice", "Workstation": r"\\WS1"}, 5000)
    audited = event(EventNtlm, 8004, {"UserName": "alice", "WorkstationName": "WS1", "SChannelName": "FILES"}, 6000, place=2)
    stranger = event(EventNtlm, 8004, {"UserName": "alice", "WorkstationName": "WS2", "SChannelName": "FILES"}, 6000, place=3)
    found = tied([signed_in, validated, audited, stranger])

    assert set(found) == {(validated.id, signed_in.id), (audited.id, signed_in.id), (audited.id, validated.id)}


def test_a_radius_server_and_the_wire_tell_one_answer() -> None:
    refused = Activity(
        at=START, until=START, input="wire", frames=(1,), source=Endpoint("192.0.2.40", 1),
        destination=Endpoint("192.0.2.41", 1812),
        account=Account(name="alice", domain="EXAMPLE"), result="failure", code=3, detail=RadiusAccess(outcome="Access-Reject"),
    )  # fmt: skip

    def answered(number: int, place: int, gateway: str = "192.0.2.40") -> Activity:
        told = event(EventNps, number, {"ClientIPAddress": gateway}, 900, place=place, source=Endpoint(gateway))
        who = Account(name="Alice", domain="EXAMPLE")
        return msgspec.structs.replace(told, account=who, result="failure" if number == 6273 else "success")

    record, granted, elsewhere = answered(6273, 2), answered(6272, 3), answered(6273, 4, "192.0.2.99")

    assert set(tied([refused, record, granted, elsewhere])) == {(record.id, refused.id)}


def test_one_record_in_two_logs_is_told_once() -> None:
    first = event(EventLogon, 4624, {"TargetUserName": "alice"}, record=77, place=1)
    again = event(EventLogon, 4624, {"TargetUserName": "alice"}, record=77, place=5, input="forwarded")
    other = event(EventLogon, 4624, {"TargetUserName": "alice"}, record=78, place=6, input="forwarded")
    elsewhere = event(
        EventLogon, 4624, {"TargetUserName": "alice"}, record=77, place=7, input="forwarded", computer="dc2.example.org"
    )
    found = tied([first, again, other, elsewhere])

    assert [sorted(pair) for pair in found] == [sorted((first.id, again.id))]


def test_logs_without_packets_are_tied_as_beside_packets(tmp_path: Path) -> None:
    name = "CN=Domain Admins,CN=Users,DC=example,DC=org"
    logs = [
        event(EventNtlm, 4776, {"TargetUserName": "alice", "Workstation": r"\\WS1"}, 5000, place=1),
        event(EventNtlm, 8004, {"UserName": "alice", "WorkstationName": "WS1", "SChannelName": "FILES"}, 6000, place=2),
        event(EventDirectoryChange, 5136, {"ObjectDN": name.upper(), "SubjectUserName": "eve"}, 9000, place=3),
        event(EventLogon, 4624, {"TargetUserName": "alice"}, record=77, place=4),
        event(EventKerberos, 4771, {"TargetUserName": "alice", "IpAddress": "192.0.2.21"}, record=78, place=5),
    ]
    forwarded = [event(EventLogon, 4624, {"TargetUserName": "alice"}, record=77, place=5, input="forwarded")]
    change = Activity(
        at=START + 4 * MINUTE, until=START + 4 * MINUTE, input="ldap", record=9, detail=DirectoryChange(dn=name, what="x"),
    )  # fmt: skip
    far = Activity(
        at=START + 10**12, until=START + 10**12, input="wire", frames=(1,), source=Endpoint("192.0.2.9", 1),
        destination=Endpoint("192.0.2.1", 88), detail=KerberosAs(client="bob", realm="EXAMPLE.ORG"),
    )  # fmt: skip
    near = msgspec.structs.replace(far, at=START, until=START)
    answers = []
    for place, wire in enumerate(([], [far], [near])):
        inputs = {"log": logs, "forwarded": forwarded, "ldap": [change]} | ({"wire": wire} if wire else {})
        fill(tmp_path / str(place), inputs)
        answers.append(stored(tmp_path / str(place)))

    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0]) == len(tied([*logs, *forwarded, change])) == 3


def test_any_mutation_of_events_is_borne() -> None:
    chance = random.Random(5)
    pieces = (
        "",
        "-",
        "a" * 3000,
        "CN=,=,",
        "\x00",
        "0x",
        "%{",
        "S-1-5-21-",
        "\ud800",
        "name:",
        "1.2.3.4",
        "::ffff:",
        "x$",
        "\\\\",
    )
    fields = (
        "TargetUserName",
        "SubjectUserName",
        "ObjectDN",
        "ObjectName",
        "IpAddress",
        "Workstation",
        "ServiceName",
        "TargetSid",
        "TargetUserSid",
        "MemberSid",
        "MemberName",
        "StartingNode",
        "AccessMask",
        "Status",
        "TaskName",
    )
    made = []
    for place in range(600):
        family = chance.choice(EVENTS)
        number = chance.choice(
            (4624, 4625, 4648, 4662, 4728, 4741, 4768, 4769, 4771, 4776, 5136, 5139, 7045, 8004, 1644, 4698, 4781)
        )
        text = {name: chance.choice(pieces) + chance.choice(pieces) for name in chance.sample(fields, 6)}
        source = chance.choice((None, Endpoint("name:"), Endpoint("name:x y"), Endpoint("10.0.0.1", 5), named("-")))
        made.append(
            event(
                family,
                number,
                text,
                chance.randrange(SECOND),
                place=place,
                source=source,
                record=place % 50,
                computer=chance.choice(pieces),
            )
        )
    known = Knowledge()
    for one in made:
        known.observe(one)
    for one in made:
        known.account_entity(one)
        if one.source is not None:
            known.tags(known.address_entity(one.source.ip, one.at).key, one.at)

    assert Knowledge.from_bytes(known.to_bytes()).to_bytes() == known.to_bytes()
    tied(made, known)


TOLD: dict[type[WindowsEvent], tuple[int, ...]] = {
    EventLogon: (4624, 4625, 4648),
    EventKerberos: (4768, 4769, 4770, 4771),
    EventNtlm: (4776, 8004),
    EventGroup: (4728, 4732, 4756),
    EventAccount: (4720, 4738, 4741, 4742),
    EventService: (4697, 7045),
    EventTask: (4698,),
    EventObjectAccess: (4661, 4662),
    EventDirectoryChange: (5136, 5137, 5141),
}
FAMILY = {number: family for family, numbers in TOLD.items() for number in numbers}


def published(folder: Path) -> Iterator[Activity]:
    """Records of EVTX files, read by the evtx package alone."""
    evtx = pytest.importorskip("evtx")
    for path in sorted(folder.glob("*.evtx")):
        if path.stat().st_size > 4_000_000:
            continue
        place = 0
        parser = evtx.PyEvtxParser(str(path)).records_json()
        while place < 100_000:
            place += 1
            try:
                one = next(parser)
            except StopIteration:
                break
            except RuntimeError:
                continue
            system = json.loads(one["data"])["Event"]
            data = system.get("EventData") or {}
            system = system["System"]
            number = system["EventID"] if isinstance(system["EventID"], int) else int(system["EventID"]["#text"])
            family = FAMILY.get(number)
            if family is None:
                continue
            when = system["TimeCreated"]["#attributes"]["SystemTime"]
            fields = {name: str(value) for name, value in data.items() if isinstance(value, (str, int))}
            account = fields.get("TargetUserName") or fields.get("SubjectUserName") or ""
            address = fields.get("IpAddress", "-").removeprefix("::ffff:")
            yield Activity(
                at=moment(when),
                until=moment(when),
                input=path.name,
                record=place,
                source=None if address in ("-", "") else Endpoint(address),
                account=Account(name=account) if account else None,
                detail=family(
                    event_id=number,
                    provider=system["Provider"]["#attributes"].get("Name", ""),
                    channel=system["Channel"],
                    computer=system["Computer"],
                    record=int(system["EventRecordID"]),
                    fields=fields,
                ),
            )


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text.replace(" UTC", "+00:00")).timestamp() * 1_000_000)


def test_logs_alone_tie_nothing_of_different_accounts(shared: Path) -> None:
    records = list(published(shared / "corpus" / "evtx"))
    by_id = {one.id: one for one in records}
    found = tied(records)

    assert len(records) > 2_000
    for one, other in found:
        first, second = by_id[one].account, by_id[other].account
        assert (first.name.lower() if first else "") == (second.name.lower() if second else "")


def asked(detail: object, at: int = 0, *, port: int = 1, frame: int = 1, user: str = "eve") -> Activity:
    """A request of eve's computer to the controller that packets show."""
    return Activity(
        at=START + at, until=START + at, input="wire", frames=(frame,), source=Endpoint("192.0.2.21", port),
        destination=Endpoint("192.0.2.1", 389), account=Account(name=user, domain="EXAMPLE"), detail=detail,  # type: ignore[arg-type]
    )  # fmt: skip


SAMR, TASKS = "12345778-1234-abcd-ef00-0123456789ac", "86d35949-83c9-4044-b424-db363231fd0c"
EVE = {"SubjectUserName": "eve", "SubjectDomainName": "EXAMPLE"}
DOMAIN = "S-1-5-21-1-2-3"
ALICE = "CN=Alice,CN=Users,DC=example,DC=org"
TASK = {"interface": TASKS, "opnum": 1, "stub": {"path": r"\Evil"}}
LDAP_LOG = {"provider": "Microsoft-Windows-ActiveDirectory_DomainService", "channel": "Directory Service"}
TOLD_TWICE = {
    "task registered": (RpcCall(**TASK), EventTask, 4698, {"TaskName": r"\evil", **EVE}, {"TaskName": r"\Update"}),
    "task deleted": (RpcCall(**{**TASK, "opnum": 13}), EventTask, 4699, {"TaskName": r"\Evil"}, {"TaskName": r"\Other"}),
    "expensive search": (
        LdapSearch(base="DC=example,DC=org", scope=2, filter="(servicePrincipalName=*)", entries=7), EventLdap, 1644,
        {"StartingNode": "dc=example, dc=org", "ReturnedEntries": "7"}, {"StartingNode": "dc=other", "ReturnedEntries": "7"},
    ),
    "unsigned bind": (LdapBind(method="simple", name="EXAMPLE\\eve"), EventLdap, 2889, {}, None),
    "member by number": (
        RpcCall(interface=SAMR, opnum=22, stub={"target": "-512", "member": "1105"}), EventGroup, 4728,
        {"TargetSid": f"{DOMAIN}-512", "MemberSid": f"{DOMAIN}-1105", "TargetUserName": "Domain Admins", **EVE},
        {"TargetSid": f"{DOMAIN}-512", "MemberSid": f"{DOMAIN}-1106", "TargetUserName": "Domain Admins", **EVE},
    ),
    "alias by number": (
        RpcCall(interface=SAMR, opnum=31, stub={"target": "S-1-5-32-544", "member": f"{DOMAIN}-1105"}), EventGroup, 4732,
        {"TargetSid": "S-1-5-32-544", "MemberSid": f"{DOMAIN}-1105"},
        {"TargetSid": "S-1-5-32-545", "MemberSid": f"{DOMAIN}-1105"},
    ),
    "member by name": (
        LdapModify(dn="CN=Domain Admins,CN=Users,DC=example,DC=org", changes=(("add", "member", (ALICE,)),)), EventGroup, 4728,
        {"TargetUserName": "Domain Admins", "TargetSid": f"{DOMAIN}-512", **EVE}, {"TargetUserName": "Helpdesk", **EVE},
    ),
    "account set": (
        RpcCall(interface=SAMR, opnum=58, stub={"target": f"{DOMAIN}-1105", "level": 26}), EventAccount, 4724,
        {"TargetUserName": "alice", "TargetSid": f"{DOMAIN}-1105", **EVE}, {"TargetSid": f"{DOMAIN}-1107", **EVE},
    ),
    "account changed": (
        LdapModify(dn=ALICE, changes=(("replace", "servicePrincipalName", ("http/x",)),)), EventAccount, 4738,
        {"TargetUserName": "alice", **EVE}, {"TargetUserName": "bob", **EVE},
    ),
    "computer made": (
        LdapAdd(dn="CN=EVIL,CN=Computers,DC=example,DC=org", changes=(("add", "sAMAccountName", ("EVIL$",)),)),
        EventAccount, 4741,
        {"TargetUserName": "EVIL$", **EVE}, {"TargetUserName": "EVIL$", "SubjectUserName": "mallory"},
    ),
    "account deleted": (LdapDelete(dn=ALICE), EventAccount, 4726, {"TargetUserName": "Alice"}, {"TargetUserName": "Alicia"}),
    "object renamed": (
        LdapRename(dn=ALICE, changes=(("replace", "newrdn", ("CN=Bob",)),)), EventDirectoryChange, 5139,
        {"OldObjectDN": ALICE, "NewObjectDN": "CN=Bob"}, {"OldObjectDN": "CN=Bob", "NewObjectDN": ALICE},
    ),
    "object read": (
        LdapSearch(base=ALICE, scope=0, filter="(objectClass=*)", entries=1), EventObjectAccess, 4662,
        {"ObjectName": ALICE.lower(), "AccessMask": "0x10", **EVE}, {"ObjectName": ALICE, "AccessMask": "0x100", **EVE},
    ),
    "own password": (
        KerberosPassword(realm="EXAMPLE.ORG", protocol_version=1), EventAccount, 4723,
        {"TargetUserName": "eve", **EVE}, {"TargetUserName": "bob", **EVE},
    ),
    "own password over SAMR": (
        RpcCall(interface=SAMR, opnum=55, stub={"account": "Eve"}), EventAccount, 4723,
        {"TargetUserName": "eve", **EVE}, {"TargetUserName": "bob", **EVE},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD_TWICE)
def test_what_a_request_does_is_tied_to_its_record_and_to_no_other(name: str) -> None:
    detail, family, number, fields, others = TOLD_TWICE[name]
    more = {"source": Endpoint("192.0.2.21", 1), **LDAP_LOG} if family is EventLdap else {}
    call = asked(detail)
    record = event(family, number, fields, 40_000, **more)
    if number == 2889:
        record = msgspec.structs.replace(record, account=Account(name="eve", domain="EXAMPLE"))
    stranger = event(
        family, number, others or {}, 50_000, **(more | ({"source": Endpoint("192.0.2.77", 9)} if others is None else {}))
    )
    late = msgspec.structs.replace(record, at=record.at + MINUTE, until=record.until + MINUTE, record=7)

    assert list(tied([call, record])) == [(record.id, call.id)]
    assert tied([call, stranger]) == {}
    assert tied([call, late]) == {}


def test_a_logon_with_other_credentials_is_tied_by_both_computers() -> None:
    known = Knowledge()
    ends = {"192.0.2.21": "ws1.example.org", "192.0.2.9": "files.example.org"}
    for place, (ip, name) in enumerate(ends.items()):
        known.observe(Activity(
            at=START, until=START, input="n", frames=(place + 1,), source=Endpoint("192.0.2.3", 1),
            destination=Endpoint(ip, 445), detail=Ntlm(target_dns_computer=name, target_dns_domain="example.org"),
        ))  # fmt: skip
    logon = Activity(
        at=START, until=START, input="wire", frames=(1,), source=Endpoint("192.0.2.21", 1),
        destination=Endpoint("192.0.2.9", 445), detail=Ntlm(user="admin", domain="EXAMPLE", carrier="smb2"),
    )  # fmt: skip
    fields = {"TargetUserName": "admin", "TargetServerName": "files.example.org"}
    explicit = event(EventLogon, 4648, fields, 9_000, computer="ws1.example.org")
    elsewhere = event(EventLogon, 4648, fields, 9_000, computer="ws2.example.org", place=2)

    assert list(tied([logon, explicit, elsewhere], known)) == [(explicit.id, logon.id)]
