"""The messages of a stream are the same in whatever pieces it comes; hostile streams stay bounded."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.sensor.events.syslog_framing import Framing
from tests.sensor.events.syslog_samples import CEF, RSA, SNARE, SPLUNK


def counted(one: bytes) -> bytes:
    return b"%d %s" % (len(one), one)


PIECES = {
    counted(SPLUNK): [SPLUNK],
    CEF + b"\n": [CEF],
    SNARE + b"\0": [SNARE],
    SPLUNK + b"\n": [SPLUNK],
    RSA + b"\r\n": [RSA + b"\r"],
    b"\r\n": [],
    counted(b"<13>x\ny"): [b"<13>x\ny"],
    b"2026-01-01T00:00:00Z dc1 x\n": [b"2026-01-01T00:00:00Z dc1 x"],
    b"0 zero\n": [b"0 zero"],
}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(sorted(PIECES)), max_size=8), st.integers(1, 60))
def test_any_cut_gives_the_same_messages(chosen: list[bytes], step: int) -> None:
    whole = b"".join(chosen)
    want = Framing()
    once = want.feed(whole) + want.rest()
    cut = Framing()
    pieces = [one for at in range(0, len(whole), step) for one in cut.feed(whole[at : at + step])] + cut.rest()
    assert pieces == once


def test_each_framing_alone() -> None:
    for raw, messages in PIECES.items():
        one = Framing()
        got = [part.strip().replace(b"\r", b"") for part in one.feed(raw) + one.rest()]
        assert got == [part.strip().replace(b"\r", b"") for part in messages] and not one.partial


def test_a_message_of_many_lines_waits_until_it_is_whole() -> None:
    one = Framing()
    assert one.feed(RSA + b"\n") == [] and one.flush() == [RSA]
    assert one.feed(RSA + b"\n" + CEF + b"\n") == [RSA, CEF]


def test_what_is_too_long_is_left_out_and_counted() -> None:
    one = Framing(largest=100)
    assert one.feed(counted(b"x" * 101) + b"y" * 200) == [] and one.partial
    assert one.feed(b"y\n<1>ok\n" + counted(b"<1>ok")) == [b"<1>ok", b"<1>ok"] and one.oversize == 2
    assert one.feed(b"z" * 101 + b"\n<1>ok\n") == [b"<1>ok"] and one.oversize == 3
    assert one.feed(b"999999999 ") == [] and one.oversize == 4 and one.feed(b"<1>ok\n") == []


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60) | st.sampled_from([b"7 ", b"\n", b"\0", b"EventCode=1\n", b"RsaSA\n"]), max_size=20))
def test_any_stream_is_survived(pieces: list[bytes]) -> None:
    one = Framing(largest=50)
    total = 0
    for piece in pieces:
        total += sum(map(len, one.feed(piece)))
        assert one.size <= 50 + 60 + 12 + 160
    assert total + sum(map(len, one.rest())) <= sum(map(len, pieces)) + len(pieces) + 2


def test_a_slow_sender_does_not_make_work_grow() -> None:
    one = Framing()
    for _ in range(200_000):
        one.feed(b"x")
    assert one.feed(b"\n") == [b"x" * 200_000]
