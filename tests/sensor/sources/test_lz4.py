"""LZ4 frames unpacked: what the lz4 program wrote, every shape of a sequence, damage."""

import base64
import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sensor.sources.inputs import find_inputs, opened
from app.sensor.sources.lz4 import MAGIC, Lz4, unpack
from tests.sensor.wire import pcap

TEXT = b"".join(b"line %d of the sample\n" % (n * n) for n in range(40))
WRITTEN = base64.b64decode(
    "BCJNGHRAveoAAADxBmxpbmUgMCBvZiB0aGUgc2FtcGxlChUAHzEVAAEfNBUAAR85PwACHzYWAAEvMjUWAAEfMywAAh80WAACHzaDAAIfOK4AAi8xMNoAAx8y"
    "LgADLzQ0yQADD+AAAx854QADD+IAAy8yNS4AAx84XAACPzMyNCcBAw+UAQMP5gADLzQ0LgADHzhcAAIvNTKKAAIvNTe4AAIfNuYAAx82LgADHzdcAAMfN4oA"
    "Ax84uAADHznmAAMvOTb6AQQPQwEDLzEwcgEDLzExoQEDHzHQAQQvMTL/AQMvMTMuAgQfNF0CBBg1jAJQbXBsZQrokgNOAAAAANIguJs="
)
"""TEXT as `lz4 -9 -BD -BX` wrote it: linked blocks, each with a sum."""


def frame(*blocks: bytes, flags: int = 0x40, end: bytes = bytes(4)) -> bytes:
    """Blocks of at most 64 kB; plain ones are marked by their caller."""
    return MAGIC + bytes((flags, 0x40, 0)) + b"".join(blocks) + end


def block(data: bytes, plain: bool = False) -> bytes:
    return (len(data) | plain << 31).to_bytes(4, "little") + data


def read(data: bytes) -> bytes:
    return io.BufferedReader(Lz4(io.BytesIO(data)), 7).read()


def test_what_the_program_wrote() -> None:
    assert read(WRITTEN) == TEXT


SHAPES = [
    (block(b"\x30abc"), b"abc"),
    (block(b"abc", plain=True), b"abc"),
    (block(b"\x10a\1\0\x10z"), b"aaaaaz"),  # a match over itself
    (block(b"\x31abc\2\0\x10z"), b"abcbcbcbz"),
    (block(b"\x40abcd\4\0\x10z"), b"abcdabcdz"),
    (block(b"\xf0\xff\x01" + b"x" * 271), b"x" * 271),
    (block(b"\x1fa\1\0\xff\x02\x10z"), b"a" * (1 + 4 + 15 + 257) + b"z"),
]


@pytest.mark.parametrize(("packed", "plain"), SHAPES)
def test_every_shape(packed: bytes, plain: bytes) -> None:
    assert read(frame(packed)) == plain
    skipped = (0x184D2A51).to_bytes(4, "little") + (3).to_bytes(4, "little") + b"any"
    assert read(frame(packed) + skipped + frame(packed, packed, flags=0x60)) == plain * 3


def test_a_match_reaches_into_the_block_before_when_they_are_linked() -> None:
    both = block(b"\x30abc"), block(b"\0\3\0\x10z")
    assert read(frame(*both)) == b"abcabcaz"
    with pytest.raises(ValueError, match="damaged"):
        read(frame(*both, flags=0x60))


@pytest.mark.parametrize("packed", [b"\x30ab", b"\x10a\0\0\x10z", b"\x10a\2\0\x10z", b"\x1fa\1\0\xff", b"\xf0", b"\x10a\1"])
def test_damage_is_said(packed: bytes) -> None:
    with pytest.raises(ValueError, match="damaged"):
        read(frame(block(packed)))


def test_no_block_grows_over_what_the_frame_says() -> None:
    with pytest.raises(ValueError, match="damaged"):
        unpack(b"\x1fa\1\0" + b"\xff" * 300 + b"\0\x10z", bytearray(), 1 << 16)
    with pytest.raises(ValueError, match="damaged"):
        read(frame(block(bytes((1 << 16) + 1), plain=True)))


@pytest.mark.parametrize("cut", range(1, len(WRITTEN)))
def test_a_cut_end_is_said(cut: int) -> None:
    with pytest.raises((EOFError, ValueError)):
        read(WRITTEN[:-cut])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WRITTEN) - 1), st.integers(0, 255))
def test_noise_raises_nothing_else(place: int, value: int) -> None:
    with suppress(EOFError, ValueError):
        read(WRITTEN[:place] + bytes([value]) + WRITTEN[place + 1 :])


def test_a_capture_in_it_is_found_and_what_came_before_damage_is_read(tmp_path: Path) -> None:
    data = pcap([(1_000_000 * n, bytes([n]) * 50) for n in range(200)])
    (tmp_path / "a").write_bytes(frame(block(data[:9000], plain=True), block(data[9000:], plain=True)))
    (found,) = find_inputs([tmp_path / "a"])
    assert (found.kind, found.layers) == ("pcap", ("lz4",)) and opened(found)[0].data[:] == data
    (tmp_path / "b").write_bytes(frame(block(data[:9000], plain=True), block(b"\xf0")))
    (found,) = find_inputs([tmp_path / "b"])
    content, problem = opened(found)
    assert content.data[:] == data[:9000] and problem == "unpacked only in part: damaged LZ4 data"
