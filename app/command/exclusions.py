"""Who detectors pass over: listed, added, removed, taken from a list, written to one; then detection runs again."""

import argparse
import sys
from pathlib import Path

from app.command.analyze import may_write
from app.command.opening import open_existing
from app.command.words import line
from app.engine.export.writing import whole
from app.model.counting import counted
from app.model.exclusion import KINDS, Exclusion, ExclusionError
from app.model.plain_file import MOST, decoded, text_of
from app.session import Session, detector_ids, iso, moment


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE list|add|remove|on|off|import|export"""
    parser.add_argument("workspace", type=Path)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="all exclusions, those that the program brings too")
    listing.add_argument("--json", action="store_true")
    adding = verbs.add_parser("add", help="pass over a party")
    adding.add_argument("kind", choices=KINDS)
    adding.add_argument("value")
    _common(adding)
    for verb, words in (("remove", "forget exclusions"), ("on", "let exclusions count"), ("off", "let exclusions not count")):
        changing = verbs.add_parser(verb, help=words)
        changing.add_argument("ids", nargs="+", metavar="ID")
        changing.add_argument("--no-detect", action="store_true", help="leave the alerts as they are until detection runs again")
    taking = verbs.add_parser("import", help="add all of a list: CSV, JSON, or one value on a line")
    taking.add_argument("list", nargs="?", type=Path, metavar="FILE", help="standard input when it is left out, or -")
    taking.add_argument("--kind", choices=KINDS, default="", help="kind of values that stand alone")
    _common(taking)
    giving = verbs.add_parser("export", help="write all of them")
    giving.add_argument("out", nargs="?", type=Path, metavar="OUT", help="standard output when it is left out, or -")
    giving.add_argument("--format", choices=("csv", "json"), default="csv")


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--detector", default="*", help="id of a detector; all of them when it is left out")
    parser.add_argument("--reason", default="")
    parser.add_argument("--expires", default="", metavar="DATE", help="day or time from which on it does not count")
    parser.add_argument("--no-detect", action="store_true", help="leave the alerts as they are until detection runs again")


def run(options: argparse.Namespace) -> int:
    """Returns 0; 1 when a line of a list could not be used. Raises OSError, StoreError."""
    session = open_existing(options.workspace)
    try:
        if options.verb == "list":
            _list(session, options.json)
            return 0
        if options.verb == "export":
            text = session.export_exclusions(options.format)
            if options.out is None or str(options.out) == "-":
                sys.stdout.write(text)
            else:
                may_write(options.out, [options.workspace])
                with whole(options.out) as place:
                    place.write_text(text, encoding="utf-8")
            return 0
        try:
            refused = _change(session, options)
        except ExclusionError as error:
            raise OSError(str(error)) from None
        if not options.no_detect:
            session.detect_here()
            print(f"{counted(len(session.queries.alerts()), 'alert')}, {len(session.queries.hidden_alerts())} hidden")
    finally:
        session.close()
    for sentence in refused:
        print(f"wardlight: {line(sentence)}", file=sys.stderr)
    return 1 if refused else 0


def _change(session: Session, options: argparse.Namespace) -> list[str]:
    """Do it; sentences about what could not be used."""
    if options.verb in ("add", "import") and options.detector not in ("*", *detector_ids()):
        raise OSError(f"there is no detector {options.detector[:60]}; the command coverage lists them by their titles")
    if options.verb == "add":
        one = session.exclude(options.detector, options.kind, options.value, options.reason, moment(options.expires))
        print(f"{one.id}  {_words(one)}")
        return []
    if options.verb == "import":
        if options.list is None or str(options.list) == "-":
            text = decoded(sys.stdin.read(MOST).encode("utf-8", "surrogateescape"), "standard input")
        else:
            text = text_of(options.list)
        number, refused = session.import_exclusions(text, options.detector, options.kind, options.reason, moment(options.expires))
        print(f"{counted(number, 'exclusion is', 'exclusions are')} new or changed")
        return refused
    ids = [_found(session, one) for one in options.ids]
    if options.verb == "remove":
        print(f"{session.remove_exclusions(ids)} removed")
        return []
    for id in ids:
        session.switch_exclusion(id, options.verb == "on")
    return []


def _found(session: Session, id: str) -> str:
    near = [one.id for one in session.exclusions() if id and one.id.startswith(id.lower())]
    if len(near) != 1:
        raise OSError(f"{'no exclusion' if not near else f'{len(near)} exclusions'} of which the id begins with {id[:40]}")
    return near[0]


def _list(session: Session, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(session.export_exclusions("json"))
        return
    for one in session.exclusions():
        print(f"{one.id}  {'on ' if one.on else 'off'}  {_words(one)}")


def _words(one: Exclusion) -> str:
    detector = "every detector" if one.detector == "*" else one.detector
    until = f", until {iso(one.expires)}" if one.expires else ""
    by = "brought by the program" if one.shipped else f"by {one.by}" if one.by else ""
    return line(f"{one.kind} {one.value} ({detector}{until}){f': {one.reason}' if one.reason else ''}{f' [{by}]' if by else ''}")
