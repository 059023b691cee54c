"""As of when, and how far back: two menus, and a line for any date."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QWidget

from app.model.paths import HOUR, USUAL, WHOLE
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.widgets.buttons import MenuButton

WINDOWS = {USUAL: "48 hours", 7 * 24 * HOUR: "7 days", 30 * 24 * HOUR: "30 days", WHOLE: "All before"}
DAYS = 21
"""Days that the menu of dates offers."""


class TimeChoice(QWidget):
    """at: UTC microseconds, 0 for the last activity; window: microseconds before it, WHOLE for all. chosen(): one changed."""

    chosen = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.at, self.window_, self.last = 0, USUAL, 0
        self.date_button = MenuButton(tr("Last activity"), self.fill_dates, icon="clock")
        self.date_button.setToolTip(tr("As of when"))
        self.window_button = MenuButton(WINDOWS[USUAL], self.fill_windows)
        self.window_button.setToolTip(tr("How long before the date sessions count"))
        self.date = QLineEdit()
        self.date.setPlaceholderText("2026-01-31 14:00")
        self.date.setAccessibleName(tr("Date, or date and time"))
        self.date.setMaxLength(25)
        self.date.setFixedWidth(theme.px(136))
        self.date.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space("related"))
        for one in (self.date, self.date_button, self.window_button):
            row.addWidget(one)
        self.date.returnPressed.connect(self._typed)

    def show_choice(self, at: int, window: int) -> None:
        """Say what is chosen, without telling anybody."""
        self.at, self.window_ = at, window
        self.date.hide()
        self.date_button.say(wording.written(at) if at else "Last activity")
        self.window_button.say(WINDOWS.get(window, wording.span(window)))

    def ask_date(self) -> None:
        """Offer the line for any date."""
        self.date.setText(wording.written(self.at or self.last))
        self.date.show()
        self.date.setFocus(Qt.FocusReason.OtherFocusReason)
        self.date.selectAll()

    def fill_dates(self, menu: QMenu) -> None:
        """The last activity, the ends of the days of the evidence, any other."""
        overview = self._desk.overview
        _choice(menu, "Last activity", not self.at, lambda: self._choose(at=0))
        menu.addSeparator()
        last = overview.last if overview and overview.last else self.last
        first = overview.first if overview and overview.first else last
        end = wording.end_of_day(last) if last else 0
        for _ in range(DAYS):
            if end <= 0 or end < first:
                break
            words = f"End of {wording.day(end, year=True)}"
            _choice(menu, words, end == self.at, lambda end=end: self._choose(at=end))
            end = wording.end_of_day(end - 24 * HOUR)
        menu.addSeparator()
        menu.addAction("Another date…").triggered.connect(lambda *_: self.ask_date())

    def fill_windows(self, menu: QMenu) -> None:
        """How far back."""
        for length, words in WINDOWS.items():
            _choice(menu, words, length == self.window_, lambda length=length: self._choose(window=length))

    def _typed(self) -> None:
        at = wording.read(self.date.text())
        if at is None or at <= 0:
            self._desk.tell(f"“{wording.tidy(self.date.text(), 40)}” is no date such as 2026-01-31 or 2026-01-31 14:00.", True)
            return
        self._choose(at=at)

    def _choose(self, at: int | None = None, window: int | None = None) -> None:
        self.show_choice(self.at if at is None else at, self.window_ if window is None else window)
        self.chosen.emit()


def _choice(menu: QMenu, words: str, on: bool, do) -> None:
    action = menu.addAction(words)
    action.setCheckable(True)
    action.setChecked(on)
    action.triggered.connect(lambda *_: do())
