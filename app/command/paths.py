"""Lateral movement paths on the command line: who can come to which sensitive account, over what, and what ends it."""

import argparse
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.command.opening import open_existing
from app.command.words import line
from app.model.counting import counted
from app.model.paths import HOUR, USUAL, WHOLE, AttackPath, Cut, PathPicture, PathsOverview
from app.session import Session, StoreError, iso, moment

QUIET, FOUND = 0, 2
ARROWS = {"member": "member of", "admin": "administrator of", "remote": "may enter", "session": "has credentials of",
          "control": "controls"}  # fmt: skip
SHOWN = 40
UNITS = {"m": HOUR // 60, "h": HOUR, "d": 24 * HOUR, "w": 168 * HOUR}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [--to X | --from X] [--at TIME] [--window 48h] [--fail-on walked|possible] [--json]"""
    parser.add_argument("workspace", type=Path, metavar="WORKSPACE")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--to", metavar="ACCOUNT", help="paths to this one: name, DOMAIN\\name, NAME$, or an entity's key")
    which.add_argument("--from", dest="start", metavar="ACCOUNT", help="paths from this one to every sensitive one")
    parser.add_argument("--at", metavar="TIME", default="", help="as of this date or time, UTC; the last activity by default")
    parser.add_argument("--window", type=window, default=USUAL, help="sessions so long before count: 48h (default), 7d, all")
    parser.add_argument("--fail-on", choices=("walked", "possible"), default="walked", help="exit status 2 for such paths")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def window(text: str) -> int:
    """Microseconds of "48h", "7d" or "all". Raises argparse.ArgumentTypeError."""
    if text.strip().lower() in ("all", "whole"):
        return WHOLE
    found = re.fullmatch(r"(\d{1,5})([mhdw])", text.strip().lower())
    if found is None or not int(found[1]):
        raise argparse.ArgumentTypeError(f'"{text[:40]}" is no time such as 48h, 7d or all')
    return int(found[1]) * UNITS[found[2]]


def run(options: argparse.Namespace) -> int:
    """Print the paths: 0 none of --fail-on, 2 there are some. Raises OSError, StoreError."""
    session = open_existing(options.workspace)
    try:
        at = moment(options.at)
        if options.to or options.start:
            picture = _picture(session, options, at)
            found: PathPicture | PathsOverview = picture
            states = {one.state for one in picture.paths}
        else:
            found = overview = session.queries.paths(at, options.window)
            states = {"walked"} if any(one.walked for one in overview.targets) else set()
            states |= {"possible"} if any(one.paths for one in overview.targets) else set()
    except ValueError as error:
        raise StoreError(str(error)) from error
    finally:
        session.close()
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode({"schema": 1, **msgspec.to_builtins(found)}) + b"\n")
    elif isinstance(found, PathPicture):
        _print_picture(found)
    else:
        _print_overview(found)
    return FOUND if "walked" in states or (options.fail_on == "possible" and "possible" in states) else QUIET


def _picture(session: Session, options: argparse.Namespace, at: int | None) -> PathPicture:
    key = session.key_of(options.to or options.start)
    ask = session.queries.paths_to if options.to else session.queries.paths_from
    found = ask(key, at, options.window)
    if found is None:
        raise StoreError(f"Nothing leads to or from {key}: no right, group or session of it is known.")
    return found


def _print_overview(found: PathsOverview) -> None:
    print(f"Paths to sensitive accounts as of {iso(found.at)}, {_span(found.window)}")
    for one in found.targets:
        marks = [
            counted(one.accounts, "account"),
            f"{one.paths:,}+ paths" if one.more else counted(one.paths, "path"),
            f"shortest {one.shortest}",
        ]
        marks += [f"{one.walked:,} walked"] if one.walked else []
        marks += [f"{one.dormant:,} dormant"] if one.dormant else []
        print(f"{line(one.ref.label)}  ({one.ref.kind}; {line(one.why)})  {', '.join(marks)}")
    _print_cuts(found.cuts)
    held = found.coverage
    print(
        f"{len(found.targets):,} of {found.sensitive:,} sensitive ones {'is' if len(found.targets) == 1 else 'are'} at the end of"
        " paths; local administrators known of"
        f" {held.with_admins:,} of {counted(held.computers, 'computer')}, credentials seen on {held.with_sessions:,}"
    )
    for what, how in held.missing:
        print(f"unknown: {what} {how}")


def _print_picture(found: PathPicture) -> None:
    ends = f"{counted(found.accounts, 'account comes', 'accounts come')} to" if found.way == "to" else "paths from"
    print(f"{ends} {line(found.ref.label)} as of {iso(found.at)}, {_span(found.window)}")
    for one in found.paths[:SHOWN]:
        _print_path(one)
    if len(found.paths) > SHOWN or found.more:
        print(f"and {len(found.paths) - SHOWN:,}{' or more' if found.more else ''} more (see --json)")
    _print_cuts(found.cuts)
    if found.least:
        print(f"at least {counted(found.least, 'change ends', 'changes end')} all of them")


def _print_path(one: AttackPath) -> None:
    start = f"{line(one.start.label)}" + (f" ({one.accounts:,} accounts)" if one.accounts > 1 else "")
    print(f"{one.state:8}  {start}" + "".join(f" -[{ARROWS[edge.kind]}]-> {line(edge.target.label)}" for edge in one.edges))
    for place, edge in enumerate(one.edges):
        when = f"{iso(one.moments[place])} " if one.moments else ""
        print(f"{'':10}{when}{line(edge.origin.label)}, {line(edge.target.label)}: {line(edge.how)}")


def _print_cuts(cuts: Iterable[Cut]) -> None:
    for place, one in enumerate(cuts, 1):
        still = counted(one.accounts_left, "account still comes", "accounts still come")
        print(f"cut {place}: {line(one.words)}: {one.ends:,} of {one.of:,} paths end, {still}")


def _span(length: int) -> str:
    return "all sessions before" if length == WHOLE else f"sessions of {counted(length // HOUR, 'hour')} before"
