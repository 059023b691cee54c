"""`python -m benchmarks.quality.benign [--days N] [--told traffic|events|both|all] [--sensitivity S]
[--shape office|company|large] [--seed N] [--each]`.

Prints the alerts of each simulated day by detector and severity, activities a second of the detectors, memory as days pass.
traffic and events run through the detectors directly; both and all (with the directory) through a workspace, where what packets
and logs tell of one act is tied together.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.engine.detectors import DETECTORS
from app.engine.queries import Queries
from app.engine.running import Told, run_told
from app.model.activity import Activity
from app.model.alert import Alert
from app.model.tuning import Tuning
from benchmarks.quality.benign.domain import SHAPES
from benchmarks.quality.benign.keeping import Kept, workspace_of
from benchmarks.quality.benign.simulation import DAY, START

WORKING = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def megabytes() -> float:
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def words(alert: Alert) -> str:
    """First sentence of an alert."""
    return "".join(piece.text for piece in alert.finding.story[0]) if alert.finding.story else alert.title


def told_of(alerts: Iterable[Alert], days: int, show: int) -> None:
    """The table, and the first alerts of each detector."""
    rows: dict[tuple[str, str], Counter[int]] = {}
    first: dict[tuple[str, str], list[Alert]] = {}
    for one in alerts:
        key = one.detector, one.severity
        rows.setdefault(key, Counter())[(one.finding.first - START) // DAY] += 1
        first.setdefault(key, []).append(one)
    print(f"{'detector':36} {'severity':8} a day  " + " ".join(f"{WORKING[day % 7]:>3}" for day in range(days)))
    for (name, severity), by_day in sorted(rows.items()):
        shown = " ".join(f"{by_day[day] or '.':>3}" for day in range(days))
        print(f"{name:36} {severity:8} {by_day.total() / days:5.2f}  {shown}")
    worse = sum(by_day.total() for (_, severity), by_day in rows.items() if severity != "low")
    high = sum(by_day.total() for (_, severity), by_day in rows.items() if severity == "high")
    print(f"medium or more: {worse / days:.2f} a day; high: {high / days:.2f} a day")
    for (name, severity), some in sorted(first.items()):
        for one in some[:show]:
            print(f"  {name} {severity}: {words(one)[:300]}")


def direct(options: argparse.Namespace, folder: Path) -> None:
    """Traffic or events through the detectors, with time and memory."""
    kept = Kept(folder / "days", options.days, options.told, options.seed, options.shape)
    print(f"{kept.activities:,} activities of {options.days} days, {len(DETECTORS)} detectors")
    spent = [0.0]
    marks: list[float] = []

    def stream() -> Iterator[tuple[Activity, Told]]:
        last = -1
        for batch in kept.batches():
            pairs = [(one, ()) for one in batch]
            began = time.process_time()
            yield from pairs
            spent[0] += time.process_time() - began
            day = (batch[-1].at - START) // DAY
            if day != last:
                marks.append(megabytes())
                last = day

    for sensitivity in options.sensitivity:
        spent[0], marks[:] = 0.0, []
        alerts = run_told(DETECTORS, stream(), kept.knowledge, tuning=Tuning(sensitivity=sensitivity))
        print(f"\n## {options.told}, sensitivity {sensitivity}")
        told_of(alerts, options.days, options.show)
        print(f"{kept.activities / spent[0]:,.0f} activities/s; memory, MB: " + " ".join(f"{one:.0f}" for one in marks))
    if options.each:
        costs = []
        some = next(iter(kept.batches()))
        for batch in kept.batches():
            some = batch if len(batch) >= len(some) else some
        for detector in DETECTORS:
            began = time.process_time()
            run_told([detector], ((one, ()) for one in some), kept.knowledge)
            costs.append(((time.process_time() - began) / len(some) * 1e6, detector.id))
        for cost, name in sorted(costs, reverse=True)[:15]:
            print(f"  {name:36} {cost:6.2f} us")


def through_workspace(options: argparse.Namespace, folder: Path) -> None:
    """Both tellings in one workspace."""
    engine = workspace_of(folder / "days.wardlight", options.days, options.told, options.seed, options.shape)
    print(f"{engine.activities:,} activities of {options.days} days, {len(DETECTORS)} detectors")
    for sensitivity in options.sensitivity:
        settled = engine.settle(sensitivity)
        with_alerts = Queries(folder / "days.wardlight")
        print(f"\n## {options.told}, sensitivity {sensitivity}: detected in {settled.detect:.0f} s")
        told_of(with_alerts.alerts(), options.days, options.show)
        with_alerts.close()
    engine.close()


def main() -> int:
    """Always 0 when it ran: the figures speak."""
    parser = argparse.ArgumentParser(prog="benign", description=__doc__)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--told", default="traffic", choices=("traffic", "events", "both", "all"))
    parser.add_argument("--sensitivity", nargs="+", default=["medium"], choices=("low", "medium", "high"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shape", default="company", choices=tuple(SHAPES), help="300 people, 30, or 1,500")
    parser.add_argument("--show", type=int, default=2, help="alerts of each detector in words")
    parser.add_argument("--each", action="store_true", help="what each detector costs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.told in ("traffic", "events"):
            direct(options, Path(folder))
        else:
            through_workspace(options, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
