"""Alerts of a workspace on the command line: listed, closed, suppressed, deleted, classified; everything undone."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec

from app.command.opening import open_existing
from app.command.words import line
from app.model.act import DONE, Act
from app.model.alert import RANK, Alert, Classification, State, plain
from app.model.counting import counted
from app.model.exclusion import Exclusion
from app.model.tuning import Tuning
from app.session import Session, iso, story

SHOWN = ("open", "suppressed", "closed", "deleted", "excluded")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [--state ...] [--json]"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument(
        "--state",
        choices=(*SHOWN, "all"),
        action="append",
        help="only these; may be given again",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object with alerts and incidents")


def add_alert_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE ID and what is said of it"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("id", help="id of the alert, or enough of its beginning")
    state = parser.add_mutually_exclusive_group()
    for word, value in (("close", "closed"), ("suppress", "suppressed"), ("delete", "deleted"), ("reopen", "open")):
        state.add_argument(f"--{word}", dest="state", action="store_const", const=value)
    parser.add_argument("--classify", choices=get_args(Classification), metavar="CLASS", help=", ".join(get_args(Classification)))
    parser.add_argument("--note", help="what was found, for the report")
    parser.add_argument("--history", action="store_true", help="print what was done with it")
    parser.add_argument("--json", action="store_true")


def add_undo_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE [ACT] [--redo] [--list]"""
    parser.add_argument("workspace", type=Path)
    parser.add_argument("act", type=int, nargs="?", help="number of an act as --list prints it; without it, the last one")
    parser.add_argument("--redo", action="store_true", help="do again what was undone")
    parser.add_argument("--list", action="store_true", help="print the history, the newest first")
    parser.add_argument("--json", action="store_true", help="with --list: print JSON")


def run(options: argparse.Namespace) -> int:
    """List alerts and incidents. Raises OSError, StoreError."""
    session = open_existing(options.workspace)
    try:
        wanted = set(options.state or ("open", "suppressed", "closed"))
        every = (*session.queries.alerts(), *session.queries.hidden_alerts())
        alerts = [one for one in every if "all" in wanted or state(one) in wanted]
        alerts.sort(key=lambda one: (-RANK[one.severity], one.finding.first, one.id))
        ids = {one.id for one in alerts}
        incidents = [one for one in session.queries.incidents() if not ids.isdisjoint(one.alerts)]
        exclusions = {one.id: one for one in session.exclusions()}
        hidden = len(session.queries.hidden_alerts())
    finally:
        session.close()
    if options.json:
        stories = [story(one) for one in incidents]
        _print({"alerts": [_row(one, exclusions) for one in alerts], "incidents": stories, "hidden": hidden})
        return 0
    for one in alerts:
        print(f"{one.id}  {one.severity.upper():6}  {_time(one.finding.first)}  {state(one):10}  {line(one.title)}")
        if one.finding.story:
            print(f"{'':18}{line(plain(one.finding.story[0]))}")
        if one.excluded:
            print(f"{'':18}{line(why(exclusions.get(one.excluded)))}")
    for incident in incidents:
        print(f"incident {incident.id}  {incident.severity.upper():6}  {_time(incident.first)}  {line(incident.title)}")
        print(f"{'':10}{', '.join(incident.alerts)}")
    hint = f"{hidden} hidden (deleted or excluded; --state all shows them)" if hidden else "none hidden"
    print(f"{counted(len(alerts), 'alert')}, {counted(len(incidents), 'incident')}, {hint}")
    return 0


def run_alert(options: argparse.Namespace) -> int:
    """Say something of an alert, or print it. Raises OSError, StoreError."""
    session = open_existing(options.workspace)
    try:
        id = found(session, options.id)
        if options.state is not None or options.classify is not None or options.note is not None:
            session.change_alert(id, state=options.state, classification=options.classify, note=options.note)
        alert = session.queries.alert(id)
        exclusions, acts = {one.id: one for one in session.exclusions()}, session.history(id)
        incident = session.queries.incident(id)
    finally:
        session.close()
    assert alert is not None  # it was found
    if options.json:
        more = {"incident": incident.id if incident else None, "history": [_act(one) for one in acts]}
        _print(_row(alert, exclusions) | more)
        return 0
    print(f"{alert.id}  {alert.severity.upper():6}  {state(alert)}, {alert.classification}  {line(alert.title)}")
    for sentence in alert.finding.story:
        print(f"{'':18}{line(plain(sentence))}")
    if alert.note:
        print(f"{'':18}note: {line(alert.note)}")
    if alert.excluded:
        print(f"{'':18}{line(why(exclusions.get(alert.excluded)))}")
    if incident is not None:
        print(f"{'':18}part of incident {incident.id}: {line(incident.title)}")
    if options.history:
        _print_acts(acts)
    return 0


