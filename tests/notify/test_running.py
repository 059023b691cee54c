"""Notices of live and of settled readings, by the processes that people start."""

import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from app.model.notice import Notifying
from app.paths import sample_case
from app.session import Session
from tests.notify.receivers import until, web
from tests.notify.test_notifier import hook

ROOT = Path(__file__).resolve().parent.parent.parent


def started(*words: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "app", *map(str, words)]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def ended(child: subprocess.Popen[bytes], seconds: float = 60) -> str:
    try:
        _, said = child.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        raise
    return said.decode()


@pytest.mark.slow
def test_a_settled_reading_tells_what_it_found(tmp_path: Path) -> None:
    path = tmp_path / "case.wardlight"
    session = Session.open(path)
    with web() as (server, url):
        session.set_notifying(Notifying(targets=(hook(url),)))
        session.close()
        said = ended(started("analyze", sample_case(), "--workspace", path))
    session = Session.open(path)
    alerts = {one.id for one in session.queries.alerts()}
    session.close()
    told = [msgspec.json.decode(body) for _, _, body in server.got]
    assert {one["alert"]["id"] for one in told} == alerts and len(told) == len(alerts) > 3, said
    assert {one["trigger"] for one in told} == {"new"}


@pytest.mark.slow
def test_live_alerts_are_told_while_the_sources_run(tmp_path: Path) -> None:
    path = tmp_path / "case.wardlight"
    session = Session.open(path)
    with web() as (server, url):
        session.set_notifying(Notifying(targets=(hook(url),)))
        session.close()
        began = time.monotonic()
        child = started("listen", path, sample_case(), "--for", "40")
        try:
            until(lambda: bool(server.got), 60)
            assert child.poll() is None, "they come while it listens"
        finally:
            child.terminate()
            said = ended(child)
    session = Session.open(path)
    alerts = {one.id for one in session.queries.alerts()}
    session.close()
    latest = {msgspec.json.decode(body)["alert"]["id"] for _, _, body in server.got}
    assert alerts <= latest, said
    assert len({id for id, _, _ in server.got}) == len(server.got), "nothing twice"
    assert time.monotonic() - began < 120


@pytest.mark.slow
def test_the_process_of_the_window_delivers_and_ends_with_it(workspace: Path, alerts: int) -> None:
    with web() as (server, url):
        session = Session.open(workspace)
        session.set_notifying(Notifying(targets=(hook(url),)), from_now=False)
        session.start_notifying()
        until(lambda: len(server.got) == alerts, 60)
        until(lambda: session.target_states()[0].delivered == alerts)
        child = session._notifier
        assert child is not None and child.running
        session.close()
        assert not child.running and session.notifier_error == ""
