"""Read inputs into a workspace: find, read, store, fold, detect; one process, every step resumable."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from app.engine.engine import Engine
from app.engine.health.computer import measured
from app.model.activity import Activity
from app.model.rows import Progress, Seconds
from app.model.stopping import Stopped, until
from app.sensor.captures import known_conversations
from app.sensor.decoders.keytab import NO_KEYS, Keys
from app.sensor.sensor import read_input
from app.sensor.sources.content import Refused, file_sha256
from app.sensor.sources.inputs import Found, find_inputs, opened
from app.sensor.sources.living import Cannot
from app.sensor.sources.places import Places, open_places, placing
from app.settings import load

OnProgress = Callable[[Progress], None]
Cancelled = Callable[[], bool]


def load_all() -> None:
    """Load what the first rows of a capture need, before it is known what is read."""
    known_conversations()


def read_inputs(
    workspace: Path,
    paths: Sequence[Path],
    on_progress: OnProgress,
    cancelled: Cancelled,
    sensitivity: str = "medium",
    keys: Keys = NO_KEYS,
    places: str = "",
    given_up: Cancelled = lambda: False,
) -> Seconds:
    """Read every input under paths that the workspace does not hold yet, then detect over all that it holds.

    cancelled: read no more; what was read is detected over. given_up: nor that; the alerts stay as they were.

    keys open what is sealed in captures; they are not kept. places: a GeoIP file (.mmdb), that of the settings when empty.
    Raises OSError or app.engine.store.StoreError when the workspace cannot be opened or written. Inputs that cannot be
    read are kept in the workspace as failed, with the reason; they never raise.
    """
    began = time.perf_counter()
    engine = Engine(workspace)
    try:
        return read_into(engine, paths, on_progress, cancelled, sensitivity, began, keys, places, given_up=given_up)
    finally:
        engine.close()


def read_into(
    engine: Engine,
    paths: Sequence[Path],
    on_progress: OnProgress,
    cancelled: Cancelled,
    sensitivity: str = "medium",
    began: float | None = None,
    keys: Keys = NO_KEYS,
    places: str = "",
    tend: bool = True,
    given_up: Cancelled = lambda: False,
) -> Seconds:
    """The same with a workspace that is open; cancelled is called several times a second and may use the engine for others.

    began: time.perf_counter() at which the work began. tend: look at the health of the workspace in the end; False where somebody
    does that all the time.
    """
    began = time.perf_counter() if began is None else began
    decoded = stored = 0.0
    where = _places(places or load().places)
    found = list(find_inputs(paths, engine.files))
    total = sum(one.bytes for one in found)
    done = 0
    for position, one in enumerate(found):
        if cancelled():
            break
        spent = _read_one(engine, one, position, len(found), done, total, began, on_progress, cancelled, keys, where)
        decoded, stored = decoded + spent[0], stored + spent[1]
        done += one.bytes
    read = time.perf_counter() - began - decoded - stored
    on_progress(_progress("", "detect", total, total, 0, engine.activities, began, len(found), len(found)))
    detecting = time.perf_counter()
    with until(given_up), suppress(Stopped):
        engine.settle(sensitivity)
    if tend and not given_up():
        engine.tend(measured(engine.path), time.time_ns() // 1000, anew=True)
    detect = time.perf_counter() - detecting
    whole = time.perf_counter() - began
    on_progress(_progress("", "done", total, total, 0, engine.activities, began, len(found), len(found)))
    return Seconds(read=read, decode=decoded, store=stored, detect=detect, total=whole)


def _read_one(
    engine: Engine,
    found: Found,
    position: int,
    inputs: int,
    before: int,
    total: int,
    began: float,
    on_progress: OnProgress,
    cancelled: Cancelled,
    keys: Keys,
    places: Places | None,
) -> tuple[float, float]:
    """Read one input; returns the seconds spent on its packets and in the engine."""
    if found.problem is None:
        with suppress(OSError, Refused):  # told when it is read
            opened(found, cancelled)  # its key needs its unpacked bytes; unpacking is long and must be stoppable
        _forget_beginning(engine, found, cancelled)
    if cancelled() or not engine.begin_input(found):
        return 0.0, 0.0
    key = engine.input
    spent = 0.0

    def sink(batch: list[Activity]) -> None:
        nonlocal spent
        at = time.perf_counter()
        engine.use_input(key)
        engine.ingest(batch)
        spent += time.perf_counter() - at

    def progress(done_bytes: int, records: int) -> None:
        on_progress(
            _progress(str(found.path), "read", before + done_bytes, total, records, engine.activities, began, position, inputs)
        )

    begun = time.perf_counter()
    report = read_input(found, placing(sink, places) if places else sink, progress, cancelled, keys=keys)
    at = time.perf_counter()
    engine.use_input(key)
    engine.finish_input(report)
    return at - begun - spent, spent + time.perf_counter() - at


def _places(path: str) -> Places | None:
    """Look-up in a GeoIP file, None without one. Raises OSError with one sentence when it cannot be used."""
    try:
        return open_places(path) if path else None
    except Cannot as error:
        raise OSError(str(error)) from error


def _forget_beginning(engine: Engine, found: Found, cancelled: Cancelled) -> None:
    """A capture that grows was read before as far as it went then; read again it would count everything twice."""
    for key, size, sha256 in engine.inputs_at(found.path):
        grown = found.member is None and size < found.bytes and sha256
        if grown and file_sha256(found.file, cancelled, size) == sha256:
            engine.forget_input(key)


def _progress(
    path: str, stage: str, done: int, total: int, records: int, activities: int, began: float, finished: int, inputs: int
) -> Progress:
    elapsed = max(time.perf_counter() - began, 1e-6)
    rate = done / elapsed
    return Progress(
        path=path,
        stage=stage,
        done_bytes=done,
        total_bytes=total,
        records=records,
        activities=activities,
        rate=rate,
        remaining=(total - done) / rate if rate > 0 else None,
        inputs_done=finished,
        inputs_total=inputs,
    )
