"""A bounded queue of received messages between the thread that receives and the one that reads them."""

import threading
from collections import deque

from msgspec import Struct

MESSAGES, BYTES = 200_000, 1 << 26
"""At most so many messages of so many bytes in all wait."""


class Received(Struct, frozen=True, gc=False):
    """Messages that came together. at: UTC microseconds. senders: textual, or the socket address as the kernel wrote it."""

    at: int
    messages: list[bytes]
    senders: list[str | bytes]


class Inbox:
    """First in, first out; never holds more than its bounds, except for one batch where it is empty."""

    def __init__(self, messages: int = MESSAGES, size: int = BYTES) -> None:
        self._limits = messages, size
        self._batches: deque[Received] = deque()
        self._count = self._bytes = 0
        self._changed = threading.Condition()

    def put(self, batch: Received, wait: threading.Event | None = None) -> bool:
        """Append; False when it is full. With wait: block until there is room or wait is set."""
        size = sum(map(len, batch.messages))
        with self._changed:
            while self._batches and (self._count + len(batch.messages) > self._limits[0] or self._bytes + size > self._limits[1]):
                if wait is None or wait.is_set():
                    return False
                self._changed.wait(0.1)
            self._batches.append(batch)
            self._count += len(batch.messages)
            self._bytes += size
            self._changed.notify_all()
        return True

    def take(self, seconds: float) -> Received | None:
        """The oldest batch; None when none came in so many seconds."""
        with self._changed:
            if not self._batches:
                self._changed.wait(seconds)
            if not self._batches:
                return None
            batch = self._batches.popleft()
            self._count -= len(batch.messages)
            self._bytes -= sum(map(len, batch.messages))
            self._changed.notify_all()
            return batch

    def left(self) -> int:
        """Number of messages that wait."""
        with self._changed:
            return self._count
