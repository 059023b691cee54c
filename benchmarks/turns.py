"""This checkout's detectors against another's, in turns: `turns.py OTHER [PATH...] [--made traffic|events] [--rounds N]`.

A busy machine takes up to twice as long at another moment, so figures of two runs cannot be compared. Here two processes, one in
each checkout, are given the same small chunk one after the other, decoded just before as the store does, and of each chunk the
least processor time of the rounds counts. OTHER: a folder with the same program before a change.
"""

import argparse
import gc
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CHUNK = 500
MOST = 60_000
"""Activities of one material that are played."""
HERE = Path(__file__).resolve().parent.parent


def material(paths: list[Path], made: str) -> list[Any]:
    """Activities in event time: of inputs, or of one invented day of ordinary work."""
    from app.model.activity import event_order
    from app.sensor.sensor import read_input
    from app.sensor.sources.inputs import find_inputs
    from benchmarks.quality.benign.days import days

    found: list[Any] = [one for day in days(1, made, 1) for one in day] if made else []
    for one in find_inputs(paths):
        read_input(one, found.extend)
    return sorted(found, key=event_order)


def work(bodies: Path) -> None:
    """One side: reads "new" or a number of a chunk from the standard input, writes the seconds that it took."""
    from app.engine.detectors import DETECTORS
    from app.engine.knowledge import Knowledge
    from app.engine.running import Walk
    from app.link.codec import decode_batch

    chunks = [one.read_bytes() for one in sorted(bodies.glob("*.chunk"))]
    knowledge = Knowledge.from_bytes((bodies / "knowledge").read_bytes())
    gc.collect()
    gc.freeze()
    walk = Walk(DETECTORS, knowledge)
    for line in sys.stdin:
        if line.strip() == "new":
            walk = Walk(DETECTORS, knowledge)
            continue
        pairs = [(one, ()) for one in decode_batch(chunks[int(line)])]
        began = time.process_time()
        walk.feed(pairs)
        print(time.process_time() - began, flush=True)


def main() -> int:
    """Prints microseconds and activities a second of both; ends with 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("other", type=Path)
    parser.add_argument("paths", type=Path, nargs="*")
    parser.add_argument("--made", default="", choices=("", "traffic", "events"))
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--work", action="store_true", help="one side, started by the other one")
    options = parser.parse_args()
    if options.work:
        work(options.other)
        return 0
    from app.engine.knowledge import Knowledge
    from app.link.codec import encode_batch

    activities = material(options.paths, options.made)
    knowledge = Knowledge()
    for one in activities:
        knowledge.observe(one)
    played = activities[:MOST]
    starts = range(0, len(played), CHUNK)
    with tempfile.TemporaryDirectory() as folder:
        for number, start in enumerate(starts):
            (Path(folder) / f"{number:06d}.chunk").write_bytes(encode_batch(played[start : start + CHUNK]))
        (Path(folder) / "knowledge").write_bytes(knowledge.to_bytes())
        line = [sys.executable, str(Path(__file__).resolve()), folder, "--work"]
        sides = [
            subprocess.Popen(
                line, cwd=place, env={"PYTHONPATH": str(place)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for place in (options.other.resolve(), HERE)
        ]
        least = [[float("inf")] * len(starts) for _ in sides]
        for _ in range(options.rounds):
            for number in range(-1, len(starts)):
                for side, best in zip(sides, least, strict=True):
                    assert side.stdin is not None and side.stdout is not None
                    print("new" if number < 0 else number, file=side.stdin, flush=True)
                    if number >= 0:
                        best[number] = min(best[number], float(side.stdout.readline()))
        for side in sides:
            assert side.stdin is not None
            side.stdin.close()
            side.wait()
    before, after = (sum(best) / len(played) for best in least)
    print(f"{len(played):,} of {len(activities):,} activities")
    for name, each in (("other", before), ("here", after)):
        print(f"{name:6} {each * 1e6:7.2f} us  {1 / each:10,.0f} activities/s")
    print(f"{before / after:.2f} times as many")
    return 0


if __name__ == "__main__":
    sys.exit(main())
