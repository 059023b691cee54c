"""The list of inputs: names over their folders, and alone where there is none."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.model.rows import InputRow
from app.ui.tables.cells import Column
from app.ui.tables.source_cells import SourceDelegate, SourceLine
from app.ui.tables.table import Table

HIGH = 48
BESIDE = 30
"""Pixels at the left that the icon takes."""


def painted(path: str) -> np.ndarray:
    """Numbers of the rows of pixels in which words stand."""
    row = InputRow(key="a", path=path, kind="pcap", bytes=1, sha256="", records=1, first=1, last=2, state="done")
    table = Table((Column("Input", lambda line: line, 280),))
    image = QImage(280, HIGH, QImage.Format.Format_Grayscale8)
    image.fill(QColor("black"))
    painter = QPainter(image)
    delegate = SourceDelegate(table)
    delegate.paint_cell(
        painter, QRectF(0, 0, 280, HIGH), Column("Input", lambda line: line, 280), SourceLine(row, None, None), False
    )
    painter.end()
    dots = np.frombuffer(image.constBits(), np.uint8).reshape(HIGH, image.bytesPerLine())[:, BESIDE:280]
    return np.flatnonzero(dots.max(axis=1) > 60)


@pytest.mark.parametrize("path", ["xxxx", "/x/xxxx", "C:\\x\\xxxx"])
def test_what_is_written_stands_in_the_middle_of_its_row(qapp: QApplication, path: str) -> None:
    rows = painted(path)

    assert abs((rows[0] + rows[-1]) / 2 - HIGH / 2) <= 3
