"""Live capture over libpcap or Npcap: a program under its own licence captures, its output is read as a growing stream."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from app import paths, starting
from app.model.source import CaptureSource
from app.sensor.sources.growing import PipeFeed
from app.sensor.sources.living import Cannot, Outlet

START = 30.0
"""Seconds that the program may take until it captures; loading it takes most of them."""


def command(spec: CaptureSource) -> list[str]:
    """The program that writes a pcap stream to its standard output, and what happens to its error output, as JSON lines."""
    return starting.inspector("capture", *([f"--filter={spec.filter}"] if spec.filter else []), "--", *spec.interfaces)


@contextmanager
def capturing(spec: CaptureSource, outlet: Outlet, stop: threading.Event) -> Iterator[PipeFeed]:
    """The stream of the program while it captures; it ends by itself when stop is set. Raises Cannot when it cannot."""
    child = subprocess.Popen(
        command(spec), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=paths.program()
    )
    assert child.stdin is not None and child.stdout is not None and child.stderr is not None
    packets, stdin = child.stdout.fileno(), child.stdin
    ready, captures = threading.Event(), threading.Event()
    errors: list[str] = []
    lost: dict[str, int] = {}

    def listen() -> None:
        assert child.stderr is not None
        for line in child.stderr:
            try:
                told = json.loads(line)
            except ValueError:
                continue
            if not isinstance(told, dict):
                continue
            if "error" in told:
                errors.append(str(told["error"]))
            for name, count in told.get("dropped", {}).items():
                if count > lost.get(name, 0):
                    outlet.dropped("capture buffer full", count - lost.get(name, 0), name)
                    lost[name] = count
            if told.get("ready"):
                captures.set()
                ready.set()
        ready.set()

    over = threading.Event()

    def end() -> None:
        while not stop.wait(0.1) and not over.is_set():
            pass
        with suppress(OSError):
            stdin.close()  # it writes what it has, tells its last counters and ends

    thread = threading.Thread(target=listen, name="capture-words", daemon=True)
    thread.start()
    ending = threading.Thread(target=end, name="capture-end", daemon=True)
    ending.start()
    try:
        ready.wait(START)
        if errors or not captures.is_set():
            raise Cannot(errors[0] if errors else "the program that captures did not start")
        yield PipeFeed(packets)
        if errors:
            raise Cannot(errors[0])
        if not stop.is_set():  # it is started again as any source that broke
            raise RuntimeError("the program that captures ended by itself")
    finally:
        over.set()
        ending.join()
        drain = threading.Thread(target=lambda: _drain(packets), name="capture-rest", daemon=True)
        drain.start()
        try:
            child.wait(2)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        drain.join(1)
        thread.join(1)
        child.stdout.close()
        child.stderr.close()


def _drain(descriptor: int) -> None:
    """What came after the end was asked for must not keep the program waiting."""
    with suppress(OSError):
        while os.read(descriptor, 1 << 16):
            pass
