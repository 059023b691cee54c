"""What exploits and their scanners send over SMB becomes one activity each; what honest clients send becomes none."""

import struct
from collections.abc import Sequence

import pytest

from app.sensor.decoders import smb2 as decoder
from tests.sensor.conversations.smb_messages import Talk, nbss, of_kind, smb1, smb2

TRANSACTION, TRANS2, TRANS2_MORE, NEGOTIATE, NT_TRANSACT = 0x25, 0x32, 0x33, 0x72, 0xA0
NOT_IMPLEMENTED, UNPATCHED = 0xC0000002, 0xC0000205


def transaction(command: int, setup: Sequence[int], multiplex: int = 65, wait: int = 0) -> bytes:
    words = struct.pack("<HHHHBBHIHHHHHBB", 0, 0, 0, 0, 0, 0, 0, wait, 0, 0, 0, 0, 0, len(setup), 0)
    return smb1(command, words + struct.pack(f"<{len(setup)}H", *setup), b"\0", multiplex=multiplex)


def nt_transaction(function: int, multiplex: int = 65) -> bytes:
    words = struct.pack("<BHIIIIIIIIBH", 0, 0, 30, 66512, 30, 0, 30, 75, 976, 104, 0, function) + b"\0"
    return smb1(NT_TRANSACT, words + bytes(len(words) % 2), b"\0" * 8, multiplex=multiplex)


def more(multiplex: int = 65) -> bytes:
    return smb1(TRANS2_MORE, struct.pack("<9H", 0, 4096, 0, 0, 0, 4096, 53, 976, 0), b"\0" * 8, multiplex=multiplex)


def reply(command: int, status: int, multiplex: int = 65) -> bytes:
    return smb1(command, b"", b"", reply=True, status=status, multiplex=multiplex)


def told(talk: Talk) -> list[tuple[str, str, int | None, tuple[int, ...]]]:
    found = of_kind(talk.end().found, "smb-violation")
    return [(one.detail.what, one.result, one.code, one.frames) for one in found]  # type: ignore[union-attr]


def test_a_peek_of_no_pipe_with_its_answer() -> None:
    talk = Talk().asks(transaction(TRANSACTION, (0x23, 0))).answers(reply(TRANSACTION, UNPATCHED))

    assert told(talk) == [("peek of no pipe", "failure", UNPATCHED, (1, 2))]


def test_a_peek_of_a_real_pipe_is_none() -> None:
    assert told(Talk().asks(transaction(TRANSACTION, (0x23, 0x4000))).answers(reply(TRANSACTION, 0))) == []


def test_the_implant_answers_under_another_number() -> None:
    talk = Talk().asks(transaction(TRANS2, (0x0E,), wait=0xEE3401)).answers(reply(TRANS2, NOT_IMPLEMENTED, 81))
    found = told(talk)

    assert found == [("implant answered", "success", None, (1, 2)), ("trans2 session setup", "unanswered", None, (1,))]
    assert len({one.id for one in talk.found}) == len(talk.found)


def test_a_server_without_the_implant() -> None:
    talk = Talk().asks(transaction(TRANS2, (0x0E,))).answers(reply(TRANS2, NOT_IMPLEMENTED))

    assert told(talk) == [("trans2 session setup", "failure", NOT_IMPLEMENTED, (1, 2))]


def test_a_transaction_that_goes_on_as_another_kind_is_told_once() -> None:
    talk = Talk().asks(nt_transaction(0)).answers(reply(NT_TRANSACT, 0)).asks(more(), more(), nt_transaction(0), more())

    assert told(talk) == [("mixed transaction", "unanswered", None, (1, 3))]


def test_a_transaction_that_goes_on_as_it_began_is_none() -> None:
    talk = Talk().asks(nt_transaction(0)).asks(transaction(TRANS2, (1,)), more())

    assert told(talk) == []


def test_a_reserved_transaction() -> None:
    talk = Talk().asks(nt_transaction(5)).answers(reply(NT_TRANSACT, NOT_IMPLEMENTED))

    assert told(talk) == [("reserved transaction", "failure", NOT_IMPLEMENTED, (1, 2))]


