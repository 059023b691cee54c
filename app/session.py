"""One open workspace: the only door of the window and of the command line."""

import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from app import paths
from app.engine.engine import create_workspace, update_alert
from app.engine.export import activity_lines, analysis
from app.engine.inspector import Inspector, Message
from app.engine.queries import Queries
from app.engine.reports.html import report_html
from app.engine.store import StoreError, set_tag
from app.engine.store.copying import copy_workspace
from app.ingest import Seconds, read_inputs
from app.model.alert import Classification, State
from app.model.filter import ActivityFilter
from app.model.rows import Packet, Progress
from app.sensor.packets.joined import MOST_FRAMES, joined
from app.sensor.sources.frames import read_frames
from app.sensor.sources.inputs import SUFFIXES

__all__ = ["SUFFIXES", "Reading", "Seconds", "Session", "StoreError"]


class Reading:
    """Inputs being read by a process of their own; its callbacks come from a thread of the session."""

    def __init__(
        self, command: list[str], on_progress: Callable[[Progress], None], on_done: Callable[[str | None], None]
    ) -> None:
        self._child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=paths.program()
        )
        self._cancelled = False
        self._on_progress, self._on_done = on_progress, on_done
        self._thread = threading.Thread(target=self._follow, name="reading", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """True until on_done was called."""
        return self._thread.is_alive()

    def cancel(self) -> None:
        """Ask the process to stop at the next batch; what was read stays. Returns at once."""
        self._cancelled = True
        try:
            assert self._child.stdin is not None
            self._child.stdin.close()
        except OSError:  # it ended by itself in between
            pass

    def wait(self, seconds: float | None = None) -> None:
        """Wait for the end; after seconds the process is killed, which loses only the input that was being read."""
        self._thread.join(seconds)
        if self._thread.is_alive():
            self._child.kill()
            self._thread.join()

    def _follow(self) -> None:
        assert self._child.stdout is not None and self._child.stderr is not None
        errors: list[bytes] = []
        drain = threading.Thread(target=lambda: errors.extend(self._child.stderr or ()), daemon=True, name="reading-errors")
        drain.start()
        decoder = msgspec.json.Decoder(Progress)
        try:
            with self._child.stdout:
                for line in self._child.stdout:
                    with suppress(msgspec.DecodeError):  # the process may be killed in the middle of a line
                        self._on_progress(decoder.decode(line))
        except BaseException:
            self._child.kill()  # nobody hears it any more, and it would wait for ever with its next line
            raise
        finally:
            status = self._child.wait()
            drain.join()
            self._child.stderr.close()
            if self._child.stdin is not None and not self._child.stdin.closed:
                self._child.stdin.close()
            words = b"".join(errors).decode(errors="replace").strip().splitlines()
            self._on_done(None if status == 0 else (words[-1] if words else f"Reading ended with status {status}."))


class Session:
    """An open workspace. Its methods may be called from any thread; those that say so block."""

    def __init__(self, path: Path, temporary: Path | None) -> None:
        self.path = path
        self._temporary = temporary
        self.queries = Queries(path)
        self._inspector = Inspector()
        self._readings: list[Reading] = []

    @classmethod
    def open(cls, path: Path | None = None) -> "Session":
        """Open or create a workspace; None makes one that is removed on close. Raises StoreError with one clear sentence."""
        temporary = None
        if path is None:
            temporary = Path(tempfile.mkdtemp(prefix="wardlight-"))
            path = temporary / "untitled.wardlight"
        create_workspace(path)
        return cls(path, temporary)

    @property
    def name(self) -> str:
        """File name of the workspace."""
        return self.path.name

    @property
    def is_temporary(self) -> bool:
        """True when closing removes it."""
        return self._temporary is not None

    def read(
        self,
        inputs: Sequence[Path],
        on_progress: Callable[[Progress], None],
        on_done: Callable[[str | None], None],
        sensitivity: str = "medium",
    ) -> Reading:
        """Read inputs in a process of its own. on_done gets None, or one sentence that says what went wrong."""
        start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]
        command = [*start, "_read", "--sensitivity", sensitivity, str(self.path.resolve())]
        reading = Reading([*command, *(str(one.resolve()) for one in inputs)], on_progress, on_done)
        self._readings = [one for one in self._readings if one.running] + [reading]
        return reading

    def read_here(
        self,
        inputs: Sequence[Path],
        on_progress: Callable[[Progress], None],
        cancelled: Callable[[], bool] = lambda: False,
        sensitivity: str = "medium",
    ) -> Seconds:
        """Read inputs in this process; blocks until all is read and detected."""
        return read_inputs(self.path, inputs, on_progress, cancelled, sensitivity)

    def packet(self, input_key: str, frame: int, frames: Sequence[int] = ()) -> Packet:
        """One frame with its bytes and its tree of fields; blocks (file and child process).

        frames: of the same activity; those that carry one TCP message with this one are joined.
        """
        where = next((one for one in self.queries.inputs() if one.key == input_key), None)
        if where is None:
            return Packet(input=input_key, frame=frame, at=0, data=b"", error="The workspace does not know this input.")
        try:
            numbers = sorted({frame, *frames})
            got = read_frames(Path(where.path), numbers if len(numbers) <= MOST_FRAMES else (frame,), key=input_key)
            if frame not in got:
                raise ValueError(f"there is no frame {frame}")
        except (OSError, ValueError) as error:
            return Packet(input=input_key, frame=frame, at=0, data=b"", error=f"{where.path} cannot be read: {error}")
        captured, members = got[frame], list(got)
        whole = joined(list(got.values()), members.index(frame))
        parts = tuple(members[one] for one in whole.members) if whole else ()
        message = Message(whole.data, whole.source, whole.target, len(parts)) if whole else None
        fields, why = self._inspector.dissect(captured.link, captured.data, message)
        return Packet(
            input=input_key,
            frame=frame,
            at=captured.at,
            data=captured.data,
            fields=fields,
            error=why,
            message=message.data if message and any(one.joined for one in fields) else b"",
            message_frames=parts,
        )

    def change_alert(
        self, alert_id: str, *, state: State | None = None, classification: Classification | None = None, note: str | None = None
    ) -> None:
        """Change what the analyst says of an alert."""
        update_alert(self.path, alert_id, state=state, classification=classification, note=note)

    def tag(self, key: str, tag: str, on: bool | None) -> None:
        """Say that an entity (its key) carries a tag, does not, or (None) that the program decides.

        Alerts follow at the next detection. Raises StoreError.
        """
        set_tag(self.path, key, tag, on)

    def detector_page(self, detector: str) -> str:
        """The page beside a detector (Markdown), "" when there is none."""
        name = f"{detector}.md"
        known = {one.name: one for one in (paths.program() / "app" / "engine" / "detectors").glob("*.md")}
        return known[name].read_text(encoding="utf-8") if name in known else ""

    def report_html(self) -> str:
        """The case as one self-contained HTML page; blocks."""
        return report_html(self.queries)

    def report(self, out: Path) -> None:
        """Write the HTML report; blocks. Raises OSError."""
        out.write_text(self.report_html(), encoding="utf-8")

    def analysis(self, seconds: Seconds, parameters: dict[str, object]) -> dict[str, object]:
        """What `analyze --json` prints."""
        return analysis(self.queries, msgspec.to_builtins(seconds), parameters)

    def write_activities(self, out: Path, filter: ActivityFilter | None = None) -> int:
        """Write the activities that match, all by default, as JSON lines in event time; returns their number. Raises OSError."""
        count = 0
        with out.open("wb") as file:
            for line in activity_lines(self.queries, filter):
                file.write(line)
                file.write(b"\n")
                count += 1
        return count

    def save_as(self, path: Path) -> None:
        """Copy the workspace as it is now; this session stays where it is. Blocks. Raises StoreError with one clear sentence."""
        copy_workspace(self.path, path)

    def close(self) -> None:
        """End what runs, close the file, remove it when temporary."""
        for reading in self._readings:
            reading.cancel()
        for reading in self._readings:
            reading.wait(5)
        self._inspector.close()
        self.queries.close()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
