"""What several frames say together: in order, once, and only what belongs to one message."""

import pytest

from app.sensor.frame import Captured
from app.sensor.packets.joined import MOST_FRAMES, joined
from tests.sensor.wire import ether, ip4, tcp

A, B = "10.0.0.1", "10.0.0.2"


def said(data: bytes, seq: int, ack: int = 500, back: bool = False, start: int = 1000) -> Captured:
    """A segment from A:40000 to B:389, or back."""
    ends, ports = ((B, A), (389, 40_000)) if back else ((A, B), (40_000, 389))
    frame = ether(ip4(*ends, 6, tcp(*ports, (start + seq) % (1 << 32), data, 16, ack)))
    return Captured(1, frame, 0, len(frame))


def test_segments_are_joined_in_sequence_order_and_what_is_there_twice_counts_once() -> None:
    frames = [said(b"abc", 0), said(b"ghi", 6), said(b"def", 3), said(b"cde", 2)]
    whole = joined(frames, 2)

    assert whole is not None
    assert (whole.source, whole.target, whole.data) == (40_000, 389, b"abcdefghi")
    assert whole.members == (0, 1, 2, 3)


def test_sequence_numbers_wrap() -> None:
    start = (1 << 32) - 2
    whole = joined([said(b"abc", 0, start=start), said(b"def", 3, start=start)], 1)

    assert whole is not None and whole.data == b"abcdef"


def test_an_answer_in_between_ends_the_message() -> None:
    frames = [said(b"abc", 0, ack=500), said(b"yes", 0, ack=1003, back=True, start=500), said(b"def", 3, ack=503)]

    assert joined(frames, 0) is None
    assert joined([*frames, said(b"ghi", 6, ack=503)], 3).data == b"defghi"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param([said(b"abc", 0)], id="one frame"),
        pytest.param([said(b"abc", 0), said(b"", 3)], id="the other is empty"),
        pytest.param([said(b"abc", 0), said(b"def", 9)], id="a hole"),
        pytest.param([said(b"abc", 0), Captured(1, b"", 0, 0)], id="no packet at all"),
        pytest.param([said(b"x", n) for n in range(MOST_FRAMES + 1)], id="too many"),
    ],
)
def test_nothing_is_guessed(frames: list[Captured]) -> None:
    assert joined(frames, 0) is None


def test_a_place_that_is_not_there_is_nothing() -> None:
    assert joined([said(b"abc", 0), said(b"def", 3)], 7) is None
