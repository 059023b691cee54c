"""Stubs of real calls, and of broken ones."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders.rpc.handles import Handles
from app.sensor.decoders.rpc.operations import NAMES, OPERATIONS
from app.sensor.decoders.rpc.stubs import INTERFACES, decode, failed, returned

DATA = Path(__file__).parents[3] / "data"
VECTORS: list[dict[str, Any]] = [
    *json.loads((DATA / "rpc_stubs.json").read_text()),
    *json.loads((DATA / "rpc_stubs_made.json").read_text()),
]
"""Calls of a laboratory's domain, those of DRSUAPI decrypted with its keys; then calls marshalled by another implementation."""


def told(vector: dict[str, Any], asked: bytes, reply: bytes | None) -> tuple[dict[str, Any], bool]:
    handles = Handles()
    for handle, text in vector["handles"].items():
        handles.put(bytes.fromhex(handle), text)
    return decode(vector["interface"], vector["opnum"], vector["wide"], handles, asked, False, reply, False)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{NAMES[vector['interface']]}-{vector['opnum']}")
def test_real_call(vector: dict[str, Any]) -> None:
    reply = bytes.fromhex(vector["reply"]) if vector["reply"] is not None else None
    assert told(vector, bytes.fromhex(vector["request"]), reply) == (vector["facts"], False)


def test_a_handle_stands_for_what_was_opened() -> None:
    handles = Handles()
    svcctl = "367abb81-9844-35f1-ad32-98f038001003"
    name = "Spool\0".encode("utf-16-le")
    asked = bytes(20) + struct.pack("<III", 6, 0, 6) + name + struct.pack("<I", 0xF01FF)
    handle = bytes(range(20))
    facts, problem = decode(svcctl, 16, False, handles, asked, False, handle + bytes(4), False)
    assert (facts["service"], problem) == ("Spool", False)
    facts, problem = decode(svcctl, 2, False, handles, handle, False, None, False)
    assert (facts, problem) == ({"service": "Spool"}, False)


def test_a_refused_open_leaves_no_handle() -> None:
    handles = Handles()
    svcctl = "367abb81-9844-35f1-ad32-98f038001003"
    asked = bytes(20) + struct.pack("<III", 2, 0, 2) + "A\0".encode("utf-16-le") + struct.pack("<I", 1)
    handle = bytes(range(20))
    decode(svcctl, 16, False, handles, asked, False, handle + struct.pack("<I", 5), False)
    assert handles.get(handle) == ""


def test_quality_of_service_stands_before_the_access() -> None:
    lsarpc = "12345778-1234-abcd-ef00-0123456789ab"
    attributes = struct.pack("<IIIIII", 24, 0, 0, 0, 0, 0x20004) + struct.pack("<IHBB", 12, 2, 1, 0)
    facts, problem = decode(lsarpc, 44, False, Handles(), bytes(4) + attributes + struct.pack("<I", 7), False, None, False)
    assert (facts, problem) == ({"access": 7}, False)


def dsname(text: str) -> bytes:
    raw = (text + "\0").encode("utf-16-le")
    data = struct.pack("<III", len(text) + 1, 56 + len(raw), 0) + bytes(16 + 28) + struct.pack("<I", len(text)) + raw
    return data + bytes(-len(data) % 4)


def test_a_rogue_replica_is_told() -> None:
    drsuapi = "e3514235-4b06-11d1-ab04-00c04fc2dcd2"
    address = struct.pack("<III", 7, 0, 7) + b"ws1.a.b"[:6] + b"\0"
    add = bytes(20) + struct.pack("<IIII", 1, 1, 5, 6) + bytes(84) + struct.pack("<I", 0x10) + dsname("DC=a") + address
    facts, problem = decode(drsuapi, 5, False, Handles(), add, False, None, False)
    assert (facts, problem) == ({"version": 1, "options": 16, "nc": "DC=a", "source_dsa": "ws1.a."}, False)
    entry = bytes(20) + struct.pack("<IIIIIII", 2, 2, 0, 9, 0, 0, 0) + dsname("CN=NTDS Settings,CN=WS1")
    facts, problem = decode(drsuapi, 17, False, Handles(), entry, False, None, False)
    assert (facts, problem) == ({"version": 2, "object": "CN=NTDS Settings,CN=WS1"}, False)


def test_return_values_are_judged_by_their_kind() -> None:
    samr, netlogon = "12345778-1234-abcd-ef00-0123456789ac", "12345678-1234-abcd-ef00-01234567cffb"
    svcctl = "367abb81-9844-35f1-ad32-98f038001003"
    assert returned(samr, 13, struct.pack("<I", 0x105), False, 400) == 0x105
    assert not failed(samr, 13, 0x105) and failed(samr, 13, 0xC0000022)
    assert failed(svcctl, 16, 5) and failed(svcctl, 16, 0x424) and not failed(svcctl, 14, 234)
    assert failed(netlogon, 20, 1355) and not failed(netlogon, 26, 0)
    assert returned(svcctl, 16, b"", False, 0) is None
    assert returned("00000000-1111-2222-3333-444444444444", 1, bytes(4), False, 4) is None


