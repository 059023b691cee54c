"""What is asked of a sensor over a link, and what it answers: packets of its activities, names, a restart."""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from app.link.envelope import pack, unpack

LARGEST_QUESTION = 1 << 16
LARGEST_ANSWER = 8 << 20
"""Bytes of each when it is unpacked."""
MOST_FRAMES = 512
"""Frames that one question may name; what is beyond them is left for another one."""


class PacketsAsked(Struct, frozen=True, array_like=True, tag="packets"):
    """The packets of an input with these frame numbers. input: key of the sensor's input, as in its messages."""

    input: str
    frames: tuple[int, ...]


class RestartAsked(Struct, frozen=True, array_like=True, tag="restart"):
    """End in order and begin again. who: asks for it, for the sensor's record."""

    who: str = ""


class NamesAsked(Struct, frozen=True, array_like=True, tag="names"):
    """Ask these addresses for their names, when active resolution is switched on."""

    addresses: tuple[str, ...]


Question = PacketsAsked | RestartAsked | NamesAsked


class Packets(Struct, frozen=True, array_like=True, tag="packets"):
    """Packets as a pcapng file whose packet ids are the frame numbers; b"" when none is kept.

    missing: frames that are not kept any more; why: one sentence about them. more: those for which there was no room.
    """

    file: bytes = b""
    missing: tuple[int, ...] = ()
    why: str = ""
    more: tuple[int, ...] = ()


class Done(Struct, frozen=True, array_like=True, tag="done"):
    """It is done, or will be at once."""


class Refused(Struct, frozen=True, array_like=True, tag="refused"):
    """It is not done; why: one sentence."""

    why: str


Reply = Packets | Done | Refused

_encode = msgspec.msgpack.Encoder().encode
_question: Callable[[bytes], Question] = msgspec.msgpack.Decoder(Question).decode
_reply: Callable[[bytes], Reply] = msgspec.msgpack.Decoder(Reply).decode


def encode_question(question: Question) -> bytes:
    """The bytes of a question."""
    return pack(_encode(question))


def decode_question(data: bytes) -> Question:
    """The inverse of encode_question. Raises LinkError."""
    return unpack(data, LARGEST_QUESTION, _question)


def encode_reply(reply: Reply) -> bytes:
    """The bytes of a reply."""
    return pack(_encode(reply))


def decode_reply(data: bytes) -> Reply:
    """The inverse of encode_reply. Raises LinkError; never unpacks beyond LARGEST_ANSWER."""
    return unpack(data, LARGEST_ANSWER, _reply)
