"""Below the list: what there is to say of the chosen workspace, what a check found, a question before what does not come back."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.workspace import Checked
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import Line, Paragraph

MOST = 6
"""Faults of a check that are listed; all are counted."""


class Foot(QWidget):
    """mend_wanted: count anew what a check found to be wrong; asked: a question waits."""

    mend_wanted = Signal()
    asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(Line())
        inside = QVBoxLayout()
        margin = theme.space("margin")
        inside.setContentsMargins(margin, theme.px(10), margin, theme.px(12))
        inside.setSpacing(theme.px(8))
        self.about, self.found, self.question = Paragraph("", look="quiet"), Paragraph(""), Paragraph("")
        self.mend = Button(tr("Count anew"), on_click=self.mend_wanted.emit)
        self.yes = Button("", primary=True, on_click=self._answer)
        self.no = Button(tr("Cancel"), on_click=self.forget)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.space("related"))
        for one in (self.mend, self.yes, self.no):
            buttons.addWidget(one)
        buttons.addStretch(1)
        for part in (self.about, self.found, self.question):
            inside.addWidget(part)
        inside.addLayout(buttons)
        whole.addLayout(inside)
        self._act: Callable[[], object] = lambda: None
        self.say("")
        self.forget()

    def say(self, words: str, bad: bool = False) -> None:
        """What a check found, "" for nothing."""
        self.found.setVisible(bool(words))
        self.found.set_role("high" if bad else "text")
        self.found.say(words)
        self.mend.hide()

    def show_check(self, name: str, found: Checked) -> None:
        """What a check of a workspace found."""
        if not found.faults:
            seen = f"{wording.count(found.activities, 'activity', 'activities')}, {wording.count(found.files, 'file')} of packets"
            self.say(f"{name} is whole: {seen}, every count and every reference.")
            return
        rest = len(found.faults) - MOST
        more = f" And {rest:,} more." if rest > 0 else ""
        self.say(f"{name}: {' '.join(one.what for one in found.faults[:MOST])}{more}", bad=True)
        self.mend.setVisible(any(one.mends for one in found.faults))

    def ask(self, words: str, verb: str, act: Callable[[], object]) -> None:
        """Ask before something that does not come back; act is called when it is wanted."""
        self._act = act
        self.question.say(words)
        self.yes.say(verb)
        for one in (self.question, self.yes, self.no):
            one.show()
        self.yes.setFocus(Qt.FocusReason.OtherFocusReason)
        self.asked.emit()

    @property
    def asks(self) -> bool:
        """Whether a question waits."""
        return not self.question.isHidden()

    def forget(self) -> None:
        """The question is taken back."""
        self._act = lambda: None
        for one in (self.question, self.yes, self.no):
            one.hide()

    def _answer(self) -> None:
        act = self._act
        self.forget()
        act()
