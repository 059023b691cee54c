"""Pictures of every page, for looking at: python tests/ui/shots.py CASE.wardlight OUT [--page NAME]... [--zoom 2]

--above NAME, or "all": of what opens above or beside pages (tests/ui/above.py), each over a copy of the case.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from app.session import Session
from app.ui import theme
from app.ui.application import make_application
from app.ui.main_window import MainWindow
from tests.ui.above import ABOVE, shoot

PAGES = (
    "overview", "alerts", "alert", "incident", "exclusions", "history", "activities", "entities", "entity", "graph", "paths",
    "coverage", "tickets", "sensors", "sources", "reports", "settings", "settings/keys", "settings/detectors", "settings/tags",
    "settings/notifications", "settings/updates", "help", "about", "compare", "timeline", "jobs", "problems", "health",
    "workspaces", "workspaces/bin", "settings/keeping", "settings/updates", "about",
)  # fmt: skip

SCREEN = {"name": "screen", "x": 0, "y": 0, "width": 1920, "height": 1200, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
"""Menus stay within the screen, which has 800 by 800 dots where nobody says otherwise."""
QUIET = 20
"""Looks, 20 ms apart, at which nothing is awaited any more."""


def give_screen() -> None:
    """A screen as large as a real one, where there is none."""
    if os.environ["QT_QPA_PLATFORM"] == "offscreen":
        told = Path(tempfile.mkdtemp()) / "screen.json"
        told.write_text(json.dumps({"synchronousWindowSystemEvents": False, "windowFrameMargins": True, "screens": [SCREEN]}))
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={told}"


def neutral() -> None:
    """What one machine is called is no part of a picture."""
    platform.release = lambda: "6.1.0"


def settle(window: MainWindow, milliseconds: int = 250) -> None:
    """Wait until no result is awaited."""
    end, quiet = time.monotonic() + 20, 0
    QTest.qWait(milliseconds)
    while quiet < QUIET and time.monotonic() < end:  # what is made in steps is idle for moments in between
        QTest.qWait(20)
        quiet = 0 if window.desk.jobs.running or window.tab().making else quiet + 1


def key_of(window: MainWindow, page: str) -> str:
    """What that page shows: the worst alert, the entity of most alerts."""
    queries = window.desk.session.queries if window.desk.session else None
    if queries is None:
        return ""
    if page == "alert":
        worst = sorted(queries.alerts(), key=lambda one: ("high", "medium", "low").index(one.severity))
        return worst[0].id if worst else ""
    if page == "incident":
        return next((one.id for one in queries.incidents()), "")
    if page in ("entity", "graph"):
        rows = queries.entities(None, "", "alerts", 0, 1)
        return rows[0].ref.key if rows else ""
    return ""


def small(picture: QImage) -> QImage:
    """The picture in those of the theme and the colours that it has most of, 256: a quarter of the size, and nobody sees it.

    Without those of the theme a small sign of a severity would be grey.
    """
    plain = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(plain.constBits(), np.uint32).reshape(plain.height(), plain.bytesPerLine() // 4)
    colours, counts = np.unique(pixels, return_counts=True)
    roles = [theme.colour(one).rgb() for one in theme.load(theme.active())]
    table = list(dict.fromkeys((*roles, *(int(one) | 0xFF000000 for one in colours[np.argsort(-counts)[:256]]))))[:256]
    return plain.convertToFormat(QImage.Format.Format_Indexed8, table)


def above(case: Path, out: Path, name: str, size: tuple[int, int], zoom: float, small_: bool) -> None:
    """Grab what is opened under that name; on a copy, for it may change the case."""
    folder = Path(tempfile.mkdtemp())
    copy = shutil.copy(case, folder / case.name)
    window = MainWindow(Session.open(copy), folder / "settings")
    window.desk.remember(Path(copy))
    window.zoom = zoom
    window.resize(*size)
    window.show()
    settle(window)
    window.activateWindow()
    save(shoot(window, name, settle), out / f"{name}-{theme.active()}-{size[0]}.png", small_)
    window.close()
    shutil.rmtree(folder, ignore_errors=True)


def save(picture: QImage, out: Path, small_: bool) -> None:
    """Write it."""
    (small(picture) if small_ else picture).save(str(out), None, 0 if small_ else -1)


def called(page: str, key: str, how: str, first_start: bool) -> str:
    """Name of the file of one picture. how: theme and width."""
    return f"{'start-' if first_start else ''}{page}{'-' if key else ''}{key}-{how}.png"


def main() -> None:
    """Grab the pages."""
    parser = argparse.ArgumentParser()
    parser.add_argument("case", type=Path, help="a .wardlight file, or - for the first start")
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", action="append", default=[])
    parser.add_argument("--theme", action="append", default=[])
    parser.add_argument("--zoom", type=float, default=1.0, help="text size; QT_SCALE_FACTOR=2 is a screen of so many dots")
    parser.add_argument("--page", action="append", default=[])
    parser.add_argument("--above", action="append", default=[], choices=["all", *ABOVE])
    parser.add_argument("--small", action="store_true", help="in 256 colours, for docs/pictures")
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    neutral()
    give_screen()
    make_application()
    first_start = str(wanted.case) == "-"
    for name in wanted.theme or ["dark", "light"]:
        theme.apply(name, wanted.zoom)
        for size in wanted.size or ["1440x900", "1000x700"]:
            width, height = map(int, size.split("x"))
            for one in ABOVE if "all" in wanted.above else wanted.above:
                above(wanted.case, wanted.out, one, (width, height), wanted.zoom, wanted.small)
            if wanted.above:
                continue
            window = MainWindow(Session.open(None if first_start else wanted.case), Path(tempfile.mkdtemp()))
            if not first_start:
                window.desk.remember(wanted.case.absolute())
            window.resize(width, height)
            window.show()
            settle(window)
            for page in wanted.page or (("overview",) if first_start else PAGES):
                page, _, key = page.partition("/")
                window.desk.go(page, key or key_of(window, page))
                settle(window)
                out = wanted.out / called(page, key, f"{name}-{width}", first_start)
                save(window.grab().toImage(), out, wanted.small)
            window.close()


if __name__ == "__main__":
    main()
