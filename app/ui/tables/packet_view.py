"""One frame: tree of fields on the left, bytes on the right, linked both ways."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QSize, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QStackedLayout,
    QStyledItemDelegate,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app.model.rows import Packet
from app.ui import theme, wording
from app.ui.tables.field_model import FieldModel
from app.ui.widgets.chips import KeyHint
from app.ui.widgets.hex_view import HexView
from app.ui.widgets.words import Elided, Line, Words


class _Rows(QStyledItemDelegate):
    def sizeHint(self, option, index) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), theme.px(24))


class PacketView(QWidget):
    """Shows a Packet; say(sentence) shows words instead of one."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.model = FieldModel()
        self.tree = QTreeView()
        self.tree.setModel(self.model)
        self.tree.setHeaderHidden(True)
        self.tree.setItemDelegate(_Rows(self.tree))
        self.tree.setUniformRowHeights(True)
        self.tree.setAccessibleName("Fields of the frame")
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setFrameShape(QTreeView.Shape.NoFrame)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.bytes = HexView()
        self._title, self._bytes_title = Elided("", "section"), Elided("", "body", "text-quiet")
        self._words = Words("", look="quiet", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._words.setContentsMargins(theme.space("margin"), theme.space("group"), theme.space("margin"), 0)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(_titled(self._title, self.tree))
        splitter.addWidget(_titled(self._bytes_title, self.bytes, KeyHint("Ctrl C", "copy as hex")))
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([600, 480])
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._words)
        self._stack.addWidget(splitter)
        self._linking = False
        self.tree.selectionModel().currentChanged.connect(self._field_chosen)
        self.bytes.picked.connect(self._byte_chosen)

    def say(self, sentence: str) -> None:
        """Show words instead of a packet."""
        self._words.say(sentence)
        self._stack.setCurrentIndex(0)

    def show_packet(self, packet: Packet, input_name: str) -> None:
        """Show one frame; when it could not be taken apart the bytes are still there."""
        if not packet.data:
            self.say(packet.error or "This frame is empty.")
            return
        self.model.show_fields(packet.fields)
        self._title.say(f"Frame {wording.number(packet.frame)}   {input_name}" if not packet.error else packet.error)
        self.bytes.show_bytes(packet.data)
        self._bytes_title.say(wording.count(len(packet.data), "byte"))
        self._stack.setCurrentIndex(1)
        last = self.model.index(self.model.rowCount() - 1, 0)
        if last.isValid():
            self.tree.expand(last)
            self.tree.setCurrentIndex(last)
            self.tree.scrollTo(last, QTreeView.ScrollHint.PositionAtTop)

    def _field_chosen(self, index: QModelIndex) -> None:
        field = self.model.field(index)
        if field is None:
            return
        self._bytes_title.say(f"{wording.tidy(field.name, 60)}, {wording.count(field.length, 'byte')} at {field.start:05x}")
        if not self._linking:
            self.bytes.mark(field.start, field.length)

    def _byte_chosen(self, offset: int) -> None:
        index = self.model.find(offset)
        self._linking = True
        if index.isValid():
            self.tree.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.tree.scrollTo(index)
            field = self.model.field(index)
            self.bytes.mark(field.start, field.length)
        else:
            self.bytes.mark(offset, 1)
        self._linking = False


def _titled(title: QWidget, content: QWidget, right: QWidget | None = None) -> QWidget:
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    row = QHBoxLayout()
    row.setContentsMargins(theme.space("group"), theme.px(4), theme.space("group"), theme.px(4))
    row.addWidget(title, 1)
    if right is not None:
        row.addWidget(right)
    column.addLayout(row)
    column.addWidget(Line())
    column.addWidget(content, 1)
    return whole
