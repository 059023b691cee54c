"""Destinations are added, tested, previewed, switched off and removed in the settings; reports are saved and scheduled."""

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu

from app.model.notice import Notifying, Scheduled, SyslogTarget, TargetState, Wanted, WebhookTarget
from app.session import Session
from app.settings import load
from app.ui.main_window import MainWindow
from tests.notify.receivers import web

Settle = Callable[[MainWindow], None]


@pytest.fixture
def kept(case: Path, tmp_path: Path, make_window, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A window on a case of its own whose settings lie where every process looks for them."""
    home = tmp_path / "settings"
    monkeypatch.setenv("WARDLIGHT_HOME", str(home))
    monkeypatch.setenv("WARDLIGHT_PASSPHRASE", "of a test")
    path = tmp_path / "kept.wardlight"
    shutil.copy(case, path)
    return make_window(Session.open(path))


def section(window: MainWindow, settle: Settle):  # type: ignore[no-untyped-def]
    window.desk.go("settings", "notifications")
    settle(window)
    return window.page().section("notifications")


def test_a_webhook_is_added_tested_previewed_and_removed(kept: MainWindow, settle: Settle) -> None:
    page = section(kept, settle)
    assert page.nothing.heading.text() == "Nobody is told" and not page.tools.isVisible()
    with web("a key") as (server, url):
        menu = QMenu()
        page.add._fill(menu)
        next(one for one in menu.actions() if one.text() == "Webhook").trigger()
        form = page.panel.form
        QTest.keyClick(page.panel, Qt.Key.Key_Return)
        assert "A name" in form.name.note.accessibleName() or form.problems()
        QTest.keyClicks(form.name.edit, "chat")
        QTest.keyClicks(form.url.edit, "http://10.0.0.1/x")
        assert any("Only https" in one for one in form.problems())
        form.url.edit.clear()
        QTest.keyClicks(form.url.edit, url)
        QTest.keyClicks(form.signing.edit, "a key")
        form.least.segments["high"].click()
        QTest.keyClicks(form.detectors.edit, "nonsense")
        assert any("no detector nonsense" in one for one in form.problems())
        form.detectors.edit.clear()
        QTest.keyClicks(form.detectors.edit, "dcsync, kerberoasting")
        QTest.mouseClick(page.panel.save, Qt.MouseButton.LeftButton)
        settle(kept)
        (target,) = kept.desk.notifying.targets
        wanted = Wanted(least="high", detectors=("dcsync", "kerberoasting"))
        assert target == WebhookTarget(name="chat", url=url, secret="webhook chat", wanted=wanted)
        assert page.panel.isHidden() and page.table.current_row().name == "chat"
        assert load().notifications == {str(kept.desk.session.path.resolve()): Notifying(targets=(target,))}
        page.test.click()
        settle(kept)
        assert [msgspec.json.decode(body)["trigger"] for _, _, body in server.got] == ["test"] and not server.bad
        page.preview.click()
        settle(kept)
        newest = max(kept.desk.alerts, key=lambda one: one.finding.last)
        assert newest.id in page.panel.text.toPlainText()
        QTest.keyClick(page.panel, Qt.Key.Key_Escape)
        assert page.panel.isHidden()
        page.switch.click()
        settle(kept)
        assert not kept.desk.notifying.targets[0].on and page.switch.text() == "Switch on"
        page.remove.click()
        settle(kept)
    assert kept.desk.notifying == Notifying() and load().notifications == {} and page.nothing.isVisible()


def test_what_does_not_arrive_is_shown_with_its_reason(kept: MainWindow, settle: Settle) -> None:
    session = kept.desk.session
    siem = SyslogTarget(name="siem", address="127.0.0.1", port=9, transport="tcp", wanted=Wanted(health=False))
    session.set_notifying(Notifying(targets=(siem,)), from_now=False)
    kept.desk.keep(notifications=load().notifications)
    assert session.notify_here(5) is False
    page = section(kept, settle)
    row = page.table.current_row()
    assert (row.name, row.waiting, row.gets) == ("siem", len(kept.desk.alerts), "new, updated")
    assert "does not take it over TCP" in page.told.accessibleName()
    page._test()
    settle(kept)
    assert page.test.isEnabled()


def test_a_name_is_taken_once_and_a_mail_needs_addresses(kept: MainWindow, settle: Settle) -> None:
    kept.desk.session.set_notifying(Notifying(targets=(SyslogTarget(name="soc", address="127.0.0.1", on=False),)))
    kept.desk.keep(notifications=load().notifications)
    page = section(kept, settle)
    page._set_up("mail", None)
    form = page.panel.form
    QTest.keyClicks(form.name.edit, "SOC")
    QTest.keyClicks(form.recipients.edit, "a@b.test; nobody")
    said = form.problems()
    assert "Another destination has this name." in said and any("nobody is no mail address" in one for one in said)
    form.security.segments["tls"].click()
    assert form.port.text() == "465" and form.password.isHidden()
    QTest.keyClicks(form.user.edit, "me")
    assert not form.password.isHidden() and "Type the password." in form.problems()


def test_a_case_that_is_not_kept_tells_nobody(make_window, settle: Settle) -> None:  # type: ignore[no-untyped-def]
    window = make_window(Session.open())
    page = section(window, settle)
    assert "not saved" in page.nothing.heading.text() and not page.add.isEnabled()


def test_a_report_is_saved_over_a_time_and_scheduled(
    kept: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept.desk.go("reports")
    settle(kept)
    rows = kept.page().tables
    assert rows.saves["summary"].isEnabled()
    rows.since.setText("2100-01-01")
    rows.until.setText("2000-01-01")
    rows.saves["summary"].click()
    assert "before the beginning" in rows.wrong.accessibleName()
    rows.since.setText("2000-01-01")
    rows.until.setText("2100-01-01")
    out = tmp_path / "summary.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), "Excel (*.xlsx)"))
    rows.saves["summary"].click()
    settle(kept)
    assert openpyxl.load_workbook(out)["Open suspicious activities"].max_row == len(kept.desk.alerts) + 1
    menu = QMenu()
    rows._fill(menu, "groups")
    next(one for one in menu.actions() if one.text().startswith("Weekly")).trigger()
    settle(kept)
    assert kept.desk.notifying.reports == (Scheduled(report="groups", every="weekly"),)
    assert rows.schedules["groups"].text() == "Scheduled" and "each week" in rows.words["groups"][1].accessibleName()
    menu = QMenu()
    rows._fill(menu, "groups")
    next(one for one in menu.actions() if one.text() == "PDF").trigger()
    settle(kept)
    assert kept.desk.notifying.reports[0].form == "pdf"
    rows.schedule("groups", None)
    settle(kept)
    assert kept.desk.notifying == Notifying()


def test_what_can_hold_nothing_is_grey_and_says_what_is_missing(make_window, settle: Settle, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    capture = tmp_path / "empty.pcap"
    capture.write_bytes(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
    path = tmp_path / "empty.wardlight"
    session = Session.open(path)
    session.read_here([capture], lambda _: None)
    window = make_window(session)
    window.desk.go("reports")
    settle(window)
    rows = window.page().tables
    assert rows.saves["summary"].isEnabled()
    assert not any(rows.saves[one].isEnabled() for one in ("groups", "passwords", "paths"))
    assert "4728" in rows.words["groups"][1].accessibleName()


def test_what_cannot_be_meant_leaves_all_as_it_was(kept: MainWindow, settle: Settle) -> None:
    soc = SyslogTarget(name="soc", address="127.0.0.1", on=False)
    desk, session = kept.desk, kept.desk.session
    desk.keep_notifying(Notifying(targets=(soc,)), "It is told.")
    settle(kept)
    assert desk.notifying == Notifying(targets=(soc,)) and session._notifier.running
    desk.keep_notifying(Notifying(targets=(soc, soc)), "It is told.")
    settle(kept)
    assert kept.statusbar.said.text() == "Two destinations are called 'soc'."
    assert desk.notifying == Notifying(targets=(soc,)) and session._notifier.running


def test_news_of_a_destination_is_shown_without_asking_again_at_once(kept: MainWindow, settle: Settle) -> None:
    kept.desk.session.set_notifying(Notifying(targets=(SyslogTarget(name="soc", address="127.0.0.1", on=False),)))
    kept.desk.keep(notifications=load().notifications)
    page = section(kept, settle)
    page._timer.setInterval(60_000)
    assert page._timer.isActive()
    before = page._job
    page._heard((TargetState(name="soc", kind="syslog", label="x", delivered=5),))
    assert page.table.current_row().delivered == 5 and page._job is before
