"""How fast a workspace takes activities while it is read, and how fast it answers when it is large.

python benchmarks/store.py [--activities 1000000] [--append 400000] [--workspace FILE] [--json FILE]
"""

import argparse
import json
import multiprocessing
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.engine.engine import Engine
from app.engine.knowledge import Knowledge
from app.engine.queries import Queries
from app.engine.store import Store
from app.model.activity import Account, Activity, Endpoint, Result
from app.model.details import Detail, DnsQuery, KerberosAs, KerberosTgs, LdapSearch, RpcCall, SmbFile
from app.model.filter import ActivityFilter, parse

START = 1_767_607_200_000_000
HOSTS, USERS, CONTROLLERS = 1_000, 2_000, 4
BATCH = 8_192
PER_INPUT = 1_000_000
Parts = tuple[Endpoint, Endpoint, Account | None, str | None, Detail, Result]


def parts(number: int, seed: int) -> list[Parts]:
    """Who did what to whom in a domain with busy and with quiet computers."""
    chance = random.Random(seed)
    found: list[Parts] = []
    for place in range(number):
        host = min(int(chance.expovariate(6 / HOSTS)), HOSTS - 1)
        name = f"user{(2 * host + chance.randrange(2)) % USERS}"
        who: Account | None = Account(name=name, domain="CORP.TEST")
        ticket = None
        choice = chance.random()
        if choice < 0.2:
            service = f"cifs/h{chance.randrange(HOSTS)}.corp.test"
            detail: Detail = KerberosTgs(
                client=name, realm="CORP.TEST", service=service, request_etypes=(18, 17, 23), reply_etype=18, ticket_etype=18,
                ticket_size=1_100, ticket_hash=f"{chance.getrandbits(64):016x}", presented_ticket_hash=f"{host:016x}",
            )  # fmt: skip
            port = 88
        elif choice < 0.3:
            detail = KerberosAs(
                client=name, realm="CORP.TEST", service="krbtgt/CORP.TEST", request_etypes=(18, 17, 23), pa_types=(2,)
            )
            port = 88
        elif choice < 0.5:
            detail, who, port = DnsQuery(name=f"h{host}.corp.test", type="A", answers=("A 10.0.0.9",)), None, 53
        elif choice < 0.7:
            detail = LdapSearch(base="DC=corp,DC=test", scope=2, filter="(sAMAccountName=x)", attributes=("cn",), entries=1)
            who, ticket, port = None, f"{host:016x}", 389
        elif choice < 0.85:
            detail = RpcCall(interface="12345778-1234-abcd-ef00-0123456789ac", name="samr", opnum=5, operation="x", pipe="samr")
            port = 445
        else:
            detail, port = SmbFile(dialect="3.1.1", path=r"\\dc\sysvol", name="gpt.ini", action="read", bytes=1_000), 445
        source = Endpoint(f"10.0.{host // 250}.{host % 250 + 1}", 49_152 + place % 16_000)
        target = Endpoint(f"10.1.0.{chance.randrange(CONTROLLERS) + 1}", port)
        found.append((source, target, who, ticket, detail, "success" if chance.random() < 0.97 else "failure"))
    return found


def batches(number: int, key: str, start: int, seed: int) -> Iterator[list[Activity]]:
    """Activities in order of time, about 23 a second."""
    pool = parts(20_000, seed)
    at = start
    for first in range(0, number, BATCH):
        batch = []
        for place in range(first, min(first + BATCH, number)):
            source, target, who, ticket, detail, result = pool[place % len(pool)]
            at += 43_000 + place % 997
            batch.append(
                Activity(
                    at=at, until=at + 900, input=key, frames=(2 * place + 1, 2 * place + 2), source=source, destination=target,
                    account=who, ticket=ticket, result=result, code=0, detail=detail,
                )
            )  # fmt: skip
        yield batch


class Spent(NamedTuple):
    """Seconds in the store: by the clock on the wall, and of the processor."""

    wall: float
    cpu: float


def append(path: Path, number: int, key: str, start: int, seed: int) -> Spent:
    """Store one input."""
    known = Knowledge()
    store = Store(path)
    spent = cpu = 0.0
    store.begin_input(key, f"/cases/{key}.pcap", "pcap", 1)
    for batch in batches(number, key, start, seed):
        for activity in batch[:50]:
            known.observe(activity)
        began, used = time.perf_counter(), time.thread_time()
        store.append(batch)
        spent, cpu = spent + time.perf_counter() - began, cpu + time.thread_time() - used
    body = known.to_bytes()
    began, used = time.perf_counter(), time.thread_time()
    store.finish_input(state="done", records=number, first=start, last=start + 1, sha256="", problems=(), knowledge=body)
    spent, cpu = spent + time.perf_counter() - began, cpu + time.thread_time() - used
    store.close()
    return Spent(spent, cpu)


def plain(path: Path, source: Path, number: int) -> Spent:
    """The yardstick: the last activities of a workspace, as ready rows, into a bare table without any index."""
    here = sqlite3.connect(source)
    rows = here.execute("SELECT * FROM activities ORDER BY id DESC LIMIT ?", (number,)).fetchall()
    here.close()
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute(f"CREATE TABLE bare({', '.join(f'c{place}' for place in range(len(rows[0])))})")
    began, used = time.perf_counter(), time.thread_time()
    for first in range(0, len(rows), BATCH):
        db.execute("BEGIN")
        db.executemany(f"INSERT INTO bare VALUES({','.join('?' * len(rows[0]))})", rows[first : first + BATCH])
        db.execute("COMMIT")
    spent = Spent(time.perf_counter() - began, time.thread_time() - used)
    db.close()
    return spent


