"""The window on a large workspace: start, pages, filter, scrolling, jumps, search as typed, memory, the longest stall.

python benchmarks/investigate.py CASE.wardlight [--read CAPTURE] [--json FILE]; needs no display. CASE may be made by
benchmarks/store.py --activities 10000000 --workspace CASE.wardlight. It is not changed, unless --read says to read a capture
into it meanwhile: give a copy then.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = (
    "overview", "alerts", "activities", "entities", "entity", "graph", "timeline", "paths", "tickets", "coverage", "sources",
    "reports", "settings",
)  # fmt: skip
FILTERS = ("who:user7", "from:h3", "kind:kerberos-tgs result:failure", "who:user7 not kind:kerberos", "time:>-2h", "port:445")
LOOKS = ("theme.light", "theme.dark", "theme.contrast", "theme.light", "theme.dark", "zoom.in", "zoom.reset")
SEARCHES = ("user12", "h90", "10.0.")
TARGETS = {
    "start": 1.0, "page, first paint, p95": 0.05, "filter, p95": 0.05, "filter, first answer, p95": 0.05,
    "page, first paint, processor time, p95": 0.05, "longest stall, processor time": 0.05,
    "scroll, frame p95": 1 / 30, "jump, p95": 0.1, "search as typed, p95": 0.1, "longest stall": 0.05,
    "another look, longest stall": 0.05,
}  # fmt: skip


class Pulse:
    """A timer of the window's thread: how late it comes is how long the window could not answer, by the clock.

    And by the processor time of that thread, of which other programs take nothing: how long it worked between two of its rests
    or two ticks. It rests wherever it is back in its loop, where the next key or click would be taken: whoever drives it says so
    (rest), or several keys, or a second painting that nobody asked for but the measurement, would count as one piece of work.
    """

    def __init__(self) -> None:
        from PySide6.QtCore import QTimer

        self.late: list[tuple[float, str]] = []
        self.worked: list[tuple[float, str]] = []
        self.doing = "start"
        self._last, self._used = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.setInterval(2)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def rest(self) -> None:
        """The window's thread is back in its loop."""
        self._tick(0.0)

    def _tick(self, after: float = 0.002) -> None:
        now, used = time.perf_counter(), time.thread_time()
        self.late.append((now - self._last - after, self.doing))
        self.worked.append((used - self._used, self.doing))
        self._last, self._used = now, used


