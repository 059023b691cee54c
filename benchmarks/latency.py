"""How long an alert takes: `latency.py MIX.pcap [--parts workspace,screen] [--rate 5000] [--trials 30] [--json OUT]`.

From the last packet of a password spray to its alert, beside packets of MIX replayed in a loop at a constant rate over a pair of
virtual interfaces in a network namespace. Needs root, tcpreplay. workspace: in the workspace of `wardlight listen`. screen: the
painted row of the list of alerts in a window (offscreen) that captures itself. The governor is off, and sender and program come
before others where a control group can be made.
"""

import argparse
import json
import os
import queue
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.sensor import WARM, Enter, Preferred, preferring, traffic  # noqa: E402
from tests.integration.namespace import Namespace, namespace  # noqa: E402


def window(workspace: str) -> int:
    """In the namespace: a window that captures; says "running", then a line for each alert whose row it has painted."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QSize, QTimer

    from app.model.alert import Alert
    from app.model.source import CaptureSource
    from app.session import Session
    from app.ui import theme
    from app.ui.application import make_application
    from app.ui.main_window import MainWindow
    from app.ui.pages.alerts import AlertsPage

    app = make_application()
    theme.apply("dark")
    one = MainWindow(Session.open(Path(workspace)), Path(tempfile.mkdtemp()))
    one.resize(QSize(1440, 900))
    one.show()
    one.desk.go("alerts")
    spec = CaptureSource(interfaces=("in",))
    one.desk.bridge.start_source(spec, "medium", lambda error: (print(error, flush=True), app.quit()))
    seen: set[str] = set()
    said = False

    def look() -> None:
        nonlocal said
        if not over.is_alive():
            app.quit()
        state = one.desk.bridge.states.get(one.desk.bridge.ids.get(spec, ""))
        if not said and state is not None and state.state == "running":
            said = True
            print("running", flush=True)
        page = one.page()
        if not isinstance(page, AlertsPage):
            return
        fresh = [row for row in page.list.model().rows if isinstance(row, Alert) and row.id not in seen]
        if fresh:
            page.list.viewport().repaint()
        for row in fresh:
            seen.add(row.id)
            print(json.dumps([time.monotonic(), repr((row.finding.subject, row.finding.sources))]), flush=True)

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(20)
    over = threading.Thread(target=sys.stdin.read, daemon=True)
    over.start()
    app.exec()
    one.close()
    return 0


class Workspace:
    """`wardlight listen` and its workspace, looked into from outside."""

    def __init__(self, net: Namespace, path: Path, environment: dict[str, str]) -> None:
        from app.session import Session

        words = net.command(sys.executable, "-m", "app", "listen", str(path), "-i", "in")
        self._child = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        assert self._child.stderr is not None
        for line in self._child.stderr:
            if line.rstrip().endswith(b": running"):
                break
        self.session = Session.open(path, read_only=True)

    def told(self, client: str, seconds: float) -> float | None:
        """When an alert of this address was there, None when it was not in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if any(client in repr((one.finding.subject, one.finding.sources)) for one in self.session.queries.alerts()):
                return time.monotonic()
            time.sleep(0.05)
        return None

    def close(self) -> None:
        """End it."""
        self.session.close()
        self._child.terminate()
        self._child.communicate(timeout=300)


class Screen:
    """A window that captures, in a process of the namespace."""

    def __init__(self, net: Namespace, path: Path, environment: dict[str, str]) -> None:
        from app.session import Session

        words = net.command(sys.executable, __file__, str(path), "--window")
        self._child = subprocess.Popen(words, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._child.stdout is not None
        if (line := self._child.stdout.readline().strip()) != "running":
            raise SystemExit(f"The window does not capture: {line}")
        self._lines: queue.Queue[tuple[float, str]] = queue.Queue()
        threading.Thread(target=self._follow, daemon=True).start()
        self.session = Session.open(path, read_only=True)

    def _follow(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            at, words = json.loads(line)
            self._lines.put((at, words))

    def told(self, client: str, seconds: float) -> float | None:
        """When the row of an alert of this address was painted, None when it was not in time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            with suppress(queue.Empty):
                at, words = self._lines.get(timeout=left)
                if client in words:
                    return at
        return None

    def close(self) -> None:
        """End it."""
        self.session.close()
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait(120)


def measured(
    net: Namespace, capture: Path, rate: int, trials: int, where: type[Workspace] | type[Screen] = Workspace
) -> dict[str, Any]:
    """Seconds from the last packet of a password spray to its alert, amid other traffic."""
    from tests.material import save, spray

    waits, sizes = [], []
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        home.mkdir()
        (home / "settings.json").write_text('{"reserve": 0}')
        looked = where(net, Path(scratch) / "case.wardlight", dict(os.environ, WARDLIGHT_HOME=str(home)))
        try:
            with traffic(net, capture, rate):
                time.sleep(WARM)
                for trial in range(trials):
                    client = f"10.200.{trial // 250}.{trial % 250 + 1}"
                    attack = save(Path(scratch) / "attack.pcap", spray([f"user{n}" for n in range(40)], client=client))
                    net.run("tcpreplay", "-q", "-i", "out", "--topspeed", str(attack))
                    began = time.monotonic()
                    if (at := looked.told(client, 120)) is None:
                        raise SystemExit(f"no alert for {client}")
                    waits.append(at - began)
                    sizes.append(sum(looked.session.queries.by_kind().values()))
                    print(f"  {waits[-1]:.2f} s with {sizes[-1]:,} activities", flush=True)
        finally:
            looked.close()
    waits.sort()
    late = waits[min(int(0.99 * len(waits)), len(waits) - 1)]
    return {
        "rate": rate, "trials": trials, "p50": statistics.median(waits), "p99": late,
        "worst": waits[-1], "activities": sizes[-1],
    }  # fmt: skip


def main() -> int:
    """Print a line for each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("capture", type=Path)
    parser.add_argument("--parts", default="workspace,screen")
    parser.add_argument("--rate", type=int, default=5000, help="packets a second beside the attacks")
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--window", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.window:
        return window(str(options.capture))
    return preferring(lambda enter: _run(options, enter))


def _run(options: argparse.Namespace, enter: Enter) -> int:
    """enter: command lines that come before others."""
    rows: dict[str, Any] = {}
    for part, where in (("workspace", Workspace), ("screen", Screen)):
        if part not in options.parts.split(","):
            continue
        with namespace() as net:
            inner = Preferred(net.name, enter)
            rows[part] = one = measured(inner, options.capture.resolve(), options.rate, options.trials, where)
        print(
            f"{part} at {one['rate']:,} packets/s: p50 {one['p50']:.1f} s, p99 {one['p99']:.1f} s, worst {one['worst']:.1f} s of "
            f"{one['trials']}, {one['activities']:,} activities at the end (load {os.getloadavg()[0]:.1f})"
        )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
