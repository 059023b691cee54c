"""Days kept in a file, so that they are read twice: once for what they teach, once for the detectors; or a workspace of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from app.engine.engine import Engine, create_workspace
from app.engine.knowledge import Knowledge
from app.link.codec import decode_batch, encode_batch
from app.model.activity import Activity
from app.model.rows import Problem
from benchmarks.quality.benign.days import days

BATCH = 20_000


class Kept:
    """Batches of activities on disk, each with its length before it."""

    def __init__(self, path: Path, count: int, told: str, seed: int, shape: str = "company") -> None:
        self.path, self.activities = path, 0
        self.knowledge = Knowledge()
        observe = self.knowledge.observe
        with path.open("wb") as file:
            for day in days(count, told, seed, shape):
                self.activities += len(day)
                for one in day:
                    observe(one)
                for first in range(0, len(day), BATCH):
                    body = encode_batch(day[first : first + BATCH])
                    file.write(len(body).to_bytes(4, "big") + body)

    def batches(self) -> Iterator[list[Activity]]:
        """The batches again."""
        with self.path.open("rb") as file:
            while head := file.read(4):
                yield decode_batch(file.read(int.from_bytes(head, "big")))


class _Input(Struct, frozen=True, kw_only=True):
    """One telling as if it was an input: its key is that of its activities."""

    key: str
    kind: str
    path: str = "invented"
    bytes: int = 0


class _Report(Struct, frozen=True, kw_only=True):
    """It was read in full."""

    records: int
    first: int
    last: int
    state: str = "complete"
    sha256: str = ""
    problems: Sequence[Problem] = ()


def workspace_of(path: Path, count: int, told: str, seed: int, shape: str = "company") -> Engine:
    """A workspace with one input for each telling; the engine ties what two of them tell of one act."""
    create_workspace(path)
    engine = Engine(path)
    kinds = {"traffic": "pcap", "events": "evtx", "directory": "ldif"}
    spans: dict[str, list[int]] = {}
    for day in days(count, told, seed, shape):
        for key, kind in kinds.items():
            part = [one for one in day if one.input == key]
            if not part:
                continue
            if key not in spans:
                engine.begin_input(_Input(key=key, kind=kind))
                spans[key] = [0, part[0].at, part[-1].until]
            engine.use_input(key)
            for first in range(0, len(part), BATCH):
                engine.ingest(part[first : first + BATCH])
            spans[key][0] += len(part)
            spans[key][2] = part[-1].until
    for key, (records, first, last) in spans.items():
        engine.use_input(key)
        engine.finish_input(_Report(records=records, first=first, last=last))
    return engine
