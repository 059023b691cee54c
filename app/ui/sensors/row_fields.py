"""Fields that hold several rows: controllers, syslog listeners; each row can be taken away, another one added."""

import ipaddress
import re
from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.model.sensor import Controller
from app.model.source import SyslogSource
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.sources import checks
from app.ui.widgets.buttons import Button
from app.ui.widgets.fields import Check, Field, Segment

MOST = 64
"""Rows of one field."""
FQDN = re.compile(r"(?=.{3,255}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})+\.?\Z")


class Entry(QWidget):
    """Base of one row. changed: something was typed; gone: it is to be taken away."""

    changed = Signal()
    gone = Signal()

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(4))

    def line(self, *parts: QWidget, last: bool = False) -> None:
        """Parts side by side; last: with the button that takes the row away."""
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        for one in parts:
            row.addWidget(one, 1 if isinstance(one, (QLineEdit, Check)) else 0)
        if last:
            row.addWidget(Button("", "close", bare=True, tip=f"Take this {self.what} away", on_click=self.gone.emit))
        self._column.addLayout(row)

    def edit(self, text: str, name: str, example: str, width: int = 0) -> QLineEdit:
        """A line to type in."""
        made = QLineEdit(text)
        made.setPlaceholderText(example)
        made.setAccessibleName(name)
        if width:
            made.setFixedWidth(theme.px(width))
        made.textEdited.connect(lambda _: self.changed.emit())
        return made

    def problem(self) -> str:
        """What is wrong with it."""
        raise NotImplementedError

    def is_empty(self) -> bool:
        """Nothing was typed, so that it counts as not there."""
        return False


class ControllerEntry(Entry):
    """Full name, addresses, whether it is read-only."""

    def __init__(self, value: Controller | None) -> None:
        super().__init__("controller")
        was = value or Controller(fqdn="")
        self.fqdn = self.edit(was.fqdn, "Full name of the controller", "dc1.corp.test")
        self.addresses = self.edit(", ".join(was.addresses), "Addresses of the controller", "addresses, if it has no name in DNS")
        self.read_only = Check("Read-only", on=was.read_only)
        self.read_only.toggled.connect(lambda _: self.changed.emit())
        self.line(self.fqdn, last=True)
        self.line(self.addresses, self.read_only)

    def problem(self) -> str:
        """A full name, and addresses that are some."""
        name = self.fqdn.text().strip()
        if self.is_empty():
            return ""
        if not FQDN.match(name):
            return f"{name[:40] or 'A controller'} needs its full name, such as dc1.corp.test."
        for one in checks.split(self.addresses.text()):
            try:
                ipaddress.ip_address(one)
            except ValueError:
                return f"{one[:40]} is no address."
        return ""

    def is_empty(self) -> bool:
        """Neither name nor address."""
        return not self.fqdn.text().strip() and not self.addresses.text().strip()

    def value(self) -> Controller:
        """What it says."""
        addresses = tuple(str(ipaddress.ip_address(one)) for one in checks.split(self.addresses.text()))
        name = self.fqdn.text().strip().rstrip(".")
        return Controller(fqdn=name, addresses=addresses, read_only=self.read_only.isChecked())


class SyslogEntry(Entry):
    """Transport, address, port; with TLS the files on the sensor's machine."""

    def __init__(self, value: SyslogSource | None) -> None:
        super().__init__("listener")
        was = value or SyslogSource()
        self.transports = {word: Segment(word.upper()) for word in ("udp", "tcp", "tls")}
        for word, one in self.transports.items():
            one.setChecked(word == was.transport)
            one.toggled.connect(lambda on: on and self._arrange())
        self.address = self.edit(was.address, "Address that it listens on", "0.0.0.0")
        self.port = self.edit(str(was.port), "Port", "514", 64)
        self.certificate = self.edit(was.certificate, "Certificate", "certificate, a PEM file on the sensor's computer")
        self.key = self.edit(was.key, "Private key", "its private key, likewise")
        self.line(*self.transports.values(), self.address, self.port, last=True)
        self.line(self.certificate)
        self.line(self.key)
        self._arrange()

    @property
    def transport(self) -> str:
        """The chosen one."""
        return next((word for word, one in self.transports.items() if one.isChecked()), "udp")

    def _arrange(self) -> None:
        for one in (self.certificate, self.key):
            one.setVisible(self.transport == "tls")
        self.changed.emit()

    def problem(self) -> str:
        """An address, a port, files for TLS."""
        wrong = checks.address(self.address.text().strip()) or checks.port(self.port.text().strip())
        if not wrong and self.transport == "tls" and not (self.certificate.text().strip() and self.key.text().strip()):
            return "TLS needs a certificate and its key; name the files on the sensor's computer."
        return wrong

    def value(self) -> SyslogSource:
        """What it says."""
        tls = self.transport == "tls"
        return SyslogSource(
            transport=self.transport, address=self.address.text().strip().strip("[]"), port=int(self.port.text().strip()),
            certificate=self.certificate.text().strip() if tls else "", key=self.key.text().strip() if tls else "",
        )  # fmt: skip


class RowsField(Field):
    """Rows that make() makes, of a value or of None for a new one; more: words of the button that adds one."""

    def __init__(self, name: str, hint: str, make: Callable[..., Entry], values: Sequence[object], more: str) -> None:
        super().__init__(name, hint)
        self._make = make
        self.entries: list[Entry] = []
        holder = QWidget()
        self._rows = QVBoxLayout(holder)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(theme.px(10))
        self.more = Button(tr(more), "plus", on_click=self.add)
        self._rows.addWidget(self.more)
        self.put(holder)
        for one in values:
            self._add(one)

    def add(self) -> None:
        """Another row, with the caret in it."""
        entry = self._add(None)
        if entry is not None:
            first = entry.findChild(QLineEdit)
            if first is not None:
                first.setFocus()
            self.changed.emit()

    def _add(self, value: object) -> Entry | None:
        if len(self.entries) >= MOST:
            return None
        entry = self._make(value)
        entry.changed.connect(self.changed.emit)
        entry.gone.connect(lambda: self._remove(entry))
        self.entries.append(entry)
        self._rows.insertWidget(len(self.entries) - 1, entry)
        return entry

    def _remove(self, entry: Entry) -> None:
        self.entries.remove(entry)
        self._rows.removeWidget(entry)
        entry.hide()
        entry.deleteLater()
        self.more.setFocus()
        self.changed.emit()

    def problem(self) -> str:
        """The first thing that is wrong with a row."""
        return next((wrong for one in self.entries if (wrong := one.problem())), "")

    def values(self) -> tuple:
        """What the rows say, without empty ones."""
        return tuple(one.value() for one in self.entries if not one.is_empty())
