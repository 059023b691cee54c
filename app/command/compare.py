"""What is new, gone or much more often in one span or case than in another."""

import argparse
import sys
from pathlib import Path

import msgspec

from app.command.opening import open_existing
from app.command.words import line
from app.model.comparison import Difference, Span, span_of
from app.model.counting import counted
from app.session import iso

SIGNS = {"new": "+", "gone": "-", "more": ">", "less": "<"}
DIFFERENT = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [OTHER] [--before A..B] [--after C..D] [--json]"""
    parser.add_argument("workspace", type=Path, help="the case that came after")
    parser.add_argument("other", type=Path, nargs="?", help="the case that came before; the same one without it")
    parser.add_argument(
        "--before", metavar="A..B", default="", help="as filters say times, UTC: 2026-01-05T08:00..2026-01-05T12:00"
    )
    parser.add_argument("--after", metavar="C..D", default="")
    parser.add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    """0 when nothing differs, 2 when something does. Raises OSError, StoreError."""
    before, after = _span(options.before), _span(options.after)
    if options.other is None and before == after:
        raise OSError("both sides are the same; say --before and --after, or another workspace")
    session = open_existing(options.workspace)
    try:
        found = session.compare(before, after, options.other)
    finally:
        session.close()
    if options.json:
        rows = [_object(one) for one in found.differences]
        sys.stdout.buffer.write(msgspec.json.encode({"differences": rows, "same": found.same, "cut": found.cut}) + b"\n")
    else:
        for one in found.differences:
            ends = " -> ".join(ref.label for ref in (one.who, one.target) if ref is not None)
            print(line(f"{SIGNS[one.change]} {one.section:10}  {ends}  {one.what}  {one.before} -> {one.after}"))
        print(f"{counted(len(found.differences) + found.cut, 'difference')}, {counted(found.same, 'thing')} about the same")
    return DIFFERENT if found.differences else 0


def _span(text: str) -> Span | None:
    if not text:
        return None
    found = span_of(text)
    if found is None:
        raise OSError(f"{text!r} is no span; a span is written 2026-01-05T08:00..2026-01-05T12:00")
    return found


def _object(one: Difference) -> dict[str, object]:
    return {
        "section": one.section,
        "change": one.change,
        "who": one.who.label if one.who else None,
        "with": one.target.label if one.target else None,
        "what": one.what,
        "before": one.before,
        "after": one.after,
        "first": iso(one.first),
        "last": iso(one.last),
        "filter": one.filter,
    }
