"""One frame with the message it is a part of: tree of fields on the left, bytes on the right, linked."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QSizePolicy,
    QSplitter,
    QStackedLayout,
    QStyledItemDelegate,
    QTreeView,
    QWidget,
)

from app.model.rows import Packet
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.icons import paint_icon
from app.ui.tables.field_model import FieldModel
from app.ui.tables.titled import titled
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.chips import KeyHint
from app.ui.widgets.hex_view import HexView
from app.ui.widgets.words import Elided, Words

MOST_FRAMES = 4
"""Links to the frames next to the one shown; a long exchange has hundreds."""
HINTED = 760
"""Width from which it says how bytes are copied."""
FIELDS = 5
"""Rows of the tree that have room at least."""
NAMED_FRAMES = 3
"""A message of more frames than that has only their number in its title."""


class _Rows(QStyledItemDelegate):
    def sizeHint(self, option, index) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), theme.space("row"))


class _Tree(QTreeView):
    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex) -> None:
        """An arrow where there is more inside; no lines."""
        if self.model().rowCount(index):
            side = theme.px(12)
            spot = QRectF(rect.right() - self.indentation() / 2 - side / 2, rect.center().y() - side / 2 + 1, side, side)
            paint_icon(painter, spot, "down" if self.isExpanded(index) else "right", theme.colour("text-quiet"))


class PacketView(QWidget):
    """Shows a Packet; say(sentence) shows words instead of one.

    followed: its conversation was asked for; outside: another program was.
    """

    followed = Signal()
    outside = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.model = FieldModel()
        self.tree = _Tree()
        self.tree.setModel(self.model)
        self.tree.setHeaderHidden(True)
        self.tree.setItemDelegate(_Rows(self.tree))
        self.tree.setUniformRowHeights(True)
        self.tree.setAccessibleName(tr("Fields of the frame"))
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setFrameShape(QTreeView.Shape.NoFrame)
        self.tree.setMinimumHeight(FIELDS * theme.space("row"))
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)  # sized to contents, all 4,000 fields would be measured
        header.resizeSection(1, theme.px(72))
        self.bytes = HexView()
        self._title, self._bytes_title = Elided("", "section"), Elided("", "body", "text-quiet")
        self._words = Words("", look="quiet", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._words.setContentsMargins(theme.space("margin"), theme.space("group"), theme.space("margin"), 0)
        self._file = Elided("", "mono", "text-quiet", cut=Qt.TextElideMode.ElideMiddle)
        self._links = QWidget()
        self._frames: list[LinkButton] = []
        self._links_row = QHBoxLayout(self._links)
        self._links_row.setContentsMargins(0, 0, 0, 0)
        self._links_row.setSpacing(theme.px(6))
        self._title.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(titled(self._title, self.tree, (self._links,), self._file))
        splitter.addWidget(titled(self._bytes_title, self.bytes, self._ways()))
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([540, 540])
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._words)
        self._stack.addWidget(splitter)
        self._linking = False
        self._packet: Packet | None = None
        self._joined = False
        self.tree.selectionModel().currentChanged.connect(self._field_chosen)
        self.bytes.picked.connect(self._byte_chosen)

    def _ways(self) -> tuple[QWidget, ...]:
        """What leads on from here."""
        self.conversation = LinkButton(tr("Conversation"), self.followed.emit, "quiet")
        self.conversation.setToolTip(tr("All activities of this connection"))
        self.wireshark = LinkButton(tr("Wireshark"), self.outside.emit, "quiet")
        self.wireshark.setToolTip(tr("Open the capture at this frame in Wireshark"))
        self._hint = KeyHint("Ctrl C", "copy as hex")
        return (self.conversation, self.wireshark, self._hint)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The hint goes before anything else needs a line of its own."""
        self._hint.setVisible(self.width() >= theme.px(HINTED))
        super().resizeEvent(event)

    @property
    def frame(self) -> int:
        """Number of the frame that is shown, 0 for none."""
        return self._packet.frame if self._packet is not None and self._stack.currentIndex() == 1 else 0

    def say(self, sentence: str) -> None:
        """Show words instead of a packet."""
        self._words.say(sentence)
        self._stack.setCurrentIndex(0)

    def show_packet(self, packet: Packet, input_name: str) -> None:
        """Show one frame; when it could not be taken apart the bytes are still there."""
        if not packet.data:
            self.say(packet.error or "This frame is empty.")
            return
        self._packet, self._joined = packet, False
        self.model.show_fields(packet.fields)
        self._title.say(f"Frame {wording.number(packet.frame)}")
        self._file.say(packet.error or input_name)
        self.bytes.show_bytes(packet.data)
        self._bytes_title.say(wording.count(len(packet.data), "byte"))
        self._stack.setCurrentIndex(1)
        last = self.model.index(self.model.rowCount() - 1, 0)
        if last.isValid():
            self.tree.expandRecursively(last, 1 if packet.message else 0)
            self.tree.setCurrentIndex(last)
            self.tree.scrollTo(last, QTreeView.ScrollHint.PositionAtTop)

    def show_frames(self, frames: Sequence[int], shown: int, follow: Callable[[int], object]) -> None:
        """Link to the other frames of request and reply, those next to the one shown first."""
        if any(one.hasFocus() for one in self._frames):
            self.tree.setFocus(Qt.FocusReason.OtherFocusReason)
        while self._links_row.count():
            old = self._links_row.takeAt(0).widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self._frames = []
        self._links.hide()
        others = sorted((one for one in frames if one != shown), key=lambda one: (abs(one - shown), one))[:MOST_FRAMES]
        if not others:
            return
        self._links.show()
        more = len(frames) - 1 - len(others)
        self._links_row.addWidget(Words(tr("request and reply:"), "quiet", "quiet"))
        for frame in sorted(others):
            link = LinkButton(wording.number(frame), lambda frame=frame: follow(frame), "quiet")
            self._frames.append(link)
            self._links_row.addWidget(link)
        if more > 0:
            self._links_row.addWidget(Words(f"{wording.number(more)} more", "quiet", "quiet"))

    def frame_links(self) -> list[LinkButton]:
        """The links to other frames."""
        return list(self._frames)

    def _field_chosen(self, index: QModelIndex) -> None:
        field = self.model.field(index)
        packet = self._packet
        if field is None or packet is None:
            return
        if field.joined != self._joined:
            self._joined = field.joined
            self.bytes.show_bytes(packet.message if field.joined else packet.data)
        if field.joined and not index.parent().isValid():
            self._bytes_title.say(_message_title(packet))
        else:
            place = f"at {field.start:05x}" + (" of the message" if field.joined else "")
            self._bytes_title.say(f"{wording.tidy(field.name, 60)}, {wording.count(field.length, 'byte')} {place}")
        if not self._linking:
            self.bytes.mark(field.start, field.length)

    def _byte_chosen(self, offset: int) -> None:
        index = self.model.find(offset, self._joined)
        self._linking = True
        if index.isValid():
            self.tree.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.tree.scrollTo(index)
            field = self.model.field(index)
            self.bytes.mark(field.start, field.length)
        else:
            self.bytes.mark(offset, 1)
        self._linking = False


def _message_title(packet: Packet) -> str:
    frames = packet.message_frames
    named = [wording.number(one) for one in frames]
    which = f"frames {', '.join(named[:-1])} and {named[-1]}" if len(named) <= NAMED_FRAMES else f"{len(named)} frames"
    return f"Message, {wording.count(len(packet.message), 'byte')} from {which}"
