"""Arguments of every command, and what each exit status means."""

import argparse
import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from app import __version__
from app.command import analyze, export, listen, listening, read, secret, selftest, source
from app.command.words import inert
from app.session import StoreError

Pdf = Callable[[str, Path], None]
COMMANDS = ("analyze", "export", "coverage", "selftest", "secret", "listen", "_read", "_listen", "_source")
FAILED = 1


class OneLine(argparse.ArgumentParser):
    """Says in one line what is wrong with a call; --help shows the rest."""

    def error(self, message: str) -> NoReturn:
        """End with the sentence."""
        self.exit(FAILED, f"{self.prog}: {inert(message)} (see --help)\n")


def parser() -> argparse.ArgumentParser:
    """The parser of all commands that need no window."""
    whole = OneLine(prog="wardlight", description="Who attacked which identity, how, and the packets that prove it.")
    whole.add_argument("--version", action="version", version=f"wardlight {__version__}")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    analyze.add_arguments(commands.add_parser("analyze", help="read captures, print the alerts"))
    export.add_arguments(commands.add_parser("export", help="write what a workspace holds"))
    export.add_coverage_arguments(commands.add_parser("coverage", help="what could not have been seen"))
    selftest.add_arguments(commands.add_parser("selftest", help="check every part on this machine"))
    listen.add_arguments(commands.add_parser("listen", help="take in live traffic, logs, directories"))
    secret.add_arguments(commands.add_parser("secret", help="keep a password, a shared secret or keys in the keyring"))
    read.add_arguments(commands.add_parser("_read"))
    listening.add_arguments(commands.add_parser("_listen"))
    source.add_arguments(commands.add_parser("_source"))
    return whole


def run(arguments: Sequence[str], to_pdf: Pdf) -> int:
    """Run one command; returns the exit status: 0 quiet, 2 alerts at or above --fail-on, 1 the command failed."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal of another encoding shows what it can
        sys.stdout.reconfigure(errors="backslashreplace")
    if arguments and arguments[0] == "listen":
        arguments = ["listen", *listen.ordered(arguments[1:])]
    try:
        options = parser().parse_args(arguments)
    except SystemExit as end:
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
            case "listen":
                return listen.run(options)
            case "secret":
                return secret.run(options)
            case "_listen":
                return listening.run(options)
            case "_source":
                return source.run(options)
            case _:
                return read.run(options)
    except BrokenPipeError:  # whoever read our output has seen enough; nothing more can be said to it, not even at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (OSError, StoreError, ImportError) as error:
        return _failed(str(error))
    except KeyboardInterrupt:
        return _failed("stopped")
    except Exception as error:  # a mistake of ours; scripts still get one line and a status
        if os.environ.get("WARDLIGHT_TRACEBACK"):
            traceback.print_exc()
        return _failed(f"mistake in the program: {type(error).__name__}: {error} (WARDLIGHT_TRACEBACK=1 tells more)")


def _failed(why: str) -> int:
    print(f"wardlight: {inert(why)[:1000]}", file=sys.stderr)
    return FAILED
