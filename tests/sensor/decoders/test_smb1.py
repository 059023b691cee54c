import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import smb1

HEAD = b"\xffSMB" + bytes(28)


def part(command: int, words: bytes, content: bytes) -> tuple[bytes, smb1.Block]:
    data = HEAD + bytes([len(words) // 2]) + words + struct.pack("<H", len(content)) + content
    block = smb1.block(data, command, 32, len(data))
    assert block is not None
    return data, block


@pytest.mark.parametrize(
    ("status", "flags2", "code", "failed"),
    [
        (0, 0, 0, False),
        (0xC000006D, smb1.NT_STATUS, 0xC000006D, True),
        (0xC0000016, smb1.NT_STATUS, 0xC0000016, True),
        (0x80000005, smb1.NT_STATUS, 0x80000005, False),
        (0x00050001, 0, 0xC0000022, True),  # ERRDOS, ERRnoaccess
        (0x00020002, 0, 0xC000006D, True),  # ERRSRV, ERRbadpw
        (0x00EA0001, 0, 0x80000005, False),  # ERRDOS, ERRmoredata
        (0x00630002, 0, 0x00630002, True),  # one that has no other name
        (0x00000103, smb1.NT_STATUS, 0x103, False),
    ],
)
def test_status(status: int, flags2: int, code: int, failed: bool) -> None:
    assert smb1.nt_status(status, flags2) == code
    assert smb1.failed(code) is failed


def test_wide_text_begins_at_an_even_place() -> None:
    data = b"\0" * 33 + b"\0" + "ab".encode("utf-16-le") + b"\0\0" + "c".encode("utf-16-le") + b"\0\0"

    assert smb1.text(data, 33, len(data), 0, True) == ("ab", 40)
    assert smb1.text(data, 40, len(data), 0, True) == ("c", 44)
    assert smb1.text(data, 34, 38, 0, True) == ("ab", 40)  # no terminator


def test_text_whose_letters_hold_zero_bytes() -> None:
    raw = "Ā\u0100a".encode("utf-16-le") + b"\0\0"  # 00 01 00 01 61 00: a zero pair at an odd place

    assert smb1.text(raw, 0, len(raw), 0, True)[0] == "ĀĀa"


def test_old_text() -> None:
    assert smb1.text(b"\\\\FS\\C\0A:\0", 0, 10, 0, False) == ("\\\\FS\\C", 7)


def test_session_setup_with_answers_to_the_challenge() -> None:
    words = struct.pack("<BBHHHHIHHII", 0xFF, 0, 0, 4356, 50, 0, 0, 24, 24, 0, 0xD4)
    texts = b"".join(one.encode("utf-16-le") + b"\0\0" for one in ("alice", "CORP", "Windows 2000 2195", "Windows 2000 5.0"))
    data, block = part(0x73, words, b"L" * 24 + b"N" * 24 + b"\0" + texts)

    assert smb1.setup_request(data, block, 0, True) == smb1.Setup(
        None, b"L" * 24, b"N" * 24, "alice", "CORP", "Windows 2000 2195", "Windows 2000 5.0"
    )


def test_session_setup_with_a_token() -> None:
    words = struct.pack("<BBHHHHIHII", 0xFF, 0, 0, 4356, 50, 0, 0, 7, 0, 0x800000D4)
    texts = "Unix".encode("utf-16-le") + b"\0\0" + "Samba".encode("utf-16-le") + b"\0\0"
    data, block = part(0x73, words, b"NTLMSSP" + b"" + (b"\0" if (32 + 1 + 24 + 2 + 7) % 2 else b"") + texts)

    assert smb1.setup_request(data, block, 0, True) == smb1.Setup(b"NTLMSSP", native_os="Unix", native_lan_manager="Samba")


def test_negotiation_with_a_challenge() -> None:
    words = struct.pack("<HBHHIIIIQHB", 5, 0x0F, 50, 1, 4356, 65536, 0, 0x0000E3FD, 0, 0, 8)
    data, block = part(0x72, words, b"12345678" + "CORP".encode("utf-16-le") + b"\0\0" + "FS1".encode("utf-16-le") + b"\0\0")
    agreed = smb1.negotiate_reply(data, block)

    assert agreed == smb1.Negotiated(True, False, b"12345678", b"", "CORP", "FS1")


@given(st.integers(0, 255), st.binary(max_size=80), st.binary(max_size=80), st.booleans())
def test_no_bytes_raise(command: int, words: bytes, content: bytes, wide: bool) -> None:
    words = words[: len(words) & ~1]
    data, block = part(command, words, content)
    smb1.content(data, 0, len(data))
    smb1.negotiate_reply(data, block)
    smb1.setup_request(data, block, 0, wide)
    smb1.setup_reply(data, block)
    smb1.tree_request(data, block, 0, wide)
    smb1.tree_reply(data, block, 0)
    smb1.create_request(data, block, 0, wide)
    smb1.create_reply(data, block)
    smb1.open_request(data, block, 0, wide)
    smb1.read_reply(data, block, 0)
    smb1.write_request(data, block, 0)
    smb1.named(data, block, 0, wide, 2)
    for parts in (
        smb1.transaction(data, block, 0),
        smb1.transaction_more(data, block, 0),
        smb1.transaction_reply(data, block, 0),
    ):
        if parts is not None:
            smb1.find_first(data, parts, 0, wide)
            smb1.set_file(data, parts)
