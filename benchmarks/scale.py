"""Many sensors into one workspace over a real hub: lag, memory, loss.

python benchmarks/scale.py [--sensors 100] [--rate 500] [--seconds 600] [--json FILE]

Each simulated sensor has its own key and its own TLS connection and sends what real ones send: an input, then numbered, sealed
batches of activities, each acknowledged by the stream. What does not exist is their captures. The hub is a real nats-server,
the workspace is followed by `wardlight listen` in a process of its own. Both ends are counted: what was acknowledged to a
sensor, and what the workspace holds of its input, each frame once.
"""

import argparse
import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.hub import authority, server
from app.hub.configuration import write_configuration
from app.hub.keys import make_pair
from app.hub.state import Folder, Hub, Role, User, Workspace
from app.hub.streams import prepare
from app.link.codec import encode_batch
from app.link.connecting import connected
from app.link.envelope import Batch, Closed, Opened, seal
from app.link.jetstream import Link
from app.link.numbers import input_key, message_id
from app.link.place import HubPlace, from_line, to_line
from app.link.subjects import activities
from app.model.activity import Activity
from app.model.source import HubSource
from benchmarks.store import parts

ROOT = Path(__file__).resolve().parent.parent
ROUND = 1.0
"""Seconds between two batches of a sensor, as a real one gathers them."""
FLIGHT = 8
"""Batches of one sensor that wait for their acknowledgement; beyond, it waits, as its outbox would."""


def write(key: str, seed: int, numbers: range, start: int) -> bytes:
    """A sealed batch of activities of one sensor, the numbers of which say when each happened."""
    pool = _pool(seed)
    batch = []
    for place in numbers:
        source, target, who, ticket, detail, result = pool[place % len(pool)]
        at = start + place * 2_000
        batch.append(
            Activity(
                at=at, until=at + 900, input=key, frames=(2 * place + 1, 2 * place + 2), source=source, destination=target,
                account=who, ticket=ticket, result=result, code=0, detail=detail,
            )
        )  # fmt: skip
    return seal(Batch(key, len(batch), encode_batch(batch)))


_POOLS: dict[int, list[Any]] = {}


def _pool(seed: int) -> list[Any]:
    if seed not in _POOLS:
        _POOLS[seed] = parts(2_000, seed)
    return _POOLS[seed]


async def sensor(place: HubPlace, seed: int, rate: int, seconds: float, tally: dict[str, Any]) -> None:
    """One sensor from its connection to its last acknowledgement."""
    broken = asyncio.Event()
    client = await connected(place, broken.set, lambda error: None)
    context = client.jetstream(timeout=120)
    subject, key, outbox = activities(place.id), input_key(place.id, f"{seed:012x}"), f"{seed:032x}"
    waiting = asyncio.Semaphore(FLIGHT)
    number = 0

    async def send(data: bytes, count: int) -> None:
        nonlocal number
        number += 1
        id = message_id(outbox, number)
        try:
            while True:
                try:
                    await context.publish(subject, data, headers={"Nats-Msg-Id": id})
                    break
                except Exception as error:  # sent again under the same id, as a real sensor does
                    tally["again"] += 1
                    tally["why"] = str(error) or type(error).__name__
                    await asyncio.sleep(0.5)
            tally["acknowledged"] += count
            tally["bytes"] += len(data)
        finally:
            waiting.release()

    start = time.time_ns() // 1000
    await waiting.acquire()
    await send(seal(Opened(key, f"interface of {place.name}", "pcap", start)), 0)
    begun = time.monotonic()
    done, sending = 0, set()
    loop = asyncio.get_running_loop()
    while (passed := time.monotonic() - begun) < seconds:
        due = min(int((passed + ROUND) * rate), int(seconds * rate))
        if due > done:
            await waiting.acquire()
            data = write(key, seed, range(done, due), start)
            task = loop.create_task(send(data, due - done))
            sending.add(task)
            task.add_done_callback(sending.discard)
            tally["offered"] += due - done
            done = due
        await asyncio.sleep(ROUND)
    await asyncio.gather(*sending)
    await waiting.acquire()
    await send(seal(Closed(key, "done", done, start, start + done * 2_000)), 0)
    await client.close()


