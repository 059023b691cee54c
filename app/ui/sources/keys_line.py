"""The line that says whose keys are in use."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.marks import IconMark
from app.ui.widgets.words import Elided


class KeysLine(QWidget):
    """Hidden while there are none."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.words = Elided("", role="text-quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(IconMark("proof", "accent"))
        row.addWidget(self.words)
        row.addWidget(LinkButton(tr("Stop using"), lambda: desk.bridge.use_keytabs(())))
        row.addStretch(1)
        desk.bridge.keytabs_changed.connect(self.show_keys)
        self.show_keys()

    def show_keys(self) -> None:
        """Names of the files, never their keys."""
        names = [one.name for one in self._desk.bridge.keytabs]
        self.words.say(f"Keys of {wording.listed(names)} open what is sealed in what is read from now on. They are not stored.")
        self.setVisible(bool(names))
