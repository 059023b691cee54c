"""The command line that does what is on screen: one table from actions to lines, quoted for a shell."""

import re
import shlex
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from app.model.paths import HOUR
from app.model.source import (
    CaptureSource,
    DirectorySource,
    GrowingSource,
    LiveSource,
    RadiusSource,
    ResolverSource,
    SyslogSource,
)
from app.model.tuning import Tuning
from app.ui.navigation import Route

PROGRAM = "wardlight"
KEPT_AS = "case.wardlight"
"""Stands for a case that was not kept in a file yet."""
MOST_INPUTS = 200
_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./\\-]+")
# What a terminal acts on, or what hides or reorders what stands in the line, cannot be pasted safely, quoted or not.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_UNSAFE_WINDOWS = re.compile('["%!`$]')


class Place(NamedTuple):
    """What a line is made from. workspace: path, KEPT_AS while there is none; inputs: paths of what was read.

    live: the live sources of the case. tuning: what holds for the detectors, and what is to hold; None when nobody changes it.
    """

    route: Route
    workspace: str = KEPT_AS
    inputs: tuple[str, ...] = ()
    live: tuple[LiveSource, ...] = ()
    tuning: tuple[Tuning, Tuning] | None = None


class Line(NamedTuple):
    """One line that can be copied. action: id of the action that does the same, "" when only pages do."""

    action: str
    words: str
    arguments: tuple[str, ...]


class Unsafe(ValueError):
    """A name in the line would act on the terminal into which it is pasted."""


Make = Callable[[Place], Sequence[str] | None]


class _Row(NamedTuple):
    action: str
    words: str
    pages: tuple[str, ...]
    make: Make


def _option(name: str, value: str) -> str:
    """One word, so that a value that begins with a hyphen is none of our options."""
    return f"{name}={value}"


def _export(place: Place) -> Sequence[str]:
    text = place.route.option("filter")
    more = (_option("--filter", text),) if text else ()
    return "export", "--what", "activities", "--format", "jsonl", *more, place.workspace, "activities.jsonl"


def _of_entity(place: Place) -> Sequence[str] | None:
    quoted = f'"{place.route.key}"' if re.search(r"[\s()]", place.route.key) else place.route.key
    if not place.route.key or '"' in place.route.key:
        return None
    return (
        "export",
        "--what",
        "activities",
        "--format",
        "jsonl",
        _option("--filter", f"entity:{quoted}"),
        place.workspace,
        "entity.jsonl",
    )


def _alert(*more: str) -> Make:
    def make(place: Place) -> Sequence[str] | None:
        return ("alert", *more, place.workspace, place.route.key) if place.route.key else None

    return make


def _proof(place: Place) -> Sequence[str] | None:
    key = place.route.key
    return ("proof", place.workspace, key, f"proof-{key[:12]}.zip") if key else None


def _replay(place: Place) -> Sequence[str] | None:
    return ("replay", f"proof-{place.route.key[:12]}.zip") if place.route.key else None


def _coverage(place: Place) -> Sequence[str]:
    more = (_option("--detector", place.route.key),) if place.route.key else ("--controllers",)
    return "coverage", *more, place.workspace


def _tickets(place: Place) -> Sequence[str] | None:
    if place.route.page == "entity" and not place.route.key.startswith("user:"):
        return None
    account = place.route.key if place.route.page == "entity" else place.route.option("account")
    return "tickets", *((_option("--account", account),) if account else ()), place.workspace


