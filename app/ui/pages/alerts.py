"""All suspicious activities: when, how bad, who did what; filtered, grouped, chosen, opened, classified one or many at once."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from app.model.alert import Alert, Classification, State
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.context_menu import fill
from app.ui.desk import Desk
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.plots.histogram import HistogramView
from app.ui.tables.alert_filter import (
    EVERY,
    LONGEST,
    PHASES,
    SEVERITIES,
    STATES,
    AlertFilter,
    from_view,
    replace,
    taken,
    to_view,
)
from app.ui.tables.alert_groups import GROUPINGS, Group, Grouping, Sifted, sifted
from app.ui.tables.alert_list import AlertList
from app.ui.widgets.buttons import Button, MenuButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.filter_chips import Chips, Narrowing
from app.ui.widgets.flow import flow
from app.ui.widgets.search_field import SearchField
from app.ui.widgets.words import Line, PageHeading, Words

SERIES = {"low": "low-fill", "medium": "medium-fill", "high": "high-fill"}
MENUS = {"state": "State", "severity": "Severity", "phase": "Phase", "detector": "Detector", "entity": "Entity"}
HINT = "Words, severity:high, phase:lateral, entity:name, -word"


class AlertsPage(Page):
    """The filter is kept while the case is open, and stands in the route.

    View pairs: those of app.ui.tables.alert_filter, "group": one of GROUPINGS. Route key: id of the current alert.
    """

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.filter, self.grouping = AlertFilter(), "day"
        self._found: Sifted | None = None
        self._wanted = ""
        self.field = SearchField(HINT, tr("Filter alerts"), LONGEST)
        self.field.setMinimumWidth(theme.px(150))
        self.field.setMaximumWidth(theme.px(360))
        self.field.textEdited.connect(self._typed)
        self.field.returnPressed.connect(self._take)
        self.menus = {key: MenuButton(words, lambda menu, key=key: self._fill(menu, key)) for key, words in MENUS.items()}
        self.group = MenuButton(GROUPINGS["day"], self._fill_groups)
        self.exclusions = Button(tr("Exclusions"), on_click=lambda: desk.go("exclusions"))
        self.heading = PageHeading(tr("Alerts"), "", (self.group, self.exclusions))
        self.chips = Chips()
        self.chips.removed.connect(self._remove)
        self.chips.cleared.connect(lambda: self._narrow(AlertFilter(state=self.filter.state)))
        self.chart = HistogramView(SERIES, 78, label="Alerts over time")
        self.chart.brushed.connect(lambda start, end: self._narrow(replace(self.filter, span=(start, end) if end else None)))
        self.list = AlertList()
        self.list.chosen.connect(self._chosen)
        self.list.opened.connect(lambda alert: desk.go("alert", alert.id))
        self.list.opened_group.connect(self._open_group)
        self.list.followed.connect(desk.follow)
        self.list.selection_changed.connect(self._show_bulk)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._drop)
        self.nothing = Empty("", "", "Show all", self._show_all)
        self.bulk = self._bulk_bar()
        self._build()
        self.setFocusProxy(self.list)
        desk.session_changed.connect(self._forget)

    def _build(self) -> None:
        top, margin = QWidget(), theme.space("margin")
        head = QVBoxLayout(top)
        head.setContentsMargins(margin, theme.space("top"), margin, theme.px(8))
        head.setSpacing(theme.px(10))
        head.addWidget(self.heading)
        line = QHBoxLayout()
        line.setSpacing(theme.space("related"))
        line.addWidget(self.field, 2, Qt.AlignmentFlag.AlignTop)
        line.addWidget(flow(*self.menus.values(), gap=6), 3)
        head.addLayout(line)
        head.addWidget(self.chips)
        head.addWidget(self.chart)
        self._below = QWidget()
        below = QVBoxLayout(self._below)
        below.setContentsMargins(margin, theme.px(16), margin, 0)
        below.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(Line())
        column.addWidget(self.bulk)
        column.addWidget(self.list, 1)
        column.addWidget(self._below, 1)
        self._below.hide()

    def _bulk_bar(self) -> QWidget:
        """What can be done with several chosen alerts; hidden while there is one or none."""
        bar = QWidget()
        bar.setObjectName("band")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.space("margin"), theme.px(6), theme.space("margin"), theme.px(6))
        row.setSpacing(theme.space("related"))
        self.bulk_words = Words("", "strong")
        row.addWidget(self.bulk_words)
        row.addStretch(1)
        do = self.desk.command
        row.addWidget(MenuButton(tr("Do with all"), lambda menu: fill(menu, self.desk, "alert")))
        row.addWidget(Button(tr("Close"), key="4", on_click=lambda: do("alert.close")))
        row.addWidget(Button(tr("Only one"), key="Esc", on_click=self._choose_one))
        bar.hide()
        return bar

    def visit(self, route: Route) -> None:
        """A route with a filter sets it; one without leaves what was set."""
        view = dict(route.view)
        found = from_view(view)
        if found is not None:
            self.filter = found
        if view.get("group") in GROUPINGS:
            self.grouping = view["group"]  # type: ignore[assignment]
        self._wanted = route.key
        self._show_filter()
        super().visit(route)

    def refresh(self) -> None:
        """Filter and group what the desk holds, away from the window's thread."""
        desk, overview = self.desk, self.desk.overview
        span = (overview.first, overview.last) if overview else (None, None)
        given = (desk.alerts, desk.hidden, desk.incidents, self.filter, self.grouping, span)
        self.ask("sift", lambda: sifted(*given), self._show)
        counting = sum(one.on for one in desk.exclusions)
        self.exclusions.say(f"Exclusions: {counting}" if counting else "Exclusions")
        view = to_view(self.filter) | ({"group": self.grouping} if self.grouping != "day" else {})
        self.route = Route(self.name, self.route.key, tuple(sorted(view.items())))

    def _show(self, found: Sifted) -> None:
        self._found = found
        shown = found.shown
        said = wording.alerts_sentence(shown, len(shown), found.total)
        self.heading.sentence.say(f"{said} {found.apart:,} deleted or excluded." if found.apart else said)
        self.chart.show_data(found.bars)
        self.chart.setVisible(found.bars is not None)
        self.list.setVisible(bool(shown))
        self._below.setVisible(not shown)
        self.list.show_groups(found.groups)
        if self._wanted:
            self.list.go_to(self._wanted)
            self._wanted = ""
        self.desk.alert_order = tuple(one.id for one in shown)
        if not shown:
            self._say_nothing(len(self.desk.alerts) + len(self.desk.hidden))
            self.desk.inspect(None, True)
        self._show_bulk()
        self._show_filter()  # only now the names of what was chosen are known

    def _say_nothing(self, total: int) -> None:
        if total:
            self.nothing.heading.say(tr("No alert matches these filters"))
            self.nothing.sentence.say(f"{wording.count(total, 'alert')} in this case.")
        else:
            self.nothing.heading.say(tr("Nothing suspicious was found"))
            self.nothing.sentence.say(tr("The coverage page says what could not have been seen in this evidence."))
        self.nothing.heading.show()
        self.nothing.link.say("Show all" if total else "Coverage")

    # ---- the filter

    def _narrow(self, filter: AlertFilter) -> None:
        if filter != self.filter:
            self.filter = filter
            self._show_filter()
            self.refresh()

    def _show_filter(self) -> None:
        """Field, menus, chips and brush say what is asked for."""
        filter, titles = self.filter, {one[0]: one[1] for one in (self._found.detectors if self._found else ())}
        if " ".join(self.field.text().split()) != filter.text:
            self.field.setText(filter.text)
        for key, button in self.menus.items():
            chosen = filter.chosen(key)
            word = f"{next(iter(chosen))}" if len(chosen) == 1 and key != "entity" else f"{len(chosen)}" if chosen else ""
            button.say(f"{MENUS[key]}: {wording.tidy(word, 24)}" if word else MENUS[key])
        self.group.say(GROUPINGS[self.grouping])
        names = {ref.key: ref.label for ref, _ in (self._found.offered if self._found else ())}
        stories = {one.id: wording.incident(one) for one in self.desk.incidents}
        made = [Narrowing("severity", one, f"{one} severity") for one in SEVERITIES if one in filter.severity]
        made += [Narrowing("phase", one, one) for one in PHASES if one in filter.phase]
        made += [Narrowing("detector", one, titles.get(one, one)) for one in sorted(filter.detector)]
        made += [
            Narrowing("entity", one, names.get(one, self.desk.veiled(one.partition(":")[2] or one)))
            for one in sorted(filter.entity)
        ]
        made += [Narrowing("incident", one, f"Incident: {stories.get(one, one)}") for one in sorted(filter.incident)]
        if filter.alert:
            made.append(Narrowing("alert", "", wording.count(len(filter.alert), "chosen alert")))
        made += [Narrowing("text", one, f"“{one}”") for one in filter.text.split()]
        if filter.span:
            first, last = filter.span
            end = wording.clock(last) if wording.same_day(first, last) else wording.moment(last)
            made.append(Narrowing("span", "", f"{wording.moment(first)} – {end}"))
        self.chips.show_chips(made)
        self.chart.set_brush(filter.span)

    def _remove(self, name: str, value: str) -> None:
        if name == "span":
            self._narrow(replace(self.filter, span=None))
        elif name == "text":
            words = self.filter.text.split()
            words.remove(value)
            self._narrow(replace(self.filter, text=" ".join(words)))
        else:
            self._narrow(self.filter.toggled(name, value))

    def _typed(self, text: str) -> None:
        """Words narrow as they are typed; what names a choice does at Enter, or with a blank behind it."""
        if text.endswith(" "):
            after = taken(self.filter, text)
            if after.text != " ".join(text.split()):
                self._narrow(after)
                return
        self._narrow(replace(self.filter, text=" ".join(text.split())))

    def _take(self) -> None:
        self._narrow(taken(self.filter, self.field.text()))
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill(self, menu: QMenu, key: str) -> None:
        found = self._found
        rules, parties = (found.detectors, found.offered) if found else ((), ())
        choices: list[tuple[str, str]] = {
            "state": [(one, one.capitalize()) for one in STATES],
            "severity": [(one, one.capitalize()) for one in SEVERITIES],
            "phase": [(one, one) for one in PHASES],
            "detector": [(id, f"{wording.tidy(title, 60)}  {number:,}") for id, title, number in rules],
            "entity": [(one.key, f"{wording.middle(one.label, 50)}  {number:,}") for one, number in parties],
        }[key]
        for one, words in choices:
            action = menu.addAction(words.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(one in self.filter.chosen(key))
            action.triggered.connect(lambda *_, word=one: self._toggle(key, word))
        menu.addSeparator()
        menu.addAction("All").triggered.connect(lambda *_: self._toggle(key, ""))

    def _fill_groups(self, menu: QMenu) -> None:
        for key, words in GROUPINGS.items():
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(key == self.grouping)
            action.triggered.connect(lambda *_, key=key: self.group_by(key))
        menu.addSeparator()
        menu.addAction("Close or open all groups").triggered.connect(lambda *_: self.list.toggle_all())

    def group_by(self, grouping: Grouping) -> None:
        """Cut the list in another way."""
        self.grouping = grouping
        self._show_filter()
        self.refresh()

    def _toggle(self, key: str, word: str) -> None:
        self._narrow(self.filter.toggled(key, word))

    def _show_all(self) -> None:
        if not self.desk.alerts and not self.desk.hidden:
            self.desk.go("coverage")
        else:
            self._narrow(EVERY)

    def _forget(self) -> None:
        self.filter, self.grouping, self._found = AlertFilter(), "day", None
        self.list.show_groups(())
        self._show_filter()

    # ---- the list

    def _chosen(self, alert: Alert) -> None:
        self.desk.inspect(alert, True)
        self.route = self.route._replace(key=alert.id)

    def _open_group(self, group: Group) -> None:
        if group.incident:
            self.desk.go("incident", group.incident)
        elif group.entity is not None:
            self.desk.go("entity", group.entity.key)
        else:
            self.list.toggle(group)

    def _show_bulk(self) -> None:
        some = self.list.selected() if self.list.isVisibleTo(self) else []
        self.bulk.setVisible(len(some) > 1)
        if len(some) > 1:
            worst = ", ".join(f"{number:,} {severity}" for severity, number in wording.by_severity(some).items())
            self.bulk_words.say(f"{len(some):,} alerts chosen: {worst}")

    def _choose_one(self) -> None:
        alert = self.list.current() or next(iter(self.list.selected()), None)
        if alert is not None:
            self.list.go_to(alert.id)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _drop(self, at: QPoint) -> None:
        """What can be done with what is under the pointer, or with all that is chosen."""
        row = self.list.row_at(at)
        if row is None:
            return
        if isinstance(row, Group) or row not in self.list.selected():
            self.list.go_to_row(row)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill(menu, self.desk, "alert")
        if isinstance(row, Alert):
            menu.addSeparator()
            only = menu.addAction("Show only alerts of this detector")
            only.triggered.connect(lambda *_: self._narrow(replace(self.filter, detector=frozenset({row.detector}))))
        menu.popup(self.list.viewport().mapToGlobal(at))

    # ---- commands of app.ui.actions

    def focus_filter(self) -> None:
        """Put the cursor into the field of words."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def next_row(self) -> None:
        """The next alert."""
        self.list.move(1)

    def previous_row(self) -> None:
        """The alert before."""
        self.list.move(-1)

    def open_row(self) -> None:
        """The page of the current alert, or what the header is about."""
        self.list.open_current()

    def classify_true(self) -> None:
        """It was an attack."""
        self._change(classification="true positive")

    def classify_benign(self) -> None:
        """It happened, with leave."""
        self._change(classification="benign true positive")

    def classify_false(self) -> None:
        """It did not happen."""
        self._change(classification="false positive")

    def close_alert(self) -> None:
        """Done with it."""
        self._change(state="closed")

    def reopen_alert(self) -> None:
        """Not done with it."""
        self._change(state="open")

    def suppress_alert(self) -> None:
        """Silent until seven quiet days have passed."""
        self._change(state="suppressed")

    def delete_alert(self) -> None:
        """Hide it for good; undo brings it back."""
        self._change(state="deleted")

    def exclude_party(self) -> None:
        """Say who of what is chosen is to be passed over."""
        some = [one.id for one in self.list.targets() if not one.excluded]
        if some:
            self.desk.go("exclusions", ",".join(some))

    def _change(self, state: State | None = None, classification: Classification | None = None) -> None:
        self.desk.change_alerts([one.id for one in self.list.targets()], state=state, classification=classification)

    def keyPressEvent(self, event) -> None:
        """Esc gives up what is chosen, then the span, then the words."""
        if event.key() == Qt.Key.Key_Escape and len(self.list.selected()) > 1:
            self._choose_one()
        elif event.key() == Qt.Key.Key_Escape and self.filter.span is not None:
            self.chart.clear_brush()
        elif event.key() == Qt.Key.Key_Escape and self.filter.text:
            self._narrow(replace(self.filter, text=""))
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().keyPressEvent(event)
