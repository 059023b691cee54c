"""The widgets of the graph page and where they stand: heading, query, canvas with what floats over it, edges, time."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.graph.edge_list import EdgeList
from app.ui.graph.floats import Legend, zoom_bar
from app.ui.graph.group_list import GroupList
from app.ui.plots.graph_canvas import GraphCanvas
from app.ui.plots.histogram import HistogramView
from app.ui.widgets.buttons import Button, LinkButton
from app.ui.widgets.query_bar import QueryBar
from app.ui.widgets.search_field import SearchField
from app.ui.widgets.words import Elided, Line

LOW = 190
"""Pixels over the legend below which it is not shown."""
NARROW = 560
"""Width below which the time says no more than itself."""


class Stage(QWidget):
    """canvas, query, find, times, edges, groups, legend: the page connects them."""

    def __init__(self) -> None:
        super().__init__()
        margin = theme.space("margin")
        self.canvas = GraphCanvas()
        self.query = QueryBar()
        self.query.edit.setAccessibleName(tr("Query behind the picture"))
        self.query.edit.show_hint(tr("the whole case; type a query to draw the parties of its activities"))
        self.find = SearchField(tr("Find in the picture"))
        self.find.setFixedWidth(theme.px(200))
        self.activities = LinkButton(tr("Open as activities"))
        self.times = HistogramView(wording.FAMILIES, height=52, label="Time of the edges shown")
        self.when = Elided(tr("All of the time"), role="text")
        self.play = Button(tr("Play"), "right", tip="Move the chosen time on, step by step")
        self.edges, self.groups, self.legend = EdgeList(), GroupList(), Legend()
        self.edges.hide()
        asked = QHBoxLayout()
        asked.setContentsMargins(margin, 0, margin, theme.space("related"))
        asked.setSpacing(theme.space("related"))
        asked.addWidget(self.query, 1)
        asked.addWidget(self.activities)
        asked.addWidget(self.find)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.setHandleWidth(1)
        self.split.addWidget(self.canvas)
        self.split.addWidget(self.edges)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 1)
        self.slider = self._make_slider(margin)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(asked)
        column.addWidget(Line())
        column.addWidget(self.split, 1)
        column.addWidget(self.slider)
        self._floats: tuple[tuple[QWidget, str], ...] = ()
        self.canvas.resized = self.arrange
        self.groups.hide()

    def put_over(self, pin: object) -> None:
        """Legend, zoom bar and the list of a group over the canvas."""
        bar = zoom_bar(
            (
                ("plus", "Zoom in (+)", lambda: self.canvas.zoom(1.25)),
                ("minus", "Zoom out (-)", lambda: self.canvas.zoom(0.8)),
                ("fit", "Show all (0)", self.canvas.fit),
                ("pin", "Pin or free what is chosen (P)", pin),
            )
        )  # fmt: skip
        self._floats = ((self.legend, "left"), (bar, "right"), (self.groups, "over"))
        for widget, _ in self._floats:
            widget.setParent(self.canvas)
        self.legend.show()
        bar.show()
        self.groups.hide()
        self.canvas.setMinimumHeight(bar.sizeHint().height() + 2 * theme.space("group"))  # the page is scrolled for it
        self.arrange()

    def arrange(self) -> None:
        """Everything that floats in its corner."""
        margin, area = theme.space("group"), self.canvas.rect()
        for widget, where in self._floats:
            size = widget.sizeHint()
            if where == "left":  # a low picture needs the room itself
                widget.setVisible(area.height() > size.height() + theme.px(LOW))
            if where == "over":
                high = min(theme.px(460), area.height() - 2 * margin)
                widget.setGeometry(
                    QRect(area.right() - margin - widget.width(), margin, widget.width(), max(theme.px(160), high))
                )
                continue
            left = margin if where == "left" else area.right() - margin - size.width()
            widget.setGeometry(QRect(left, area.bottom() - margin - size.height(), size.width(), size.height()))
            widget.raise_()
        self.groups.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow page the search is shorter."""
        super().resizeEvent(event)
        self.find.setFixedWidth(theme.px(200 if self.width() > theme.px(760) else 140))
        self._how.setVisible(self.width() > theme.px(NARROW))

    def sizeHint(self) -> QSize:
        """As much as there is."""
        return QSize(theme.px(700), theme.px(500))

    def _make_slider(self, margin: int) -> QWidget:
        band = QWidget()
        column = QVBoxLayout(band)
        column.setContentsMargins(0, 0, 0, theme.px(4))
        column.setSpacing(theme.px(2))
        column.addWidget(Line())
        row = QHBoxLayout()
        row.setContentsMargins(margin, theme.px(6), margin, 0)
        row.setSpacing(theme.space("related"))
        row.addWidget(self.when, 1)
        self._how = Elided(tr("drag to choose a time, double click for all of it"), "quiet", "text-quiet")
        row.addWidget(self._how)
        row.addWidget(self.play)
        chart = QHBoxLayout()
        chart.setContentsMargins(margin, 0, margin, 0)
        chart.addWidget(self.times)
        column.addLayout(row)
        column.addLayout(chart)
        return band