def p95(values: list[float]) -> float:
    """The value that one in twenty exceeds."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))] if values else 0.0


def child(case: str, capture: str, began: float) -> None:
    """One window, driven; prints its figures as JSON. began: when the process was asked for, by this machine's clock.

    The time at which the system says that it began is of no use: on Linux it is exact to a second only, by the time of the boot.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    import tempfile

    from app.session import Session
    from app.ui import theme
    from app.ui.application import make_application
    from app.ui.main_window import MainWindow
    from app.ui.page_table import BY_NAME

    app = make_application()
    theme.apply("dark")
    session, used = Session.open(Path(case)), time.thread_time()
    window = MainWindow(session, Path(tempfile.mkdtemp()))
    made = time.thread_time() - used
    window.resize(1440, 900)
    window.show()
    app.processEvents()
    window.grab()
    figures: dict[str, object] = {"start": time.time() - began}
    figures["start, processor time of the window's thread"] = time.thread_time()
    figures["window made, processor time"] = made
    import psutil  # what only this measurement needs is no part of the start
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtTest import QTest

    pulse = Pulse()

    def turn() -> None:
        """One round of the loop."""
        app.processEvents()
        pulse.rest()

    def wait(until: Callable[[], bool], seconds: float = 60.0) -> float:
        asked = time.perf_counter()
        while not until() and time.perf_counter() - asked < seconds:
            turn()
            time.sleep(0.001)
        return time.perf_counter() - asked

    def idle() -> bool:
        return not window.desk.jobs.running and not getattr(window.tab(), "making", False)

    figures["first summary"] = wait(lambda: window.desk.overview is not None)
    wait(idle)
    figures["start to the page with its figures"] = time.time() - began
    wait(lambda: not hasattr(window, "ahead") or window.ahead.ended, 20)  # an earlier state has none
    if capture:
        window.desk.bridge.read([Path(capture)], "medium")
        wait(lambda: window.desk.bridge.reading)
    shown: dict[str, list[float]] = {}
    worked: dict[str, list[float]] = {}
    found: list[str] = []  # asked as a page would ask, away from the window's thread
    queries = window.desk.session.queries
    window.desk.jobs.run(lambda: [one.ref.key for one in queries.entities("user", limit=1)] or [""], found.extend)
    wait(lambda: bool(found))
    entity = found[0]
    for _ in range(3):
        for page in PAGES:
            if page not in BY_NAME:
                continue
            pulse.doing = f"page {page}"
            key = entity if page == "entity" else ""
            asked, used = time.perf_counter(), time.thread_time()
            window.desk.go(page, key)
            turn()  # it is laid out and painted here
            once = time.perf_counter() - asked
            worked.setdefault(page, []).append(time.thread_time() - used)
            window.repaint()
            first = time.perf_counter() - asked
            pulse.rest()
            shown.setdefault(page, []).append(first)
            shown.setdefault(f"{page}, painted once", []).append(once)
            shown.setdefault(f"{page}, all of it", []).append(first + wait(idle))
    figures["pages"] = {page: round(statistics.median(values), 4) for page, values in shown.items()}
    # The first time a page is shown its module is imported and its widgets are made.
    figures["page, painted twice, p95"] = p95([one for page in PAGES for one in shown.get(page, [])[1:]])
    figures["page, first paint, p95"] = p95([one for page in PAGES for one in shown.get(f"{page}, painted once", [])[1:]])
    figures["page, first paint, processor time, p95"] = p95([one for page in PAGES for one in worked.get(page, [])[1:]])
    window.desk.go("activities")
    wait(idle)
    page = window.page()
    spent, first_answers = [], []
    for text in FILTERS:
        pulse.doing = f"filter {text}"
        asked = time.perf_counter()
        page.query.set_text(text)
        page._typed()
        wait(lambda text=text: page._counted is not None and page._counted[0].text == text)
        first_answers.append(time.perf_counter() - asked)
        wait(lambda text=text: page._filter is not None and page._filter.text == text and idle())
        spent.append(time.perf_counter() - asked)
    figures["filters"] = dict(zip(FILTERS, (round(one, 4) for one in spent), strict=True))
    figures["filters, first answer"] = dict(zip(FILTERS, (round(one, 4) for one in first_answers), strict=True))
    figures["filter, p95"] = p95(spent)
    figures["filter, first answer, p95"] = p95(first_answers)
    page.query.set_text("")
    page._typed()
    wait(idle)
    bar = page.table.verticalScrollBar()
    pulse.doing = "scrolling"
    frames = []
    for step in range(240):
        asked = time.perf_counter()
        bar.setValue(bar.value() + (3 if step < 200 else 400))
        page.table.viewport().repaint()
        turn()
        frames.append(time.perf_counter() - asked)
    figures["scroll, frame p95"] = p95(frames)
    pulse.doing = "jumps"
    jumps = []
    for part in (0.5, 0.9, 0.1, 0.7, 0.3, 0.99, 0.01, 0.6):
        asked = time.perf_counter()
        bar.setValue(int(bar.maximum() * part))
        page.table.viewport().repaint()
        pulse.rest()
        model, top = page.table.model(), page.table.rowAt(40)
        wait(lambda model=model, top=top: model.row(top) is not None, 5)
        jumps.append(time.perf_counter() - asked)
    figures["jump, p95"] = p95(jumps)
    pulse.doing = "search"
    keys = []
    field = window.topbar.field
    for text in SEARCHES:
        window.focus_search()
        field.clear()
        for letter in text:
            asked = time.perf_counter()
            QTest.keyClick(field, letter)
            turn()
            wait(idle, 5)
            keys.append(time.perf_counter() - asked)
    figures["search as typed, p95"] = p95(keys)
    window.desk.go("alerts")
    wait(idle)
    looks = []
    for word in LOOKS:
        pulse.doing = word
        asked = time.perf_counter()
        window.do_by_id(word)
        for _ in range(6):  # it comes in the fourth; the last finds nothing to do
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # as a running program does in each
            turn()
        looks.append(time.perf_counter() - asked)
        for page in PAGES[:6]:  # what was thrown away is there again for the next one
            pulse.doing = f"page {page}, made again"
            window.desk.go(page, entity if page == "entity" else "")
            wait(idle)
    figures["another look, until painted, longest"] = max(looks)
    figures["another look, longest stall"] = max(late for late, doing in pulse.late if doing in LOOKS)
    busiest = max(pulse.worked, default=(0.0, ""))
    figures["longest stall, processor time"], figures["longest work in"] = busiest
    figures["work over 50 ms"] = sorted({doing for used, doing in pulse.worked if used > 0.05})
    worst = max(pulse.late, default=(0.0, ""))
    figures["longest stall"], figures["longest stall in"] = worst
    figures["stalls over 50 ms"] = sorted({doing for late, doing in pulse.late if late > 0.05})
    figures["memory MiB"] = psutil.Process().memory_info().rss >> 20
    figures["was reading"] = bool(capture) and window.desk.bridge.reading
    print(json.dumps(figures), flush=True)
    window.desk.bridge.cancel()
    window.close()
    app.processEvents()


def main() -> int:
    """Run the window in a process of its own, print its figures beside the targets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case")
    parser.add_argument("--read", default="", metavar="CAPTURE")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", action="store_true")
    parser.add_argument("--began", type=float, default=0.0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from benchmarks.compiled import compiled_modules

    if options.child:
        child(options.case, options.read, options.began)
        return 0
    command = [sys.executable, __file__, options.case, "--child", *(["--read", options.read] if options.read else [])]
    environment = compiled_modules()
    command += ["--began", str(time.time())]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    if done.returncode or not done.stdout.strip():
        print(done.stderr[-3000:])
        return 1
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    for name, value in figures.items():
        target = TARGETS.get(name)
        if isinstance(value, float):
            print(f"{name:28} {value * 1000:10.1f} ms" + (f"   target {target * 1000:.0f} ms" if target else ""))
        elif isinstance(value, dict):
            for part, each in value.items():
                print(f"  {part:40} {each * 1000:9.1f} ms")
        else:
            print(f"{name:28} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
