"""Whatever bytes come, reading a message gives values that can be kept, or a LinkError; nothing else."""

import msgspec
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from app.link.codec import encode_batch
from app.link.envelope import HEAD, LEVEL, MAGIC, Batch, Closed, LinkError, Opened, Told, unseal
from app.link.sound import LATEST, sound_activities, sound_figures, sound_problems, sound_words
from app.model.rows import Problem
from tests.engine.workspace import made

KEY = "s1.aaaa"
PROBLEMS = (Problem(what="kernel ring full", count=3, where="frame 7"),)
WHOLE = [
    msgspec.msgpack.encode(one)
    for one in (
        Opened(KEY, "eth0 (live)", "pcap", 1),
        Batch(KEY, 20, encode_batch(made(20, key=KEY))),
        Told(KEY, 20, 1, 2, PROBLEMS),
        Closed(KEY, "done", 20, 1, 2, PROBLEMS),
    )
]


def packed(body: bytes) -> bytes:
    """A message whose outside is right."""
    return HEAD.pack(MAGIC, 1) + zstandard.ZstdCompressor(level=LEVEL).compress(body)


def read(data: bytes) -> None:
    """As the receiver does."""
    try:
        message = unseal(data)
        if isinstance(message, Batch):
            for one in sound_activities(message):
                assert one.input == message.key and 0 <= one.at < LATEST
        elif not isinstance(message, Opened):
            sound_figures(message.records, message.first, message.last)
            sound_problems(message.problems)
    except LinkError:
        pass


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    read(data)
    read(packed(data))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_messages_with_bytes_changed(whole: bytes, data: st.DataObject) -> None:
    body = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    read(packed(bytes(body)))


@settings(max_examples=100, deadline=None)
@given(st.text(), st.integers(1, 50))
def test_words_are_one_line_of_bounded_length(text: str, most: int) -> None:
    words = sound_words(text, most)

    assert len(words) <= most and all(one.isprintable() for one in words)
