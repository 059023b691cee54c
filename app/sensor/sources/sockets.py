"""Sockets that listen, opened with words for what goes wrong."""

import contextlib
import errno
import socket
import struct
import sys
from typing import Any

from app.sensor.sources.living import Cannot

RECEIVE_BUFFER = 1 << 26
SO_RXQ_OVFL, SO_MEMINFO, SO_RCVBUFFORCE = 40, 55, 33
"""Linux socket options (asm-generic/socket.h)."""
IP_PKTINFO, _IPV6_PKTINFO = 8, 50
"""linux/in.h, linux/in6.h"""
_DROPS = 8
"""SK_MEMINFO_DROPS (linux/sock_diag.h)."""


def listening(kind: socket.SocketKind, address: str, port: int) -> socket.socket:
    """A bound socket; "::" takes IPv4 too, "" is the same. Raises Cannot."""
    name = "UDP" if kind == socket.SOCK_DGRAM else "TCP"
    try:
        family, _, _, _, where = socket.getaddrinfo(address or "::", port, type=kind, flags=socket.AI_PASSIVE)[0]
    except (OSError, UnicodeError, OverflowError) as error:
        raise Cannot(f"The address {address!r} to listen on is not understood.") from error
    try:
        out = socket.socket(family, kind)
    except OSError as error:
        raise Cannot(f"This computer has no sockets for the address {address!r}.") from error
    try:
        if family == socket.AF_INET6:
            with contextlib.suppress(OSError):
                out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        if kind == socket.SOCK_STREAM:
            if sys.platform != "win32":  # there it would let two programs share a port
                out.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            _widen(out)
        out.bind(where)
        if kind == socket.SOCK_STREAM:
            out.listen(128)
        out.setblocking(False)
    except OSError as error:
        out.close()
        raise Cannot(_why(error, name, address, port)) from error
    return out


def _why(error: OSError, name: str, address: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{name} port {port} is in use by another program."
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"{name} port {port} needs a right that this program does not have: choose a port above 1023 and send to that, "
            "or on Linux give it CAP_NET_BIND_SERVICE."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{address} is no address of this computer."
    return f"{name} port {port} cannot be opened: {error.strerror or error}."


def _widen(out: socket.socket) -> None:
    """As large a receive buffer as the system grants, and on Linux a count of what it could not hold."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            out.setsockopt(socket.SOL_SOCKET, SO_RXQ_OVFL, 1)
        try:
            out.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
            return
        except OSError:
            pass
    size = RECEIVE_BUFFER
    while size >= 1 << 16:
        try:
            out.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
            return
        except OSError:
            size //= 2


def kernel_drops(sock: socket.socket) -> int:
    """Datagrams that the kernel could not hold since the socket was opened, modulo 2**32; 0 where it does not tell."""
    if sys.platform != "linux":
        return 0
    try:
        told = sock.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 64)
    except OSError:
        return 0
    return int(struct.unpack_from("=I", told, _DROPS * 4)[0]) if len(told) >= (_DROPS + 1) * 4 else 0


def sender_of(sender: str | bytes) -> str:
    """Textual address of a sender; of a sockaddr as Linux writes it, or text as it is."""
    if isinstance(sender, str):
        return sender
    try:
        family = int.from_bytes(sender[:2], sys.byteorder)
        if family == socket.AF_INET:
            return socket.inet_ntop(socket.AF_INET, sender[4:8])
        if family == socket.AF_INET6:
            return plain(socket.inet_ntop(socket.AF_INET6, sender[8:24]))
    except (ValueError, OSError):
        pass
    return ""


def plain(address: str) -> str:
    """Textual address without what IPv6 sockets put before IPv4 addresses, and without a zone."""
    return address.partition("%")[0].removeprefix("::ffff:") if "." in address else address.partition("%")[0]


def tell_place(sock: socket.socket) -> None:
    """Ask that each datagram says to which of this computer's addresses it came (Linux; elsewhere nothing happens)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
        if sock.family == socket.AF_INET6:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)


def receive_with_place(sock: socket.socket, size: int) -> tuple[bytes, tuple[Any, ...], list[tuple[int, int, bytes]]]:
    """(datagram, sender, ancillary data that sends an answer from the address where it came to). Raises OSError."""
    if sys.platform != "linux":
        data, sender = sock.recvfrom(size)
        return data, sender, []
    data, told, _, sender = sock.recvmsg(size, 256)
    wanted = socket.IPPROTO_IPV6 if sock.family == socket.AF_INET6 else socket.IPPROTO_IP
    return data, sender, [one for one in told if one[0] == wanted and one[1] in (IP_PKTINFO, _IPV6_PKTINFO)][:1]


def local_address(ancillary: list[tuple[int, int, bytes]]) -> str:
    """The address that such ancillary data names, "" without it."""
    for level, kind, value in ancillary:
        if level == socket.IPPROTO_IP and kind == IP_PKTINFO and len(value) >= 12:
            return socket.inet_ntop(socket.AF_INET, value[8:12])
        if level == socket.IPPROTO_IPV6 and kind == _IPV6_PKTINFO and len(value) >= 16:
            return plain(socket.inet_ntop(socket.AF_INET6, value[:16]))
    return ""
