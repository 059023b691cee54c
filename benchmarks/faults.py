"""Kills at random moments: `faults.py [--kills 200] [--seed 1]`. Nothing may be lost, nothing come twice.

Real processes: a hub's server, a sensor's sender with its outbox, a workspace that listens, its reader of the stream. While
messages flow, one of them after the other is killed (SIGKILL) at a random moment and started again. In the end every activity
that was in the outbox must be in the workspace once, and detection must say what it says of the same activities without a link.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import msgspec
import psutil
from msgspec import Struct

from app.engine.engine import Engine
from app.link.codec import encode_batch
from app.link.envelope import Batch, Closed, Opened, seal
from app.link.jetstream import Link
from app.link.numbers import input_key
from app.link.place import HubPlace, from_line, to_line
from app.link.subjects import activities
from app.sensor.service import sending as sending_module
from app.sensor.service.outbox import New, Outbox
from app.sensor.service.sending import Sending
from tests.engine.workspace import Found, Report, content, made
from tests.hub.running import RunningHub

ROOT = Path(__file__).resolve().parent.parent
SIZE = 5
"""Activities of a message."""
MESSAGES = 200
"""For each kill: more than come between two on a quick machine, so that the last one still hits a line that runs."""
OUTBOX = 1 << 30
VICTIMS = ("server", "sender", "workspace", "reader")
NOT_COMPARED = {"inputs", "receipts", "sensors", "meta", "changes", "health", "health_history"}
ON_THE_WAY, PAUSE = 3, 0.05
"""Messages of the sender on the way at once; seconds between two looks for acknowledged ones: slow enough to be killed midway."""
FLOW = 20.0
"""Seconds to wait for anything new in the workspace before the next kill."""
LONGEST = 900.0
"""Seconds for the rest to come through after the last kill, and for each process to end in order."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What a run gave: activities sent, stored, of these more than once; tables that differ; kills of each; seconds.

    idle: kills before which nothing came for so long that the line may have been still; they prove little.
    """

    sent: int
    stored: int
    twice: int
    different: tuple[str, ...]
    kills: dict[str, int]
    seconds: float
    idle: int = 0

    @property
    def whole(self) -> bool:
        """Nothing was lost, nothing came twice, detection says the same."""
        return self.sent == self.stored and not self.twice and not self.different


def run(folder: Path, kills: int, seed: int, say: Callable[[str], None] = lambda words: None) -> Outcome:
    """One run in an empty folder; messages are as many as kills need."""
    chance = random.Random(seed)
    began = time.monotonic()
    hub = RunningHub(folder / "hub", always=True)
    sensor, analyst = hub.add("sensor", "s1"), hub.add("analyst", "ann")
    lines = {"sensor": folder / "sensor.line", "analyst": folder / "analyst.line"}
    lines["sensor"].write_text(to_line(sensor))
    lines["analyst"].write_text(to_line(analyst))
    key = input_key("s1", "0123456789ab")
    messages = 100 + kills * MESSAGES
    fill(folder / "outbox", key, messages)
    hub.start()
    workspace = folder / "w"
    line = Line(folder, hub, lines, workspace)
    done, idle = dict.fromkeys(VICTIMS, 0), 0
    try:
        for number in range(kills):
            flowing = line.flowing()
            time.sleep(chance.uniform(0.0, 0.8))
            victim = chance.choice(VICTIMS)
            if line.kill(victim):
                done[victim] += 1
                idle += not flowing
                say(f"{number + 1}: {victim}, {line.stored():,} stored")
            line.mend()
        until = time.monotonic() + LONGEST
        while line.stored() < messages * SIZE and time.monotonic() < until:
            line.mend()
            time.sleep(0.2)
    finally:
        line.close()
        hub.stop()
    found = content(workspace)
    plain = expected(folder / "plain", key, messages)
    rows = [repr(row) for row in found["activities"]]
    return Outcome(
        sent=messages * SIZE,
        stored=len(rows),
        twice=len(rows) - len(set(rows)),
        different=tuple(sorted(one for one in plain.keys() - NOT_COMPARED if plain[one] != found[one])),
        kills=done,
        seconds=time.monotonic() - began,
        idle=idle,
    )


def fill(path: Path, key: str, messages: int) -> None:
    """An outbox that holds an input of so many messages."""
    outbox = Outbox(path, OUTBOX)
    whole = made(messages * SIZE, key=key)
    new = [New(seal(Opened(key, "made (live)", "pcap", 1)), alone=True)]
    new += [New(seal(Batch(key, SIZE, encode_batch(whole[at : at + SIZE])))) for at in range(0, len(whole), SIZE)]
    new.append(New(seal(Closed(key, "done", len(whole), whole[0].at, whole[-1].at)), alone=True))
    outbox.put(new)
    outbox.close()


def expected(path: Path, key: str, messages: int) -> dict[str, object]:
    """The workspace of the same activities without a link."""
    engine = Engine(path)
    engine.begin_input(Found(key=key), live=True)
    engine.ingest(made(messages * SIZE, key=key))
    engine.finish_input(Report())
    engine.settle()
    engine.close()
    return content(path)


def stored(workspace: Path) -> int:
    """Activities in a workspace now, 0 while there is none."""
    try:
        database = sqlite3.connect(f"file:{workspace}?mode=ro", uri=True)
        try:
            return int(database.execute("SELECT count(*) FROM activities").fetchone()[0])
        finally:
            database.close()
    except sqlite3.Error:
        return 0


class Line:
    """The processes between an outbox and a workspace."""

    def __init__(self, folder: Path, hub: RunningHub, lines: dict[str, Path], workspace: Path) -> None:
        self._folder, self._hub, self._lines, self._workspace = folder, hub, lines, workspace
        self._sender: subprocess.Popen[bytes] | None = None
        self._listener: subprocess.Popen[bytes] | None = None
        self.mend()

    def mend(self) -> None:
        """Start what does not run."""
        if self._hub.child is None or self._hub.child.poll() is not None:
            self._hub.start(streams=False)
        if self._sender is None or self._sender.poll() is not None:
            self._sender = self._run(__file__, "--send", self._lines["sensor"], "--outbox", self._folder / "outbox")
        if self._listener is None or self._listener.poll() is not None:
            self._listener = self._run("-m", "app", "listen", self._workspace, "--hub", self._lines["analyst"])

    def kill(self, victim: str) -> bool:
        """Kill one; False when it does not run now."""
        match victim:
            case "server":
                self._hub.kill()
                return True
            case "sender":
                return _kill(self._sender.pid if self._sender else None)
            case "workspace":
                return _kill(self._listener.pid if self._listener else None)
        children = psutil.Process(self._listener.pid).children() if self._listener and self._listener.poll() is None else []
        return _kill(next((one.pid for one in children if "_source" in _words(one)), None))

    def flowing(self) -> bool:
        """Wait until something new is stored, so that the next kill hits a line that runs; not for ever: False."""
        before, until = self.stored(), time.monotonic() + FLOW
        while self.stored() == before and time.monotonic() < until:
            self.mend()
            time.sleep(0.05)
        return self.stored() != before

    def stored(self) -> int:
        """Activities in the workspace now."""
        return stored(self._workspace)

    def close(self) -> None:
        """End all of it in order. Raises TimeoutExpired when one must be killed: a workspace says all only once it settled."""
        for child in (self._sender, self._listener):
            if child is not None and child.poll() is None:
                child.terminate()
                try:
                    child.wait(LONGEST)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
                    raise

    def _run(self, *words: object) -> "subprocess.Popen[bytes]":
        out = (self._folder / "said").open("ab")
        try:
            return subprocess.Popen(
                [sys.executable, *map(str, words)], cwd=ROOT, stdout=out, stderr=out, stdin=subprocess.DEVNULL
            )
        finally:
            out.close()


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:  # it ended
        return []


def _kill(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def send(place: HubPlace, path: Path) -> None:
    """The sender of a sensor: what its outbox holds, not too fast, so that there is something to kill."""
    sending_module.ON_THE_WAY = ON_THE_WAY
    outbox, link = Outbox(path, OUTBOX), Link(place)
    sending = Sending(outbox, link, activities(place.id))
    while True:
        sending.step(time.monotonic())
        time.sleep(PAUSE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 when everything came once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--send", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--outbox", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.send:
        send(from_line(options.send.read_text()), options.outbox)
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), options.kills, options.seed, lambda words: print(words, flush=True))
    print(json.dumps(msgspec.to_builtins(outcome), indent=1))
    if options.json:
        options.json.write_bytes(msgspec.json.encode(outcome))
    return 0 if outcome.whole else 1


if __name__ == "__main__":
    sys.exit(main())
