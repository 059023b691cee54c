"""The panel in which a destination is set up, or in which one sees what it would be sent."""

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.model.notice import Target, kind_of
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.notifying.forms import FORMS, SENTENCES, TITLES, TargetForm
from app.ui.page import scrolled
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import Line, Paragraph, Words

WIDEST = 520


class TargetPanel(QWidget):
    """wanted(target, before): this destination is to be kept, its secret is kept already; before: whose place it takes."""

    wanted = Signal(object, object)
    closed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.form: TargetForm | None = None
        self._before: Target | None = None
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = Words("", "section")
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(theme.px(16), theme.px(8), theme.px(4), theme.px(8))
        row.addWidget(self.title, 1)
        row.addWidget(Button("", "close", bare=True, tip=tr("Close"), on_click=self.closed.emit))
        self.save = Button(tr("Save"), primary=True, on_click=self._submit)
        self.foot = QWidget()
        below = QVBoxLayout(self.foot)
        below.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        below.setSpacing(theme.px(8))
        self.refusal = Paragraph("", look="high")
        self.refusal.hide()
        below.addWidget(self.refusal)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.space("related"))
        buttons.addWidget(self.save)
        buttons.addWidget(Button(tr("Cancel"), key="Esc", on_click=self.closed.emit))
        buttons.addStretch(1)
        below.addLayout(buttons)
        self._foot_line = Line()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(head)
        self._column.addWidget(Line())
        self._middle: QWidget | None = None
        self._column.addWidget(self._foot_line)
        self._column.addWidget(self.foot)

    def set_up(self, kind: str, before: Target | None, taken: Collection[str], detectors: Collection[str]) -> None:
        """Show the form of a kind, filled from a destination. taken: names of the others, in lower case."""
        self._before = before
        self.form = form = FORMS[kind](before, taken, detectors)  # type: ignore[call-arg, arg-type]
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(theme.px(16), theme.px(16), theme.px(16), theme.px(16))
        column.setSpacing(theme.px(14))
        column.addWidget(Paragraph(SENTENCES[kind], look="quiet"))
        column.addWidget(form, 1)
        form.setMaximumWidth(theme.px(WIDEST))
        self.title.say(before.name if before is not None else TITLES[kind])
        self.save.setEnabled(True)
        self.refusal.hide()
        for field in form.fields:
            field.changed.connect(self.refusal.hide)
        self._put(holder, True)
        form.name.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_preview(self, target: Target, about: str, text: str) -> None:
        """What a destination would be sent about an alert."""
        self.form, self._before = None, None
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(theme.px(16), theme.px(16), theme.px(16), theme.px(16))
        column.setSpacing(theme.px(10))
        column.addWidget(Paragraph(f"{TITLES[kind_of(target)]}, about the newest suspicious activity: {about}", look="quiet"))
        self.text = QPlainTextEdit(text)
        self.text.setReadOnly(True)
        self.text.setFont(theme.font("mono"))
        self.text.setAccessibleName(tr("What would be sent"))
        self.text.setTabChangesFocus(True)
        column.addWidget(self.text, 1)
        self.title.say(f"Preview: {target.name}")
        self._put(holder, False)
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event) -> None:
        """Enter saves, Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.form is not None:
            self._submit()
        else:
            super().keyPressEvent(event)

    def _submit(self) -> None:
        form, session = self.form, self._desk.session
        if form is None or session is None or not self.save.isEnabled() or form.problems():
            return
        target, secret, before = form.target(), form.secret(), self._before
        if secret is None:
            self.wanted.emit(target, before)
            return

        def keep() -> bool:
            if secret.value:
                session.keep_secret(secret.name, secret.value)
            return bool(secret.value) or session.has_secret(secret.name)

        def kept(there: bool) -> None:
            self.save.setEnabled(True)
            if form is not self.form:
                return
            if there:
                self.wanted.emit(target, before)
            else:
                refused("The keyring does not hold this secret any more. Type it again.")

        def refused(error: str) -> None:
            self.save.setEnabled(True)
            self.refusal.say(error.removeprefix("OSError: "))
            self.refusal.show()

        self.save.setEnabled(False)
        self._desk.jobs.run(keep, kept, refused, self, keeps=True)

    def _put(self, widget: QWidget, is_form: bool) -> None:
        if self._middle is not None:
            self._column.removeWidget(self._middle)
            self._middle.hide()
            self._middle.deleteLater()
        self._middle = scrolled(widget) if is_form else widget
        self._column.insertWidget(2, self._middle, 1)
        self.foot.setVisible(is_form)
        self._foot_line.setVisible(is_form)
