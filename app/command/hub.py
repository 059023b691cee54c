"""Prepare and run the hub between sensors and workspaces: its server, its keys, its certificates."""

import argparse
import shlex
import signal
import socket
import sys
import threading
from pathlib import Path

import msgspec

from app.command.words import line as inert_line
from app.hub import making
from app.hub.configuration import entry
from app.hub.serving import serve
from app.hub.standing import Standing, standing
from app.hub.state import GIBIBYTE, PORT, Folder, HubError, User, Workspace
from app.model.counting import counted
from app.model.moments import iso

REFUSED = 20
"""Refusals that the status shows in words."""
VERBS = ("init", "use", "start", "status", "add-workspace", "add-sensor", "add-analyst", "revoke", "renew")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is done, and its arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--folder", type=Path, metavar="FOLDER", help="where the hub lies; by default in the settings folder")
    kept = argparse.ArgumentParser(add_help=False)
    kept.add_argument("--days", type=int, default=14, help="how long activities are kept (14)")
    kept.add_argument("--gib", type=float, default=20.0, help="how much of them is kept (20)")
    of = argparse.ArgumentParser(add_help=False)
    of.add_argument("--workspace", default="", metavar="NAME", help="needed when the hub has several")

    one = verbs.add_parser("init", parents=[every, kept], help="make a hub with a server of its own")
    one.add_argument("--name", action="append", default=[], metavar="NAME|ADDRESS", help="by which it is found; may be repeated")
    one.add_argument("--listen", default=f"0.0.0.0:{PORT}", metavar="ADDRESS:PORT")
    one.add_argument("--workspace", default="main", metavar="NAME", help="the first one (main)")
    one.add_argument("--fast", action="store_true", help="acknowledge before the disk has it: a power cut may lose two minutes")
    one = verbs.add_parser("use", parents=[every, kept], help="use a NATS cluster that somebody else runs")
    one.add_argument("urls", nargs="+", metavar="tls://HOST:PORT")
    one.add_argument("--workspace", default="main", metavar="NAME")
    _key(one, required=True)
    one.add_argument("--authority", type=Path, metavar="PEM", help="certificates that the cluster's are checked against")
    verbs.add_parser("start", parents=[every], help="run the server until it is told to stop")
    one = verbs.add_parser("status", parents=[every], help="how it is; 1 when it is not reachable")
    one.add_argument("--json", action="store_true")
    one = verbs.add_parser("add-workspace", parents=[every, kept], help="another account, which sees nothing of the others")
    one.add_argument("name")
    _key(one, required=False)
    for role in ("sensor", "analyst"):
        one = verbs.add_parser(f"add-{role}", parents=[every, of], help=f"a key for a{'n' if role == 'analyst' else ''} {role}")
        one.add_argument("name", help="for people")
        one.add_argument(
            "--creds", type=Path, metavar="FILE", help="credentials that a cluster gave for it, instead of a new key"
        )
        one.add_argument("--json", action="store_true")
    one = verbs.add_parser("revoke", parents=[every, of], help="take a key away, at once")
    one.add_argument("which", metavar="NAME|ID")
    one = verbs.add_parser("renew", parents=[every], help="a new certificate of the server")
    one.add_argument("--name", action="append", default=[], metavar="NAME|ADDRESS", help="one more by which it is found")
    one.add_argument("--days", type=int, default=397, help="how long it holds (397)")


def _key(parser: argparse.ArgumentParser, *, required: bool) -> None:
    given = parser.add_mutually_exclusive_group(required=required)
    given.add_argument("--nkey", type=Path, metavar="FILE", help="NKey seed of a user of the cluster who may make streams")
    given.add_argument("--creds", type=Path, metavar="FILE", help="or credentials of such a user")


def run(options: argparse.Namespace) -> int:
    """Returns 0. Raises OSError with one sentence."""
    folder = Folder(options.folder)
    try:
        act = {"init": _init, "use": _use, "start": _start, "status": _status, "add-workspace": _add_workspace,
               "revoke": _revoke, "renew": _renew}.get(options.verb, _add_user)  # fmt: skip
        return act(folder, options)
    except HubError as error:
        raise OSError(str(error)) from error


def _init(folder: Folder, options: argparse.Namespace) -> int:
    address, _, port = options.listen.rpartition(":")
    if not port.isdecimal():
        raise HubError(f"--listen {options.listen} names no port.")
    names = options.name or [socket.getfqdn(), socket.gethostname()]
    hub = making.init(folder, names, address.strip("[]"), int(port), _workspace(options, options.workspace), not options.fast)
    print(f"The hub lies in {folder.path}; it is found at {', '.join(hub.places)}.")
    where = f" --folder {shlex.quote(str(folder.path))}" if options.folder else ""
    print(f"Start it with `wardlight hub start{where}`.")
    print(f"Add what sends with `wardlight hub add-sensor NAME{where}`,")
    print(f"and who reads with `wardlight hub add-analyst NAME{where}`.")
    return 0