def read_meanwhile(path: str, pipe: Connection) -> None:
    """A window that scrolls: one page each 20 ms, until told to stop; sends its times in milliseconds."""
    queries = Queries(Path(path))
    chance = random.Random(3)
    queries.slice(None, 0, 50)
    pipe.send("ready")
    times = []
    while not pipe.poll():
        place = (START + chance.randrange(10**11), 0)
        began = time.perf_counter()
        queries.page(None, after=place, limit=50)
        times.append((time.perf_counter() - began) * 1e3)
        time.sleep(0.02)
    pipe.send(times)
    queries.close()


def quantiles(times: list[float]) -> dict[str, float]:
    """p50, p95, p99 of milliseconds."""
    ordered = sorted(times)
    return {
        name: round(ordered[min(len(ordered) - 1, int(len(ordered) * part))], 2)
        for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    }


def timed(number: int, question: Callable[[], object]) -> list[float]:
    """Milliseconds of each of these askings."""
    times = []
    for _ in range(number):
        began = time.perf_counter()
        question()
        times.append((time.perf_counter() - began) * 1e3)
    return times


def wanted(text: str) -> ActivityFilter:
    """A filter that is known to be right."""
    found = parse(text)
    assert isinstance(found, ActivityFilter)
    return found


def answers(path: Path) -> dict[str, dict[str, float]]:
    """Milliseconds of each question to the workspace; every asking is another page, name or span."""
    queries = Queries(path)
    chance = random.Random(7)
    count, span = queries.count(), queries.span()
    assert span is not None
    key = queries.entities("user", limit=1)[0].ref.key
    busiest = queries.entities("host", limit=1)[0].ref.key

    first, last = span[0], span[1] + 1

    def host() -> str:
        return f"10.0.{chance.randrange(3)}.{chance.randrange(1, 250)}"

    def page(text: str) -> object:
        filter = wanted(text)
        return queries.count(filter), queries.slice(filter, 0, 50)

    def timeline(text: str) -> object:
        return queries.histogram(wanted(text), first + chance.randrange(10**6), last, 168)

    def next_page() -> object:
        return queries.page(None, after=(first + chance.randrange(last - first), 0), limit=256)

    found = {
        "jump to a page of 256": timed(60, lambda: queries.slice(None, chance.randrange(count), 256)),
        "next page of 256": timed(60, next_page),
        "new filter, kind and time": timed(20, lambda: page(f"kind:ldap time:..{chance.randrange(2027, 2090)}-01-01")),
        "new filter, address": timed(40, lambda: page(f"from:{host()}")),
        "new filter, account": timed(40, lambda: page(f"who:user{chance.randrange(USERS)}")),
        "new filter, address and controller": timed(20, lambda: page(f"from:{host()} to:10.1.0.{chance.randrange(4) + 1}")),
        "new filter, failures at a controller": timed(20, lambda: page(f"to:10.1.0.{chance.randrange(4) + 1} result:failure")),
        "timeline of everything": timed(30, lambda: timeline(chance.choice(("", "kind:kerberos", "result:failure")))),
        "timeline of an address": timed(30, lambda: timeline(f"from:{host()}")),
        "timeline of a controller": timed(12, lambda: timeline(f"to:10.1.0.{chance.randrange(4) + 1}")),
        "entity card": timed(20, lambda: queries.entity(key)),
        "entity card of a controller": timed(5, lambda: queries.entity(busiest)),
        "neighbours": timed(20, lambda: queries.neighbours(key)),
        "search": timed(40, lambda: queries.search(f"user{chance.randrange(USERS)}")),
    }
    queries.close()
    return {name: quantiles(times) for name, times in found.items()}


def main() -> None:
    """Build, append beside a reader, ask; print a table, write JSON when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--append", type=int, default=400_000)
    parser.add_argument("--workspace", type=Path, help="keep the workspace here; used as it is when it is there")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.workspace or Path(folder) / "bench.wardlight"
        result: dict[str, object] = {"activities": options.activities}
        done = 0
        if not path.exists():
            spent = []
            while done < options.activities:
                part = min(PER_INPUT, options.activities - done)
                seconds = append(path, part, f"base{done}", START + done * 43_498, done).wall
                spent.append(part / seconds)
                done += part
                print(f"built {done:>12,}  {part / seconds:>9,.0f} rows/s", flush=True)
            result["first million rows/s"], result["last million rows/s"] = round(spent[0]), round(spent[-1])
            engine = Engine(path)
            engine._name(engine.knowledge(), every=True)
            engine.close()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        reader = context.Process(target=read_meanwhile, args=(str(path), theirs))
        reader.start()
        ours.recv()
        start = START + options.activities * 43_498
        spent_here = append(path, options.append, f"more{time.time_ns()}", start, 99)
        ours.send("stop")
        times = ours.recv()
        reader.join()
        bare = plain(Path(folder) / "bare", path, options.append)
        result["load of the machine"] = " ".join(f"{one:.1f}" for one in os.getloadavg())
        for name, one in (("append beside a reader", spent_here), ("plain executemany, bare table", bare)):
            result[f"{name}, rows/s"] = round(options.append / one.wall)
            result[f"{name}, us of processor a row"] = round(one.cpu / options.append * 1e6, 2)
        result["reader meanwhile, ms"] = {**quantiles(times), "mean": round(statistics.fmean(times), 2)}
        engine = Engine(path)
        engine._name(engine.knowledge(), every=True)
        engine.close()
        result["ms"] = answers(path)
        result["bytes per activity"] = round(path.stat().st_size / (options.activities + options.append))
    for name, value in result.items():
        if name != "ms":
            print(f"{name:40} {value}")
    for name, value in dict(result["ms"]).items():  # type: ignore[call-overload]
        print(f"{name:40} p50 {value['p50']:>9.2f} ms   p95 {value['p95']:>9.2f} ms")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
