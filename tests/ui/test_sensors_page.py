"""The page of sensors, by mouse and keys: what it shows, a hub that is joined, a sensor that is set up, refuses, goes back."""

import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import msgspec
import pytest
from keyring.backends import fail
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app import __version__
from app.link.envelope import FORM
from app.link.jetstream import Link
from app.link.place import from_line, to_line
from app.link.subjects import config_of, status
from app.model.sensor import Backlog, Controller, ControllerSight, Sampling, SensorConfig, SensorReport
from app.model.source import CaptureSource, HubSource, SourceState, SyslogSource
from app.session import Session
from app.ui.main_window import MainWindow
from app.ui.pages.sensors import SensorsPage
from app.ui.sensors.config_panel import ConfigPanel
from app.ui.sensors.onboarding import AddPanel, JoinPanel
from app.ui.widgets.buttons import Button
from app.ui.widgets.fields import TextField
from tests.hub.running import RunningHub, linked, published
from tests.sensor.free_port import free_port

Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]
LONG = "a-standalone-sensor-with-a-very-long-name-in-the-datacentre"


def until(true: Callable[[], bool], seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        QTest.qWait(30)


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, widget.rect().center())


def put(field: TextField, text: str) -> None:
    """Type a text in the place of what is there."""
    field.edit.setFocus()
    field.edit.selectAll()
    QTest.keyClick(field.edit, Qt.Key.Key_Delete)
    QTest.keyClicks(field.edit, text)


def opened(window: MainWindow, settle: Settle, key: str = "") -> SensorsPage:
    window.desk.go("sensors", key)
    settle(window)
    page = window.page()
    assert isinstance(page, SensorsPage)
    return page


def report(id: str, name: str, **more: Any) -> SensorReport:
    now = time.time_ns() // 1000
    capture = SourceState(id="1", kind="capture", label="eth1 (live)", state="running", rate=812.0, records=99, activities=12)
    return SensorReport(
        **{
            "sensor": id, "name": name, "version": __version__, "form": FORM, "host": "h1", "at": now, "since": now - 10**9,
            "state": "running", "sources": (capture,), "adapters": ("eth1 10.0.0.5", "eth2"), "seen": 10_000,
            "backlog": Backlog(sent=100, connected=True), "controllers": (ControllerSight(fqdn="dc1.corp.test", last=now),),
            "sampling": Sampling(cpu=0.1, quota=0.4),
        } | more
    )  # fmt: skip


def known(path: Path, *reports: SensorReport, ago: int = 0) -> None:
    """Sensors that the workspace heard of so many microseconds ago."""
    Session.open(path).close()
    heard = time.time_ns() // 1000 - ago
    db = sqlite3.connect(path)
    rows = [(one.sensor, one.name, heard, heard, msgspec.json.encode(one).decode()) for one in reports]
    db.executemany("INSERT INTO sensors(id, name, added, heard, report) VALUES(?,?,?,?,?)", rows)
    db.commit()
    db.close()


@pytest.fixture
def own_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No keyring, a file of secrets with a passphrase, for this process and the ones it starts."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WARDLIGHT_PASSPHRASE", "of this test")
    yield
    keyring.set_keyring(before)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    one = RunningHub(tmp_path / "hub")
    one.add("analyst", "anna")
    one.add("sensor", "s1")
    one.start()
    yield one
    one.stop()


def test_without_a_hub_the_sensor_of_the_window_is_there_and_says_what_it_does(
    make_window: Make, settle: Settle, tmp_path: Path
) -> None:
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = opened(window, settle)
    (line,) = page.table.rows_model().rows

    assert str(line) == "This computer: stopped. No live source runs here."
    assert page.hint.isVisible() and page.hint.link.isVisible() and not page.add.isVisible()
    assert page.detail.tabs.offered() == ["now", "sources", "health"] and not page.detail.set_up.isVisible()

    port = free_port()
    window.desk.bridge.start_source(SyslogSource(address="127.0.0.1", port=port), "medium", pytest.fail)
    until(lambda: page.table.rows_model().rows[0].row.status == "up to date")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(20):
            sender.sendto(b"<13>Jan  5 14:02:12 dc1 no event at all", ("127.0.0.1", port))
    until(lambda: page.table.rows_model().rows[0].row.report.sources[0].records == 20)
    page.detail.tabs.choose("sources")

    assert page.detail.sources.isVisible() and page.detail.sources.rows_model().rows[0].kind == "syslog"


