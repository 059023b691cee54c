"""Datagrams of one socket, many at a time where the system has a call for that."""

import ctypes
import socket
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from app.sensor.sources.sockets import SO_RXQ_OVFL, plain

BATCH, SLOT = 256, 1 << 16
"""Datagrams that are taken by one call, and bytes of the longest there can be."""
Taken = tuple[list[bytes], list[str | bytes], int]
"""(datagrams, their senders, drops that the kernel had counted before the last of them; 0 when it told none)."""
Take = Callable[[], Taken]

_NAME, _CONTROL = 28, 64


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("len", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """struct msghdr (recvmsg(2))."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("namelen", ctypes.c_uint32),
        ("vector", ctypes.POINTER(_Vector)),
        ("vectors", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("controllen", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """struct mmsghdr (recvmmsg(2))."""

    _fields_ = (("header", _Header), ("len", ctypes.c_uint))


def taker(sock: socket.socket) -> Take:
    """A function that takes what waits at a non-blocking datagram socket, at most BATCH, and never waits."""
    if sys.platform == "linux":
        # A call that gives the interpreter away for each datagram would wait for the reading thread each time;
        # this one holds it, for many datagrams and without waiting.
        call = getattr(ctypes.PyDLL(None, use_errno=True), "recvmmsg", None)
        if call is not None:
            return _many(sock, call)
    return lambda: _one_by_one(sock)


def _many(sock: socket.socket, call: Any) -> Take:
    call.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)
    call.restype = ctypes.c_int
    data = ctypes.create_string_buffer(BATCH * SLOT)
    names = ctypes.create_string_buffer(BATCH * _NAME)
    controls = ctypes.create_string_buffer(BATCH * _CONTROL)
    vectors, headers = (_Vector * BATCH)(), (_Message * BATCH)()
    for index in range(BATCH):
        vectors[index].base, vectors[index].len = ctypes.addressof(data) + index * SLOT, SLOT
        one = headers[index].header
        one.name, one.namelen = ctypes.addressof(names) + index * _NAME, _NAME
        one.vector, one.vectors = ctypes.pointer(vectors[index]), 1
        one.control, one.controllen = ctypes.addressof(controls) + index * _CONTROL, _CONTROL
    fields = {"namelen": _Header.namelen.offset, "controllen": _Header.controllen.offset, "len": _Message.len.offset}
    whole: Any = headers
    table: Any = np.frombuffer(
        whole,
        np.dtype(
            {
                "names": list(fields),
                "formats": [np.uint32, np.uintp, np.uint32],
                "offsets": list(fields.values()),
                "itemsize": ctypes.sizeof(_Message),
            }
        ),
    )
    body, named, ancillary = memoryview(data), memoryview(names), memoryview(controls)
    number, place = sock.fileno(), ctypes.addressof(headers)
    nothing: Taken = ([], [], 0)
    kept = data, names, controls, vectors, headers  # what the kernel writes to must live as long as the function

    def take() -> Taken:
        got = call(number, place, BATCH, socket.MSG_DONTWAIT, None)
        if got <= 0 or not kept:
            return nothing
        sizes = table["len"][:got].tolist()
        told = int(table["controllen"][got - 1])
        messages = [bytes(body[at * SLOT : at * SLOT + size]) for at, size in enumerate(sizes)]
        senders: list[str | bytes] = [bytes(named[at * _NAME : (at + 1) * _NAME]) for at in range(got)]
        begin = (got - 1) * _CONTROL
        drops = _overflow(bytes(ancillary[begin : begin + told])) if told else 0
        table["namelen"][:got] = _NAME
        table["controllen"][:got] = _CONTROL
        return messages, senders, drops

    return take


def _overflow(control: bytes) -> int:
    """The count in SO_RXQ_OVFL ancillary data (struct cmsghdr, native alignment)."""
    word = ctypes.sizeof(ctypes.c_size_t)
    at = 0
    while at + word + 8 <= len(control):
        size = int.from_bytes(control[at : at + word], sys.byteorder)
        level = int.from_bytes(control[at + word : at + word + 4], sys.byteorder)
        kind = int.from_bytes(control[at + word + 4 : at + word + 8], sys.byteorder)
        if (level, kind) == (socket.SOL_SOCKET, SO_RXQ_OVFL):
            return int.from_bytes(control[at + word + 8 : at + word + 12], sys.byteorder)
        if size < word + 8:
            break
        at += -(-size // word) * word
    return 0


def _one_by_one(sock: socket.socket) -> Taken:
    messages: list[bytes] = []
    senders: list[str | bytes] = []
    while len(messages) < BATCH:
        try:
            data, sender = sock.recvfrom(SLOT)
        except OSError:  # nothing waits; Windows also tells so that an answer could not be delivered
            break
        messages.append(data)
        senders.append(plain(str(sender[0])))
    return messages, senders, 0
