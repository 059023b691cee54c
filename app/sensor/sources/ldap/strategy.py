"""How ldap3 receives here: large blocks, entries decoded in one pass, and an ear for the wish to stop."""

import time
from collections.abc import Callable
from typing import Any

from ldap3.core.exceptions import LDAPResponseTimeoutError, LDAPSocketReceiveError
from ldap3.strategy.base import RESPONSE_COMPLETE, SESSION_TERMINATED_BY_SERVER
from ldap3.strategy.sync import SyncStrategy
from ldap3.utils.asn1 import decode_message_fast

from app.sensor.decoders.directory.entry import ENTRY, Malformed, entry, envelope, span

BLOCK, LARGEST = 1 << 18, 1 << 28
"""Bytes received at once, and of one message at most."""
STEP = 0.4
"""Seconds between two looks whether to stop."""
_NOTICE = "1.3.6.1.4.1.1466.20036"
"""Notice of disconnection (RFC 4511 section 4.4.1)."""


class Receiving(SyncStrategy):  # type: ignore[misc]
    """The synchronous strategy of ldap3, whose own decoder takes most of the time of a large search."""

    stopped: Callable[[], bool] = staticmethod(lambda: False)
    patience = 120.0
    received = 0

    def _get_response(self, message_id: int, timeout: float) -> Any:
        """All messages up to the one that ends the operation, as dictionaries of ldap3."""
        data, out = bytearray(), []
        try:
            while True:
                size = 0
                while not size or len(data) < size:
                    block = self._block()
                    if not block:
                        return SESSION_TERMINATED_BY_SERVER
                    data += block
                    size = span(data, 0, LARGEST)
                at = 0
                while size and at + size <= len(data):
                    message = bytes(data[at : at + size])
                    at += size
                    ident, tag, place = envelope(message)
                    if tag == ENTRY and ident == message_id:
                        dn, attributes = entry(message, place)
                        out.append({"type": "searchResEntry", "dn": dn, "raw_attributes": attributes, "attributes": attributes})
                    else:
                        found = self.decode_response_fast(decode_message_fast(message))
                        if ident == 0 and found.get("responseName") == _NOTICE:
                            return SESSION_TERMINATED_BY_SERVER
                        if ident == message_id:
                            out.append(found)
                            if found["type"] not in ("searchResEntry", "searchResRef", "intermediateResponse"):
                                out.append(RESPONSE_COMPLETE)
                                return out
                    size = span(data, at, LARGEST)
                del data[:at]
        except (Malformed, IndexError, KeyError, TypeError) as error:
            raise LDAPSocketReceiveError("the directory sent what is no LDAP") from error

    def _block(self) -> bytes:
        """What comes next, b"" at the end. Raises LDAPSocketReceiveError, LDAPResponseTimeoutError."""
        until = time.monotonic() + self.patience
        socket = self.connection.socket
        try:
            socket.settimeout(STEP)
            while True:
                if self.stopped():
                    raise LDAPSocketReceiveError("stopped")
                try:
                    block: bytes = socket.recv(BLOCK)
                    self.received += len(block)
                    return block
                except (TimeoutError, BlockingIOError):
                    if time.monotonic() > until:
                        raise LDAPResponseTimeoutError("no answer in time") from None
        except OSError as error:
            raise LDAPSocketReceiveError(str(error)) from error
        finally:
            self._unlimit(socket)

    @staticmethod
    def _unlimit(socket: Any) -> None:
        try:
            socket.settimeout(None)
        except OSError:
            return
