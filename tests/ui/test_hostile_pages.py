"""Pages on a case whose names are hostile: activities, packet, entity, graph; nothing of the data becomes markup or a window."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.model.about import Node as Line
from app.model.about import Reason, Relations, Risk
from app.model.brief import Brief
from app.model.entity import EntityRef
from app.model.filter import FilterError, parse
from app.model.note import Note
from app.model.rows import DirectoryEntry, Edge, EntityCard, EntityRow, Field, Histogram, Packet, Standing
from app.ui import wording
from app.ui.graph.asking import Loaded
from app.ui.graph.words import told
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage
from app.ui.pages.entity import EntityPage, Told
from app.ui.pages.graph import GraphPage
from app.ui.plots.histogram import Mark
from app.ui.plots.lane_bars import Lane
from app.ui.plots.lanes import LanesView
from app.ui.plots.neighbourhood import Node, Shown, shown
from app.ui.plots.sketch import Sketch
from app.ui.tables.packet_view import PacketView
from app.ui.widgets.tips import plain_tip

from .conftest import Watchdog
from .test_hostile import NAMES, alert_of, row_of

Settle = Callable[[MainWindow], None]
SECOND = 1_000_000


@pytest.fixture(params=NAMES.values(), ids=NAMES.keys())
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def nested(name: str, depth: int) -> Field:
    inner = (nested(name, depth - 1),) if depth > 1 else ()
    return Field(name=name, value=name, start=24 - depth, length=depth, children=inner)


def all_plain(window: MainWindow) -> bool:
    visible = [one for one in QApplication.topLevelWidgets() if one.isVisible() and one.inherits("QMainWindow")]
    return visible == [window] and all(one.textFormat().name == "PlainText" for one in window.findChildren(QLabel))


def test_an_entity_and_its_lanes_are_inert(window: MainWindow, settle: Settle, name: str) -> None:
    window.desk.go("entity", f"user:{name}"[:500])
    settle(window)
    page = window.page()
    assert isinstance(page, EntityPage)
    ref = EntityRef("user", f"user:{name}"[:500], name)
    row = EntityRow(ref=ref, first=0, last=SECOND, activities=1, alerts=1, tags=(name,) * 5)
    card = EntityCard(row=row, facts=((name, name, name),) * 3, peers=((ref, 1),), alerts=(alert_of(name),))

    node = Line(ref=ref, sensitive=True, members=2)
    entry = DirectoryEntry(source=name[:60], at=SECOND, options=(name,) * 2, facts=((name, name),) * 4, dates=((name, SECOND),))
    told = Told(
        card, (0, SECOND), Standing(directory=entry, said={name: True}), Brief(ref=ref, line=name, places=(ref, ref)),
        Risk(100, (Reason(40, name, name), Reason(20, name))),
        Relations(source=name, at=SECOND, groups=(node,), members=(node,), managers=(ref, ref), reports=(ref,), total_reports=1),
        (Note(id=1, subject=ref.key, text=name, at=SECOND, who=name),),
    )  # fmt: skip
    page._arrived(told)
    settle(window)
    page.ways.choose("hosts")
    settle(window)
    for part in page.tabs.offered():
        page.tabs.choose(part)
        settle(window)
        window.grab()

    assert page.tabs.current == "notes"
    assert all_plain(window) and page.width() <= window.width()
    if name != NAMES["surrogates"]:  # no workspace holds such a key: the question fails, and is told
        assert page.lanes is not None and len(page.lanes.lanes) == 1


def test_names_of_lanes_are_cut(qtbot: QtBot, name: str) -> None:
    view = LanesView(wording.FAMILIES)
    qtbot.addWidget(view)
    data = Histogram(start=0, width=SECOND, series={"Kerberos": [1, 2, 3], name[:50]: [1, 1, 1]})
    view.show_lanes([Lane(EntityRef("user", name, name), data, (Mark(0, "low"),))] * 3)
    view.resize(500, 140)
    view.show()
    view.grab()

    assert view.width() == 500 and "<img" not in plain_tip(name)


def test_the_graph_is_inert(window: MainWindow, settle: Settle, name: str) -> None:
    window.desk.go("graph")
    settle(window)
    page = window.page()
    assert isinstance(page, GraphPage)
    root, other, third = (EntityRef(kind, f"{kind}:{name}", name) for kind in ("user", "computer", "service"))
    edges = (
        Edge(origin=root, target=other, count=3, families=((name, 3),), alerted=True),
        Edge(origin=other, target=third, count=1),
    )
    page.sketch = Sketch(roots=(root.key,))
    page._loaded, page._asked = Loaded(edges=edges, labels={root.key: root}), page._wanted()

    page._choose_after = root.key
    page._show()
    settle(window)
    page.canvas.choose(third.key)
    settle(window)
    page.toggle_edges()
    settle(window)
    QTest.qWait(250)
    window.grab()

    assert page.canvas.way() == (root.key, other.key, third.key)
    assert "\u202e" not in page.heading.sentence.text() and "\n" not in page.heading.sentence.text()
    assert len(page.heading.sentence.text()) < 500 and all_plain(window)


def test_a_way_is_told_in_short_words(name: str) -> None:
    refs = [EntityRef("user", str(place), name) for place in range(3)]
    picture = shown([Edge(origin=one, target=other, count=1) for one, other in pairwise(refs)], Sketch(query=""))

    assert len(told(("0", "1", "2"), picture)) < 160
    assert told((), Shown(nodes=(Node(key="0", ref=refs[0]),))).startswith("Nothing")


def test_a_row_and_its_packet_are_inert(window: MainWindow, settle: Settle, name: str) -> None:
    window.desk.go("activities")
    settle(window)
    page = window.page()
    assert isinstance(page, ActivitiesPage)

    page.model.show(1)
    page.model._pages[0] = (row_of(name),)
    page.proof.packet.show()
    page.proof.packet.show_packet(Packet(input="k", frame=1, at=0, data=b"\0" * 64, fields=(nested(name, 4),)), name)
    page.proof.packet.show_frames(range(1, 500), 250, lambda _: None)
    window.grab()

    assert len(page.proof.packet.frame_links()) == 4
    assert all_plain(window) and page.model.index(0, 5).data() is not None
    assert all(len(page.model.index(0, place).data()) <= 600 for place in range(page.model.columnCount()))


def test_a_typed_name_stays_a_query(window: MainWindow, settle: Settle, name: str) -> None:
    window.desk.go("activities", filter=f'who:"{name}"')
    settle(window)
    page = window.page()

    assert isinstance(page, ActivitiesPage)
    wrong = page.query.error.isVisible()
    assert wrong == isinstance(parse(page.query.text()), FilterError)
    if not wrong:  # looked for as a name, and found to be nobody's
        assert page.route.option("filter") == page.query.text() and page.model.rowCount() == window.desk.session.queries.count(
            parse(page.query.text())
        )
    assert all_plain(window)


@pytest.mark.parametrize("flat", [True, False])
def test_a_packet_of_4000_fields_comes_at_once(qtbot: QtBot, qapp: QApplication, watchdog: Watchdog, flat: bool) -> None:
    view = PacketView()
    qtbot.addWidget(view)
    view.resize(900, 300)
    view.show()
    fields = (
        tuple(Field(name=f"field {place}", value="v" * 200, start=place % 1500, length=1) for place in range(4000))
        if flat
        else tuple(nested("deep", 24) for _ in range(4000 // 24))
    )
    QTest.qWait(30)
    watchdog.forget()

    view.show_packet(Packet(input="k", frame=7, at=0, data=bytes(1500), fields=fields), "a.pcap")
    view.bytes.picked.emit(12)
    QTest.qWait(60)

    assert watchdog.longest_busy < 0.15
    chosen = view.model.field(view.tree.currentIndex())
    assert chosen is not None and chosen.start <= 12 < chosen.start + chosen.length
    depth, index = 0, view.tree.currentIndex()
    while index.isValid():
        depth, index = depth + 1, index.parent()
    assert depth == (1 if flat else 1 + 24 - 12)


def test_a_packet_that_cannot_be_taken_apart_shows_bytes_and_why(qtbot: QtBot, tmp_path: Path) -> None:
    view = PacketView()
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show()

    view.show_packet(Packet(input="k", frame=7, at=0, data=b"abc", error="The frame is broken."), "a.pcap")
    assert view._stack.currentIndex() == 1 and view._file.text() == "The frame is broken."
    view.show_packet(Packet(input="k", frame=7, at=0, data=b"", error="The file is gone."), "a.pcap")

    assert view._stack.currentIndex() == 0 and view._words.text() == "The file is gone."
