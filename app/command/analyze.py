"""Read captures and print what was found, as words or as one JSON object."""

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from app.command.doing import new_problems
from app.command.opening import opened
from app.command.progress import Bar
from app.command.tag import honeytokens, tell_unknown
from app.command.words import line
from app.model.alert import RANK, Alert, plain
from app.model.counting import counted
from app.model.rows import Problem
from app.session import Session

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEVELS = ("low", "medium", "high")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of design section 6."""
    parser.add_argument(
        "paths",
        type=Path,
        nargs="*",
        metavar="PATH",
        help="capture files, archives or folders; without any, what the workspace holds is detected again",
    )
    parser.add_argument(
        "--directory",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="a directory as LDIF or SharpHound collection; may be given again",
    )
    parser.add_argument("--workspace", type=Path, metavar="FILE", help="keep the workspace in this file")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--activities", type=Path, metavar="FILE.jsonl", help="write every activity as a JSON line")
    parser.add_argument("--report", type=Path, metavar="FILE.html|.pdf", help="write a report")
    add_strictness(parser)
    parser.add_argument(
        "--test-mode", action="store_true", dest="test_mode", help="every detector at high sensitivity, and none waits to learn"
    )
    parser.add_argument(
        "--keytab", type=Path, action="append", default=[], metavar="FILE", help="open what is sealed with the keys in this file"
    )
    parser.add_argument(
        "--honeytoken",
        action="append",
        default=[],
        metavar="ACCOUNT",
        help="an account that nobody has a reason to use; may be given again",
    )
    parser.add_argument("--places", default="", metavar="FILE.mmdb", help="a GeoIP file that tells where outside addresses are")
    add_fail_on(parser)


def add_strictness(parser: argparse.ArgumentParser) -> None:
    """How easily detectors speak."""
    parser.add_argument(
        "--sensitivity",
        choices=LEVELS,
        default="medium",
        help="how easily detectors speak: low asks for more before it alerts, high for less (default: medium)",
    )


def add_fail_on(parser: argparse.ArgumentParser, when: str = "the case holds an alert") -> None:
    """From which severity on a script shall stop."""
    parser.add_argument(
        "--fail-on",
        choices=LEVELS,
        default="high",
        dest="fail_on",
        help=f"exit with 2 when {when} of this severity or above (default: high)",
    )


def run(options: argparse.Namespace, to_pdf: Callable[[str, Path], None]) -> int:
    """Returns 0, 2 when an alert at or above --fail-on was raised, 1 when nothing could be read. Raises OSError, StoreError."""
    options.paths = [*options.paths, *options.directory]  # a directory is an input like any other
    refuse(options)
    session = opened(options.workspace)
    try:
        if options.test_mode:
            session.set_tuning(session.tuned(test_mode=True))
        honeytokens(session, options.honeytoken)
        with Bar(sys.stderr) as bar:
            differs, before = session.queries.differs(), len(session.queries.inputs())
            seconds = session.read_here(
                options.paths, bar.show, sensitivity=options.sensitivity, keytabs=options.keytab, places=options.places
            )
        same = bar.inputs - (len(session.queries.inputs()) - before)
        if same and not options.json:  # whoever reads JSON finds there which inputs stand in the case
            print(
                f"wardlight: {same:,} of {counted(bar.inputs, 'input')} held nothing new: read before, or twice", file=sys.stderr
            )
        if differs:
            print(f"wardlight: all that was read before was looked at again, since {line(differs)}", file=sys.stderr)
        if options.workspace is not None:
            tell_others(session)
        tell_unknown(session, {session.key_of(one): one for one in options.honeytoken})
        parameters: dict[str, object] = {"sensitivity": options.sensitivity, "fail_on": options.fail_on}
        if options.test_mode:
            parameters["test_mode"] = True
        if options.activities is not None:
            session.write_activities(options.activities)
        if options.report is not None:
            session.report(options.report, to_pdf if options.report.suffix.lower() == ".pdf" else None)
        if options.json:
            sys.stdout.buffer.write(msgspec.json.encode(session.analysis(seconds, parameters)) + b"\n")
        else:
            print_words(session)
        alerts, inputs = session.queries.alerts(), session.queries.inputs()
    finally:
        session.close()
    if all(one.state != "done" and not one.records for one in inputs):  # quiet would sound like "no attack"
        why = next(
            (f"{one.path}: {one.problems[0].what}" for one in inputs if one.problems),
            f"nothing in {(options.paths or [options.workspace])[0]}",
        )
        print(f"wardlight: {line(f'nothing could be read: {why}')}", file=sys.stderr)
        return 1
    worst = max((RANK[one.severity] for one in alerts), default=0)
    return 2 if worst >= RANK[options.fail_on] else 0


def tell_others(session: Session) -> None:
    """Deliver what is new to the destinations of the workspace; what does not arrive waits for the next time, and is said."""
    try:
        if session.notify_here() is False:
            print("wardlight: some notices wait: see `wardlight notify WORKSPACE --show`", file=sys.stderr)
    except OSError as error:
        print(f"wardlight: {line(str(error))}", file=sys.stderr)


def refuse(options: argparse.Namespace) -> None:
    """Raises OSError, before hours of reading, for what could only fail after them."""
    if not options.paths and options.workspace and not options.workspace.is_file():
        raise FileNotFoundError(f"no such workspace: {options.workspace}; to make it, give files or folders to read")
    if not options.paths and not options.workspace:
        raise OSError("nothing to read: give files or folders, or a directory with --directory")
    for one in options.directory:  # named on purpose: to go on without it would give other answers
        if not os.path.lexists(one):
            raise FileNotFoundError(f"no such file or folder: {one}")
    missing = [one for one in options.paths if not os.path.lexists(one)]
    if missing and len(missing) == len(options.paths):
        raise FileNotFoundError(f"no such file or folder: {missing[0]}")
    if options.report is not None and options.report.suffix.lower() not in (".html", ".htm", ".pdf"):
        raise OSError(f"a report is written as .html or .pdf, not as {options.report.suffix or 'a file without suffix'}")
    for out in (options.report, options.activities):
        if out is not None:
            may_write(out, [*options.paths, *([options.workspace] if options.workspace else [])])


def may_write(out: Path, precious: Sequence[Path]) -> None:
    """Raises OSError when out cannot be a new file or is one of the precious ones."""
    if str(out) == "-":
        raise OSError("- is no name of a file, and this is not written to standard output: name a file (./- if it is called so)")
    if out.is_dir() or not out.parent.is_dir():
        raise OSError(f"{out} cannot be written: {'it is a folder' if out.is_dir() else 'there is no such folder'}")
    if out.exists() and any(one.exists() and one.samefile(out) for one in precious):
        raise OSError(f"{out} is what is read; it is not written over")


def print_words(session: Session) -> None:
    """Alerts, worst first, and the problems of the inputs, on standard output."""
    alerts = sorted(session.queries.alerts(), key=lambda one: (-RANK[one.severity], one.finding.first, one.id))
    for one in alerts:
        print_alert(one)
    print_totals(session)


def print_alert(one: Alert, flush: bool = False) -> None:
    """One alert and its story, on standard output; flush: whoever reads it shall have it at once."""
    print(f"{one.severity.upper():6}  {moment(one.finding.first)}  {line(one.title)}  [{', '.join(one.techniques)}]")
    for sentence in one.finding.story:
        print(f"        {line(plain(sentence))}")
    if flush:
        sys.stdout.flush()


def print_totals(session: Session, before: Mapping[str, Sequence[Problem]] | None = None) -> None:
    """How many alerts and activities there are, and the problems of the inputs, on standard output. before: see new_problems."""
    alerts, inputs = session.queries.alerts(), session.queries.inputs()
    activities = sum(one.activities for one in inputs)
    read = f"{activities:,} {'activity' if activities == 1 else 'activities'} from {counted(len(inputs), 'input')}"
    print(f"{counted(len(alerts), 'alert')}, {read}")
    for words in new_problems(inputs, before or {}):
        print(words)
    for issue in session.queries.health().opened:
        if issue.rule == "activities-unread":
            print(f"problem: {line(issue.what)}")


def moment(at: int) -> str:
    """UTC to the second."""
    return (EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%d %H:%M:%S")