def simulate(lines: list[str], first: int, rate: int, seconds: float, report: str) -> dict[str, Any]:
    """A process of sensors; writes its tally to a file every two seconds."""
    tally: dict[str, Any] = {"offered": 0, "acknowledged": 0, "bytes": 0, "again": 0, "why": ""}

    async def tell() -> None:
        while True:
            Path(report).write_text(json.dumps(tally))
            await asyncio.sleep(2)

    async def all_of_them() -> None:
        telling = asyncio.create_task(tell())
        places = [from_line(line) for line in lines]
        await asyncio.gather(*(sensor(one, first + place, rate, seconds, tally) for place, one in enumerate(places)))
        telling.cancel()

    asyncio.run(all_of_them())
    Path(report).write_text(json.dumps(tally))
    return tally


class RunningHub:
    """A hub of its own authority and keys in a folder, as `wardlight hub` makes it, with its server."""

    def __init__(self, folder: Path, port: int, sensors: int) -> None:
        self.folder = Folder(folder)
        folder.mkdir(mode=0o700, parents=True)
        self.hub = Hub(address="127.0.0.1", port=port, names=("127.0.0.1",), system=make_pair().public, always=False)
        authority.make_authority(self.folder)
        authority.make_certificate(self.folder, self.hub)
        self._seeds = {}
        users = [self._user("admin", "administrator"), self._user("analyst", "analyst")]
        users += [self._user(f"s{place:04d}", "sensor") for place in range(sensors)]
        self.workspace = Workspace(name="corp", users=tuple(users), bytes=50 << 30, days=1)
        self.hub = self.hub.with_workspace(self.workspace)
        write_configuration(self.hub, self.folder)
        words = [server.program(), "-c", str(self.folder.configuration)]
        self.server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        link = Link(self.place("admin"))
        if not link.wait(30):
            raise SystemExit(link.error)
        prepare(link, self.workspace)
        link.close()

    def _user(self, id: str, role: Role) -> User:
        pair = make_pair()
        self._seeds[id] = pair.seed
        return User(id=id, name=id, role=role, key=pair.public)

    def place(self, id: str) -> HubPlace:
        """Where a user connects, and with what."""
        authority = self.folder.authority.read_text()
        role = "analyst" if id in ("admin", "analyst") else "sensor"
        return HubPlace(
            urls=self.hub.places, workspace="corp", role=role, id=id, name=id, seed=self._seeds[id], authority=authority
        )


def held(workspace: Path) -> int:
    """Activities that readers of the workspace can see."""
    if not workspace.exists():
        return 0
    try:
        with sqlite3.connect(f"file:{workspace}?mode=ro", uri=True) as db:
            return int(db.execute("SELECT coalesce(sum(count), 0) FROM minutes").fetchone()[0])
    except sqlite3.Error:
        return -1


def doubled(workspace: Path) -> int:
    """Frames of an input of which the workspace holds more than one activity; a simulated sensor makes one of each."""
    with sqlite3.connect(f"file:{workspace}?mode=ro", uri=True) as db:
        words = "SELECT count(*) FROM (SELECT 1 FROM activities GROUP BY input, frame HAVING count(*) > 1)"
        return int(db.execute(words).fetchone()[0])


