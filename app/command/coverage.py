"""What each detector of a workspace could and could not have seen, at which controller and when."""

import argparse
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

import msgspec

from app.command.opening import open_existing
from app.command.words import line
from app.engine.export import coverage_span
from app.model.counting import counted
from app.model.coverage import CoverageSpan
from app.session import Session, detector_ids

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [--json] [--controllers] [--hours] [--detector X] [--controller Y]"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--controllers", action="store_true", help="by controller and span of hours, and what to switch on")
    parser.add_argument("--hours", action="store_true", help="by controller, each hour by itself")
    parser.add_argument("--detector", metavar="X", help="only this detector; implies --controllers")
    parser.add_argument("--controller", metavar="Y", help="only this controller; implies --controllers")


def run(options: argparse.Namespace) -> int:
    """Print what each detector could and could not have seen."""
    session = open_existing(options.workspace)
    try:
        if options.controllers or options.hours or options.detector or options.controller:
            _by_controller(session, options)
            return 0
        coverage = session.queries.coverage()
    finally:
        session.close()
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode(coverage) + b"\n")
    else:
        for one in coverage:
            print(f"{one.state:8}  {line(one.title)}: {line(one.reason)}")
    return 0


def _by_controller(session: Session, options: argparse.Namespace) -> None:
    if options.detector not in (None, *detector_ids()):
        raise OSError(f"there is no detector {options.detector[:60]}; `wardlight detectors` lists them")
    every = session.queries.coverage_spans(hourly=options.hours)
    names = {name.lower() for one in every for name in (one.controller.label, one.controller.key)}
    if options.controller is not None and options.controller.lower() not in names:
        known = sorted({one.controller.label for one in every})
        raise OSError(f"no domain controller {options.controller[:60]} is known; there are {', '.join(known) or 'none'}")
    spans = [
        one
        for one in every
        if options.detector in (None, one.detector)
        and (options.controller or one.controller.label).lower() in (one.controller.label.lower(), one.controller.key.lower())
    ]
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode([coverage_span(one) for one in spans]) + b"\n")
        return
    nothing = frozenset() if options.hours else unseen(every)
    for one in spans:
        if one not in nothing:
            why = f": {'; '.join(one.reasons)}" if one.reasons else ""
            when = f"{_minute(one.first)} to {_minute(one.last)}"
            print(f"{one.state:8}  {when}  {line(one.controller.label)}  {line(one.title)}{line(why)}")
    for words in folded([one for one in spans if one in nothing]):
        print(words)
    wanted = {words for one in spans for words in one.remedies}
    for remedy in session.queries.remedies():
        if remedy.words in wanted:
            print(f"switch on  {line(remedy.words)} ({counted(remedy.detectors, 'detector')})")


def _minute(at: int) -> str:
    return (EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%d %H:%M")


def unseen(every: Iterable[CoverageSpan]) -> frozenset[CoverageSpan]:
    """Spans in which no detector saw anything of its controller: nothing of it was recorded, and all say the same of that."""
    by_controller: dict[str, list[CoverageSpan]] = {}
    for one in every:
        by_controller.setdefault(one.controller.key, []).append(one)
    found: set[CoverageSpan] = set()
    for some in by_controller.values():
        seen = sorted((one.first, one.last) for one in some if one.state != "blind")
        begins = [first for first, _ in seen]
        ends = list(accumulate((last for _, last in seen), max))
        for one in some:
            before = bisect_left(begins, one.last)  # those that begin before it ends; it is unseen when all of them ended by then
            if one.state == "blind" and (not before or ends[before - 1] <= one.first):
                found.add(one)
    return frozenset(found)


def folded(nothing: Sequence[CoverageSpan]) -> Iterator[str]:
    """One line for each controller of which nothing was seen at times."""
    by_controller: dict[str, list[CoverageSpan]] = {}
    for one in nothing:
        by_controller.setdefault(one.controller.label, []).append(one)
    for label, some in by_controller.items():
        first, last = min(one.first for one in some), max(one.last for one in some)
        spans = counted(len({(one.first, one.last) for one in some}), "span")
        titles = {one.title for one in some}
        detections = line(titles.pop()) if len(titles) == 1 else counted(len(titles), "detection")
        why = max((one.reasons for one in some), key=len)
        when = f"{_minute(first)} to {_minute(last)}"
        yield f"{'blind':8}  {when}  {line(label)}  {detections}, in {spans} in which none saw it: {line('; '.join(why))}"
