"""One story: its alerts along the kill chain, and the entities that tie them together."""

from PySide6.QtWidgets import QMenu, QVBoxLayout

from app.model.alert import Alert
from app.model.entity import EntityRef
from app.model.incident import Incident
from app.ui import theme, wording
from app.ui.desk import Desk
from app.ui.navigation import Crumb, Route
from app.ui.page import Column, Page, scrolled
from app.ui.widgets.buttons import MenuButton
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Line, PageHeading, SectionHeading

VERBS = {"open": "Open again", "closed": "Close", "suppressed": "Suppress", "deleted": "Delete"}


class IncidentPage(Page):
    """Route key: id of the incident, or of an alert of it."""

    inspector_beside = True

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.incident: Incident | None = None
        self.sign = Sign("severity:low", 16)
        self.all = MenuButton("All alerts", self._fill)
        self.heading = PageHeading("", "", (self.all,), before=self.sign)
        self.chain = TwoLineList(lambda one: desk.go("alert", one.id))
        self.chain.setAccessibleName("Alerts of the incident")
        self.chain_heading = SectionHeading("Along the kill chain")
        self.ties = TwoLineList(self._inspect)
        self.ties.setAccessibleName("What ties them together")
        self.ties_heading = SectionHeading("What ties them together")
        column = Column()
        column.add(self.heading)
        column.add(Line())
        column.add(self.chain_heading)
        column.add(self.chain)
        column.add(Line())
        column.add(self.ties_heading)
        column.add(self.ties)
        column.parts.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(column))
        column.parts.setSpacing(theme.px(10))
        self.setFocusProxy(self.chain)

    def crumbs(self) -> tuple[Crumb, ...]:
        """Alerts, then its title."""
        return (Crumb("Alerts", Route("alerts")), Crumb(wording.incident(self.incident) if self.incident else "…"))

    def refresh(self) -> None:
        """Ask for the incident and its alerts."""
        session, key = self.desk.session, self.route.key
        if session is None:
            return

        def work() -> tuple[Incident | None, dict[str, Alert]]:
            one = session.queries.incident(key)
            return one, {alert.id: alert for alert in session.queries.alerts()}

        self.ask("incident", work, lambda value: self._show(*value))

    def _show(self, incident: Incident | None, alerts: dict[str, Alert]) -> None:
        if incident is None:
            self.desk.tell("This incident is no longer part of the case.", True)
            self.desk.go("alerts")
            return
        self.incident = incident
        self.sign.show_sign(f"severity:{incident.severity}")
        self.heading.title.say(wording.incident(incident))
        told = wording.count(len(incident.alerts), "alert")
        self.heading.sentence.say(
            f"{wording.phases(incident)}. {wording.period(incident.first, incident.last)}. {told}, {incident.open:,} open."
        )
        rows = []
        for id in incident.alerts:
            one = alerts.get(id)
            if one is not None:
                story = one.finding.story[0] if one.finding.story else ""
                when = wording.moment(one.finding.first)[:-3]
                state = "" if one.state == "open" else f", {one.state}"
                rows.append(TwoLines(f"severity:{one.severity}", one.title, story, f"{one.phase}{state} · {when}", target=one))
        self.chain.show_rows(rows)
        self.ties.show_rows([
            TwoLines(
                f"entity:{one.entity.kind}", one.entity.label, f"{one.how[:1].upper()}{one.how[1:]}",
                wording.count(len(one.alerts), "alert"), target=one.entity,
            )
            for one in incident.shared
        ])  # fmt: skip
        self.crumbs_changed.emit()

    def _inspect(self, ref: object) -> None:
        assert isinstance(ref, EntityRef)
        self.desk.inspect(ref)

    def _fill(self, menu: QMenu) -> None:
        for state, words in wording.STATES.items():
            menu.addAction(VERBS.get(state, words)).triggered.connect(lambda *_, state=state: self._change(state))

    def _change(self, state: str) -> None:
        if self.incident is not None:
            self.desk.change_alerts(self.incident.alerts, state=state)

    # ---- commands of app.ui.actions

    def close_alert(self) -> None:
        """Close all of its alerts."""
        self._change("closed")

    def reopen_alert(self) -> None:
        """Open all of them again."""
        self._change("open")

    def suppress_alert(self) -> None:
        """Suppress all of them."""
        self._change("suppressed")
