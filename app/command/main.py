"""Arguments of every command, and what each exit status means."""

import argparse
import importlib
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple, NoReturn

from app import __version__
from app.command.words import inert

Pdf = Callable[[str, Path], None]
Window = Callable[[Path], Iterable[tuple[str, Callable[[], str]]]]
"""Checks of the window, see app.command.selftest."""


class Command(NamedTuple):
    """Where a command lies; its module is imported when it is called, for half of the time of a short command is importing."""

    module: str
    help: str = ""
    add: str = "add_arguments"
    run: str = "run"


COMMANDS = {
    "analyze": Command("analyze", "read captures, logs and directories, print the alerts"),
    "export": Command("export", "write what a workspace holds"),
    "compare": Command("compare", "what is new or gone between two spans, or two cases"),
    "reveal": Command("export", "turn the pseudonyms of an export back", "add_reveal_arguments", "run_reveal"),
    "proof": Command("proof", "write the packets and records that prove one alert"),
    "replay": Command("proof", "run a proof again, on any machine", "add_replay_arguments", "run_replay"),
    "query": Command("query", "list or count the activities of a workspace that match a query; saved queries; SQL"),
    "coverage": Command("coverage", "what could not have been seen"),
    "paths": Command("paths", "who can come to which sensitive account, walked or possible, and what ends it"),
    "sigma": Command("sigma", "run Sigma rules over the events of a workspace"),
    "selftest": Command("selftest", "check every part on this machine"),
    "detectors": Command("tune", "how each detector is set, and what it has learned", "add_list_arguments", "run_list"),
    "tune": Command("tune", "set thresholds, levels, test mode of a workspace's detectors"),
    "what-if": Command("tune", "which alerts other settings would make or lose", "add_what_if_arguments", "run_what_if"),
    "alerts": Command("alerts", "list the alerts and incidents of a workspace"),
    "alert": Command("alerts", "close, suppress, delete, classify an alert", "add_alert_arguments", "run_alert"),
    "undo": Command("alerts", "undo what was done in a workspace, do it again, list it", "add_undo_arguments", "run_undo"),
    "exclusions": Command("exclusions", "who detectors pass over: list, add, remove, import, export"),
    "tickets": Command("tickets", "Kerberos tickets: issued where, shown where, what is odd about them"),
    "listen": Command("listen", "take in live traffic, logs, directories"),
    "hub": Command("hub", "prepare and run the server between sensors and workspaces"),
    "health": Command("health", "what keeps the program from seeing, since when, and what to do"),
    "notify": Command("notify", "tell other systems what is new in a workspace: mail, syslog, webhook"),
    "report": Command("report", "write one of the four reports, or those that are due"),
    "sensor": Command("sensor", "run a sensor without a window, which sends to a hub"),
    "tag": Command("tag", "say that an account or a computer is a honeytoken, sensitive, or neither"),
    "workspace": Command("workspace", "list, rename, delete, restore, pack, check workspaces; their limits, roles and history"),
    "update": Command("update", "look for a newer version when asked, verify and install update files"),
    "secret": Command("secret", "keep a password, a shared secret or keys in the keyring"),
    "licences": Command("licences", "whose work the program is made of, and under which licences"),
    "_read": Command("read"),
    "_notify": Command("notify", "", "add_child_arguments", "run_child"),
    "_listen": Command("listening"),
    "_source": Command("source"),
    "_detect": Command("detecting"),
}
PRINTING = frozenset({"analyze", "export", "notify", "report", "_notify"})
"""Commands that may write a PDF."""
FAILED = 1


class OneLine(argparse.ArgumentParser):
    """Says in one line what is wrong with a call; --help shows the rest."""

    def error(self, message: str) -> NoReturn:
        """End with the sentence."""
        self.exit(FAILED, f"{self.prog}: {inert(message)} (see --help)\n")


def parser(called: str = "") -> argparse.ArgumentParser:
    """The parser of the command that is called, or of all that need no window."""
    whole = OneLine(prog="wardlight", description="Who attacked which identity, how, and the packets that prove it.")
    whole.add_argument("--version", action="version", version=f"wardlight {__version__}")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in [called] if called in COMMANDS else [] if called == "--version" else COMMANDS:
        about = COMMANDS[name]
        words = {"help": about.help} if about.help else {}
        getattr(_module(about), about.add)(commands.add_parser(name, **words))
    return whole


def _module(about: Command) -> ModuleType:
    return importlib.import_module(f"app.command.{about.module}")


def run(arguments: Sequence[str], to_pdf: Pdf, window: Window | None = None) -> int:
    """Run one command; returns the exit status: 0 quiet, 2 alerts at or above --fail-on or a proof that gives another alert,
    1 the command failed. window: checks of it, for selftest."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal of another encoding shows what it can
        sys.stdout.reconfigure(errors="backslashreplace")
    called = arguments[0] if arguments else ""
    if called in ("listen", "report"):
        arguments = [called, *_module(COMMANDS[called]).ordered(arguments[1:])]
    try:
        options = parser(called).parse_args(arguments)
    except SystemExit as end:
        return 0 if end.code in (0, None) else FAILED
    about = COMMANDS[options.command]
    more = (to_pdf,) if options.command in PRINTING else (window,) if options.command == "selftest" else ()
    try:
        return int(getattr(_module(about), about.run)(options, *more))
    except BrokenPipeError:  # whoever read our output has seen enough; nothing more can be said to it, not even at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (OSError, ImportError) as error:
        return _failed(_words(error))
    except KeyboardInterrupt:
        return _failed("stopped")
    except Exception as error:
        if _is_of_the_store(error):
            return _failed(str(error))
        # A mistake of ours; scripts still get one line and a status.
        if os.environ.get("WARDLIGHT_TRACEBACK"):
            traceback.print_exc()
        return _failed(f"mistake in the program: {type(error).__name__}: {error} (WARDLIGHT_TRACEBACK=1 tells more)")


def _words(error: Exception) -> str:
    """What the system refused, and where."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error)


def _is_of_the_store(error: Exception) -> bool:
    session = sys.modules.get("app.session")  # loaded already by whatever may raise it; a sensor alone has none
    return session is not None and isinstance(error, session.StoreError)


def _failed(why: str) -> int:
    print(f"wardlight: {inert(why)[:1000]}", file=sys.stderr)
    return FAILED
