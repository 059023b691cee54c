"""The window reads with the keys of a keytab that was chosen, and shows the activity details that they open."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.session import Session

DATA = Path(__file__).resolve().parents[1] / "data"


def test_what_is_opened_after_a_keytab_was_chosen_is_read_with_it(
    make_window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(Session.open(None))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(DATA / "lab.keytab")], ""))
    window.do_by_id("keys.use")
    qtbot.waitUntil(lambda: bool(window.desk.bridge.keytabs), timeout=10_000)

    with qtbot.waitSignal(window.desk.bridge.finished, timeout=60_000) as told:
        window.read([DATA / "smb_encrypted.pcap"])

    assert told.args == [""]
    assert [problem for one in window.desk.session.queries.inputs() for problem in one.problems] == []
    assert b"lab.keytab" not in window.desk.session.path.read_bytes()


def test_a_keytab_that_is_none_is_said(make_window, qtbot: QtBot, tmp_path: Path) -> None:
    bad = tmp_path / "bad.keytab"
    bad.write_bytes(b"nothing")
    window = make_window(Session.open(None))
    window.desk.bridge.use_keytabs([bad])

    with qtbot.waitSignal(window.desk.bridge.finished, timeout=60_000) as told:
        window.read([DATA / "smb_encrypted.pcap"])

    assert "is no keytab" in told.args[0]