def _paths(place: Place) -> Sequence[str] | None:
    route = place.route
    here = route.page == "paths"
    way = "--from" if here and route.option("way") == "from" else "--to"
    more = [_option(way, route.key)] if route.key else []
    at, window = (route.option("at"), route.option("window")) if here else ("", "")
    if at.isdigit():
        more.append(_option("--at", datetime.fromtimestamp(int(at) // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S")))
    if window.isdigit():
        more.append(_option("--window", f"{int(window) // HOUR}h" if int(window) else "all"))
    return "paths", *more, place.workspace


def _tag(tag: str) -> Make:
    def make(place: Place) -> Sequence[str] | None:
        return ("tag", place.workspace, place.route.key, tag, "on") if place.route.key else None

    return make


def _analyze(place: Place) -> Sequence[str] | None:
    if not place.inputs or len(place.inputs) > MOST_INPUTS:
        return None
    return "analyze", _option("--workspace", place.workspace), "--", *place.inputs


def _listen(place: Place) -> Sequence[str] | None:
    words: list[str] = []
    for one in place.live:
        words += _source(one)
    growing = [one.path for one in place.live if isinstance(one, GrowingSource)]
    return ("listen", *words, place.workspace, *growing) if words or growing else None


def _source(one: LiveSource) -> list[str]:
    if isinstance(one, CaptureSource):
        return [
            *(_option("--interface", name) for name in one.interfaces),
            *([_option("--filter", one.filter)] if one.filter else []),
        ]
    if isinstance(one, SyslogSource):
        keys = [_option("--certificate", one.certificate), _option("--key", one.key)] if one.transport == "tls" else []
        return [_option("--syslog", f"{one.transport}:{_at(one.address, one.port)}"), *keys]
    if isinstance(one, RadiusSource):
        return [_option("--radius", _at(one.address, one.port)), *([_option("--secret", one.secret)] if one.secret else [])]
    if isinstance(one, DirectorySource):
        given = (("--user", one.user), ("--secret", one.secret), ("--authorities", one.authorities))
        return [_option("--directory", one.url), *(_option(name, value) for name, value in given if value)]
    if isinstance(one, ResolverSource):
        return [_option("--resolve", ",".join(one.methods)), *([_option("--resolve-dns", one.server)] if one.server else [])]
    return []  # a growing file is named behind the workspace; sources of Windows have no words on the command line


def _at(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def changes(before: Tuning, after: Tuning) -> list[str]:
    """Options of tune and what-if that make one tuning the other."""
    words: list[str] = []
    dropped = {key for key in before.levels if key not in after.levels}
    dropped |= {key.partition(".")[0] for key in before.values if key not in after.values}
    words += [_option("--reset", key) for key in sorted(dropped)]
    levels = {key: level for key, level in after.levels.items() if before.levels.get(key) != level or key in dropped}
    words += [_option("--level", f"{key}={level}") for key, level in sorted(levels.items())]
    values = {
        key: value for key, value in after.values.items() if before.values.get(key) != value or key.partition(".")[0] in dropped
    }
    words += [_option("--set", f"{key}={value:.15g}") for key, value in sorted(values.items())]
    words += [_option("--off", key) for key in sorted(after.off - (before.off - dropped))]
    words += [_option("--on", key) for key in sorted(before.off - after.off - dropped)]
    if before.sensitivity != after.sensitivity:
        words += ["--sensitivity", after.sensitivity]
    if before.test_mode != after.test_mode:
        words += ["--test-mode", "on" if after.test_mode else "off"]
    return words


def _tune(command: str) -> Make:
    def make(place: Place) -> Sequence[str] | None:
        words = changes(*place.tuning) if place.tuning is not None else []
        return (command, *words, place.workspace) if words else None

    return make


def _whole(*words: str, out: str = "") -> Make:
    return lambda place: (*words, place.workspace, *((out,) if out else ()))


ALERTS = ("alert", "alerts")
TABLE: tuple[_Row, ...] = (
    _Row("activities.export", "Save these activities", ("activities",), _export),
    _Row("alert.proof", "Save the proof of this alert", ALERTS, _proof),
    _Row("", "Run the proof again", ("alert",), _replay),
    _Row("", "What was done with this alert", ALERTS, _alert("--history")),
    _Row("alert.true", "Classify: true positive", ALERTS, _alert("--classify", "true positive")),
    _Row("alert.benign", "Classify: benign true positive", ALERTS, _alert("--classify", "benign true positive")),
    _Row("alert.false", "Classify: false positive", ALERTS, _alert("--classify", "false positive")),
    _Row("alert.close", "Close the alert", ALERTS, _alert("--close")),
    _Row("alert.suppress", "Suppress the alert", ALERTS, _alert("--suppress")),
    _Row("alert.reopen", "Open the alert again", ALERTS, _alert("--reopen")),
    _Row("alert.delete", "Delete the alert", ALERTS, _alert("--delete")),
    _Row("go.alerts", "List the alerts and incidents", ("alerts", "incident", "overview"), _whole("alerts")),
    _Row("", "Save the activities of this entity", ("entity", "graph"), _of_entity),
    _Row("", "Tag it as sensitive", ("entity",), _tag("sensitive")),
    _Row("", "Tag it as a honeytoken", ("entity",), _tag("honeytoken")),
    _Row("go.tickets", "List Kerberos tickets", ("tickets", "entity"), _tickets),
    _Row("go.paths", "Lateral movement paths", ("paths", "entity"), _paths),
    _Row("go.coverage", "What could have been seen", ("coverage", "overview"), _coverage),
    _Row("", "What would change", ("settings",), _tune("what-if")),
    _Row("", "Set the detectors so", ("settings",), _tune("tune")),
    _Row("", "List the detectors as they are set", ("settings",), _whole("detectors")),
    _Row("go.exclusions", "List the exclusions", ("exclusions", "settings"), lambda at: ("exclusions", at.workspace, "list")),
    _Row("", "Export the exclusions", ("exclusions",), lambda at: ("exclusions", at.workspace, "export", "exclusions.csv")),
    _Row("go.history", "List what was done", ("history",), _whole("undo", "--list")),
    _Row("undo", "Undo what was done last", ("history",), _whole("undo")),
    _Row("source.add", "Listen to the same sources", ("sources",), _listen),
    _Row("open.files", "Read the same evidence", (), _analyze),
    _Row("", "Write the summary report", ("reports",), _whole("report", "--report", "summary", out="summary.xlsx")),
    _Row("", "Write the changes of sensitive groups", ("reports",), _whole("report", "--report", "groups", out="groups.xlsx")),
    _Row("", "Deliver notices", ("settings",), _whole("notify")),
    _Row("report.save", "Save the report", (), _whole("export", "--format", "html", out="report.html")),
)
"""In the order in which they are offered; no pages: on every page."""


def lines(place: Place) -> list[Line]:
    """Lines for what is on screen, those of the page first."""
    found = []
    for row in TABLE:
        if not row.pages or place.route.page in row.pages:
            made = row.make(place)
            if made is not None:
                found.append(Line(row.action, row.words, tuple(made)))
    return found


def written(line: Line, windows: bool = sys.platform == "win32") -> str:
    """The line for a shell of this system. Raises Unsafe."""
    return " ".join([PROGRAM, *(_quoted(word, windows) for word in line.arguments)])


def _quoted(word: str, windows: bool) -> str:
    if _UNSAFE.search(word) or (windows and _UNSAFE_WINDOWS.search(word)):
        raise Unsafe("A name in it holds characters on which a terminal would act; it cannot be copied safely.")
    if not windows:
        return shlex.quote(word)
    if word and _PLAIN.fullmatch(word):
        return word
    tail = "\\" * (len(word) - len(word.rstrip("\\")))  # before the closing quotation mark backslashes count twice
    return f'"{word}{tail}"'
