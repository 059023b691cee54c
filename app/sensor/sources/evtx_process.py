"""Asks the child that runs the foreign EVTX readers; a hang or crash there costs the child, never the caller."""

import atexit
import subprocess
import threading
import time
from contextlib import suppress

import msgspec

from app import paths, starting
from app.sensor.sources import evtx_wire as wire

LIMIT = 20.0
"""Seconds for one message; a block of a megabyte takes hundredths of one."""
IDLE = 1.0
"""Seconds after which the thread that watches the clock ends when nothing is asked."""


class Native:
    """One child, started when it is first asked and again after it died. One caller at a time.

    A thread watches the clock, since a pipe cannot be read with a time limit on every system.
    """

    def __init__(self, command: list[str] | None = None, limit: float = LIMIT) -> None:
        self._command, self._limit = command or starting.log_readers(), limit
        self._child: subprocess.Popen[bytes] | None = None
        self._due: float | None = None
        self._change = threading.Condition()
        self._watching = False
        self._asked = False
        self.deaths = 0

    def send(self, ask: wire.Ask) -> None:
        """Send a question; its answer must be fetched before the next one."""
        if self._asked:  # whoever asked before went away without the answer
            self.close()
        message = wire.ENCODER.encode(ask)
        child = self._running()
        assert child.stdin is not None
        self._clock(self._limit)
        self._asked = True
        with suppress(OSError):  # it died: told when the answer is fetched
            wire.write(child.stdin, message)

    def answer(self) -> list[wire.Part] | None:
        """The answer to what was sent; None when the child hung, died or said nonsense. It is ended then."""
        child, self._asked = self._child, False
        if child is None or child.stdout is None:
            return None
        self._clock(self._limit)
        try:
            message = wire.read(child.stdout)
            parts = wire.PARTS.decode(message) if message else None
        except (OSError, ValueError, msgspec.MsgspecError):
            parts = None
        self._clock(None)
        if parts is None:
            self.deaths += 1
            self.close()
        return parts

    def ask(self, ask: wire.Ask) -> list[wire.Part] | None:
        """Send and fetch; None as answer()."""
        self.send(ask)
        return self.answer()

    def close(self) -> None:
        """End the child, if there is one."""
        self._clock(None)
        self._asked = False
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=paths.program(),  # a folder of evidence may hold an "app" of its own
            )
        return self._child

    def _clock(self, seconds: float | None) -> None:
        with self._change:
            self._due = None if seconds is None else time.monotonic() + seconds
            if seconds is not None and not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="evtx-clock", daemon=True).start()
            self._change.notify()

    def _watch(self) -> None:
        with self._change:
            while self._due is not None or self._change.wait(IDLE) or self._due is not None:
                if self._due is None:
                    continue
                left = self._due - time.monotonic()
                if left > 0:
                    self._change.wait(left)
                    continue
                self._due = None
                if self._child is not None:
                    self._child.kill()
            self._watching = False


_shared: dict[str, Native] = {}


def native(name: str) -> Native:
    """The child of this name, one for all inputs of this process."""
    if not _shared:
        atexit.register(close_all)
    if name not in _shared:
        _shared[name] = Native()
    return _shared[name]


def close_all() -> None:
    """End the children of this process; for who ends without taking the interpreter apart."""
    while _shared:
        _shared.popitem()[1].close()
