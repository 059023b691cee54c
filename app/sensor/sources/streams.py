"""Syslog over TCP and TLS (RFC 6587, RFC 5425): connections within bounds, each with its own framing."""

import contextlib
import selectors
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable

from app.model.counting import size
from app.sensor.events.syslog_framing import Framing
from app.sensor.sources.inbox import Inbox, Received
from app.sensor.sources.sockets import plain

CONNECTIONS, PER_SENDER = 512, 128
"""At most so many connections, and so many from one address."""
HANDSHAKE, FIRST, PARTIAL, IDLE = 10.0, 60.0, 60.0, 4 * 3600.0
"""Seconds for the TLS handshake, for the first whole message, for the rest of a begun one, and between two."""
UNFINISHED = 1 << 26
"""Bytes of unfinished messages that are held, of all connections."""
HELD = 0.5
"""Seconds after which a message of many lines is taken to be whole."""
CUT = "message cut off by the end of its connection"
ENDLESS = "last message of a connection without its end: taken as whole, it may be cut"
UNTRUSTED = "TLS connection ended without a message: so does a sender that does not trust the certificate of this listener"
_CHUNK, _TURNS = 1 << 16, 16

Lost = Callable[[str, int, str], None]
"""(what, count, where): as dropped() and note() of app.sensor.sources.living.Outlet."""


class _Connection:
    __slots__ = ("framing", "handshaking", "last", "oversize", "peer", "since", "sock", "stuck", "whole")

    def __init__(self, sock: socket.socket, peer: str, now: float, handshaking: bool) -> None:
        self.sock = sock
        self.peer = peer
        self.framing = Framing()
        self.since = self.last = self.stuck = now
        self.handshaking = handshaking
        self.whole = False
        self.oversize = 0


