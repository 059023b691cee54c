"""Start of the window."""

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from app import settings
from app.ui import file_dialog, theme
from app.ui.icons import icon
from app.ui.main_window import MainWindow


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """The Qt application, with names, style set; the existing one when there is one."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(list(arguments) or sys.argv[:1])
    app.setApplicationName("Wardlight")
    app.setApplicationDisplayName("Wardlight")
    app.setDesktopFileName("wardlight")
    # One style on all systems: the sheet draws everything that differs.
    app.setStyle("Fusion")
    file_dialog.follow(app)
    return app


def run(paths: Sequence[Path], workspace: Path | None = None) -> int:
    """Open the window on these inputs or on a workspace; returns the exit status."""
    app = make_application()
    kept = settings.load()
    theme.apply(kept.theme, kept.zoom)
    window = MainWindow()
    app.setWindowIcon(icon("mark", "accent", 64))
    theme.on_change_of_system(lambda: _follow_system(window))
    room = app.primaryScreen().availableSize()
    window.restore((min(1440, room.width()), min(900, room.height())))
    window.show()
    if sys.platform == "darwin":  # elsewhere files come as words of the command line, and a filter would cost every event a call
        app.installEventFilter(OpenRequests(window))
    QTimer.singleShot(0, lambda: _begin(window, paths, workspace))
    return app.exec()


class OpenRequests(QObject):
    """Opens what macOS asks to open: a file that is pressed there comes as an event."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the request; everything else goes on."""
        if event.type() != QEvent.Type.FileOpen or not event.file():
            return False
        self._window.read([Path(event.file())])
        return True


def _begin(window: MainWindow, paths: Sequence[Path], workspace: Path | None) -> None:
    if paths:
        window.read(paths)
    else:
        last = Path(window.arranger.held.last) if window.arranger.held.last else None
        window.open_case(workspace or last, there=workspace is None)


def _follow_system(window: MainWindow) -> None:
    if window.desk.settings.theme == "system":
        window.recolour()
