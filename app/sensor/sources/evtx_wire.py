"""What the reading process and the child that runs the foreign EVTX readers say to each other: framed MessagePack."""

from typing import IO

import msgspec

LARGEST = 1 << 28
"""Bytes of one message; more is no message."""
RECORD = 1 << 21
"""Bytes of the text of one record; longer ones are counted as not readable."""


class Ask(msgspec.Struct, array_like=True):
    """Chunks to read. form: "json" or "xml" by the fast reader, "second" by the other one (at offsets of the only chunk).

    wanted: events whose text is wanted, as providers in lower case with numbers; empty for all.
    """

    form: str
    chunks: list[bytes]
    wanted: list[tuple[str, list[int]]] = []
    offsets: list[int] = []


class Part(msgspec.Struct, array_like=True):
    """What one chunk gave. numbers: of the records delivered, 8 bytes each, little-endian, in order.

    texts: (position in numbers, text) of those wanted. errors: how many were refused; error: words of the first.
    """

    numbers: bytes = b""
    texts: list[tuple[int, str]] = []
    errors: int = 0
    error: str = ""


ENCODER = msgspec.msgpack.Encoder()
ASK, PARTS = msgspec.msgpack.Decoder(Ask), msgspec.msgpack.Decoder(list[Part])


def write(out: IO[bytes], message: bytes) -> None:
    """Write one framed message; raises OSError."""
    out.write(len(message).to_bytes(4, "little"))
    out.write(message)
    out.flush()


def read(source: IO[bytes]) -> bytes:
    """The next framed message, b"" at the end of the stream or when it is cut or too long."""
    size = int.from_bytes(source.read(4), "little")
    if not 0 < size <= LARGEST:
        return b""
    message = source.read(size)
    return message if len(message) == size else b""