class Streams:
    """All connections of one listening socket; turn() is called again and again by the thread that receives."""

    def __init__(self, listener: socket.socket, context: ssl.SSLContext | None, inbox: Inbox, dropped: Lost, note: Lost) -> None:
        self._listener = listener
        self._context = context
        self._inbox = inbox
        self._dropped = dropped
        self._note = note
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ, None)
        self._open: dict[int, _Connection] = {}
        self._senders: Counter[str] = Counter()
        self._again: set[int] = set()
        self._swept = 0.0

    def turn(self, stop: threading.Event) -> None:
        """Accept, read and close what is due; waits a fifth of a second at most."""
        for key, _ in self._selector.select(0 if self._again else 0.2):
            if key.data is None:
                self._accept()
            else:
                self._again.discard(key.fd)
                self._read(key.data, stop)
        for number in list(self._again):
            self._again.discard(number)
            if number in self._open:
                self._read(self._open[number], stop)
        now = time.monotonic()
        if now - self._swept > HELD:
            self._swept = now
            self._sweep(now, stop)

    def close(self, stop: threading.Event) -> None:
        """Hand on what is whole and close all."""
        for connection in list(self._open.values()):
            self._end(connection, stop)
        self._selector.close()
        self._listener.close()

    def _accept(self) -> None:
        for _ in range(64):
            try:
                sock, where = self._listener.accept()
            except BlockingIOError:
                return
            except OSError as error:  # no file is left to open, for example: it waits until one is
                self._note("connection could not be taken", 1, str(error.strerror or error))
                time.sleep(0.05)
                return
            peer = plain(str(where[0]))
            if len(self._open) >= CONNECTIONS or self._senders[peer] >= PER_SENDER:
                sock.close()
                self._note("connection refused: too many are open", 1, peer)
                continue
            try:
                sock.setblocking(False)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                if self._context is not None:
                    sock = self._context.wrap_socket(
                        sock, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=False
                    )
            except (OSError, ValueError):
                sock.close()
                continue
            connection = _Connection(sock, peer, time.monotonic(), self._context is not None)
            self._open[sock.fileno()] = connection
            self._senders[peer] += 1
            self._selector.register(sock, selectors.EVENT_READ, connection)

    def _handshake(self, connection: _Connection) -> bool:
        assert isinstance(connection.sock, ssl.SSLSocket)
        wanted = selectors.EVENT_READ
        try:
            connection.sock.do_handshake()
            connection.handshaking = False
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLWantWriteError:
            wanted = selectors.EVENT_WRITE
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or "closed"
            self._note("TLS handshake failed", 1, f"{connection.peer}: {reason}")
            self._shut(connection)
            return False
        self._selector.modify(connection.sock, wanted, connection)
        return not connection.handshaking

    def _read(self, connection: _Connection, stop: threading.Event) -> None:
        if connection.handshaking and not self._handshake(connection):
            return
        for _ in range(_TURNS):
            try:
                data = connection.sock.recv(_CHUNK)
            except (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except ssl.SSLEOFError:  # some senders end so in good order; what it was is told with what it cost
                self._end(connection, stop, ended="ended without closing TLS")
                return
            except (OSError, ValueError) as error:
                self._end(connection, stop, str(getattr(error, "reason", None) or getattr(error, "strerror", None) or error))
                return
            if not data:
                self._end(connection, stop)
                return
            connection.last = time.monotonic()
            self._hand_on(connection, connection.framing.feed(data), stop)
        self._again.add(connection.sock.fileno())

    def _hand_on(self, connection: _Connection, messages: list[bytes], stop: threading.Event) -> None:
        framing = connection.framing
        if framing.oversize > connection.oversize:
            more = framing.oversize - connection.oversize
            connection.oversize = framing.oversize
            self._dropped(f"message longer than {size(framing.largest)}", more, connection.peer)
        if messages:
            connection.whole = True
            connection.stuck = connection.last
            batch = Received(time.time_ns() // 1000, messages, [connection.peer] * len(messages))
            if not self._inbox.put(batch, stop):
                self._dropped("not read any more when the source was stopped", len(messages), connection.peer)
        elif not framing.partial:
            connection.stuck = connection.last

    def _sweep(self, now: float, stop: threading.Event) -> None:
        for connection in list(self._open.values()):
            if now - connection.last > HELD:
                self._hand_on(connection, connection.framing.flush(), stop)
            why = ""
            if connection.handshaking:
                why = "TLS handshake not done in time" if now - connection.since > HANDSHAKE else ""
            elif not connection.whole and now - connection.since > FIRST:
                why = "connection closed: no whole message in time"
            elif connection.framing.partial and now - connection.stuck > PARTIAL:
                why = "connection closed: the rest of a message did not come in time"
            elif now - connection.last > IDLE:
                why = "connection closed: nothing came for hours"
            if why:
                self._note(why, 1, connection.peer)
                self._end(connection, stop)

        held = sum(one.framing.size for one in self._open.values())
        for connection in sorted(self._open.values(), key=lambda one: one.framing.size, reverse=True):
            if held <= UNFINISHED:
                break
            held -= connection.framing.size
            self._note("connection closed: unfinished messages take too much memory", 1, connection.peer)
            self._end(connection, stop)

    def _end(self, connection: _Connection, stop: threading.Event, broken: str = "", ended: str = "") -> None:
        """broken: why the connection did not end in order, so that what has no end is cut and not the last message.

        ended: how it ended, where that may have been in order.
        """
        how = broken or ended
        where = f"{connection.peer}: {how}" if how else connection.peer
        framing, begun = connection.framing, connection.framing.partial
        last = framing.flush() if broken else framing.rest()
        if last and begun and not framing.partial:
            self._note(ENDLESS, 1, where)
        self._hand_on(connection, last, stop)
        if framing.partial:
            self._dropped(CUT, 1, where)
        elif isinstance(connection.sock, ssl.SSLSocket) and not connection.handshaking and not connection.whole:
            self._note(UNTRUSTED, 1, where)
        self._shut(connection)

    def _shut(self, connection: _Connection) -> None:
        number = connection.sock.fileno()
        self._open.pop(number, None)
        self._again.discard(number)
        self._senders[connection.peer] -= 1
        if self._senders[connection.peer] <= 0:
            del self._senders[connection.peer]
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(connection.sock)
        connection.sock.close()
