"""The bar at the bottom: case, activities, inputs, progress of reading, problems, what was just said.

Where not all of it has room, what stands on pages as well goes first, so that what was just said can be read.
"""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.model.rows import Overview, Progress
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.widgets import health_rows
from app.ui.widgets.bar import Bar
from app.ui.widgets.buttons import LinkButton
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.tips import plain_tip
from app.ui.widgets.words import Elided, Line, Words

SAID_MS = 8000
NAME = 140
"""Width that the name of the case keeps, in pixels of the design."""


class StatusBar(QWidget):
    """Follows the desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._has_width = False
        self.setObjectName("statusbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.space("status-bar"))
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), 1, theme.px(16), 0)
        row.setSpacing(theme.px(8))
        self.name = Elided(tr("No case"), "quiet-strong", cut=Qt.TextElideMode.ElideMiddle)
        self.privacy = LinkButton(tr("names hidden"), lambda: desk.command("privacy"), "quiet")
        self.privacy.setToolTip(tr("Pseudonyms stand in the place of names; click to show names"))
        self.activities = Words("", "quiet", "quiet")
        self.inputs = Words("", "quiet", "quiet")
        self.reading = LinkButton("", lambda: desk.command("pane.jobs"), "quiet")
        self.bar = Bar(80)
        self.rate = Words("", "quiet", "quiet")
        self.cancel = LinkButton(tr("cancel"), desk.bridge.cancel, "quiet")
        self.problems = LinkButton("", lambda: desk.command("pane.problems"), "quiet")
        self.worst = Sign("severity:low", 10)
        self.health = LinkButton("", lambda: desk.go("health"), "quiet")
        self.said = Elided("", "quiet", "text-quiet")
        self.live = LinkButton("", lambda: desk.go("sources"), "quiet")
        self.jobs = LinkButton("", lambda: desk.command("pane.jobs"), "quiet")
        self._lines = [Line(vertical=True) for _ in range(7)]
        for line in self._lines:
            line.setFixedHeight(theme.px(12))
        order = (
            self.name, self.privacy, self._lines[0], self.activities, self._lines[1], self.inputs, self._lines[2],
            self.reading, self.bar, self.rate, self.cancel, self._lines[5], self.jobs, self._lines[4],
            self.live, self._lines[3], self.problems, self._lines[6], self.worst, self.health,
        )  # fmt: skip
        for widget in order:
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.said)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(SAID_MS)
        self._quiet.timeout.connect(self._forget)
        desk.summary_changed.connect(self.show_case)
        desk.session_changed.connect(self.show_case)
        desk.session_changed.connect(self._show_live)
        desk.session_changed.connect(self._show_health)
        desk.health_changed.connect(self._show_health)
        self._activities = 0
        desk.bridge.started.connect(self._started)
        desk.bridge.progress.connect(self._progress)
        desk.bridge.finished.connect(self._finished)
        desk.told.connect(self.say)
        desk.bridge.sources_changed.connect(self._show_live)
        desk.jobs.log.changed.connect(self._show_jobs)
        self._show_live()
        self._show_health()
        self._show_jobs()
        self.show_case()
        self._show_reading(False)

    def _fit(self) -> None:
        """Leave out what else would cut what was just said, and the name of the case to a stub; not before there is a width."""
        if not self._has_width:
            return
        has = self._desk.overview is not None and bool(self._desk.overview.inputs)
        told, reading = self._quiet.isActive(), not self.reading.isHidden()
        groups = (
            ((self.said,), not told and bool(self.said.text())), ((self.inputs, self._lines[1]), has),
            ((self.activities, self._lines[0]), has), ((self.rate,), reading),
        )  # fmt: skip
        self.said.setVisible(bool(self.said.text()))
        for parts, wanted in groups:
            for one in parts:
                one.setVisible(wanted or (one is self.said and told))
        room = self.width() - self._row.contentsMargins().left() - self._row.contentsMargins().right()
        for parts, wanted in groups:
            if wanted and self._needed() > room:
                for one in parts:
                    one.hide()
        rest = room - self._needed() + min(theme.px(NAME), self.name.sizeHint().width())
        self.name.setMaximumWidth(max(theme.px(NAME), rest))
        self.name.setMinimumWidth(min(theme.px(NAME), self.name.sizeHint().width()))

    def _needed(self) -> int:
        """Width of what is shown, with as much of the name of the case as is kept."""
        parts = [self._row.itemAt(place).widget() for place in range(self._row.count())]
        shown = [one for one in parts if one is not None and not one.isHidden()]
        wide = sum(one.sizeHint().width() + self._row.spacing() for one in shown)
        return wide - max(0, self.name.sizeHint().width() - theme.px(NAME))

    def resizeEvent(self, event) -> None:
        """More or less of it has room."""
        super().resizeEvent(event)
        self._has_width = True
        self._fit()

    def show_case(self) -> None:
        """Name and totals of the case."""
        overview: Overview | None = self._desk.overview
        session = self._desk.session
        if session is not None and not session.is_temporary:
            self.name.say(session.name)  # also before anything was read into it
        else:
            self.name.say("Unsaved case" if session is not None and self._desk.has_case else "No case")
        self.privacy.setVisible(self._desk.private)
        has = overview is not None and bool(overview.inputs)
        problems = overview.problems if overview else 0
        self._lines[3].setVisible(problems > 0)
        self.problems.setVisible(problems > 0)
        if overview is not None and has:
            self.activities.say(wording.count(overview.activities, "activity", "activities"))
            total = sum(one.bytes for one in overview.inputs)
            self.inputs.say(wording.count(len(overview.inputs), "input") + (f", {wording.size(total)}" if total else ""))
            self.problems.say(wording.count(problems, "problem"))
        if not self._quiet.isActive():
            self._forget()
        self._fit()

    def say(self, sentence: str, failed: bool = False) -> None:
        """One sentence at the right, for some seconds."""
        self.said._role = "high" if failed else "text"
        self.said.say(sentence)
        self._quiet.start()
        self._fit()

    def _forget(self) -> None:
        overview = self._desk.overview
        self.said._role = "text-quiet"
        self.said.say(wording.evidence(overview.first, overview.last) if overview else "")
        self._fit()

    def _show_reading(self, on: bool) -> None:
        for widget in (self._lines[2], self.reading, self.bar, self.rate, self.cancel):
            widget.setVisible(on)
        self._fit()

    def _show_live(self) -> None:
        """How many live sources run, and how many try to."""
        states = [one.state for one in self._desk.bridge.states.values() if one.state != "stopped"]
        failing = states.count("failed")
        self.live.setVisible(bool(states))
        self._lines[4].setVisible(bool(states))
        self.live.say(f"{len(states)} live" + (f", {failing} failing" if failing else ""))
        self._fit()

    def _show_health(self) -> None:
        """What is wrong, gravest first; nothing while all is well."""
        opened = self._desk.health.opened
        self.health.setVisible(bool(opened))
        self.worst.setVisible(bool(opened))
        self.worst.show_sign(f"severity:{health_rows.worst(self._desk.health)[0]}")
        self._lines[6].setVisible(bool(opened))
        self.health.say(wording.count(len(opened), "health alert"))
        self.health.setToolTip(plain_tip("\n".join(f"{one.title}: {one.where or one.what}" for one in opened[:6])))
        self._fit()

    def _show_jobs(self) -> None:
        """What runs beside a reading, which has its own place here."""
        running = [one for one in self._desk.jobs.log.running if one.kind == "work"]
        words = ": ".join(filter(None, (running[0].words, running[0].detail))) if len(running) == 1 else f"{len(running)} jobs"
        self.jobs.setVisible(bool(running))
        self._lines[5].setVisible(bool(running))
        self.jobs.say(wording.middle(words, 80))
        self._fit()

    def _started(self) -> None:
        self.reading.say(tr("reading"))
        self.rate.say("")
        self.bar.show_share(0)
        self._show_reading(True)
        self.show_case()

    def _progress(self, progress: Progress) -> None:
        self._activities = progress.activities
        name = progress.path.replace("\\", "/").rsplit("/", 1)[-1]
        self.reading.say(f"{wording.STAGES.get(progress.stage, progress.stage)} {wording.middle(name, 40)}".strip())
        self.bar.show_share(wording.share(progress))
        self.rate.say("  ".join(wording.progress_words(progress)))
        self._fit()

    def _finished(self, error: str) -> None:
        self._show_reading(False)
        bridge, found = self._desk.bridge, wording.count(self._activities, "activity", "activities")
        if self._desk.differs and not error and not bridge.stopped:
            first = "" if bridge.anew else "read, and "
            self.say(f"Everything was {first}looked at by all detectors, since {self._desk.differs}.")
            self._desk.differs = ""
        elif error or not bridge.anew:
            self.say(error or (f"Stopped; {found} so far are kept." if bridge.stopped else "Everything was read."), bool(error))
        elif bridge.stopped:
            self.say("Detection was stopped: alerts do not tell of all that was read until it runs again (F5).", True)
