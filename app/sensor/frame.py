"""What the stages of a sensor hand to each other: flows, messages' places, and counted problems."""

from collections.abc import Callable
from mmap import mmap
from typing import Any, Literal

import numpy as np
from msgspec import Struct

from app.model.activity import Activity, Endpoint

Emit = Callable[[Activity], None]
"""Where a conversation puts a finished activity."""

Count = Callable[[str, int], None]
"""Count one problem: (what, frame number of its first place). what is a short constant sentence such as "LDAP sealed"."""


class Flow(Struct, frozen=True):
    """Who talks with whom; the same value for all messages of one conversation. client asked first.

    ring: the user's keys for this input (conversations.keyring.Keyring), None without any, which is the normal case.
    """

    input: str
    client: Endpoint
    server: Endpoint
    transport: Literal["tcp", "udp"]
    ring: Any = None


class Captured(Struct, frozen=True, gc=False):
    """One frame as it lies in a capture: link type (LINKTYPE_ number), bytes, UTC microseconds, original length.

    nano: nanoseconds beyond the microsecond, None when the capture tells none.
    """

    link: int
    data: bytes
    at: int
    length: int
    nano: int | None = None


Array = np.ndarray[Any, np.dtype[Any]]
"""A one-dimensional NumPy array, its element type said where it is made."""


class Records(Struct, frozen=True):
    """One window of a capture: where its packets lie in data (the mapped file), in file order.

    first: frame number of the first packet. link: LINKTYPE_ number of all, or one for each packet (int64).
    start, size, length: offset in data, captured and original bytes. at: UTC microseconds. All int64, one for each packet.
    nano: nanoseconds beyond the microsecond, None when the capture tells none.
    """

    data: bytes | mmap
    first: int
    link: int | Array
    start: Array
    size: Array
    length: Array
    at: Array
    nano: Array | None = None


def part_of(whole: Records, begin: int, end: int) -> Records:
    """The packets at these places of a window, as a window."""
    if begin <= 0 and end >= len(whole.start):
        return whole
    return Records(
        data=whole.data,
        first=whole.first + begin,
        link=whole.link if isinstance(whole.link, int) else whole.link[begin:end],
        start=whole.start[begin:end],
        size=whole.size[begin:end],
        length=whole.length[begin:end],
        at=whole.at[begin:end],
        nano=None if whole.nano is None else whole.nano[begin:end],
    )
