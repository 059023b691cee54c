"""Two spans, or two cases: what is new, gone, or much more often in one of them.

Route view: before, after: spans as the language of filters says times; other: path of a case in the place of this one.
"""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.model.comparison import SECTIONS, Comparison, Difference, Span, said, span_of
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.jobs import Job
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button
from app.ui.widgets.empty import Empty
from app.ui.widgets.fields import Segment, TextField
from app.ui.widgets.words import PageHeading, Words

CHANGES = {"new": "+ new", "gone": "− gone", "more": "▲ more often", "less": "▼ less often"}
WORDS = {
    "": "All", "entities": "Entities", "edges": "Edges", "services": "Services", "encryption": "Encryption", "logons": "Logons",
    "activities": "Kinds of activity",
}  # fmt: skip
SECOND, DAY = 1_000_000, 86_400_000_000
CASES = "Wardlight cases (*.wardlight)"


def _what(one: Difference) -> str:
    return wording.kind(one.what) if one.section == "activities" else one.what or "seen at all"


def _times(one: Difference) -> str:
    return f"{wording.number(one.before)} → {wording.number(one.after)}"


COLUMNS = (
    Column("Change", lambda one: CHANGES[one.change], 110, firm=True, dim=lambda one: one.change in ("gone", "less")),
    Column("Who", lambda one: one.who, 170, "entity"),
    Column("With", lambda one: one.target, 160, "entity"),
    Column("What", _what, 220, stretch=True, cut="middle"),
    Column("Before → after", _times, 130, "number", firm=True),
    Column("First there", lambda one: wording.moment(one.first), 130, firm=True, narrow=False),
    Column("Last there", lambda one: wording.moment(one.last), 130, firm=True, narrow=False),
)


