"""The bar at the top: back, forward, breadcrumb, search, time span, zone."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QSizePolicy, QWidget

from app.ui import keys, theme, wording, zones
from app.ui.catalogue import tr
from app.ui.icons import paint_icon
from app.ui.navigation import Crumb
from app.ui.widgets.buttons import Button, LinkButton, MenuButton, paint_key
from app.ui.widgets.emptying import emptied
from app.ui.widgets.words import Elided, Words

LENS = 16
"""Side of the sign in the field, in pixels of the design."""
WAY = 150
"""Width that the crumbs keep beside everything else, in pixels of the design."""
HERE = 130
"""Width that the name of this place keeps beside the way to it, or all of its words."""


class SearchField(QLineEdit):
    """The field of the palette; shows the key of an action while empty."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self._action = action
        self.setObjectName("search")
        self.setPlaceholderText(tr("Search or command"))
        self.setAccessibleName(tr("Search or command"))
        self.setMaxLength(200)
        self.setMaximumWidth(theme.px(320))
        self.setMinimumWidth(theme.px(140))
        self.setTextMargins(theme.px(LENS + 4), 0, 0, 0)

    def sizeHint(self) -> QSize:
        """320 wide where there is room."""
        return QSize(theme.px(320), theme.space("button"))

    def lens(self) -> QRectF:
        """Where the lens is painted, which grows with the words."""
        side = theme.px(LENS)
        return QRectF(theme.px(8), (self.height() - side) / 2, side, side)

    def resizeEvent(self, event) -> None:
        """What is said while it is empty has room, or is one word."""
        super().resizeEvent(event)
        words = tr("Search or command")
        room = self.width() - self.textMargins().left() - theme.px(24)
        self.setPlaceholderText(words if theme.measure().horizontalAdvance(words) <= room else tr("Search"))

    def paintEvent(self, event) -> None:
        """The lens; the key at the right edge."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_icon(painter, self.lens(), "search", theme.colour("text-quiet"))
        if not self.text() and not self.hasFocus() and self.width() > theme.px(200):
            key = keys.shown(self._action)
            width = theme.measure("quiet").horizontalAdvance(key) + theme.px(16)
            if key:
                paint_key(painter, self.width() - width, self.height() / 2, key, theme.colour("text-quiet"))


class Crumbs(QWidget):
    """Words of the way here; all but the last are links."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(8))
        self._shown: tuple[Crumb, ...] | None = None
        self._only: Elided | None = None
        """The one crumb on screen, where it is one that leads nowhere."""
        self._way: list[QWidget] = []
        """What leads to places above, and the strokes between."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_crumbs(self, crumbs: Sequence[Crumb], go) -> None:
        """Show another way; go(route) is called for a link."""
        if tuple(crumbs) == self._shown:
            return
        self._shown = tuple(crumbs)
        if self._only is not None and len(crumbs) == 1 and crumbs[0].route is None:
            self._only.say(crumbs[0].words)  # from page to page; making and styling a widget takes longer
            return
        emptied(self._row)
        self._only = None
        self._way = []
        for place, crumb in enumerate(crumbs):
            if place:
                self._way.append(Words("/", look="quiet"))
                self._row.addWidget(self._way[-1])
            if crumb.route is None:
                here = Elided(crumb.words, "strong", cut=Qt.TextElideMode.ElideMiddle)
                self._only = here if len(crumbs) == 1 else None
                self._row.addWidget(here, 1)
            else:
                link = LinkButton(wording.tidy(crumb.words, 60))
                link.clicked.connect(lambda *_, route=crumb.route: go(route))
                self._way.append(link)
                self._row.addWidget(link)
        self._fit()

    def _fit(self) -> None:
        """Where the name of this place would be a stub, it stands alone; Back and the rail lead to the places above."""
        item = self._row.itemAt(self._row.count() - 1)
        here = item.widget() if item is not None else None
        if here is None or not self._way or here in self._way:
            return
        taken = sum(one.sizeHint().width() + self._row.spacing() for one in self._way)
        room = taken + min(here.sizeHint().width(), theme.px(HERE)) <= self.width()
        for one in self._way:
            one.setVisible(room)

    def resizeEvent(self, event) -> None:
        """The way is shown where there is room."""
        super().resizeEvent(event)
        self._fit()


class TopBar(QWidget):
    """Signals back, forward; the field is wired to the palette by the window."""

    back = Signal()
    forward = Signal()
    zone_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("topbar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.space("top-bar"))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(8), 0, theme.px(8), 1)
        row.setSpacing(theme.px(4))
        self.back_button = Button("", "back", bare=True, tip="Back", on_click=self.back.emit)
        self.forward_button = Button("", "forward", bare=True, tip="Forward", on_click=self.forward.emit)
        self.crumbs = Crumbs()
        self.field = SearchField("go.search")
        self.span = Words("", kind="body")
        self.span_icon = Button("", "clock", bare=True, tip="Time span of the evidence")
        self.span_icon.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.zone = MenuButton(wording.zone_name(), self._fill_zones, bare=True)
        for widget in (self.back_button, self.forward_button):
            row.addWidget(widget)
        row.addSpacing(theme.px(4))
        row.addWidget(self.crumbs, 1)
        row.addWidget(self.field, 1)
        row.addSpacing(theme.px(8))
        row.addWidget(self.span_icon)
        row.addWidget(self.span)
        row.addSpacing(theme.px(4))
        row.addWidget(self.zone)
        self.show_span(None, None)

    def show_span(self, first: int | None, last: int | None) -> None:
        """Time span of the case."""
        known = first is not None and last is not None
        self.span.say(wording.dates(first, last) if known else "")
        self.span_icon.setVisible(known)
        for one in (self.span, self.span_icon) if known else ():
            one.setToolTip(wording.period(first, last))
        self._fit_span()

    def _fit_span(self) -> None:
        """Without room for its words the span is in the tooltip of its sign; nothing is painted over the field."""
        firm = (self.back_button, self.forward_button, self.span_icon, self.span, self.zone)
        left = self.width() - sum(one.sizeHint().width() + theme.px(4) for one in firm)
        self.span.setVisible(bool(self.span.text()) and left >= self.field.minimumWidth() + theme.px(WAY))

    def resizeEvent(self, event) -> None:
        """The span is said where there is room."""
        super().resizeEvent(event)
        self._fit_span()

    def show_keys(self) -> None:
        """Tooltips and hints with the keys that hold now."""
        for button, action in ((self.back_button, "go.back"), (self.forward_button, "go.forward")):
            words, key = button.accessibleName(), keys.shown(action)
            button.setToolTip(f"{words} ({key})" if key else words)
        self.field.update()

    def _fill_zones(self, menu: QMenu) -> None:
        for name in dict.fromkeys((*zones.OFFERED, wording.zone_name())):
            action = menu.addAction(name)
            action.setCheckable(True)
            action.setChecked(name == wording.zone_name())
            action.triggered.connect(lambda *_, chosen=name: self._choose_zone(chosen))

    def _choose_zone(self, name: str) -> None:
        zones.use(name)
        self.zone.say(name)
        self.zone_changed.emit(name)
