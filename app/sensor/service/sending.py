"""From the outbox to the hub: in order, many on the way at once, sent again until the hub says that it has them."""

from collections import deque
from concurrent.futures import Future
from typing import Protocol

from app.link.envelope import LinkError
from app.link.numbers import message_id
from app.sensor.service.outbox import Entry, Outbox

ON_THE_WAY, BYTES = 128, 4 << 20
"""Messages and bytes of them that wait for their acknowledgement."""
TAKEN = 64
"""Messages that are read from the outbox at once."""
FORGOTTEN = 64
"""Acknowledged messages that are removed from the outbox at once; those that wait longer than LAZY seconds too."""
LAZY = 0.5
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds until a message that was not acknowledged is sent again: doubled each time, from the beginning after a success."""


class Publisher(Protocol):
    """What app.link.jetstream.Link is to the outbox. error: why there is no connection, "" while there is one."""

    error: str

    @property
    def connected(self) -> bool:
        """True while there is a connection."""

    def publish(self, subject: str, data: bytes, message_id: str = "") -> "Future[bool]":
        """The future ends when the stream has the message, and fails with LinkError when it must be sent again."""


class Sending:
    """Sends what waits in an outbox to one subject; all methods belong to one thread.

    sent: bytes that the hub acknowledged; error: why nothing is sent now, "" while all is well.
    """

    def __init__(self, outbox: Outbox, link: Publisher, subject: str) -> None:
        self._outbox, self._link, self._subject = outbox, link, subject
        self._way: deque[tuple[Entry, Future[bool]]] = deque()
        self._next: deque[Entry] = deque()
        self._done: list[Entry] = []
        self._done_since = 0.0
        self._after = 0
        self._bytes = 0
        self._failed = False
        self._wait, self._again = FIRST_WAIT, 0.0
        self._refusal = ""
        self.sent = self.messages = 0

    @property
    def error(self) -> str:
        """As the class says."""
        return self._refusal or ("" if self._link.connected else self._link.error or "There is no connection to the hub yet.")

    @property
    def idle(self) -> bool:
        """True when all that the outbox had is acknowledged and removed."""
        return not (self._way or self._next or self._done or self._outbox.messages)

    def step(self, now: float) -> None:
        """Take acknowledgements, remove what arrived, send more. now: seconds as time.monotonic(); returns soon."""
        self._landed(now)
        if self._done and (len(self._done) >= FORGOTTEN or now - self._done_since >= LAZY or not self._way):
            if self._outbox.forget(self._done):
                self._done = []
            self._done_since = now
        if self._failed:
            if self._way:  # what is still on the way may arrive, and is not sent twice then
                return
            self._failed = False
            self._next.clear()
            self._after = 0
        if now >= self._again and self._link.connected:
            self._send()

    def _landed(self, now: float) -> None:
        left: deque[tuple[Entry, Future[bool]]] = deque()
        for entry, future in self._way:
            if not future.done():
                left.append((entry, future))
                continue
            self._bytes -= len(entry.body)
            try:
                future.result()
            except LinkError as error:
                self._refusal = str(error) if self._link.connected else ""
                if not self._failed:  # once for all that were on the way
                    self._failed, self._again = True, now + self._wait
                    self._wait = min(self._wait * 2, LONGEST_WAIT)
                continue
            self._refusal, self._wait = "", FIRST_WAIT
            self.sent += len(entry.body)
            self.messages += 1
            if not self._done:
                self._done_since = now
            self._done.append(entry)
        self._way = left

    def _send(self) -> None:
        while len(self._way) < ON_THE_WAY and self._bytes < BYTES:
            if not self._next:
                found = self._outbox.waiting(self._after, TAKEN)
                if not found:
                    return
                self._after = found[-1].id
                arrived = {one.id for one in self._done}  # the disk may not have let them be removed yet
                self._next.extend(one for one in found if one.id not in arrived)
                continue
            entry = self._next[0]
            if self._way and (entry.alone or self._way[-1][0].alone):
                return  # nothing may overtake it, and it may overtake nothing
            self._next.popleft()
            future = self._link.publish(self._subject, entry.body, message_id(entry.run, entry.number))
            self._way.append((entry, future))
            self._bytes += len(entry.body)
