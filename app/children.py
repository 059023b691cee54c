"""The processes that read and listen for a session, and what they say."""

import os
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import msgspec
from msgspec import Struct

from app import paths, starting
from app.link.errors import ErrorLines
from app.model.rows import Progress
from app.model.sensor import Sampling
from app.model.source import LiveSource, SourceState

STOP, GIVE_UP = b"stop\n", b"give up\n"
"""What the process that reads is told: read no more, but detect over what was read; do not detect either."""
OnProgress = Callable[[Progress], None]
OnDone = Callable[[str | None], None]
OnState = Callable[[SourceState], None]


class Start(Struct, frozen=True, tag="start"):
    """Run a live source under this id."""

    id: str
    spec: LiveSource


class Stop(Struct, frozen=True, tag="stop"):
    """End it."""

    id: str


class Read(Struct, frozen=True, tag="read"):
    """Read these files beside the sources. paths, keytabs: as the system writes them, for a name may be no text."""

    id: str
    paths: tuple[bytes, ...]
    sensitivity: str = "medium"
    keytabs: tuple[bytes, ...] = ()


class Cancel(Struct, frozen=True, tag="cancel"):
    """Read no further."""

    id: str


Command = Start | Stop | Read | Cancel
"""What the listening process is told, one JSON line each; it ends when its standard input closes."""
LONGEST = 16 << 20
"""Bytes of such a line at most."""
TOO_MANY = "These are more files than can be read beside live sources at once: choose their folder instead."


class Said(Struct, frozen=True, tag="source"):
    """How a source is doing."""

    state: SourceState


class Went(Struct, frozen=True, tag="progress"):
    """How far a reading is."""

    id: str
    progress: Progress


class Ended(Struct, frozen=True, tag="read-ended"):
    """A reading is over; error: one sentence, None when all is well."""

    id: str
    error: str | None


class Governed(Struct, frozen=True, tag="governed"):
    """What the listening process may use of this machine, and what follows for its sources."""

    sampling: Sampling


Answer = Said | Went | Ended | Governed
"""What it says, one JSON line each."""


class Reading:
    """Inputs being read by a process of their own; its callbacks come from a thread of the session, none before begin()."""

    def __init__(self, child: "subprocess.Popen[bytes]", on_progress: OnProgress, on_done: OnDone) -> None:
        self._child = child
        self.handed_on: Beside | None = None
        """Who reads instead, when another process of the session had the workspace first."""
        self._on_progress, self._on_done = on_progress, on_done
        self._stopped = False
        self._thread = threading.Thread(target=self._follow, name="reading", daemon=True)

    def begin(self) -> None:
        """Hear what the process says, which may be its end already: whoever is told of it knows this reading by now."""
        self._thread.start()

    @property
    def running(self) -> bool:
        """True until on_done was called."""
        return self._thread.is_alive()

    def cancel(self) -> None:
        """Ask the process to stop at the next batch; what was read stays, and is detected over. Returns at once."""
        self._stop(STOP)

    def give_up(self) -> None:
        """Ask it to stop detection as well; then the alerts stay as they were. Returns at once."""
        self._stop(GIVE_UP)

    def hand_on(self, to: "Beside") -> None:
        """Somebody else reads instead; also when this was asked to stop just before."""
        self.handed_on = to
        if self._stopped:
            to.cancel()

    def _stop(self, word: bytes) -> None:
        self._stopped = True
        if self.handed_on is not None:
            self.handed_on.cancel()
        self._tell(word)

    def _tell(self, word: bytes) -> None:
        with suppress(OSError, ValueError):  # it ended by itself in between
            assert self._child.stdin is not None
            self._child.stdin.write(word)
            self._child.stdin.flush()

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the end; after seconds the process is killed, which loses only the input that was being read."""
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._child.kill()
            self._thread.join()

    def _follow(self) -> None:
        assert self._child.stdout is not None and self._child.stderr is not None
        errors = ErrorLines(self._child.stderr, "reading-errors")
        decoder = msgspec.json.Decoder(Progress)
        try:
            with self._child.stdout:
                for line in self._child.stdout:
                    with suppress(msgspec.MsgspecError, UnicodeDecodeError):  # the process may be killed in the middle of a line
                        self._on_progress(decoder.decode(line))
        except BaseException:
            self._child.kill()  # nobody hears it any more, and it would wait for ever with its next line
            raise
        finally:
            status = self._child.wait()
            words = errors.last()
            if self._child.stdin is not None:
                with suppress(OSError):  # a word that it ended too early to hear is still to be written
                    self._child.stdin.close()
            self._on_done(None if status == 0 else words or f"Reading ended with status {status}.")


class Beside:
    """Inputs being read by the listening process; as Reading."""

    def __init__(self, listening: "Listening", id: str, on_progress: OnProgress, on_done: OnDone) -> None:
        self._listening, self._id = listening, id
        self.on_progress, self._on_done = on_progress, on_done
        self._over = threading.Event()

    @property
    def running(self) -> bool:
        """True until on_done was called."""
        return not self._over.is_set()

    def cancel(self) -> None:
        """Ask for an end at the next batch; what was read stays. Returns at once."""
        self._listening.tell(Cancel(self._id))

    def give_up(self) -> None:
        """The same: who listens detects all the time."""
        self.cancel()

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the end, at most so many seconds."""
        self._over.wait(seconds)

    def ended(self, error: str | None) -> None:
        """The listening process says that it is over, or is gone."""
        if not self._over.is_set():
            try:
                self._on_done(error)
            finally:
                self._over.set()


