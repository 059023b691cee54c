"""Parts of the page of paths: the tables below the drawing, what is not known, the legend, sentences."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.model.paths import PathPicture, PathsOverview, PathTarget
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.page import Column, scrolled
from app.ui.tables.path_columns import CUTS, EXPOSED, PATHS
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty
from app.ui.widgets.emptying import emptied
from app.ui.widgets.marks import marked
from app.ui.widgets.two_line_list import TwoLines
from app.ui.widgets.words import Line, Paragraph, SectionHeading, Words

TABS = ("paths", "change", "exposed", "unknown")
TITLES = {"paths": "Paths", "change": "What to change", "exposed": "Credentials exposed", "unknown": "Not known"}


class Below(QWidget):
    """Tables of the paths, of what to change, of exposed credentials, and what is not known.

    path_chosen(int): place of the current path. edge_chosen(PathEdge): of a row of another table.
    """

    path_chosen = Signal(int)
    edge_chosen = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._wanted = ""
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        self.tabs.setAccessibleName(tr("Parts below the drawing"))
        self.paths = Table(PATHS)
        self.paths.setAccessibleName(tr("Paths"))
        self.cuts = Table(CUTS)
        self.cuts.setAccessibleName(tr("What to change"))
        self.exposed = Table(EXPOSED)
        self.exposed.setAccessibleName(tr("Credentials of sensitive accounts on other computers"))
        self.least = Words("", "quiet", "quiet")
        self.unknown = Column()
        self.stack = QStackedWidget()
        for name in TABS:
            self.tabs.addTab(TITLES[name])
        for one in (self.paths, self.cuts, self.exposed, scrolled(self.unknown)):
            self.stack.addWidget(one)
        bar = QHBoxLayout()
        bar.setContentsMargins(theme.space("margin"), 0, theme.space("margin"), 0)
        bar.addWidget(self.tabs, 1)
        bar.addWidget(self.least)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(4), 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(Line())
        column.addWidget(self.stack, 1)
        self.tabs.currentChanged.connect(self._turned)
        self.paths.chosen.connect(self._row_chosen)
        self.cuts.chosen.connect(lambda cut: self.edge_chosen.emit(cut.edge))
        self.exposed.chosen.connect(self.edge_chosen.emit)
        self.exposed.opened.connect(lambda edge: desk.go("paths", edge.target.key))

    def _turned(self, place: int) -> None:
        self.stack.setCurrentIndex(place)
        self.least.setVisible(TABS[place] == "change")

    def tab(self) -> str:
        """Word of the part on screen; "" for the paths."""
        return TABS[self.tabs.currentIndex()] if self.tabs.currentIndex() > 0 else ""

    def show_tab(self, name: str) -> None:
        """Show a part by its word."""
        self.tabs.setCurrentIndex(TABS.index(name) if name in TABS else 0)

    def _row_chosen(self, row: object) -> None:
        self.path_chosen.emit(self.paths.currentIndex().row())

    def show_overview(self, found: PathsOverview) -> None:
        """What does not depend on the chosen account."""
        self.exposed.show_rows(found.exposed, key=lambda row: row.id)
        self._count("exposed", len(found.exposed))
        fill_unknown(self.unknown, found)
        self._count("unknown", len(found.coverage.missing))

    def show_picture(self, found: PathPicture | None, chosen: int) -> None:
        """Paths and changes of one account."""
        paths = found.paths if found is not None else ()
        cuts = found.cuts if found is not None else ()
        forward = found is not None and found.way == "from"
        left_out = (["Alerts"] if not any(row.alerts for row in paths) else []) + (["Accounts"] if forward else [])
        self.paths.leave_out(*left_out)
        self.paths.show_rows(paths, key=lambda row: row.id)
        self.cuts.leave_out(*(["Accounts that still come"] if forward else []))
        self.cuts.show_rows(cuts, key=lambda row: row.edge.id)
        more = "+" if found is not None and found.more else ""
        self._count("paths", len(paths), more)
        self._count("change", len(cuts))
        least = found.least if found is not None else 0
        self.least.say(f"{wording.count(least, 'change')} at least end all of them" if least else "")
        self.least.setVisible(self.tab() == "change")
        if paths:
            self.paths.setCurrentIndex(self.paths.model().index(min(chosen, len(paths) - 1), 0))

    def _count(self, name: str, number: int, more: str = "") -> None:
        self.tabs.setTabText(TABS.index(name), f"{TITLES[name]}  {wording.number(number)}{more}")


def fill_unknown(column: Column, found: PathsOverview) -> None:
    """What is missing, how to get it, and of how much the rights are known."""
    emptied(column.parts)
    held = found.coverage
    for what, how in held.missing:
        column.add(_missing(what, how))
    computers = wording.count(held.computers, "computer")
    told = (
        f"Of {computers} that are no controllers, the local administrators of {wording.number(held.with_admins)} and the"
        f" credentials on {wording.number(held.with_sessions)} are known; {wording.count(held.edges, 'step')} hold at this time."
    )
    column.add(Paragraph(told, look="quiet"))
    if held.sources:
        column.add(Paragraph(f"Rights are told by: {wording.listed(held.sources)}.", look="quiet"))
    column.parts.addStretch(1)


def _missing(what: str, how: str) -> QWidget:
    holder = QWidget()
    box = QVBoxLayout(holder)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(theme.px(2))
    box.addWidget(marked("problem", "info", Paragraph(what)))
    below = QHBoxLayout()
    below.setContentsMargins(theme.px(24), 0, 0, 0)
    below.addWidget(Paragraph(how, look="quiet"))
    box.addLayout(below)
    return holder


class Unknown(QWidget):
    """Stands in place of the drawing while there is no path: why, what would help, and whose credentials lie where."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._content = Column()
        self.missing = Column()
        self.missing.parts.setContentsMargins(0, 0, 0, 0)
        self.empty = Empty("", "No path is known")
        self.add = Button(tr("Add evidence"), "plus", primary=True, on_click=lambda: desk.command("open.files"))
        self.sync = Button(tr("Add a live source"), "sensor", on_click=lambda: desk.command("source.add"))
        self.heading = SectionHeading(tr("Credentials exposed"))
        self.exposed = Table(EXPOSED, margin=0)
        self.exposed.setAccessibleName(tr("Credentials of sensitive accounts on other computers"))
        self.exposed.chosen.connect(lambda edge: desk.inspect(edge.origin, True))
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.space("related"))
        line.addWidget(self.add)
        line.addWidget(self.sync)
        line.addStretch(1)
        for one in (self.empty, self.missing, row, self.heading, self.exposed):
            self._content.add(one)
        self._content.parts.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(scrolled(self._content))

    def show_overview(self, found: PathsOverview) -> None:
        """Say why there is none."""
        self.empty.sentence.say(
            "Nobody whose groups, sessions or rights are known is sensitive. Add a directory, which tells who is in Domain Admins"
            " and the like, or tag accounts as Sensitive by hand; paths lead to them."
            if not found.sensitive
            else f"{wording.count(found.sensitive, 'account, computer or group is', 'accounts, computers and groups are')}"
            " sensitive; nothing that is known leads there at this time. A path needs an administrator of a computer on which"
            " credentials lie, or a right over an account."
        )
        fill_unknown(self.missing, found)
        self.heading.setVisible(bool(found.exposed))
        self.exposed.setVisible(bool(found.exposed))
        self.heading.note.say(tr("of sensitive accounts on computers that are not; who administers these is not known"))
        self.exposed.show_rows(found.exposed, key=lambda row: row.id)
        self.exposed.fit_rows()


