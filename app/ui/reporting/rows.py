"""The four reports in tables: over which time, in which form, now or by schedule."""

import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from app.model.notice import Notifying, Scheduled, kind_of
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.settings.section import Segments
from app.ui.widgets.buttons import Button, MenuButton
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.offer import LONG, Offer
from app.ui.widgets.words import Line, Paragraph, SectionHeading, Words

REPORTS = (
    (
        "summary", "overview", "Summary", "What was detected by type; suspicious activities and health alerts that are open.",
        "It needs evidence.",
    ),
    (
        "groups", "entities", "Modifications of sensitive groups", "Every change of members: who, whom, from where, at which "
        "controller, told by which event.", "Nothing was read that tells changes: forward events 4728 to 4757 of the "
        "controllers, synchronise the directory, or read captures of LDAP and SAMR.",
    ),
    (
        "passwords", "proof", "Passwords exposed in clear text", "LDAP simple binds outside of TLS by account, source and "
        "controller.", "No LDAP bind was read: captures of ports 389 and 3268 tell them, and event 2889.",
    ),
    (
        "paths", "paths", "Lateral movement paths to sensitive accounts", "How many accounts are at risk; who and what is on the "
        "way to each.", "No path is known: synchronise the directory, import a collection, or read SAMR and logons.",
    ),
)  # fmt: skip
"""(name, icon, title, sentence, hint while it can hold nothing)."""
SOON = 20.0
"""Seconds in which it is not asked again which reports can hold anything."""
FORMS = (("xlsx", "Excel"), ("html", "Web page"), ("pdf", "PDF"))
PATTERNS = {"xlsx": "Excel (*.xlsx)", "html": "Web page (*.html)", "pdf": "PDF (*.pdf)"}
PACES = (("daily", "Daily"), ("weekly", "Weekly, from Monday"), ("monthly", "Monthly"))