def test_sensors_are_listed_with_their_figures_and_chosen_by_keys(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    refused = report("b", LONG, applied=3, refused=4, refusal="There is no interface eth9.")
    known(path, report("a", "alpha"), refused, report("c", "gamma", state="not configured", sources=()))
    known_before = Session.open(path)
    window = make_window(known_before, 1000, 700)
    page = opened(window, settle)
    rows = page.table.rows_model().rows

    assert [one.row.name for one in rows] == ["This computer", LONG, "alpha", "gamma"]
    assert [one.row.status for one in rows] == ["stopped", "up to date", "up to date", "not configured"]
    assert "Refused revision 4" in str(rows[1])
    assert page.heading.sentence.text().startswith("3 sensors: 2 up to date and 1 not configured.")
    assert not page.hint.isVisible() and page.table.horizontalScrollBar().maximum() == 0

    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_J)
    settle(window)
    assert page.route.key == "b" and page.detail.name.text() == LONG
    QTest.keyClick(page.table, Qt.Key.Key_J)
    settle(window)
    assert page.route.key == "a"
    click(page.detail.tabs.tabs["controllers"])
    assert page.detail.controllers.isVisible() and page.route.option("tab") == "controllers"
    assert page.detail.controllers.rows_model().rows[0].fqdn == "dc1.corp.test"

    window.desk.go("sources")
    settle(window)
    window.back()
    settle(window)
    again = window.page()
    assert isinstance(again, SensorsPage) and again.route.key == "a" and again.detail.tabs.current == "controllers"


