"""Read one input from its bytes to its activities."""

import gc
import threading
import time
import traceback
from collections.abc import Callable
from itertools import pairwise
from operator import attrgetter
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from app.model.activity import Activity, event_order
from app.model.rows import Problem
from app.sensor.captures import CAPTURES, capture_reader, known_conversations
from app.sensor.decoders.keytab import NO_KEYS, Keys
from app.sensor.packets.flows import Registry
from app.sensor.readers import reader_of
from app.sensor.sources.content import Refused, content_key, file_sha256
from app.sensor.sources.inputs import Found, opened
from app.sensor.sources.pcap import WINDOW
from app.sensor.sources.reading import Opening

Sink = Callable[[list[Activity]], None]
OnProgress = Callable[[int, int], None]
_AT = attrgetter("at")
EVERY = 0.25
"""Seconds between two reports of progress."""


class InputReport(Struct, frozen=True, kw_only=True):
    """What became of one input. state: done, partial (cancelled or damaged), failed. first, last: UTC microseconds."""

    key: str
    path: str
    kind: str
    bytes: int
    sha256: str
    records: int
    first: int | None
    last: int | None
    state: str
    problems: tuple[Problem, ...] = ()


def read_input(
    found: Found,
    sink: Sink,
    progress: OnProgress = lambda done, records: None,
    cancelled: Callable[[], bool] = lambda: False,
    registry: Registry | None = None,
    window: int = WINDOW,
    keys: Keys = NO_KEYS,
) -> InputReport:
    """Read an input; sink gets its activities in batches, each in event order. Never raises on content.

    A reader that breaks is a problem of its input, which is then failed, or partial when some of it was read.

    keys: open what is sealed in captures.
    progress(bytes of the input that are done, records) is called a few times a second, cancelled() for each window.
    """
    stop = threading.Event()
    sums: list[str] = []
    summing = threading.Thread(target=lambda: sums.append(file_sha256(found.file, stop.is_set)), name="sum", daemon=True)
    thresholds = gc.get_threshold()
    # Windows make many short-lived tuples and few cycles: looking for cycles at the usual pace costs a fifth of the time.
    gc.set_threshold(200_000, 50, 50)
    try:
        if found.file.is_file():
            summing.start()
        report = _read(found, sink, progress, cancelled, registry, window, keys)
        if cancelled():
            stop.set()
    except BaseException:
        stop.set()
        raise
    finally:
        gc.set_threshold(*thresholds)
        if summing.ident is not None:
            summing.join()
    return replace(report, sha256=sums[0] if sums else "")


def _read(
    found: Found,
    sink: Sink,
    progress: OnProgress,
    cancelled: Callable[[], bool],
    registry: Registry | None,
    window: int,
    keys: Keys,
) -> InputReport:
    if found.problem is not None:
        return _failed(found, found.problem)
    reader = capture_reader(registry or known_conversations(keys), window) if found.kind in CAPTURES else reader_of(found.kind)
    try:
        content, partly = opened(found, cancelled)
    except (OSError, Refused) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return _failed(found, Problem(what=why or "cannot be read", where=found.path))
    data = content.data
    notes: dict[str, tuple[int, str]] = {}

    def note(what: str, where: str, count: int = 1) -> None:
        before = notes.get(what)
        notes[what] = (before[0] + count, before[1]) if before else (count, where)

    batch: list[Activity] = []
    records, first, last, scale = 0, None, None, found.bytes / max(len(data), 1)
    due, halted, damaged = time.monotonic(), False, False
    delivered, ended = False, ""

    def deliver() -> None:
        nonlocal delivered
        if batch:
            delivered = True
            sink(_ordered(batch))
            batch.clear()

    opening = Opening(found, data, content_key(data))
    steps = reader(opening, batch.append, note)
    try:
        while not (halted := cancelled()):
            try:
                step = next(steps, None)
            except Refused as error:
                ended = str(error)
                notes = notes if delivered or batch else {}  # a refusal says enough of what gave nothing
                break
            except Exception as error:  # a mistake of ours: it costs the rest of this input, not the inputs behind it
                ended = _mistake(error)
                break
            if step is None:
                break
            if step.first is not None and step.last is not None:
                first = step.first if first is None else min(first, step.first)
                last = step.last if last is None else max(last, step.last)
            records, damaged = records + step.records, damaged or step.damaged
            deliver()
            if time.monotonic() >= due:
                due = time.monotonic() + EVERY
                progress(int(min(step.done, len(data)) * scale), records)
            if _shrunk(found, len(data)):
                partly = partly or "the file became shorter while it was read"
                break
    finally:
        steps.close()
    deliver()
    if not halted:
        progress(found.bytes, records)
    problems = [Problem(what=what, count=count, where=where) for what, (count, where) in notes.items()]
    if ended:
        problems.append(Problem(what=ended, where=found.path))
    if partly:
        problems.append(Problem(what=partly, where=found.path))
    if not records and not halted and not ended:
        problems.append(Problem(what="no packets" if found.kind in CAPTURES else "no records", where=found.path))
    return InputReport(
        key=opening.key,
        path=found.path,
        kind=found.kind,
        bytes=found.bytes,
        sha256="",
        records=records,
        first=first,
        last=last,
        state="failed" if ended and not delivered else "partial" if halted or partly or damaged or ended else "done",
        problems=tuple(problems),
    )


def _mistake(error: Exception) -> str:
    """Where a reader broke; without the error's own words, which may hold anything of the input."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"mistake in the program: {type(error).__name__} in {Path(place.filename).stem}, line {place.lineno}"


def _shrunk(found: Found, size: int) -> bool:
    """True when a file that is mapped lost its end: touching what is gone would end the process, so it is looked for first."""
    if found.member is not None or found.layers:
        return False
    try:
        return found.file.stat().st_size < size
    except OSError:  # its name is gone; what is mapped stays readable
        return False


def _ordered(batch: list[Activity]) -> list[Activity]:
    """A new list in event order: by time, which is quick; the whole key only where several are of one instant."""
    out = sorted(batch, key=_AT)
    times = [one.at for one in out]
    if len(set(times)) == len(times):
        return out
    begin = 0
    for end in [at for at, (one, other) in enumerate(pairwise(times), 1) if one != other] + [len(times)]:
        if end - begin > 1:
            out[begin:end] = sorted(out[begin:end], key=event_order)
        begin = end
    return out


def _failed(found: Found, problem: Problem) -> InputReport:
    return InputReport(
        key=found.key,
        path=found.path,
        kind=found.kind,
        bytes=found.bytes,
        sha256="",
        records=0,
        first=None,
        last=None,
        state="failed",
        problems=(problem,),
    )
