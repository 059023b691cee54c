"""The panel in which an exclusion is made: who, for which detector, why, until when; filled from an alert's parties."""

from collections.abc import Callable, Sequence
from ipaddress import ip_address, ip_network

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.alert import Alert
from app.model.entity import EntityRef
from app.model.exclusion import KINDS, ExclusionError, Kind, normal
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.page import scrolled
from app.ui.widgets.buttons import Button, LinkButton
from app.ui.widgets.fields import ChoiceField, TextField
from app.ui.widgets.flow import flow
from app.ui.widgets.words import Line, Paragraph, Words

Veiled = Callable[[str], str]
OF_ENTITY: dict[str, Kind] = {
    "user": "account", "service": "account", "computer": "computer", "controller": "computer", "address": "address",
    "group": "group", "domain": "domain",
}  # fmt: skip
"""Kind of exclusion that names an entity of a kind."""
DAYS = {"never": None, "30": 30, "90": 90, "365": 365}
WARNING = (
    "Only who acts counts: an attacked party excludes nothing. What is excluded stays in the case, hidden, with this reason."
)
MOST = 12
SHOWN = 6
"""Parties that are offered; an alert may name dozens, and the form below them is what the panel is for."""
WIDEST = 560
"""Width of the form, in pixels of the design, however wide the panel is."""


def offers_of(alerts: Sequence[Alert], veiled: Veiled = str) -> list[tuple[Kind, str]]:
    """The same of several alerts: those that most of them suggest first."""
    met: dict[tuple[Kind, str], int] = {}
    for alert in alerts:
        for one in offers(alert, veiled):
            met[one] = met.get(one, 0) + 1
    return sorted(met, key=lambda one: -met[one])[:MOST]


def offers(alert: Alert, veiled: Veiled = str) -> list[tuple[Kind, str]]:
    """(kind, value) of the exclusions that an alert's parties suggest, the narrowest first. veiled: makes a value fit to show."""
    found: dict[tuple[Kind, str], None] = {}
    finding = alert.finding
    for ref in (*finding.accounts, *finding.sources, *(one for one in finding.targets if one.kind == "domain")):
        one = party(ref, veiled)
        if one is not None:
            found.setdefault(one, None)
    for kind, value in tuple(found):
        if kind == "address":
            network = ip_network(f"{value}/{24 if ip_address(value).version == 4 else 64}", strict=False)
            found.setdefault(("subnet", str(network)), None)
    return list(found)[:MOST]


def party(ref: EntityRef, veiled: Veiled = str) -> tuple[Kind, str] | None:
    """(kind, value) of the exclusion that names an entity, None when none can; a controller without a name is its address."""
    kind = OF_ENTITY.get(ref.kind)
    if kind is None or not ref.key:
        return None
    of, _, rest = ref.key.partition(":")
    value = veiled(rest) if of in ("address", "computer", "domain") or "\\" in rest else ref.label
    return ("address" if of == "address" else kind), value


class ExclusionPanel(QWidget):
    """wanted(detector, kind, value, reason, days): the exclusion is to be made; days: None for never."""

    wanted = Signal(str, str, str, str, object)
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.detector = "*"
        self.title = Words(tr("Exclude"), "section")
        head = QHBoxLayout()
        head.setContentsMargins(theme.px(16), theme.px(8), theme.px(4), theme.px(8))
        head.addWidget(self.title, 1)
        head.addWidget(Button("", "close", bare=True, tip="Close", on_click=self.closed.emit))
        middle = QWidget()
        self._middle = QVBoxLayout(middle)
        self._middle.setContentsMargins(theme.px(16), theme.px(16), theme.px(16), theme.px(16))
        self._middle.addStretch(1)
        self.add = Button(tr("Exclude"), primary=True, on_click=self._submit)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        foot.setSpacing(theme.space("related"))
        foot.addWidget(self.add)
        foot.addWidget(Button(tr("Cancel"), key="Esc", on_click=self.closed.emit))
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Line())
        self._area = scrolled(middle)
        column.addWidget(self._area, 1)
        column.addWidget(Line())
        column.addLayout(foot)
        self._form: QWidget | None = None
        self.set_up(())

    def set_up(self, alerts: Sequence[Alert], veiled: Veiled = str) -> None:
        """An empty form, or one that is filled from alerts."""
        suggested = offers_of(alerts, veiled)[:SHOWN]
        kind, value = suggested[0] if suggested else ("account", "")
        rules = {one.detector for one in alerts}
        self.detector = next(iter(rules)) if len(rules) == 1 else "*"
        holder = QWidget()
        holder.setMaximumWidth(theme.px(WIDEST))
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(14))
        self.offered = [
            LinkButton(f"{one[0]} {wording.middle(one[1], 40)}", lambda one=one: self._take(*one)) for one in suggested
        ]
        if self.offered:
            column.addWidget(Words(tr("Who acted"), "quiet-strong", "quiet"))
            column.addWidget(flow(*self.offered, gap=12))
        self.kind = ChoiceField("Kind", [(one, wording.EXCLUSIONS[one]) for one in KINDS], kind)
        self.value = TextField(
            "Who", "A name or a pattern with *; DOMAIN\\name, a SID, an address, a subnet.", self._wrong, value, "svc_scan"
        )
        choices = [(self.detector, "This detector")] if self.detector != "*" else []
        self.scope = ChoiceField("For", [*choices, ("*", "Every detector")], self.detector)
        self.reason = TextField(
            "Reason", "Shown wherever something is excluded.", value="", example="Approved scanner, ticket 4711"
        )
        self.until = ChoiceField("Until", [("never", "No end"), ("30", "30 days"), ("90", "90 days"), ("365", "A year")], "never")
        for field in (self.kind, self.value, self.scope, self.reason, self.until):
            column.addWidget(field)
        column.addWidget(Paragraph(WARNING, "quiet", "quiet"))
        if self._form is not None:
            self._middle.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
        self._form = holder
        self._middle.insertWidget(0, holder)
        told = f"Exclude a party of {wording.count(len(alerts), 'alert')}" if len(alerts) > 1 else "Exclude a party of this alert"
        self.title.say(told if alerts else "Add an exclusion")

    def begin(self) -> None:
        """The caret into the value, which is scrolled to once the form has its place."""
        self.value.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        QTimer.singleShot(0, self, lambda: self._area.ensureWidgetVisible(self.value, 0, theme.px(16)))

    def keyPressEvent(self, event) -> None:
        """Enter excludes, Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._submit()
        else:
            super().keyPressEvent(event)

    def _take(self, kind: str, value: str) -> None:
        self.kind.segments[kind].setChecked(True)
        self.value.edit.setText(value)
        self.value.changed.emit()

    def _wrong(self, text: str) -> str:
        kind = next((one for one in KINDS if one == self.kind.text()), None)
        if kind is None:
            return "Choose a kind."
        try:
            normal(kind, text)
        except ExclusionError as error:
            return str(error)
        return ""

    def _submit(self) -> None:
        if self.value.complain():
            self.value.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.wanted.emit(
            self.scope.text(), self.kind.text(), self.value.text(), self.reason.text(), DAYS[self.until.text()]
        )  # fmt: skip
