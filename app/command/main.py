"""Arguments of every command, and what each exit status means."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from app import __version__
from app.command import analyze, export, read, selftest
from app.session import StoreError

Pdf = Callable[[str, Path], None]
COMMANDS = ("analyze", "export", "coverage", "selftest", "_read")
FAILED = 1


def parser() -> argparse.ArgumentParser:
    """The parser of all commands that need no window."""
    whole = argparse.ArgumentParser(prog="wardlight", description="Who attacked which identity, how, and the packets that prove it.")
    whole.add_argument("--version", action="version", version=f"wardlight {__version__}")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    analyze.add_arguments(commands.add_parser("analyze", help="read captures, print the alerts"))
    export.add_arguments(commands.add_parser("export", help="write what a workspace holds"))
    export.add_coverage_arguments(commands.add_parser("coverage", help="what could not have been seen"))
    selftest.add_arguments(commands.add_parser("selftest", help="check every part on this machine"))
    read.add_arguments(commands.add_parser("_read"))
    return whole


def run(arguments: Sequence[str], to_pdf: Pdf) -> int:
    """Run one command; returns the exit status: 0 quiet, 2 alerts at or above --fail-on, 1 the command failed."""
    try:
        options = parser().parse_args(arguments)
    except SystemExit as end:  # argparse ends with 2 on a wrong call, which here means "alerts"
        return 0 if end.code in (0, None) else FAILED
    try:
        match options.command:
            case "analyze":
                return analyze.run(options, to_pdf)
            case "export":
                return export.run(options)
            case "coverage":
                return export.run_coverage(options)
            case "selftest":
                return selftest.run(options)
            case _:
                return read.run(options)
    except (OSError, StoreError) as error:
        print(f"wardlight: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("wardlight: stopped", file=sys.stderr)
        return FAILED
