"""The live picture of one sensor: packets, activities, bytes seen and sent; its quota and what waits, in figures."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.model.sensor import SensorReport
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.plots.strips import Series, Strip
from app.ui.sensors import states
from app.ui.sensors.pulse import Pulse
from app.ui.widgets.fact_lines import FactLines, Row
from app.ui.widgets.words import SectionHeading

NAMES = 132
ROW = 3
"""Strips side by side."""


class NowView(QWidget):
    """Strips come with the first sensor."""

    def __init__(self) -> None:
        super().__init__()
        self.strips: dict[str, Strip] = {}
        self._left: list[tuple[str, Callable[[], Strip]]] = []
        self._curves: dict[str, tuple[Sequence[float], Sequence[Sequence[float | None]], str]] = {}
        """What each strip shows: times, values of its curves, words in the place of its figure."""
        self._making = QTimer(self)
        self._making.setInterval(0)
        self._making.timeout.connect(self._make_strip)
        self._places = QGridLayout()
        self._places.setContentsMargins(0, 0, 0, 0)
        self._places.setHorizontalSpacing(theme.px(24))
        self._places.setVerticalSpacing(theme.px(12))
        for place in range(ROW):
            self._places.setColumnStretch(place, 1)
        self.limits, self.link = FactLines((), NAMES), FactLines((), NAMES)
        self._link_heading = SectionHeading(tr("What leaves it"))
        facts = QHBoxLayout()
        facts.setSpacing(theme.px(32))
        for heading, lines in ((SectionHeading(tr("What it may use")), self.limits), (self._link_heading, self.link)):
            column = QVBoxLayout()
            column.setSpacing(theme.px(6))
            column.addWidget(heading)
            column.addWidget(lines)
            column.addStretch(1)
            facts.addLayout(column, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(20))
        column.addLayout(self._places)
        column.addLayout(facts)
        column.addStretch(1)

    def make_strips(self) -> None:
        """Make them, one in each round of the window's loop."""
        if self.strips or self._left:
            return
        volume = lambda value: f"{wording.size(value)}/s"  # noqa: E731
        both = (Series(tr("seen"), "chart-5"), Series(tr("sent"), "chart-4"))
        self._left = [
            ("packets", lambda: Strip(tr("Packets"), (Series("", "chart-1"),), wording.rate)),
            ("activities", lambda: Strip(tr("Activities"), (Series("", "chart-2"),), wording.rate)),
            ("bytes", lambda: Strip(tr("Bytes"), both, volume)),
        ]
        self._making.start()

    def _make_strip(self) -> None:
        name, make = self._left.pop(0)
        if not self._left:
            self._making.stop()
        one = make()
        self._places.addWidget(one, 0, len(self.strips), Qt.AlignmentFlag.AlignTop)
        self.strips[name] = one
        self._show_curves()

    def show_now(self, report: SensorReport | None, pulse: Pulse | None, own: bool, fresh: bool) -> None:
        """The figures of a sensor. own: it is the one of this window, from which nothing is sent.

        fresh: they are of now; of a sensor that fell silent the curves stay, and no figure is called the present one.
        """
        past = "" if fresh else "—"
        samples = list(pulse.samples) if pulse is not None else []
        times = [one.at for one in samples]
        seen, sent = [one.seen for one in samples], [one.sent for one in samples]
        share = states.leaving(report) if report is not None and not own else None
        words = f"{states.percent(share)} {tr('leaves it')}" if share is not None else ""
        if own:
            words = tr("nothing leaves it")
        self._curves = {
            "packets": (times, ([one.packets for one in samples],), past),
            "activities": (times, ([one.activities for one in samples],), past),
            "bytes": (times, (seen, sent), words),
        }
        self._show_curves()
        as_of: Sequence[Row] = () if fresh or report is None else (("As of", wording.moment(report.at), ""),)
        self.limits.say((*as_of, *limits(report)) if report is not None else ())
        self.link.say(link(report) if report is not None and not own else own_link())

    def _show_curves(self) -> None:
        for name, strip in self.strips.items():
            if name in self._curves:
                strip.show_values(*self._curves[name])


def limits(report: SensorReport) -> Sequence[Row]:
    """Quota and sampling as facts."""
    one = report.sampling
    rows: list[Row] = [
        ("Processor", f"{states.percent(one.cpu)} of the machine, may use {states.percent(one.quota)}", ""),
        ("Others use", states.percent(one.others), ""),
        ("Memory", f"{states.percent(one.memory)}, may use {states.percent(one.memory_quota)}", ""),
        ("Analysed", "all of the traffic" if one.keep >= 1 else f"{states.percent(one.keep)} of the traffic", ""),
    ]
    skipped = sorted(((count, word) for word, count in one.skipped.items() if count), reverse=True)
    for count, word in skipped[:4]:
        rows.append((f"Skipped, {word}", wording.count(count, "packet"), ""))
    rows.append(("Dropped", wording.number(states.dropped(report)), ""))
    return rows


def link(report: SensorReport) -> Sequence[Row]:
    """What was sent, what waits, to whom."""
    backlog = report.backlog
    room = f" of {wording.size(backlog.limit)}" if backlog.limit else ""
    rows: list[Row] = [
        ("Seen, sent", f"{wording.size(report.seen)} seen, {wording.size(backlog.sent)} sent", ""),
        ("Waits", f"{wording.count(backlog.messages, 'message')}, {wording.size(backlog.bytes)}{room}", ""),
        ("Oldest", states.lag(report) if backlog.messages else "nothing waits", ""),
        ("Lost", wording.count(backlog.lost, "activity", "activities") if backlog.lost else "nothing", ""),
        ("Hub", "connected" if backlog.connected else backlog.error or "not connected", ""),
    ]
    if report.synchronizes:
        rows.append(("Synchronizes", ", ".join(report.synchronizes), ""))
    if report.expires:
        rows.append(("Certificate until", wording.moment(report.expires), ""))
    if report.since:
        rows.append(("Runs since", wording.moment(report.since), ""))
    if report.version:
        rows.append(("Version", report.version, ""))
    return rows


def own_link() -> Sequence[Row]:
    """The sensor of this window needs no link."""
    return (("Sends to", "the workspace of this window, on this computer", ""),)
