"""The graph driven by mouse and keys on the sample case: steps, undo, routes, groups, ways, query, time, edges, pictures."""

import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import networkx
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.model.entity import EntityRef
from app.model.filter import ActivityFilter, parse
from app.model.rows import Edge
from app.session import Session
from app.ui.graph.asking import Loaded, picture
from app.ui.main_window import MainWindow
from app.ui.pages.activities import ActivitiesPage
from app.ui.pages.graph import GraphPage
from app.ui.plots.layout import LEASH
from app.ui.plots.neighbourhood import Node, Shown
from app.ui.plots.sketch import Sketch

Settle = Callable[..., None]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def graph(window: MainWindow, settle: Settle, key: str | None = None) -> GraphPage:
    assert window.desk.session is not None
    if key is None:
        key = window.desk.session.queries.entities("controller", "", "activities", 0, 1)[0].ref.key
    window.desk.go("graph", key)
    settle(window)
    QTest.qWait(260)
    page = window.page()
    assert isinstance(page, GraphPage)
    return page


def node(page: GraphPage, kind: str, members: bool = False) -> Node:
    return next(
        one for one in page.canvas.drawing.nodes
        if one.ref.kind == kind and bool(one.members) == members and one.key not in page.sketch.roots
    )  # fmt: skip


def click(page: GraphPage, key: str, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(page.canvas, LEFT, modifiers, page.canvas.point_of(key).toPoint())


def pick(button, words: str) -> None:
    QTest.mouseClick(button, LEFT)
    menu = button.findChildren(QMenu)[-1]
    action = next(one for one in menu.actions() if one.text().startswith(words))
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    QTest.qWait(20)


def keys(page: GraphPage) -> set[str]:
    return set(page.canvas.drawing.index)


def test_it_opens_step_by_step_stands_still_and_every_step_is_undone(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    before, first = page.canvas.places(), keys(page)
    other = node(page, "computer")

    click(page, other.key)
    assert page.canvas.current is not None and page.canvas.current.key == other.key
    QTest.keyClick(page.canvas, Qt.Key.Key_E)
    settle(window)
    assert other.key in page.sketch.roots
    after = page.canvas.places()
    stayed = [key for key in before if key in after]
    assert len(stayed) >= 2
    assert max(abs(before[key][0] - after[key][0]) + abs(before[key][1] - after[key][1]) for key in stayed) < 2 * LEASH

    click(page, node(page, "user").key)
    QTest.keyClick(page.canvas, Qt.Key.Key_Delete)
    settle(window)
    assert len(page.sketch.removed) == 1
    for _ in range(2):
        QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
        settle(window)
    assert keys(page) == first and page.sketch.removed == ()
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    settle(window)
    assert other.key in page.sketch.roots


def test_undo_goes_on_with_the_case_when_the_picture_has_no_step(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    told: list[str] = []
    window.desk.told.connect(lambda words, failed: told.append(words))

    assert not page.undo_step()
    QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
    settle(window)

    assert any("nothing to undo" in one.lower() for one in told)


def test_a_group_is_listed_searched_and_gives_a_member_back(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    group = node(page, "user", members=True)
    wanted = group.members[len(group.members) // 2]

    click(page, group.key)
    page.list_group()
    QTest.keyClicks(page.stage.groups.field, wanted.label)
    QTest.qWait(200)
    rows = page.stage.groups.table.rows_model().rows
    assert wanted in rows and len(rows) < len(group.members)
    QTest.mouseClick(page.stage.groups.take, LEFT)
    settle(window)

    assert page.stage.groups.isHidden() and page.canvas.current is not None
    assert len(next(one for one in page.canvas.drawing.nodes if one.members).members) == len(group.members) - 1
    taken = page.canvas.current.key
    assert taken in {one.key for one in group.members} and page.sketch.loose == (taken,)
    page.list_group()
    assert page.stage.groups.isHidden()


def test_enter_opens_a_group_and_backspace_closes_it_again(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    group = node(page, "user", members=True)
    click(page, group.key)

    QTest.keyClick(page.canvas, Qt.Key.Key_Return)
    settle(window)
    QTest.qWait(250)
    assert {one.key for one in group.members} <= keys(page)
    page.canvas.choose(group.members[0].key)
    QTest.keyClick(page.canvas, Qt.Key.Key_Backspace)
    settle(window)

    assert group.key in keys(page)


def test_a_picture_is_found_again_by_its_route(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    click(page, node(page, "computer").key)
    QTest.keyClick(page.canvas, Qt.Key.Key_E)
    settle(window)
    click(page, node(page, "user").key)
    QTest.keyClick(page.canvas, Qt.Key.Key_P)
    settle(window)
    sketch, shown, route = page.sketch, keys(page), page.route
    assert sketch.pinned and route.option("sketch")

    window.desk.go("alerts")
    settle(window)
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    settle(window)
    back = window.page()
    assert isinstance(back, GraphPage) and back.sketch == sketch and keys(back) == shown
    window.desk.go("graph", "*")
    settle(window)
    window.desk.went.emit(route)
    settle(window)
    again = window.page()
    assert isinstance(again, GraphPage) and again.sketch == sketch and keys(again) == shown
    pinned = sketch.pinned[0]
    assert again.canvas.places()[pinned[0]] == pytest.approx(pinned[1:], abs=0.1)


def test_dragging_a_node_pins_it_where_it_was_put(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    one = node(page, "computer")
    start = page.canvas.point_of(one.key).toPoint()

    QTest.mousePress(page.canvas, LEFT, pos=start)
    for step in (10, 40, 70):
        QTest.mouseMove(page.canvas, start + QPoint(step, -step // 2))
    QTest.mouseRelease(page.canvas, LEFT, pos=start + QPoint(70, -35))
    settle(window)
    QTest.qWait(250)

    assert [key for key, _, _ in page.sketch.pinned] == [one.key]
    moved = page.canvas.point_of(one.key) - start
    assert abs(moved.x() - 70) < 12 and abs(moved.y() + 35) < 12


def test_a_box_chooses_and_only_that_is_kept(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    area = page.canvas.rect()

    QTest.mousePress(page.canvas, LEFT, SHIFT, QPoint(4, 4))
    QTest.mouseMove(page.canvas, QPoint(area.width() // 2, area.height() // 2))
    QTest.mouseRelease(page.canvas, LEFT, SHIFT, QPoint(area.width() // 2, area.height() - 4))
    chosen = page.canvas.selection()
    points = [page.canvas.point_of(one.key) for one in chosen]
    assert 1 < len(chosen) < len(keys(page)) and all(one.x() <= area.width() // 2 for one in points)
    page.keep_only()
    settle(window)

    assert keys(page) <= {one.key for one in chosen} | set(page.sketch.roots)
    page.show_hidden()
    settle(window)
    assert len(keys(page)) > len(chosen)


def test_the_way_between_two_is_lit_and_told(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    root, one = page.sketch.roots[0], node(page, "computer")
    other = next(n for n in page.canvas.drawing.nodes if n.key not in (root, one.key) and n.ref.kind == "user" and not n.members)
    click(page, one.key)
    click(page, other.key, CTRL)
    settle(window)
    assert {n.key for n in page.canvas.selection()} == {one.key, other.key}

    QTest.mouseClick(page.way_button, LEFT)
    settle(window)

    way = page.canvas.way()
    assert {way[0], way[-1]} == {one.key, other.key} and 2 <= len(way) <= 3
    QTest.keyClick(page.canvas, Qt.Key.Key_Escape)
    assert page.canvas.way() == () and page.canvas.current is None


def test_a_way_over_somebody_who_is_not_drawn_brings_them_in(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    hub = page.sketch.roots[0]
    one, other = node(page, "computer").key, node(page, "user").key
    page.do("start", Sketch(query=f"entity:{one} not entity:{hub}", roots=()))
    settle(window)
    page._ask_ways(one, other)
    settle(window)
    QTest.qWait(50)

    settle(window)
    assert other in keys(page) and page.canvas.way()


def test_kinds_are_hidden_and_shown_by_the_menu(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    kinds = {one.ref.kind for one in page.canvas.drawing.nodes}
    assert "user" in kinds

    pick(page.kinds_button, "Accounts")
    settle(window)
    shown = page.canvas.drawing.nodes
    assert all(one.ref.kind != "user" for one in shown) and len(shown) > 1
    assert page.kinds_button.text() == "Kinds: 1 hidden"
    pick(page.kinds_button, "Show all kinds")
    settle(window)

    assert {one.ref.kind for one in page.canvas.drawing.nodes} == kinds


def test_a_family_left_out_leaves_the_counts_of_the_others(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    before = {edge.count for _, _, edge in page._picture.edges}

    pick(page.kinds_button, "Kerberos")
    settle(window)

    after = [edge for _, _, edge in page._picture.edges if edge.tie == "seen"]
    assert all("Kerberos" not in dict(edge.families) for edge in after)
    assert {edge.count for edge in after} != before
    assert all(edge.count == sum(dict(edge.families).values()) for edge in after)


def test_a_brushed_time_counts_what_passed_then(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    before = sum(edge.count for _, _, edge in page._picture.edges)
    chart = page.times

    QTest.mousePress(chart, LEFT, pos=QPoint(chart.width() // 4, 20))
    for part in (0.3, 0.4, 0.5):
        QTest.mouseMove(chart, QPoint(round(chart.width() * part), 20))
    QTest.mouseRelease(chart, LEFT, pos=QPoint(round(chart.width() * 0.5), 20))
    settle(window)
    span = page.sketch.span
    assert span is not None and window.desk.session is not None
    assert 0 < sum(edge.count for _, _, edge in page._picture.edges) < before
    assert all(span[0] <= edge.first <= edge.last <= span[1] for _, _, edge in page._picture.edges if edge.count)
    assert "in the chosen time" in page.heading.sentence.text() and "time:" in page.query.text()
    QTest.mouseDClick(chart, LEFT, pos=QPoint(20, 20))
    settle(window)

    assert page.sketch.span is None and sum(edge.count for _, _, edge in page._picture.edges) == before


def test_time_plays_on_until_it_is_stopped(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    QTest.mouseClick(page.stage.play, LEFT)
    first = page.sketch.span
    assert first is not None and page.stage.play.text() == "Stop"
    settle(window)
    page.player.setInterval(10)
    for _ in range(100):
        QTest.qWait(20)
        if page.sketch.span != first:
            break
    assert page.sketch.span is not None and page.sketch.span[0] > first[0] and page.player.isActive()
    window.desk.go("alerts")
    settle(window)

    assert not page.player.isActive()


def test_the_query_behind_the_picture_is_shown_edited_and_opened(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    assert page.query.text() == f"entity:{page.sketch.roots[0]}"

    page.edit_query()
    page.query.edit.selectAll()
    QTest.keyClicks(page.query.edit, "kin")
    settle(window)
    assert page.query._completer.popup().isVisible()  # suggestions come as on the page of activities
    QTest.keyClicks(page.query.edit, "d:ntlm")
    QTest.keyClick(page.query.edit, Qt.Key.Key_Return)
    settle(window)
    assert page.sketch.query == "kind:ntlm" and page.sketch.roots == ()
    assert {name for _, _, edge in page._picture.edges for name, _ in edge.families} <= {"NTLM"}
    QTest.keyClicks(page.query.edit, " and (")
    QTest.keyClick(page.query.edit, Qt.Key.Key_Return)
    assert page.query.error.isVisible() and page.sketch.query == "kind:ntlm"
    page.query.set_text("kind:ntlm")
    QTest.mouseClick(page.stage.activities, LEFT, pos=page.stage.activities.rect().center())
    settle(window)

    there = window.page()
    assert isinstance(there, ActivitiesPage) and there.query.text() == "kind:ntlm"


def test_the_parties_of_an_alert_and_the_whole_case_are_pictures(window: MainWindow, settle: Settle) -> None:
    alert = window.desk.alerts[0]
    window.desk.go("graph", filter=f"alert:{alert.id}")
    settle(window)
    page = window.page()
    assert isinstance(page, GraphPage)
    assert {one.ref.key for one in page.canvas.drawing.nodes if not one.members} & {one.key for one in alert.finding.sources}
    assert alert.title[:20] in page.heading.sentence.text()
    window.desk.go("graph", "*")
    settle(window)
    whole = window.page()
    assert isinstance(whole, GraphPage) and whole.sketch.query == ""
    everybody = len(whole.canvas.drawing.nodes) + sum(max(0, len(one.members) - 1) for one in whole.canvas.drawing.nodes)

    whole.do("look", Sketch(query="", grouping="community", colour="community"))
    settle(window)
    discs = whole.canvas.drawing.nodes
    assert len(discs) < 20 and sum(max(1, len(one.members)) for one in discs) == everybody
    assert whole.canvas.drawing.legend


@pytest.mark.parametrize("colour", ["kind", "family", "severity", "tag", "community"])
def test_every_way_of_colouring_says_what_it_means(window: MainWindow, settle: Settle, colour: str) -> None:
    page = graph(window, settle)
    page._look("colour", colour)
    settle(window)
    window.grab()

    used = {*page.canvas.drawing.role, *page.canvas.drawing.fill} - {"", "edge"}
    assert used <= {role for role, _ in page.canvas.drawing.legend}


def test_edges_are_listed_chosen_in_the_picture_and_opened_as_activities(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    QTest.keyClick(page.canvas, Qt.Key.Key_L)
    settle(window)
    table = page.edges.table
    assert page.edges.isVisible() and table.hasFocus()
    assert table.model().rowCount() == len(page._picture.edges)

    QTest.keyClick(table, Qt.Key.Key_Down)
    row = table.current_row()
    assert {one.key for one in page.canvas.selection()} == {row.origin.key, row.target.key}
    QTest.keyClicks(page.edges.field, "ntlm")
    settle(window)
    assert 0 < table.model().rowCount() < len(page._picture.edges)
    page.edges.field.clear()
    settle(window)
    table.sort_asked.emit("count", True)
    table.sorted_by = ("count", True)
    page.edges.changed.emit()
    settle(window)
    counts = [one.edge.count for one in table.rows_model().rows]
    assert counts == sorted(counts, reverse=True)
    single = next(place for place, one in enumerate(table.rows_model().rows) if not one.origin.members and not one.target.members)
    table.setCurrentIndex(table.model().index(single, 0))
    wanted = table.current_row().edge.count
    table.setFocus()
    QTest.keyClick(table, Qt.Key.Key_Return)
    settle(window)

    there = window.page()
    assert isinstance(there, ActivitiesPage) and window.desk.session is not None
    behind = parse(there.query.text())
    assert isinstance(behind, ActivityFilter) and window.desk.session.queries.count(behind) >= wanted > 0


def test_arrows_walk_to_neighbours_and_what_stands_there_is_said(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    page.canvas.setFocus()
    seen = {page.canvas.current.key if page.canvas.current else ""}

    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Up):
        QTest.keyClick(page.canvas, key)
        seen.add(page.canvas.current.key if page.canvas.current else "")
    settle(window)

    assert len(seen) >= 2 and page.canvas.current is not None
    assert page.canvas.current.ref.label in page.canvas.accessibleDescription()


def test_somebody_is_found_in_the_picture_also_within_a_group(window: MainWindow, settle: Settle) -> None:
    page = graph(window, settle)
    group = node(page, "user", members=True)
    QTest.keyClick(window, Qt.Key.Key_F, CTRL)
    assert page.stage.find.hasFocus()

    QTest.keyClicks(page.stage.find, group.members[-1].label)
    settle(window)
    assert page.canvas.current is not None and page.canvas.current.key == group.key


def test_the_picture_leaves_as_svg_png_graphml_and_by_the_clipboard(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    page = graph(window, settle)
    for name in ("a.svg", "a.png", "a.graphml"):
        page.write(tmp_path / name)
    settle(window)
    page.copy_picture()

    nodes = page.canvas.drawing.nodes
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    texts = {one.text for one in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {one for place, one in enumerate(page.canvas.drawing.words)} <= texts and len(nodes) > 2
    assert len(list(root.iter("{http://www.w3.org/2000/svg}line"))) == len(page._picture.edges)
    image = QImage(str(tmp_path / "a.png"))
    assert (image.width(), image.height()) == (2 * page.canvas.width(), 2 * page.canvas.height())
    read = networkx.read_graphml(tmp_path / "a.graphml")
    assert set(read) == {one.key for one in nodes} and read.number_of_edges() == len(page._picture.edges)
    total = sum(data["activities"] for _, _, data in read.edges(data=True))
    assert total == sum(edge.count for _, _, edge in page._picture.edges)
    assert QGuiApplication.clipboard().image().width() == image.width()


def test_a_picture_is_kept_in_the_case_shown_again_and_removed(make_window, case: Path, settle: Settle, tmp_path: Path) -> None:
    own = tmp_path / "own.wardlight"
    own.write_bytes(case.read_bytes())
    window = make_window(Session.open(own))
    page = graph(window, settle)
    one = node(page, "computer")
    page.canvas.choose(one.key)
    page.pin()
    settle(window)
    page.keep_picture("  The attacker <b>and</b> his way  ")
    settle(window)
    sketch, places = page.sketch, page.canvas.places()
    name = "The attacker <b>and</b> his way"

    window.desk.go("graph", "*")
    settle(window)
    page._places = {}
    menu = QMenu()
    page._fill_start(menu)
    kept = next(one for one in menu.findChildren(QMenu) if one.title() == "Pictures kept in the case")
    next(one for one in kept.actions() if one.text() == name).trigger()
    settle(window)
    QTest.qWait(250)
    assert page.sketch == sketch
    again = page.canvas.places()
    assert set(again) == set(places) and again[one.key] == pytest.approx(places[one.key], abs=0.2)
    page.remove_kept(name)
    settle(window)
    assert page._loaded.kept == {} and window.desk.session is not None
    window.desk.session.undo()
    assert list(window.desk.session.queries.pictures()) == [name]


def test_in_privacy_mode_no_name_is_seen_and_none_leaves(make_window, case: Path, settle: Settle, tmp_path: Path) -> None:
    session = Session.open(case)
    session.hide_names(True, keep=False)
    window = make_window(session)
    page = graph(window, settle)
    page.toggle_edges()
    settle(window)
    for name in ("a.svg", "a.graphml"):
        page.write(tmp_path / name)
    settle(window)

    seen = [
        page.query.text(), page.heading.sentence.text(), *page.canvas.drawing.words,
        (tmp_path / "a.svg").read_text(encoding="utf-8"), (tmp_path / "a.graphml").read_text(encoding="utf-8"),
    ]  # fmt: skip
    assert not [one for one in seen for name in ("dc1", "ws1", "alice.adams", "corp.test") if name in one.lower()]
    assert len(page.canvas.drawing.nodes) > 5
    page.query.set_text(page.query.text() + " kind:kerberos")
    page._typed()
    settle(window)
    assert len(page.canvas.drawing.nodes) > 2


def test_a_file_that_cannot_be_written_is_said(window: MainWindow, settle: Settle, tmp_path: Path) -> None:
    page = graph(window, settle)
    told: list[tuple[str, bool]] = []
    window.desk.told.connect(lambda words, failed: told.append((words, failed)))

    page.write(tmp_path / "no" / "where.svg")
    settle(window)

    assert told and told[-1][1]


def test_a_crowd_is_drawn_without_holding_the_window(window: MainWindow, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    page = graph(window, settle)
    spent, paint = [], page.canvas.paint

    def measured(*given, **more) -> None:
        began = time.thread_time()  # of this thread alone: other programs on the machine do not count
        paint(*given, **more)
        spent.append(time.thread_time() - began)

    monkeypatch.setattr(page.canvas, "paint", measured)
    refs = [EntityRef("user" if n % 2 else "computer", f"x:{n}", f"n{n}") for n in range(1_500)]
    edges = tuple(
        Edge(origin=refs[n], target=refs[other % 1_500], count=1 + n, families=(("Kerberos", 1 + n),))
        for n in range(1_500)
        for other in (n // 60 * 60 + n * 7 % 60, n // 60, n + 1)
        if n != other % 1_500
    )
    page.sketch = Sketch(query="", grouping="none")
    page._loaded, page._asked = Loaded(edges=edges), page._wanted()
    page._show()
    settle(window, 40)
    assert page.canvas.crowded and len(page.canvas.drawing.nodes) == 1_500
    for step in range(30):
        page.canvas.zoom(1.1 if step < 15 else 0.9)
        QTest.qWait(5)
    settle(window, 40)
    hub = page.canvas.drawing.nodes[page.canvas.drawing.order[0]].key
    page.canvas.choose(hub)
    QTest.qWait(30)
    settle(window, 40)
    assert page.canvas._pixels is not None and not page.canvas._stale and not page.canvas._making
    assert len(spent) > 10 and sorted(spent)[len(spent) // 2] < 0.033 and max(spent) < 0.2
    grabbed = page.canvas.grab().toImage()
    ground = grabbed.pixelColor(2, 2)
    drawn = sum(grabbed.pixelColor(x, y) != ground for x in range(0, grabbed.width(), 7) for y in range(0, grabbed.height(), 7))
    assert drawn > 100


def test_a_layout_goes_on_where_it_was_cut_and_comes_to_rest() -> None:
    refs = [EntityRef("user", f"user:{n}", f"n{n}") for n in range(900)]
    edges = tuple(Edge(origin=refs[n], target=refs[n // 3], count=1) for n in range(1, 900))
    made = picture(Loaded(edges=edges), Sketch(query="", grouping="none"), {}, Shown(), {})

    assert not made.cooling.over
    while not made.cooling.over:
        made.cooling.step(20)
    places = made.cooling.places()
    again = picture(Loaded(edges=edges), Sketch(query="", grouping="none"), places, made.shown, {})
    again.cooling.step(again.cooling.steps)
    assert max(abs(places[key][0] - x) for key, (x, _) in again.cooling.places().items()) <= LEASH + 1e-6


def test_an_empty_case_says_how_to_get_a_graph(make_window: Callable[..., MainWindow], settle: Settle, tmp_path: Path) -> None:
    window = make_window(Session.open(tmp_path / "empty.wardlight"))
    page = GraphPage(window.desk, "graph")
    list(page.build())
    page.visit(page.route)
    settle(window)

    assert not page.empty.isHidden() and page.stage.isHidden()
    page.deleteLater()
