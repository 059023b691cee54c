"""Health of a workspace and its sensors on the command line: what is wrong, since when, what to do; said of it by hand."""

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from app.command.opening import open_existing
from app.command.words import line
from app.model.health import RANK, HealthIssue
from app.session import Session, iso

LATE = 60_000_000 * 5
"""Microseconds after which the text says how long ago the last round was."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [--json] [--all] [--fail-on SEVERITY] [--suppress ID [--days N]] [--close ID] [--reopen ID]"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--json", action="store_true", help="print one JSON object, with the history of each health alert")
    parser.add_argument("--all", action="store_true", help="closed ones too")
    parser.add_argument(
        "--fail-on", choices=tuple(RANK), default="medium", help="exit with 2 when one at or above it is open (default: medium)"
    )
    said = parser.add_mutually_exclusive_group()
    said.add_argument("--suppress", metavar="ID", help="say nothing of this one for some days")
    said.add_argument("--close", metavar="ID", help="close it until what is wrong has gone and comes again")
    said.add_argument("--reopen", metavar="ID", help="open it again")
    parser.add_argument("--days", type=int, metavar="N", help="with --suppress: how long, 1 to 366 (default: 7)")


def run(options: argparse.Namespace) -> int:
    """0 when nothing at or above --fail-on is open, else 2. Raises OSError, StoreError."""
    if options.days is not None and (options.suppress is None or not 1 <= options.days <= 366):
        raise OSError("--days needs --suppress, and a number of 1 to 366")
    session = open_existing(options.workspace)
    try:
        _say(session, options)
        health = session.queries.health()
        history = {one.id: session.queries.health_history(one.id) for one in health.issues} if options.json else {}
    finally:
        session.close()
    issues = [one for one in health.issues if options.all or one.state != "closed"]
    if options.json:
        checked = {"at": iso(health.checked.at), "areas": list(health.checked.areas), "live": health.checked.live}
        rows = [_row(one) | {"history": [_change(change) for change in history[one.id]]} for one in issues]
        sys.stdout.write(
            msgspec.json.format(msgspec.json.encode({"schema": 1, "checked": checked, "issues": rows})).decode() + "\n"
        )
    else:
        for one in issues:
            _print(one)
        print(f"{len(health.opened)} open{_checked(health.checked.at)}")
    worst = max((RANK[one.severity] for one in health.opened), default=0)
    return 2 if worst >= RANK[options.fail_on] else 0


def _say(session: Session, options: argparse.Namespace) -> None:
    id = options.suppress or options.close or options.reopen
    if id is None:
        return
    near = [one.id for one in session.queries.health().issues if one.id.startswith(id.lower())]
    if len(near) != 1:
        raise OSError(f"{'no health alert' if not near else f'{len(near)} health alerts'} of which the id begins with {id[:40]}")
    if options.suppress:
        done = session.suppress_issue(near[0], options.days or 7)
    else:
        done = session.close_issue(near[0]) if options.close else session.reopen_issue(near[0])
    if not done:
        raise OSError("nothing can be said of it until health is looked at again: listen, or read files")


def _print(one: HealthIssue) -> None:
    state = one.state if one.until is None else f"{one.state} until {(iso(one.until) or '')[:10]}"
    print(f"{one.id}  {one.severity.upper():6}  {(iso(one.first) or '')[:19]}  {state}  {line(one.title)}")
    print(f"{'':14}{line(f'{one.where}: ' if one.where else '')}{line(one.what)}")
    if one.state == "open":
        print(f"{'':14}{line(one.advice)}")


def _checked(at: int | None) -> str:
    if at is None:
        return "; nothing was checked yet"
    ago = time.time_ns() // 1000 - at
    return f"; checked {(iso(at) or '')[:19]}Z" + (", nothing has looked since" if ago > LATE else "")


def _row(one: HealthIssue) -> dict[str, Any]:
    times = {name: iso(getattr(one, name)) for name in ("first", "last", "closed", "until")}
    return dict(msgspec.to_builtins(one)) | times


def _change(one: Any) -> dict[str, Any]:
    return {"at": iso(one.at), "what": one.what, "words": one.words}
