"""What is new since the last visit, in one line of links."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.visits import News
from app.ui.widgets.buttons import Button, LinkButton
from app.ui.widgets.emptying import emptied
from app.ui.widgets.flow import flow
from app.ui.widgets.marks import IconMark
from app.ui.widgets.words import Words

MOST_IDS = 400


class NewsBand(QWidget):
    """Hidden while nothing is new. seen: the button was pressed."""

    def __init__(self, desk: Desk, seen: Callable[[], object]) -> None:
        super().__init__()
        self._desk = desk
        self._shown: News | None = None
        self.setObjectName("band")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(8), theme.px(8), theme.px(8))
        row.setSpacing(theme.px(10))
        row.addWidget(IconMark("clock", "accent", 16), 0, Qt.AlignmentFlag.AlignTop)
        self._place = QVBoxLayout()
        row.addLayout(self._place, 1)
        self.seen = Button(tr("Mark as seen"), on_click=seen)
        row.addWidget(self.seen, 0, Qt.AlignmentFlag.AlignTop)
        self.links: list[LinkButton] = []
        self.hide()

    def show_news(self, news: News | None) -> None:
        """Show these; None or nothing new hides it."""
        self.setVisible(bool(news))
        if not news or news == self._shown:
            return
        self._shown = news
        emptied(self._place)
        go = self._desk.go
        self.links = []
        if news.alerts:
            worst = ", ".join(f"{number:,} {severity}" for severity, number in wording.by_severity(news.alerts).items())
            ids = ",".join(one.id for one in news.alerts[-MOST_IDS:])
            self._link(f"{wording.count(len(news.alerts), 'alert')} ({worst})", lambda: go("alerts", alert=ids, state="all"))
        if len(news.incidents) == 1:
            self._link("1 incident", lambda: go("incident", news.incidents[0].id))
        elif news.incidents:
            self._link(wording.count(len(news.incidents), "incident"), lambda: go("alerts", group="incident"))
        if news.accounts:
            self._link(wording.count(news.accounts, "account"), lambda: go("entities"))
        if news.hosts:
            self._link(wording.count(news.hosts, "computer"), lambda: go("entities"))
        if news.inputs:
            self._link(wording.count(len(news.inputs), "source"), lambda: go("sources"))
        since = Words(f"New since {wording.moment(news.at)[:-3]}:", "strong")
        self._place.addWidget(flow(since, *self.links, gap=10))

    def _link(self, words: str, on_click: Callable[[], object]) -> None:
        self.links.append(LinkButton(words, on_click))
