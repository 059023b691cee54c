"""Write one of the four reports, or those that are due by their schedule."""

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.command.analyze import may_write
from app.command.export import KEYLESS
from app.command.notify import hide_as_set, notifier_of
from app.command.opening import open_existing
from app.command.words import line
from app.model.counting import counted
from app.session import IN_USE, Session, StoreError
from app.settings import load

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REPORTS = ("summary", "groups", "passwords", "paths")
VALUED = frozenset({"--report", "--from", "--to", "--format"})
Pdf = Callable[[str, Path], None]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """[WORKSPACE] [--report NAME --from T --to T --format F OUT] | --due"""
    parser.add_argument("workspace", type=Path, nargs="?", help="--due: all that have a schedule when there is none")
    parser.add_argument("--report", choices=REPORTS, default="summary")
    parser.add_argument("--from", dest="since", metavar="TIME", help="2026-01-05 or 2026-01-05T10:00, UTC; from then on")
    parser.add_argument("--to", dest="until", metavar="TIME", help="up to then; a day is meant whole")
    parser.add_argument("--format", choices=("xlsx", "html", "pdf"), help="by the name of OUT when it is not given")
    parser.add_argument("--privacy", action="store_true", help="pseudonyms in the place of names")
    parser.add_argument("--due", action="store_true", help="write and mail the reports whose time has come, then end")
    parser.add_argument("out", type=Path, nargs="?", metavar="OUT")


def ordered(arguments: Sequence[str]) -> list[str]:
    """The arguments with both files behind the options: argparse wants what may be left out in one place."""
    files: list[str] = []
    others: list[str] = []
    rest = iter(arguments)
    for one in rest:
        if one in VALUED:
            others += [one, *([following] if (following := next(rest, None)) is not None else [])]
        elif one.startswith("-") and one != "-":
            others.append(one)
        else:
            files.append(one)
    return [*others, *files]


def run(options: argparse.Namespace, to_pdf: Pdf) -> int:
    """Returns 0, or 1 when a report that is due was not written. Raises OSError, StoreError."""
    if options.due:
        return _due(options, to_pdf)
    if options.workspace is None or options.out is None:
        raise OSError("give a workspace and a file to write, or --due")
    form = options.format or options.out.suffix.lower().lstrip(".")
    if form not in ("xlsx", "html", "pdf"):
        raise OSError("give --format xlsx, html or pdf, or a file of such a name")
    session = open_existing(options.workspace)
    try:
        may_write(options.out, [options.workspace])
        if options.privacy and not session.hide_names(True):
            print(KEYLESS, file=sys.stderr)
        rows = session.table_report(options.report, options.out, form, span_of(session, options.since, options.until), to_pdf)
    finally:
        session.close()
    print(f"{line(options.out.name)}: {counted(rows, 'row')}")
    return 0


def span_of(session: Session, since: str | None, until: str | None) -> tuple[int, int] | None:
    """The span that two words name; what is not said ends where the case does. Raises OSError."""
    if since is None and until is None:
        return None
    known = session.queries.span() or (0, 0)
    first = known[0] if since is None else _time(since, "--from")[0]
    last = known[1] + 1 if until is None else _time(until, "--to")[1]
    if last <= first:
        raise OSError("--to is not after --from")
    return first, last


def _time(text: str, option: str) -> tuple[int, int]:
    """(beginning, end) of what is named: a day, or a moment."""
    try:
        said = datetime.fromisoformat(text)
    except ValueError as error:
        raise OSError(f"{option} {text} is no time such as 2026-01-05 or 2026-01-05T10:00") from error
    at = round((said.replace(tzinfo=said.tzinfo or UTC) - EPOCH) / timedelta(microseconds=1))
    return at, at + (86_400_000_000 if len(text) <= 10 else 0)


def _due(options: argparse.Namespace, to_pdf: Pdf) -> int:
    held = load().notifications
    chosen = [options.workspace] if options.workspace is not None else [Path(one) for one, set_ in held.items() if set_.reports]
    if not chosen:
        print("no reports are scheduled", file=sys.stderr)
    worst = 0
    quiet: list[bool] = []
    for path in chosen:
        try:
            status, silent = _due_of(path, to_pdf)
            worst = max(worst, status)
            quiet.append(silent)
        except (OSError, StoreError) as error:
            print(f"wardlight: {line(str(path))}: {line(str(error))}", file=sys.stderr)
            if not str(error).endswith(IN_USE):  # else the process that delivers for it writes its reports
                worst = 1
    if quiet and all(quiet):
        print("no report is due", file=sys.stderr)  # standard output lists what was written
    return worst


def _due_of(path: Path, to_pdf: Pdf) -> tuple[int, bool]:
    """(1 when a report was not written, else 0; whether nothing was due, which is not yet said)."""
    session = open_existing(path)
    status = 0
    try:
        hide_as_set(session)
        notifier = notifier_of(session, to_pdf)
        try:
            wanted = session.notifying()
            silent = bool(wanted.reports)
            if not silent:
                print(f"no reports are scheduled for {line(path.name)}", file=sys.stderr)
            notifier.look(reports=False)
            for one, out in notifier.reports(wanted):
                failed, silent = isinstance(out, str), False
                print(f"{one.every} {one.report}: {line(str(out))}", file=sys.stderr if failed else sys.stdout)
                status = 1 if failed else status
            notifier.once(reports=False)
        finally:
            notifier.close()
    finally:
        session.close()
    return status, silent
