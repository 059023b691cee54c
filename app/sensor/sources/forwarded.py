"""What the process of a hub's source writes for its parent, and what that says back."""

from collections.abc import Callable

import msgspec
from msgspec import Struct

MESSAGE, REPORT = 3, 4
"""Kinds of what is written, beside those of app.sensor.process: a Forwarded message of the stream, one with a sensor's report."""
STORED = "stored "
"""Begins the lines of the parent: every message up to this place is stored for good."""


class Forwarded(Struct, frozen=True, array_like=True):
    """A message as the hub gave it. place: counts those of its process from 1, 0 for a report. at: the hub's UTC microseconds."""

    place: int
    subject: str
    id: str
    at: int
    data: bytes


encode_forwarded: Callable[[Forwarded], bytes] = msgspec.msgpack.Encoder().encode
decode_forwarded: Callable[[bytes], Forwarded] = msgspec.msgpack.Decoder(Forwarded).decode
