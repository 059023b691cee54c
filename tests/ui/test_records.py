"""Records of logs and directories in the window, and where else the same act is told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.session import Session
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage
from app.ui.tables.record_view import MOST_TEXT, shown
from app.ui.widgets.buttons import LinkButton
from tests.engine.twins.logged import logged
from tests.engine.twins.test_twins import captured
from tests.engine.workspace import fill

Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]
DETAIL = """Mon Jan  5 14:02:11 2026
\tUser-Name = "anna"
\tAcct-Status-Type = Start
\tAcct-Session-Id = "S1"
\tNAS-IP-Address = 10.0.0.3
\tFramed-IP-Address = 10.9.0.5
\tCalling-Station-Id = "203.0.113.9"
\tTimestamp = 1767621731

"""
SYSLOG = (
    "<13>Jan  5 14:02:11 dc1.corp.test CEF:0|Microsoft|Microsoft Windows||Microsoft-Windows-Security-Auditing:4776|"
    "credentials|Low|eventId=1 externalId=4776 dhost=dc1.corp.test duser=alice shost=WS1 reason=0x0 rt=1767621731000\n"
)


def first_row(window: MainWindow, settle: Settle, text: str = "") -> ActivitiesPage:
    window.desk.go("activities", filter=text)
    settle(window)
    page = window.page()
    assert isinstance(page, ActivitiesPage) and page.model.rowCount()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, 12))
    settle(window)
    return page


def read(tmp_path: Path, *inputs: Path) -> Session:
    session = Session.open(tmp_path / "w.wardlight")
    session.read_here(inputs, lambda _: None)
    return session


def test_an_event_shows_its_fields_and_its_xml(make_window: Make, settle: Settle, tmp_path: Path, shared: Path) -> None:
    log = shared / "corpus" / "evtx" / "md_T1087_ID4662-4624-Honeypot_account_property_read.evtx"
    window = make_window(read(tmp_path, log))
    page = first_row(window, settle, "event:4662")
    fields = {one.name: one for one in page.proof.record.fields.rows_model().rows}
    assert fields["Event"].value == "4662" and fields["SubjectUserName"].value == "lambda-user"
    assert fields["AccessMask"].meaning
    text = page.proof.record.text.toPlainText()
    assert text.startswith("<Event xmlns=") and "  <System>" in text and page.proof.record.text.isReadOnly()
    assert not page.proof.packet.isVisible()


@pytest.mark.parametrize(
    ("name", "text", "kind", "field", "said"),
    [
        ("detail", DETAIL, "radius-accounting", ("Framed IP", "10.9.0.5"), "Framed-IP-Address = 10.9.0.5"),
        ("messages.log", SYSLOG, "event-ntlm", ("Event", "4776"), "externalId=4776"),
    ],
)
def test_lines_of_other_logs_are_shown_as_they_were_written(
    make_window: Make, settle: Settle, tmp_path: Path, name: str, text: str, kind: str, field: tuple[str, str], said: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    window = make_window(read(tmp_path, path))
    page = first_row(window, settle, f"kind:{kind}")
    assert field in [(one.name, one.value) for one in page.proof.record.fields.rows_model().rows]
    assert said in page.proof.record.text.toPlainText()
    assert window.desk.place_word(page.model.row(0).input, kind) == "record"


def test_an_object_of_a_directory_shows_its_attributes(make_window: Make, settle: Settle, tmp_path: Path, shared: Path) -> None:
    window = make_window(read(tmp_path, shared / "lab" / "directory.ldif"))
    page = first_row(window, settle, "kind:directory-object")
    row = page.model.row(0)
    assert row is not None
    name = row.what.removesuffix(" in the directory").split(" ", 1)[1]
    fields = {one.name: one for one in page.proof.record.fields.rows_model().rows}
    assert fields["Name"].value == name and fields["Distinguished name"].value.startswith("CN=")
    assert f"sAMAccountName: {name}" in page.proof.record.text.toPlainText()


def test_the_packets_and_the_log_of_one_act_lead_to_each_other(
    make_window: Make, settle: Settle, tmp_path: Path, shared: Path
) -> None:
    activities, known = captured(shared, "kerberoasting")
    log = logged(activities, known, {}, ports=True, dc="DC1.CORP.TEST")
    fill(tmp_path / "w.wardlight", {"aaaa": activities, "log": sorted(log.records, key=lambda one: one.at)})
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = first_row(window, settle, "event:4769")
    row = page.model.row(0)
    assert row is not None and page.proof.twins.isVisible()
    assert "Kerberos TGS" in page.proof.twins.links[0].text()
    window.desk.inspect(row)
    settle(window)
    assert any("Kerberos TGS" in one.text() for one in window.inspector.findChildren(LinkButton))

    QTest.mouseClick(page.proof.twins.links[0], Qt.MouseButton.LeftButton)
    settle(window)
    other = page.table.current_row()
    assert other is not None and other.kind == "kerberos-tgs" and page.query.text() == ""
    assert any("event 4769 of DC1.CORP.TEST" in one.text() for one in page.proof.twins.links)


def test_the_text_of_a_record_is_inert() -> None:
    text = shown("<a>\n    <b>\u202egpj\x00</b>\r\n" + "x" * (MOST_TEXT + 5))
    lines = text.split("\n")
    assert lines[:2] == ["<a>", "    <b>·gpj·</b>"]
    assert len(lines[2]) <= 4000 and lines[-1].startswith("… ") and "more character" in lines[-1]
