"""Write what a workspace holds: alerts and inputs as JSON, activities as JSON lines, coverage."""

import argparse
import sys
from pathlib import Path

import msgspec

from app.command.analyze import may_write
from app.command.words import line
from app.session import Seconds, Session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [--format json|jsonl|html] [--what alerts|activities] OUT"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--format", choices=("json", "jsonl", "html"), default="json")
    parser.add_argument("--what", choices=("alerts", "activities"), help="jsonl: activities unless told; json: the analysis")
    parser.add_argument("out", type=Path, metavar="OUT")


def add_coverage_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [--json]"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--json", action="store_true")


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
        coverage = session.queries.coverage()
    finally:
        session.close()
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode(coverage) + b"\n")
    else:
        for one in coverage:
            print(f"{one.state:8}  {line(one.title)}: {line(one.reason)}")
    return 0


def open_existing(path: Path) -> Session:
    """Open a workspace that must be there. Raises FileNotFoundError."""
    if not path.is_file():
        raise FileNotFoundError(f"no such workspace: {path}")
    return Session.open(path)
