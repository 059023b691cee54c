"""Compare the reading of event logs with python-evtx merely iterating over the same file: time as a ratio of one run.

    python benchmarks/events.py LOG.evtx [LOG.evtx ...] [--chunks 1000] [--sample 4] [--repeat 5] [--core 0] [--json OUT.json]

The input is made of the real chunks of the logs given, repeated until there are enough, with a file header that suits them.
Ours is the whole program, from its start to stored activities with all detections run. Theirs renders every record of
--sample chunks, taken evenly from all, as XML and is compared per record, since all would take an hour. One pinned core;
needs taskset.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from app.sensor.sources.evtx_chunks import Chunk, chunks, content_of, log_of  # noqa: E402

REACH = 200
THEIRS = """
import sys, time
from Evtx.Evtx import Evtx
began, count = time.perf_counter(), 0
with Evtx(sys.argv[1]) as log:
    for record in log.records():
        record.xml()
        count += 1
print(count, time.perf_counter() - began)
"""
BARE = THEIRS.replace("        record.xml()\n", "")
READER = """
import sys, time
from pathlib import Path
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs
began, count = time.perf_counter(), 0
def sink(batch):
    global count
    count += len(batch)
for one in find_inputs([Path(sys.argv[1])]):
    report = read_input(one, sink)
print(report.records, count, time.perf_counter() - began)
"""


def run(command: list[str], core: int) -> tuple[float, str]:
    """(seconds of the whole process, its output) on one core."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    began = time.perf_counter()
    done = subprocess.run(["taskset", "-c", str(core), *command], capture_output=True, text=True, env=environment)
    if done.returncode and not done.stdout:
        raise SystemExit(done.stderr)
    return time.perf_counter() - began, done.stdout


def made(logs: list[Path], wanted: int) -> list[bytes]:
    """So many chunks, taken from the logs in turn."""
    bodies = [
        content_of(data, one) for data in (path.read_bytes() for path in logs) for one in chunks(data) if isinstance(one, Chunk)
    ]
    return [bodies[at % len(bodies)] for at in range(wanted)]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", type=Path, nargs="+")
    parser.add_argument("--chunks", type=int, default=1000)
    parser.add_argument("--sample", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        whole, part = Path(folder) / "whole.evtx", Path(folder) / "part.evtx"
        bodies = made(given.logs, given.chunks)
        whole.write_bytes(log_of(bodies))
        kinds = len(set(bodies))
        part.write_bytes(log_of(bodies[:kinds][:: max(1, kinds // given.sample)][: given.sample]))
        ours, reading, theirs, bare = [], [], [], []
        for turn in range(given.repeat):
            seconds, out = run([sys.executable, "-c", READER, str(whole)], given.core)
            records, activities = int(out.split()[0]), int(out.split()[1])
            reading.append(seconds / records)
            kept = Path(folder) / f"{turn}.wardlight"
            command = [sys.executable, "-m", "app", "analyze", "--workspace", str(kept), str(whole)]
            ours.append(run(command, given.core)[0] / records)
            for script, into in ((THEIRS, theirs), (BARE, bare)):
                count, seconds_inside = run([sys.executable, "-c", script, str(part)], given.core)[1].split()
                into.append(float(seconds_inside) / int(count))
        size = whole.stat().st_size
    us, alone, they, without = (statistics.median(one) for one in (ours, reading, theirs, bare))
    print(f"{size / 1e6:.0f} MB, {records} records, {activities} activities; medians of {given.repeat}, records a second:")
    for what, seconds in (
        ("ours, from file to stored activities with detections, whole process", us),
        ("ours, from file to activities, whole process", alone),
        ("python-evtx, iterating and rendering", they),
        ("python-evtx, iterating over record headers only", without),
    ):
        print(f"  {what:70}{1 / seconds:12.0f}")
    ratio = they / us
    print(f"row 6: {ratio:.0f} x faster; reach {REACH} x: {'reached' if ratio >= REACH else 'not reached'}")
    if given.json:
        rows = {"records": records, "activities": activities, "ours": us, "reading": alone, "theirs": they, "bare": without}
        given.json.write_text(json.dumps(rows | {"ratio": ratio, "repeat": given.repeat, "core": given.core}, indent=1))


if __name__ == "__main__":
    main()
