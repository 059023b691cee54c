"""A simple bind, the logon that a controller makes of it and its validation of the password are one act."""

import msgspec
import pytest

from app.model.activity import Account, Activity, Endpoint
from app.model.details import LdapBind, LdapPing
from app.model.events import EventLogon, EventNtlm
from tests.engine.twins.test_twins import SECOND, START, event, tied


@pytest.mark.parametrize("name", ["alice@example.org", "cn=Alice Adams,ou=People,dc=example,dc=org"])
def test_a_simple_bind_its_logon_and_its_validation_are_one_act(name: str) -> None:
    def bound(port: int, code: int, at: int) -> Activity:
        return Activity(
            at=START + at, until=START + at, input="wire", frames=(port,), source=Endpoint("192.0.2.77", port),
            destination=Endpoint("192.0.2.9", 389), result="failure" if code else "success", code=code or None,
            detail=LdapBind(method="simple", name=name, password_length=8),
        )  # fmt: skip

    wrong, right = bound(50001, 49, 0), bound(50002, 0, 9 * SECOND)
    advapi = {"TargetUserName": "alice", "LogonType": "3", "LogonProcessName": "Advapi  "}
    said = Account(name="alice", domain="EXAMPLE")
    records = []
    for place, (one, later) in enumerate(((wrong, 100), (right, 9 * SECOND + 100)), 1):
        failed = one is wrong
        logon = event(EventLogon, 4625 if failed else 4624, advapi, later, place=place, source=one.source)
        validated = event(EventNtlm, 4776, {"TargetUserName": "alice", "Workstation": "DC1"}, later - 50, place=10 + place)
        records += [
            msgspec.structs.replace(each, account=said, result="failure" if failed else "success") for each in (logon, validated)
        ]
    ping = LdapPing(domain="example.org", opcode=23, server_name="dc1.example.org", netbios_domain="EXAMPLE")
    named = msgspec.structs.replace(wrong, frames=(1,), result="success", code=None, detail=ping)
    elsewhere = event(EventNtlm, 4776, {"TargetUserName": "alice", "Workstation": "WS7"}, 50, place=30)

    found = tied([wrong, right, *records, elsewhere, named])

    assert {(record, other) for record, other in found if other in (wrong.id, right.id)} == {
        (record.id, (wrong if place < 2 else right).id) for place, record in enumerate(records)
    }