def _use(folder: Folder, options: argparse.Namespace) -> int:
    trusted = options.authority.read_text(encoding="ascii") if options.authority else ""
    making.use(folder, options.urls, trusted, _workspace(options, options.workspace), _seed(options))
    print(
        "The streams are made. Keys of sensors and analysts are printed with what is to be put into the cluster's configuration."
    )
    return 0


def _start(folder: Folder, options: argparse.Namespace) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    serve(folder, stop, lambda words: print(inert_line(words), file=sys.stderr, flush=True))
    return 0


def _status(folder: Folder, options: argparse.Namespace) -> int:
    found = standing(folder)
    if options.json:
        print(msgspec.json.encode(found).decode())
        return 0
    for words in told(found):
        print(inert_line(words))
    return 0


def told(found: Standing) -> list[str]:
    """How a hub is, in lines."""
    lines = [f"{', '.join(found.urls)}: {f'server {found.version}' if found.version else 'answers'}"]
    if found.connections is not None:
        lines[0] += f", {counted(found.connections, 'connection')}"
    if found.certificate_days is not None:
        lines.append(f"certificate: {counted(found.certificate_days, 'day')} left")
        lines[-1] += f"; authority: {counted(found.authority_days or 0, 'day')} left"
    for one in found.workspaces:
        share = f" ({one.bytes / one.limit:.0%} of its limit)" if one.limit else ""
        near = "; what is not read goes soon" if one.near else ""
        held = f"{counted(one.messages, 'message')}, {counted(one.bytes, 'byte')}{share}"
        lines.append(f"{one.name}: {held}, kept for {counted(one.days, 'day')}{near}")
        names = {member.id: member.name for member in one.members}
        for reader in one.readers:
            who = names.get(reader.analyst, reader.analyst)
            lines.append(f"  {who} reads: {reader.waiting:,} behind, {reader.unacknowledged:,} not yet stored")
        for member in one.members:
            state = "revoked" if member.revoked else {True: "connected", False: "not connected", None: ""}[member.connected]
            lines.append(f"  {member.role} {member.name} ({member.id}){f': {state}' if state else ''}")
    if len(found.refused) > REFUSED:
        lines.append(f"{counted(len(found.refused), 'refusal')}, the last {REFUSED} of them (--json shows all):")
    for refusal in found.refused[-REFUSED:]:
        last, count = iso(refusal.refusal.last), refusal.refusal.count
        lines.append(f"refused: {refusal.sentence} Last at {last}{f', {count:,} times' if count > 1 else ''}.")
    return lines


def _add_workspace(folder: Folder, options: argparse.Namespace) -> int:
    making.add_workspace(folder, _workspace(options, options.name), _seed(options))
    print(f"The hub has a workspace {options.name} now.")
    return 0


def _add_user(folder: Folder, options: argparse.Namespace) -> int:
    role = "sensor" if options.verb == "add-sensor" else "analyst"
    credentials = _text(options.creds) if options.creds else ""
    user, place = making.add_user(folder, options.workspace, options.name, role, credentials)
    given = making.line(place)
    needed = folder.load()
    if options.json:
        print(msgspec.json.encode({"id": user.id, "name": user.name, "role": role, "line": given, "entry": entry(user)}).decode())
        return 0
    print(given)
    use = "wardlight sensor --join LINE" if role == "sensor" else "paste it in the window, or `wardlight secret NAME`"
    print(f"The line above is the {role}'s key and is shown once: {use}.", file=sys.stderr)
    if not needed.own:
        print(f"Put this user into the cluster's configuration: {_cluster(user)}", file=sys.stderr)
    return 0


def _cluster(user: User) -> str:
    """What whoever runs a cluster must allow a user."""
    return msgspec.json.encode(entry(user)).decode()


def _revoke(folder: Folder, options: argparse.Namespace) -> int:
    gone, told = making.revoke(folder, options.workspace, options.which)
    print(f"The key of {gone.role} {gone.name} ({gone.id}) is revoked.")
    if not folder.load().own:
        print("Take its user out of the cluster's configuration, too: only that ends its connections.", file=sys.stderr)
    elif not told:
        print("No server of this hub runs here, so none was told; the key is refused from its next start.", file=sys.stderr)
    return 0


def _renew(folder: Folder, options: argparse.Namespace) -> int:
    hub = making.renew(folder, options.name, options.days)
    print(f"The certificate of the server holds for {counted(options.days, 'day')}, for {', '.join(hub.names)}.")
    return 0


def _workspace(options: argparse.Namespace, name: str) -> Workspace:
    return Workspace(name=name, days=options.days, bytes=int(options.gib * GIBIBYTE))


def _seed(options: argparse.Namespace) -> str:
    given = options.nkey or options.creds
    return _text(given).strip() if given else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise HubError(f"{path} cannot be read: {error}.") from error
