"""The parts of the whole program: every stage at work on the sample case, what ships beside the code, the window."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from app import paths, starting
from app.command.parts import BAD, GOOD, PATIENCE, Broken, Check, capture
from app.hub import server
from app.hub.state import HubError
from app.model.source import GrowingSource
from app.session import Session, replay

RULE = """title: Log cleared
logsource: {product: windows, service: security}
detection: {selection: {EventID: 1102}, condition: selection}
level: high
"""
"""A Sigma rule that one record of the sample log matches."""
THEMES = {"dark", "light", "contrast"}


def checks(folder: Path) -> Iterator[Check]:
    """Everything but the window; folder: for workspaces and what is written."""
    yield "themes, icons, tables", _resources
    yield "help", _help
    yield "sample case", lambda: _sample(case_of(folder))
    yield "packet inspector", _inspector
    yield "proof", lambda: _proof(case_of(folder), folder / "proof.zip")
    yield "event log, read by a process of its own", lambda: _log(folder / "log.wardlight")
    yield "Sigma", lambda: _sigma(folder)
    yield "listening", lambda: _listening(folder)
    yield "table as XLSX", lambda: _table(folder)
    yield "hub server", _server
    yield "places of addresses", _places


def case_of(folder: Path) -> Path:
    """The workspace with the sample case."""
    return folder / "selftest.wardlight"


def window(folder: Path) -> Iterator[Check]:
    """The window and what Qt writes, tried by a process of their own; one check for each line that it says."""
    headless = sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    environment = {**os.environ, **({"QT_QPA_PLATFORM": "offscreen"} if headless else {}), "WARDLIGHT_HOME": str(folder / "home")}
    words = starting.command("selftest", "--window", str(case_of(folder)))
    try:
        done = subprocess.run(
            words, cwd=paths.program(), env=environment, capture_output=True, text=True, errors="replace", timeout=2 * PATIENCE
        )
    except subprocess.TimeoutExpired:
        yield "window", lambda: _raise(f"nothing more came of it for {2 * PATIENCE:g} s")
        return
    said = [one for one in done.stdout.splitlines() if one.startswith((GOOD, BAD))]
    for one in said:
        name, _, rest = one[len(GOOD) :].partition(": ")
        yield name, (lambda rest=rest: rest) if one.startswith(GOOD) else (lambda rest=rest: _raise(rest))  # type: ignore[misc]
    if not said or done.returncode not in (0, 1):
        last = (done.stderr.strip().splitlines() or ["it does not say why"])[-1]
        yield "window", lambda: _raise(f"its process ended with status {done.returncode}: {last}")


def _raise(words: str) -> str:
    raise Broken(words)


def _resources() -> str:
    themes = {one.stem for one in (paths.resources() / "themes").glob("*.toml")}
    icons = len(list((paths.resources() / "icons").glob("*.svg")))
    if not themes >= THEMES or not icons or not (paths.resources() / "ad-schema-guids.tsv").is_file():
        raise Broken(f"missing in {paths.resources()}")
    return f"{', '.join(sorted(THEMES))}; {icons} icons"


def _help() -> str:
    """Documents, and the page of every detector."""
    from app.engine.detectors import DETECTORS

    documents = len(list(paths.documents().rglob("*.md")))
    without = [one.id for one in DETECTORS if not (paths.detector_pages() / f"{one.id}.md").is_file()]
    if without or not documents or not paths.data("README.md").is_file():
        raise Broken(f"missing in {paths.documents()}: {', '.join(without) or 'documents'}")
    return f"{documents} documents, {len(DETECTORS)} pages of detectors"


def _sample(path: Path) -> str:
    """Read the sample and raise its alerts."""
    session = Session.open(path)
    try:
        session.read_here([paths.sample_case()], lambda _: None)
        inputs, alerts = session.queries.inputs(), session.queries.alerts()
        if not alerts:
            raise Broken("no alert was raised")
        return f"{inputs[0].records:,} packets, {inputs[0].activities:,} activities, {len(alerts)} alerts"
    finally:
        session.close()


def _inspector() -> str:
    """One packet taken apart by the program that does it; it may take longer to start than the window would wait for it."""
    from app.engine.inspector import Inspector
    from app.sensor.sources.frames import read_frames

    frame = read_frames(paths.sample_case(), [1])[1]
    inspector = Inspector(limit=PATIENCE)
    try:
        fields, why = inspector.dissect(frame.link, frame.data)
    finally:
        inspector.close()
    if why or not fields:
        raise Broken(why or "a packet has no fields")
    return " / ".join(one.name for one in fields)


def _proof(path: Path, out: Path) -> str:
    """The packets of an alert, cut out, say the same again."""
    session = Session.open(path)
    try:
        session.proof(session.queries.alerts()[0].id, out)
    finally:
        session.close()
    if not replay(out).same:
        raise Broken("a proof gives another alert")
    return f"{out.stat().st_size:,} bytes, the same alert again"


def _log(path: Path) -> str:
    """The sample log, through the reading process and the readers that it asks."""
    session, over = Session.open(path), threading.Event()
    errors: list[str | None] = []

    def done(error: str | None) -> None:
        errors.append(error)
        over.set()

    try:
        session.read([paths.sample_log()], lambda _: None, done)
        if not over.wait(PATIENCE) or errors[0] is not None:
            raise Broken(errors[0] or "reading does not end" if errors else "reading does not end")
        row, alerts = session.queries.inputs()[0], session.queries.alerts()
        if row.problems or not alerts:
            raise Broken("not all records were read" if row.problems else "no alert was raised")
        return f"{row.records} records, {row.activities} activities, {len(alerts)} alert"
    finally:
        session.close()


def _sigma(folder: Path) -> str:
    (folder / "rule.yml").write_text(RULE, encoding="utf-8")
    session = Session.open(folder / "log.wardlight")
    try:
        found = session.sigma([folder / "rule.yml"])
    finally:
        session.close()
    matches = sum(one.count for one in found.rules)
    if matches != 1:
        raise Broken(f"a rule matches {matches} records of the sample log, not 1")
    return "a rule finds its record"


def _listening(folder: Path) -> str:
    """A source that still grows: the listening process, that of the source, that which detects."""
    growing = folder / "listened.pcap"
    growing.write_bytes(capture())
    session = Session.open(folder / "listening.wardlight")
    try:
        id = session.start_source(GrowingSource(path=str(growing)))
        end, found = time.monotonic() + PATIENCE, 0
        while not found and time.monotonic() < end and not any(one.state == "failed" for one in session.sources()):
            time.sleep(0.1)
            found = sum(one.activities for one in session.queries.inputs())
        state = next(one for one in session.sources() if one.id == id)
        if not found:
            raise Broken(state.error or "nothing came out of a source")
        return f"{found} activities from {state.label}"
    finally:
        session.close()


def _table(folder: Path) -> str:
    done = subprocess.run(
        starting.command("export", str(case_of(folder)), "--format", "xlsx", str(folder / "alerts.xlsx")),
        cwd=paths.program(), capture_output=True, text=True, errors="replace", timeout=PATIENCE,
    )  # fmt: skip
    if done.returncode or not (folder / "alerts.xlsx").is_file():
        raise Broken((done.stderr.strip().splitlines() or ["nothing was written"])[-1])
    return f"{(folder / 'alerts.xlsx').stat().st_size:,} bytes"


def _server() -> str:
    """Only whoever runs a hub needs it."""
    try:
        program = server.program()
    except HubError:
        return "not here; only a machine that runs a hub needs it (nats-server)"
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=PATIENCE)
    if done.returncode:
        raise Broken(f"{program} does not run: {done.stderr.strip()[:200]}")
    return done.stdout.strip()


def _places() -> str:
    """No file of places ships with the program: who has one names it in the settings."""
    from app.settings import load

    named = load().places
    if not named:
        return "no file (.mmdb) is named in the settings; only countries of VPN connections need one"
    import maxminddb

    with maxminddb.open_database(named) as reader:
        return f"{reader.metadata().database_type} in {named}"
