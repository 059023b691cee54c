"""Ask a workspace: activities that match a query, counted by a field, saved queries, SQL that only reads."""

import argparse
import json
import sys
from pathlib import Path

import msgspec

from app.command.analyze import may_write
from app.command.opening import open_existing
from app.command.words import line
from app.engine.export.writing import whole
from app.model.asking import GROUPS, SORTS, Order
from app.model.filter import TABLE, ActivityFilter, FilterError, parse
from app.model.plain_file import text_of
from app.model.rows import ActivityRow
from app.model.saved import SavedQuery, named, read_list, write_list
from app.session import Session, iso

MOST = 1_000_000_000
"""Rows that may be asked for."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [QUERY] [--saved NAME] [--count] [--by FIELD] [--sort FIELD] [--limit N] [--json] ..."""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("query", nargs="?", default="", help="as in the window, such as 'kind:kerberos result:failure time:>-2h'")
    parser.add_argument("--saved", metavar="NAME", help="a query that is kept with the workspace")
    parser.add_argument("--count", action="store_true", help="only how many match")
    parser.add_argument("--by", choices=tuple(GROUPS), help="count by a field")
    parser.add_argument("--sort", choices=tuple(SORTS), default="time")
    parser.add_argument("--descending", action="store_true")
    parser.add_argument("--limit", type=_number, default=100, metavar="N", help="rows that are printed, 100 unless told")
    parser.add_argument("--json", action="store_true", help="JSON lines")
    parser.add_argument("--explain", action="store_true", help="how it is answered, and as which SQL")
    parser.add_argument("--sql", metavar="STATEMENT", help="one statement that reads the views of docs/queries.md")
    parser.add_argument("--keys", action="store_true", help="every key of the language")
    parser.add_argument("--list", action="store_true", help="saved queries")
    parser.add_argument("--save", metavar="NAME", help="keep the query with the workspace under a name")
    parser.add_argument("--folder", default="", help="of the query that is saved")
    parser.add_argument("--pin", action="store_true", help="let it stand above the table")
    parser.add_argument("--remove", metavar="NAME", help="forget a saved query")
    parser.add_argument("--import-queries", type=Path, metavar="FILE", help="add those that were exported")
    parser.add_argument("--export-queries", type=Path, metavar="FILE")


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no number from 1 to {MOST:,}")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Print what is asked for. Raises OSError, StoreError."""
    if options.keys:
        for key in TABLE:
            print(line(f"{key.name:<9} {key.words}; {', '.join((key.example, *(f'{one}:' for one in key.aliases)))}"))
        return 0
    session = open_existing(options.workspace)
    try:
        return _ask(session, options)
    finally:
        session.close()


def _ask(session: Session, options: argparse.Namespace) -> int:
    if options.sql is not None:
        return _sql(session, options)
    if options.list or options.remove or options.import_queries or options.export_queries:
        return _saved(session, options)
    filter = _wanted(_text(session, options))
    if options.save:
        session.save_queries(
            msgspec.convert(
                {"name": options.save, "text": filter.text, "folder": options.folder, "pinned": options.pin}, SavedQuery
            )
        )
    if options.explain:
        explained = session.queries.explain(filter)
        print(explained.way, explained.sql, sep="\n")
    elif options.by:
        found = session.queries.groups(filter, options.by, options.limit)
        for group in found.rows:
            if options.json:
                print(json.dumps(msgspec.to_builtins(group)))
            else:
                print(line(f"{group.count:>12,}  {group.value}  {group.term}"))
        if found.different > len(found.rows):
            print(f"these are the {len(found.rows):,} largest of {found.different:,}; --limit shows more", file=sys.stderr)
        if found.cut:
            print(line(f"Only the first {found.total:,} of {found.cut:,} were counted."), file=sys.stderr)
    elif options.count:
        print(session.queries.count(filter))
    else:
        order = Order(options.sort, options.descending)
        limit = options.limit
        rows = session.queries.slice(filter, 0, limit + 1, order=order)
        for row in rows[:limit]:
            print(json.dumps(msgspec.to_builtins(row)) if options.json else line(_row(row)))
        if len(rows) > limit:
            print(f"more match than these {limit:,}; --limit shows more of them, --count says how many", file=sys.stderr)
        elif not rows:
            print("nothing matches", file=sys.stderr)
    return 0


def _text(session: Session, options: argparse.Namespace) -> str:
    if options.saved is None:
        return str(options.query)
    kept = named(session.saved_queries(), options.saved)
    if kept is None:
        raise OSError(f"No query is saved as {options.saved!r}.")
    return f"({kept.text}) {options.query}".strip() if options.query and kept.text else kept.text or options.query


def _wanted(text: str) -> ActivityFilter:
    found = parse(text)
    if isinstance(found, FilterError):
        raise OSError(f"{found.message} (character {found.position + 1} of {text!r})")
    return found


def _row(row: ActivityRow) -> str:
    who, origin, target = (one.label if one is not None else "-" for one in (row.who, row.origin, row.target))
    return "  ".join((iso(row.at), row.kind, who, f"{origin} > {target}", row.what, row.reason or row.result, row.id))


def _sql(session: Session, options: argparse.Namespace) -> int:
    answer = session.queries.ask_sql(options.sql)
    if answer.error:
        raise OSError(answer.error)
    if not options.json:
        print(line("  ".join(answer.columns)))
    for row in answer.rows[: options.limit]:
        cells = [one.hex() if isinstance(one, bytes) else one for one in row]
        if options.json:
            print(json.dumps(dict(zip(answer.columns, cells, strict=True))))
        else:
            print(line("  ".join("" if one is None else str(one) for one in cells)))
    if answer.cut or len(answer.rows) > options.limit:
        print(f"there are more rows than these {min(options.limit, len(answer.rows)):,}; --limit shows more", file=sys.stderr)
    return 0


def _saved(session: Session, options: argparse.Namespace) -> int:
    if options.import_queries is not None:
        session.save_queries(*read_list(text_of(options.import_queries)))
    if options.remove is not None:
        if named(session.saved_queries(), options.remove) is None:
            raise OSError(f"No query is saved as {options.remove!r}.")
        session.remove_query(options.remove)
    kept = session.saved_queries()
    if options.export_queries is not None:
        may_write(options.export_queries, [options.workspace])
        with whole(options.export_queries) as place:
            place.write_text(write_list(kept), encoding="utf-8")
    if options.list and options.json:
        for one in kept:
            print(json.dumps(msgspec.to_builtins(one)))
    elif options.list:
        for one in kept:
            print(line(f"{one.folder + ' / ' if one.folder else ''}{one.name}{' (pinned)' if one.pinned else ''}  {one.text}"))
        if not kept:
            print("no query is kept with this workspace", file=sys.stderr)
    return 0
