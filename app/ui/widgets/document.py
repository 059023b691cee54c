"""A page of the program's own documents: Markdown that ships with it, never anything of the evidence."""

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import (
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QFrame, QTextBrowser

from app.ui import theme

HEADINGS = {1: ("page", 0, 8), 2: ("section", 20, 4), 3: ("strong", 14, 2)}
"""Level to type role, space above and below."""
FEATURES = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML


class DocumentView(QTextBrowser):
    """Read only; loads nothing: no picture, no file, no address. followed(target): a link was clicked or entered."""

    followed = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("document")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self._text = ""
        self.anchorClicked.connect(lambda url: self.followed.emit(url.toString()))

    def loadResource(self, _kind: int, _url: QUrl) -> None:
        """Nothing is loaded."""

    def show_markdown(self, text: str) -> None:
        """Show a document from its top."""
        self._text = text
        document = self.document()
        document.setDefaultFont(theme.font())
        document.setDocumentMargin(0)
        document.setMarkdown(text, FEATURES)
        self._style()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.verticalScrollBar().setValue(0)

    def go_to_heading(self, words: str) -> bool:
        """Bring a heading to the top; False when there is none of these words."""
        wanted = words.strip().lower()
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and block.text().strip().lower() == wanted:
                where = self.document().documentLayout().blockBoundingRect(block).top()
                self.verticalScrollBar().setValue(int(where) - theme.px(8))
                return True
            block = block.next()
        return False

    def headings(self) -> list[str]:
        """Words of the headings of the second level."""
        found, block = [], self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() == 2:
                found.append(block.text())
            block = block.next()
        return found

    def find_next(self, text: str, backwards: bool = False) -> bool:
        """Choose the next place of a text, from the other end when there is none left."""
        flags = QTextDocument.FindFlag.FindBackward if backwards else QTextDocument.FindFlag(0)
        if not text or self.find(text, flags):
            return bool(text)
        self.moveCursor(QTextCursor.MoveOperation.End if backwards else QTextCursor.MoveOperation.Start)
        return self.find(text, flags)

    def changeEvent(self, event) -> None:
        """The colours follow the theme."""
        super().changeEvent(event)
        if event.type() == event.Type.PaletteChange and getattr(self, "_text", ""):
            at = self.verticalScrollBar().value()
            self.show_markdown(self._text)
            self.verticalScrollBar().setValue(at)

    def _style(self) -> None:
        whole = QTextCursor(self.document())
        whole.beginEditBlock()  # else everything is laid out anew for every piece
        self._style_parts()
        whole.endEditBlock()

    def _style_parts(self) -> None:
        block = self.document().begin()
        while block.isValid():
            self._style_block(block)
            block = block.next()
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                look = frame.format()
                look.setBorder(0)
                look.setCellPadding(theme.px(3))
                look.setCellSpacing(0)
                look.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
                look.setTopMargin(theme.px(6))
                look.setBottomMargin(theme.px(10))
                frame.setFormat(look)

    def _style_block(self, block) -> None:
        cursor = QTextCursor(block)
        level = block.blockFormat().headingLevel()
        role, above, below = HEADINGS.get(level, HEADINGS[3]) if level else ("body", 0, 3 if block.textList() else 8)
        shape = QTextBlockFormat()
        shape.setTopMargin(theme.px(above))
        shape.setBottomMargin(0 if cursor.currentTable() else theme.px(below))
        shape.setLineHeight(theme.line_height(role), QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        cursor.mergeBlockFormat(shape)
        parts = block.begin()
        pieces = []
        while not parts.atEnd():
            pieces.append(parts.fragment())
            parts += 1
        for piece in pieces:
            kept = piece.charFormat()
            look = QTextCharFormat(kept)
            look.clearProperty(QTextFormat.Property.FontSizeAdjustment.value)  # else sizes of headings are not ours
            mono = kept.fontFixedPitch()
            face = QFont(theme.font("mono" if mono else role))
            if not level and kept.fontWeight() > QFont.Weight.Normal:
                face.setWeight(QFont.Weight.DemiBold)
            if kept.fontItalic():
                face.setItalic(True)
            look.setFont(face)
            look.setForeground(theme.colour("accent" if kept.isAnchor() else "text"))
            look.setFontUnderline(False)
            cursor.setPosition(piece.position())
            cursor.setPosition(piece.position() + piece.length(), QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(look)
