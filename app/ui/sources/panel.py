"""The panel in which a live source is chosen and set up."""

import socket

import psutil
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.model.source import LiveSource
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.icons import paint_icon
from app.ui.page import scrolled
from app.ui.sources.forms import FORMS, CaptureForm, Form
from app.ui.sources.source_kinds import BY_WORD, ELSEWHERE, KINDS, RESOLVING, SourceKind
from app.ui.widgets.buttons import DISABLED, Button, PaintedButton
from app.ui.widgets.words import Line, Paragraph, Words

WIDEST = 520
CAPTURING = (
    "Capturing needs the right to do so: root or CAP_NET_RAW on Linux, Npcap on Windows. Nothing is sent; only what the "
    "interfaces see is read."
)


class KindRow(PaintedButton):
    """A kind to choose: icon, title, sentence; greyed where it cannot run."""

    def __init__(self, kind: SourceKind) -> None:
        super().__init__(kind.title)
        self.kind = kind
        self._sentence = kind.sentence if kind.here else ELSEWHERE
        self.setEnabled(kind.here)
        self.setAccessibleDescription(self._sentence)
        self.setToolTip(self._sentence)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Two lines with air."""
        return QSize(theme.px(200), theme.space("row-two-line"))

    def paintEvent(self, _event: object) -> None:
        """Paint ground, icon, both lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() and self.isEnabled():
            painter.fillRect(self.rect(), theme.colour("surface-3" if self.isDown() else "hover"))
        painter.setOpacity(1.0 if self.isEnabled() else DISABLED)
        side, left = theme.px(18), theme.px(16)
        paint_icon(painter, QRectF(left, (self.height() - side) / 2, side, side), self.kind.icon, theme.colour("text-quiet"))
        inner = self.rect().adjusted(left + side + theme.px(12), 0, -theme.px(12), 0)
        top = inner.center().y() - (theme.line_height() + theme.line_height("quiet")) / 2
        lines = (
            ("strong", "text", self.kind.title, theme.line_height()),
            ("quiet", "text-quiet", self._sentence, theme.line_height("quiet")),
        )
        for face, role, words, high in lines:
            painter.setFont(theme.font(face))
            painter.setPen(theme.colour(role))
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(QRectF(inner.left(), top, inner.width(), high), Qt.AlignmentFlag.AlignVCenter, shown)
            top += high
        painter.setOpacity(1.0)
        self.paint_ring(painter, QRectF(self.rect()), 3)


