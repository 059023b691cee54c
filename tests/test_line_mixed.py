"""The whole line over a capture, two logs of it, a directory and RADIUS: any order, any split, kills; one and the same end."""

import itertools
import json
import re
import sqlite3
import struct
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.engine.queries import Queries
from app.session import Seconds, Session
from tests.material import CLIENT, ROOT, SECOND, START, Packet, command, guesses, outcome, save, spray
from tests.sensor.wire import ether, ip4, udp

USERS = [f"user{number}" for number in range(30)]
GATEWAY, RADIUS_SERVER = "10.9.0.3", "10.9.0.12"
DIRECTORY = """dn: DC=a,DC=test
objectClass: domainDNS
whenChanged: 20260101000000.0Z
objectSid: S-1-5-21-7-8-9

dn: CN=Domain Admins,CN=Users,DC=a,DC=test
objectClass: group
sAMAccountName: Domain Admins
objectSid: S-1-5-21-7-8-9-512
member: CN=Helpers,CN=Users,DC=a,DC=test

dn: CN=Helpers,CN=Users,DC=a,DC=test
objectClass: group
sAMAccountName: Helpers
objectSid: S-1-5-21-7-8-9-1200
member: CN=User Three,CN=Users,DC=a,DC=test

dn: CN=User Three,CN=Users,DC=a,DC=test
objectClass: user
sAMAccountName: user3
objectSid: S-1-5-21-7-8-9-1103
userAccountControl: 512
servicePrincipalName: MSSQLSvc/dc1.a.test:1433

dn: CN=DC1,OU=Domain Controllers,DC=a,DC=test
objectClass: computer
sAMAccountName: DC1$
dNSHostName: dc1.a.test
objectSid: S-1-5-21-7-8-9-1000
userAccountControl: 532480
"""


def stamp(at: int) -> str:
    return datetime.fromtimestamp(at / 1e6, UTC).isoformat().replace("+00:00", "Z")


def refused(number: int, user: str) -> dict[str, Any]:
    """Event 4771 of one guess of the spray, as NXLog writes it."""
    return {
        "EventID": 4771, "SourceName": "Microsoft-Windows-Security-Auditing", "Channel": "Security", "Hostname": "dc1.a.test",
        "EventTime": stamp(START + number * SECOND + 31_000), "RecordNumber": 500 + number, "TargetUserName": user,
        "TargetSid": "S-1-5-21-7-8-9-1103" if user == "user3" else "S-1-0-0", "ServiceName": "krbtgt/A.TEST",
        "TicketOptions": "0x40810010", "Status": "0x18", "PreAuthType": "2", "IpAddress": f"::ffff:{CLIENT}",
        "IpPort": str(40_000 + number),
    }  # fmt: skip


def others() -> list[dict[str, Any]]:
    """What only a log tells: a local account of another computer, the system itself, user3 by its SID alone."""
    base = {"SourceName": "Microsoft-Windows-Security-Auditing", "Channel": "Security", "Hostname": "ws7.a.test"}
    nobody = {"SubjectUserSid": "S-1-0-0", "SubjectUserName": "-", "SubjectDomainName": "-"}
    system = {"SubjectUserSid": "S-1-5-18", "SubjectUserName": "WS7$", "SubjectDomainName": "AD"}
    logon = {"EventID": 4624, "LogonType": "3", "AuthenticationPackageName": "NTLM", "LogonProcessName": "NtLmSsp "}
    return [
        {**base, **nobody, **logon, "EventTime": stamp(START + 3 * SECOND), "RecordNumber": 1, "TargetUserName": "user3",
         "TargetDomainName": "AD", "TargetUserSid": "S-1-5-21-7-8-9-1103", "IpAddress": "10.9.0.77", "WorkstationName": "WS9"},
        {**base, **nobody, **logon, "EventTime": stamp(START + 4 * SECOND), "RecordNumber": 2, "TargetUserName": "admin",
         "TargetDomainName": "WS7", "TargetUserSid": "S-1-5-21-70-80-90-500", "IpAddress": "10.9.0.77"},
        {**base, **system, **logon, "EventTime": stamp(START + 5 * SECOND), "RecordNumber": 3, "LogonType": "5",
         "TargetUserName": "SYSTEM", "TargetDomainName": "NT AUTHORITY", "TargetUserSid": "S-1-5-18", "IpAddress": "-"},
        {**base, **nobody, **logon, "EventTime": stamp(START + 6 * SECOND), "RecordNumber": 4, "IpAddress": "10.9.0.78",
         "TargetUserName": "ANONYMOUS LOGON", "TargetDomainName": "NT AUTHORITY", "TargetUserSid": "S-1-5-7"},
        {**base, **system, "EventID": 4672, "EventTime": stamp(START + 7 * SECOND), "RecordNumber": 5,
         "SubjectUserSid": "S-1-5-21-7-8-9-1103", "SubjectUserName": "", "SubjectDomainName": ""},
    ]  # fmt: skip


