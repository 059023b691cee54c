"""Every part of the window tried for real on a workspace: themes, icons, fonts, pages, paper; for `wardlight selftest`.

It may end the process: where the system lacks a library of the display, Qt does.
"""

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QSize, Qt
from PySide6.QtGui import QFontDatabase, QFontInfo, QGuiApplication, QImage, QPainter

from app import paths
from app.session import Session
from app.ui import theme
from app.ui.application import make_application
from app.ui.help.library import library
from app.ui.icons import icon
from app.ui.main_window import MainWindow
from app.ui.page_table import PAGES
from app.ui.printing import write_pdf

Check = tuple[str, Callable[[], str]]
THEMES: tuple[theme.Choice, ...] = ("dark", "light", "contrast")
SIZE = QSize(1280, 800)
FEWEST = 40
"""Colours of a page that is painted; an empty one has the colours of its ground, its frame and little else."""
PATIENCE = 30.0
"""Seconds that a page may ask the workspace."""


def checks(case: Path) -> Iterator[Check]:
    """What each part is called, and what tries it; case: a workspace that holds something."""
    yield "window", _platform
    yield "fonts", _fonts
    yield "themes", _themes
    yield "icons", _icons
    yield "help in the window", _help
    yield "pages of the window", lambda: _pages(case)
    yield "report as PDF", lambda: _paper(case)


def _platform() -> str:
    make_application()
    return f"Qt {_version()} on {QGuiApplication.platformName()}"


def _version() -> str:
    from PySide6.QtCore import qVersion

    return qVersion()


def _fonts() -> str:
    """A family that has letters; without any, the window is empty boxes."""
    make_application()
    families = QFontDatabase.families()
    if not families:
        raise RuntimeError("this system has no font: install one, such as the package fonts-dejavu-core")
    found = []
    for kind in ("body", "mono"):
        picture = QImage(160, 40, QImage.Format.Format_ARGB32)
        picture.fill(theme.colour("surface-1"))
        painter = QPainter(picture)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font(kind))
        painter.drawText(picture.rect(), Qt.AlignmentFlag.AlignCenter, "Wardlight")
        painter.end()
        if colours(picture) < 2:
            raise RuntimeError(f"the font {theme.font(kind).family()} draws nothing")
        found.append(QFontInfo(theme.font(kind)).family())
    return f"{', '.join(found)}; {len(families)} families"


def _themes() -> str:
    make_application()
    for name in THEMES:
        theme.apply(name)
        if theme.active() != name:
            raise RuntimeError(f"{name} is not put on")
    return ", ".join(THEMES)


def _icons() -> str:
    make_application()
    names = sorted(one.stem for one in (paths.resources() / "icons").glob("*.svg"))
    empty = [one for one in names if colours(icon(one).pixmap(32, 32).toImage()) < 2]
    if empty or not names:
        raise RuntimeError(f"drawn empty: {', '.join(empty) or 'all, for there are none'}")
    return f"{len(names)} drawn"


def _help() -> str:
    """Every article has words."""
    articles = library()
    empty = [one.key for one in articles if not re.search(r"\w", one.text)]
    if empty or len(articles) < 2:
        raise RuntimeError(f"without words: {', '.join(empty) or 'all'}")
    return f"{len(articles)} articles"


def _pages(case: Path) -> str:
    """Each page of the window on the case, painted, in the dark."""
    make_application()
    theme.apply("dark")
    bare = []
    with tempfile.TemporaryDirectory(prefix="wardlight-selftest-", ignore_cleanup_errors=True) as folder:
        window = MainWindow(Session.open(case, read_only=True), Path(folder))
        window.resize(SIZE)
        window.show()
        for page in PAGES:
            window.desk.go(page.name, _key(window, page.name))
            _settle(window)
            if colours(window.grab().toImage()) < FEWEST:
                bare.append(page.name)
        window.close()
    if bare:
        raise RuntimeError(f"empty: {', '.join(bare)}")
    return f"{len(PAGES)} painted"


def _key(window: MainWindow, page: str) -> str:
    queries = window.desk.session.queries if window.desk.session else None
    if queries is None:
        return ""
    if page in ("alert", "incident"):
        rows = queries.alerts() if page == "alert" else queries.incidents()
        return rows[0].id if rows else ""
    if page in ("entity", "graph"):
        found = queries.entities(None, "", "alerts", 0, 1)
        return found[0].ref.key if found else ""
    return ""


def _settle(window: MainWindow) -> None:
    """Until the page has what it asked for."""
    end = time.monotonic() + PATIENCE
    least = time.monotonic() + 0.05
    while time.monotonic() < least or ((window.desk.jobs.running or window.tab().making) and time.monotonic() < end):
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def _paper(case: Path) -> str:
    session = Session.open(case, read_only=True)
    try:
        html = session.report_html()
    finally:
        session.close()
    with tempfile.TemporaryDirectory(prefix="wardlight-selftest-", ignore_cleanup_errors=True) as folder:
        out = Path(folder) / "report.pdf"
        write_pdf(html, out)
        data = out.read_bytes()
    pages = len(re.findall(rb"/Type\s*/Page\b", data))
    if not data.startswith(b"%PDF-") or not pages:
        raise RuntimeError("what was written is no PDF")
    return f"{pages} pages, {len(data):,} bytes"


def colours(picture: QImage) -> int:
    """How many colours a picture has."""
    plain = picture.convertToFormat(QImage.Format.Format_ARGB32)
    return len(set(memoryview(plain.constBits()).cast("I")))
