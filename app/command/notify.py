"""Tell other systems what is new in a workspace: run it without a window, test it, look at it first, set it up."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec

from app.command.alerts import found
from app.command.export import KEYLESS
from app.command.opening import open_existing
from app.command.words import line
from app.model.counting import counted
from app.model.notice import Notice, Notifying, Scheduled, TargetState, gets_of
from app.notify.notifier import Notifier
from app.notify.reports import folder_of
from app.paths import whole
from app.session import IN_USE, Session, StoreError
from app.settings import load

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PATIENCE = 1.0
"""Seconds between two tries to deliver while another process does."""
Pdf = Callable[[str, Path], None]
T = TypeVar("T", bound=msgspec.Struct)
NOTHING = """nothing is set up: alerts are told to nobody, and no report comes by itself
`notify WORKSPACE --set FILE` sets up what a file of JSON says, such as

{"targets": [{"kind": "syslog", "name": "siem", "address": "siem.corp.test", "port": 6514, "transport": "tls"}],
 "reports": [{"report": "summary", "every": "daily", "form": "xlsx"}]}

then `--test siem` sends a test; docs/notifications.md tells of mail, webhooks and filters, and the window has forms for them"""
PLACES = ("authorities", "certificate", "key", "folder")
"""Fields of destinations and reports that name a file or a folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [--once] [--test NAME] [--preview ALERT [--as NAME]] [--show] [--set FILE [--all]]"""
    parser.add_argument("workspace", type=Path)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--once", action="store_true", help="deliver what is new, then end: 0 when all arrived, 1 when some waits")
    what.add_argument("--test", metavar="NAME", help="send a test to this destination")
    what.add_argument("--preview", metavar="ALERT", help="print what destinations would be sent about this alert")
    what.add_argument("--show", action="store_true", help="print what is set up, and how destinations are doing")
    what.add_argument("--set", type=Path, metavar="FILE", help="take destinations and reports from this JSON file; - for stdin")
    parser.add_argument("--as", dest="target", metavar="NAME", help="--preview: for this destination only")
    parser.add_argument("--all", action="store_true", help="--set: new destinations also get what the workspace holds already")
    parser.add_argument("--json", action="store_true", help="--show: as JSON")


def add_child_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE"""
    parser.add_argument("workspace", type=Path)


def run(options: argparse.Namespace, to_pdf: Pdf) -> int:
    """Returns 0, or 1 when something did not arrive. Raises OSError, StoreError."""
    session = open_existing(options.workspace)
    try:
        if options.set is not None:
            _set(session, options)
            return 0
        wanted = session.notifying()
        if options.show:
            return _show(session, options)
        if not wanted.targets and not wanted.reports:
            raise OSError("nothing is set up for this workspace: give destinations with --set FILE, see docs/notifications.md")
        hide_as_set(session)
        if options.test is not None:
            return _test(session, wanted, options.test)
        if options.preview is not None:
            return _preview(session, wanted, options)
        return _deliver(session, options.once, to_pdf)
    finally:
        session.close()


