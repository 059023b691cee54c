"""What crosses between machines: one message, its form's version before it, compressed with Zstandard (RFC 8878)."""

import struct
from collections.abc import Callable
from typing import TypeVar

import msgspec
import zstandard
from msgspec import Struct

from app.model.rows import Problem

FORM = 1
"""Version of the form of messages; a reader accepts OLDEST to FORM."""
OLDEST = 1
MAGIC = b"WL"
HEAD = struct.Struct(">2sH")
"""Before each message: MAGIC, version of the form."""
LARGEST = 16 << 20
"""Bytes of a message when it is unpacked; senders stay far below, whoever sends more is refused."""
LEVEL = 3

T = TypeVar("T")


class LinkError(Exception):
    """A message that cannot be used, or a link that cannot be made; the message is one sentence for the user."""


class FormError(LinkError):
    """The other side is too new or too old. form: the version that it speaks."""

    def __init__(self, form: int) -> None:
        age = "newer" if form > FORM else "older"
        super().__init__(f"It speaks version {form} of the link, which is {age} than what is known here ({OLDEST} to {FORM}).")
        self.form = form


class Opened(Struct, frozen=True, array_like=True, tag="opened"):
    """An input of the sensor begins. key: of the input, unique over all sensors; since: UTC microseconds."""

    key: str
    label: str
    kind: str
    since: int


class Batch(Struct, frozen=True, array_like=True, tag="batch"):
    """Activities of an input, as app.link.codec.encode_batch writes them; count: how many."""

    key: str
    count: int
    activities: bytes


class Told(Struct, frozen=True, array_like=True, tag="told"):
    """How far an input is: records received so far, first and last time (UTC microseconds), what could not be used."""

    key: str
    records: int
    first: int | None
    last: int | None
    problems: tuple[Problem, ...] = ()


class Closed(Struct, frozen=True, array_like=True, tag="closed"):
    """An input is over. state: done, partial, failed; the rest as Told."""

    key: str
    state: str
    records: int
    first: int | None
    last: int | None
    problems: tuple[Problem, ...] = ()


Message = Opened | Batch | Told | Closed

_encode = msgspec.msgpack.Encoder().encode
_decode: Callable[[bytes], Message] = msgspec.msgpack.Decoder(Message).decode


def seal(message: Message) -> bytes:
    """The bytes of a message."""
    return pack(_encode(message))


def unseal(data: bytes) -> Message:
    """The inverse of seal. Raises FormError for another version, LinkError for other bytes; never unpacks beyond LARGEST."""
    return unpack(data, LARGEST, _decode)


def pack(plain: bytes) -> bytes:
    """Compressed, behind the version of the form."""
    return HEAD.pack(MAGIC, FORM) + zstandard.ZstdCompressor(level=LEVEL).compress(plain)


def unpack(data: bytes, largest: int, decode: Callable[[bytes], T]) -> T:
    """What decode makes of the bytes that were packed. Raises as unseal; never unpacks beyond largest."""
    if len(data) < HEAD.size or not data.startswith(MAGIC):
        raise LinkError("A message is not one of Wardlight's.")
    form = HEAD.unpack_from(data)[1]
    if not OLDEST <= form <= FORM:
        raise FormError(form)
    try:
        if zstandard.get_frame_parameters(data[HEAD.size :]).content_size > largest:  # also what does not say how large it is
            raise LinkError("A message is larger than any that is sent.")
        return decode(zstandard.ZstdDecompressor().decompress(data[HEAD.size :], max_output_size=largest))
    except (zstandard.ZstdError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LinkError(f"A message is damaged: {error}.") from error