class SourcePanel(QWidget):
    """wanted(spec, before): this source is to run, its secret is kept already; before: the spec that it takes the place of."""

    wanted = Signal(object, object)
    closed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.form: Form | None = None
        self._kind: SourceKind | None = None
        self._before: LiveSource | None = None
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = Words("", "section")
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.back = Button("", "back", bare=True, tip="Other kinds of sources", on_click=self.choose)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(theme.px(16), theme.px(8), theme.px(4), theme.px(8))
        row.setSpacing(theme.px(4))
        row.addWidget(self.back)
        row.addWidget(self.title, 1)
        row.addWidget(Button("", "close", bare=True, tip="Close", on_click=self.closed.emit))
        self.start = Button(tr("Start"), primary=True, on_click=self._submit)
        foot = QWidget()
        below = QVBoxLayout(foot)
        below.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        below.setSpacing(theme.px(8))
        self.refusal = Paragraph("", look="high")
        below.addWidget(self.refusal)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.space("related"))
        buttons.addWidget(self.start)
        buttons.addWidget(Button(tr("Cancel"), key="Esc", on_click=self.closed.emit))
        buttons.addStretch(1)
        below.addLayout(buttons)
        self._foot_line, self._foot = Line(), foot
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(head)
        self._column.addWidget(Line())
        self._middle: QWidget | None = None
        self._column.addWidget(self._foot_line)
        self._column.addWidget(self._foot)
        self.choose()

    def choose(self) -> None:
        """Show the kinds."""
        self.form, self._kind, self._before = None, None, None
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for kind in KINDS:
            row = KindRow(kind)
            row.clicked.connect(lambda *_, chosen=kind: self._chosen(chosen.word))
            column.addWidget(row)
            column.addWidget(Line())
        column.addStretch(1)
        self.title.say(tr("Add a source"))
        self.back.hide()
        self._foot.hide()
        self._foot_line.hide()
        self._put(holder)

    def _chosen(self, word: str) -> None:
        """A hub is joined where sensors are."""
        if word == "hub":
            self.closed.emit()
            self._desk.go("sensors", "join")
        else:
            self.set_up(word)

    def set_up(self, word: str, spec: LiveSource | None = None) -> None:
        """Show the form of a kind, filled from a spec."""
        self._kind, self._before = BY_WORD[word], spec
        self.form = form = FORMS[word](spec)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(theme.px(16), theme.px(16), theme.px(16), theme.px(16))
        column.setSpacing(theme.px(14))
        column.addWidget(Paragraph({"resolver": RESOLVING, "capture": CAPTURING}.get(word, self._kind.sentence), look="quiet"))
        column.addWidget(form, 1)
        form.setMaximumWidth(theme.px(WIDEST))
        self.title.say(self._kind.title)
        self.start.say(self._kind.start)
        self.start.setEnabled(True)
        self.refusal.hide()
        for field in form.fields:
            field.changed.connect(self.refusal.hide)
        self.back.setVisible(spec is None)
        self._foot.show()
        self._foot_line.show()
        self._put(holder)
        if isinstance(form, CaptureForm):
            self._desk.jobs.run(_interfaces, form.interfaces.offer, owner=form)
        for one in form.findChildren(QWidget):
            if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isVisibleTo(form):
                one.setFocus(Qt.FocusReason.OtherFocusReason)
                break

    def keyPressEvent(self, event) -> None:
        """Enter starts, Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.form is not None:
            self._submit()
        else:
            super().keyPressEvent(event)

    def _submit(self) -> None:
        form, session = self.form, self._desk.session
        if form is None or not self.start.isEnabled() or form.problems():
            return
        spec, secret, before = form.spec(), form.secret(), self._before
        if secret is None or session is None:
            self.wanted.emit(spec, before)
            return

        def keep() -> bool:
            if secret.value:
                session.keep_secret(secret.name, secret.value)
            return bool(secret.value) or session.has_secret(secret.name)

        def kept(there: bool) -> None:
            self.start.setEnabled(True)
            if form is not self.form:
                return
            if there:
                self.wanted.emit(spec, before)
            else:
                refused("The keyring does not hold this secret any more. Type it again.")

        def refused(error: str) -> None:
            self.start.setEnabled(True)
            self.refusal.say(error.removeprefix("OSError: "))
            self.refusal.show()

        self.start.setEnabled(False)
        self._desk.jobs.run(keep, kept, refused, self, keeps=True)

    def _put(self, widget: QWidget) -> None:
        if self._middle is not None:
            self._column.removeWidget(self._middle)
            self._middle.hide()
            self._middle.deleteLater()
        self._middle = scrolled(widget)
        self._column.insertWidget(2, self._middle, 1)


def _interfaces() -> list[tuple[str, str, str]]:
    """(name, name, its addresses) of the interfaces of this computer, those that are up first, loopback last."""
    states = psutil.net_if_stats()
    found = []
    for name, addresses in psutil.net_if_addrs().items():
        shown = [one.address for one in addresses if one.family in (socket.AF_INET, socket.AF_INET6)]
        up = name in states and states[name].isup
        loopback = any(one in ("127.0.0.1", "::1") for one in shown)
        note = ", ".join(one for one in shown if not one.startswith("fe80")) if up else "is down"
        found.append(((not up, loopback, name), (name, name, note)))
    return [row for _, row in sorted(found)]
