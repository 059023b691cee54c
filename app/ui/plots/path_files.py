"""Paths as files: the drawing as SVG or PNG, the table as CSV that no spreadsheet runs."""

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QRect, QSize, QSizeF
from PySide6.QtGui import QImage, QPainter, QPicture
from PySide6.QtSvg import QSvgGenerator

from app.model.moments import iso
from app.model.paths import AttackPath
from app.ui.plots.path_canvas import PathCanvas

HEADER = ("path", "state", "step", "from", "from key", "kind", "right", "to", "to key", "shown by", "first", "last",
          "when walked", "accounts", "alerts", "activities")  # fmt: skip
SCALE = 2


def drawing(canvas: PathCanvas, out: Path) -> Callable[[], None]:
    """Work for a job that writes what is drawn now as .svg or .png; it raises OSError."""
    picture, size, area = QPicture(), canvas.size(), canvas.rect()
    painter = QPainter(picture)
    canvas.picture(QSizeF(size), painter)
    painter.end()
    return lambda: _write(picture, size, area, out)


def _write(picture: QPicture, size: QSize, area: QRect, out: Path) -> None:
    with out.open("wb"):  # a clear error before the work
        pass
    if out.suffix.lower() == ".svg":
        made = QSvgGenerator()
        made.setFileName(str(out))
        made.setSize(size)
        made.setViewBox(area)
        made.setTitle("Lateral movement paths")
        painter = QPainter(made)
        painter.drawPicture(0, 0, picture)
        painter.end()
        return
    image = QImage(QSize(size.width() * SCALE, size.height() * SCALE), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SCALE)
    painter = QPainter(image)
    painter.drawPicture(0, 0, picture)
    painter.end()
    if not image.save(str(out)):
        raise OSError(f"{out} could not be written.")


def table(paths: Iterable[AttackPath], private: bool = False) -> str:
    """One line for each step of each path. private: without keys, which tell names."""
    from app.session import harmless  # loaded by now, for there is a case

    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for number, path in enumerate(paths, 1):
        for place, edge in enumerate(path.edges):
            walked = iso(path.moments[place]) if path.moments else ""
            origin, target = ("", "") if private else (edge.origin.key, edge.target.key)
            row = (number, path.state, place + 1, edge.origin.label, origin, edge.kind, edge.right, edge.target.label,
                   target, edge.how, iso(edge.first), iso(edge.last), walked, path.accounts if place == 0 else "",
                   " ".join(edge.alerts), " ".join(edge.proofs))  # fmt: skip
            writer.writerow([harmless(one) if isinstance(one, str) else one for one in row])
    return out.getvalue()
