"""Workspaces on the command line: listed, made, renamed, deleted, restored, packed; their limits, roles and history."""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from app import settings as stored
from app.command.opening import open_existing
from app.command.words import line
from app.model.counting import counted, size
from app.model.workspace import ROLES, Binned, Outlook, Retention, WorkspaceRow, of_mebibytes
from app.session import Session, StoreError, iso, workspaces
from app.settings import Settings

FAULTY = 2
"""Exit status of a check that found something."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """VERB and what it needs"""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, words: str, *places: str) -> argparse.ArgumentParser:
        one = verbs.add_parser(name, help=words)
        for place in places:
            one.add_argument(place, metavar=place.upper())
        return one

    verb("list", "workspaces that were opened here, and those in the folder of workspaces").add_argument(
        "--json", action="store_true"
    )
    verb("create", "make an empty workspace", "workspace")
    verb("rename", "another name, or another folder on the same disk", "workspace", "new")
    deleting = verb("delete", "move to the bin, which keeps three", "workspace")
    deleting.add_argument("--yes", action="store_true", help="also when the oldest in the bin goes for good")
    verb("bin", "deleted workspaces that can be restored").add_argument("--json", action="store_true")
    restoring = verb("restore", "bring a deleted workspace back", "name")
    restoring.add_argument("--as", dest="other", default="", metavar="NAME", help="under another name")
    retaining = verb("retain", "remove what is older, or more, than the workspace shall keep", "workspace")
    retaining.add_argument("--days", type=int, help="set how many days activities are kept, 0 for no limit")
    retaining.add_argument("--mb", type=int, help="set how large the file may be, in MB, 0 for no limit")
    retaining.add_argument("--mib", type=int, help=argparse.SUPPRESS)  # as it was called
    retaining.add_argument("--dry-run", action="store_true", help="only say what would go; nothing is set or removed")
    retaining.add_argument("--json", action="store_true")
    verb("compact", "write the file anew without the room that removed things left", "workspace")
    checking = verb("check", "look all of it through", "workspace")
    checking.add_argument("--mend", action="store_true", help="count anew what can be counted from the activities")
    checking.add_argument("--json", action="store_true")
    verb("repack", "remove the packets kept of live traffic, and compact", "workspace")
    copying = verb("copies", "copies from before it was brought up to date", "workspace")
    copying.add_argument("--remove", action="store_true", help="remove them")
    packing = verb("pack", "write one file for another machine", "workspace", "out")
    packing.add_argument("--no-packets", action="store_true", help="without the packets kept of live traffic")
    unpacking = verb("unpack", "bring a packed workspace here", "archive")
    unpacking.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="the folder of workspaces when it is left out")
    unpacking.add_argument("--as", dest="other", default="", metavar="NAME", help="under another name")
    roles = verb("roles", "who of this machine may do what", "workspace")
    roles.add_argument(
        "--set", action="append", default=[], metavar="USER=ROLE", help=f"{', '.join(ROLES)}; * for everybody else"
    )
    roles.add_argument("--remove", action="append", default=[], metavar="USER", help="take the role of a user away")
    roles.add_argument("--json", action="store_true")
    audit = verb("audit", "what was done with it, by whom, the newest first", "workspace")
    audit.add_argument("--json", action="store_true")


def run(options: argparse.Namespace) -> int:
    """Returns 0; 2 when a check found something. Raises OSError, StoreError with one sentence."""
    settings = stored.load()
    verbs: dict[str, Callable[[argparse.Namespace, Settings], int]] = {
        "list": _list, "create": _create, "rename": _rename, "delete": _delete, "bin": _bin, "restore": _restore,
        "retain": _retain, "compact": _compact, "check": _check, "repack": _repack, "pack": _pack, "unpack": _unpack,
        "roles": _roles, "audit": _audit, "copies": _copies,
    }  # fmt: skip
    return verbs[options.verb](options, settings)


def _place(options: argparse.Namespace, settings: Settings) -> Path:
    path = workspaces.place_of(options.workspace, settings)
    if not path.is_file():
        raise FileNotFoundError(f"no such workspace: {path}")
    return path


# ---- listed, made, moved


def _list(options: argparse.Namespace, settings: Settings) -> int:
    rows = workspaces.known_workspaces(settings)
    if options.json:
        _json({"workspaces": [msgspec.to_builtins(one) | _times(one) for one in rows]})
        return 0
    for one in rows:
        holds = f"{counted(one.activities, 'activity', 'activities')}, {counted(one.alerts, 'open alert')}{_span(one)}"
        print(line(f"{one.path}  {size(one.bytes)}, {holds}"))
        for words in _words(one):
            print(f"    {line(words)}")
    if not rows:
        print(f"no workspaces; `wardlight workspace create NAME` makes one in {line(str(workspaces.folder_of(settings)))}")
    return 0


def _words(one: WorkspaceRow) -> list[str]:
    words = [f"{one.state}: {one.why}"] if one.state != "ready" else [one.why] if one.why else []
    days = workspaces.unfed(one, time.time_ns() // 1000)
    if days is not None:
        words.append(f"no sensor was heard for {days:,} days: delete it when it is not needed any more, or connect its sensors")
    if one.copies:
        words.append(f"copies from before it was brought up to date: {one.copies}, {size(one.earlier)}")
    if one.retention:
        words.append(limits_in_words(one.retention))
    return words


def _span(one: WorkspaceRow) -> str:
    return f", {(iso(one.first) or '')[:10]} to {(iso(one.last) or '')[:10]}" if one.first is not None else ""


def _times(one: WorkspaceRow) -> dict[str, str | None]:
    return {name: iso(getattr(one, name)) for name in ("first", "last", "fed", "opened")}


def _create(options: argparse.Namespace, settings: Settings) -> int:
    path = workspaces.place_of(options.workspace, settings)
    path = path.with_name(workspaces.named(path.name))
    if path.exists():
        raise FileExistsError(f"There is something called {path.name} in {path.parent} already.")
    if path.parent == workspaces.folder_of(settings):  # the program's own: nobody else would make it
        path.parent.mkdir(parents=True, exist_ok=True)
    elif not path.parent.is_dir():  # as mkdir and every other command: a slip of the pen makes no folders
        raise FileNotFoundError(f"There is no folder {path.parent}; make it first.")
    Session.open(path).close()
    print(line(str(path)))
    return 0


def _rename(options: argparse.Namespace, settings: Settings) -> int:
    path, new = _place(options, settings), Path(options.new).expanduser()
    target = path.with_name(options.new) if new.name == options.new else new
    before = path.absolute()
    after = workspaces.rename(path, target).absolute()
    stored.save(workspaces.moved(stored.load(), before, after))
    print(line(str(after)))
    return 0


def _delete(options: argparse.Namespace, settings: Settings) -> int:
    path = _place(options, settings).absolute()
    folders = [*workspaces.folders(settings), path.parent]
    going = workspaces.leaving(folders)
    if going and not options.yes:
        names = ", ".join(one.name for one in going)
        raise OSError(f"the bin keeps three: {names} would go for good (--yes lets it go, restore brings it back before)")
    gone = workspaces.delete(path, folders)
    stored.save(workspaces.forgotten(stored.load(), path, path.parent))
    for one in going:
        print(line(f"{one.name} is gone for good"))
    print(line(f"{gone.name} is in the bin; `wardlight workspace restore {gone.name}` brings it back"))
    return 0


def _bin(options: argparse.Namespace, settings: Settings) -> int:
    found = workspaces.binned(workspaces.folders(settings))
    if options.json:
        _json({"bin": [msgspec.to_builtins(one) | {"at": iso(one.at)} for one in found]})
        return 0
    for one in found:
        print(
            line(
                f"{one.name}  {size(one.bytes)}, from {one.folder}, deleted {(iso(one.at) or '')[:19]} by {one.who or 'somebody'}"
            )
        )
    print(f"{counted(len(found), 'deleted workspace')}; three are kept")
    return 0


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    one = _found(options.name, workspaces.binned(workspaces.folders(settings)))
    print(line(str(workspaces.restore(one, options.other))))
    return 0


def _found(name: str, entries: tuple[Binned, ...]) -> Binned:
    near = [one for one in entries if name in (one.name, one.place, one.name.removesuffix(workspaces.SUFFIX))]
    if not near:
        raise OSError(f"the bin holds no {name[:80]}; `wardlight workspace bin` lists what it holds")
    return near[0]  # of two with one name the one that was deleted last


# ---- limits


def _retain(options: argparse.Namespace, settings: Settings) -> int:
    session = open_existing(_place(options, settings))
    try:
        limits = session.retention()
        large = options.mb if options.mib is None else of_mebibytes(options.mib)
        wanted = Retention(days=limits.days if options.days is None else options.days, mb=limits.mb if large is None else large)
        outlook = session.outlook(wanted)
        if not options.dry_run:
            if wanted != limits:
                session.set_retention(wanted)
            session.retain_here()
            after = session.outlook(wanted)
        else:
            after = outlook
    finally:
        session.close()
    if options.json:
        times = {name: iso(getattr(outlook, name)) for name in ("until", "oldest", "newest", "due")}
        said = msgspec.to_builtins(outlook) | times | {"used_after": after.used}
        _json(
            {
                "retention": msgspec.to_builtins(wanted),
                "dry_run": options.dry_run,
                "removed" if not options.dry_run else "would_go": said,
            }
        )
        return 0
    print(limits_in_words(wanted))
    print(_going(outlook, options.dry_run))
    return 0


def _going(one: Outlook, would: bool) -> str:
    if one.until is None:
        return "nothing is too old or too much"
    verb = "would be removed" if would else "was removed" if one.activities == 1 else "were removed"
    kept = counted(one.kept, "older one stays", "older ones stay")
    stay = f"; {kept}, for alerts and notes rest on {'it' if one.kept == 1 else 'them'}" if one.kept else ""
    return f"{counted(one.activities, 'activity', 'activities')} before {(iso(one.until) or '')[:16]}Z {verb}{stay}"


def limits_in_words(limits: Retention) -> str:
    """How long activities are kept."""
    parts = [f"{limits.days:,} days"] if limits.days else []
    parts += [f"while the file holds at most {limits.mb:,} MB"] if limits.mb else []
    return (
        f"activities are kept {'for ' if limits.days else ''}{' and '.join(parts)}" if parts else "activities are kept for ever"
    )


# ---- looked after


def _compact(options: argparse.Namespace, settings: Settings) -> int:
    before, after = workspaces.compact(_place(options, settings))
    print(f"{size(before)} before, {size(after)} now")
    return 0


def _repack(options: argparse.Namespace, settings: Settings) -> int:
    before, after = workspaces.repack(_place(options, settings))
    print(f"{size(before)} with packets before, {size(after)} without now")
    return 0


def _copies(options: argparse.Namespace, settings: Settings) -> int:
    path = _place(options, settings)
    if options.remove:
        gone, freed = workspaces.drop_copies(path)
        print(f"{counted(gone, 'copy', 'copies')} removed, {size(freed)}")
        return 0
    found = workspaces.earlier_copies(path)
    for one in found:
        print(line(f"{one}  {size(one.stat().st_size)}"))
    print(f"{counted(len(found), 'copy', 'copies')} from before it was brought up to date")
    return 0


def _check(options: argparse.Namespace, settings: Settings) -> int:
    path = _place(options, settings)
    found = workspaces.mend(path) if options.mend else workspaces.check(path)
    if options.json:
        _json(msgspec.to_builtins(found))
        return FAULTY if found.faults else 0
    for one in found.faults:
        print(line(f"{one.what}{' (--mend counts it anew)' if one.mends else ''}"))
    activities, files = counted(found.activities, "activity", "activities"), counted(found.files, "file")
    print(f"{activities}, {files} of packets, {counted(len(found.faults), 'fault')}")
    return FAULTY if found.faults else 0


def _pack(options: argparse.Namespace, settings: Settings) -> int:
    path, out = _place(options, settings), Path(options.out).expanduser()
    if out.exists():
        raise FileExistsError(f"There is a file {out} already.")
    if not out.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {out.parent}.")
    number = workspaces.pack(path, out, packets=not options.no_packets)
    print(line(f"{out}  {size(number)}"))
    return 0


def _unpack(options: argparse.Namespace, settings: Settings) -> int:
    folder = options.folder
    if folder is None:
        folder = workspaces.folder_of(settings)
        folder.mkdir(parents=True, exist_ok=True)
    print(line(str(workspaces.unpack(Path(options.archive).expanduser(), folder, options.other))))
    return 0


# ---- who


def _roles(options: argparse.Namespace, settings: Settings) -> int:
    session = open_existing(_place(options, settings))
    try:
        for text in options.set:
            who, _, role = text.rpartition("=")
            if role not in ROLES:
                raise StoreError(f"{role[:40]!r} is no role; there are {', '.join(ROLES)}.")
            session.set_role(who, role)
        for who in options.remove:
            session.set_role(who, None)
        roles, mine = session.roles(), session.plain.role()
    finally:
        session.close()
    if options.json:
        _json({"roles": roles, "mine": mine})
        return 0
    for who, role in roles.items():
        print(line(f"{'everybody else' if who == '*' else who}: {role}"))
    why = "" if roles else ", as everybody is while there are no roles"
    print(f"you are {'a' if mine != 'administrator' else 'an'} {mine}{why}")
    return 0


def _audit(options: argparse.Namespace, settings: Settings) -> int:
    session = open_existing(_place(options, settings))
    try:
        acts = session.history()
    finally:
        session.close()
    if options.json:
        _json({"acts": [msgspec.to_builtins(one) | {"at": iso(one.at)} for one in acts]})
        return 0
    for one in acts:
        mark = " (undone)" if one.undone else f" (undoes or repeats {one.reverses})" if one.reverses else ""
        print(
            line(f"{one.id:6}  {(iso(one.at) or '')[:19]}  {one.who or 'somebody'}  {one.what}: {one.words or one.subject}{mark}")
        )
    return 0


def _json(value: dict[str, Any]) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value)).decode() + "\n")
