"""What logs and packets tell of credentials left on computers and of administrators' rights used there."""

import pytest

from app.engine.knowledge import Knowledge
from app.engine.knowledge.lessons_footprints import is_administrative
from app.model.activity import Account, Activity, Endpoint
from app.model.details import RpcCall, SmbTree
from app.model.identifiers import SAMR, SVCCTL
from tests.engine.detectors.logs import CLIENT, FILE_SERVER, log, logon, subject

SRVSVC = "4b324fc8-1670-01d3-1278-5a47bf6ee188"


def wire(detail: object, frame: int = 1, result: str = "success") -> Activity:
    return Activity(
        at=1_767_607_200_000_000, until=1_767_607_200_000_000, input="aaaa", frames=(frame,), source=Endpoint("10.0.0.7", 50_000),
        destination=Endpoint("10.0.0.9", 445), account=Account(name="alice", domain="EXAMPLE"), result=result, detail=detail,
    )  # type: ignore[arg-type]  # fmt: skip


def left(*activities: Activity) -> list[tuple[str, str, str, str]]:
    """(word, account or SID, from, at) of all footprints."""
    known = Knowledge()
    for one in activities:
        known.observe(one)
    again = Knowledge.from_bytes(known.to_bytes())
    assert again.to_bytes() == known.to_bytes()
    rows = sorted(key for key, _ in again.footprints.tally.rows())
    return [(str(key[0]), str(key[1] or key[3]), str(key[5]), str(key[6])) for key in rows]


@pytest.mark.parametrize(
    ("kind", "words"),
    [(2, ["interactive"]), (3, []), (5, ["service"]), (10, ["remote desktop", "remote interactive"]), (11, ["cached"])],
)
def test_credentials_stay_where_somebody_signs_in_and_not_over_the_network(kind: int, words: list[str]) -> None:
    found = left(logon("alice", "10.0.0.7", kind=kind, computer=CLIENT))

    assert [one[0] for one in found] == words
    assert all(one[1] == "alice" and one[3] == f"name:{CLIENT}" for one in found)


def test_computers_and_the_system_leave_none() -> None:
    assert left(logon("WS1$", "10.0.0.7", kind=2), logon("SYSTEM", "10.0.0.7", kind=5)) == []


def test_a_password_that_is_given_lies_on_the_computer_where_it_was_given() -> None:
    fields = subject("alice") | {"TargetUserName": "admin", "TargetDomainName": "EXAMPLE", "TargetServerName": FILE_SERVER}
    found = left(log(4648, fields, computer=CLIENT))

    assert found == [("explicit credentials", "admin", "", f"name:{CLIENT}")]


def test_privileges_of_an_administrator_are_told_from_those_of_others() -> None:
    strong = log(4672, subject("alice") | {"PrivilegeList": "SeSecurityPrivilege\n\t\t\tSeDebugPrivilege"}, computer=CLIENT)
    weak = log(4672, subject("carol") | {"PrivilegeList": "SeImpersonatePrivilege"}, computer=CLIENT)

    assert left(strong, weak) == [("special privileges", "alice", "", f"name:{CLIENT}")]


def test_shares_of_administrators_are_known_by_name() -> None:
    assert all(is_administrative(one) for one in ("ADMIN$", "\\\\ws1\\c$", "\\\\*\\ADMIN$", "D$"))
    assert not any(is_administrative(one) for one in ("IPC$", "sysvol", "print$", "", "c", "\\\\ws1\\data$"))
    found = left(
        wire(SmbTree(name="C$", path="\\\\files\\C$")), wire(SmbTree(name="IPC$"), 2), wire(SmbTree(name="ADMIN$"), 3, "failure")
    )

    assert found == [("administrative share", "alice", "10.0.0.7", "10.0.0.9")]


def test_services_count_when_they_were_made() -> None:
    call = RpcCall(interface=SVCCTL, opnum=12, operation="RCreateServiceW", returned=0)
    refused = RpcCall(interface=SVCCTL, opnum=12, operation="RCreateServiceW", returned=5)

    assert left(wire(call), wire(refused, 2)) == [("service or task", "alice", "10.0.0.7", "10.0.0.9")]
    assert left(wire(refused)) == []


def test_lists_of_sessions_and_of_administrators_tell_of_others() -> None:
    sessions = RpcCall(
        interface=SRVSVC, opnum=12, operation="NetrSessionEnum",
        stub={"sessions": ["\\\\10.0.0.66 CORP\\da.smith", "\\\\WS3 bob", "10.0.0.5 FS1$", "10.0.0.4"]},
    )  # fmt: skip
    admins = RpcCall(
        interface=SAMR, opnum=33, operation="SamrGetMembersInAlias",
        stub={"target": "S-1-5-32-544", "members": ["S-1-5-21-1-2-3-512", "S-1-5-21-1-2-3-1104"]},
    )  # fmt: skip
    others = RpcCall(interface=SAMR, opnum=33, stub={"target": "S-1-5-32-545", "members": ["S-1-5-21-1-2-3-1104"]})

    assert left(wire(sessions), wire(admins, 2), wire(others, 3)) == [
        ("local administrator", "S-1-5-21-1-2-3-1104", "", "10.0.0.9"),
        ("local administrator", "S-1-5-21-1-2-3-512", "", "10.0.0.9"),
        ("session listed", "bob", "", "name:ws3"),
        ("session listed", "da.smith", "", "10.0.0.66"),
    ]
