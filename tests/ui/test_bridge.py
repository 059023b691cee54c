"""What the session does, told to the window."""

import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.session import Session
from app.ui.bridge import Bridge
from app.ui.jobs import Jobs


def test_a_change_that_comes_while_the_version_is_asked_is_told_too(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, jobs = Session.open(tmp_path / "w.wardlight"), Jobs()
    bridge, told = Bridge(jobs), []
    read, goes, version = threading.Event(), threading.Event(), session.queries.version

    def late() -> object:
        found = version()
        read.set()
        assert goes.wait(20)
        return found

    monkeypatch.setattr(session.queries, "version", late)
    bridge.changed.connect(lambda: told.append(session.plain.notes("user:a")))
    bridge.attach(session)
    qtbot.waitUntil(read.is_set, timeout=20_000)
    session.write_note("user:a", "written in between")
    bridge.poke()
    goes.set()
    qtbot.waitUntil(lambda: len(told) == 2, timeout=10_000)
    bridge.attach(None)
    jobs.close()
    session.close()
