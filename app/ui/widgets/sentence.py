"""A sentence with links to entities, laid out in lines; painted, never rich text."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import bidirectional

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.model.alert import Link, Sentence
from app.model.entity import EntityRef
from app.ui import theme, wording
from app.ui.navigation import in_new_tab
from app.ui.widgets import hovering
from app.ui.widgets.buttons import KEYBOARD
from app.ui.widgets.clicks import asks_new_tab
from app.ui.widgets.glyphs import paint_entity
from app.ui.widgets.tips import plain_tip

GAP = 5
ALIGNED = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
MOST_PIECES = 200
MOST_LINES = 60
NAME_SHARE, NAME_LEAST = 0.3, 120
"""Of a line that has no room for all of its sentence, what one name keeps: a share of it, and pixels of the design at least."""
WORDS = 20_000
"""Words whose widths are remembered."""
Placed = tuple[float, float, float, str, int, str]
"""Left, top, right, words, number of the link, sign of what is to be painted."""


class Run(NamedTuple):
    """One painted piece: where, the words, number of its link (-1 none), kind of entity whose sign stands before."""

    rect: QRectF
    text: str
    link: int
    sign: str


def lay_out(
    pieces: Sequence[Link], width: float, kind: str = "body", one_line: bool = False, name_kind: str = "entity"
) -> tuple[list[Run], float]:
    """Runs of the sentence within width, and the height used. A name is never broken; too long a one is cut in the middle.

    In a sentence that is cut at the end of its one line, long names are cut first: what was done tells more than all of a name.
    """
    runs, height, cut = _laid(pieces, width, kind, one_line, name_kind, width)
    most = max(theme.px(NAME_LEAST), width * NAME_SHARE)
    if cut and one_line and any(run.sign and run.rect.width() > most for run in runs):
        runs, height, _ = _laid(pieces, width, kind, one_line, name_kind, most)
    return runs, height


def _laid(
    pieces: Sequence[Link], width: float, kind: str, one_line: bool, name_kind: str, most: float
) -> tuple[list[Run], float, bool]:
    """Runs, height, whether some of it is cut at the end. most: what a name with its sign may take."""
    line, size = theme.line_height(kind), theme.px(1000)
    space = _advance(" ", kind, size)
    side = theme.space("glyph") + theme.px(GAP)
    placed: list[Placed] = []
    x, y, lines = 0.0, 0.0, 1

    def place(text: str, advance: float, link: int, sign: str) -> bool:
        nonlocal x, y, lines
        if x > 0 and x + advance > width:
            if one_line or lines >= MOST_LINES:
                return False
            x, y, lines = 0.0, y + line, lines + 1
        placed.append((x, y, x + advance, text, link, sign))
        x += advance
        return True

    for position, piece in enumerate(pieces[:MOST_PIECES]):
        linked = piece.entity is not None or piece.activity is not None
        if piece.entity is not None:
            room = max(theme.px(20), min(width, most) - side)
            text = wording.tidy(piece.text)
            advance = _advance(text, name_kind, size)
            if advance > room:
                text, advance = _cut(text, name_kind, room)
            if not place(text, advance + side, position, piece.entity.kind):
                return _ellipsis(placed, line, width, kind), y + line, True
            continue
        for number, word in enumerate(wording.tidy(piece.text, 2000).split(" ")):
            if number and x > 0:
                x += space
            if not word:
                continue
            advance = _advance(word, kind, size)
            if advance > width:
                word, advance = _cut(word, kind, width)
            if not place(word, advance, position if linked else -1, ""):
                return _ellipsis(placed, line, width, kind), y + line, True
    return _joined(placed, line), y + line, False


@lru_cache(WORDS)
def _advance(word: str, kind: str, _size: int) -> float:
    """How wide a word is in a type role at the present text size: layouts ask for the same ones at one width after the other."""
    return QFontMetricsF(theme.font(kind)).horizontalAdvance(word)


def _cut(text: str, kind: str, room: float) -> tuple[str, float]:
    """A text that is too long for its line, with an ellipsis in its middle, and how wide that is."""
    measure = QFontMetricsF(theme.font(kind))
    text = measure.elidedText(text, Qt.TextElideMode.ElideMiddle, int(room))
    return text, measure.horizontalAdvance(text)


def _joined(placed: Sequence[Placed], line: float) -> list[Run]:
    """Plain words beside each other as one run: a call that draws costs more than what it draws.

    Words that are written from the right stand alone: drawn with what follows, a number would come before the name it is about.
    """
    made: list[Placed] = []
    for x, y, right, text, link, sign in placed:
        beside = made and link < 0 and made[-1][4] < 0 and made[-1][1] == y
        if beside and _from_right(made[-1][3]) == _from_right(text):
            left, _, end, before, _, _ = made[-1]
            made[-1] = (left, y, right, f"{before}{' ' if x > end + 0.5 else ''}{text}", -1, "")
        else:
            made.append((x, y, right, text, link, sign))
    return [Run(QRectF(x, y, right - x, line), text, link, sign) for x, y, right, text, link, sign in made]


def _from_right(text: str) -> bool:
    """Whether letters of it are written from the right to the left (Unicode annex 9, types R and AL)."""
    return not text.isascii() and any(bidirectional(one) in ("R", "AL") for one in text)


def _ellipsis(placed: list[Placed], line: float, width: float, kind: str) -> list[Run]:
    """The runs with an ellipsis at their end; the last words give way where there is no room for it."""
    room = _advance("…", kind, theme.px(1000))
    while len(placed) > 1 and placed[-1][2] > width - room and placed[-2][1] == placed[-1][1]:
        placed.pop()
    runs = _joined(placed, line)
    if runs:
        last = runs[-1].rect
        at = min(last.right(), width - room)
        runs.append(Run(QRectF(at, last.top(), room, last.height()), "…", -1, ""))
    return runs


def paint_runs(
    painter: QPainter, runs: Sequence[Run], at: QPoint, ink: QColor, name: QColor, kind: str = "body", under: int = -1,
    name_kind: str = "entity",
) -> None:  # fmt: skip
    """Paint runs with their upper left corner at a point; under is the number of the link to underline."""
    side = theme.space("glyph")
    for run in runs:
        rect = run.rect.translated(at)
        if run.sign:
            paint_entity(painter, QRectF(rect.left(), rect.center().y() - side / 2, side, side), run.sign)
            rect.setLeft(rect.left() + side + theme.px(GAP))
        face = theme.font(name_kind if run.sign else kind)
        if run.link >= 0 and run.link == under:
            face = type(face)(face)
            face.setUnderline(True)
        painter.setFont(face)
        painter.setPen(name if run.link >= 0 else ink)
        painter.drawText(rect.adjusted(0, 0, 2, 0), ALIGNED, run.text)


def named_at(pieces: Sequence[Link], runs: Sequence[Run], at: QPoint, point: QPoint) -> hovering.Here | None:
    """The entity that is named under a point, when the runs of the pieces are painted with their corner at a place."""
    for run in runs:
        ref = pieces[run.link].entity if run.link >= 0 else None
        rect = run.rect.translated(at).toAlignedRect()
        if ref is not None and rect.contains(point):
            return ref, rect
    return None


class SentenceView(QWidget):
    """A sentence that wraps; its links are followed by click, by Tab with Enter."""

    def __init__(
        self,
        sentence: Sentence = (),
        follow: Callable[[Link], object] | None = None,
        role: str = "text",
        name_role: str = "accent",
        one_line: bool = False,
        kind: str = "body",
    ) -> None:
        super().__init__()
        self._follow, self._role, self._name_role, self._one_line, self._kind = follow, role, name_role, one_line, kind
        self._under = -1
        self._ring = -1
        self._runs: list[Run] = []
        self._laid_for = (-1, -1)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred if one_line else QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(not one_line)
        if not one_line:
            policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
        self.setSizePolicy(policy)
        self.say(sentence)

    def say(self, sentence: Sentence) -> None:
        """Show another sentence."""
        self._sentence = tuple(sentence)[:MOST_PIECES]
        self._links = [place for place, one in enumerate(self._sentence) if one.entity is not None or one.activity is not None]
        self._laid_for = (-1, -1)
        self._heights: dict[tuple[int, int], int] = {}
        self._hint: tuple[int, QSize] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if self._links and self._follow else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(wording.tidy("".join(one.text[:300] for one in self._sentence), 2000))
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        """The words, without signs."""
        return self.accessibleName()

    def heightForWidth(self, width: int) -> int:
        """Lines at that width."""
        # Layouts ask for the same few widths again and again.
        key = (width, theme.px(1000))
        if key not in self._heights:
            self._heights[key] = int(lay_out(self._sentence, max(40, width), self._kind, self._one_line)[1])
        return self._heights[key]

    def hasHeightForWidth(self) -> bool:
        """The height follows from the width."""
        return not self._one_line

    def sizeHint(self) -> QSize:
        """One line of all words, at most 600 wide."""
        size = theme.px(1000)
        if self._hint is None or self._hint[0] != size:
            runs, height = lay_out(self._sentence, 10_000 if self._one_line else theme.px(600), self._kind, self._one_line)
            self._hint = (size, QSize(int(max((one.rect.right() for one in runs), default=0)) + 2, int(height)))
        return self._hint[1]

    def minimumSizeHint(self) -> QSize:
        """A narrow column."""
        width = max(self.width(), theme.px(60)) if not self._one_line else theme.px(40)
        return QSize(theme.px(40), self.heightForWidth(width))

    def resizeEvent(self, event) -> None:
        """Another width gives another height."""
        super().resizeEvent(event)
        if not self._one_line and event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def runs(self) -> list[Run]:
        """What is painted at the present width."""
        key = (self.width(), theme.px(1000))
        if key != self._laid_for:
            self._runs, _ = lay_out(self._sentence, max(40, self.width()), self._kind, self._one_line)
            self._laid_for = key
        return self._runs

    def paintEvent(self, _event: object) -> None:
        """Paint the runs, the ring around the link that has the focus."""
        painter = QPainter(self)
        name = self._name_role if self._follow else self._role
        paint_runs(painter, self.runs(), QPoint(0, 0), theme.colour(self._role), theme.colour(name), self._kind, self._under)
        if self._ring >= 0:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.colour("focus"), 2))
            for run in self.runs():
                if run.link == self._ring:
                    painter.drawRoundedRect(run.rect.adjusted(0, 1, 1, -1), 4, 4)

    def link_at(self, point) -> int:
        """Number of the link under a point, -1 for none."""
        return next((run.link for run in self.runs() if run.link >= 0 and run.rect.contains(point)), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Underline the link under the pointer."""
        over = self.link_at(event.position())
        under = over if self._follow else -1
        self._offer(over)
        if under != self._under:
            self._under = under
            self.setCursor(Qt.CursorShape.PointingHandCursor if under >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()
            if under >= 0 and self._sentence[under].entity is None:
                QToolTip.showText(event.globalPosition().toPoint(), plain_tip("Show this activity"), self)

    def _offer(self, link: int) -> None:
        """The card of the entity that a link names; none for other links."""
        ref = self._sentence[link].entity if link >= 0 else None
        if ref is None:
            hovering.withdraw(self)
        else:
            hovering.offer(self, ref, self._place_of(link))

    def _place_of(self, link: int) -> QRect:
        return next((run.rect.toAlignedRect() for run in self.runs() if run.link == link), self.rect())

    def entity_here(self) -> hovering.Here | None:
        """The entity of the link with the ring, else the first one that is named."""
        named = [place for place in self._links if self._sentence[place].entity is not None]
        link = self._ring if self._ring in named else named[0] if named else -1
        ref = self._sentence[link].entity if link >= 0 else None
        return None if ref is None else (ref, self._place_of(link))

    def leaveEvent(self, event) -> None:
        """Nothing is under the pointer."""
        hovering.withdraw(self)
        self._under = -1
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The middle button is for links only."""
        if event.button() == Qt.MouseButton.MiddleButton and self._follow and self.link_at(event.position()) >= 0:
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Follow the link; with Ctrl or the middle button into a new tab."""
        link = self.link_at(event.position())
        if link >= 0 and self._follow and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            with in_new_tab(asks_new_tab(event)):
                self._follow(self._sentence[link])
        else:
            super().mouseReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The first or the last link gets the ring."""
        if event.reason() in KEYBOARD and self._links:
            self._ring = self._links[-1 if event.reason() == Qt.FocusReason.BacktabFocusReason else 0]
            self._offer(self._ring)
            self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No ring without focus."""
        self._ring = -1
        hovering.withdraw(self)
        self.update()
        super().focusOutEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes through the links before it leaves."""
        if self._ring in self._links:
            place = self._links.index(self._ring) + (1 if forward else -1)
            if 0 <= place < len(self._links):
                self._ring = self._links[place]
                self._offer(self._ring)
                self.update()
                return True
        return super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter follows the link with the ring."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._ring >= 0 and self._follow:
            with in_new_tab(bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)):
                self._follow(self._sentence[self._ring])
        else:
            super().keyPressEvent(event)


def entity_link(ref: EntityRef) -> Sentence:
    """A sentence of one entity."""
    return (Link(ref.label, entity=ref),)


class EntityLabel(SentenceView):
    """The sign, the name of one entity; a click goes to follow."""

    def __init__(self, ref: EntityRef, follow: Callable[[Link], object] | None = None, name_role: str = "text") -> None:
        super().__init__(entity_link(ref), follow, name_role=name_role, one_line=True)
