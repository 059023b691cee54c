"""Sends to a syslog receiver: UDP (RFC 5426), TCP (RFC 6587), TLS (RFC 5425).

Syslog has no answer. Over UDP a notice counts as delivered once it left, unless the receiver's machine said that nobody listens.
Over TCP and TLS it counts once the receiver's machine has acknowledged every byte and has not closed the connection; where the
system does not tell what was acknowledged, once it was handed to the system.
"""

import os
import select
import socket
import ssl
import struct
import time
from collections.abc import Sequence
from contextlib import suppress

from app.engine.notices.syslog import datagram, framed, message
from app.model.notice import Notice, SyslogTarget
from app.notify.errors import NotDelivered, why
from app.notify.trust import context

TIMEOUT = 10.0
"""Seconds for connecting, for sending, and for the acknowledgement."""
SIOCOUTQ = 0x5411
"""Linux: bytes of a TCP socket that the other side has not acknowledged (tcp(7))."""
REFUSAL = 0.05
"""Seconds in which the receiver's machine may say that nobody listens to a datagram."""
_STEP = 0.01


class SyslogSender:
    """One receiver; keeps its connection. send raises NotDelivered, and what it was given may have arrived in part."""

    def __init__(self, target: SyslogTarget) -> None:
        self._target = target
        self._socket: socket.socket | None = None
        self._host = socket.getfqdn()[:255] or "localhost"

    def send(self, notices: Sequence[Notice]) -> str:
        """Deliver these in order; returns ""."""
        target = self._target
        try:
            link = self._connected()
            for one in notices:
                data = message(one, target.header, target.form, self._host, os.getpid())
                if target.transport == "udp":
                    link.send(datagram(data))
                else:
                    link.sendall(framed(data, "octets" if target.transport == "tls" else target.framing))
            self._confirm(link)
        except (OSError, ValueError) as error:
            self.close()
            if isinstance(error, NotDelivered):
                raise
            raise NotDelivered(
                f"{target.address}:{target.port} does not take it over {target.transport.upper()}: {why(error)}."
            ) from error
        return ""

    def close(self) -> None:
        """Give the connection back."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.close()
            self._socket = None

    def _connected(self) -> socket.socket:
        if self._socket is not None and self._gone(self._socket):
            self.close()
        if self._socket is None:
            target = self._target
            if target.transport == "udp":
                family, kind, number, _, place = socket.getaddrinfo(target.address, target.port, type=socket.SOCK_DGRAM)[0]
                link = socket.socket(family, kind, number)
                link.settimeout(TIMEOUT)
                link.connect(place)  # so that a refusal comes back as an error
            else:
                link = socket.create_connection((target.address, target.port), TIMEOUT)
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if target.transport == "tls":
                    made = context(target.authorities, target.certificate, target.key)
                    try:
                        link = made.wrap_socket(link, server_hostname=target.address)
                    except BaseException:
                        link.close()
                        raise
            self._socket = link
        return self._socket

    def _gone(self, link: socket.socket) -> bool:
        """Whether the receiver closed a connection that was kept; it never has anything to say."""
        if self._target.transport == "udp":
            return False
        try:
            return bool(select.select([link], [], [], 0)[0]) and not self._heard(link)
        except (OSError, ValueError):
            return True

    @staticmethod
    def _heard(link: socket.socket) -> bool:
        """Read and forget what it says; False when it closed."""
        link.settimeout(0)
        try:
            return bool(link.recv(4096))
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        finally:
            link.settimeout(TIMEOUT)

    def _confirm(self, link: socket.socket) -> None:
        """Wait until what was sent has come to the other machine. Raises NotDelivered, OSError."""
        if self._target.transport == "udp":
            if select.select([link], [], [], REFUSAL)[0]:
                link.recv(1)  # raises what the other machine said
            return
        until = time.monotonic() + TIMEOUT
        while (left := _unacknowledged(link)) > 0:
            if time.monotonic() > until:
                raise NotDelivered(f"{self._target.address}:{self._target.port} does not acknowledge {left} bytes.")
            time.sleep(_STEP)
        if self._gone(link):
            raise NotDelivered(f"{self._target.address}:{self._target.port} closed the connection.")


def _unacknowledged(link: socket.socket) -> int:
    """Bytes on the way, 0 where the system does not say."""
    try:
        import fcntl

        return int(struct.unpack("i", fcntl.ioctl(link.fileno(), SIOCOUTQ, b"\0" * 4))[0])
    except (ImportError, OSError):
        return 0
