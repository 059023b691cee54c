"""Dissection of one packet in a child process with a time limit."""

import json
import subprocess
import threading
from contextlib import suppress
from queue import Empty, Queue

from msgspec import Struct

from app import paths, starting
from app.model.rows import Field

TIME_LIMIT, START = 8.0, 20.0
"""Seconds for one packet, and as many more for the first one, which waits for the child to load what it knows."""
MAX_DEPTH = 40


class Message(Struct, frozen=True):
    """TCP payload that so many frames carry together, with its ports."""

    data: bytes
    source: int
    target: int
    frames: int


class Inspector:
    """Keeps one dissector process and asks it; a hang or crash costs the process, never the caller."""

    def __init__(self, command: list[str] | None = None, limit: float = TIME_LIMIT, start: float = START) -> None:
        self._command = command or starting.inspector()
        self._limit, self._start, self._left = limit, start, 0.0
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._answers: Queue[str] = Queue()

    def dissect(self, link: int, data: bytes, message: Message | None = None) -> tuple[tuple[Field, ...], str]:
        """(fields of the frame, "") or ((), why there are none); blocks up to the time limit.

        Fields of the message that this frame is a part of come last. One that cannot be taken apart within the limit
        does not cost the fields of the frame, only as much time again.
        """
        request: dict[str, object] = {"link": link, "data": data.hex()}
        if message is None:
            return self._ask(request)
        more = {"message": message.data.hex(), "sport": message.source, "dport": message.target, "frames": message.frames}
        fields, why = self._ask(request | more)
        return (fields, why) if fields else self._ask(request)

    def _ask(self, request: dict[str, object]) -> tuple[tuple[Field, ...], str]:
        with self._lock:
            try:
                child = self._running()
                assert child.stdin is not None
                child.stdin.write(json.dumps(request) + "\n")
                child.stdin.flush()
                line = self._answers.get(timeout=self._limit + self._left)
                self._left = 0.0
            except Empty:
                self._end()
                return (), f"The packet took longer than {self._limit + self._left:g} s to take apart, so this was given up."
            except (OSError, ValueError):
                self._end()
                return (), "The program that takes packets apart could not be run."
            if not line:
                self._end()
                return (), "The program that takes packets apart ended on this packet."
        reply = json.loads(line)
        if "error" in reply:
            return (), str(reply["error"])
        return tuple(_field(one, 0) for one in reply["fields"]), ""

    def close(self) -> None:
        """End the child, if there is one."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[str]:
        if self._child is None or self._child.poll() is not None:
            self._end()
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                cwd=paths.program(),  # a folder of evidence may hold an "app" of its own
            )
            self._answers, self._left = Queue(), self._start
            threading.Thread(target=_pump, args=(self._child, self._answers), daemon=True, name="dissector").start()
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            if child.stdin is not None:
                with suppress(OSError):  # what was not yet written went nowhere: the child is gone
                    child.stdin.close()


def _pump(child: "subprocess.Popen[str]", answers: "Queue[str]") -> None:
    assert child.stdout is not None
    with child.stdout:
        for line in child.stdout:
            answers.put(line)
    answers.put("")


def _field(raw: dict[str, object], depth: int, joined: bool = False) -> Field:
    children, joined = raw.get("children"), joined or raw.get("joined") is True
    inner: tuple[Field, ...] = ()
    if isinstance(children, list) and depth < MAX_DEPTH:
        inner = tuple(_field(one, depth + 1, joined) for one in children)
    return Field(
        name=str(raw["name"]),
        value=str(raw["value"]),
        start=int(str(raw["start"])),
        length=int(str(raw["length"])),
        children=inner,
        joined=joined,
    )
