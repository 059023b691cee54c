"""In which zone times are shown: UTC, that of this machine, any other."""

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QWidget

from app.ui import theme, wording, zones
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.settings.section import Segments, Sheet
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import Words

EXAMPLE = 1_767_621_731_266_000
"""5 January 2026, 14:02:11 UTC."""


class Clock(Sheet):
    """One choice for the whole window; evidence is kept in UTC whatever is chosen."""

    word, title, icon = "time", "Time", "clock"
    sentence = "Evidence is kept in UTC whatever is chosen here; only what is shown changes, everywhere at once."

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        now = desk.settings.zone
        self.zone = Segments(tr("Zone"), [(one, one) for one in zones.OFFERED], now)
        self.zone.chosen.connect(lambda word: desk.set_look(zone=word))
        self.add(
            "zone", "Zone", f"Now: {wording.zone_name()}. {wording.moment(EXAMPLE)} is 5 Jan 14:02:11 in UTC.", self.zone,
            lambda: self.zone.focus_on(desk.settings.zone), more="utc local timezone clock",
        )  # fmt: skip
        self.name = QLineEdit("" if now in zones.OFFERED else now)
        self.name.setPlaceholderText(tr("Europe/Berlin"))
        self.name.setAccessibleName(tr("Name of another zone"))
        self.name.setMaxLength(60)
        self.name.setFixedWidth(theme.px(220))
        self.names = QStringListModel(self)
        completer = QCompleter(self.names, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.name.setCompleter(completer)
        self.name.returnPressed.connect(self._use)
        self.wrong = Words("", "quiet", "high")
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.name)
        row.addWidget(Button(tr("Use"), on_click=self._use))
        self.add(
            "zone.other", "Another zone", "By its name in the zone database, with its summer time.", holder,
            lambda: self.name.setFocus(Qt.FocusReason.TabFocusReason), more="timezone city",
        )  # fmt: skip
        self.rows.addWidget(self.wrong)
        self.finish()
        desk.jobs.run(zones.known, self.names.setStringList, owner=self)

    def _use(self) -> None:
        name = self.name.text().strip()
        if not name or name in zones.OFFERED or not zones.use(name):
            self.wrong.say(f"There is no zone {name}." if name else "Type the name of a zone first.")
            return
        self.desk.set_look(zone=name)
