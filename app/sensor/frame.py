"""What the stages of a sensor hand to each other: flows, messages' places, and counted problems."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from app.model.activity import Activity, Endpoint

Emit = Callable[[Activity], None]
"""Where a conversation puts a finished activity."""

Count = Callable[[str, int], None]
"""Count one problem: (what, frame number of its first place). what is a short constant sentence such as "LDAP sealed"."""


class Flow(Struct, frozen=True):
    """Who talks with whom; the same value for all messages of one conversation. client asked first."""

    input: str
    client: Endpoint
    server: Endpoint
    transport: Literal["tcp", "udp"]


class Captured(Struct, frozen=True, gc=False):
    """One frame as it lies in a capture: link type (LINKTYPE_ number), bytes, UTC microseconds, original length."""

    link: int
    data: bytes
    at: int
    length: int
