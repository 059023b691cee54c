"""Write what a workspace holds: alerts and inputs as JSON, activities as JSON lines, coverage."""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from app.command.analyze import may_write
from app.command.words import line
from app.engine.export import coverage_span
from app.session import Seconds, Session

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [--format json|jsonl|html] [--what alerts|activities] OUT"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--format", choices=("json", "jsonl", "html"), default="json")
    parser.add_argument("--what", choices=("alerts", "activities"), help="jsonl: activities unless told; json: the analysis")
    parser.add_argument("out", type=Path, metavar="OUT")


def add_coverage_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [--json] [--controllers] [--hours] [--detector X] [--controller Y]"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--controllers", action="store_true", help="by controller and span of hours, and what to switch on")
    parser.add_argument("--hours", action="store_true", help="by controller, each hour by itself")
    parser.add_argument("--detector", metavar="X", help="only this detector; implies --controllers")
    parser.add_argument("--controller", metavar="Y", help="only this controller; implies --controllers")


def run(options: argparse.Namespace) -> int:
    """Write OUT. Raises OSError, StoreError."""
    session = open_existing(options.workspace)
    try:
        may_write(options.out, [options.workspace])
        if options.what == "activities" and options.format != "jsonl":
            raise OSError(f"activities are written as jsonl, not as {options.format}")
        if options.format == "html":
            session.report(options.out)
        elif options.format == "json":
            options.out.write_bytes(msgspec.json.encode(session.analysis(Seconds(), {})) + b"\n")
        elif options.what == "alerts":
            options.out.write_bytes(msgspec.json.Encoder().encode_lines(session.analysis(Seconds(), {})["alerts"]))
        else:
            session.write_activities(options.out)
    finally:
        session.close()
    return 0


def run_coverage(options: argparse.Namespace) -> int:
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
    spans = [
        one
        for one in session.queries.coverage_spans(hourly=options.hours)
        if options.detector in (None, one.detector)
        and (options.controller or one.controller.label).lower() in (one.controller.label.lower(), one.controller.key.lower())
    ]
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode([coverage_span(one) for one in spans]) + b"\n")
        return
    for one in spans:
        why = f": {'; '.join(one.reasons)}" if one.reasons else ""
        when = f"{_minute(one.first)} to {_minute(one.last)}"
        print(f"{one.state:8}  {when}  {line(one.controller.label)}  {line(one.title)}{line(why)}")
    wanted = {words for one in spans for words in one.remedies}
    for remedy in session.queries.remedies():
        if remedy.words in wanted:
            print(f"switch on  {line(remedy.words)} ({remedy.detectors} detectors)")


def _minute(at: int) -> str:
    return (EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%d %H:%M")


def open_existing(path: Path) -> Session:
    """Open a workspace that must be there. Raises FileNotFoundError."""
    if not path.is_file():
        raise FileNotFoundError(f"no such workspace: {path}")
    return Session.open(path)
