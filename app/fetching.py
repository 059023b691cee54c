"""Packets of sensors into the workspace: those on which alerts rest soon after the alert, others when somebody looks at them."""

import time
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from app.engine.queries import Queries
from app.link.asking import LARGEST_ANSWER, MOST_FRAMES, Packets, PacketsAsked, Refused, decode_reply, encode_question
from app.link.envelope import LinkError
from app.link.jetstream import Link
from app.link.numbers import BETWEEN, sensor_of
from app.link.subjects import ask
from app.sensor.sources.evidence import folder_of, from_file, kept_frames, read_evidence, store_packets

EVERY = 5.0
"""Seconds between two looks for alerts whose packets are still on their sensor."""
PATIENCE = 15.0
"""Seconds for one answer."""
FIRST_WAIT, LONGEST_WAIT = 30.0, 900.0
"""Seconds until a sensor that did not answer is asked again: doubled each time."""
QUESTIONS = 64
"""Questions to one sensor for one input in a row."""

Ask = Callable[[str, bytes, float], bytes]
"""As app.link.jetstream.Link.ask."""


class Fetched(Struct, frozen=True):
    """What came of a question. kept: frames that are in the workspace now; gone: that are nowhere any more, and why."""

    kept: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()
    why: str = ""


def is_of_sensor(key: str) -> bool:
    """Whether an input came from a sensor on another machine."""
    return BETWEEN in key


def fetch(asking: Ask, workspace: Path, key: str, frames: Collection[int], patience: float = PATIENCE) -> Fetched:
    """Ask the sensor of an input for packets and keep them beside the workspace; waits. Raises LinkError, OSError."""
    sensor = sensor_of(key)
    left = sorted(set(frames))
    kept, gone, why = set[int](), set[int](), ""
    for _ in range(QUESTIONS):
        if not left:
            break
        now, later = left[:MOST_FRAMES], left[MOST_FRAMES:]
        data = asking(ask(sensor), encode_question(PacketsAsked(key, tuple(now))), patience)
        reply = decode_reply(data)
        if isinstance(reply, Refused):
            raise LinkError(f"The sensor does not give the packets: {reply.why[:300]}")
        if not isinstance(reply, Packets) or len(reply.file) > LARGEST_ANSWER:
            raise LinkError("The sensor gave an answer to another question.")
        found = from_file(reply.file, now)
        store_packets(workspace, key, found)
        kept |= found.keys()
        more = set(reply.more) & set(now)
        missing = set(now) - found.keys() - more
        gone |= missing
        why = reply.why[:300] if missing and not why else why
        left = [*sorted(more), *later]
        if not found and not missing:  # it only puts us off
            break
    return Fetched(frozenset(kept), frozenset(gone), why)


class Fetching:
    """Brings what alerts rest on, from now until close(); a step never waits."""

    def __init__(self, link: Link, queries: Queries, workspace: Path) -> None:
        self._link, self._queries, self._workspace = link, queries, workspace
        self._working = ThreadPoolExecutor(1, thread_name_prefix="fetching")
        self._round: Future[None] | None = None
        self._due = 0.0
        self._known: set[int] = set()
        self._wanted: dict[str, set[int]] = {}
        self._waits: dict[str, tuple[float, float]] = {}
        self._refused = ""
        self.error = ""
        """Why the last round could not be ended, or our disk kept nothing; a sensor that is away is no error."""

    def step(self) -> None:
        """Begin a round when it is time."""
        now = time.monotonic()
        if self._round is not None:
            if not self._round.done():
                return
            broke = self._round.exception()
            self.error = self._refused if broke is None else f"{type(broke).__name__}: {broke}"
        if now < self._due or not self._link.connected:
            return
        self._due = now + EVERY
        self._round = self._working.submit(self._turn)

    def close(self) -> None:
        """Bring no more."""
        self._working.shutdown(wait=False, cancel_futures=True)

    def _turn(self) -> None:
        for key, frames in self._queries.alerted_packets(self._known).items():
            with suppress(LinkError):
                sensor_of(key)
                self._wanted[key] = self._wanted.get(key, set()) | frames
        for key, frames in list(self._wanted.items()):
            sensor = sensor_of(key)
            again, wait = self._waits.get(sensor, (0.0, FIRST_WAIT))
            if time.monotonic() < again:
                continue
            try:
                if left := frames - kept_frames(self._workspace, key):
                    fetch(self._link.ask, self._workspace, key, left)
                    self._waits.pop(sensor, None)
                    self._refused = ""
                del self._wanted[key]
            except (LinkError, OSError) as error:  # it is away, or our disk refuses: later
                self._waits[sensor] = time.monotonic() + wait, min(wait * 2, LONGEST_WAIT)
                self._refused = str(error) if isinstance(error, OSError) else self._refused


def packets_of(asking: Ask, workspace: Path, key: str, frames: Collection[int]) -> tuple[bool, str]:
    """Fetch what is not here of these; whether anything came, and one sentence about what is gone. Raises LinkError, OSError."""
    have = read_evidence(workspace, key, frames) if folder_of(workspace).is_dir() else {}
    got = fetch(asking, workspace, key, set(frames) - have.keys())
    return bool(got.kept), got.why
