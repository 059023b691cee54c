"""Keytabs of both versions, with deleted entries and wide version numbers; damaged ones say so."""

import contextlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders.keytab import Key, Keys, KeytabError, parse

KEYTAB = Path(__file__).resolve().parents[2] / "data" / "lab.keytab"
VALUE = bytes(range(32))


def counted(data: bytes, order: str) -> bytes:
    return len(data).to_bytes(2, order) + data  # type: ignore[arg-type]


def entry(
    names: tuple[str, ...], etype: int = 18, kvno: int = 2, wide: int | None = None, old: bool = False, order: str = "big"
) -> bytes:
    """One entry as MIT Kerberos writes it."""

    def number(value: int, size: int) -> bytes:
        return value.to_bytes(size, order)  # type: ignore[arg-type]

    body = number(len(names) + old, 2) + counted(b"CORP.TEST", order)
    body += b"".join(counted(name.encode(), order) for name in names)
    body += (b"" if old else number(1, 4)) + number(1_700_000_000, 4) + number(kvno & 255, 1) + number(etype, 2)
    body += counted(VALUE, order) + (number(wide, 4) if wide is not None else b"")
    return number(len(body), 4) + body


def test_version_two() -> None:
    data = b"\x05\x02" + entry(("cifs", "fs1.corp.test")) + entry(("DC1$",), 23, kvno=1, wide=300)

    first, second = parse(data)

    assert (first.principal, first.realm, first.kvno, first.key) == ("cifs/fs1.corp.test", "CORP.TEST", 2, Key(18, VALUE))
    assert (second.principal, second.kvno, second.key.etype) == ("DC1$", 300, 23)


def test_a_wide_version_of_zero_is_none() -> None:
    assert parse(b"\x05\x02" + entry(("a",), kvno=7, wide=0))[0].kvno == 7


@pytest.mark.parametrize("order", ["little", "big"])
def test_version_one_in_the_order_of_either_machine(order: str) -> None:
    (only,) = parse(b"\x05\x01" + entry(("host", "a.test"), old=True, order=order))

    assert (only.principal, only.realm, only.kvno, only.key) == ("host/a.test", "CORP.TEST", 2, Key(18, VALUE))
    assert sys.byteorder in ("little", "big")


def test_deleted_entries_are_left_out_and_a_zero_ends_the_file() -> None:
    hole = (-40).to_bytes(4, "big", signed=True) + bytes(40)

    found = parse(b"\x05\x02" + hole + entry(("a",)) + hole + entry(("b",)) + bytes(4) + b"rest of an older file")

    assert [one.principal for one in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "does not begin"),
        (b"\x05\x03" + entry(("a",)), "does not begin"),
        (b"not a keytab at all", "does not begin"),
        (b"\x05\x02" + entry(("a",))[:-5], "is cut"),
        (b"\x05\x02" + (12).to_bytes(4, "big") + b"\0\1\xff\xff" + bytes(8), "reaches past"),
        (b"\x05\x02" + (12).to_bytes(4, "big") + b"\xff\xff" + bytes(10), "too many parts"),
    ],
)
def test_what_is_no_keytab_says_why_in_one_sentence(data: bytes, why: str) -> None:
    with pytest.raises(KeytabError, match=why) as told:
        parse(data)

    assert "\n" not in str(told.value)


@given(st.binary(max_size=400))
def test_random_bytes_are_a_keytab_or_not(data: bytes) -> None:
    for version in (b"", b"\x05\x01", b"\x05\x02"):
        with contextlib.suppress(KeytabError):
            parse(version + data)


@given(st.integers(0, 2000), st.integers(0, 255))
def test_a_changed_byte_is_a_keytab_or_not(at: int, byte: int) -> None:
    data = bytearray(KEYTAB.read_bytes()[:2000])
    data[at % len(data)] = byte
    with contextlib.suppress(KeytabError):
        parse(bytes(data))


def test_no_key_shows_itself() -> None:
    entries = parse(KEYTAB.read_bytes())
    for shown in (repr(entries), str(entries[0]), f"{entries[1].key}", repr(Keys(entries)), str(Keys(entries))):
        for one in entries:
            if len(one.key.value) >= 8:
                assert one.key.value.hex() not in shown
                assert repr(one.key.value) not in shown


@pytest.mark.skipif(shutil.which("klist") is None, reason="klist is not here")
def test_the_same_entries_as_klist() -> None:
    said = subprocess.run(["klist", "-k", "-K", str(KEYTAB)], capture_output=True, text=True, check=True).stdout
    listed = [line.split(None, 1) for line in said.splitlines() if line.strip()[:1].isdigit()]

    ours = [f"{one.principal}@{one.realm}" for one in parse(KEYTAB.read_bytes())]

    assert len(ours) == len(listed) > 400
    for (kvno, rest), one in zip(listed, parse(KEYTAB.read_bytes()), strict=True):
        assert int(kvno) == one.kvno
        assert rest.startswith(f"{one.principal}@{one.realm}".split(",")[0])
        assert rest.rstrip().endswith(f"(0x{one.key.value.hex()})")
