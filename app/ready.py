"""A process that waits to be told what to read.

Loading all that reading needs takes longer than the first rows themselves; so it is started when it is likely that somebody
reads something soon. At most one waits; it ends when this program does.
"""

import os
import subprocess
import threading
from contextlib import suppress

import msgspec
from msgspec import Struct

from app import paths, starting

WORD = "--told"
"""With this word the reading process loads everything, then waits for a line that says what is wanted."""
LONGEST = 16 << 20
"""Bytes of such a line at most."""
HELD, WORDS = 60_000, 1_500_000
"""Bytes that a pipe holds while nobody reads it (pipe(7)), and that a call of a program may have (execve(2)). Between the two
another process is called with words: whoever writes a longer line waits until the one that reads it has loaded everything."""
_lock = threading.Lock()
_waiting: list[subprocess.Popen[bytes]] = []


class Wanted(Struct, frozen=True):
    """What to read into which workspace; one line of JSON."""

    workspace: str
    inputs: tuple[str, ...]
    sensitivity: str = "medium"
    keytabs: tuple[str, ...] = ()
    low: bool = False


def start(*words: str) -> "subprocess.Popen[bytes]":
    """A reading process with these words, its three streams as pipes."""
    return subprocess.Popen(
        starting.command("_read", *words),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=paths.program(),
    )


def prepare() -> None:
    """Let a process wait, unless one does. Raises OSError when none can be started."""
    with _lock:
        if not any(one.poll() is None for one in _waiting):
            _drop()
            _waiting.append(start(WORD))


def reader(wanted: Wanted) -> "subprocess.Popen[bytes]":
    """A process that reads what is wanted: the one that waits, else a new one. Raises OSError when none can be started."""
    line = b""
    with suppress(UnicodeEncodeError):  # a name of a file that is no text goes as a word only
        line = msgspec.json.encode(wanted) + b"\n"
    with _lock:
        called = os.name != "nt" and HELD < len(line) < WORDS
        child = _waiting.pop() if _waiting and 0 < len(line) <= LONGEST and not called else None
    if child is not None:
        with suppress(OSError):  # it ended while it waited
            assert child.stdin is not None
            child.stdin.write(line)
            child.stdin.flush()
            return child
        _end(child)
    given = [part for one in wanted.keytabs for part in ("--keytab", one)] + (["--low"] if wanted.low else [])
    return start("--sensitivity", wanted.sensitivity, *given, wanted.workspace, *wanted.inputs)


def close() -> None:
    """Nobody waits any more."""
    with _lock:
        _drop()


def _drop() -> None:
    while _waiting:
        _end(_waiting.pop())


def _end(child: "subprocess.Popen[bytes]") -> None:
    child.kill()  # it holds nothing yet
    child.communicate()