def run_undo(options: argparse.Namespace) -> int:
    """Undo, do again, or print the history. Raises OSError, StoreError."""
    session = open_existing(options.workspace)
    try:
        if options.list:
            acts = session.history()
            if options.json:
                _print([_act(one) for one in acts])
            else:
                _print_acts(acts)
                if not acts:
                    print("nothing was done in this workspace yet", file=sys.stderr)
            return 0
        done = session.redo(options.act) if options.redo else session.undo(options.act)
        changed = any(one.what in ("exclusion", "tag", "tuning") for one in done)
        if changed:
            session.detect_here()
    finally:
        session.close()
    for one in done:
        print(f"{'done again' if options.redo else 'undone'}: {words(one)}")
    return 0


def found(session: Session, id: str) -> str:
    """The id of an alert from its beginning. Raises OSError when there is none, or more than one."""
    every = [one.id for one in (*session.queries.alerts(), *session.queries.hidden_alerts())]
    if session.queries.alert(id) is not None:
        return id
    near = [one for one in every if id and one.startswith(id.lower())]
    if len(near) != 1:
        more = f"{len(near)} alerts have an id that begins so; give more of it than {id[:40]}"
        raise OSError(more if near else f"no alert of which the id begins with {id[:40] or 'nothing'}")
    return near[0]


def state(alert: Alert) -> State | str:
    """State of an alert, "excluded" when an exclusion covers it."""
    return "excluded" if alert.excluded and alert.state != "deleted" else alert.state


def why(one: Exclusion | None) -> str:
    """Which exclusion covers an alert, and its reason."""
    if one is None:
        return "excluded by an exclusion that is gone; detection was not run since"
    return f"excluded by {one.kind} {one.value}{f' because: {one.reason}' if one.reason else ', no reason was given'}"


def words(act: Act) -> str:
    """One act as a line without its time."""
    if act.what in DONE:
        return f"{DONE[act.what]}{': ' if act.words else ''}{line(act.words)}"
    if act.what == "tuning":
        return f"sensitivity of detectors: {line('; '.join(_tuned(act)) or 'nothing changed')}"
    before, after = (line(one)[:120] if one else "nothing" for one in (act.before, act.after))
    what = {"exclusion": "exclusion added", "remark": "note"}.get(act.what, act.what)
    if act.what == "exclusion":
        what = "exclusion removed" if act.after is None else "exclusion changed" if act.before else what
        return f"{what}: {line(act.words)}"
    if act.what == "health":
        return f"health alert {line(act.words)}: {_said(act.before)} -> {_said(act.after)}"
    if act.what == "remark":
        return f"note {'removed' if act.after is None else 'changed' if act.before else 'written'} of {line(act.words)}"
    return f"{what} of {line(act.words)}: {before} -> {after}"


def _tuned(act: Act) -> Iterator[str]:
    """What an act changed of the settings of detectors, one by one."""
    before, after = (msgspec.json.decode(one, type=Tuning) if one else Tuning() for one in (act.before, act.after))
    if before.sensitivity != after.sensitivity:
        yield f"{before.sensitivity} -> {after.sensitivity}"
    if before.test_mode != after.test_mode:
        yield f"test mode {'on' if after.test_mode else 'off'}"
    for one in sorted(before.off ^ after.off):
        yield f"{one} {'off' if one in after.off else 'on'}"
    for old, new in ((before.levels, after.levels), (before.values, after.values)):
        for one in sorted({*old, *new}):
            if old.get(one) != new.get(one):
                yield f"{one} {_set(old.get(one))} -> {_set(new.get(one))}"


def _set(value: float | str | None) -> str:
    return "as the program has it" if value is None else value if isinstance(value, str) else f"{value:,g}"


def _said(value: str | None) -> str:
    """State of a health alert in the value of an act."""
    return next((word for word in ("closed", "suppressed", "open") if f'"state":"{word}"' in (value or "")), "open")


def _print_acts(acts: tuple[Act, ...]) -> None:
    for one in acts:
        marks = " (undone)" if one.undone else f" (reverses {one.reverses})" if one.reverses else ""
        print(f"{one.id:6}  {_time(one.at)}  {line(one.who)}  {words(one)}{marks}")


def _row(alert: Alert, exclusions: dict[str, Exclusion]) -> dict[str, object]:
    finding = alert.finding
    by = exclusions.get(alert.excluded)
    return {
        "id": alert.id, "detector": alert.detector, "external_id": alert.external_id, "title": alert.title,
        "severity": alert.severity, "phase": alert.phase, "state": alert.state, "follows": alert.follows or None,
        "classification": alert.classification, "note": alert.note, "first": iso(finding.first), "last": iso(finding.last),
        "sources": [one.label for one in finding.sources], "accounts": [one.label for one in finding.accounts],
        "targets": [one.label for one in finding.targets],
        "excluded": {"id": alert.excluded, "why": why(by)} if alert.excluded else None,
    }  # fmt: skip


def _act(one: Act) -> dict[str, object]:
    return msgspec.to_builtins(one) | {"at": iso(one.at)}


def _print(value: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")


def _time(at: int) -> str:
    return (iso(at) or "")[:19].replace("T", " ")
