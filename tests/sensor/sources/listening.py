"""A listener run in a thread, its outlet, and real senders beside it."""

import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.model.activity import Activity


class Outlet:
    """Collects what a live source hands on; slow: seconds that each put takes."""

    def __init__(self, slow: float = 0.0) -> None:
        self.slow = slow
        self.activities: list[Activity] = []
        self.records = self.bytes = 0
        self.lost: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()
        self.where: dict[str, str] = {}
        self.states: list[tuple[str, str]] = []
        self.end: int | None = None
        self.ready = threading.Event()

    def put(self, batch: list[Activity], place: str = "") -> None:
        assert batch == sorted(batch, key=lambda one: one.at)
        time.sleep(self.slow)
        self.activities += batch

    def received(self, records: int, bytes: int, last: int | None) -> None:
        self.records += records
        self.bytes += bytes

    def dropped(self, what: str, count: int, where: str = "") -> None:
        self.lost[what] += count

    def note(self, what: str, where: str, count: int = 1) -> None:
        self.notes[what] += count
        self.where.setdefault(what, where)

    def expires(self, at: int | None) -> None:
        self.end = at

    def state(self, state: str, error: str = "") -> None:
        self.states.append((state, error))
        if state == "running":
            self.ready.set()


@contextlib.contextmanager
def running(run: Callable[..., None], spec: Any, outlet: Outlet, key: str = "live") -> Iterator[threading.Event]:
    """The source runs inside; afterwards it must have stopped within a second."""
    stop = threading.Event()
    raised: list[BaseException] = []

    def work() -> None:
        try:
            run(spec, key, outlet, stop)
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert outlet.ready.wait(5) or raised
    if raised:
        raise raised[0]
    try:
        yield stop
    finally:
        stop.set()
        began = time.monotonic()
        thread.join(5)
        assert not thread.is_alive() and time.monotonic() - began < 1.5
    if raised:
        raise raised[0]


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.02)


def program(name: str) -> str:
    """Path of a program of this machine; the test is skipped without it."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not here")
    return found


def call(*words: str, feed: str = "") -> str:
    return subprocess.run(words, input=feed, capture_output=True, text=True, timeout=30, check=True).stdout


@contextlib.contextmanager
def process(*words: str, cwd: Path | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that lives as long as the block, ended by its id."""
    one = subprocess.Popen(words, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(os.environ))
    try:
        yield one
    finally:
        one.terminate()
        try:
            one.wait(5)
        except subprocess.TimeoutExpired:
            one.kill()
            one.wait(5)
        if one.stderr:
            one.stderr.close()