class Listening:
    """The process that runs live sources into a workspace. on_state comes from a thread of it, in order.

    When the process breaks, every source that ran is said to be failed with the reason; what was stored stays.
    """

    def __init__(self, workspace: Path, on_state: OnState, sensitivity: str = "medium") -> None:
        self._on_state = on_state
        self._states: dict[str, SourceState] = {}
        self._readings: dict[str, Beside] = {}
        self.sampling = Sampling()
        """The last word about what it may use."""
        self._lock = threading.Lock()
        self._encoder = msgspec.json.Encoder()
        self._child = subprocess.Popen(
            starting.command("_listen", "--sensitivity", sensitivity, str(workspace.resolve())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=paths.program(),
            start_new_session=os.name != "nt",
        )
        self._closing = False
        self._over = False
        self._thread = threading.Thread(target=self._follow, name="listening", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """True while the process takes commands."""
        return not self._closing and self._thread.is_alive()

    @property
    def busy(self) -> bool:
        """True while a source runs or files are read."""
        with self._lock:
            sources = any(not over(one) for one in self._states.values())
            return sources or any(one.running for one in self._readings.values())

    def states(self) -> tuple[SourceState, ...]:
        """The last word about every source that was started."""
        with self._lock:
            return tuple(self._states.values())

    def start(self, id: str, spec: LiveSource, label: str, kind: str) -> None:
        """Run a source; returns at once."""
        with self._lock:
            self._states[id] = SourceState(id=id, kind=kind, label=label, state="starting")
        self.tell(Start(id, spec))

    def stop(self, id: str) -> None:
        """End a source; returns at once."""
        self.tell(Stop(id))

    def read(
        self, inputs: Sequence[Path], on_progress: OnProgress, on_done: OnDone, sensitivity: str, keytabs: Sequence[Path] = ()
    ) -> Beside | None:
        """Read files beside the sources, after those that are being read already; None when the process is gone."""
        id = token_hex(6)
        beside = Beside(self, id, on_progress, on_done)
        files, keys = (tuple(os.fsencode(one.resolve()) for one in some) for some in (inputs, keytabs))
        line = self._encoder.encode(Read(id, files, sensitivity, keys))
        if len(line) > LONGEST:
            threading.Thread(target=beside.ended, args=(TOO_MANY,), name="refusal").start()  # as every end, not by who asks
            return beside
        with self._lock:
            if self._over:
                return None
            self._readings[id] = beside
        self._write(line)
        return beside

    def tell(self, command: Command) -> None:
        """Give a command; one that comes after the end is answered by the end. Raises UnicodeEncodeError for what is no text."""
        self._write(self._encoder.encode(command))

    def _write(self, line: bytes) -> None:
        with self._lock, suppress(OSError, ValueError):  # closed: the end answers
            assert self._child.stdin is not None
            self._child.stdin.write(line + b"\n")
            self._child.stdin.flush()

    def close(self, seconds: float | None = None) -> None:
        """Stop all sources in order; with seconds: wait so long for it, then kill."""
        self._closing = True
        with self._lock, suppress(OSError):
            assert self._child.stdin is not None
            self._child.stdin.close()
        if seconds is not None and threading.current_thread() is not self._thread:
            self._thread.join(seconds)
            if self._thread.is_alive():
                self._child.kill()
                self._thread.join()

    def _follow(self) -> None:
        assert self._child.stdout is not None and self._child.stderr is not None
        errors = ErrorLines(self._child.stderr, "listening-errors")
        decoder = msgspec.json.Decoder(Answer)
        try:
            with self._child.stdout:
                for line in self._child.stdout:
                    try:
                        answer: Answer = decoder.decode(line)
                    except (msgspec.MsgspecError, UnicodeDecodeError):  # killed in the middle of a line
                        continue
                    self._answered(answer)
        finally:
            self._child.kill()
            status = self._child.wait()
            words = errors.last()
            self._gone(None if status == 0 else words or f"Listening ended with status {status}.")

    def _answered(self, answer: Answer) -> None:
        if isinstance(answer, Said):
            with self._lock:
                self._states[answer.state.id] = answer.state
            self._on_state(answer.state)
            return
        if isinstance(answer, Governed):
            self.sampling = answer.sampling
            return
        beside = self._readings.get(answer.id)
        if beside is None:
            return
        if isinstance(answer, Went):
            beside.on_progress(answer.progress)
        else:
            del self._readings[answer.id]
            beside.ended(answer.error)

    def _gone(self, why: str | None) -> None:
        for one in self.states():
            if not over(one):
                state = msgspec.structs.replace(one, state="failed" if why else "stopped", error=why or "", rate=0.0)
                with self._lock:
                    self._states[one.id] = state
                self._on_state(state)
        with self._lock:
            self._over = True
            left = list(self._readings.values())
        for beside in left:
            beside.ended(why)


class Notifier:
    """The process that tells other systems what is new in a workspace.

    on_end: the process ended by itself, with why in one sentence; called by a thread of it.
    """

    def __init__(self, workspace: Path, on_end: OnDone) -> None:
        self._on_end = on_end
        self._closing = False
        self._child = subprocess.Popen(
            starting.command("_notify", str(workspace.resolve())),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=paths.program(),
            start_new_session=os.name != "nt",
        )
        self._thread = threading.Thread(target=self._follow, name="notifying", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """True until it ended."""
        return self._thread.is_alive()

    def close(self, seconds: float = 1.5) -> None:
        """End it, by force after so many seconds, which loses nothing: what is not delivered stays in the queue."""
        self._closing = True
        assert self._child.stdin is not None
        with suppress(OSError):
            self._child.stdin.close()
        if threading.current_thread() is not self._thread:
            self._thread.join(seconds)
            if self._thread.is_alive():
                self._child.kill()
                self._thread.join()

    def _follow(self) -> None:
        assert self._child.stderr is not None
        errors = ErrorLines(self._child.stderr, "notifying-errors")
        status = self._child.wait()
        words = errors.last()
        if not self._closing:
            self._on_end(None if status == 0 else words or f"Notifying ended with status {status}.")


def over(state: SourceState) -> bool:
    """True when a source will not run again by itself."""
    return state.state == "stopped"
