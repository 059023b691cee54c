"""What decoders remember must never change what they say."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.sensor.decoders import dns, kerberos, kerberos_names, kerberos_ticket, spnego

QUESTION = bytes.fromhex("0100 0001 0000 0000 0000 0364633104636f72700474657374 00 0001 0001".replace(" ", ""))
ANSWER = bytes.fromhex(
    "8580 0001 0001 0000 0000 0364633104636f72700474657374 00 0001 0001 c00c 0001 0001 00000e10 0004 0a000002".replace(" ", "")
)
TICKET = bytes.fromhex(
    "6143 3041 a003020105 a10b1b09434f52502e54455354 a21630 14a003020102a10d300b1b04636966731b03737276 a315"
    "3013a003020112a103020102a20704050102030405".replace(" ", "")
)
NAME = bytes.fromhex("3014a003020102a10d300b1b04636966731b03737276")


def test_messages_that_differ_in_their_id_only_keep_it() -> None:
    for rest, answers in ((QUESTION, ()), (ANSWER, ("A 10.0.0.2",))):
        told = [dns.decode(number.to_bytes(2, "big") + rest) for number in (1, 0xFFFE, 1)]
        assert [one and (one.id, one.name, one.answers) for one in told] == [
            (1, "dc1.corp.test", answers),
            (0xFFFE, "dc1.corp.test", answers),
            (1, "dc1.corp.test", answers),
        ]


def test_a_whole_ticket_says_the_same_wherever_it_stands() -> None:
    alone = kerberos_ticket.ticket(TICKET, 0, len(TICKET), 1 << 62)
    assert alone is not None and alone.service == "cifs/srv" and alone.hash and alone.size == 5
    assert kerberos_ticket.ticket(b"xx" + TICKET + b"yy", 2, 2 + len(TICKET), 1 << 62) == alone


def test_a_ticket_that_reaches_the_cut_has_no_fingerprint_though_it_was_seen_whole() -> None:
    assert kerberos_ticket.ticket(TICKET, 0, len(TICKET), len(TICKET) + 1) is not None
    cut = kerberos_ticket.ticket(TICKET, 0, len(TICKET), len(TICKET))
    assert cut is not None and cut.service == "cifs/srv" and cut.hash is None and cut.size is None


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(NAME) - 1), st.integers(0, 255), st.binary(max_size=4), st.integers(1, len(NAME)))
def test_names_are_the_same_remembered_or_not(place: int, value: int, after: bytes, size: int) -> None:
    damaged = bytearray(NAME)
    damaged[place] = value
    inside = b"?" + bytes(damaged[:size]) + after

    def outcome(short: bool) -> object:
        read = kerberos_names._remembered if short else None
        try:
            return read(inside[1 : 1 + size]) if read else kerberos_names._principal(inside, 1, 1 + size)
        except (ValueError, IndexError):
            return None

    assert outcome(True) == outcome(False)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40))
def test_lists_are_the_same_remembered_or_not(listed: bytes) -> None:
    for remembered, plain in ((kerberos._remembered, kerberos._etypes), (spnego._remembered, spnego._offered)):
        outcomes = []
        for read in (remembered, remembered, plain):
            try:
                outcomes.append(read(listed))
            except (ValueError, IndexError):
                outcomes.append(None)
        assert outcomes[0] == outcomes[1] == outcomes[2]
