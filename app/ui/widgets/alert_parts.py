"""Pieces of the page of an alert: padded parts, two columns, a titled block, what it is in a line, buttons that classify."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.model.alert import Alert
from app.model.coverage import CoverageSpan
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.widgets.buttons import Button, LinkButton
from app.ui.widgets.flow import flow
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.words import Paragraph, Words

ATTACK = "https://attack.mitre.org/techniques/"
NARROW = 640
"""Width in pixels of the design below which two columns stand below each other."""
CLASSES = (
    ("true positive", "1", "alert.true"),
    ("benign true positive", "2", "alert.benign"),
    ("false positive", "3", "alert.false"),
)


class ClassButton(Button):
    """One classification with its key; filled while it holds."""

    def __init__(self, value: str, key: str, on_click: Callable[[], object]) -> None:
        super().__init__(wording.CLASSIFICATIONS[value], key=key, on_click=on_click)
        self.value = value
        self.setCheckable(True)

    def nextCheckState(self) -> None:
        """Only what is kept of the alert checks it."""

    def _colours(self):
        if self.isChecked():
            return theme.colour("accent-quiet"), theme.colour("accent"), theme.colour("accent")
        return super()._colours()


class Two(QWidget):
    """Two parts side by side, below each other where there is little room."""

    def __init__(self, left: QWidget, right: QWidget) -> None:
        super().__init__()
        self._parts, self._across = (left, right), 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(40))
        self._grid.setVerticalSpacing(theme.px(20))
        self._arrange(2)

    def _arrange(self, across: int) -> None:
        if across == self._across:
            return
        self._across = across
        for place, part in enumerate(self._parts):
            self._grid.removeWidget(part)
            self._grid.addWidget(part, place // across, place % across, Qt.AlignmentFlag.AlignTop)
        self._grid.setColumnStretch(0, 11)
        self._grid.setColumnStretch(1, 13 if across == 2 else 0)

    def resizeEvent(self, event) -> None:
        """As there is room."""
        super().resizeEvent(event)
        self._arrange(2 if self.width() >= theme.px(NARROW) else 1)


def padded(widget: QWidget, top: int = 0, bottom: int = 0) -> QWidget:
    """Within the margins of the page."""
    holder = QWidget()
    box = QVBoxLayout(holder)
    box.setContentsMargins(theme.space("margin"), top, theme.space("margin"), bottom)
    box.setSpacing(0)
    box.addWidget(widget)
    return holder


def titled(title: str, content: QWidget | QVBoxLayout) -> QWidget:
    """A block with its heading."""
    holder = QWidget()
    box = QVBoxLayout(holder)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(theme.px(4))
    box.addWidget(Words(title, "section"))
    if isinstance(content, QVBoxLayout):
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(theme.px(4))
        box.addLayout(content)
    else:
        box.addWidget(content)
        box.addStretch(1)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    holder.setSizePolicy(policy)
    return holder


def what_it_is(alert: Alert) -> QWidget:
    """When, techniques with links, phase, external id, confidence, whether it succeeded."""
    finding = alert.finding
    parts: list[QWidget] = [_quiet(f"{wording.period(finding.first, finding.last)} ·")]
    for technique in alert.techniques:
        link = LinkButton(technique, lambda technique=technique: _look_up(technique))
        link.setToolTip(tr("Opens attack.mitre.org in the browser"))
        parts += [link, _quiet("·")]
    outcome = {True: ("it succeeded",), False: ("it was refused",), None: ()}[finding.succeeded]
    facts = (alert.phase, f"external id {alert.external_id}", f"confidence {finding.confidence}", *outcome)
    parts += [_quiet(f"{one} ·") for one in facts[:-1]]  # one by one, so that a narrow page breaks the line between them
    return flow(*parts, _quiet(facts[-1]))


def coverage_line(span: CoverageSpan) -> QWidget:
    """What the detector could see at one controller while the alert happened, and why not more."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(8))
    row.addWidget(Sign(f"coverage:{span.state}"), 0, Qt.AlignmentFlag.AlignTop)
    hours = f"{wording.moment(span.first)[:-3]} – {wording.moment(span.last)[:-3]}"
    part = f", {span.seen:,} of {span.whole:,} minutes recorded" if span.whole else ""
    why = f": {'; '.join(span.reasons[:4])}" if span.reasons else ""
    row.addWidget(Paragraph(wording.tidy(f"At {span.controller.label}, {hours}: {span.state}{part}{why}.", 600)), 1)
    return holder


def _look_up(technique: str) -> None:
    QDesktopServices.openUrl(QUrl(ATTACK + technique.replace(".", "/") + "/"))


def _quiet(words: str) -> Words:
    return Words(words, look="quiet")