def xml_of(one: dict[str, Any]) -> str:
    """The same record as wevtutil writes it."""
    head = ("EventID", "SourceName", "Channel", "Hostname", "EventTime", "RecordNumber")
    data = "".join(f'<Data Name="{name}">{value}</Data>' for name, value in one.items() if name not in head)
    return (
        '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
        f'<Provider Name="{one["SourceName"]}"/><EventID>{one["EventID"]}</EventID>'
        f'<TimeCreated SystemTime="{one["EventTime"]}"/><EventRecordID>{one["RecordNumber"]}</EventRecordID>'
        f"<Channel>{one['Channel']}</Channel><Computer>{one['Hostname']}</Computer></System><EventData>{data}</EventData></Event>"
    )


def accounting(status: int, at: int, number: int) -> Packet:
    """Accounting-Request of user3's VPN session (RFC 2866 section 4.1)."""

    def attribute(kind: int, value: bytes) -> bytes:
        return bytes((kind, len(value) + 2)) + value

    body = b"".join((
        attribute(1, b"user3@a.test"), attribute(40, struct.pack(">I", status)), attribute(44, b"session-1"),
        attribute(4, bytes((10, 9, 0, 3))), attribute(8, bytes((10, 9, 0, 77))), attribute(31, b"203.0.113.9"),
    ))  # fmt: skip
    data = struct.pack(">BBH16s", 4, number, 20 + len(body), bytes(range(16))) + body
    return at, ether(ip4(GATEWAY, RADIUS_SERVER, 17, udp(1813, 1813, data)))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A capture of an attack, two logs that tell of it, other events, a directory, VPN sessions."""
    folder = tmp_path_factory.mktemp("mixed")
    attack = [*spray(USERS), *guesses([f"AD\\{user}" for user in USERS[:12]], START + 40 * SECOND)]
    told = [refused(number, user) for number, user in enumerate(USERS)]
    (folder / "c log.json").write_text("\n".join(json.dumps(one) for one in told))
    (folder / "b log.xml").write_text("<Events>" + "".join(xml_of(one) for one in told[5:20]) + "</Events>")
    (folder / "e more.json").write_text("\n".join(json.dumps(one) for one in others()))
    (folder / "a directory.ldif").write_text(DIRECTORY)
    vpn = [accounting(1, START - 50 * SECOND, 1), accounting(2, START + 90 * SECOND, 2)]
    save(folder / "f vpn.pcap", vpn)
    save(folder / "d capture.pcap", attack)
    return sorted(folder.iterdir(), key=lambda one: one.name[2:])


def read(workspace: Path, paths: Iterable[Path], stop_after: int | None = None) -> None:
    """Read in this process; cancelled after so many words of progress."""
    session = Session.open(workspace)
    words = itertools.count(1)
    seen = [0]
    try:
        session.read_here(
            list(paths),
            lambda _: seen.__setitem__(0, next(words)),
            lambda: stop_after is not None and seen[0] >= stop_after,
        )
    finally:
        session.close()


def everything(workspace: Path) -> dict[str, object]:
    """Alerts, lines, knowledge, twins, entities with their tags, coverage."""
    alerts, lines = outcome(workspace)
    queries = Queries(workspace)
    try:
        rows = queries.entities(limit=1000)
        ids = [json.loads(line)["id"] for line in lines]
        return {
            "alerts": alerts,
            "lines": lines,
            "knowledge": queries.knowledge().to_bytes(),
            "twins": {(one, other.id, how) for one in ids for other, how in queries.twins(one)},
            "entities": {row.ref.key: (row.ref, row.activities, row.first, row.last, row.tags) for row in rows},
            "coverage": queries.coverage(),
        }
    finally:
        queries.close()


@pytest.fixture(scope="module")
def expected(mixed: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    workspace = tmp_path_factory.mktemp("expected") / "w"
    read(workspace, mixed)
    return everything(workspace)


def same(found: dict[str, object], expected: dict[str, object]) -> None:
    for name, value in expected.items():
        assert found[name] == value, name


def test_all_sources_tell_of_one_world(expected: dict[str, Any]) -> None:
    entities = {key: (ref.kind, tags) for key, (ref, _, _, _, tags) in expected["entities"].items()}
    users = {key for key, (kind, _) in entities.items() if kind == "user"}

    assert expected["alerts"] and len(expected["twins"]) >= 2 * (30 + 15)
    assert entities["computer:dc1.a.test"][0] == "controller"
    assert "Sensitive" in entities["user:a.test\\user3"][1]
    assert "SQL server" in entities["computer:dc1.a.test"][1]
    assert users == {f"user:a.test\\{user}" for user in USERS} | {"user:ws7\\admin"}
    assert not [line for line in expected["lines"] if b'"name:' in line]


@pytest.mark.parametrize("seed", range(5))
def test_in_any_order(mixed: list[Path], expected: dict[str, object], tmp_path: Path, seed: int) -> None:
    order = list(itertools.islice(itertools.permutations(mixed), 0, 720, 137))[seed]
    read(tmp_path / "w", order)
    same(everything(tmp_path / "w"), expected)


def test_nothing_shows_how_ends_by_name_are_kept(mixed: list[Path], tmp_path: Path) -> None:
    read(tmp_path / "w", mixed)
    session = Session.open(tmp_path / "w")
    try:
        queries = session.queries
        page = session.report_html()
        rows = queries.slice(None, 0, 10_000)
        shown = [
            queries.entities(limit=1000), rows, queries.overview(), queries.coverage(), queries.alerts(),
            [queries.entity(row.ref.key) for row in queries.entities(limit=1000)],
            [queries.neighbours(row.ref.key) for row in queries.entities(limit=1000)],
            [(queries.twins(row.id), queries.record_facts(row.id)) for row in rows],
        ]  # fmt: skip
        whole = session.analysis(Seconds(), {})
    finally:
        session.close()
    beginning = re.compile(r"(?<![A-Za-z_])name:(?! )")

    assert "Security 4771" in page and re.search(r">record \d+<", page)
    assert not [one for one in (page, json.dumps(whole), *map(repr, shown)) if beginning.search(one)]
    assert {one["kind"] for one in whole["inputs"]} == {"pcap", "json", "directory", "xml"}  # type: ignore[attr-defined]


def test_one_by_one(mixed: list[Path], expected: dict[str, object], tmp_path: Path) -> None:
    for one in reversed(mixed):
        read(tmp_path / "w", [one])
    same(everything(tmp_path / "w"), expected)


@pytest.mark.parametrize("words", [1, 2, 4, 7])
def test_cancelled_and_gone_on_with(mixed: list[Path], expected: dict[str, object], tmp_path: Path, words: int) -> None:
    read(tmp_path / "w", mixed[::-1], stop_after=words)
    read(tmp_path / "w", mixed)
    same(everything(tmp_path / "w"), expected)


def test_killed_and_gone_on_with(mixed: list[Path], expected: dict[str, object], tmp_path: Path) -> None:
    killed = 0
    for words in (1, 3, 6):
        child = subprocess.Popen(
            command("_read", tmp_path / "w", *mixed), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=ROOT,
        )  # fmt: skip
        assert child.stdout
        for _ in range(words):
            child.stdout.readline()
        child.kill()
        child.communicate()
        killed += child.returncode < 0
    read(tmp_path / "w", mixed)

    assert killed
    same(everything(tmp_path / "w"), expected)
    assert sqlite3.connect(tmp_path / "w").execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("gone", range(6))
def test_an_input_that_is_taken_away_and_comes_back(
    mixed: list[Path], expected: dict[str, object], tmp_path: Path, gone: int
) -> None:
    from app.engine.engine import Engine

    read(tmp_path / "w", mixed)
    queries = Queries(tmp_path / "w")
    key = next(one.key for one in queries.inputs() if one.path == str(mixed[gone]))
    queries.close()
    engine = Engine(tmp_path / "w")
    engine.forget_input(key)
    engine.settle()
    engine.close()
    read(tmp_path / "w", [mixed[gone]])
    same(everything(tmp_path / "w"), expected)
