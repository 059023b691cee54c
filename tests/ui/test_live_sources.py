"""Live sources in the window: set up by mouse and keys, fed by real senders, watched, stopped, offered again."""

import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.model.source import CaptureSource, GrowingSource, RadiusSource, SyslogSource
from app.paths import sample_case
from app.sensor.sources.inputs import SUFFIXES
from app.session import Session
from app.ui.commands import PATTERNS
from app.ui.main_window import MainWindow
from app.ui.pages.sources import SourcesPage
from app.ui.sources.forms import CaptureForm, DirectoryForm, GrowingForm, RadiusForm, ResolverForm, SyslogForm
from app.ui.sources.live_table import LiveLine
from app.ui.sources.panel import KindRow
from app.ui.sources.source_kinds import RESOLVING
from app.ui.widgets.buttons import Button
from app.ui.widgets.fields import TextField
from app.ui.widgets.words import Paragraph
from tests.sensor.free_port import free_port
from tests.sensor.sources.listening import program

from .conftest import Watchdog

Settle = Callable[[MainWindow], None]
Make = Callable[..., MainWindow]
STALL = 0.25
"""Seconds; the sources share the machine with the window."""
EVENT = (
    "<13>Jan  5 14:02:11 dc1.corp.test CEF:0|Microsoft|Microsoft Windows||Microsoft-Windows-Security-Auditing:4776|"
    "The domain controller attempted to validate the credentials for an account.|Low|"
    "eventId={number} externalId=4776 dhost=dc1.corp.test duser=alice shost=WS1 reason=0x0 rt=1767621731000"
)


def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        QTest.qWait(30)


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, widget.rect().center())


def sources(window: MainWindow, settle: Settle) -> SourcesPage:
    window.desk.go("sources")
    settle(window)
    page = window.page()
    assert isinstance(page, SourcesPage)
    return page


def form_of(page: SourcesPage, title: str, window: MainWindow, settle: Settle):
    """The form of a kind, reached by mouse."""
    click(page.add)
    rows = {one.kind.title: one for one in page.add_panel.findChildren(KindRow) if one.isVisible()}
    click(rows[title])
    settle(window)
    return page.add_panel.form


def put(field: TextField, text: str) -> None:
    """Type a text in the place of what is there."""
    click(field.edit)
    QTest.keyClick(field.edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field.edit, Qt.Key.Key_Delete)
    QTest.keyClicks(field.edit, text)


def row(page: SourcesPage, place: int = 0) -> LiveLine:
    line = page.live.rows_model().rows[place]
    assert isinstance(line, LiveLine)
    return line


