"""Whose work the program is made of, and under which licences."""

import argparse
import sys

import msgspec

from app.command.words import line
from app.licences import find, notices
from app.licences.form import Notice, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """[WORD…] [--text] [--json]"""
    parser.add_argument("words", nargs="*", metavar="WORD", help="only parts whose name, licence or texts hold every word")
    parser.add_argument("--text", action="store_true", help="print the texts of the licences too")
    parser.add_argument("--json", action="store_true", help="print one JSON object, with the texts")


def run(options: argparse.Namespace) -> int:
    """Print a line for each part, or everything. Returns 1 when no part holds the words."""
    found = find(notices(), " ".join(options.words))
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode({"notices": found}) + b"\n")
    elif options.text:
        print(write(found), end="")
    else:
        for one in found:
            print(_line(one))
    if not found:
        print(f"wardlight: no part holds {line(' '.join(options.words))}", file=sys.stderr)
    return 0 if found else 1


def _line(one: Notice) -> str:
    said = " ".join(filter(None, (one.name, one.version)))
    inside = f", in {one.part_of}" if one.part_of else ""
    missing = "" if one.texts else "  (no text)"
    return f"{said}{inside}: {one.licence or 'licence not said'}{missing}"
