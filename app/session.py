"""One open workspace: the only door of the window and of the command line.

Long because it is one door for all that views and commands may ask; what lies behind it is elsewhere.
"""

import importlib
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from app import paths, ready, workspaces
from app.casework import Casework
from app.children import Beside, Listening, Reading
from app.engine.exclusion_lists import moment
from app.engine.export import iso, story
from app.engine.export.separated import harmless
from app.engine.inspector import Inspector, Message
from app.engine.queries import Queries
from app.engine.schema import create_workspace
from app.engine.store import IN_USE, StoreError
from app.engine.store.copying import copy_workspace
from app.engine.store.opening import why_only_read
from app.engine.store.presence import Presence
from app.fleet import Fleet
from app.model.filter import ActivityFilter, Text
from app.model.rows import Packet, Progress, Record, Seconds
from app.model.sensor import Sampling
from app.model.sigma import SigmaRun
from app.model.source import LiveSource, SourceState
from app.model.workspace import Outlook
from app.output import BY_ID, FORMS, Form, Output, View
from app.sensor.live import interface_names, kind_of, label_of, unwritable
from app.telling import Telling

if TYPE_CHECKING:
    from app import updates
    from app.proof import Outcome

__all__ = [
    "BY_ID", "FORMS", "IN_USE", "Form", "Reading", "Seconds", "Session", "StoreError", "View", "check_keytabs",
    "code_tables", "detector_ids", "harmless", "iso", "moment", "ready", "replay", "story", "updates", "workspaces",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """updates, loaded when first asked for: what speaks HTTPS and unpacks would cost every start its time."""
    if name == "updates":
        return importlib.import_module("app.updates")
    raise AttributeError(name)


def detector_ids() -> tuple[str, ...]:
    """Ids of all detectors, by their names."""
    from app.engine.detectors import DETECTORS

    return tuple(sorted(one.id for one in DETECTORS))


def code_tables() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Numbers that protocols and logs answer with: title of a table, its codes as they are written, what they mean."""
    from app.engine.describe import codes, event_codes

    numbers = (
        ("Kerberos errors", "0x{:x}", codes.KERBEROS), ("NTSTATUS: NTLM, SMB, logon events", "0x{:08x}", codes.NTSTATUS),
        ("LDAP results", "{}", codes.LDAP), ("Logon types of events 4624 and 4625", "{}", event_codes.LOGON_TYPES),
        ("DNS answers", "{}", codes.DNS), ("Options of an account (userAccountControl)", "0x{:x}", event_codes.DIRECTORY_FLAGS),
    )  # fmt: skip
    return tuple((title, tuple((form.format(code), words) for code, words in table.items())) for title, form, table in numbers)


def replay(path: Path) -> "Outcome":
    """Run what Session.proof() wrote again; blocks. Raises OSError with one clear sentence when it is no whole proof bundle."""
    from app.proof import replay  # loads every reader

    return replay(path)


BYTES = "Bytes and texts of the evidence tell names; they are not shown in privacy mode."
_EVENTS = ActivityFilter("kind:event", Text("kind", ("event",)))


def check_keytabs(keytabs: Sequence[Path]) -> None:
    """Blocks. Raises OSError with one clear sentence for a file that cannot be read or is no keytab."""
    from app.sensor.sources.keytabs import load_keys

    load_keys(keytabs)


class Session(Output, Casework, Fleet, Telling):
    """An open workspace. Its methods may be called from any thread; those that say so block."""

    def __init__(self, path: Path, temporary: Path | None, why_read_only: str = "") -> None:
        self.path = path
        self.resolved = path.resolve()
        """The same with links followed, as settings name it."""
        self._temporary = temporary
        self.why_read_only = why_read_only
        self.brought = ""
        """One sentence when opening brought the workspace to the version of this program; the copy from before is named."""
        self._presence = Presence(path)
        self.plain = self.queries = Queries(path, bool(why_read_only))
        self._hiding = threading.RLock()
        self._inspector = Inspector()
        self._readings: list[Reading] = []
        self._listening: Listening | None = None
        self._states: dict[str, SourceState] = {}
        self.kinds = {}
        self._sources_lock = threading.Lock()
        self._notifier_lock = threading.RLock()
        self.on_state: Callable[[SourceState], None] | None = None
        """Called from a thread of the session whenever a live source has something new to say."""

    @classmethod
    def open(
        cls, path: Path | None = None, read_only: bool = False, told: Callable[[str], None] = lambda words: None
    ) -> "Session":
        """Open or create a workspace; None makes one that is removed on close. Raises StoreError with one clear sentence.

        One that a newer program made, or that this user may not write, is opened for reading only where that can be done;
        why_read_only says so. told: how far one of an earlier version is with being brought up to date; within
        app.model.stopping.until that may be given up, which raises Stopped and leaves it as it was.
        """
        temporary = None
        if path is None:
            temporary = Path(tempfile.mkdtemp(prefix="wardlight-"))
            path = temporary / "untitled.wardlight"
        workspaces.finish(path)
        why = why_only_read(path, read_only)
        copy = None if why else create_workspace(path, told)
        opened = cls(path, temporary, why)
        try:
            if copy is not None:
                opened.brought = f"{path.name} was brought up to date; as it was before it lies in {copy.name}."
                opened.log_act("migrated", words=f"the copy from before is {copy.name}")
            opened.record_opening()
        except BaseException:
            opened.close()
            raise
        return opened

    @property
    def read_only(self) -> bool:
        """True when nothing can be written, see why_read_only."""
        return bool(self.why_read_only)

    def record_opening(self) -> None:
        """On a shared machine, where users have roles, the history tells who opened the workspace, and how."""
        if not self.read_only and self.plain.roles():
            self.log_act("opened", words=f"as {self.plain.role()}")

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
        keytabs: Sequence[Path] = (),
        low: bool = False,
    ) -> Reading | Beside:
        """Read inputs in another process. on_done gets None, or one sentence that says what went wrong.

        While live sources run, their process reads them too, for it holds the workspace.
        keytabs: files with keys, which that process reads; neither they nor their places are kept.
        low: that process leaves the processor to others first; one that listens already stays as it is.
        """
        beside = self._read_beside(inputs, on_progress, on_done, sensitivity, keytabs)
        if beside is not None:
            return beside

        def done(error: str | None) -> None:
            if error is not None and error.endswith(IN_USE):  # a source that was started just behind was quicker
                instead = self._read_beside(inputs, on_progress, on_done, sensitivity, keytabs)
                if instead is not None:
                    reading.hand_on(instead)
                    instead.wait()
                    return
            on_done(error)

        self.needs("user")
        files, keys = (tuple(str(one.resolve()) for one in some) for some in (inputs, keytabs))
        wanted = ready.Wanted(str(self.path.resolve()), files, sensitivity, keys, low)
        reading = Reading(ready.reader(wanted), on_progress, done)
        self._readings = [one for one in self._readings if one.running] + [reading]
        reading.begin()
        return reading

    def _read_beside(
        self,
        inputs: Sequence[Path],
        on_progress: Callable[[Progress], None],
        on_done: Callable[[str | None], None],
        sensitivity: str,
        keytabs: Sequence[Path],
    ) -> Beside | None:
        """Let the listening process read; None when there is none."""
        with self._sources_lock:
            if self._listening is None or not self._listening.running:
                return None
            return self._listening.read(inputs, on_progress, self._when_read(on_done), sensitivity, keytabs)

    @staticmethod
    def interfaces() -> list[str]:
        """Names of the interfaces of this machine that a CaptureSource may name."""
        return interface_names()

    def sources(self) -> tuple[SourceState, ...]:
        """Every live source that this session started, as it is doing now; those that are over stay listed."""
        with self._sources_lock:
            return tuple(self._states.values())

    def sampling(self) -> Sampling:
        """What the live sources of this session may use of this machine, and what follows; as by default while none runs."""
        with self._sources_lock:
            return self._listening.sampling if self._listening is not None and self._listening.running else Sampling()

    def source_label(self, spec: LiveSource) -> str:
        """What a live source is called, as in its state."""
        return label_of(spec)

    def start_source(self, spec: LiveSource, sensitivity: str = "medium") -> str:
        """Start a live source in a process of its own; returns its id at once, on_state tells how it goes.

        A first source starts the listening process, which waits while files are still being read into the workspace.
        Raises StoreError when the user may not, or when a file to follow has a name that is no text.
        """
        self.needs("administrator")
        if why := unwritable(spec):
            raise StoreError(why)
        id = token_hex(6)
        state = SourceState(id=id, kind=kind_of(spec), label=label_of(spec), state="starting")
        with self._sources_lock:
            self._listens(sensitivity)
            self._states[id] = state
        if self.on_state is not None:
            self.on_state(state)  # before anybody can say more of it
        with self._sources_lock:
            self._listens(sensitivity).start(id, spec, state.label, state.kind)
        return id

    def _listens(self, sensitivity: str) -> Listening:
        """The process that listens, started when none runs; with the lock of the sources."""
        if self._listening is None or not self._listening.running:
            self._listening = Listening(self.path, self._told, sensitivity)
        return self._listening

    def stop_source(self, id: str) -> None:
        """End a live source in order: what it has is stored, its state becomes "stopped". Returns at once."""
        with self._sources_lock:
            if self._listening is not None:
                self._listening.stop(id)

    def _told(self, state: SourceState) -> None:
        with self._sources_lock:
            self._states[state.id] = state
        if self.on_state is not None:
            self.on_state(state)
        self._rest()

    def _when_read(self, on_done: Callable[[str | None], None]) -> Callable[[str | None], None]:
        def done(error: str | None) -> None:
            on_done(error)
            self._rest()

        return done

    def _rest(self) -> None:
        """With nothing left to do the listening process ends, so that others may write the workspace."""
        with self._sources_lock:
            if self._listening is not None and not self._listening.busy:
                self._listening.close()

    def read_here(
        self,
        inputs: Sequence[Path],
        on_progress: Callable[[Progress], None],
        cancelled: Callable[[], bool] = lambda: False,
        sensitivity: str = "medium",
        keytabs: Sequence[Path] = (),
        places: str = "",
        given_up: Callable[[], bool] = lambda: False,
    ) -> Seconds:
        """Read inputs in this process; blocks until all is read and detected. Raises OSError when a keytab cannot be read.

        cancelled: read no more. given_up: do not detect either, alerts stay as they were.

        Raises StoreError when the workspace cannot be written or the user may not.
        """
        from app.ingest import read_inputs  # every reader
        from app.sensor.sources.keytabs import load_keys

        self.needs("user")
        keys = load_keys(keytabs)
        return read_inputs(self.path, inputs, on_progress, cancelled, sensitivity, keys, places, given_up)

    def packet(self, input_key: str, frame: int, frames: Sequence[int] = ()) -> Packet:
        """One frame with its bytes and its tree of fields; blocks (file and child process).

        frames: of the same activity; those that carry one TCP message with this one are joined.
        """
        if self.private:
            return Packet(input=input_key, frame=frame, at=0, data=b"", error=BYTES)
        where = next((one for one in self.plain.inputs() if one.key == input_key), None)
        if where is None:
            return Packet(input=input_key, frame=frame, at=0, data=b"", error="The workspace does not know this input.")
        from app.sensor.packets.joined import MOST_FRAMES, joined
        from app.sensor.sources.evidence import holds, read_evidence, why_not_kept
        from app.sensor.sources.frames import read_frames

        try:
            numbers = sorted({frame, *frames})
            numbers = numbers if len(numbers) <= MOST_FRAMES else [frame]
            if where.live or holds(self.path, input_key):
                got = read_evidence(self.path, input_key, numbers)
                if frame not in got:
                    why = self.fetch_packets(input_key, numbers)
                    got = read_evidence(self.path, input_key, numbers)
                if frame not in got:
                    why = why or why_not_kept(self.path, input_key, frame)
                    return Packet(input=input_key, frame=frame, at=0, data=b"", error=why)
            else:
                got = read_frames(Path(where.path), numbers, key=input_key)
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

    def record(self, input_key: str, record: int, ordinal: int = 0) -> Record:
        """One record of a log, by Activity.record and Activity.ordinal; blocks (file and child process)."""
        if self.private:
            return Record(input=input_key, record=record, error=BYTES)
        where = next((one for one in self.plain.inputs() if one.key == input_key), None)
        if where is None:
            return Record(input=input_key, record=record, error="The workspace does not know this input.")
        if where.live:
            return Record(input=input_key, record=record, error="This came live: what it said is kept, its text is not.")
        from app.sensor.sources.records import TEXTS, read_record  # readers of every kind of log, which few need

        if where.kind not in TEXTS:
            return Record(input=input_key, record=record)
        try:
            got = read_record(Path(where.path), record, ordinal, input_key)
        except (OSError, ValueError) as error:
            return Record(input=input_key, record=record, error=f"{where.path} cannot be read: {error}")
        return Record(input=input_key, record=record, at=got.at, form=got.form, text=got.text, fields=got.fields)

    def detect(self, on_done: Callable[[str | None], None], on_progress: Callable[[Progress], None] = lambda _: None) -> None:
        """Detect anew over all that was read, in another process: after exclusions, tags or sensitivity were changed."""
        self.read((), on_progress, on_done, self.plain.sensitivity())

    def detect_here(self, sensitivity: str | None = None) -> Seconds:
        """The same in this process; blocks.

        sensitivity: of detectors without a level of their own, that of the last time by default. Raises StoreError, as when the
        workspace is IN_USE: then whoever writes it takes the changes up.
        """
        return self.read_here((), lambda _: None, sensitivity=sensitivity or self.plain.sensitivity())

    def retain_here(self, now: int | None = None) -> Outlook:
        """Remove now what the limits of the workspace say, in this process; blocks. Returns what was to go before.

        now: UTC microseconds by this machine's clock, which is asked by default. Raises StoreError, as when it is IN_USE.
        """
        self.needs("administrator")
        now = time.time_ns() // 1000 if now is None else now
        from app.engine.engine import Engine

        engine = Engine(self.path)
        try:
            going = engine.outlook(now)
            for _ in engine.retain(now, self.plain.sensitivity()):
                pass
        finally:
            engine.close()
        return going

    def keep_secret(self, name: str, value: str) -> None:
        """Keep a password or shared secret under a name that a source gives; blocks. Raises OSError with one clear sentence.

        Nobody is asked at the terminal for the passphrase of the file of secrets: the window may have none.
        """
        from app.sensor.sources import secrets  # loads the keyring, which most sessions never need

        try:
            if not secrets.unattended():
                raise secrets.Cannot(f"there is no keyring here; set {secrets.VARIABLE} to keep secrets in a file")
            secrets.keep(name, value)
        except secrets.Cannot as error:
            raise OSError(f"The secret is not kept: {error}") from error

    def has_secret(self, name: str) -> bool:
        """Whether a secret of this name can be had; blocks."""
        from app.sensor.sources import secrets

        with suppress(secrets.Cannot):
            return secrets.unattended() and bool(secrets.secret(name))
        return False

    def detector_page(self, detector: str) -> str:
        """The page beside a detector (Markdown), "" when there is none."""
        name = f"{detector}.md"
        known = {one.name: one for one in paths.detector_pages().glob("*.md")}
        return known[name].read_text(encoding="utf-8") if name in known else ""

    def sigma(self, rules: Sequence[Path], most: int = 1_000) -> SigmaRun:
        """Run Sigma rules, files and folders, over the Windows events of the workspace; blocks.

        most: matches of a rule that are given; all are counted. Raises OSError for a path that is not there, ImportError without
        what the extra `sigma` installs.
        """
        try:
            from app.engine.sigma import load_rules, run  # pySigma and what it needs load slowly, and few sessions ask for them
        except ModuleNotFoundError as error:
            raise ImportError(
                f"Sigma rules need packages that are not installed ({error.name}): add wardlight[sigma]."
            ) from error
        from app.sensor.events.translate import FAMILIES

        kept: dict[str, frozenset[int]] = {}
        for family in FAMILIES:
            for channel in family.log.channels:
                kept[channel] = kept.get(channel, frozenset()) | frozenset(family.events)
        loaded = load_rules(rules)
        return run(loaded, self.plain.stream(_EVENTS), kept=kept, most=most)

    def save_as(self, path: Path) -> None:
        """Copy the workspace as it is now; this session stays where it is. Blocks. Raises StoreError with one clear sentence."""
        from app.sensor.sources.evidence import folder_of

        copy_workspace(self.path, path)
        if folder_of(self.path).is_dir():
            with suppress(OSError, shutil.Error):  # the oldest packets may be removed meanwhile
                shutil.copytree(folder_of(self.path), folder_of(path), dirs_exist_ok=True)
        self.log_act("exported", str(path), f"a copy of the workspace to {path.name}")

    def close(self) -> None:
        """End what runs, close the file, remove it when temporary."""
        self.stop_notifying(for_good=True)
        with self._sources_lock:
            listening = self._listening
        if listening is not None:
            listening.close(10)
        for reading in self._readings:
            reading.cancel()
        for reading in self._readings:
            reading.wait(5)
        self._inspector.close()
        self.plain.close()
        self._presence.release()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
