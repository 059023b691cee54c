"""Rows 9 and 10: start of the window, first rows after opening, cancel: `window.py CAPTURE [--runs N]`; needs no display.

First rows: from asking to read, which starts a process, until rows of what was read can be asked for and the summary counts them;
at once after the first paint, and after some seconds in which the window stood there and got ready.
Cancel: from the click until nothing more is read and the window says so, with how much is kept; detection over that goes on as
work of its own, which is stopped by another click: the last two figures.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

TARGETS = {"start of the window": 1.0, "first rows": 2.0, "first rows, later": 2.0, "cancel": 0.2}
REST = 6.0
"""Seconds after which a window is ready for whoever comes."""
ROOT = Path(__file__).resolve().parent.parent


def child(path: str, began: float, later: bool) -> None:
    """One window: prints seconds to first paint, to first rows, of cancelling, of what follows it.

    later: it stands there for a while before, and what follows is stopped too.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.ui import theme
    from app.ui.application import make_application
    from app.ui.main_window import MainWindow

    app = make_application()
    theme.apply("dark")
    window = MainWindow()
    window.resize(1440, 900)
    window.show()
    app.processEvents()
    window.grab()
    print(f"{time.time() - began:.3f}", flush=True)
    opened = time.monotonic()
    while later and time.monotonic() - opened < REST:
        app.processEvents()
        time.sleep(0.005)
    opened = time.monotonic()
    window.read([Path(path)])
    rows = 0
    while not rows and time.monotonic() - opened < 30:
        app.processEvents()
        session = window.desk.session
        overview = window.desk.overview
        rows = len(session.queries.slice(None, 0, 50)) if session and overview and overview.activities else 0
        time.sleep(0.005)
    print(f"{time.monotonic() - opened:.3f}", flush=True)
    over: list[float] = []
    window.desk.bridge.finished.connect(lambda _: over.append(time.monotonic()))
    asked = time.monotonic()
    window.desk.bridge.cancel()
    while not over and time.monotonic() - asked < 30:
        app.processEvents()
        time.sleep(0.002)
    print(f"{over[0] - asked:.3f}", flush=True)
    again = time.monotonic()
    if later:
        window.desk.bridge.cancel()
    while window.desk.bridge.reading and time.monotonic() - asked < 30:
        app.processEvents()
        time.sleep(0.002)
    print(f"{time.monotonic() - (again if later else asked):.3f}", flush=True)
    window.close()
    app.processEvents()


def main() -> int:
    """Run windows, print medians against the targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--child", action="store_true")
    parser.add_argument("--later", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--began", type=float, default=0.0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from benchmarks.compiled import compiled_modules

    if options.child:
        child(options.path, options.began, options.later)
        return 0
    figures: dict[str, list[float]] = {}
    environment = compiled_modules()
    for run in range(2 * options.runs):
        command = [sys.executable, __file__, options.path, "--child", *(["--later"] if run % 2 else []), "--began"]
        done = subprocess.run([*command, str(time.time())], capture_output=True, text=True, cwd=ROOT, env=environment)
        names = [
            "start of the window",
            "first rows",
            "cancel",
            "detection stopped" if run % 2 else "cancel until all is detected",
        ]
        names[1] = "first rows, later" if run % 2 else names[1]
        for name, value in zip(names, done.stdout.split()[:4], strict=True):
            figures.setdefault(name, []).append(float(value))
    for name, values in figures.items():
        target = f"   target {TARGETS[name]} s" if name in TARGETS else ""
        print(f"{name:30} {statistics.median(values):6.3f} s{target}   {' '.join(f'{one:.2f}' for one in values)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
