"""Readings and detection in the list of jobs: each file in bytes, rate, time left, how it ended."""

from PySide6.QtCore import QObject

from app.model.rows import Progress
from app.ui import wording
from app.ui.bridge import Bridge
from app.ui.job_log import MOST_PARTS, Entry, JobLog, Part


class Readings(QObject):
    """Follows the bridge; now: the entry of what is read, None while nothing is."""

    def __init__(self, bridge: Bridge, log: JobLog, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge, self._log = bridge, log
        self._done, self._last = 0, ""
        self.now: Entry | None = None
        bridge.started.connect(self._began)
        bridge.progress.connect(self._went)
        bridge.finished.connect(self._ended)

    def abandon(self) -> None:
        """The case was closed while it was read."""
        if self.now is not None:
            self._log.end(self.now, "cancelled", "The case was closed.")
            self.now = None

    def _began(self) -> None:
        self._done, self._last = 0, ""
        words = "Detection over all that was read" if self._bridge.anew else "Reading evidence"
        self.now = self._log.begin("detection" if self._bridge.anew else "reading", words, self._bridge.cancel)

    def _went(self, progress: Progress) -> None:
        entry = self.now
        if entry is None:
            return
        if entry.kind == "reading":
            entry.words = f"Reading {wording.count(progress.inputs_total, 'input')}, {wording.size(progress.total_bytes)}"
            self._count(entry, progress)
        entry.share = wording.share(progress) if progress.stage == "read" else None
        stage = wording.STAGES.get(progress.stage, progress.stage)
        found = wording.count(progress.activities, "activity", "activities")
        entry.detail = ", ".join((stage, *wording.progress_words(progress)[1:], found))
        self._log.touch()

    def _count(self, entry: Entry, progress: Progress) -> None:
        path, more = progress.path, max(0, progress.done_bytes - self._done)
        self._done = max(self._done, progress.done_bytes)
        for one in entry.parts.values():
            one.stage = "read" if one.stage else ""
        if path and progress.stage in ("hash", "read") and (path in entry.parts or len(entry.parts) < MOST_PARTS):
            part = entry.parts.setdefault(path, Part(wording.middle(path.replace("\\", "/").rsplit("/", 1)[-1], 120)))
            part.stage = wording.STAGES.get(progress.stage, progress.stage)
            self._last = path if progress.stage == "read" else self._last
        # What was read after the last word about a file is told with the next step.
        if more and self._last in entry.parts:
            entry.parts[self._last].bytes += more

    def _ended(self, error: str) -> None:
        entry, self.now = self.now, None
        if entry is None:
            return
        entry.share = None
        for one in entry.parts.values():
            one.stage = "read"
        if error:
            self._log.end(entry, "failed", error)
        elif self._bridge.stopped:
            left = "alerts are as they were before" if self._bridge.anew else "what was read is kept"
            self._log.end(entry, "cancelled", f"{entry.detail}; {left}")
        else:
            self._log.end(entry, "done")
