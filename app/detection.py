"""Detection beside storing: a process that reads the workspace and finds its alerts, while whoever asks goes on writing it."""

import os
import queue
import struct
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from app import paths, starting
from app.engine.detecting import Detected, Detecting
from app.link.errors import ErrorLines
from app.model.tuning import Sensitivity

HEAD = struct.Struct(">I")
"""Before each answer: its length."""
LARGEST = 1 << 30
BROKEN = 5
"""Times that the process may end by itself before it is not started again."""


class Look(Struct, frozen=True):
    """A question of the writer: the alerts of what is there now; whole: as of Detecting.look."""

    sensitivity: Sensitivity
    whole: bool = False


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Detected).decode


def serve(workspace: Path, asked: int, answers: int) -> int:
    """Answer each line that comes from one descriptor on the other until there are no more; returns the status."""
    detecting = Detecting(workspace)
    try:
        with os.fdopen(asked, "rb", closefd=False) as lines:
            for line in lines:
                look = msgspec.json.decode(line, type=Look)
                body = _encode(detecting.look(look.sensitivity, look.whole))
                left = memoryview(HEAD.pack(len(body)) + body)
                while left:
                    left = left[os.write(answers, left) :]
    except BrokenPipeError:
        return 1
    finally:
        detecting.close()
    return 0


class Detection:
    """The process, started when it is first asked, and again when it broke; belongs to one thread, which never waits for it."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._child: subprocess.Popen[bytes] | None = None
        self._came: queue.SimpleQueue[Detected | None] = queue.SimpleQueue()
        self._errors: ErrorLines | None = None
        self.asked = False
        """It was asked and did not answer yet."""
        self.broke, self.words = 0, ""
        """How often it ended by itself; the last line that it said then."""

    @property
    def usable(self) -> bool:
        """False once it broke too often."""
        return self.broke < BROKEN

    @property
    def pid(self) -> int | None:
        """Number of the process, None without one."""
        return self._child.pid if self._child is not None else None

    def ask(self, sensitivity: Sensitivity, whole: bool = False) -> None:
        """Ask for the alerts of what is there now; answer() has them later. whole: as of Detecting.look."""
        if self._child is None:
            self._start()
        assert self._child is not None and self._child.stdin is not None
        self.asked = True
        with suppress(OSError):  # it broke: its end tells
            self._child.stdin.write(msgspec.json.encode(Look(sensitivity, whole)) + b"\n")
            self._child.stdin.flush()

    def answer(self) -> Detected | None:
        """What it found, once; None as long as there is nothing."""
        try:
            found = self._came.get_nowait()
        except queue.Empty:
            return None
        self.asked = False
        if found is None:
            self.broke += 1
            self.words = self._errors.last() if self._errors is not None else ""
            self._child = None
        return found

    def close(self) -> None:
        """End it, whatever it does: it writes nothing."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            if child.stdin is not None:
                with suppress(OSError):
                    child.stdin.close()

    def _start(self) -> None:
        child = self._child = subprocess.Popen(
            starting.command("_detect", str(self._workspace)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=paths.program(),
            start_new_session=os.name != "nt",  # a stroke of Ctrl-C is for us
        )
        assert child.stderr is not None
        self._errors = ErrorLines(child.stderr, "detection-errors")
        threading.Thread(target=self._follow, args=(child,), name="detection", daemon=True).start()

    def _follow(self, child: "subprocess.Popen[bytes]") -> None:
        out = child.stdout
        assert out is not None
        with out:
            while len(head := out.read(HEAD.size)) == HEAD.size:
                length = HEAD.unpack(head)[0]
                body = out.read(length) if length <= LARGEST else b""
                if len(body) < length:
                    break
                self._came.put(_decode(body))
        child.wait()
        self._came.put(None)