def tree(process: psutil.Process) -> tuple[float, int]:
    """(seconds of processor, bytes of memory) of a process with its children."""
    seconds, memory = 0.0, 0
    try:
        for one in [process, *process.children(recursive=True)]:
            times = one.cpu_times()
            seconds += times.user + times.system
            memory += one.memory_info().rss
    except psutil.Error:
        pass
    return seconds, memory


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The whole run; its figures."""
    with tempfile.TemporaryDirectory(prefix="wardlight-scale-", dir=options.folder) as where:
        folder = Path(where)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        hub = RunningHub(folder / "hub", port, options.sensors)
        workspace, sources = folder / "scale.wardlight", folder / "sources.json"
        line = folder / "analyst.line"
        line.write_text(to_line(hub.place("analyst")))
        sources.write_bytes(msgspec.json.encode([HubSource(file=str(line))]))
        words = [sys.executable, "-m", "app", "listen", str(workspace), "--sources", str(sources), "--fail-on", "high"]
        environment = {**os.environ, "WARDLIGHT_HOME": str(folder / "home")}
        with (folder / "listen.log").open("wb") as log:
            listening = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            return _measure(options, folder, hub, workspace, listening)
        finally:
            listening.kill()
            listening.wait()
            server.end(hub.server)


def _measure(
    options: argparse.Namespace, folder: Path, hub: RunningHub, workspace: Path, listening: "subprocess.Popen[bytes]"
) -> dict[str, Any]:
    time.sleep(3)
    lines = [to_line(hub.place(f"s{place:04d}")) for place in range(options.sensors)]
    shares = [lines[place :: options.processes] for place in range(options.processes)]
    reports = [folder / f"simulated-{place}.json" for place in range(options.processes)]
    hubs, listeners = psutil.Process(hub.server.pid), psutil.Process(listening.pid)
    began = time.monotonic()
    lags: list[tuple[float, int, int]] = []
    most = {"hub": 0, "workspace": 0}
    with ProcessPoolExecutor(options.processes) as pool:
        doing = [
            pool.submit(simulate, share, 1 + place * 10_000, options.rate, options.seconds, str(report))
            for place, (share, report) in enumerate(zip(shares, reports, strict=True))
        ]

        def look() -> int:
            tallies = [json.loads(one.read_text() or "{}") for one in reports if one.exists()]
            sent = sum(one.get("acknowledged", 0) for one in tallies)
            stored = held(workspace)
            now = time.monotonic() - began
            lags.append((now, sent, stored))
            for name, process in (("hub", hubs), ("workspace", listeners)):
                most[name] = max(most[name], tree(process)[1])
            waits = sent - stored
            print(f"{now:7.0f} s  acknowledged {sent:12,}  stored {stored:12,}  waits {waits:12,}", file=sys.stderr, flush=True)
            return stored

        while not all(one.done() for one in doing):
            time.sleep(5)
            look()
        tallies = [one.result() for one in doing]
    sending = time.monotonic() - began
    offered, acknowledged = (sum(one[what] for one in tallies) for what in ("offered", "acknowledged"))
    still, last = 0, -1
    while (stored := look()) < acknowledged and still < 24:
        still, last = (still + 1, last) if stored == last else (0, stored)
        time.sleep(5)
    drained = time.monotonic() - began
    used = {name: tree(process)[0] for name, process in (("hub", hubs), ("workspace", listeners))}
    listening.send_signal(signal.SIGTERM)
    closing = time.monotonic()
    try:
        listening.wait(options.patience)
    except subprocess.TimeoutExpired:
        print("the workspace did not end in order", file=sys.stderr)
    stored = held(workspace)
    worst = max(lags, key=lambda one: one[1] - one[2])
    return {
        "sensors": options.sensors, "rate": options.rate, "seconds": round(sending), "offered": offered,
        "acknowledged": acknowledged, "stored": stored, "lost": acknowledged - stored, "doubled": doubled(workspace),
        "sent again": sum(one["again"] for one in tallies), "why": next((one["why"] for one in tallies if one["why"]), ""),
        "bytes an activity": round(sum(one["bytes"] for one in tallies) / max(acknowledged, 1), 1),
        "acknowledged a second": round(acknowledged / sending), "stored a second": round(stored / drained),
        "most that waited": worst[1] - worst[2], "drained after seconds": round(drained - sending),
        "last detection seconds": round(time.monotonic() - closing),
        "processor seconds": {name: round(value, 1) for name, value in used.items()},
        "most memory MiB": {name: value >> 20 for name, value in most.items()},
        "workspace MiB": workspace.stat().st_size >> 20,
    }  # fmt: skip


def main() -> None:
    """Run it, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sensors", type=int, default=100)
    parser.add_argument("--rate", type=int, default=500, help="activities a second of each sensor")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--processes", type=int, default=2, help="over which the sensors are spread")
    parser.add_argument("--patience", type=float, default=300, help="seconds for the last detection")
    parser.add_argument("--folder", help="where the hub and the workspace are made meanwhile")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = run(options)
    for name, value in figures.items():
        print(f"{name:26} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
