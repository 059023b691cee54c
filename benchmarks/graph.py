"""The graph at 10,000 nodes and 30,000 edges: layout, frames, the same by named peers: `graph.py [--nodes N] [--edges M]`.

Needs no display; seconds are of the processor. Frames are drawn into an image of 1440 x 900; peers run in the same process, on
smaller numbers where theirs would take minutes. `--picture FILE` saves what was drawn.
"""

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from msgspec.structs import replace

from app.model.entity import EntityRef
from app.model.rows import Edge

SIZE = (1440, 900)


def made(nodes: int, edges: int, seed: int = 1) -> list[Edge]:
    """A domain: parts of 200 accounts and computers, eight controllers that everybody talks to, a few strangers."""
    chance = random.Random(seed)
    refs = [
        EntityRef("controller", f"computer:dc{n}.corp.test", f"DC{n}") if n < 8
        else EntityRef("user", f"user:corp.test\\u{n}", f"user{n}") if n % 2
        else EntityRef("computer", f"computer:h{n}.corp.test", f"H{n}")
        for n in range(nodes)
    ]  # fmt: skip
    found: dict[tuple[int, int], Edge] = {}
    while len(found) < edges:
        one, choice = chance.randrange(nodes), chance.random()
        if choice < 0.15:
            other = chance.randrange(8)
        elif choice < 0.97:
            other = min(nodes - 1, one // 200 * 200 + int(chance.expovariate(1 / 40)) % 200)
        else:
            other = chance.randrange(nodes)
        if one != other and (one, other) not in found:
            family = chance.choice(("Kerberos", "LDAP", "NTLM", "RPC and SMB"))
            found[one, other] = Edge(
                origin=refs[one], target=refs[other], count=1 + int(chance.expovariate(0.05)), families=((family, 1),), first=1,
                last=2, alerted=chance.random() < 0.002,
            )  # fmt: skip
    return list(found.values())


def percentiles(times: list[tuple[float, float]]) -> dict[str, float]:
    """Median and 95th of a hundred in milliseconds, by the wall clock and of the processor: these hold on a busy machine too."""
    told = {}
    for place, name in enumerate(("", "processor ")):
        ordered = sorted(one[place] for one in times)
        told[f"{name}p50 ms"] = round(1000 * statistics.median(ordered), 1)
        told[f"{name}p95 ms"] = round(1000 * ordered[int(len(ordered) * 0.95)], 1)
    return told


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the processor that something took, and what it gave."""
    began = time.process_time()
    value = work()
    return time.process_time() - began, value


def ours(edges: list[Edge], picture: str) -> dict[str, object]:
    """Fold, lay out, pan, zoom and hover."""
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QImage, QPainter

    from app.ui import theme
    from app.ui.application import make_application
    from app.ui.plots.connections import importance, partition
    from app.ui.plots.drawing import drawing
    from app.ui.plots.graph_canvas import GraphCanvas
    from app.ui.plots.layout import begin
    from app.ui.plots.neighbourhood import shown
    from app.ui.plots.sketch import Sketch

    make_application()
    theme.apply("dark")
    told: dict[str, object] = {}
    sketch = Sketch(query="", grouping="none", colour="community")
    seconds, parts = timed(lambda: partition(edges))
    told["communities s"] = round(seconds, 3)
    seconds, found = timed(lambda: shown(edges, sketch, {}, parts))
    told["picture s"] = round(seconds, 3)
    told["nodes"], told["edges"] = len(found.nodes), len(found.edges)
    seconds, drawn = timed(lambda: drawing(found, sketch, importance(found)))
    told["made ready s"] = round(seconds, 3)
    index = {node.key: place for place, node in enumerate(found.nodes)}
    pairs = [(index[one], index[other]) for one, other, _ in found.edges]
    seconds, cooling = timed(lambda: begin(list(index), pairs, {}))
    told["first places s"] = round(seconds, 3)
    seconds, _ = timed(lambda: cooling.step(cooling.steps))
    told["layout s"] = round(seconds, 3)
    canvas = GraphCanvas()
    canvas.resize(*SIZE)
    canvas.show_drawing(drawn, cooling.places(), animate=False)
    waiting: list[tuple[Callable[[], object], Callable[[object], None]]] = []
    canvas.run = lambda work, done: waiting.append((work, done))
    image = QImage(*SIZE, QImage.Format.Format_RGB32)

    def frame() -> tuple[float, float]:
        """Wall clock and processor of one frame, seconds."""
        began, worked = time.perf_counter(), time.thread_time()
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        canvas.paint(painter)
        painter.end()
        return time.perf_counter() - began, time.thread_time() - worked

    def settled() -> float:
        """Draw the pixels of the crowd, as a job does beside the window."""
        spent = 0.0
        while waiting:
            work, done = waiting.pop()
            seconds, value = timed(work)
            spent += seconds
            done(value)
        return spent

    frame()
    told["pixels of the crowd, in a job, s"] = round(settled(), 3)
    frame()
    if picture:
        image.save(picture)
    told["still"] = percentiles([frame() for _ in range(40)])
    pans, zooms, hovers, jobs = [], [], [], []
    for step in range(120):
        canvas.pan(QPointF(7 if step % 40 < 20 else -7, 3))
        pans.append(frame())
        if step % 6 == 5:
            jobs.append(settled())
    told["pan"] = percentiles(pans)
    for step in range(120):
        canvas.zoom(1.04 if step % 60 < 30 else 1 / 1.04, QPointF(600, 400))
        zooms.append(frame())
        if step % 6 == 5:
            jobs.append(settled())
    told["zoom"] = percentiles(zooms)
    canvas.fit()
    frame()
    settled()
    chance = random.Random(3)
    for _ in range(120):
        node, began, worked = canvas.drawing.nodes[chance.randrange(len(found.nodes))], time.perf_counter(), time.thread_time()
        over = canvas.node_at(canvas.point_of(node.key))
        canvas._hover = over.key if over is not None else ""
        looked = time.perf_counter() - began, time.thread_time() - worked
        hovers.append(tuple(sum(both) for both in zip(looked, frame(), strict=True)))
    told["hover"] = percentiles(hovers)
    canvas.choose(found.nodes[drawn.order[0]].key)
    frame()
    settled()
    told["busiest node chosen"] = percentiles([frame() for _ in range(40)])
    canvas.choose("")
    while canvas._zoom < 1.2:
        canvas.zoom(1.2)
    frame()
    settled()
    near = []
    for step in range(120):
        canvas.pan(QPointF(9 if step % 60 < 30 else -9, 4))
        near.append(frame())
    told["pan, close by"] = percentiles(near)
    told["pixels again, p50 s"] = round(statistics.median(jobs), 3)
    held = cooling.places()
    new = [*index, *(f"new{n}" for n in range(100))]
    seconds, more = timed(lambda: begin(new, [*pairs, *((len(index) + n, n * 7) for n in range(100))], held))
    told["places after 100 more nodes s"] = round(seconds + timed(lambda: more.step(more.steps))[0], 3)
    moved = [((held[key][0] - x) ** 2 + (held[key][1] - y) ** 2) ** 0.5 for key, (x, y) in more.places().items() if key in held]
    told["what stood moved at most, scene units"] = round(max(moved), 1)
    return told


def peers(nodes: int, edges: int) -> dict[str, object]:
    """networkx.spring_layout at 1,000 nodes, pyqtgraph's GraphItem at the whole number."""
    import networkx
    import numpy as np
    import pyqtgraph
    from PySide6.QtWidgets import QApplication

    told: dict[str, object] = {}
    graph = networkx.Graph((one.origin.key, one.target.key) for one in made(1_000, 3_000))
    told["networkx.spring_layout, 1,000 nodes, 50 steps, s"] = round(timed(lambda: networkx.spring_layout(graph, seed=1))[0], 3)
    chance = np.random.default_rng(1)
    places = chance.uniform(0, 1_000, (nodes, 2))
    pairs = np.column_stack((np.arange(edges) % nodes, chance.integers(0, nodes, edges)))
    view = pyqtgraph.PlotWidget()
    view.resize(*SIZE)
    item = pyqtgraph.GraphItem(pos=places, adj=pairs, size=6, pxMode=True)
    view.addItem(item)
    view.show()
    QApplication.processEvents()
    times = []
    for step in range(12):
        began, worked = time.perf_counter(), time.thread_time()
        view.getViewBox().translateBy(x=5 if step % 2 else -5)
        view.grab()
        times.append((time.perf_counter() - began, time.thread_time() - worked))
    told[f"pyqtgraph GraphItem, {nodes:,} nodes, {edges:,} edges, pan"] = percentiles(times)
    view.close()
    return told


def main() -> int:
    """Print figures, as JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=10_000)
    parser.add_argument("--edges", type=int, default=30_000)
    parser.add_argument("--picture", default="")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    edges = [replace(one, severity="high" if one.alerted else "") for one in made(options.nodes, options.edges)]
    told = ours(edges, options.picture)
    if not options.no_peers:
        told |= peers(options.nodes, options.edges)
    told["load"] = round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None
    print(json.dumps(told, indent=1) if options.json else "\n".join(f"{name:60} {value}" for name, value in told.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
