"""Run Sigma rules over the events of a workspace: what matched, what cannot run, what could never match this data."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from app.command.opening import open_existing
from app.command.words import line
from app.model.counting import counted
from app.model.sigma import LEVELS, RuleMatch, RuleResult, SigmaRun

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN = 20
"""Matches of one rule that are shown in words."""
REASONS = 20
"""Different reasons for which rules cannot run that are shown; a lint tells that of each rule."""
WORDS = {"runs": "runs", "cannot": "cannot run", "never": "could never match this data"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE RULES... [--json] [--lint] [--fail-on LEVEL]"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("rules", type=Path, nargs="+", metavar="RULES", help="rule files and folders")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--lint", action="store_true", help="say of every rule whether it runs, and why not; no matches")
    parser.add_argument("--fail-on", choices=LEVELS, default="high", dest="fail_on")


def run(options: argparse.Namespace) -> int:
    """Returns 0, 2 when a rule at or above --fail-on matched, 1 when no rule could run. Raises OSError, StoreError."""
    session = open_existing(options.workspace)
    try:
        found = session.sigma(options.rules)
        paths = {one.key: one.path for one in session.queries.inputs()}
    finally:
        session.close()
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode(_object(found, paths, options.lint)) + b"\n")
    else:
        for text in _lines(found, paths, options.lint):
            print(text)
    if not found.rules or (not options.lint and all(one.state == "cannot" for one in found.rules)):
        why = (
            f"no rule could run: {found.rules[0].title}: {found.rules[0].reason}" if found.rules else "no rule in what was given"
        )
        print(f"wardlight: {line(why)}", file=sys.stderr)
        return 1
    if options.lint:
        return 0
    worst = max((LEVELS.index(one.level) for one in found.rules if one.count), default=-1)
    return 2 if worst >= LEVELS.index(options.fail_on) else 0


def _lines(found: SigmaRun, paths: dict[str, str], lint: bool) -> Iterator[str]:
    """Rules that matched come first, the worst of them on top; a lint tells of all in the order of their files."""
    order = list(found.rules) if lint else sorted(found.rules, key=lambda one: (not one.count, -LEVELS.index(one.level)))
    for one in order:
        if lint:
            yield f"{WORDS[one.state]}: {line(one.title)} ({line(one.path)})" + (f": {line(one.reason)}" if one.reason else "")
            for note in one.notes:
                yield f"        {line(note)}"
        elif one.count:
            techniques = f"  [{', '.join(one.techniques)}]" if one.techniques else ""
            yield f"{one.level.upper():13}  {line(one.title)}{line(techniques)}: {counted(one.count, 'match', 'matches')}"
            for match in one.matches[:SHOWN]:
                yield f"        {line(_words(match, paths))}"
            if one.count > SHOWN:
                yield f"        and {one.count - SHOWN:,} more"
    states = {state: sum(one.state == state for one in found.rules) for state in WORDS}
    told = f"{states['runs']:,} ran, {states['cannot']:,} cannot run, {states['never']:,} could never match this data"
    matched = "" if lint else f"; {sum(one.count > 0 for one in found.rules):,} matched"
    yield f"{counted(len(found.rules), 'rule')} over {counted(found.events, 'event')}: {told}{matched}"
    if not lint:
        reasons = Counter(one.reason for one in found.rules if one.state == "cannot")
        for reason, count in reasons.most_common(REASONS):
            yield f"cannot run: {counted(count, 'rule')}: {line(reason)}"
        if len(reasons) > REASONS:
            yield f"cannot run: {counted(len(reasons) - REASONS, 'more reason')}; --lint tells that of each rule"


def _words(match: RuleMatch, paths: dict[str, str]) -> str:
    group = f"  {', '.join(match.group)}" if match.group else ""
    many = f"  {counted(len(match.activities), 'event')}" if match.activities else ""
    where = f"{paths.get(match.input, match.input)} record {match.record}"
    return f"{_time(match.at)}  {match.event_id}  {match.computer}{group}{many}  {where}  {match.activity}"


def _time(at: int) -> str:
    return (EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%d %H:%M:%S")


def _object(found: SigmaRun, paths: dict[str, str], lint: bool) -> dict[str, Any]:
    return {"events": found.events, "rules": [_rule(one, paths, lint) for one in found.rules]}


def _rule(one: RuleResult, paths: dict[str, str], lint: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "title": one.title,
        "id": one.id,
        "level": one.level,
        "path": one.path,
        "techniques": one.techniques,
        "state": one.state,
        "reason": one.reason,
        "notes": one.notes,
    }
    if not lint:
        told["count"] = one.count
        told["matches"] = [_match(match, paths) for match in one.matches]
    return told


def _match(match: RuleMatch, paths: dict[str, str]) -> dict[str, Any]:
    time = (EPOCH + timedelta(microseconds=match.at)).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {
        "time": time,
        "computer": match.computer,
        "event_id": match.event_id,
        "record": match.record,
        "input": paths.get(match.input, match.input),
        "activity": match.activity,
        "activities": match.activities,
        "group": match.group,
    }
