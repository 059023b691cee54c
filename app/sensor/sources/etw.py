"""A live event trace session of this Windows machine: logman writes a trace file, whose buffers are read as they fill.

The session and its file are Windows' own; what is read from it is the tested code of trace files. It was not run on Windows.
"""

import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from app.model.activity import Activity
from app.model.source import TraceSource
from app.sensor.decoders.etw import LARGEST, trace_header
from app.sensor.decoders.etw_fields import KDC, LDAP_CLIENT, NETLOGON, NTLM, RPC
from app.sensor.sources.etl import Trace
from app.sensor.sources.living import Cannot, Outlet

PROVIDERS = (RPC, KDC, NETLOGON, NTLM, LDAP_CLIENT, "f33959b4-dbec-11d2-895b-00c04f79ab69")
EVERY = 0.5
"""Seconds between two looks at the file."""
FLUSH = 1
"""Seconds after which Windows writes a buffer that is not full."""


class Tail:
    """Whole buffers of a trace file that is still written; a session writes them one after the other at its end."""

    def __init__(self, path: Path, key: str, outlet: Outlet) -> None:
        self._path, self._key, self._outlet = path, key, outlet
        self._trace: Trace | None = None
        self._done = 0
        self._batch: list[Activity] = []

    def look(self) -> int:
        """Read what is new; returns the number of events."""
        try:
            size = self._path.stat().st_size
            with self._path.open("rb") as file:
                if self._trace is None:
                    head = trace_header(file.read(LARGEST // 64))
                    if head is None or size < head.buffer:
                        return 0
                    self._trace = Trace(head, self._key, self._batch.append)
                return self._read(list(self._new(file, size, self._trace.head.buffer)))
        except OSError:
            return 0

    def _new(self, file: BinaryIO, size: int, length: int) -> Iterator[tuple[int, bytes]]:
        while self._done + length <= size:
            file.seek(self._done)
            buffer = file.read(length)
            if len(buffer) < length:
                return
            yield self._done, buffer
            self._done += length

    def _read(self, buffers: list[tuple[int, bytes]]) -> int:
        assert self._trace is not None
        events = 0
        for place, buffer in buffers:
            many, _first, last = self._trace.buffer(buffer, place, self._outlet.note)
            events += many
            self._outlet.received(many, len(buffer), last)
        if self._batch:
            self._outlet.put(sorted(self._batch, key=lambda one: (one.at, one.record or 0)))
            self._batch.clear()
        return events

    def close(self) -> None:
        """Count what was not taken apart."""
        if self._trace is not None:
            self._trace.close(self._outlet.note)


def run(spec: TraceSource, key: str, outlet: Outlet, stop: threading.Event) -> None:
    """A live source. Raises Cannot elsewhere than on Windows and without the right to start a session."""
    if sys.platform != "win32":
        raise Cannot("Event trace sessions are of Windows; here trace files can be opened.")
    folder = Path(tempfile.mkdtemp(prefix="wardlight-trace-"))
    path = folder / "session.etl"
    try:
        _logman("start", spec.session, "-p", f"{{{PROVIDERS[0]}}}", "-o", str(path), "-ets", "-ft", str(FLUSH), "-bs", "64")
        try:
            for provider in PROVIDERS[1:]:
                _logman("update", spec.session, "-p", f"{{{provider}}}", "-ets")
            outlet.state("running")
            tail = Tail(path, key, outlet)
            while not stop.wait(EVERY):
                tail.look()
            tail.look()
            tail.close()
        finally:
            _logman("stop", spec.session, "-ets")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _logman(*arguments: str) -> None:
    try:
        done = subprocess.run(["logman", *arguments], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Cannot(f"The trace session cannot be started: {error}.") from error
    if done.returncode and arguments[0] != "stop":
        words = (done.stdout or done.stderr).strip().splitlines()
        raise Cannot(f"The trace session cannot be started: {words[0] if words else 'logman failed'}")
