"""Activities a second through all detectors on one core, and memory as the stream grows: `detect.py PATH... [--rounds N]`.

The activities of the inputs are read once, then played again and again with later times, as a longer span of the same network.
Peer: the same stream through one empty function for each activity, which is the most that this interpreter allows.
"""

import argparse
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.engine.running import Told, run_told
from app.model.activity import Activity, event_order
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs


def read(paths: list[Path]) -> tuple[list[Activity], Knowledge]:
    """Every activity of some inputs, in event time, and what they teach."""
    activities: list[Activity] = []
    knowledge = Knowledge()
    for found in find_inputs(paths):
        read_input(found, activities.extend)
    for one in activities:
        knowledge.observe(one)
    return sorted(activities, key=event_order), knowledge


def rounds(activities: list[Activity], count: int) -> Iterator[list[tuple[Activity, Told]]]:
    """The stream again and again, each time later by its whole length and an hour."""
    span = activities[-1].until - activities[0].at + 3_600_000_000
    for number in range(count):
        later = number * span
        yield [(replace(one, at=one.at + later, until=one.until + later), ()) for one in activities]


def megabytes() -> float:
    """Memory of this process at its peak."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _nothing(_: Activity, __: Told) -> None:
    return None


def main() -> int:
    """Prints one line for each; ends with 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--each", action="store_true", help="the time of each detector alone")
    options = parser.parse_args()
    activities, knowledge = read(options.paths)
    print(f"{len(activities):,} activities, {len(DETECTORS)} detectors")
    spent = [0.0]
    marks: list[float] = []

    def stream() -> Iterator[tuple[Activity, Told]]:
        for batch in rounds(activities, options.rounds):
            began = time.process_time()
            yield from batch
            spent[0] += time.process_time() - began
            marks.append(megabytes())

    alerts = run_told(DETECTORS, stream(), knowledge)
    many = len(activities) * options.rounds
    print(f"detectors  {many / spent[0]:12,.0f} activities/s  {spent[0] / many * 1e6:6.2f} us each  {len(alerts):,} alerts")
    print("memory, MB " + " ".join(f"{one:.0f}" for one in marks))
    alone = 0.0
    for batch in rounds(activities, options.rounds):
        began = time.process_time()
        for activity, told in batch:
            _nothing(activity, told)
        alone += time.process_time() - began
    print(f"empty loop {many / alone:12,.0f} activities/s  ratio {alone / spent[0]:.3f}")
    if options.each:
        (batch,) = rounds(activities, 1)
        for detector in DETECTORS:
            began = time.process_time()
            run_told([detector], batch, knowledge)
            print(f"  {detector.id:32} {(time.process_time() - began) / len(batch) * 1e6:6.2f} us")
    return 0


if __name__ == "__main__":
    sys.exit(main())