class ReportRows(QWidget):
    """A line with the time and the form, a row for each report."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._form = "xlsx"
        self.since, self.until = self._date(tr("From")), self._date(tr("To"))
        self.since.setPlaceholderText(tr("the first activity"))
        self.until.setPlaceholderText(tr("the last activity"))
        self.forms = Segments(tr("Form"), FORMS, self._form)
        self.forms.chosen.connect(self._choose)
        self.wrong = Paragraph("", look="high")
        self.wrong.hide()
        line = QWidget()
        flow = FlowLayout(line, 8)
        flow.setContentsMargins(0, 0, 0, 0)
        for one in (_labelled(tr("From"), self.since), _labelled(tr("To"), self.until), self.forms):
            flow.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(8), 0, 0)
        column.setSpacing(theme.px(10))
        column.addWidget(SectionHeading(tr("In tables, over a time")))
        column.addWidget(line)
        column.addWidget(self.wrong)
        self.saves: dict[str, Button] = {}
        self.schedules: dict[str, MenuButton] = {}
        self.words: dict[str, tuple[Words, Paragraph]] = {}
        for name, icon, title, sentence, _ in REPORTS:
            column.addWidget(Line())
            column.addWidget(self._row(name, icon, title, sentence))
        self._has: dict[str, bool] = {}
        self._asked = 0.0

    @staticmethod
    def _date(name: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setAccessibleName(name)
        edit.setToolTip(tr("2026-01-31, or 2026-01-31 14:00; a day is meant whole"))
        edit.setMaxLength(25)
        edit.setFixedWidth(theme.px(150))
        return edit

    def _row(self, name: str, icon: str, title: str, sentence: str) -> QWidget:
        schedule = self.schedules[name] = MenuButton(tr("Schedule"), lambda menu: self._fill(menu, name), "clock")
        schedule.setAccessibleName(f"Schedule: {title}")
        save = self.saves[name] = Button(tr("Save"), on_click=lambda: self.save(name), tip=f"Save: {title}")
        schedule.setMinimumWidth(theme.px(128))
        buttons = QWidget()
        both = QHBoxLayout(buttons)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(theme.space("related"))
        both.addWidget(schedule)
        both.addWidget(save)
        offer = Offer(icon, tr(title), sentence, buttons, LONG)
        self.words[name] = offer.heading, offer.said
        return offer

    # ---- what is shown

    def refresh(self) -> None:
        """Ask which reports can hold anything."""
        session = self.desk.session
        if session is None or not self.desk.has_case:
            self._asked = 0.0
            self._heard({})
        elif time.monotonic() - self._asked > SOON:  # paths take their time in a large case, and change seldom
            self._asked = time.monotonic()
            self.desk.jobs.run(session.reports_with_data, self._heard, lambda _: None, self)

    def another(self) -> None:
        """Another case is open."""
        self._asked = 0.0
        self.refresh()

    def _heard(self, has: dict[str, bool]) -> None:
        self._has = has
        session = self.desk.session
        keeps = session is not None and not session.is_temporary and not session.read_only
        for name, _, _, sentence, hint in REPORTS:
            there = has.get(name, False)
            heading, said = self.words[name]
            heading.setEnabled(there)
            self.saves[name].setEnabled(there)
            self.schedules[name].setEnabled(keeps)
            self.schedules[name].setToolTip("" if keeps else tr("Save the case first: schedules belong to a case that is kept."))
            when = self._scheduled(name)
            self.schedules[name].say(tr("Scheduled") if when is not None else tr("Schedule"))
            said.say(" ".join([sentence if there or not self.desk.has_case else hint, *([_said(when)] if when else [])]))

    def _scheduled(self, name: str) -> Scheduled | None:
        return next((one for one in self.desk.notifying.reports if one.report == name), None)

    # ---- now

    def span(self) -> tuple[int, int] | None:
        """first <= time < last of what is typed, None for all there is. Raises ValueError with one sentence."""
        since, until = self.since.text().strip(), self.until.text().strip()
        if not since and not until:
            return None
        overview = self.desk.overview
        first = wording.read(f"{since} 00:00" if len(since) == 10 else since) if since else overview.first if overview else 0
        last = wording.read(until) if until else overview.last if overview else 0
        if first is None or last is None:
            raise ValueError("A time such as 2026-01-31, or 2026-01-31 14:00.")
        if last < first:
            raise ValueError("The end lies before the beginning.")
        return first, last + 1

    def save(self, name: str) -> None:
        """Ask where, write one report."""
        try:
            self.span()
        except ValueError as error:
            self.wrong.say(str(error))
            self.wrong.show()
            return
        self.wrong.hide()
        stem = "case" if self.desk.session is None or self.desk.session.is_temporary else self.desk.session.path.stem
        path, _ = QFileDialog.getSaveFileName(self, "Save report", f"{stem}-{name}.{self._form}", PATTERNS[self._form])
        if path:
            self.write(name, Path(path if Path(path).suffix else f"{path}.{self._form}"))

    def write(self, name: str, out: Path) -> None:
        """Write one report away from the window's thread."""
        session, form, span = self.desk.session, self._form, self.span()
        if session is None:
            return

        def work() -> int:
            from app.ui.printing import write_pdf

            return session.table_report(name, out, form, span, write_pdf)

        def told(rows: int) -> None:
            self.desk.tell(f"{out.name} saved, {wording.count(rows, 'row')}.")

        self.desk.jobs.run(work, told, self.desk.refuse, self, words=f"Writing {out.name}")

    def _choose(self, form: str) -> None:
        self._form = form
        self.forms.show_value(form)

    # ---- by schedule

    def _fill(self, menu: QMenu, name: str) -> None:
        now = self._scheduled(name)
        base = now or Scheduled(report=name, form=self._form)  # type: ignore[arg-type]
        _add(menu, tr("Not by itself"), now is None, lambda: self.schedule(name, None))
        for pace, words in PACES:
            chosen = replace(base, every=pace)
            _add(menu, tr(words), now is not None and now.every == pace, lambda chosen=chosen: self.schedule(name, chosen))
        if now is None:
            return
        menu.addSection(tr("As"))
        for form, words in FORMS:
            chosen = replace(now, form=form)
            _add(menu, tr(words), now.form == form, lambda chosen=chosen: self.schedule(name, chosen))
        menu.addSection(tr("Mail it"))
        _add(menu, tr("To nobody"), not now.mail, lambda: self.schedule(name, replace(now, mail="")))
        for target in self.desk.notifying.targets:
            if kind_of(target) == "mail":
                chosen = replace(now, mail=target.name)
                _add(menu, f"Over {target.name}", now.mail == target.name, lambda chosen=chosen: self.schedule(name, chosen))
        menu.addSeparator()
        _add(menu, tr("Into a folder…"), None, lambda: self._folder(name, now))

    def _folder(self, name: str, now: Scheduled) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder of this report", now.folder)
        if folder:
            self.schedule(name, replace(now, folder=folder))

    def schedule(self, name: str, wanted: Scheduled | None) -> None:
        """Write a report by itself from now on, or not any more."""
        held: Notifying = self.desk.notifying
        others = tuple(one for one in held.reports if one.report != name)
        reports = (*others, wanted) if wanted is not None else others
        said = _said(wanted) if wanted is not None else "The report is not written by itself any more."
        self.desk.keep_notifying(replace(held, reports=reports), said, lambda: self._heard(self._has))


def _labelled(name: str, edit: QLineEdit) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(6))
    row.addWidget(Words(name, look="quiet"))
    row.addWidget(edit)
    return holder


def _add(menu: QMenu, words: str, on: bool | None, do: Callable[[], object]) -> None:
    action = QAction(wording.tidy(words, 80).replace("&", "&&"), menu)
    action.setCheckable(on is not None)
    action.setChecked(bool(on))
    action.triggered.connect(lambda *_: do())
    menu.addAction(action)


def _said(one: Scheduled) -> str:
    """A schedule in words."""
    pace = {"daily": "each day", "weekly": "each week", "monthly": "each month"}[one.every]
    form = dict(FORMS)[one.form]
    where = f" into {wording.middle(one.folder, 60)}" if one.folder else ""
    mail = f", mailed over {one.mail}" if one.mail else ""
    return f"By itself after {pace} (UTC) as {form}{where}{mail}."
