"""Write the packets and records that prove one alert; run such a proof again."""

import argparse
import sys
from pathlib import Path

import msgspec

from app.command.alerts import found
from app.command.analyze import may_write
from app.command.opening import open_existing
from app.command.words import line
from app.model.counting import counted
from app.session import replay

SAME, DIFFERENT = 0, 2
SHOWN = 20
"""Differences and notes that are printed; --json gives all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE ALERT OUT"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("alert", metavar="ALERT", help="id of an alert, or enough of its beginning")
    parser.add_argument("out", type=Path, metavar="OUT.zip")


def add_replay_arguments(parser: argparse.ArgumentParser) -> None:
    """OUT.zip [--json]"""
    parser.add_argument("proof", type=Path, metavar="OUT.zip")
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    """Write OUT and say what is in it. Raises OSError, StoreError."""
    session = open_existing(options.workspace)
    try:
        may_write(options.out, [options.workspace, *(Path(one.path) for one in session.queries.inputs())])
        made = session.proof(found(session, options.alert), options.out)
    finally:
        session.close()
    manifest = made.manifest
    print(f"{line(manifest.alert.title)} ({manifest.alert.severity})")
    for one in manifest.packets:
        print(f"  {one.file}: {counted(len(one.frames), 'packet')}, {one.proof:,} of them evidence")
    for one in manifest.records:
        print(f"  {one.file}: {counted(len(one.places), 'record')}")
    for one in manifest.missing:
        print(f"  not in it: {one.count:,} {one.what}: {line(one.why)}")
    print(f"  {counted(manifest.choice.count, 'activity', 'activities')}: {manifest.choice.how}")
    print(f"  {made.bytes:,} bytes; SHA-256 of its list of sums: {made.digest}")
    return SAME


def run_replay(options: argparse.Namespace) -> int:
    """Run a proof again: 0 the same alert, 2 something is different, 1 (raised) no whole bundle."""
    outcome = replay(options.proof)
    if options.json:
        alert = outcome.alert
        told = msgspec.to_builtins(outcome) | {
            "schema": 1,
            "alert": {"id": alert.id, "detector": alert.detector, "title": alert.title, "severity": alert.severity},
        }
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        return SAME if outcome.same else DIFFERENT
    print(f"{line(outcome.alert.title)} ({outcome.alert.severity}, {line(outcome.alert.detector)})")
    print(f"  {counted(outcome.files, 'file is', 'files are')} as written")
    print(f"  the detector read {counted(outcome.activities, 'activity', 'activities')}")
    print(
        f"  {outcome.from_packets:,} of {counted(outcome.evidence, 'piece')} of evidence came out of the packets again,"
        f" {outcome.from_records:,} out of the records"
    )
    _listed("note", outcome.notes)
    _listed("different", outcome.differences)
    print("The same alert." if outcome.same else "Not the same.")
    return SAME if outcome.same else DIFFERENT


def _listed(word: str, sentences: tuple[str, ...]) -> None:
    for one in sentences[:SHOWN]:
        print(f"  {word}: {line(one)}")
    if len(sentences) > SHOWN:
        print(f"  {word}: and {len(sentences) - SHOWN:,} more (see --json)")
