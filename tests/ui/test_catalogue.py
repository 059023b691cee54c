"""Translations: found in the source, kept in a list that is up to date, never touching what was read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.ui import catalogue
from app.ui.actions import BY_ID
from app.ui.catalogue import fits, tr
from app.ui.main_window import MainWindow
from tools import words

Settle = Callable[[MainWindow], None]
WHOLE = (
    "context_menu.py", "frame/keys_sheet.py", "pages/settings.py", "settings/section.py",
    "settings/appearance.py", "tables/table.py", "widgets/nav.py",
)  # fmt: skip
"""Files of which every text that is shown can be translated."""


@pytest.fixture(autouse=True)
def english():
    """No test leaves a language behind."""
    yield
    catalogue.use("en")


def _german(folder: Path) -> Path:
    (folder / "words").mkdir(parents=True)
    (folder / "words" / "de.toml").write_text(
        'name = "Deutsch"\n[words]\n"Settings" = "Einstellungen"\n"Alerts" = "Alarme"\n"Go to {x}" = "Zu {y}"\n'
        '"On this page: {title}" = "Auf dieser Seite: {title}"\n"Undo" = 7\n',
        encoding="utf-8",
    )
    return folder


def test_texts_are_found_and_a_file_is_filled_up(tmp_path: Path) -> None:
    assert {"Undo", "Alerts", "Open evidence…", "On this page: {title}", "Detector"} <= words.marked()
    path = _german(tmp_path) / "words" / "de.toml"
    path.write_text(words.filled(path), encoding="utf-8")
    assert catalogue.use("de", tmp_path) and tr("Alerts") == "Alarme" and tr("Undo") == "Undo"
    assert words.filled(path) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WHOLE)
def test_what_was_translatable_stays_so(name: str) -> None:
    assert words.unmarked().get(name, 0) == 0


def test_texts_are_marked_by_machine(tmp_path: Path) -> None:
    path = tmp_path / "page.py"
    path.write_text(
        'from app.ui import theme\n\n\ndef f(desk):\n    desk.tell("Done")\n    return Words("Älter", "page"), Words(name)\n'
    )
    assert words.mark(path) == 2 and words.mark(path) == 0
    made = path.read_text(encoding="utf-8")
    assert 'tell(tr("Done"))' in made and 'Words(tr("Älter"), "page"), Words(name)' in made
    compile(made, "page.py", "exec")


def test_what_fills_a_text_cannot_reach_into_it() -> None:
    assert fits("a {x}", "{x} b") and not fits("a {x}", "b") and not fits("a {x}", "{x.__class__}")
    assert not fits("a {x}", "{x!r}") and not fits("a {x}", "{x:>9999999}") and not fits("a", "{") and not fits("a", "{0}")


def test_every_text_keeps_its_places_in_the_pseudo_language() -> None:
    catalogue.use(catalogue.PSEUDO)
    for text in words.marked():
        assert tr(text).startswith("[") and fits(text, tr(text))


def test_a_file_in_the_folder_of_the_settings_is_a_language(tmp_path: Path) -> None:
    folder = _german(tmp_path)
    assert [(one.code, one.name) for one in catalogue.languages(folder)] == [("en", "English"), ("de", "Deutsch")]
    assert catalogue.use("de", folder) and tr("Settings") == "Einstellungen"
    assert tr("Go to {x}", x=1) == "Go to 1" and tr("Undo") == "Undo" and tr("Back") == "Back"
    assert tr("On this page: {title}", title="{x}") == "Auf dieser Seite: {x}"
    assert not catalogue.use("../../etc", folder) and catalogue.language() == "en"


def test_a_damaged_file_is_no_language(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "xx.toml").write_bytes(b"\xff\xfe name = [[[[")
    (tmp_path / "words" / "yy.toml").write_text("[words]\n", encoding="utf-8")
    assert [one.code for one in catalogue.languages(tmp_path)] == ["en"]


def test_the_frame_speaks_the_chosen_language_and_the_evidence_does_not(
    window: MainWindow, settle: Settle, tmp_path: Path
) -> None:
    window.desk.go("entities")
    settle(window)
    before = (
        [one.ref.label for one in window.page().table.rows_model().rows] if hasattr(window.page().table, "rows_model") else []
    )
    window.desk.set_look(language=catalogue.PSEUDO)
    settle(window)
    assert window.rail.items["alerts"].text() == "[Álérts]"
    assert window._actions["undo"].text().partition("\t")[0] == tr(BY_ID["undo"].words) == "[Úndó]"
    after = [one.ref.label for one in window.page().table.rows_model().rows] if before else []
    assert before == after
    window.do_by_id("help.keys")
    assert window.sheet.search.placeholderText().startswith("[")
    window.desk.set_look(language="en")
    settle(window)
    assert window.rail.items["alerts"].text() == "Alerts"