def span_words(span: Span) -> str:
    """The span as the fields take it, in whole seconds."""
    return said(Span(span.first // SECOND * SECOND, -(-span.last // SECOND) * SECOND))


class ComparePage(Page):
    """Differences between two sides."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._found: Comparison | None = None
        self._other: Path | None = None
        self.heading = PageHeading(tr("Compare"), "")
        rule = lambda text: "" if not text or self._span(text) else "A span is written 2026-01-05T08:00..2026-01-05T12:00."  # noqa: E731
        self.before = TextField("Before", "", rule, example="everything")
        self.after = TextField("After", "", rule, example="everything")
        for field in (self.before, self.after):
            field.edit.returnPressed.connect(self.run)
        self.go = Button(tr("Compare"), primary=True, on_click=self.run)
        self.halves = Button(tr("Halves"), on_click=self._halves, tip="The first half of the case with the second")
        self.last_day = Button(tr("Last day"), on_click=self._last_day, tip="All before the last day with the last day")
        self.other = Button(tr("Other case…"), on_click=self._choose, tip="Another workspace in the place of before")
        self.segments: dict[str, Button] = {}
        self.table = Table(COLUMNS)
        self.table.setAccessibleName(tr("Differences"))
        self.table.opened.connect(self._open)
        self.table.chosen.connect(lambda one: one is not None and one.who is not None and desk.inspect(one.who, True))
        self.nothing = Empty(tr("Choose two spans, or another case, and press Compare."), "Nothing was compared yet")
        self._build()
        self.setFocusProxy(self.before.edit)
        desk.session_changed.connect(self._forget)

    def _build(self) -> None:
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(theme.space("margin"), theme.space("top"), theme.space("margin"), theme.px(8))
        head.setSpacing(theme.px(12))
        head.addWidget(self.heading)
        sides = QHBoxLayout()
        sides.setSpacing(theme.space("group"))
        sides.addWidget(self.before, 1)
        sides.addWidget(self.after, 1)
        head.addLayout(sides)
        ways = QHBoxLayout()
        ways.setSpacing(theme.space("related"))
        for button in (self.go, self.halves, self.last_day, self.other):
            ways.addWidget(button)
        self.said = Words("", "quiet", "quiet")
        ways.addSpacing(theme.px(8))
        ways.addWidget(self.said, 1)
        head.addLayout(ways)
        self.bar = QWidget()
        row = QHBoxLayout(self.bar)
        row.setContentsMargins(0, theme.px(4), 0, 0)
        row.setSpacing(theme.px(4))
        for section in ("", *SECTIONS):
            segment = self.segments[section] = Segment(WORDS[section])
            segment.setChecked(not section)
            segment.clicked.connect(lambda *_: self._show_rows())
            row.addWidget(segment)
        row.addStretch(1)
        head.addWidget(self.bar)
        head.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.table, 1)
        column.addStretch(0)
        self.bar.hide()
        self.table.hide()

    # ---- where

    def visit(self, route: Route) -> None:
        """Fill the fields from the route; compare at once when it says both."""
        super().visit(route)
        before, after, other = route.option("before"), route.option("after"), route.option("other")
        wanted = Path(other) if other else None
        if (before or after or other) and (before, after, wanted) != (self.before.text(), self.after.text(), self._other):
            self.before.edit.setText(before)
            self.after.edit.setText(after)
            self._set_other(wanted)
            self.run()

    def refresh(self) -> None:
        """Say what can be compared."""
        overview = self.desk.overview
        if overview is not None and overview.first is not None and overview.last is not None and self._found is None:
            self.heading.sentence.say(f"This case holds {wording.period(overview.first, overview.last)}.")

    def _forget(self) -> None:
        self._found = None
        self._set_other(None)
        self.table.show_rows(())
        self.table.hide()
        self.bar.hide()
        self.nothing.show()
        self.said.say("")

    # ---- sides

    def _span(self, text: str) -> Span | None:
        return span_of(text)

    def _whole(self) -> Span | None:
        overview = self.desk.overview
        if overview is None or overview.first is None or overview.last is None:
            return None
        return Span(overview.first, overview.last + 1)

    def _halves(self) -> None:
        whole = self._whole()
        if whole is not None:
            middle = (whole.first + whole.last) // 2 // SECOND * SECOND
            self._set(Span(whole.first, middle), Span(middle, whole.last))

    def _last_day(self) -> None:
        whole = self._whole()
        if whole is not None:
            begin = max(whole.first + 1, (whole.last - DAY) // SECOND * SECOND)
            self._set(Span(whole.first, begin), Span(begin, whole.last))

    def _set(self, before: Span, after: Span) -> None:
        self._set_other(None)
        self.before.edit.setText(span_words(before))
        self.after.edit.setText(span_words(after))
        self.run()

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Compare with another case", "", CASES)
        if name:
            self.before.edit.clear()
            self.after.edit.clear()
            self._set_other(Path(name))
            self.run()

    def _set_other(self, path: Path | None) -> None:
        self._other = path
        self.before.edit.setPlaceholderText(f"everything in {path.name}" if path is not None else "everything")

    # ---- comparing

    def run(self) -> None:
        """Compare what the fields say."""
        session = self.desk.session
        if session is None or any(one.complain() for one in (self.before, self.after)):
            return
        before, after = self._span(self.before.text()), self._span(self.after.text())
        if self._other is None and before == after:
            self.said.say(tr("Both sides are the same; say two spans, or choose another case."))
            return
        other = self._other
        view = {"before": self.before.text(), "after": self.after.text(), "other": str(other) if other else ""}
        self.route = Route(self.name, "", tuple(sorted((key, value) for key, value in view.items() if value)))
        self.said.say(tr("Comparing …"))
        held: list[Job] = []
        stopped = lambda: bool(held) and held[0].cancelled  # noqa: E731
        self.ask("compare", lambda: session.compare(before, after, other, stopped), self._show)
        held.append(self._jobs["compare"])  # a newer comparison ends this one

    def _show(self, found: Comparison) -> None:
        self._found = found
        number = len(found.differences) + found.cut
        self.heading.sentence.say(
            f"{found.names[0]}, {wording.period(found.before.first, found.before.last)}; then "
            f"{found.names[1]}, {wording.period(found.after.first, found.after.last)}."
        )
        words = f"{wording.count(number, 'difference')}; {wording.count(found.same, 'thing is', 'things are')} about the same."
        self.said.say(f"{words} The first {len(found.differences):,} are listed." if found.cut else words)
        for section, segment in self.segments.items():
            some = sum(section in ("", one.section) for one in found.differences)
            segment.say(f"{WORDS[section]} {wording.number(some)}")
            segment.setEnabled(bool(some) or not section)
        self.bar.setVisible(bool(found.differences))
        self.nothing.setVisible(not found.differences)
        self.nothing.heading.say(tr("No differences"))
        self.nothing.sentence.say(tr("Both sides hold the same, about as often."))
        self._show_rows()

    def _show_rows(self) -> None:
        if self._found is None:
            return
        section = next((name for name, one in self.segments.items() if one.isChecked()), "")
        rows = [one for one in self._found.differences if section in ("", one.section)]
        self.table.setVisible(bool(rows))
        self.table.show_rows(rows)

    def _open(self, one: Difference) -> None:
        side = self._found.before if self._found is not None and one.change in ("gone", "less") else None
        if one.change in ("gone", "less") and self._other is not None:
            self.desk.tell(f"This is in {self._other.name}; open that case to see its activities.")
            return
        span = side or (self._found.after if self._found is not None else None)
        when = f"time:{span_words(span)}" if span is not None else ""
        self.desk.go("activities", filter=f"{one.filter} {when}".strip())

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """Into the first span."""
        self.before.edit.setFocus()

    def next_row(self) -> None:
        """One row down."""
        self.table.move(1)

    def previous_row(self) -> None:
        """One row up."""
        self.table.move(-1)

    def open_row(self) -> None:
        """The activities that show it."""
        self.table.open_current()
