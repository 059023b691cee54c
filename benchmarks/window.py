"""Rows 9 and 10: start of the window, first rows after opening, cancel: `window.py CAPTURE [--runs N]`; needs no display."""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def child(path: str, began: float) -> None:
    """One window: prints seconds to first paint, to first rows, of cancelling."""
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
    window.read([Path(path)])
    rows = 0
    while not rows and time.monotonic() - opened < 30:
        app.processEvents()
        session = window.desk.session
        overview = window.desk.overview
        rows = len(session.queries.slice(None, 0, 50)) if session and overview and overview.activities else 0
        time.sleep(0.005)
    print(f"{time.monotonic() - opened:.3f}", flush=True)
    asked = time.monotonic()
    window.desk.bridge.cancel()
    while window.desk.bridge.reading and time.monotonic() - asked < 30:
        app.processEvents()
        time.sleep(0.002)
    print(f"{time.monotonic() - asked:.3f}", flush=True)
    window.close()
    app.processEvents()


def main() -> int:
    """Run windows, print medians against the targets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--child", action="store_true")
    parser.add_argument("--began", type=float, default=0.0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if options.child:
        child(options.path, options.began)
        return 0
    figures = []
    for _ in range(options.runs):
        done = subprocess.run(
            [sys.executable, __file__, options.path, "--child", "--began", str(time.time())],
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        figures.append([float(one) for one in done.stdout.split()[:3]])
    for name, target, values in zip(
        ("start of the window", "first rows", "cancel until all is detected"), (1.0, 2.0, 0.2), zip(*figures)
    ):
        print(f"{name:30} {statistics.median(values):6.3f} s   target {target} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
