"""The tree of fields of one dissected packet."""

from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt

from app.model.rows import Field
from app.ui import theme, wording

Index = QModelIndex | QPersistentModelIndex


class _Node:
    __slots__ = ("children", "field", "parent", "row")

    def __init__(self, field: Field | None, parent: "_Node | None", row: int) -> None:
        self.field, self.parent, self.row = field, parent, row
        self.children = [_Node(one, self, place) for place, one in enumerate(field.children)] if field else []


def _covers(field: Field, offset: int, joined: bool) -> bool:
    return field.joined == joined and field.start <= offset < field.start + field.length


class FieldModel(QAbstractItemModel):
    """Two columns: words, size in bytes. find(offset, joined) is the deepest field that covers a byte."""

    def __init__(self) -> None:
        super().__init__()
        self._root = _Node(None, None, 0)

    def show_fields(self, fields: tuple[Field, ...]) -> None:
        """Show another packet."""
        self.beginResetModel()
        self._root = _Node(None, None, 0)
        self._root.children = [_Node(one, self._root, place) for place, one in enumerate(fields)]
        self.endResetModel()

    def field(self, index: Index) -> Field | None:
        """The field at an index."""
        return index.internalPointer().field if index.isValid() else None

    def find(self, offset: int, joined: bool = False) -> QModelIndex:
        """The deepest field that covers a byte of the frame, or of the joined message; invalid when none does."""
        node, found = self._root, None
        while True:
            inner = next((one for one in reversed(node.children) if _covers(one.field, offset, joined)), None)
            if inner is None:
                return self.createIndex(found.row, 0, found) if found else QModelIndex()
            node = found = inner

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number of inner fields."""
        return len((parent.internalPointer() if parent.isValid() else self._root).children) if parent.column() <= 0 else 0

    def columnCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Words, bytes."""
        return 2

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Index of an inner field."""
        node = parent.internalPointer() if parent.isValid() else self._root
        return self.createIndex(row, column, node.children[row]) if 0 <= row < len(node.children) else QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """Index of the field around."""
        if not index.isValid():
            return QModelIndex()
        node = index.internalPointer().parent
        return QModelIndex() if node is None or node.parent is None else self.createIndex(node.row, 0, node)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Name and value, or the size."""
        field = self.field(index)
        if field is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            if index.column() == 1:
                return wording.number(field.length) if field.length else ""
            return wording.tidy(f"{field.name}: {field.value}" if field.value and field.value != field.name else field.name, 240)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1:
            return theme.colour("text-quiet")
        return None
