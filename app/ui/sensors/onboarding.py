"""How a workspace comes to a hub, and a sensor to it: one line to paste each."""

import re
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.model.sensor import NAME, SensorKind
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.sensors.side import Side
from app.ui.widgets.buttons import Button
from app.ui.widgets.fields import ChoiceField, TextField
from app.ui.widgets.words import Paragraph, Words

JOINING = (
    "A hub takes in what sensors on other computers send and keeps it until this workspace has stored it. On the hub's computer "
    "`wardlight hub add-analyst YOUR-NAME` prints one line. Paste it here. It holds a key and is kept in the keyring, not in the "
    "workspace."
)
ADDING = "A sensor needs a key of its own, with which it can write its own activities and nothing else."
THERE = "On the sensor's computer run this once. The line holds its key; it is shown here only now."
ELSEWHERE = (
    "The hub runs on another computer, or as another user. Run this there; it prints one line for the sensor's computer. "
    "Its kind is chosen when you set it up here."
)
NEXT = "It appears in the list when it was heard for the first time; then set it up here."


def _name_rule(text: str) -> str:
    good = re.fullmatch(NAME.pattern or "", text) is not None and len(text) <= (NAME.max_length or 0)
    return "" if good else "Letters, digits, dots, hyphens, underlines; at most 64, a letter or digit first."


class JoinPanel(Side):
    """joined(spec): the hub was reached and its key is kept; spec: the live source that follows it."""

    joined = Signal(object)
    line: TextField
    """There since ask."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk

    def ask(self) -> None:
        """Ask for the line."""
        self.line = TextField(
            tr("The line"), tr("It begins with wardlight1: and is not shown."),
            lambda text: "" if text.strip().startswith("wardlight1:") else "Such a line begins with wardlight1:", secret=True,
        )  # fmt: skip
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.line)
        column.addStretch(1)
        self.put(tr("Connect to a hub"), holder, ("Connect", self._join), ("Cancel", self.closed.emit), words=tr(JOINING))

    def _join(self) -> None:
        session = self._desk.session
        if session is None or self.line.complain():
            return
        text = self.line.text()
        if self.first is not None:
            self.first.setEnabled(False)
        self._desk.jobs.run(
            lambda: session.join_hub(text),
            self.joined.emit,
            lambda error: self.refuse(error.partition(": ")[2] or error),
            self,
            keeps=True,
        )


class AddPanel(Side):
    """A name and a kind; then the line to paste, or what to run where the hub is."""

    added = Signal()
    name: TextField
    kind: ChoiceField
    """There since ask, as the name is."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.shown: QLineEdit | None = None

    def ask(self) -> None:
        """Ask for name and kind."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(14))
        self.name = TextField(tr("Name"), tr("How it is listed; its computer's name does well."), _name_rule, example="dc1")
        self.kind = ChoiceField(
            tr("Kind"), (("sensor", tr("On a controller")), ("standalone", tr("Standalone"))), "sensor",
            tr("On a controller: its own traffic and event log. Standalone: mirrored traffic, syslog, RADIUS, forwarded events."),
        )  # fmt: skip
        column.addWidget(self.name)
        column.addWidget(self.kind)
        column.addStretch(1)
        self.put(tr("Add a sensor"), holder, ("Add", self._add), ("Cancel", self.closed.emit), words=tr(ADDING))

    def _add(self) -> None:
        session = self._desk.session
        if session is None or self.name.complain():
            return
        name, kind = self.name.text(), self.kind.text()
        wanted: SensorKind = "sensor" if kind == "sensor" else "standalone"
        if self.first is not None:
            self.first.setEnabled(False)

        def done(made: tuple[str, str]) -> None:
            line, command = made
            self._show(name, line, command)
            if line:
                self.added.emit()

        self._desk.jobs.run(
            lambda: session.add_sensor(name, wanted),
            done,
            lambda error: self.refuse(error.partition(": ")[2] or error),
            self,
            keeps=True,
        )

    def _show(self, name: str, line: str, command: str) -> None:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(12))
        self.shown = QLineEdit(command)
        self.shown.setReadOnly(True)
        self.shown.setCursorPosition(0)
        self.shown.setFont(theme.font("mono"))
        self.shown.setAccessibleName(tr("Command"))
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        row.addWidget(self.shown, 1)
        row.addWidget(Button(tr("Copy"), on_click=lambda: self._copy(command)))
        column.addWidget(Words(tr("On the sensor's computer") if line else tr("On the hub's computer"), "quiet-strong", "quiet"))
        column.addLayout(row)
        column.addWidget(Paragraph(tr(NEXT), look="quiet"))
        column.addStretch(1)
        self.put(f"{tr('Add a sensor')}: {name}", holder, ("Done", self.closed.emit), words=tr(THERE) if line else tr(ELSEWHERE))

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._desk.tell("Copied. It holds a key: clear the clipboard when it was pasted." if "wardlight1:" in text else "Copied.")


def confirm(panel: Side, title: str, words: str, button: str, act: Callable[[], object]) -> None:
    """Ask before something that cannot be undone."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(Paragraph(words))
    column.addStretch(1)
    panel.put(title, holder, (button, act), ("Cancel", panel.closed.emit))