def test_a_sensor_that_fell_silent_shows_no_figures_of_the_past(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    known(path, report("a", "alpha"), ago=6 * 60_000_000)
    page = opened(make_window(Session.open(path)), settle)
    line = page.table.rows_model().rows[1]
    cells = [column.words(line) for column in page.table.columns]

    assert line.row.status == "stopped communicating"
    assert cells[2:6] == ["", "", "", ""]
    page.table.choose("a")
    now = page.detail.now
    assert now.strips["packets"].value.text() == "—" and now.limits.texts()[0][0] == "As of"


def test_in_privacy_mode_and_without_a_hub_nothing_is_set_up(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    known(path, report("a", "alpha"))
    window = make_window(Session.open(path))
    page = opened(window, settle, "a")
    click(page.detail.set_up)
    settle(window)
    assert not page.setting.isVisible() and "No hub is followed" in window.statusbar.said.text()

    window.desk.hide_names(True)
    settle(window)
    page = opened(window, settle, "a")
    assert page.detail.set_up.isVisible() and not page.detail.set_up.isEnabled()
    page.configure_sensor()
    settle(window)
    assert not page.setting.isVisible() and "privacy mode" in window.statusbar.said.text()


def test_a_line_that_is_none_is_refused_in_the_panel(
    make_window: Make, settle: Settle, tmp_path: Path, own_secrets: None, hub: RunningHub
) -> None:
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = opened(window, settle)
    click(page.hint.link)
    joining = page.joining
    assert isinstance(joining, JoinPanel) and joining.isVisible()
    put(joining.line, "something else")
    QTest.keyClick(joining.line.edit, Qt.Key.Key_Return)
    assert "begins with wardlight1:" in joining.line.note.text()

    put(joining.line, "wardlight1:damaged")
    QTest.keyClick(joining.line.edit, Qt.Key.Key_Return)
    until(lambda: joining.refusal.isVisible())
    assert "damaged" in joining.refusal.text()

    put(joining.line, to_line(hub.place("s1")))
    QTest.keyClick(joining.line.edit, Qt.Key.Key_Return)
    until(lambda: "line of a sensor" in joining.refusal.text())

    hub.revoke("anna")
    put(joining.line, to_line(hub.place("anna")))
    QTest.keyClick(joining.line.edit, Qt.Key.Key_Return)
    until(lambda: "hub" in joining.refusal.text() and "cannot be reached" in joining.refusal.text())
    QTest.keyClick(joining, Qt.Key.Key_Escape)

    assert not joining.isVisible() and window.desk.specs == ()


class Sensor:
    """A sensor's side of the link: it reports, and takes up or refuses what it is sent."""

    def __init__(self, link: Link, said: SensorReport) -> None:
        self.link, self.said = link, said
        self.tell()

    def tell(self, **changes: Any) -> None:
        self.said = msgspec.structs.replace(self.said, at=time.time_ns() // 1000, **changes)
        published(self.link, status(self.said.sensor), msgspec.json.encode(self.said))

    def configured(self) -> SensorConfig:
        entry = self.link.get(config_of(self.said.sensor))
        assert entry is not None
        return msgspec.json.decode(entry.value, type=SensorConfig)


def test_a_sensor_is_set_up_over_a_real_hub_refuses_and_is_rolled_back(
    make_window: Make, settle: Settle, tmp_path: Path, own_secrets: None, hub: RunningHub, qapp: QApplication
) -> None:
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = opened(window, settle)
    page.join_hub()
    joining, setting = page.joining, page.setting
    assert isinstance(joining, JoinPanel) and isinstance(setting, ConfigPanel)
    put(joining.line, to_line(hub.place("anna")))
    QTest.keyClick(joining.line.edit, Qt.Key.Key_Return)
    until(lambda: bool(window.desk.specs))
    assert not joining.isVisible() and "wardlight1" not in repr(window.desk.specs)

    with linked(hub.place("s1")) as link:
        sensor = Sensor(link, report("s1", LONG))
        until(lambda: len(page.table.rows_model().rows) == 2)
        page.table.choose("s1")
        settle(window)
        assert page.detail.name.text() == LONG

        # The first configuration: by mouse and keys, checked in the form.
        click(page.detail.set_up)
        until(lambda: setting.isVisible() and setting.form is not None)
        form = setting.form
        assert form is not None and list(form.adapters.boxes) == ["eth1", "eth2"]
        click(form.adapters.boxes["eth2"])
        click(form.controllers.more)
        QTest.keyClicks(form.controllers.entries[0].fqdn, "dc1")
        assert setting.first is not None
        click(setting.first)
        assert setting.refusal.text() == "dc1 needs its full name, such as dc1.corp.test."
        QTest.keyClicks(form.controllers.entries[0].fqdn, ".corp.test")
        click(setting.first)
        assert [str(one) for one in setting.lines] == [
            "Adapters: none → eth2", "Filter: none → identity traffic", "Controller dc1.corp.test: none → addresses by its name",
        ]  # fmt: skip
        click(setting.first)
        until(lambda: setting.outcome == "sent")
        sent = sensor.configured()
        assert (sent.revision, sent.sources) == (1, (CaptureSource(interfaces=("eth2",)),))
        assert sent.controllers == (Controller(fqdn="dc1.corp.test"),) and sent.who and sent.at
        sensor.tell(applied=1, config=sent)
        until(lambda: setting.outcome == "applied")

        # A second one is refused; the panel says why and offers to mend it.
        page.hide_panel()
        click(page.detail.set_up)
        until(lambda: setting.isVisible() and setting.form is not None and bool(setting.form.adapters.values()))
        assert setting.form is not None
        put(setting.form.outbox, "15")
        click(setting.first)
        assert "from 16 to" in setting.refusal.text()
        put(setting.form.outbox, "2048")
        click(setting.first)
        click(setting.others[0])  # back to the form, which is as it was left
        assert setting.form.outbox.text() == "2048"
        click(setting.first)
        click(setting.first)
        until(lambda: setting.outcome == "sent")
        sensor.tell(refused=2, refusal="The disk has no room for it.")
        until(lambda: setting.outcome.startswith("refused"))
        assert setting.first.text() == "Change it again"
        assert page.table.rows_model().rows[1].row.report.applied == 1

        # Somebody else is quicker: what is sent on top of an older revision is not taken.
        click(setting.first)
        until(lambda: setting.form is not None)
        session = window.desk.session
        assert session is not None
        other = session.configure_sensor("s1", msgspec.structs.replace(sensor.configured(), evidence=777))
        assert other.revision == 3
        assert setting.form is not None
        put(setting.form.outbox, "3000")
        click(setting.first)
        click(setting.first)
        until(lambda: setting.refusal.isVisible())
        assert "Somebody else sent revision 3" in setting.refusal.text()
        page.hide_panel()

        # The history tells all of it, and an earlier one comes back as a new revision.
        sensor.tell(applied=3)
        click(page.detail.tabs.tabs["history"])
        until(lambda: len(page.detail.history.rows_model().rows) == 3)
        until(lambda: page.detail.history.rows_model().rows[0].state == "applied")
        assert [one.state for one in page.detail.history.rows_model().rows] == ["applied", "refused", "earlier"]
        page.detail.history.setCurrentIndex(page.detail.history.model().index(2, 0))
        click(page.detail.back)
        until(lambda: setting.isVisible() and bool(setting.lines))
        assert "Packets kept as evidence: 777 MB → 500 MB" in [str(one) for one in setting.lines]
        click(setting.first)
        until(lambda: setting.outcome == "sent")
        back = sensor.configured()
        assert (back.revision, back.evidence, back.outbox) == (4, 500, 1000)
        page.hide_panel()
        settle(window)


def test_where_the_hub_is_a_sensor_is_added_and_removed_without_a_command(
    make_window: Make, settle: Settle, tmp_path: Path, own_secrets: None
) -> None:
    here = RunningHub(tmp_path / "home" / "hub")
    here.add("analyst", "anna")
    here.folder.save(here.hub)
    here.start()
    try:
        window = make_window(Session.open(tmp_path / "w.wardlight"))
        page = opened(window, settle)
        session = window.desk.session
        assert session is not None
        page._joined(session.join_hub(to_line(here.place("anna"))))
        settle(window)
        until(lambda: page.none_yet.isVisible())
        click(page.none_yet.link)
        adding = page.adding
        assert isinstance(adding, AddPanel)
        put(adding.name, "dc9")
        click(adding.kind.segments["sensor"])
        QTest.keyClick(adding.name.edit, Qt.Key.Key_Return)
        until(lambda: adding.shown is not None)
        assert adding.shown is not None
        words, line = adding.shown.text().split(" --join ")
        place = from_line(line)
        assert (words, place.role, place.name) == ("wardlight sensor", "sensor", "dc9")

        with linked(place) as link:
            Sensor(link, report(place.id, "dc9"))
            assert link.get(config_of(place.id)) is None  # its computer may have a configuration of its own
            page.hide_panel()
            until(lambda: len(page.table.rows_model().rows) == 2)
            page.table.choose(place.id)
            settle(window)
            click(page.detail.set_up)
            setting = page.setting
            assert isinstance(setting, ConfigPanel)
            until(lambda: setting.isVisible() and setting.form is not None)
            assert setting.form is not None and setting.form.kind.text() == "sensor"
            sent = session.configure_sensor(
                place.id, SensorConfig(controllers=(Controller(fqdn="dc9", addresses=("10.9.8.7",)),))
            )
            assert session.sensor_history(place.id) == (sent,)
            session.hide_names(True, keep=False)
            (shown,) = session.sensor_history(place.id)
            assert shown.revision == 1 and "10.9.8.7" not in repr(shown)
            session.hide_names(False)
            page.hide_panel()
            settle(window)
            click(page.detail.away)
            asking = page.panels["ask"]
            assert asking.isVisible() and asking.first is not None and asking.first.text() == "Remove"
            click(asking.first)
            until(lambda: len(page.table.rows_model().rows) == 1)
            until(lambda: not link.connected)
        window.desk.go("history")
        settle(window)
        acts = [one.words for one in session.queries.history()]
        assert any("dc9 added" in one for one in acts) and any("removed" in one for one in acts)
    finally:
        here.stop()


def test_a_sensor_is_added_by_one_line(make_window: Make, settle: Settle, tmp_path: Path, own_secrets: None) -> None:
    path = tmp_path / "w.wardlight"
    known(path, report("a", "alpha"))
    window = make_window(Session.open(path))
    page = opened(window, settle)
    click(page.add)
    adding = page.adding
    assert isinstance(adding, AddPanel) and adding.isVisible()
    put(adding.name, "no name!")
    QTest.keyClick(adding.name.edit, Qt.Key.Key_Return)
    assert "Letters, digits" in adding.name.note.text()
    put(adding.name, "dc9")
    QTest.keyClick(adding.name.edit, Qt.Key.Key_Return)
    until(lambda: adding.shown is not None)
    assert adding.shown is not None and adding.shown.text().startswith("wardlight hub add-sensor dc9")
    copy = next(one for one in adding.findChildren(Button) if one.text() == "Copy")
    click(copy)

    assert QApplication.clipboard().text() == adding.shown.text()


def test_packets_are_asked_over_the_hub_among_the_live_sources_without_a_visit_here(
    make_window: Make, settle: Settle, tmp_path: Path
) -> None:
    first, spec = tmp_path / "w.wardlight", HubSource(file=str(tmp_path / "a.line"))
    known(first, report("a", "alpha"))
    window = make_window(Session.open(first))
    session = window.desk.session
    window.desk.keep_specs((SyslogSource(port=1514), spec))
    assert session is not None and session.hub == spec

    window.open_case(tmp_path / "other.wardlight")
    settle(window)
    assert window.desk.session is not session and window.desk.session.hub is None
    window.open_case(first)
    settle(window)
    assert window.desk.session.path == first and window.desk.session.hub == spec
    window.desk.keep_specs(())
    assert window.desk.session.hub is None


def test_configurations_of_one_sensor_are_never_offered_to_another(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    known(path, report("a", "alpha", applied=2), report("b", "beta"))
    page = opened(make_window(Session.open(path)), settle, "a")
    page.detail.tabs.choose("history")
    settle(page.window())
    history = (SensorConfig(revision=2), SensorConfig(revision=1, evidence=777))
    page.detail.show_history("a", history)
    assert len(page.detail.history.rows_model().rows) == 2
    page.detail.history.setCurrentIndex(page.detail.history.model().index(1, 0))
    assert page.detail.back.isEnabled()
    asked: list[tuple[str, SensorConfig]] = []
    page.detail.back_to.connect(lambda id, config: asked.append((id, config)))
    page.detail.back.click()
    assert asked == [("a", history[1])]

    page.table.choose("b")
    assert page.detail.row is not None and page.detail.row.id == "b"
    assert not page.detail.history.rows_model().rows and not page.detail.back.isEnabled()
    page.detail.show_history("a", history)  # an answer that comes late
    assert not page.detail.history.rows_model().rows
    page._back_to(*asked[0])
    settle(page.window())
    assert not page.setting.isVisible()
