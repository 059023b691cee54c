"""The head of the page of an entity: who it is, its tags, where it acts from, when it was seen, its risk with the reasons."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from app.model.about import Reason, Risk
from app.model.alert import Link, Sentence
from app.model.brief import Brief
from app.model.rows import EntityCard
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.icons import paint_icon
from app.ui.widgets.bar import Bar
from app.ui.widgets.buttons import Button, LinkButton, MenuButton, PaintedButton
from app.ui.widgets.cards import by_analyst
from app.ui.widgets.chips import Tag
from app.ui.widgets.flow import flow
from app.ui.widgets.glyphs import ENTITY_ROLES
from app.ui.widgets.sentence import SentenceView
from app.ui.widgets.tag_menu import OFFERED, fill_tags
from app.ui.widgets.tips import plain_tip
from app.ui.widgets.words import Elided, Line, Paragraph, Words

REASONS = 3
RISK_WIDTH = 320
BESIDE = 720
"""Width of the head from which the risk with its reasons stands beside who it is; below, one line of it stands under that."""
SIGN = 44
HEADING = ("Domain", "Full name", "Address")
"""Facts that stand below the name."""


class BigSign(QWidget):
    """The sign of a kind of entity in a ring of its role."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self.setAccessibleName(wording.entity_kind(kind))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(theme.px(SIGN), theme.px(SIGN))

    def paintEvent(self, _event: object) -> None:
        """Paint ring and sign."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = theme.colour(ENTITY_ROLES.get(self._kind, "node-address"))
        painter.setPen(QPen(colour, 1.5))
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self._kind in ("computer", "controller"):
            painter.drawRoundedRect(rect, theme.px(8), theme.px(8))
        else:
            painter.drawEllipse(rect)
        side = theme.px(20)
        icon = {"domain": "group"}.get(self._kind, self._kind)
        paint_icon(painter, QRectF(rect.center().x() - side / 2, rect.center().y() - side / 2, side, side), icon, colour)


class TagButton(PaintedButton):
    """A tag that a click takes away; it says who gave it."""

    def __init__(self, tag: str, by_hand: bool, on_click: Callable[[], object]) -> None:
        words = f"{tag}, by hand" if by_hand else tag
        super().__init__(words)
        self._tag = Tag(words, tag)
        self.setToolTip(
            f"{'Given by an analyst' if by_hand else 'Found by the program'}. Click to take it away; undo brings it back."
        )
        self.clicked.connect(lambda *_: on_click())
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        self._tag.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        box.addWidget(self._tag)

    def sizeHint(self) -> QSize:
        """As the tag."""
        return self._tag.sizeHint()

    def paintEvent(self, _event: object) -> None:
        """The tag paints itself; the ring of the focus is painted here."""
        self.paint_ring(QPainter(self), QRectF(self.rect()), 4)


class Head(QWidget):
    """What stands above the tabs."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(16))
        self._parts: list[QWidget] = []
        self._shown: tuple[object, ...] = ()
        self.tag_button: MenuButton | None = None
        self.risk: QWidget | None = None
        self.short: QWidget | None = None
        """The risk in one line, for where there is no room beside."""

    def show_nobody(self) -> None:
        """No entity of that key."""
        if self._shown == ("nobody",):
            return
        self._shown = ("nobody",)
        holder, column = _column()
        column.addWidget(Words(tr("No such entity"), "page"))
        words = "Nothing in this case has that name. It may belong to another workspace."
        column.addWidget(Words(words, look="quiet"))
        self._put(holder)

    def show_entity(self, card: EntityCard, brief: Brief, risk: Risk, said: Mapping[str, bool]) -> None:
        """Another entity, or the same with newer data; the same data leaves everything as it is."""
        shown = (card.row, card.facts, brief, risk, tuple(said.items()), wording.zone_name())
        if shown == self._shown:
            return
        self._shown = shown
        holder, column = _column()
        column.addWidget(self._name(card, said))
        column.addWidget(SentenceView(_sentence(brief), self._desk.follow, "text-quiet", "text"))
        column.addLayout(self._seen(card))
        parts: list[QWidget] = [BigSign(card.row.ref.kind), holder]
        self.risk = self.short = None
        if risk.reasons:
            self.risk, self.short = self._risk(risk), self._short(risk)
            parts += [Line(vertical=True), self.risk]
            column.addWidget(self.short)
        self._put(*parts)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The risk goes where there is room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self.risk is None or self.short is None:
            return
        beside = self.width() >= theme.px(BESIDE)
        for one in self._parts[2:]:
            one.setVisible(beside)
        self.short.setVisible(not beside)

    def _put(self, *parts: QWidget) -> None:
        for one in self._parts:
            self._row.removeWidget(one)
            one.hide()
            one.deleteLater()
        self._parts = list(parts)
        for place, one in enumerate(parts):
            top = Qt.AlignmentFlag.AlignTop if place != 2 else Qt.AlignmentFlag(0)
            self._row.addWidget(one, 1 if (place == 1 or len(parts) == 1) else 0, top)

    def _name(self, card: EntityCard, said: Mapping[str, bool]) -> QWidget:
        name = Elided(card.row.ref.label, "page", cut=Qt.TextElideMode.ElideMiddle)
        by_hand = by_analyst(card)
        key = card.row.ref.key
        offered = OFFERED.get(card.row.ref.kind, ())
        chips: list[QWidget] = []
        for tag in card.row.tags[:8]:
            if tag in offered or tag in by_hand:
                back = None if tag in by_hand and tag not in offered else False
                chips.append(TagButton(tag, tag in by_hand, lambda tag=tag, back=back: self._desk.tag(key, {tag: back})))
            else:
                chips.append(Tag(tag))
        if card.row.alerts:
            chips.append(Tag(wording.count(card.row.alerts, "alert"), "alerts"))
        if offered:

            def fill(menu: QMenu) -> None:
                fill_tags(menu, self._desk, card.row.ref.kind, key, card.row.tags, said)

            self.tag_button = MenuButton(tr("Tags"), fill, bare=True)
            chips.append(self.tag_button)
        return flow(name, *chips, gap=8, down=2)

    def _seen(self, card: EntityCard) -> QHBoxLayout:
        told = [(name, value) for name, value, _ in card.facts if name in HEADING and value]
        facts = [value for _, value in dict(reversed(told)).items()][::-1]
        first, last = wording.moment(card.row.first), wording.moment(card.row.last)
        words = [
            wording.entity_kind(card.row.ref.kind),
            *facts[:2],
            f"first seen {first}",
            f"last seen {last}",
        ]
        row = QHBoxLayout()
        row.setSpacing(theme.px(4))
        row.addWidget(Paragraph(" · ".join(words), look="quiet"), 1)
        if self._desk.can_go("graph"):
            go = lambda: self._desk.go("graph", card.row.ref.key)  # noqa: E731
            row.addWidget(Button(tr("Graph"), "graph", bare=True, on_click=go, tip="Show in graph"))
        return row

    def _short(self, risk: Risk) -> QWidget:
        """Score and first reason; the others in the tooltip."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(Words(f"Risk {risk.score}", "strong"))
        row.addWidget(self._reason(risk.reasons[0]), 1)
        more = risk.reasons[1:]
        if more:
            rest = Words(f"{len(more)} more", look="quiet")
            rest.setToolTip(plain_tip("\n".join(f"+{one.points} {one.words}" for one in more)))
            row.addWidget(rest)
        return holder

    def _reason(self, one: Reason) -> QWidget:
        """Its words, which lead to its alert."""
        if not one.alert:
            return Elided(one.words)
        link = LinkButton(one.words, lambda alert=one.alert: self._desk.go("alert", alert), elide=True)
        link.setToolTip(wording.tidy(one.words))
        return link

    def _risk(self, risk: Risk) -> QWidget:
        holder, column = _column()
        holder.setFixedWidth(theme.px(RISK_WIDTH))
        head = QHBoxLayout()
        head.setSpacing(theme.px(10))
        head.addWidget(Words(f"Risk {risk.score}", "section"))
        bar = Bar(112, role="text-quiet")
        bar.show_share(risk.score / 100)
        bar.setAccessibleName(f"Risk {risk.score} of 100")
        head.addWidget(bar)
        head.addStretch(1)
        column.addLayout(head)
        for one in risk.reasons[:REASONS]:
            line = QHBoxLayout()
            line.setSpacing(theme.px(8))
            points = Words(f"+{one.points}", look="quiet")
            points.setFixedWidth(theme.px(28))
            points.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            line.addWidget(points)
            line.addWidget(self._reason(one), 1)
            column.addLayout(line)
        more = risk.reasons[REASONS:]
        if more:
            rest = Elided(f"{len(more)} more: " + "; ".join(f"+{one.points} {one.words}" for one in more), "quiet", "text-quiet")
            column.addWidget(rest)
        return holder


def _column() -> tuple[QWidget, QVBoxLayout]:
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.px(4))
    return holder, column


def _sentence(brief: Brief) -> Sentence:
    """Who it is by the directory, how much it did, where it mostly acts from."""
    pieces: list[Link] = []
    if brief.line:
        pieces.append(Link(f"{brief.line}. "))
    pieces.append(Link(wording.count(brief.activities, "activity", "activities") if brief.activities else "No activity"))
    join = {"user": ", lately from ", "address": ", known as "}.get(brief.ref.kind, ", at ")
    for place in brief.places:
        pieces += [Link(join), Link(place.label, entity=place)]
        join = " and " if place is brief.places[-2:][0] else ", "
    pieces.append(Link("."))
    return tuple(pieces)
