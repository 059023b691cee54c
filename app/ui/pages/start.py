"""First start: what can be opened, what is read, that nothing leaves this machine."""

from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app import paths
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Crumb
from app.ui.page import Page, scrolled
from app.ui.widgets.buttons import Button, LinkButton, MenuButton
from app.ui.widgets.flow import flow
from app.ui.widgets.marks import IconMark
from app.ui.widgets.offer import Offer
from app.ui.widgets.tips import plain_tip
from app.ui.widgets.words import Line, Paragraph, Words

MOST_RECENT = 5
STACKED = 760
"""Width of the page in pixels of the design below which what it reads stands below what can be opened."""
READS = (
    ("Captures", "pcap, pcapng"),
    ("Windows events", "EVTX; XML and JSON exports; ETL traces"),
    ("Logs", "syslog, RADIUS accounting"),
    ("Directories", "LDIF, SharpHound collections"),
    ("Packed", ".gz, .zst, .zip, .tar; whole folders"),
)


class StartPage(Page):
    """Shown instead of every page while nothing was read."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget()
        outer = QVBoxLayout(content)
        outer.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        self._middle = middle = self._make_middle()
        middle.setMaximumWidth(theme.px(920))
        row.addWidget(middle, 40)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(1)
        whole = QVBoxLayout(self)
        inside = theme.px(26)  # what does not fit scrolls inside the dashed frame
        whole.setContentsMargins(inside, inside, inside, inside)
        whole.addWidget(scrolled(content))

    def resizeEvent(self, event) -> None:
        """What it reads below what can be opened, or beside it."""
        super().resizeEvent(event)
        stacked = self.width() < theme.px(STACKED)
        self._parts.setDirection(QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight)
        self._parts.setSpacing(theme.px(24 if stacked else 48))
        side = theme.px(8 if stacked else 24)
        self._middle.layout().setContentsMargins(side, theme.px(8), side, theme.px(8))

    def crumbs(self) -> tuple[Crumb, ...]:
        """No case is open, or one that holds nothing yet."""
        return (Crumb(self._name() or "No case"),)

    def _name(self) -> str:
        """Of the case that is open and empty."""
        session = self.desk.session
        return wording.middle(session.name, 60) if session is not None and self.desk.is_open else ""

    def refresh(self) -> None:
        """Say which case is open, for it is where what is opened goes."""
        empty = bool(self._name())
        self.title.say(f"Nothing has been read into {self._name()} yet" if empty else tr("Nothing has been opened yet"))

    def _make_middle(self) -> QWidget:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(theme.px(24), theme.px(8), theme.px(24), theme.px(8))
        column.setSpacing(theme.px(24))
        head = QHBoxLayout()
        head.setSpacing(theme.px(18))
        head.addWidget(IconMark("mark", "accent", 40), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(theme.px(4))
        self.title = Paragraph(tr("Nothing has been opened yet"), "page")
        words.addWidget(self.title)
        words.addWidget(
            Paragraph(
                tr("Drop captures, logs, directories or a whole folder anywhere on this window. First rows show within seconds."),
                look="quiet",
            )
        )
        head.addLayout(words, 1)
        column.addLayout(head)
        self._parts = parts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        parts.setSpacing(theme.px(48))
        parts.addWidget(self._actions(), 3, Qt.AlignmentFlag.AlignTop)
        parts.addWidget(self._reads(), 2, Qt.AlignmentFlag.AlignTop)
        column.addLayout(parts)
        column.addWidget(Line())
        promise = QHBoxLayout()
        promise.setSpacing(theme.px(8))
        promise.addWidget(IconMark("proof"), 0, Qt.AlignmentFlag.AlignTop)
        words = (
            "Evidence is read where it lies and never changed. Nothing is sent or asked for on the network, unless a live "
            "source that does so is started."
        )
        promise.addWidget(Paragraph(words, look="quiet"), 1)
        column.addLayout(promise)
        return middle

    def _actions(self) -> QWidget:
        self.open_button = Button(tr("Open"), "", "open.files", True, lambda: self.desk.command("open.files"))
        folder = Button(tr("A folder"), on_click=lambda: self.desk.command("open.folder"))
        both = QWidget()
        beside = QHBoxLayout(both)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(theme.space("related"))
        beside.addWidget(folder)
        beside.addWidget(self.open_button)
        listen = Button(tr("Add a source"), on_click=lambda: self.desk.command("source.add"))
        rows: list[tuple[str, str, str, QWidget]] = [
            ("open", "Open evidence", "Captures, logs, directories, told by content.", both),
            ("sensor", "Listen live", "Packets, syslog, RADIUS, a directory, as it happens.", listen),
        ]
        if paths.sample_case().is_file():
            self.sample_button = Button(tr("Open"), on_click=lambda: self.desk.command("open.sample"))
            self.sample_button.setAccessibleName(tr("Open the sample case"))
            fresh = not self.desk.settings.toured
            self.tour_button = Button(
                tr("Take the tour"), "right" if fresh else "", on_click=lambda: self.desk.command("help.tour")
            )
            sample = QWidget()
            beside = QHBoxLayout(sample)
            beside.setContentsMargins(0, 0, 0, 0)
            beside.setSpacing(theme.space("related"))
            beside.addWidget(self.tour_button)
            beside.addWidget(self.sample_button)
            words = "New here? Eight cards show what is where; Esc leaves them."
            known = "A small intrusion, from first password to the directory."
            rows.append(("proof", "Look at the sample case", words if fresh else known, sample))
        recent = self.desk.settings.recent
        said = (
            f"{wording.count(len(recent), 'recent case')}. A case is one file."
            if recent
            else "No recent cases. A case is one file."
        )
        choose = (
            MenuButton(tr("Browse"), self._fill_recent)
            if recent
            else Button(tr("Browse"), on_click=lambda: self.desk.command("case.open"))
        )
        rows.append(("reports", "Continue a case", said, choose))
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(12))
        self.recent = [LinkButton(wording.middle(Path(one).name, 60), lambda one=one: self._open_recent(one)) for one in recent]
        for link, one in zip(self.recent, recent, strict=True):
            link.setToolTip(plain_tip(one))
        for icon, title, sentence, button in rows:
            column.addWidget(Line())
            column.addWidget(Offer(icon, title, sentence, button))
        if self.recent:
            below = QHBoxLayout()
            below.addSpacing(theme.px(52))
            every = LinkButton(tr("All workspaces"), lambda: self.desk.command("go.workspaces"))
            below.addWidget(flow(*self.recent[:MOST_RECENT], every, gap=14), 1)
            column.addLayout(below)
        return holder

    def _fill_recent(self, menu: QMenu) -> None:
        for name in self.desk.settings.recent:
            action = menu.addAction(wording.tidy(Path(name).name, 60).replace("&", "&&"))
            action.setData(name)
        menu.addSeparator()
        browse = menu.addAction("Browse…")
        browse.triggered.connect(lambda *_: self.desk.command("case.open"))
        menu.triggered.connect(lambda chosen: self._open_recent(chosen.data()))

    def _open_recent(self, name: str | None) -> None:
        window = self.window()
        if name and hasattr(window, "open_case"):
            window.open_case(Path(name), there=True)

    def _reads(self) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(theme.px(8))
        grid.setHorizontalSpacing(theme.px(24))
        grid.setColumnStretch(1, 1)
        grid.addWidget(Line(), 0, 0, 1, 2)
        grid.addWidget(Words(tr("What it reads"), "section"), 1, 0, 1, 2)
        for place, (name, value) in enumerate(READS, 2):
            grid.addWidget(Words(name), place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(Paragraph(value, look="quiet"), place, 1)
        return holder

    def paintEvent(self, event) -> None:
        """The dashed frame: all of it takes what is dropped."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.colour("line-strong"), 1, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        inset = theme.px(24)
        corner = theme.space("corner")
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(inset + 0.5, inset + 0.5, -inset - 0.5, -inset - 0.5), corner, corner
        )
