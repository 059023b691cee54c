"""Write what a workspace holds, in any form; turn pseudonyms back."""

import argparse
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.command.alerts import found
from app.command.analyze import may_write
from app.command.opening import open_existing
from app.command.words import line
from app.engine.export.columns import COLUMNS
from app.model.asking import Order
from app.model.counting import counted
from app.model.filter import ActivityFilter, FilterError, parse
from app.session import BY_ID, FORMS, Session, View

BY_ENDING = {f".{one}": one for one in ("xlsx", "csv", "jsonl", "pcapng", "html", "pdf", "cef", "leef")}
"""The form of a file that is asked for by its name alone; any other name is the analysis as JSON."""
NO_TEXT = frozenset({"xlsx", "case-xlsx", "pcapng", "pdf", "taxii"})
"""Forms that are not written to standard output."""
STDOUT = "standard output"
KEYLESS = "There is no keyring here: nobody can turn these pseudonyms back. Set WARDLIGHT_PASSPHRASE to keep a key in a file."
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [--format F] [--what alerts|activities] [--filter TEXT] [--columns A,B] [--newest-first] [--privacy] OUT"""
    parser.add_argument("workspace", type=Path)
    forms = ", ".join(f"{one.id}: {one.words}" for one in FORMS if one.id not in ("jsonl",))
    parser.add_argument(
        "--format", choices=tuple(dict.fromkeys(("json", "jsonl", "html", "pdf", *(one.id for one in FORMS)))),
        help=f"as the ending of OUT says, unless told; json: the analysis; jsonl: JSON lines; html, pdf: the report; {forms}",
    )  # fmt: skip
    parser.add_argument("--what", choices=("alerts", "activities"), help="jsonl: activities unless told; json: the analysis")
    parser.add_argument("--filter", metavar="TEXT", help="of activities only those that match, as in the window")
    parser.add_argument("--columns", metavar="A,B", default="", help="xlsx, csv: these columns in this order")
    parser.add_argument("--newest-first", action="store_true")
    parser.add_argument(
        "--alert",
        action="append",
        metavar="ID",
        help="of alerts only this one (its id, or enough of its beginning); may be given again",
    )
    parser.add_argument("--bom", action="store_true", help="csv: a byte order mark, without which Excel guesses the encoding")
    parser.add_argument("--privacy", action="store_true", help="pseudonyms in the place of names; `reveal` turns them back")
    parser.add_argument("out", type=Path, metavar="OUT", help="a file; - for standard output, where the form is text")


def add_reveal_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [TEXT ...]"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("text", nargs="*", help="standard input when there is none")


def run(options: argparse.Namespace, to_pdf: Callable[[str, Path], None]) -> int:
    """Write OUT. to_pdf: writes a page of HTML as PDF. Raises OSError, StoreError."""
    options.format = options.format or BY_ENDING.get(options.out.suffix.lower(), "json")
    to_stdout = str(options.out) == "-"
    session = open_existing(options.workspace)
    try:
        if to_stdout and options.format in NO_TEXT:
            raise OSError(f"{options.format} is no text and is not written to standard output: name a file")
        if not to_stdout:
            may_write(options.out, [options.workspace])
        _refuse(options)
        if options.privacy and not session.hide_names(True):
            print(KEYLESS, file=sys.stderr)
        if to_stdout:
            _printed(session, options, to_pdf)
        else:
            _write(session, options, to_pdf)
    finally:
        session.close()
    return 0


def _printed(session: Session, options: argparse.Namespace, to_pdf: Callable[[str, Path], None]) -> None:
    """As _write, on standard output: whole or not at all."""
    with TemporaryDirectory(prefix="wardlight-") as folder:
        options.out = Path(folder) / STDOUT
        _write(session, options, to_pdf)
        with options.out.open("rb") as written:
            shutil.copyfileobj(written, sys.stdout.buffer)
        sys.stdout.flush()


def _refuse(options: argparse.Namespace) -> None:
    """Raises OSError for what the form would pass over: a file that is not what was asked for is worse than none."""
    form = options.format
    lines = form == "jsonl" and options.what == "alerts"
    rows = form in BY_ID and BY_ID[form].of == "activities" and not lines
    if options.what == "activities" and not rows:
        raise OSError(f"activities are written as jsonl, not as {form}")
    if options.what == "alerts" and form in ("xlsx", "csv", "pcapng"):
        raise OSError(f"alerts are written as jsonl, json or case-xlsx, not as {form}")
    for given, name, fits in (
        (options.filter, "--filter", rows),
        (options.newest_first, "--newest-first", rows),
        (options.columns, "--columns", form in ("xlsx", "csv")),
        (options.bom, "--bom", form == "csv"),
        (options.alert, "--alert", form == "timesketch" or (form in BY_ID and BY_ID[form].of == "alerts") or lines),
    ):
        if given and not fits:
            other = "stix" if name == "--alert" else "csv"
            raise OSError(f"{name} says nothing of {form}; --format chooses another form, such as {other}")


def _write(session: Session, options: argparse.Namespace, to_pdf: Callable[[str, Path], None]) -> None:
    out, form = options.out, options.format
    alerts = [found(session, one) for one in options.alert] if options.alert else None
    if form in ("html", "pdf"):
        session.report(out, to_pdf if form == "pdf" else None)
        print(f"{_named(out)}: the report", file=sys.stderr)
    elif form == "json":
        session.write_analysis(out)
        print(f"{_named(out)}: the analysis", file=sys.stderr)
    elif form == "jsonl" and options.what == "alerts":
        told(out, session.export(out, "alerts-jsonl", alerts=alerts), form)
    else:
        columns = tuple(filter(None, options.columns.split(",")))
        unknown = [one for one in columns if one not in COLUMNS]
        if unknown:
            raise OSError(f"there is no column {unknown[0]!r}; there are {', '.join(COLUMNS)}")
        view = View(filter=_filter(options.filter), columns=columns, order=Order(descending=options.newest_first))
        told(out, session.export(out, form, view, alerts, bom=options.bom), form)


def told(out: Path, number: int, form: str) -> None:
    """How much was written, on standard error: OUT may be standard output."""
    thing = "packet" if form == "pcapng" else "row" if form in ("xlsx", "csv") else "object"
    print(f"{_named(out)}: {counted(number, thing)}", file=sys.stderr)


def _named(out: Path) -> str:
    return out.name if out.name == STDOUT else line(str(out))


def _filter(text: str | None) -> ActivityFilter | None:
    if not text:
        return None
    found = parse(text)
    if isinstance(found, FilterError):
        raise OSError(f"the filter goes wrong at character {found.position + 1}: {found.message}")
    return found


def run_reveal(options: argparse.Namespace) -> int:
    """Print the text with its pseudonyms turned back."""
    session = open_existing(options.workspace)
    try:
        if not session.hide_names(True):
            raise OSError("there is no keyring here that holds their key; where it lies in a file, set WARDLIGHT_PASSPHRASE")
        for text in options.text or sys.stdin:
            print(line(session.reveal(text.rstrip("\n"))))
    finally:
        session.close()
    return 0