def test_zero_password_of_the_secure_channel() -> None:
    netlogon = "12345678-1234-abcd-ef00-01234567cffb"

    def text(value: str) -> bytes:
        raw = (value + "\0").encode("utf-16-le")
        data = struct.pack("<III", len(value) + 1, 0, len(value) + 1) + raw
        return data + bytes(-len(data) % 4)

    body = bytes(4) + text("DC$") + struct.pack("<H", 6) + bytes(2) + text("DC") + bytes(12)
    facts, problem = decode(netlogon, 30, False, Handles(), body + bytes(516), False, None, False)
    assert not problem and facts["password_zero"] is True and facts["account"] == "DC$" and facts["channel_type"] == 6
    facts, _ = decode(netlogon, 30, False, Handles(), body + b"\1" * 516, False, None, False)
    assert facts["password_zero"] is False


def test_every_decoded_operation_has_a_name() -> None:
    for interface, tables in INTERFACES.items():
        for table in tables:
            assert table.keys() <= OPERATIONS[interface].keys(), NAMES[interface]


EVERY = [(interface, opnum) for interface, (asked, reply) in INTERFACES.items() for opnum in asked.keys() | reply.keys()]


@given(st.sampled_from(EVERY), st.binary(max_size=400), st.booleans(), st.booleans())
def test_noise_is_read_without_harm(which: tuple[str, int], noise: bytes, wide: bool, big: bool) -> None:
    decode(*which, wide, Handles(), noise, big, noise, big)


@given(st.sampled_from(VECTORS), st.integers(0, 800), st.integers(0, 255), st.integers(0, 800))
def test_cut_and_changed_calls_are_read_without_harm(vector: dict[str, Any], place: int, value: int, end: int) -> None:
    asked, reply = bytearray.fromhex(vector["request"]), bytearray.fromhex(vector["reply"] or "")
    for data in (asked, reply):
        if data:
            data[place % len(data)] = value
    facts, _ = told(vector, bytes(asked), bytes(reply))
    assert all(len(fact) <= 4096 for fact in facts.values() if isinstance(fact, str))
    told(vector, bytes(asked[:end]), bytes(reply[:end]))
    told({**vector, "wide": True}, bytes(asked), bytes(reply))


def text(value: str) -> bytes:
    raw = (value + "\0").encode("utf-16-le")
    data = struct.pack("<III", len(raw) // 2, 0, len(raw) // 2) + raw
    return data + bytes(-len(data) % 4)


@pytest.mark.parametrize(
    ("opnum", "before"), [(0, b""), (9, b""), (15, bytes(8)), (16, bytes(8)), (18, b""), (19, b""), (21, b""), (22, b"")]
)
def test_every_call_of_efsrpc_that_names_a_file_tells_it(opnum: int, before: bytes) -> None:
    efs = "df1941c5-fe89-4e79-bf10-463657acf44d"
    asked = before + text(r"\\192.0.2.9\s\f.txt") + struct.pack("<I", 0)

    assert decode(efs, opnum, False, Handles(), asked, False, None, False) == ({"path": r"\\192.0.2.9\s\f.txt"}, False)


@pytest.mark.parametrize("opnum", [12, 13, 14, 15])
def test_the_server_of_a_stand_alone_root_is_told(opnum: int) -> None:
    dfs = "4fc742e0-4a10-11cf-8273-00aa004ae673"
    facts, problem = decode(dfs, opnum, False, Handles(), text("192.0.2.9") + text("root") + bytes(8), False, None, False)

    assert (facts["server"], problem) == ("192.0.2.9", False)


def wide_text(text: str) -> bytes:
    """A conformant varying array of characters, padded to four bytes."""
    data = text.encode("utf-16-le")
    return struct.pack("<III", len(text), 0, len(text)) + data + bytes(-len(data) % 4)


def head(text: str, at: int) -> bytes:
    return struct.pack("<HHI", 2 * len(text), 2 * len(text), at)


SID = bytes.fromhex("04000000 0104000000000005 15000000 09000000 09000000 09000000")


def test_a_new_trust_and_rights_that_are_given() -> None:
    lsarpc = "12345778-1234-abcd-ef00-0123456789ab"
    trust = head("partner.test", 1) + head("PARTNER", 2) + struct.pack("<IIII", 3, 3, 2, 0x48)
    stub = bytes(20) + trust + wide_text("partner.test") + wide_text("PARTNER") + SID
    for opnum in (51, 59, 129):
        facts, problem = decode(lsarpc, opnum, False, Handles(), stub, False, None, False)
        assert problem is False
        assert facts == {
            "domain_name": "partner.test", "flat_name": "PARTNER", "domain_sid": "S-1-5-21-9-9-9",
            "direction": 3, "attributes": 0x48,
        }  # fmt: skip

    rights = struct.pack("<III", 2, 1, 2) + head("SeTcbPrivilege", 3) + head("SeDebugPrivilege", 4)
    stub = bytes(20) + SID + rights + wide_text("SeTcbPrivilege") + wide_text("SeDebugPrivilege")
    facts, problem = decode(lsarpc, 37, False, Handles(), stub, False, None, False)
    assert problem is False
    assert facts == {"sid": "S-1-5-21-9-9-9", "names": ["SeTcbPrivilege", "SeDebugPrivilege"]}
