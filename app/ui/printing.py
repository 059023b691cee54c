"""A report as PDF, laid out by Qt's own text engine."""

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QApplication, QWidget

MARGIN = 14.0
"""Millimetres."""


def write_pdf(html: str, out: Path) -> None:
    """Write the page as PDF on A4, landscape. Raises OSError when the file cannot be written."""
    _keep_application()
    document = QTextDocument()
    document.setHtml(html)
    _written(document, out, QPageLayout.Orientation.Landscape)


def _written(document: QTextDocument, out: Path, way: QPageLayout.Orientation) -> None:
    held = QBuffer()  # the writer tells nobody of a disk that is full
    held.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(held)
    writer.setTitle("Wardlight report")
    writer.setCreator("Wardlight")
    writer.setPageLayout(QPageLayout(QPageSize(QPageSize.PageSizeId.A4), way, QMarginsF(*(MARGIN,) * 4)))
    document.print_(writer)
    del writer
    out.write_bytes(held.data().data())


def print_text(text: str, parent: QWidget) -> None:
    """Ask for a printer and print plain text on it."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # asks the system for its printers

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    dialog = QPrintDialog(printer, parent)
    dialog.setWindowTitle("Print the alert")
    if dialog.exec():
        plain_document(text).print_(printer)


def text_to_pdf(text: str, out: Path) -> None:
    """Write plain text as PDF on A4. Raises OSError when the file cannot be written."""
    _keep_application()
    _written(plain_document(text), out, QPageLayout.Orientation.Portrait)


def plain_document(text: str) -> QTextDocument:
    """Plain text as a document; nothing in it is markup."""
    document = QTextDocument()
    document.setPlainText(text)
    return document


def _keep_application() -> None:
    """Text is laid out with the fonts of an application; one that was made here lives as long as the program."""
    if QApplication.instance() is None:
        _made.append(QApplication([]))


_made: list[QApplication] = []