def run_child(options: argparse.Namespace, to_pdf: Pdf) -> int:
    """Deliver for a window until standard input closes; how destinations do stands in the queue, where the window reads it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop = threading.Event()

    def watch() -> None:
        while os.read(0, 4096):  # not sys.stdin, whose lock this thread would still hold when the interpreter ends
            pass
        stop.set()

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()
    session = open_existing(options.workspace)
    try:
        hide_as_set(session)
        run_until(session, stop, to_pdf)
    finally:
        session.close()
    return 0


def run_until(
    session: Session, stop: threading.Event, to_pdf: Pdf, tell: Callable[[tuple[TargetState, ...]], None] = lambda _: None
) -> None:
    """Deliver until stop is set; waits while another process delivers for the workspace. tell: see Notifier.run."""
    while not stop.is_set():
        try:
            notifier = notifier_of(session, to_pdf)
        except StoreError as error:
            if not str(error).endswith(IN_USE):
                raise
            stop.wait(PATIENCE)
            continue
        try:
            notifier.run(stop, tell)
        finally:
            notifier.close()


def notifier_of(session: Session, to_pdf: Pdf) -> Notifier:
    """What delivers for a session. Raises StoreError, QueueError."""

    def write(one: Scheduled, first: int, last: int, out: Path) -> bool:
        hide_as_set(session)
        return session.scheduled_report(one, first, last, out, to_pdf)

    def hide(one: Notice) -> Notice:
        hide_as_set(session)  # it may be switched while this runs
        return session.hide_notice(one)

    return Notifier(session.path, session.notifying, hide, write)


def _deliver(session: Session, once: bool, to_pdf: Pdf) -> int:
    if once:
        notifier = notifier_of(session, to_pdf)
        try:
            whole = notifier.once()
            _print(notifier.states())
        finally:
            notifier.close()
        return 0 if whole else 1
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    said: dict[str, tuple[str, int]] = {}

    def tell(states: tuple[TargetState, ...]) -> None:
        for one in states:
            if said.get(one.name) != (one.error, one.refused):
                said[one.name] = one.error, one.refused
                _print((one,))

    run_until(session, stop, to_pdf, tell)
    return 0


def _print(states: tuple[TargetState, ...]) -> None:
    for one in states:
        words = f"{line(one.name)}: {one.delivered:,} delivered, {one.waiting:,} waiting, {_tries(one)} failed"
        more = f", {one.refused:,} refused" if one.refused else ""
        print(f"{words}{more}{f': {line(one.error)}' if one.error else ''}", flush=True)


def _tries(one: TargetState) -> str:
    return counted(one.failed, "try", "tries")


def _show(session: Session, options: argparse.Namespace) -> int:
    states = session.target_states()
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode({"targets": states, "set": session.notifying()}) + b"\n")
        return 0
    held = session.notifying()
    if not held.targets and not held.reports:
        print(NOTHING)
        return 0
    for target, one in zip(held.targets, states, strict=False):
        print(f"{line(one.name)}{'' if one.on else ' (off)'}: {line(one.label)}; gets {line(gets_of(target.wanted))}")
        print(f"    {_doing(one)}")
        if one.error:
            print(f"    {line(one.error)}")
    if not states:
        print("no destinations: alerts and health issues are told to nobody")
    for report in held.reports:
        mailed = f", mailed by {line(report.mail)}" if report.mail else ""
        print(
            f"{report.every} {report.report} as {report.form} into {line(str(folder_of(session.path.resolve(), report)))}{mailed}"
        )
    return 0


def _doing(one: TargetState) -> str:
    """What a destination took, and what it did not."""
    if one.last is None:
        parts = ["nothing delivered yet"]
    else:
        last = (EPOCH + timedelta(microseconds=one.last)).strftime("%Y-%m-%d %H:%M:%S UTC")
        parts = [f"{one.delivered:,} delivered, the last {last}"]
    parts += [f"{one.waiting:,} waiting{', its queue is full' if one.full else ''}"] if one.waiting else []
    parts += [f"{_tries(one)} failed"] if one.failed else []
    parts += [f"{one.refused:,} refused and given up"] if one.refused else []
    return "; ".join(parts)


def _set(session: Session, options: argparse.Namespace) -> None:
    data = sys.stdin.buffer.read(1 << 20) if str(options.set) == "-" else options.set.read_bytes()
    try:
        wanted = msgspec.json.decode(data, type=Notifying)
    except msgspec.MsgspecError as error:
        raise OSError(f"{options.set} does not say what to tell: {error}") from error
    folder = None if str(options.set) == "-" else options.set.parent
    session.set_notifying(rooted(wanted, folder), from_now=not options.all)


def rooted(wanted: Notifying, folder: Path | None = None) -> Notifying:
    """With whole names of files and folders: who delivers later does not run where they were typed. folder: see paths.whole."""
    targets = tuple(_whole(one, folder) for one in wanted.targets)
    return msgspec.structs.replace(wanted, targets=targets, reports=tuple(_whole(one, folder) for one in wanted.reports))


def _whole(one: T, folder: Path | None) -> T:
    return msgspec.structs.replace(one, **{name: whole(getattr(one, name), folder) for name in PLACES if hasattr(one, name)})


def _test(session: Session, wanted: Notifying, name: str) -> int:
    target = wanted.target(name)
    if target is None:
        there = ", ".join(one.name for one in wanted.targets) or "none"
        raise OSError(f"there is no destination {name!r}; there are {there}")
    error = session.test_target(target)
    print(f"{line(name)}: {line(error) if error else 'it was taken'}")
    return 1 if error else 0


def _preview(session: Session, wanted: Notifying, options: argparse.Namespace) -> int:
    chosen = [one for one in wanted.targets if options.target in (None, one.name)]
    if not chosen:
        raise OSError(f"there is no destination {options.target!r}" if options.target else "there are no destinations; see --set")
    id = found(session, options.preview)
    for one in chosen:
        if len(chosen) > 1:
            print(f"--- {line(one.name)}")
        for text in session.preview(id, one).splitlines():
            print(line(text))
    return 0


def hide_as_set(session: Session) -> None:
    """Pseudonyms go out when the settings say so."""
    private = load().privacy
    if private != session.private and not session.hide_names(private) and private:
        print(KEYLESS, file=sys.stderr)
