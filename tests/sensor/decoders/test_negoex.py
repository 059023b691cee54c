"""NEGOEX messages built after MS-NEGOEX section 2.2.6."""

import struct
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import negoex, spnego
from tests.sensor.decoders.test_spnego import NEGOEX, NTLM, initial, response

CONVERSATION = UUID("6c1c1b9e-9b53-4d3c-8e0b-0c0f36a4f0a1")
ONE, TWO = UUID("0d53335c-f9ea-4d0d-b2ec-4ae3786ec308"), UUID("11111111-2222-3333-4444-555555555555")


def message(kind: int, body: bytes, sequence: int = 0, conversation: UUID = CONVERSATION, head: int = 0) -> bytes:
    size = 40 + len(body)
    return struct.pack("<8sIIII", b"NEGOEXTS", kind, sequence, head or size, size) + conversation.bytes_le + body


def offer(*schemes: UUID, kind: int = negoex.INITIATOR_NEGO, conversation: UUID = CONVERSATION) -> bytes:
    """NEGO_MESSAGE: random, version, two vectors, then the schemes."""
    body = bytes(range(32)) + bytes(8) + struct.pack("<IHIH", 96, len(schemes), 0, 0) + bytes(4)
    return message(kind, body + b"".join(one.bytes_le for one in schemes), conversation=conversation)


def exchange(scheme: UUID, token: bytes, kind: int = negoex.AP_REQUEST, conversation: UUID = CONVERSATION) -> bytes:
    return message(kind, scheme.bytes_le + struct.pack("<II", 64, len(token)) + token, 2, conversation)


def test_messages_stand_one_behind_the_other() -> None:
    data = offer(ONE, TWO) + exchange(ONE, b"meta", negoex.INITIATOR_META) + exchange(TWO, b"proof")
    found = negoex.decode(b"xx" + data, 2, 2 + len(data))

    assert found == negoex.Message(str(CONVERSATION), (0, 2, 5), (str(ONE), str(TWO)))


def test_a_foreign_message_ends_it_and_what_is_cut_is_left_out() -> None:
    data = offer(ONE) + exchange(TWO, b"proof", conversation=UUID(int=7))
    assert negoex.decode(data, 0, len(data)) == negoex.Message(str(CONVERSATION), (0,), (str(ONE),))
    whole = offer(ONE, TWO)
    assert negoex.decode(whole, 0, len(whole) - 1) == negoex.Message(str(CONVERSATION), (0,), (str(ONE),))
    assert negoex.decode(whole, 0, 39) is None
    assert negoex.decode(message(9, b""), 0, 40) is None
    assert negoex.decode(struct.pack("<8sIIII", b"NEGOEXTS", 0, 0, 0, 0) + bytes(16), 0, 40) is None


def test_inside_spnego() -> None:
    for blob in (initial(NEGOEX + NTLM, offer(ONE)), response(1, NEGOEX, offer(ONE, kind=negoex.ACCEPTOR_NEGO)), offer(ONE)):
        found = spnego.decode(blob)
        assert found and found.mechanism == "NEGOEX"
        said = negoex.decode(blob, found.start, found.stop)
        assert said and said.conversation == str(CONVERSATION)


@given(st.binary(max_size=200), st.integers(0, 80))
def test_anything_ends(tail: bytes, cut: int) -> None:
    data = offer(ONE, TWO)[:cut] + tail
    found = negoex.decode(data, 0, len(data))
    assert found is None or len(found.types) <= 16
