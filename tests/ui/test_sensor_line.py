"""The window, a real hub and a real sensor: joined, set up by the form, fed, refused, restarted; what it saw is in the case."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.link.place import to_line
from app.session import Session
from app.ui.main_window import MainWindow
from app.ui.sensors.config_panel import ConfigPanel
from app.ui.sensors.onboarding import JoinPanel
from app.ui.sensors.row_fields import SyslogEntry
from tests.hub.running import RunningHub
from tests.sensor.free_port import free_port
from tests.sensor.service.running import SensorProcess

from .test_live_sources import EVENT
from .test_sensors_page import click, opened, put, until

pytestmark = pytest.mark.slow
Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]


@pytest.fixture
def secrets_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No keyring, a file of secrets with a passphrase, for this process and the ones it starts."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WARDLIGHT_PASSPHRASE", "of this test")
    yield
    keyring.set_keyring(before)


def test_a_sensor_is_set_up_from_the_window_and_what_it_hears_arrives(
    make_window: Make, settle: Settle, tmp_path: Path, secrets_of_their_own: None
) -> None:
    hub = RunningHub(tmp_path / "hub")
    anna, place = hub.add("analyst", "anna"), hub.add("sensor", "branch")
    hub.start()
    sensor = SensorProcess(tmp_path / "sensor", place)
    try:
        sensor.start()
        window = make_window(Session.open(tmp_path / "w.wardlight"))
        page = opened(window, settle)
        joining, setting = page.joining, page.setting
        assert isinstance(joining, JoinPanel) and isinstance(setting, ConfigPanel)
        page.join_hub()
        put(joining.line, to_line(anna))
        QTest.keyClick(joining.line.edit, Qt.Key.Key_Return)
        until(lambda: len(page.table.rows_model().rows) == 2 and page.table.rows_model().rows[1].row.status == "not configured")
        page.table.choose("branch")
        until(lambda: page.detail.set_up.isVisible() and page.detail.set_up.isEnabled())

        def set_port(port: int) -> None:
            """One syslog listener on this port, sent."""
            click(page.detail.set_up)
            until(lambda: setting.isVisible() and setting.form is not None and not setting.sent)
            form = setting.form
            assert form is not None and setting.first is not None and form.adapters.boxes, "the sensor offers its adapters"
            if not form.syslog.entries:
                click(form.syslog.more)
            entry = form.syslog.entries[0]
            assert isinstance(entry, SyslogEntry)
            entry.address.setText("127.0.0.1")
            entry.port.setText(str(port))
            click(setting.first)
            assert setting.lines, setting.refusal.text()
            click(setting.first)
            until(lambda: setting.outcome in ("applied",) or setting.outcome.startswith("refused"), 90)

        port = free_port()
        set_port(port)
        assert setting.outcome == "applied", setting.outcome
        page.hide_panel()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for number in range(50):
                sender.sendto(EVENT.format(number=number).encode(), ("127.0.0.1", port))
        until(lambda: window.desk.overview is not None and window.desk.overview.activities == 50, 60)
        until(lambda: bool(page.table.rows_model().rows[1].row.report.seen))

        # A port that is taken is refused, and the sensor goes on with the other one.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            set_port(taken.getsockname()[1])
            assert setting.outcome.startswith("refused")
        page.hide_panel()
        until(lambda: page.table.rows_model().rows[1].row.report.applied == 1)

        since = page.table.rows_model().rows[1].row.report.since
        click(page.detail.again)
        until(lambda: page.table.rows_model().rows[1].row.report.since > since, 60)
        until(lambda: not window.desk.jobs.running, 60)
    finally:
        if sensor.child is not None and sensor.child.poll() is None:
            sensor.stop()
        hub.stop()
