"""One detector: on or off, how sensitive, its thresholds edited in place, its page."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.model.detection import DetectorRow, ThresholdRow
from app.model.tuning import Tuning
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.page import scrolled
from app.ui.settings import draft
from app.ui.settings.section import Segments
from app.ui.widgets.buttons import Button, LinkButton
from app.ui.widgets.document import DocumentView
from app.ui.widgets.words import Elided, Line, Paragraph, Words

ON = (("on", "On"), ("off", "Off"))


class ThresholdField(QWidget):
    """One number with its unit; changed(number): a good one was typed; None: back to that of the level."""

    changed = Signal(object)

    def __init__(self, row: ThresholdRow, detector: str, tuning: Tuning) -> None:
        super().__init__()
        self.row = row
        value = draft.value(tuning, detector, row)
        own = row.key in tuning.values and not tuning.test_mode
        self.edit = QLineEdit(draft.written(row, value))
        self.edit.setAccessibleName(f"{row.words}, {draft.unit(row).words}".rstrip(", "))
        self.edit.setMaxLength(24)
        self.edit.setFixedWidth(theme.px(110))
        self.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.edit.setEnabled(not tuning.test_mode)
        self.edit.textEdited.connect(self._typed)
        levels = ", ".join(f"{one} {draft.with_unit(row, getattr(row, one))}" for one in draft.LEVELS)
        self._levels = levels[:1].upper() + levels[1:]
        self.note = Paragraph(self._levels, "quiet", "quiet")
        self.back = LinkButton(tr("Default"), lambda: self.changed.emit(None), kind="quiet")
        self.back.setAccessibleName(f"Default of {row.words}")
        self.back.setVisible(own)
        line = QHBoxLayout()
        line.setSpacing(theme.space("related"))
        line.addWidget(self.edit)
        line.addWidget(Words(draft.unit(row).words, look="quiet"))
        line.addStretch(1)
        line.addWidget(self.back)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(Paragraph(row.words[:1].upper() + row.words[1:]))
        column.addLayout(line)
        column.addWidget(self.note)

    def problem(self) -> str:
        """What is wrong with what is typed."""
        try:
            draft.read(self.row, self.edit.text())
        except ValueError as error:
            return str(error)
        return ""

    def _typed(self, text: str) -> None:
        wrong = self.problem()
        self.note.set_role("high" if wrong else "text-quiet")
        self.note.say(wrong or self._levels)
        if not wrong:
            self.back.show()
            self.changed.emit(draft.read(self.row, text))


class DetectorPanel(QWidget):
    """changed(tuning): something was set here, not saved. closed: its cross was pressed. typed: in any field, right or wrong."""

    changed = Signal(object)
    closed = Signal()
    typed = Signal()

    def __init__(self, desk: Desk, page_of: Callable[[str], None]) -> None:
        super().__init__()
        self._desk, self._page_of = desk, page_of
        self.row: DetectorRow | None = None
        self._tuning = Tuning()
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = Elided("", "section")
        self.about = Elided("", "quiet", "text-quiet")
        head = QVBoxLayout()
        head.setContentsMargins(theme.px(16), theme.px(10), theme.px(4), 0)
        head.setSpacing(theme.px(2))
        first = QHBoxLayout()
        first.addWidget(self.title, 1)
        first.addWidget(Button("", "close", bare=True, tip="Close the detector", on_click=self.closed.emit))
        head.addLayout(first)
        head.addWidget(self.about)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(tr("Detector"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for words in ("Settings", "What it means"):
            self.tabs.addTab(words)
        self.tabs.currentChanged.connect(self._show_tab)
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.px(16), theme.px(4), 0, 0)
        bar.addWidget(self.tabs, 1)
        self.page = DocumentView("The page of the detector")
        self.stack = QStackedWidget()
        self._form: QWidget = QWidget()
        self.stack.addWidget(self._form)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(theme.px(16), theme.px(12), theme.px(6), 0)
        inside.addWidget(self.page)
        self._beside = holder
        self.stack.addWidget(holder)
        self.thresholds: list[ThresholdField] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(bar)
        column.addWidget(Line())
        column.addWidget(self.stack, 1)

    def show_detector(self, row: DetectorRow, tuning: Tuning) -> None:
        """Show one detector as these settings would have it."""
        same = self.row is not None and self.row.id == row.id
        self.row, self._tuning = row, tuning
        self.title.say(row.title)
        number = (f"external id {row.external_id}",) if row.external_id else ()
        about = (*number, row.phase, wording.SEVERITIES[row.severity], wording.listed(row.techniques))
        self.about.say(" · ".join(one for one in about if one))
        form = scrolled(self._make(row, tuning))
        self.stack.removeWidget(self._form)
        self._form.deleteLater()
        self._form = form
        self.stack.insertWidget(0, form)
        if not same:
            self._page_of(row.id)
        self._show_tab(self.tabs.currentIndex())

    def show_page(self, markdown: str) -> None:
        """The detector's page has arrived."""
        first, _, rest = markdown.partition("\n")  # its title stands above already
        self.page.show_markdown((rest if first.startswith("# ") else markdown) or "This detector has no page.")

    def problems(self) -> list[str]:
        """What is wrong with what is typed."""
        return [wrong for one in self.thresholds if (wrong := one.problem())]

    def _show_tab(self, place: int) -> None:
        self.stack.setCurrentWidget(self._beside if place else self._form)

    def _make(self, row: DetectorRow, tuning: Tuning) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(16))
        column.setSpacing(theme.px(14))
        on = row.id not in tuning.off
        self.on = Segments(tr("Runs"), ON, "on" if on else "off")
        self.on.chosen.connect(lambda word: self._set(draft.switched(self._tuning, row.id, word == "on")))
        column.addWidget(_named("Runs", self.on))
        case = f"As the case ({'high' if tuning.test_mode else tuning.sensitivity})"
        levels = [("", case), *((one, one.capitalize()) for one in draft.LEVELS)]
        self.level = Segments(tr("Sensitivity"), levels, tuning.levels.get(row.id, ""), wraps=True)
        self.level.setEnabled(not tuning.test_mode)
        self.level.chosen.connect(lambda word: self._set(draft.with_level(self._tuning, row.id, word)))
        column.addWidget(_named("Sensitivity", self.level))
        if row.learning:
            waits = tuning.learns(row.id)
            said = row.learned if waits else "It does not wait to learn: its sensitivity is high."
            column.addWidget(_named(f"Learning, {wording.span(row.learning)}", Paragraph(said)))
        self.thresholds = []
        if row.thresholds:
            column.addWidget(Line())
            column.addWidget(Words(tr("Thresholds"), "quiet-strong", "quiet"))
        for one in row.thresholds:
            field = ThresholdField(one, row.id, tuning)
            field.changed.connect(lambda number, one=one: self._set_value(one, number))
            field.edit.textEdited.connect(lambda _: self.typed.emit())
            self.thresholds.append(field)
            column.addWidget(field)
        if not row.thresholds:
            column.addWidget(Paragraph(tr("It counts nothing: one act is enough, so there is no threshold."), look="quiet"))
        self.reset = Button(tr("Reset to defaults"), on_click=lambda: self._set(draft.reset(self._tuning, row.id)))
        self.reset.setEnabled(draft.is_own(tuning, row.id))
        line = QHBoxLayout()
        line.addWidget(self.reset)
        line.addStretch(1)
        column.addLayout(line)
        column.addStretch(1)
        return content

    def _set_value(self, row: ThresholdRow, number: float | None) -> None:
        if number is None:
            self._set(draft.with_value(self._tuning, row, None))
        else:  # the field stays as it is: somebody types in it
            self._tuning = draft.with_value(self._tuning, row, number)
            self.reset.setEnabled(True)
            self.changed.emit(self._tuning)

    def _set(self, tuning: Tuning) -> None:
        focused = self.focusWidget()
        name = focused.accessibleName() if focused is not None else ""
        if self.row is not None:
            self.show_detector(self.row, tuning)
        again = next((one for one in self._form.findChildren(QWidget) if name and one.accessibleName() == name), None)
        if again is not None:
            again.setFocus(Qt.FocusReason.TabFocusReason)
        self.changed.emit(tuning)


def _named(name: str, control: QWidget) -> QWidget:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.px(4))
    column.addWidget(Words(name, "quiet-strong", "quiet"))
    column.addWidget(
        control, 0, Qt.AlignmentFlag.AlignLeft if isinstance(control, Segments) and not control.wraps else Qt.AlignmentFlag(0)
    )
    return holder
