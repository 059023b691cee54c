"""Copy as command: what is on screen as a line that the real parser takes and a shell cannot misread."""

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.command.listen import ordered, specs_of
from app.command.main import parser
from app.command.tune import changes as parsed_changes
from app.engine import tuned
from app.engine.detectors import DETECTORS
from app.model.source import CaptureSource, DirectorySource, RadiusSource, ResolverSource, SyslogSource
from app.model.tuning import Tuning
from app.ui.actions import BY_ID
from app.ui.command_lines import PROGRAM, TABLE, Line, Place, Unsafe, changes, lines, written
from app.ui.main_window import MainWindow
from app.ui.navigation import Route
from app.ui.page_table import PAGES

Settle = Callable[[MainWindow], None]
DETECTOR = next(one for one in DETECTORS if one.thresholds)
TUNED = Tuning(
    sensitivity="high", levels={DETECTOR.id: "low"}, values={f"{DETECTOR.id}.{DETECTOR.thresholds[0].name}": 7.5},
    off=frozenset({DETECTORS[-1].id}), test_mode=True,
)  # fmt: skip
FOLDER = Path(__file__).parent
"""Files are named from the root: the command takes others from where it is typed."""
LIVE = (
    CaptureSource(interfaces=("eth0", "eth1"), filter="port 88"),
    SyslogSource(transport="tls", address="::1", port=6514, certificate=str(FOLDER / "c.pem"), key=str(FOLDER / "k.pem")),
    RadiusSource(secret="vpn"),
    DirectorySource(url="ldaps://dc1", user="reader@corp.test", secret="vpn"),
    ResolverSource(server="10.0.0.10"),
)
HOSTILE = "-rf $(touch /tmp/x); `id` 'a' \"b\" *?&|<>\\ ü"


def _parse(line: Line):
    arguments = list(line.arguments)
    if arguments[0] == "listen":
        arguments = ["listen", *ordered(arguments[1:])]
    return parser(arguments[0]).parse_args(arguments)


@pytest.mark.parametrize("page", [one.name for one in PAGES])
def test_every_line_of_every_page_is_taken_by_the_real_parser(page: str) -> None:
    route = Route(page, "user:corp.test\\alice", (("account", "alice"), ("filter", 'who:alice not "a b"')))
    place = Place(route, "my case.wardlight", ("/a/b c.pcap", "-odd"), LIVE, (Tuning(), TUNED))
    for line in lines(place):
        assert _parse(line).command == line.arguments[0], line
        assert shlex.split(written(line, windows=False)) == [PROGRAM, *line.arguments]


def test_the_table_speaks_of_actions_and_pages_that_exist() -> None:
    pages = {one.name for one in PAGES}
    for row in TABLE:
        assert not row.action or row.action in BY_ID, row.action
        assert set(row.pages) <= pages


@given(st.text(max_size=60))
def test_whatever_a_name_is_one_word_stays_one_word(name: str) -> None:
    line = Line("", "", ("alert", "case.wardlight", name))
    try:
        text = written(line, windows=False)
    except Unsafe:
        return
    assert shlex.split(text) == [PROGRAM, *line.arguments]
    assert "\n" not in text and "\x1b" not in text


@pytest.mark.parametrize("name", ["a\nrm -rf /", "\x03", "a\x1b[2J", "a\u202eb", "\x7f"])
def test_what_a_terminal_would_act_on_is_refused(name: str) -> None:
    with pytest.raises(Unsafe):
        written(Line("", "", (name,)), windows=False)


def test_windows_words_are_quoted_and_what_cannot_be_is_refused() -> None:
    assert written(Line("", "", ("a b\\", "x&calc", "corp\\al")), windows=True) == f'{PROGRAM} "a b\\\\" "x&calc" corp\\al'
    for name in ("%PATH%", 'a"b', "!x!", "$(x)"):
        with pytest.raises(Unsafe):
            written(Line("", "", (name,)), windows=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [(Tuning(), TUNED), (TUNED, Tuning()), (TUNED, Tuning(levels={DETECTOR.id: "high"}, off=TUNED.off)), (Tuning(), Tuning())],
)
def test_the_changes_of_detectors_come_out_the_same_on_the_command_line(before: Tuning, after: Tuning) -> None:
    words = changes(before, after)
    if not words:
        assert before == after
        return
    options = parser("tune").parse_args(["tune", *words, "x"])
    assert tuned.changed(before, DETECTORS, **parsed_changes(options)) == after


def test_the_same_sources_are_listened_to() -> None:
    line = next(one for one in lines(Place(Route("sources"), live=LIVE)) if one.arguments[0] == "listen")
    found = specs_of(_parse(line))
    assert {type(one) for one in found} == {type(one) for one in LIVE}
    assert LIVE[0] in found and LIVE[1] in found and LIVE[3] in found


def test_a_hostile_name_stays_one_word() -> None:
    line = Line("", "", ("tag", "x", HOSTILE, "sensitive", "on"))
    assert shlex.split(written(line, windows=False))[3] == HOSTILE


def test_the_line_of_the_page_is_copied(window: MainWindow, settle: Settle) -> None:
    window.desk.go("activities", filter="kind:ntlm result:failure")
    settle(window)
    QTest.keyClick(window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    words = shlex.split(QGuiApplication.clipboard().text())
    assert (
        words[:2] == [PROGRAM, "export"]
        and "--filter=kind:ntlm result:failure" in words
        and str(window.desk.session.path) in words
    )


def test_a_draft_of_the_detectors_is_copied_as_what_if(window: MainWindow, settle: Settle) -> None:
    window.desk.go("settings", "detectors")
    settle(window)
    section = window.page().section("detectors")
    section.show_item(DETECTOR.id)
    QTest.mouseClick(section.panel.on.segments["off"], Qt.MouseButton.LeftButton)
    found = lines(window.commands.place())
    assert found[0].arguments[:2] == ("what-if", f"--off={DETECTOR.id}")
