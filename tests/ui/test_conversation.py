"""From one activity to all of its conversation, and to the same frame in Wireshark."""

import os
import stat
from pathlib import Path

import msgspec
import pytest

from app.model.activity import Activity
from app.model.events import EventLogon
from app.ui import conversation


def some(window) -> Activity:  # type: ignore[no-untyped-def]
    return next(one for one in window.desk.session.queries.stream() if one.kind == "kerberos-tgs")


def test_a_conversation_is_the_connection_of_the_packets(window, settle) -> None:  # type: ignore[no-untyped-def]
    activity = some(window)
    row = window.desk.session.queries.rows_of((activity.id,))[0]
    conversation.follow(window.desk, window, row)
    settle(window)
    page = window.page()
    assert page.name == "activities" and f"port:{activity.source.port}" in page.query.text()
    found = list(window.desk.session.queries.stream(page._filter))
    assert activity.id in {one.id for one in found}
    assert all(
        one.source.ip == activity.source.ip and activity.source.port in (one.source.port, one.destination.port) for one in found
    )


def test_a_record_is_followed_by_its_logon_session(window) -> None:  # type: ignore[no-untyped-def]
    activity = some(window)
    fields = {"SubjectLogonId": "0x3e7", "TargetLogonId": "0x1a2b3c"}
    event = msgspec.structs.replace(activity, frames=(), record=7, detail=EventLogon(event_id=4624, fields=fields))
    assert conversation.conversation_of(event) == "text:0x1a2b3c"
    bare = msgspec.structs.replace(event, detail=EventLogon(event_id=4624, fields={"TargetLogonId": "0x0"}))
    assert conversation.conversation_of(bare) == ""


def test_wireshark_is_opened_at_the_frame(window, settle, qtbot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A program of that name on the path gets the file and the frame, as arguments and never through a shell."""
    program, said = tmp_path / "wireshark", tmp_path / "said"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{said}.new" && mv "{said}.new" "{said}"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    activity = some(window)
    row = window.desk.session.queries.rows_of((activity.id,))[0]
    conversation.open_in_wireshark(window.desk, window, row, activity.frames[0])
    qtbot.waitUntil(said.is_file, timeout=10_000)
    assert said.read_text().split("\n")[:4] == ["-r", window.desk.session.queries.inputs()[0].path, "-g", str(activity.frames[0])]


def test_without_wireshark_it_is_said(window, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(conversation, "wireshark", lambda: None)
    told: list[tuple[str, bool]] = []
    window.desk.told.connect(lambda sentence, failed: told.append((sentence, failed)))
    row = window.desk.session.queries.rows_of((some(window).id,))[0]
    conversation.open_in_wireshark(window.desk, window, row, 1)
    assert told and told[-1][1] and "not installed" in told[-1][0]


def test_the_packet_pane_leads_to_its_conversation(window, settle, qtbot) -> None:  # type: ignore[no-untyped-def]
    from PySide6.QtCore import Qt

    activity = some(window)
    window.desk.go("activities", activity.id)
    settle(window, 30)
    page = window.page()
    page.open_row()
    settle(window, 30)
    assert page.proof.packet.frame in activity.frames
    qtbot.mouseClick(page.proof.packet.conversation, Qt.MouseButton.LeftButton)
    settle(window, 30)
    assert f"port:{activity.source.port}" in page.query.text()
    window.do_by_id("packet.follow")


def test_packets_for_wireshark_do_not_lie_about(tmp_path: Path) -> None:
    old, young, other = (tmp_path / name for name in ("wardlight-packets-1.pcapng", "wardlight-packets-2.pcapng", "mine.pcapng"))
    for one in (old, young, other):
        one.write_bytes(b"x")
    os.utime(old, (1_000_000, 1_000_000))
    os.utime(young, (1_086_000, 1_086_000))
    os.utime(other, (1_000_000, 1_000_000))

    conversation.clear_old(1_000_000 + 86_401, tmp_path)

    assert not old.exists() and young.exists() and other.exists()
