"""Live Windows event log: events as they are logged, from the bookmark on, as activities.

The core (follow) takes rendered XML from any Log and was tested with recorded XML. The adapter to Windows (winlog_api) is thin
and was NOT run on Windows: it was written from the documentation of EvtSubscribe and its kin.
"""

import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import msgspec

from app.model.activity import event_order
from app.model.source import WindowsLogSource
from app.paths import settings_folder
from app.sensor.events import translate
from app.sensor.events.bulk import may_tell
from app.sensor.events.record import EventRecord
from app.sensor.events.xml_form import xml_record
from app.sensor.sources.dated import arrived
from app.sensor.sources.joining import Joining
from app.sensor.sources.living import Cannot, Outlet

MOST, WAIT = 256, 0.4
"""Events taken at once, seconds that one look at a channel may wait."""
AGAIN = 5.0
"""Seconds until a channel that failed is opened again."""
KEEP = 60.0
"""Seconds after which the bookmark moves although parts of scripts wait: where many are logged, some always do."""
LARGEST = 1 << 20
"""Bytes of the file of bookmarks."""
_ID = re.compile(r"<EventID[^>]{0,80}>(\d{1,10})<")


class Log(Protocol):
    """One open channel."""

    def next(self, most: int, wait: float) -> list[str]:
        """At most so many events as XML, waiting so many seconds for the first. Raises OSError."""

    def bookmark(self) -> str:
        """Where the last event taken stands, for the next start."""

    def close(self) -> None:
        """Give the channel back."""


Opened = tuple[Log, bool]
Open = Callable[[str, str], Opened]
"""(channel, bookmark or "") to (the log, whether events behind the bookmark were overwritten).

Raises OSError, FileNotFoundError for a channel that this computer does not have.
"""


def read_windows_log(spec: WindowsLogSource, key: str, outlet: Outlet, stop: threading.Event) -> None:
    """A LiveReader; raises Cannot on other systems and when no channel can be opened."""
    if sys.platform != "win32":
        raise Cannot("The Windows event log can be followed on Windows only.")
    from app.sensor.sources.winlog_api import open_channel

    folder = Path(spec.state) if spec.state else settings_folder() / "bookmarks"
    follow(spec.channels, key, outlet, stop, open_channel, folder)


def bookmark_file(folder: Path, channels: Sequence[str]) -> Path:
    """Where the bookmarks of these channels are kept."""
    return folder / f"windows-log-{blake2b(chr(0).join(channels).encode(), digest_size=6).hexdigest()}.json"


def load(path: Path) -> dict[str, str]:
    """Channel to bookmark; {} when there are none or they cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            return {}
        return msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}


def save(path: Path, bookmarks: dict[str, str]) -> None:
    """Write bookmarks so that a crash leaves the old ones or the new ones. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.encode(bookmarks))
    new.replace(path)


def follow(channels: Sequence[str], key: str, outlet: Outlet, stop: threading.Event, open_log: Open, folder: Path) -> None:
    """Follow the channels until stop. The bookmark moves after events were handed on, so that a crash repeats, never loses."""
    Following(channels, key, outlet, stop, open_log, bookmark_file(folder, channels)).run()


class Following:
    """Channels being followed; one that fails is tried again while the others go on."""

    def __init__(
        self, channels: Sequence[str], key: str, outlet: Outlet, stop: threading.Event, open_log: Open, path: Path
    ) -> None:
        self._channels, self._key, self._outlet, self._stop = channels, key, outlet, stop
        self._open_log, self._path = open_log, path
        self._bookmarks = load(path)
        self._logs: dict[str, Log] = {}
        self._absent: set[str] = set()
        self._count = 0
        self._joining: dict[str, Joining] = {}
        self._kept: dict[str, float] = {}

    def run(self) -> None:
        """Until stop; raises Cannot when no channel can be opened at the start."""
        why = [self._open(one) for one in self._channels]
        if not self._logs:
            raise Cannot(f"No channel of the event log can be read: {why[0] if why else 'none was given'}.")
        self._outlet.state("running")
        waited, quiet = 0.0, True
        try:
            while not self._stop.is_set():
                wait = WAIT / len(self._logs) if quiet and self._logs else 0.0  # while one is busy nobody waits for the others
                quiet = True
                for channel in list(self._logs):
                    quiet = not self._take(channel, wait) and quiet
                waited = waited + WAIT if quiet else waited
                if waited >= AGAIN:
                    waited = 0.0
                    for channel in self._channels:
                        if channel not in self._logs:
                            self._open(channel)
                if not self._logs:
                    self._outlet.state("failed", "The event log does not answer; it is tried again.")
                    if not self._stop.wait(WAIT):
                        waited += WAIT
        finally:
            for channel, log in self._logs.items():
                if self._joining.get(channel):
                    self._put(self._joining[channel].rest())
                    self._keep(channel, log)
                log.close()

    def _open(self, channel: str) -> str:
        try:
            log, overwritten = self._open_log(channel, self._bookmarks.get(channel, ""))
        except FileNotFoundError as error:  # no trouble by itself: what writes there may not be installed
            if channel not in self._absent:
                self._absent.add(channel)
                self._outlet.note("channels that this computer does not have", channel)
            return f"{channel}: {error.strerror or error}"
        except OSError as error:
            self._outlet.note("channels that cannot be read", channel)
            return f"{channel}: {error.strerror or error}"
        if overwritten:
            self._outlet.note("events overwritten before they were read; their number is not known", channel)
        again = not self._logs
        self._logs[channel] = log
        if again and self._count:
            self._outlet.state("running")
        return ""

    def _take(self, channel: str, wait: float) -> bool:
        log = self._logs[channel]
        try:
            texts = log.next(MOST, wait)
        except OSError as error:
            self._outlet.note("times a channel failed and is opened again", f"{channel}: {error.strerror or error}")
            self._logs.pop(channel).close()
            return False
        joining, now = self._joining.setdefault(channel, Joining(self._outlet.note, live=True)), time.monotonic()
        records = list(joining.overdue(now))
        if not texts and not records:
            return False
        last: int | None = None
        wanted: frozenset[int] = getattr(translate, "WANTED", frozenset())
        for text in texts:
            self._count += 1
            found = _ID.search(text)
            if wanted and found is not None:
                event_id = int(found[1]) & 0xFFFF
                if event_id not in wanted or not may_tell(event_id, text):
                    continue
            record = xml_record(text.encode("utf-8", "replace"), 0, self._count)
            if record is None:
                self._outlet.note("events that are broken or say no id and time", f"event {self._count}")
                continue
            record = arrived(record, time.time_ns() // 1000, self._outlet.note, f"event {self._count}")
            last = record.at if last is None else max(last, record.at)
            records += joining.take(record, now)
        self._outlet.received(len(texts), sum(len(one) for one in texts), last)
        self._put(records)
        if joining and now - self._kept.get(channel, now) < KEEP:  # a crash would lose the parts that wait
            self._kept.setdefault(channel, now)
            return True
        self._keep(channel, log)
        return True

    def _put(self, records: Iterable[EventRecord]) -> None:
        batch = [activity for one in records for activity in translate.activities_of(one, self._key)]
        if batch:
            self._outlet.put(sorted(batch, key=event_order))

    def _keep(self, channel: str, log: Log) -> None:
        self._kept[channel] = time.monotonic()
        self._bookmarks[channel] = log.bookmark()
        try:
            save(self._path, self._bookmarks)
        except OSError as error:
            self._outlet.note("bookmarks that could not be kept", error.strerror or str(error))
