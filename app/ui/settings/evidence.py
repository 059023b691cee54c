"""What is kept of live packets, where outside addresses are, keys that open what is sealed."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.settings.section import Sheet
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import Words

LEAST, MOST = 16, 1_000_000
"""MB, as the settings say."""
WHOLE = 90
"""Per cent of the machine that can be left to others at most."""


class EvidenceSettings(Sheet):
    """Holds for what is read and listened to from now on."""

    word, title, icon = "evidence", "Evidence", "packet"
    sentence = "Holds for what is read and listened to from now on. Evidence itself is never changed."

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.kept = QLineEdit(str(desk.settings.evidence))
        self.kept.setAccessibleName(tr("MB of packets kept of live traffic"))
        self.kept.setMaxLength(8)
        self.kept.setFixedWidth(theme.px(110))
        self.kept.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.kept.editingFinished.connect(self._keep_size)
        self.size_row = self.add(
            "evidence.size", "Packets kept of live traffic",
            "Beside the workspace; the oldest go first, those that alerts rest on are kept apart before.",
            _beside(self.kept, _unit(tr("MB"))), lambda: self.kept.setFocus(Qt.FocusReason.TabFocusReason),
            more="disk ring capture size megabytes",
        )  # fmt: skip
        self.reserve = QLineEdit(f"{100 * desk.settings.reserve:.0f}")
        self.reserve.setAccessibleName(tr("Per cent of processor and memory left to others"))
        self.reserve.setMaxLength(3)
        self.reserve.setFixedWidth(theme.px(110))
        self.reserve.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.reserve.editingFinished.connect(self._keep_reserve)
        self.reserve_row = self.add(
            "evidence.reserve", "Left to others while listening",
            "Processor and memory of this machine. What does not fit is left out by whole flows, bulk first, and counted.",
            _beside(self.reserve, _unit("%")),
            lambda: self.reserve.setFocus(Qt.FocusReason.TabFocusReason),
            more="governor quota cpu processor memory sampling drop limit live",
        )  # fmt: skip
        self.places = QLineEdit(desk.settings.places)
        self.places.setAccessibleName(tr("GeoIP file"))
        self.places.setPlaceholderText(tr("none"))
        self.places.setMinimumWidth(theme.px(240))
        self.places.editingFinished.connect(lambda: self._keep_places(self.places.text().strip()))
        self.places_row = self.add(
            "evidence.places", "Places of outside addresses",
            "A GeoIP file (.mmdb) that lies on this machine. Nothing is asked on the network.",
            _beside(
                self.places, Button(tr("Browse"), on_click=self._browse),
                Button(tr("None"), on_click=lambda: self._keep_places("")),
            ),
            lambda: self.places.setFocus(Qt.FocusReason.TabFocusReason), below=True, more="geoip country city mmdb maxmind vpn",
        )  # fmt: skip
        self.keys = Button(tr("Use a keytab"), "proof", on_click=lambda: desk.command("keys.use"))
        self.keys_row = self.add(
            "evidence.keys", "Keys", "", self.keys, lambda: self.keys.setFocus(Qt.FocusReason.TabFocusReason),
            more="keytab kerberos decrypt sealed ntlm secret",
        )  # fmt: skip
        desk.bridge.keytabs_changed.connect(self.refresh)
        self.finish()
        self.refresh()

    def refresh(self) -> None:
        """Say which keys are used."""
        used = [one.name for one in self.desk.bridge.keytabs]
        self.keys_row.hint.say(
            f"{wording.listed(used)}: used for what is opened from now on, kept nowhere."
            if used
            else "A keytab opens Kerberos and NTLM of what is opened after it was chosen. Keys are never kept with the case."
        )

    def _keep_size(self) -> None:
        text = self.kept.text().strip()
        number = int(text) if text.isdecimal() else 0
        good = LEAST <= number <= MOST
        self.size_row.hint.set_role("text-quiet" if good else "high")
        self.size_row.hint.say(
            f"{wording.size(number * 1024 * 1024)} beside the workspace; the oldest packets go first."
            if good
            else f"It must be a number from {LEAST:,} to {MOST:,}."
        )
        if good and number != self.desk.settings.evidence:
            self.desk.keep(evidence=number)

    def _keep_reserve(self) -> None:
        text = self.reserve.text().strip()
        number = int(text) if text.isdecimal() else WHOLE + 1
        good = number <= WHOLE
        self.reserve_row.hint.set_role("text-quiet" if good else "high")
        self.reserve_row.hint.say(
            f"It must be a number from 0 to {WHOLE}."
            if not good
            else f"{number} % stay free for others, from the next time that listening starts."
            if number
            else "Listening takes what it needs, from the next time that it starts."
        )
        if good and number != round(100 * self.desk.settings.reserve):
            self.desk.keep(reserve=number / 100)

    def _browse(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "GeoIP file", self.places.text(), "GeoIP files (*.mmdb);;All files (*)")
        if name:
            self._keep_places(name)

    def _keep_places(self, name: str) -> None:
        self.places.setText(name)
        there = not name or Path(name).is_file()
        self.places_row.hint.set_role("text-quiet" if there else "high")
        self.places_row.hint.say(
            "There is no such file." if not there else "Used for what is read from now on." if name else "No places are told."
        )
        if there and name != self.desk.settings.places:
            self.desk.keep(places=name)


def _unit(word: str) -> Words:
    """Of one width, so that fields above one another end alike."""
    words = Words(word, look="quiet")
    words.setMinimumWidth(theme.px(32))
    return words


def _beside(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.space("related"))
    for one in widgets:
        row.addWidget(one)
    return holder
