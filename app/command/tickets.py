"""Kerberos tickets of a workspace on the command line: what issued each one, who showed it where, what is odd about it."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from app.command.opening import open_existing
from app.command.words import line
from app.model.counting import counted
from app.model.tickets import Exchange, Genealogy, TicketNode, etype_name
from app.session import iso

SHORT = 12
"""Characters of a hash that tell tickets apart."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [--account X] [--odd] [--json]"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--account", metavar="X", help=r"only its tickets: name, DOMAIN\name, name@domain, or an entity's key")
    parser.add_argument("--odd", action="store_true", help="only those of two hosts, never issued, altered, or part of an alert")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Print the tickets, each below the one it was got with. Raises OSError, StoreError."""
    session = open_existing(options.workspace)
    try:
        found = session.queries.tickets(session.key_of(options.account) if options.account else "")
    finally:
        session.close()
    tickets = [one for one in found.tickets if one.odd or not options.odd]
    if options.json:
        sys.stdout.buffer.write(msgspec.json.encode(msgspec.structs.replace(found, tickets=tuple(tickets))) + b"\n")
        return 0
    _print(tickets, found)
    return 0


def _print(tickets: list[TicketNode], found: Genealogy) -> None:
    shown = {one.id for one in tickets}
    short = short_names(one.id for one in found.tickets)
    children: dict[str, list[TicketNode]] = {}
    for one in tickets:
        children.setdefault(one.parent if one.parent in shown else "", []).append(one)
    waiting = [(one, 0) for one in reversed(children.get("", []))]
    done: set[str] = set()
    while waiting:
        one, depth = waiting.pop()
        if one.id in done:
            continue
        done.add(one.id)
        _print_one(one, min(depth, 8), short[one.id])
        waiting += [(child, depth + 1) for child in reversed(children.get(one.id, []))]
    more = f", of the first {found.exchanges:,} of {counted(found.total, 'exchange')}" if found.cut else ""
    print(f"{counted(len(tickets), 'ticket')}, {sum(bool(one.odd) for one in tickets):,} of them odd{more}")


def short_names(ids: Iterable[str]) -> dict[str, str]:
    """What each ticket is called: the beginning of its hash; all of it where others begin so, as those of logs without hashes."""
    whole = {one: one.removeprefix("log:") for one in ids}
    often = Counter(one[:SHORT] for one in whole.values())
    return {id: name if often[name[:SHORT]] > 1 else name[:SHORT] for id, name in whole.items()}


def _print_one(one: TicketNode, depth: int, called: str) -> None:
    indent = "  " * depth
    hosts = ", ".join(host.ref.label for host in one.hosts)
    odd = f"  [{', '.join(one.odd)}]" if one.odd else ""
    when = iso(one.issued if one.issued is not None else one.first)
    begun = "issued" if one.issued is not None else "first seen"
    what = {"granting": "TGT", "referral": "referral", "service": "ticket"}[one.kind]
    name = line(f"{what} {called} of {one.name or '?'} for {one.service or '?'}")
    print(f"{indent}{name}  {etype_name(one.etype) or 'encryption not seen'}  {begun} {when}  from {line(hosts) or '?'}{odd}")
    for host in one.apart:
        print(f"{indent}    {line(host.why)}")
    if one.seen != "issued":
        print(f"{indent}    {line(one.about)}")
    for use in one.exchanges:
        if use.deed == "shown":
            print(f"{indent}    {iso(use.at)}  {line(_use(use))}")


def _use(use: Exchange) -> str:
    where = use.target.label if use.target is not None else "?"
    return f"shown to {where} over {use.carrier} from {use.origin.label if use.origin is not None else '?'}: {use.result}"
