"""Dissection in a child process: real packets, hostile packets, a child that hangs or dies."""

import sys

import pytest

from app.engine.inspector import Inspector
from app.model.rows import Field


@pytest.fixture(scope="module")
def inspector():
    one = Inspector(limit=30)
    yield one
    one.close()


def all_fields(fields: tuple[Field, ...]) -> list[Field]:
    return [one for field in fields for one in (field, *all_fields(field.children))]


def test_a_dns_answer_is_taken_apart_with_places(inspector: Inspector) -> None:
    question = bytes.fromhex("1c6a8580000100000000000003646331046172656100000100 01".replace(" ", ""))
    udp = bytes.fromhex("0035c13d") + (8 + len(question)).to_bytes(2, "big") + b"\0\0" + question
    ip = (
        bytes.fromhex("4500")
        + (20 + len(udp)).to_bytes(2, "big")
        + bytes.fromhex("0001000040110000 0a4d000a 0a4d0015".replace(" ", ""))
    )
    frame = bytes.fromhex("525400770016525400770 00a0800".replace(" ", "")) + ip + udp

    fields, error = inspector.dissect(1, frame)

    assert error == ""
    assert [one.name for one in fields][:3] == ["Ethernet", "IP", "UDP"]
    names = {one.name: one for one in all_fields(fields)}
    assert names["qname"].value.startswith("b'dc1.area")
    assert frame[names["dst"].start : names["dst"].start + 4] == bytes([10, 77, 0, 21])
    assert all(0 <= one.start <= len(frame) and one.start + one.length <= len(frame) for one in all_fields(fields))


@pytest.mark.parametrize("link", [0, 1, 101, 113, 276, 65000])
@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff" * 60, bytes(range(256)) * 8], ids=["empty", "one", "ones", "all"])
def test_any_bytes_give_fields_or_a_sentence(inspector: Inspector, link: int, data: bytes) -> None:
    fields, error = inspector.dissect(link, data)

    assert fields or error


def test_a_child_that_hangs_costs_one_packet() -> None:
    inspector = Inspector([sys.executable, "-c", "import time; time.sleep(60)"], limit=0.2, start=0.1)

    assert "longer than" in inspector.dissect(1, b"\0" * 20)[1]
    inspector.close()


def test_a_child_that_dies_is_said() -> None:
    inspector = Inspector([sys.executable, "-c", "input()"], limit=20)

    assert "ended" in inspector.dissect(1, b"\0" * 20)[1]
    inspector.close()


def test_a_program_that_is_missing_is_said() -> None:
    assert "could not be run" in Inspector(["no-such-program-anywhere"]).dissect(1, b"\0")[1]