class Stroke(QWidget):
    """A piece of line as arrows of a state are drawn."""

    def __init__(self, role: str, width: int, dashes: tuple[float, ...] = ()) -> None:
        super().__init__()
        self._role, self._width, self._dashes = role, width, dashes
        self.setFixedSize(QSize(theme.px(22), theme.px(14)))

    def paintEvent(self, _event: object) -> None:
        """Paint the line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.colour(self._role), theme.px(self._width))
        if self._dashes:
            pen.setDashPattern(list(self._dashes))
        painter.setPen(pen)
        middle = QRectF(self.rect()).center().y()
        painter.drawLine(0, round(middle), self.width(), round(middle))


def legend() -> QWidget:
    """What the lines of the drawing mean."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, theme.px(6))
    row.setSpacing(theme.px(6))
    for words, tip, stroke in (
        ("walked", "used within the time chosen", Stroke("edge-alert", 2)),
        ("possible", "holds at the time chosen", Stroke("line-strong", 1)),
        ("dormant", "held before, not at the time chosen", Stroke("line-strong", 1, (5, 4))),
        ("member of", "by the directory", Stroke("line-strong", 1, (1.5, 2.5))),
    ):
        label = Words(words, "quiet", "quiet")
        label.setToolTip(tip)
        row.addWidget(stroke)
        row.addWidget(label)
        row.addSpacing(theme.px(10))
    row.addStretch(1)
    return holder


def target_rows(targets: Sequence[PathTarget], text: str) -> list[TwoLines]:
    """Rows of the list of targets whose name or key holds a text."""
    wanted, rows = text.lower(), []
    for one in targets:
        if wanted and wanted not in one.ref.label.lower() and wanted not in one.ref.key:
            continue
        parts = [f"{wording.number(one.walked)} walked"] if one.walked else []
        parts.append(wording.count(one.accounts, "account") if one.accounts else f"{wording.number(one.dormant)} dormant")
        if not one.walked:
            parts.append(wording.count(one.shortest, "step"))
        number = f"{wording.number(one.paths)}{'+' if one.more else ''}"
        rows.append(TwoLines(f"entity:{one.ref.kind}", one.ref.label, " · ".join(parts), number, target=one))
    return rows


def path_sentence(found: PathsOverview, picture: PathPicture | None, name: str = "") -> str:
    """What the page shows, in one or two sentences."""
    when = f"{wording.day(found.at, year=True)}, {wording.clock(found.at)} {wording.zone_name()}" if found.at else "no time"
    reached = sum(bool(one.paths) for one in found.targets)
    total = f"{wording.number(reached)} of {wording.number(found.sensitive)} sensitive ones can be reached"
    if picture is None:
        return f"As of {when}. {total if found.targets else 'No path leads to a sensitive account'}." + (
            f" Nothing leads to or from {wording.middle(name, 60)}." if name and found.targets else ""
        )
    who, live = wording.middle(picture.ref.label, 60), [one for one in picture.paths if one.state != "dormant"]
    walked = sum(one.state == "walked" for one in live)
    number = f"{wording.count(len(live), 'path')}{' or more' if picture.more else ''}"
    said = (
        f"{wording.count(picture.accounts, 'account')} can come to {who} by {number}"
        if picture.way == "to"
        else f"{number} from {who} to sensitive ones"
    )
    if not live:
        said = f"No path to {who} holds" if picture.way == "to" else f"No path from {who} holds"
    used = f"; {wording.number(walked)} {'was' if walked == 1 else 'were'} walked" if walked else ""
    return f"{said}{used}, as of {when}. {total}."
