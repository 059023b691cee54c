"""Alerts in groups as rows: headers with their alerts below."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt

from app.model.alert import Alert, plain
from app.ui import wording
from app.ui.tables.alert_cells import ITEM
from app.ui.tables.alert_groups import Group
from app.ui.widgets.tips import plain_tip

NONE = QModelIndex()
Row = Group | Alert


class AlertModel(QAbstractListModel):
    """Headers with their alerts below; those of a closed group are left out."""

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.groups: tuple[Group, ...] = ()
        self.closed: set[str] = set()
        self.rows: list[Row] = []
        self.places: dict[str, int] = {}

    def show_groups(self, groups: Sequence[Group]) -> None:
        """Show other groups."""
        self.beginResetModel()
        self.groups = tuple(groups)
        self.rows = []
        for one in self.groups:
            self.rows.append(one)
            if one.key not in self.closed:
                self.rows.extend(one.alerts)
        self.places = {one.id: place for place, one in enumerate(self.rows) if isinstance(one, Alert)}
        self.endResetModel()

    def place_of_group(self, key: str) -> int:
        """Row of a header, -1 when it is gone."""
        return next((place for place, one in enumerate(self.rows) if isinstance(one, Group) and one.key == key), -1)

    def rowCount(self, parent: QModelIndex = NONE) -> int:
        """Headers with alerts."""
        return 0 if parent.isValid() else len(self.rows)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Headers can be gone to, not be chosen."""
        chosen = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return chosen if isinstance(self.rows[index.row()], Alert) else Qt.ItemFlag.ItemIsEnabled

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row itself, its words."""
        row = self.rows[index.row()]
        if role == ITEM:
            return row
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return None
        tip = role == Qt.ItemDataRole.ToolTipRole
        if isinstance(row, Group):
            phases = ", ".join(row.phases)
            worst = wording.alert_kind(row.severity)
            if tip:
                return plain_tip(f"{row.title}\n{row.story}\nReached: {phases}\n{worst} at most")
            closed = ", closed" if row.key in self.closed else ""
            words = f"{row.title}, {wording.count(len(row.alerts), 'alert')}{closed}, {worst} at most, {phases}. {row.story}"
            return wording.tidy(words, 600)
        story = plain(row.finding.story[0]) if row.finding.story else ""
        if tip:
            return plain_tip(f"{row.title}\n{wording.tidy(story, 600)}\n{wording.period(row.finding.first, row.finding.last)}")
        words = f"{wording.alert_kind(row.severity)}, {wording.clock(row.finding.first)}, {row.title}. {story}"
        return wording.tidy(words, 600)
