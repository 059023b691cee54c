"""The settings page: found by words, every choice holds at once and after a restart."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import settings
from app.session import Session
from app.ui import theme, wording, zones
from app.ui.main_window import MainWindow
from app.ui.settings.table import SECTIONS

Settle = Callable[[MainWindow], None]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def defaults():
    """No test leaves a zone or a density behind."""
    yield
    zones.use("UTC")
    theme.set_density(False)
    theme.set_motion(False)


def test_the_gear_and_the_key_open_the_settings(window: MainWindow, settle: Settle) -> None:
    QTest.mouseClick(window.rail.settings, LEFT)
    settle(window)
    assert window.page().name == "settings" and window.rail.settings.isChecked()
    window.back()
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    settle(window)
    assert window.page().name == "settings"


def test_every_section_is_reached_and_found_again(window: MainWindow, settle: Settle) -> None:
    for one in SECTIONS:
        window.desk.go("settings", one.word)
        settle(window)
        assert window.page().route.key == one.word and window.page().nav[one.word].isChecked()
        assert window.page().section(one.word).items() or one.case
    window.back()
    settle(window)
    assert window.page().route.key == SECTIONS[-2].word


def test_a_setting_is_found_by_a_word_and_gets_the_keyboard(window: MainWindow, settle: Settle) -> None:
    window.desk.go("settings")
    settle(window)
    page = window.page()
    QTest.keyClicks(page.search, "density")
    assert [one.title for one in page.results.rows()] == ["Rows"]
    QTest.keyClick(page.search, Qt.Key.Key_Return)
    settle(window)
    assert not page.search.text() and page.section("appearance").density.segments["compact"].hasFocus()
    QTest.keyClicks(page.search, "nothing of this name")
    assert not page.results.rows() and page.route.option("find") == "nothing of this name"
    QTest.keyClick(page.search, Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is page.section("appearance")


def test_detectors_are_found_before_their_section_was_looked_at(window: MainWindow, settle: Settle, qtbot: QtBot) -> None:
    window.desk.go("settings", "appearance")
    settle(window)
    page = window.page()
    assert "detectors" not in page._sections
    QTest.keyClicks(page.search, "kerberoasting")
    qtbot.waitUntil(lambda: any(one.target == ("detectors", "kerberoasting") for one in page.results.rows()), timeout=10_000)
    qtbot.waitUntil(lambda: {one.word for one in SECTIONS} == set(page._sections), timeout=10_000)


def test_rows_grow_with_the_density_and_stay_so(window: MainWindow, settle: Settle, tmp_path) -> None:
    window.desk.go("entities")
    settle(window)
    assert theme.space("row") == 24
    window.desk.go("settings", "appearance")
    settle(window)
    QTest.mouseClick(window.page().section("appearance").density.segments["comfortable"], LEFT)
    settle(window)
    assert window.page().name == "settings" and window.page().section("appearance").density.segments["comfortable"].isChecked()
    window.desk.go("exclusions")
    settle(window)
    assert window.page().table.verticalHeader().defaultSectionSize() == 28
    assert settings.load(tmp_path / "settings").density == "comfortable"


def test_a_zone_by_name_holds_on_every_page_and_after_a_restart(
    window: MainWindow, settle: Settle, make_window, case, tmp_path
) -> None:
    window.desk.go("settings", "time")
    settle(window)
    section = window.page().section("time")
    if "Asia/Kolkata" not in section.names.stringList():
        pytest.skip("this machine has no zone database")
    section.name.setFocus()
    QTest.keyClicks(section.name, "Nowhere/Atall")
    QTest.keyClick(section.name, Qt.Key.Key_Return)
    assert "no zone" in section.wrong.text() and wording.zone_name() == "UTC"
    section.name.clear()
    QTest.keyClicks(section.name, "Asia/Kolkata")
    QTest.keyClick(section.name, Qt.Key.Key_Escape)
    QTest.keyClick(section.name, Qt.Key.Key_Return)
    settle(window)
    assert wording.zone_name() == "Asia/Kolkata" and window.topbar.zone.text() == "Asia/Kolkata"
    assert wording.clock(1_767_621_731_266_000) == "19:32:11"
    zones.use("UTC")
    again = make_window(Session.open(case))
    assert wording.zone_name() == "Asia/Kolkata" and again.topbar.zone.text() == "Asia/Kolkata"


def test_the_theme_is_chosen_with_the_keyboard(window: MainWindow, settle: Settle) -> None:
    window.desk.go("settings", "appearance", item="theme")
    settle(window)
    section = window.page().section("appearance")
    assert section.theme.segments["dark"].hasFocus()
    QTest.keyClick(section.theme.segments["dark"], Qt.Key.Key_Right)
    light = section.theme.segments["light"]
    QTest.keyClick(light, Qt.Key.Key_Space)
    settle(window)
    assert theme.active() == "light" and window.desk.settings.theme == "light"


def test_the_theme_follows_the_system_while_the_window_is_open(
    window: MainWindow, settle: Settle, qapp, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.ui.application import _follow_system

    window.do_by_id("theme.system")
    made = theme.on_change_of_system(lambda: _follow_system(window))
    hints = qapp.styleHints()
    try:
        for wanted in (True, False):  # what only the platform can say; this one has no desktop
            monkeypatch.setattr(theme, "_wants_contrast", lambda wanted=wanted: wanted)
            hints.colorSchemeChanged.emit(Qt.ColorScheme.Unknown)
            settle(window)
            assert theme.active() == ("contrast" if wanted else "dark")
        window.do_by_id("theme.light")
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
        settle(window)
        assert theme.active() == "light"
    finally:
        for one in made:
            QObject.disconnect(one)


def test_a_settings_file_of_another_time_gives_defaults_for_what_it_lacks(tmp_path) -> None:
    (tmp_path / "settings.json").write_text('{"theme": "light", "zone": "no/such", "keys": {"gone": ["Ctrl+1"]}, "new": 1}')
    kept = settings.load(tmp_path)
    assert kept.theme == "light" and kept.density == "compact"
    assert not zones.use(kept.zone) and wording.zone_name() == "UTC"


def test_who_is_sensitive_is_listed_added_by_name_and_undone(make_window, case, settle: Settle, tmp_path) -> None:
    (tmp_path / "own.wardlight").write_bytes(case.read_bytes())
    window = make_window(Session.open(tmp_path / "own.wardlight"))
    window.desk.go("settings", "tags", item="Honeytoken")
    settle(window)
    section = window.page().section("tags")
    queries = window.desk.session.queries
    before = queries.carriers()
    assert all(one.by_hand is None and one.why for one in before)
    account = next(one.ref for one in queries.entities("user", "", "activity", 0, 5))
    assert section.name.hasFocus()
    QTest.keyClicks(section.name, account.label[:5])
    QTest.qWait(300)
    settle(window)
    assert any(account.label in one for one in section.names.stringList())
    section.name.clear()
    QTest.keyClicks(section.name, "@")
    section.name.completer().popup().hide()
    QTest.mouseClick(section.add, LEFT)
    settle(window)
    assert section.wrong.isVisible() and "no account" in section.wrong.text()
    section.name.setText(account.key)
    QTest.mouseClick(section.add, LEFT)
    settle(window)
    given = [one for one in queries.carriers() if one.by_hand]
    assert [(one.ref.key, one.tag) for one in given] == [(account.key, "Honeytoken")]
    section.refresh()
    settle(window)
    assert section.table.rows_model().rows[0].ref.key == account.key
    window.do_by_id("undo")
    settle(window)
    assert queries.carriers() == before


def test_pasted_domains_are_known_to_be_bad_in_one_step(window: MainWindow, settle: Settle) -> None:
    window.desk.go("settings", "tags", item="Known bad")
    settle(window)
    section = window.page().section("tags")
    assert section.tag.segments["Known bad"].isChecked() and section.name.hasFocus()
    QApplication.clipboard().setText("evil.test\n*.Other.Test, third.test")
    QTest.keyClick(section.name, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(section.name, Qt.Key.Key_Return)
    settle(window)
    given = {(one.ref.key, one.ref.kind, one.tag) for one in window.desk.session.queries.carriers() if one.by_hand}
    assert given == {(f"domain:{one}.test", "domain", "Known bad") for one in ("evil", "other", "third")}
    assert section.name.text() == ""
    window.do_by_id("undo")
    settle(window)
    assert not [one for one in window.desk.session.queries.carriers() if one.by_hand]
    QTest.keyClicks(section.name, "nodomain")
    QTest.keyClick(section.name, Qt.Key.Key_Return)
    settle(window)
    assert section.wrong.isVisible() and "no domain" in section.wrong.text()


def test_what_listening_leaves_to_others_is_bounded(window: MainWindow, settle: Settle) -> None:
    window.desk.go("settings", "evidence", item="evidence.reserve")
    settle(window)
    section = window.page().section("evidence")
    assert section.reserve.hasFocus()
    for text, kept, words in (("30", 0.3, "30 %"), ("91", 0.3, "must be"), ("x", 0.3, "must be"), ("0", 0.0, "what it needs")):
        section.reserve.selectAll()
        QTest.keyClicks(section.reserve, text)
        QTest.keyClick(section.reserve, Qt.Key.Key_Return)
        assert window.desk.settings.reserve == kept and words in section.reserve_row.hint.text()


def test_what_is_kept_of_packets_is_bounded(window: MainWindow, settle: Settle) -> None:
    window.desk.go("settings", "evidence", item="evidence.size")
    settle(window)
    section = window.page().section("evidence")
    assert section.kept.hasFocus()
    for text, kept in (("2048", 2048), ("3", 2048), ("many", 2048)):
        section.kept.selectAll()
        QTest.keyClicks(section.kept, text)
        QTest.keyClick(section.kept, Qt.Key.Key_Return)
        assert window.desk.settings.evidence == kept
    assert "must be" in section.size_row.hint.text()
    section.places.setText("/no/such/file.mmdb")
    section.places.editingFinished.emit()
    assert window.desk.settings.places == "" and "no such file" in section.places_row.hint.text()
