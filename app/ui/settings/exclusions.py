"""The way from the settings to the page of exclusions, with what is on now."""

import time

from PySide6.QtCore import Qt

from app.ui import wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.settings.section import Sheet
from app.ui.widgets.buttons import Button


class ExclusionSettings(Sheet):
    """Exclusions have a page of their own, for they are many."""

    word, title, icon = "exclusions", "Exclusions", "filter"
    sentence = "Whom detectors pass over, each with its reason and its end. Nothing is deleted: what is excluded stays, hidden."

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.open = Button(tr("Open exclusions"), "filter", primary=True, on_click=lambda: desk.go("exclusions"))
        focus = lambda: self.open.setFocus(Qt.FocusReason.TabFocusReason)  # noqa: E731
        self.row = self.add(
            "exclusions", "Exclusions of this case", "", self.open, focus, more="exclude whitelist allow list suppress scanner"
        )
        self.finish()

    def refresh(self) -> None:
        """Say how many are on."""
        now = time.time_ns() // 1000
        every = self.desk.exclusions
        on = sum(one.counts(now) for one in every)
        self.row.hint.say(f"{wording.count(on, 'exclusion is', 'exclusions are')} on, {len(every) - on:,} off.")
        self.open.setEnabled(self.desk.has_case)
