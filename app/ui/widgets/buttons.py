"""Buttons as the design draws them: plain, primary, with a menu, as a link."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from app.ui import keys, theme, wording
from app.ui.actions import BY_ID
from app.ui.icons import paint_icon
from app.ui.navigation import in_new_tab
from app.ui.widgets.clicks import asks_new_tab
from app.ui.widgets.tips import plain_tip

KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
DISABLED = 0.45


class _Space(QObject):
    """Takes Space for the button that has the focus, whatever else it does in the window.

    Not by event() of every button: then each of the dozen events of each button that is made and shown would be a call.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say that the key is taken; the press itself goes on."""
        if event.type() != QEvent.Type.ShortcutOverride or event.key() != Qt.Key.Key_Space:
            return False
        event.accept()
        return True


SPACE = _Space()


class PaintedButton(QAbstractButton):
    """Base: knows hover and keyboard focus, paints the focus ring."""

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(words)
        self.setAccessibleName(words)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._ring = False

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The ring is for the keyboard only; Space is the button's while it has the focus."""
        self._ring = event.reason() in KEYBOARD
        self.installEventFilter(SPACE)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No ring without focus."""
        self._ring = False
        self.removeEventFilter(SPACE)
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The middle button is ours too."""
        if event.button() == Qt.MouseButton.MiddleButton:
            event.accept()
        else:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """With Ctrl or the middle button, what the button leads to opens in a new tab."""
        if (
            event.button() == Qt.MouseButton.MiddleButton
            and self.isEnabled()
            and self.rect().contains(event.position().toPoint())
        ):
            with in_new_tab():
                self.click()
            return
        with in_new_tab(asks_new_tab(event)):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event) -> None:
        """Enter presses as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            with in_new_tab(bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)):
                self.click()
        else:
            super().keyPressEvent(event)

    def paint_ring(self, painter: QPainter, rect: QRectF, corner: float) -> None:
        """Two pixels of the focus role around rect."""
        if self._ring:
            painter.setPen(QPen(theme.colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), corner, corner)


class Button(PaintedButton):
    """28 high: icon, words, key hint, arrow of a menu; primary is filled with the accent.

    key: a key as it is written, or the id of an action whose key, as the user set it, is shown.
    """

    def __init__(
        self, words: str, icon: str = "", key: str = "", primary: bool = False, on_click: Callable[[], object] | None = None,
        menu: bool = False, bare: bool = False, tip: str = "",
    ) -> None:  # fmt: skip
        super().__init__(words)
        self._icon, self._hint, self._primary, self._menu_arrow, self._bare = icon, key, primary, menu, bare
        if on_click is not None:
            self.clicked.connect(lambda *_: on_click())
        if tip or (icon and not words):
            self.setToolTip(tip)
            self.setAccessibleName(tip or words)
        if bare:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    @property
    def _key(self) -> str:
        return keys.shown(self._hint) if self._hint in BY_ID else self._hint

    def set_icon(self, icon: str, tip: str) -> None:
        """Another icon with other words for it."""
        self._icon = icon
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.update()

    def say(self, words: str) -> None:
        """Change the words."""
        self.setText(words)
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for all parts."""
        width = theme.px(10) * 2
        parts = []
        if self._icon:
            parts.append(theme.px(16))
        if self.text():
            parts.append(theme.measure().horizontalAdvance(self.text()))
        if self._key:
            parts.append(theme.measure("quiet").horizontalAdvance(self._key) + theme.px(10))
        if self._menu_arrow:
            parts.append(theme.px(12))
        width += sum(parts) + theme.px(6) * max(0, len(parts) - 1)
        if self._icon and len(parts) == 1:
            width = theme.px(32)
        return QSize(width, theme.space("button"))

    minimumSizeHint = sizeHint

    def paintEvent(self, _event: object) -> None:
        """Paint ground, border, parts from left to right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else DISABLED)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        corner = theme.space("corner")
        ground, ink, border = self._colours()
        painter.setPen(QPen(border, 1) if border is not None else Qt.PenStyle.NoPen)
        painter.setBrush(ground if ground is not None else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, corner, corner)
        wanted = self.sizeHint().width()
        spare = 0 if self._menu_arrow else max(0, self.width() - wanted)  # as wide as others in its column: in the middle
        x = (self.width() - theme.px(16)) / 2 if wanted == theme.px(32) and not self.text() else theme.px(10) + spare / 2
        middle = self.height() / 2
        if self._icon:
            side = theme.px(16)
            paint_icon(painter, QRectF(x, middle - side / 2, side, side), self._icon, ink)
            x += side + theme.px(6)
        if self.text():
            painter.setFont(theme.font())
            painter.setPen(ink)
            width = theme.measure().horizontalAdvance(self.text())
            painter.drawText(QRectF(x, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
            x += width + theme.px(6)
        if self._key:
            paint_key(painter, x, middle, self._key, ink if self._primary else theme.colour("text-quiet"))
            x += theme.measure("quiet").horizontalAdvance(self._key) + theme.px(16)
        if self._menu_arrow:
            side = theme.px(12)
            paint_icon(painter, QRectF(x, middle - side / 2, side, side), "down", theme.colour("text-quiet"))
        self.paint_ring(painter, QRectF(self.rect()), corner)

    def _colours(self):
        if self._primary:
            ground = theme.colour("accent", 0.85 if self.underMouse() and self.isEnabled() else 1.0)
            return ground, theme.colour("text-inverse"), None
        if self.isChecked():  # what is switched on looks so, not only to a screen reader
            return theme.colour("accent-quiet"), theme.colour("text"), theme.colour("accent")
        if self.isDown():
            ground = theme.colour("surface-3")
        elif self.underMouse() and self.isEnabled():
            ground = theme.colour("hover")
        else:
            ground = None
        return (
            ground,
            theme.colour("text"),
            None if self._bare else theme.colour("line-strong", 1.0 if theme.active() == "contrast" else 0.45),
        )


class MenuButton(Button):
    """A button that drops a menu of choices; choices() is asked each time it opens."""

    def __init__(self, words: str, fill: Callable[[QMenu], None], icon: str = "", bare: bool = False) -> None:
        super().__init__(words, icon=icon, menu=True, bare=bare)
        self._fill = fill
        self.clicked.connect(self.drop)

    def drop(self) -> None:
        """Open the menu below."""
        menu = QMenu(self)
        self._fill(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))


class LinkButton(PaintedButton):
    """Words in the accent that do something; underlined under the pointer.

    elide: cut where there is no room, with all of them in the tooltip; least: pixels of the design that these ask for then.
    """

    def __init__(
        self, words: str, on_click: Callable[[], object] | None = None, kind: str = "body", elide: bool = False, least: int = 0
    ) -> None:
        super().__init__(wording.tidy(words, 200))
        self._kind, self._least, self._told = kind, least, False
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.setMinimumWidth(theme.px(40))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if on_click is not None:
            self.clicked.connect(lambda *_: on_click())

    def say(self, words: str) -> None:
        """Change the words."""
        self.setText(wording.tidy(words, 200))
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """The words, or what they ask for."""
        wide = theme.measure(self._kind).horizontalAdvance(self.text()) + 4
        return QSize(min(wide, theme.px(self._least)) if self._least else wide, theme.line_height(self._kind))

    def minimumSizeHint(self) -> QSize:
        """The words, or a few of them."""
        policy = self.sizePolicy().horizontalPolicy()
        return QSize(theme.px(40), theme.line_height(self._kind)) if policy == QSizePolicy.Policy.Expanding else self.sizeHint()

    def paintEvent(self, _event: object) -> None:
        """Paint the words."""
        painter = QPainter(self)
        painter.setOpacity(1.0 if self.isEnabled() else DISABLED)
        face = theme.font(self._kind)
        if self.underMouse():
            face = type(face)(face)
            face.setUnderline(True)
        painter.setFont(face)
        painter.setPen(theme.colour("accent"))
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, max(4, self.width() - 2))
        if ((cut := words != self.text()) and not self.toolTip()) or self._told:
            self._told = cut
            self.setToolTip(plain_tip(self.text()) if cut else "")
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        self.paint_ring(painter, QRectF(self.rect()), 3)


def paint_key(painter: QPainter, x: float, middle: float, key: str, ink) -> None:
    """A key in a one-pixel frame, its left edge at x."""
    width = theme.measure("quiet").horizontalAdvance(key) + theme.px(10)
    height = theme.px(16)
    frame = QRectF(x, middle - height / 2, width, height).adjusted(0.5, 0.5, -0.5, -0.5)
    painter.setPen(QPen(ink, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    opacity = painter.opacity()
    painter.setOpacity(opacity * 0.7)
    painter.drawRoundedRect(frame, theme.space("chip-corner"), theme.space("chip-corner"))
    painter.setOpacity(opacity)
    painter.setFont(theme.font("quiet"))
    painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, key)
