"""Listen to live sources until told to stop: packets of interfaces, syslog, RADIUS accounting, directories, growing captures."""

import argparse
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout, suppress
from math import inf
from pathlib import Path
from secrets import token_hex

import msgspec

from app.command.analyze import add_fail_on, add_strictness, print_totals, tell_others
from app.command.doing import Doing
from app.command.opening import opened
from app.command.raised import Said, as_json, came, in_words, known, tell_raised, tell_rest
from app.command.words import line
from app.link.place import PREFIX
from app.listen import Listener
from app.model.alert import RANK, Alert
from app.model.counting import counted
from app.model.source import (
    CaptureSource,
    DirectorySource,
    GrowingSource,
    HubSource,
    LiveSource,
    RadiusSource,
    ResolverSource,
    SourceState,
    SyslogSource,
)
from app.sensor.live import beside, unwritable

FLAGS = frozenset({"-h", "--help", "--json"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE and its sources."""
    parser.add_argument("workspace", type=Path, help="the workspace that takes it in; made when it is not there")
    parser.add_argument("growing", nargs="*", metavar="-|FILE", help="a capture that is still being written, - is standard input")
    parser.add_argument("--interface", "-i", action="append", default=[], metavar="IF", help="capture here; may be repeated")
    parser.add_argument("--filter", default="", metavar="TEXT", help="pcap filter instead of identity traffic")
    parser.add_argument(
        "--syslog", action="append", default=[], metavar="udp|tcp|tls:[ADDRESS:]PORT",
        help="syslog; on every address of this computer when none is named",
    )  # fmt: skip
    parser.add_argument("--certificate", default="", metavar="PEM", help="of a syslog listener over TLS")
    parser.add_argument("--key", default="", metavar="PEM", help="private key of the certificate")
    parser.add_argument(
        "--radius", action="append", default=[], metavar="[ADDRESS:]PORT", help="RADIUS accounting; needs --secret"
    )
    parser.add_argument("--directory", metavar="URL", help="synchronise a directory, ldaps://host or ldap://host")
    parser.add_argument("--user", default="", help="of the directory")
    parser.add_argument("--authorities", default="", metavar="PEM", help="certificates that the directory's is checked against")
    parser.add_argument(
        "--secret",
        default="",
        metavar="NAME",
        help="what --radius (it must be) or --directory uses: the name under which `wardlight secret NAME` keeps it",
    )
    parser.add_argument(
        "--resolve",
        default="",
        metavar="METHOD[,METHOD]",
        help="ask for names: rpc-ntlm, netbios-status, rdp-tls",
    )
    parser.add_argument("--resolve-dns", default="", dest="dns", metavar="SERVER", help="ask it too when these say nothing")
    parser.add_argument(
        "--hub", action="append", default=[], metavar="NAME|FILE",
        help="what the sensors of a hub send: name of a secret, or a file, with the line of `wardlight hub add-analyst`",
    )  # fmt: skip
    parser.add_argument("--sources", type=Path, metavar="FILE.json", help="sources as a JSON list; files it names lie beside it")
    parser.add_argument("--for", type=_seconds, dest="seconds", metavar="SECONDS", help="stop by itself after this time")
    add_strictness(parser)
    add_fail_on(parser, "an alert came while it listened")
    parser.add_argument("--json", action="store_true", help="print each alert as a JSON object in a line when it is raised")


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 < (seconds := float(text)) < inf:
            return seconds
    raise argparse.ArgumentTypeError(f"{text[:40]} is no number of seconds above 0")


def ordered(words: Sequence[str]) -> list[str]:
    """The words of a call with the workspace and the files first, as argparse wants them; all options but FLAGS have a value."""
    places: list[str] = []
    options: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word.startswith("-") or word == "-":
            places.append(word)
            continue
        options.append(word)
        if word not in FLAGS and "=" not in word and (value := next(rest, None)) is not None:
            options.append(value)
    return [*places, *options]


def run(options: argparse.Namespace) -> int:
    """Returns 0, 2 when an alert at or above --fail-on came meanwhile, 1 when no source ran. Raises OSError, StoreError.

    An alert comes when it was not there before, or has become more severe.
    """
    specs = specs_of(options)
    if not specs:
        raise OSError("nothing to listen to: name an interface, a listener, a directory or a growing file")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    doing = Doing()
    ran: set[str] = set()
    refused: set[str] = set()
    raised: Said = {}
    tell = as_json() if options.json else in_words

    def say(state: SourceState) -> None:
        if state.state == "running" or state.records:
            ran.add(state.id)
        if state.state == "failed":
            refused.add(state.id)
        for words in doing.lines(state, time.monotonic()):
            print(words, file=sys.stderr, flush=True)

    session = opened(options.workspace)
    try:
        session.needs("administrator")
        session.start_notifying()
        before = known(session)
        problems = {one.key: one.problems for one in session.queries.inputs()}
        seen: tuple[Alert, ...] = ()
        listener = Listener(options.workspace, say, options.sensitivity)
        try:
            for spec in specs:
                listener.start(token_hex(6), spec)
            until = time.monotonic() + options.seconds if options.seconds else None
            while listener.running and not stop.is_set() and (until is None or time.monotonic() < until):
                listener.step()
                if (alerts := session.queries.alerts()) is not seen:  # the same object until one changes
                    seen = alerts
                    tell_raised(session, raised, before, tell)
        finally:
            listener.close()
        states = listener.states()
        session.stop_notifying()
        tell_others(session)  # of what the last detection found
        tell_rest(session, raised, before, tell)
        with redirect_stdout(sys.stderr) if options.json else nullcontext():
            print_totals(session, problems)
            for one in states:
                never = "; it never ran" if one.id in refused - ran else ""
                activities = counted(one.activities, "activity", "activities")
                print(f"{line(one.label)}: {one.records:,} received, {activities}, {one.dropped:,} dropped{never}")
        worst = max((RANK[one.severity] for one in came(session, before)), default=0)
    finally:
        session.close()
    if all(one.id in refused - ran for one in states):
        print("wardlight: none of the sources ever ran", file=sys.stderr)
        return 1
    return 2 if worst >= RANK[options.fail_on] else 0


def specs_of(options: argparse.Namespace) -> list[LiveSource]:
    """The sources that the arguments name. Raises OSError with one sentence."""
    specs: list[LiveSource] = []
    if options.sources is not None:
        try:
            listed = msgspec.json.decode(options.sources.read_bytes(), type=list[LiveSource])
        except msgspec.MsgspecError as error:
            raise OSError(f"{options.sources} is no list of sources: {error}") from error
        specs += [beside(one, options.sources.parent) for one in listed]
    if options.interface:
        specs.append(CaptureSource(interfaces=tuple(dict.fromkeys(options.interface)), filter=options.filter))
    specs += [_syslog(text, options) for text in options.syslog]
    for text in options.radius:
        address, port = _place(text, "--radius")
        if not options.secret:
            raise OSError("--radius needs --secret NAME, the shared secret of who sends to it; `wardlight secret NAME` keeps it")
        specs.append(RadiusSource(address=address, port=port, secret=options.secret))
    if options.directory:
        specs.append(
            DirectorySource(url=options.directory, user=options.user, secret=options.secret, authorities=options.authorities)
        )
    if options.resolve or options.dns:
        methods = tuple(filter(None, (one.strip() for one in options.resolve.split(","))))
        if unknown := [one for one in methods if one not in ResolverSource().methods]:
            raise OSError(f"--resolve {unknown[0][:40]} is no method; there are {', '.join(ResolverSource().methods)}")
        specs.append(ResolverSource(methods=methods, server=options.dns))
    for text in dict.fromkeys(options.hub):
        if text.startswith(PREFIX):  # a key: whoever lists processes reads it, and a message would repeat it
            raise OSError("--hub takes the name of a secret or a file that holds the line, not the line itself, which is a key")
        specs.append(HubSource(file=str(Path(text).resolve())) if Path(text).is_file() else HubSource(secret=text))
    for path in dict.fromkeys(options.growing):
        specs.append(GrowingSource(path="-" if path == "-" else str(Path(path).resolve())))
    if why := next(filter(None, map(unwritable, specs)), ""):
        raise OSError(why)
    return [beside(one) for one in specs]


def _syslog(text: str, options: argparse.Namespace) -> SyslogSource:
    transport, _, place = text.partition(":")
    if transport not in ("udp", "tcp", "tls"):
        raise OSError(f"--syslog {text} names no transport of udp, tcp and tls")
    address, port = _place(place, "--syslog")
    if transport == "tls" and not (options.certificate and options.key):
        raise OSError("--syslog tls needs --certificate and --key")
    return SyslogSource(transport=transport, address=address, port=port, certificate=options.certificate, key=options.key)


def _place(text: str, option: str) -> tuple[str, int]:
    """[ADDRESS:]PORT; an IPv6 address may stand in brackets."""
    address, _, port = text.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise OSError(f"{option} {text} names no port")
    return address.strip("[]") or "0.0.0.0", int(port)