@pytest.fixture
def secrets_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """No keyring, a file of secrets with a passphrase, for this process and the ones it starts."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WARDLIGHT_PASSPHRASE", "of this test")
    yield tmp_path / "home"
    keyring.set_keyring(before)


def test_a_syslog_listener_is_set_up_fed_stopped_and_started_again(
    make_window: Make, settle: Settle, tmp_path: Path, watchdog: Watchdog
) -> None:
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(window, settle)
    form = form_of(page, "Syslog", window, settle)
    assert isinstance(form, SyslogForm) and not form.certificate.isVisible()
    port = free_port()
    put(form.address, "127.0.0.1")
    put(form.port, str(port))
    watchdog.forget()
    QTest.keyClick(form.port.edit, Qt.Key.Key_Return)
    until(lambda: page.live.isVisible() and row(page).words == "running")

    assert not page.add_panel.isVisible()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(300):
            sender.sendto(EVENT.format(number=number).encode(), ("127.0.0.1", port))
        sender.sendto(b"<13>Jan  5 14:02:12 dc1 no event at all", ("127.0.0.1", port))
    until(lambda: row(page).state.records == 301)
    until(lambda: row(page).state.activities == 300)
    until(lambda: window.desk.overview is not None and window.desk.overview.activities == 300)
    until(lambda: page.problems.model().rowCount() == 1)
    assert window.statusbar.live.isVisible() and window.statusbar.live.text() == "1 live"

    click(page.live.buttons[0]["stop"])
    until(lambda: row(page).words == "stopped")
    assert row(page).state.records == 301 and not row(page).error
    click(page.live.buttons[0]["start"])
    until(lambda: row(page).words == "running")
    assert page.live.model().rowCount() == 1
    assert watchdog.longest_busy < STALL, f"the window's thread worked for {watchdog.longest_busy:.3f} s at one go"


def test_why_a_source_cannot_run_is_said_in_its_row_and_among_the_problems(
    make_window: Make, settle: Settle, tmp_path: Path
) -> None:
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(window, settle)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        form = form_of(page, "Syslog", window, settle)
        click(form.transport.segments["tcp"])
        put(form.address, "127.0.0.1")
        put(form.port, str(port))
        click(page.add_panel.start)
        until(lambda: page.live.isVisible() and row(page).words == "could not run")
    why = row(page).error
    assert str(port) in why and "use" in why.lower()
    until(lambda: page.problems.isVisible() and any(one.problem.what == why for one in page.problems.rows_model().rows))

    click(page.live.buttons[0]["change"])
    settle(window)
    again = page.add_panel.form
    assert isinstance(again, SyslogForm) and again.port.text() == str(port) and again.transport.text() == "tcp"
    click(page.add_panel.start)
    until(lambda: row(page).words == "running")
    assert page.live.model().rowCount() == 1


def test_capture_of_an_interface_that_is_not_there_says_so(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(window, settle)
    form = form_of(page, "Live capture", window, settle)
    assert isinstance(form, CaptureForm) and {name for _, name in socket.if_nameindex()} <= set(form.interfaces.boxes)
    click(page.add_panel.start)
    assert form.interfaces.note.isVisible() and page.add_panel.isVisible()
    page._wanted(CaptureSource(interfaces=("nowhere0",)), None)
    until(lambda: row(page).words == "could not run")
    assert row(page).error


def test_a_growing_capture_is_followed_to_its_end(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    whole = sample_case().read_bytes()
    path = tmp_path / "grows.pcap"
    path.write_bytes(whole[: len(whole) // 2])
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(window, settle)
    form = form_of(page, "Growing capture", window, settle)
    assert isinstance(form, GrowingForm)
    put(form.path, str(path))
    click(page.add_panel.start)
    until(lambda: page.live.isVisible() and row(page).state is not None and row(page).state.records > 0)
    some = row(page).state.records
    with path.open("ab") as file:
        file.write(whole[len(whole) // 2 :])
    until(lambda: row(page).state.records > some)
    here = Session.open(tmp_path / "here.wardlight")
    here.read_here([sample_case()], lambda _: None)
    packets, activities = here.queries.inputs()[0].records, here.queries.inputs()[0].activities
    here.close()
    until(lambda: row(page).state.records == packets)
    click(page.live.buttons[0]["stop"])
    until(lambda: row(page).words == "stopped")
    until(lambda: window.desk.overview is not None and window.desk.overview.activities == activities)


def test_a_radius_secret_is_typed_once_kept_apart_and_used(
    make_window: Make, settle: Settle, tmp_path: Path, secrets_of_their_own: Path
) -> None:
    radclient, secret = program("radclient"), "s3cret of this test"
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(window, settle)
    form = form_of(page, "RADIUS accounting", window, settle)
    assert isinstance(form, RadiusForm)
    port = free_port()
    put(form.address, "127.0.0.1")
    put(form.port, str(port))
    click(page.add_panel.start)
    assert form.shared.note.isVisible() and "secret" in form.shared.problem()
    put(form.shared, secret)
    click(page.add_panel.start)
    until(lambda: page.live.isVisible() and row(page).words == "running")
    sent = 'User-Name = "anna@corp.test"\nAcct-Status-Type = Start\nAcct-Session-Id = "S1"\nFramed-IP-Address = 10.9.0.5\n'
    words = (radclient, "-x", f"127.0.0.1:{port}", "acct", secret)
    asked = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert "Accounting-Response" in asked.communicate(sent, timeout=30)[0]
    until(lambda: row(page).state.records == 1)

    spec = page.desk.specs[0]
    assert isinstance(spec, RadiusSource) and secret not in repr(spec)
    written = [one for one in (*secrets_of_their_own.rglob("*"), *tmp_path.rglob("*")) if one.is_file()]
    assert written and not any(secret.encode() in one.read_bytes() for one in written)
    click(page.live.buttons[0]["stop"])
    until(lambda: row(page).over)
    click(page.live.buttons[0]["change"])
    settle(window)
    again = page.add_panel.form
    assert isinstance(again, RadiusForm) and again.shared.text() == ""
    click(page.add_panel.start)
    until(lambda: row(page).words == "running")


def test_without_a_place_for_secrets_the_form_says_why(
    make_window: Make, settle: Settle, tmp_path: Path, secrets_of_their_own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WARDLIGHT_PASSPHRASE")
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(window, settle)
    form = form_of(page, "Directory", window, settle)
    assert isinstance(form, DirectoryForm)
    put(form.url, "ldaps://dc1.corp.test")
    put(form.user, "reader@corp.test")
    put(form.password, "pass")
    click(page.add_panel.start)
    settle(window)
    assert page.add_panel.refusal.isVisible() and "WARDLIGHT_PASSPHRASE" in page.add_panel.refusal.accessibleName()
    assert page.add_panel.isVisible() and not page.desk.specs


def test_what_is_wrong_is_said_as_it_is_typed(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(window, settle)
    form = form_of(page, "Syslog", window, settle)
    put(form.port, "70000")
    assert "65535" in form.port.note.accessibleName()
    put(form.port, "6514")
    assert form.port.problem() == ""
    click(form.transport.segments["tls"])
    assert form.certificate.isVisible() and form.key.isVisible()
    click(page.add_panel.start)
    assert form.problems() == ["TLS needs this file.", "TLS needs this file."]
    QTest.keyClick(form.port.edit, Qt.Key.Key_Escape)
    assert not page.add_panel.isVisible() and not page.desk.specs


def test_name_resolution_says_what_it_does_and_windows_sources_where_they_run(
    make_window: Make, settle: Settle, tmp_path: Path
) -> None:
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(window, settle)
    form = form_of(page, "Name resolution", window, settle)
    assert isinstance(form, ResolverForm) and len(form.methods.values()) == 3
    assert RESOLVING in [one.accessibleName() for one in page.add_panel.findChildren(Paragraph)]
    click(page.add_panel.back)
    settle(window)
    rows = [one for one in page.add_panel.findChildren(KindRow) if one.isVisible()]
    assert len(rows) == 9
    assert all(one.isEnabled() == one.kind.here for one in rows)
    click(next(one for one in rows if one.kind.word == "hub"))
    settle(window)
    assert window.here() is not None and window.here().page == "sensors"


def test_sources_of_a_case_are_offered_again_and_can_be_taken_off(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    first = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(first, settle)
    spec = SyslogSource(address="127.0.0.1", port=free_port())
    page._wanted(spec, None)
    until(lambda: row(page).words == "running")
    first.close()

    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(window, settle)
    assert row(page).words == "not started" and row(page).spec == spec
    click(page.live.buttons[0]["start"])
    until(lambda: row(page).words == "running")
    click(page.live.buttons[0]["stop"])
    until(lambda: row(page).over)
    click(page.live.buttons[0]["forget"])
    settle(window)
    assert not page.live.isVisible() and not window.desk.settings.sources


def test_a_source_can_be_added_before_anything_was_opened(make_window: Make, settle: Settle) -> None:
    window = make_window(None)
    listen = next(one for one in window.page().findChildren(Button) if one.text() == "Add a source")
    click(listen)
    settle(window)
    page = window.page()
    assert isinstance(page, SourcesPage) and page.add_panel.isVisible() and window.desk.session is not None


def test_a_narrow_window_gives_the_panel_all_of_the_page(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(tmp_path / "w.wardlight"), width=1000, height=700)
    page = sources(window, settle)
    click(page.add)
    settle(window)
    assert page.add_panel.width() == page.width() and not page.left.isVisible()
    QTest.keyClick(page.add_panel, Qt.Key.Key_Escape)
    assert page.left.isVisible() and not page.add_panel.isVisible()


def test_keys_are_used_from_now_on_named_and_given_up(make_window: Make, settle: Settle, tmp_path: Path, shared: Path) -> None:
    lab = shared / "lab"
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(window, settle)
    bad = tmp_path / "bad.keytab"
    bad.write_bytes(b"no keys")
    window.commands.take_keytabs([bad])
    settle(window)
    assert "bad.keytab" in window.statusbar.said.text() and not page.keys.isVisible()
    window.commands.take_keytabs([lab / "domain.keytab"])
    settle(window)
    assert page.keys.isVisible() and "domain.keytab" in page.keys.words.text()
    window.read([lab / "captures" / "dcsync_success.pcap"])
    until(lambda: not window.desk.bridge.reading)
    settle(window)
    here = Session.open(tmp_path / "here.wardlight")
    here.read_here([lab / "captures" / "dcsync_success.pcap"], lambda _: None)
    sealed = sum(one.count for one in here.queries.inputs()[0].problems if "sealed" in one.what)
    here.close()
    with_keys = window.desk.session.queries.inputs()[0]
    assert sum(one.count for one in with_keys.problems if "sealed" in one.what) < sealed
    window.desk.bridge.use_keytabs(())
    window.desk.go("sources")
    settle(window)
    assert not page.keys.isVisible()
    kept = [one for one in (tmp_path / "settings").rglob("*") if one.is_file()]
    assert not any(b"keytab" in one.read_bytes() for one in kept)


def test_a_hostile_name_stays_words_and_a_running_source_keeps_the_workspace(
    make_window: Make, settle: Settle, tmp_path: Path
) -> None:
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(window, settle)
    page._wanted(GrowingSource(path=str(tmp_path / "\u202e<b>x</b>\n.pcap")), None)
    until(lambda: row(page).state is not None and bool(row(page).error))
    model = page.live.rows_model()
    words = [
        str(model.data(model.index(0, 0), role)) for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
    ]
    words += [one.accessibleName() for one in page.live.buttons[0].values()]
    assert not any("\u202e" in one or "\n" in one for one in words)
    assert "<b>" not in str(model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole))
    page._wanted(SyslogSource(address="127.0.0.1", port=free_port()), None)
    until(lambda: any(one.state == "running" for one in window.desk.bridge.states.values()))
    window.commands.write_case(tmp_path / "copy.wardlight")
    assert "Stop the live sources" in window.statusbar.said.text() and not (tmp_path / "copy.wardlight").exists()


def test_files_are_read_while_a_source_runs(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(tmp_path / "w.wardlight"))
    page = sources(window, settle)
    page._wanted(SyslogSource(address="127.0.0.1", port=free_port()), None)
    until(lambda: row(page).words == "running")
    window.read([sample_case()])
    until(lambda: not window.desk.bridge.reading)
    until(lambda: window.desk.overview is not None and len(window.desk.overview.inputs) == 2 and len(window.desk.alerts) > 0)
    assert row(page).words == "running"


def test_the_dialogs_offer_every_ending_that_is_read() -> None:
    offered = set(" ".join(PATTERNS.values()).replace("*", "").split())
    assert set(SUFFIXES) <= offered


def test_files_that_are_typed_without_their_folder_are_those_of_where_one_is(
    qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    syslog = SyslogForm(SyslogSource(transport="tls"))
    directory, radius, growing = DirectoryForm(None), RadiusForm(None), GrowingForm(None)
    for one in (syslog, directory, radius, growing):
        qtbot.addWidget(one)
    syslog.certificate.edit.setText("c.pem")
    syslog.key.edit.setText("keys/k.pem")
    directory.authorities.edit.setText("ca.pem")
    radius.places.edit.setText("places.mmdb")
    growing.path.edit.setText("-")
    spec = syslog.spec()
    assert (spec.certificate, spec.key) == (str(tmp_path / "c.pem"), str(tmp_path / "keys" / "k.pem"))
    assert directory.spec().authorities == str(tmp_path / "ca.pem") and DirectoryForm(None).spec().authorities == ""
    assert radius.spec().places == str(tmp_path / "places.mmdb") and growing.spec().path == "-"