def test_dialects_and_circuit_of_a_logon() -> None:
    offer = b"".join(b"\x02" + name + b"\0" for name in (b"LANMAN1.0", b"NT LM 0.12"))
    words = b"\xff\0\0\0" + struct.pack("<HHHIHHII", 65535, 2, 0x7D3C, 0, 0, 0, 0, 0)
    talk = Talk().asks(smb1(NEGOTIATE, b"", offer)).asks(smb1(0x73, words, b"\0" * 8, user=0)).end()
    (session,) = of_kind(talk.found, "smb-session")

    assert session.detail.dialects == ("LANMAN1.0", "NT LM 0.12")  # type: ignore[union-attr]
    assert session.detail.virtual_circuit == 0x7D3C  # type: ignore[union-attr]


def compressed(size: int, offset: int, chained: int = 0, body: bytes = b"\0" * 64) -> bytes:
    return nbss(struct.pack("<4sIHHI", b"\xfcSMB", size, 1, chained, offset) + body)


@pytest.mark.parametrize(("size", "offset"), [(0xFFFFFFFF, 1), (0xFFFFFFFF, 32), (4096, 65), (0x7FFFFFFF, 0)])
def test_sizes_that_cannot_be(size: int, offset: int) -> None:
    talk = Talk().asks(compressed(size, offset), compressed(size, offset))
    (found,) = of_kind(talk.end().found, "smb-violation")

    assert (found.detail.what, found.detail.value, found.detail.other) == ("compression overflow", size, offset)  # type: ignore[union-attr]
    assert talk.problems == {"SMB3 compressed": 2}


@pytest.mark.parametrize("message", [compressed(8_388_608, 0), compressed(4096, 64), compressed(4096, 2000, 1)])
def test_honest_compression_is_none(message: bytes) -> None:
    assert told(Talk().asks(message)) == []


def offer(client: bytes, salt: bytes, *kinds: int) -> bytes:
    dialects = struct.pack("<HHHH", 0x0202, 0x0210, 0x0302, 0x0311)
    at = 64 + 36 + len(dialects) + (-(64 + 36 + len(dialects)) % 8)
    body = struct.pack("<HHHHI16sIHH", 36, 4, 1, 0, 0x7F, client, at, len(kinds), 0) + dialects
    body += bytes(at - 64 - len(body))
    for kind in kinds:
        data = struct.pack("<HHH", 1, len(salt), 1) + salt if kind == 1 else struct.pack("<HHIH", 1, 0, 0, 1)
        body += struct.pack("<HHI", kind, len(data), 0) + data
        body += bytes(-len(body) % 8)
    return nbss(smb2(0, body, 0))


def test_a_blank_offer_with_its_answer() -> None:
    answer = nbss(smb2(0, struct.pack("<HHHH16s", 65, 1, 0x0311, 0, b"s" * 16) + bytes(40), 0, reply=True))
    talk = Talk().asks(offer(bytes(16), bytes(32), 1, 3)).answers(answer)

    assert told(talk) == [("blank offer", "success", 0, (1, 2))]


@pytest.mark.parametrize(
    "message",
    [
        offer(bytes(range(16)), bytes(32), 1, 3),
        offer(bytes(16), bytes(range(32)), 1, 3),
        offer(bytes(16), bytes(32), 1, 2),
        offer(bytes(16), bytes(32)),
    ],
)
def test_an_honest_offer_is_none(message: bytes) -> None:
    assert told(Talk().asks(message)) == []


@pytest.mark.parametrize("length", range(0, 240, 7))
def test_a_cut_offer_is_read_as_far_as_it_goes(length: int) -> None:
    message = offer(bytes(16), bytes(32), 1, 3)[4:]

    assert decoder.is_blank(message[:length], 0, min(length, len(message))) in (True, False)
    assert decoder.impossible(message[:length], 0, length) is None or length >= 16
