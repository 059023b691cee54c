"""Widths of columns where there is room, where there is little, where there is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.ui import theme
from app.ui.tables.cells import Column
from app.ui.tables.columns import bearable, fitted, lent, uncramped
from app.ui.tables.table import Table

WANTED = {0: 300, 1: 80, 2: 90, 3: 120}
TITLES = {0: 60, 1: 70, 2: 90, 3: 50}


def test_what_is_left_goes_to_the_columns_that_stretch() -> None:
    assert fitted(WANTED, TITLES, (), [0, 3], 690, 20) == {0: 350, 1: 80, 2: 90, 3: 170}


@pytest.mark.parametrize("width", range(270, 590, 13))
def test_no_title_is_cut_while_another_column_is_wider_than_its_own(width: int) -> None:
    found = fitted(WANTED, TITLES, (), [0], width, 20)
    assert sum(found.values()) <= width
    assert all(found[place] >= TITLES[place] for place in found)


def test_firm_columns_give_last() -> None:
    found = fitted(WANTED, TITLES, {3}, [0], 440, 20)
    assert (
        found[3] == 120
        and found[0] >= 150
        and all(found[place] >= TITLES[place] for place in found)
        and sum(found.values()) <= 440
    )
    found = fitted(WANTED, TITLES, {3}, [0], 300, 20)
    assert found[3] < 120 and all(found[place] >= TITLES[place] for place in found) and sum(found.values()) <= 300


def test_without_room_for_titles_all_give() -> None:
    found = fitted(WANTED, TITLES, (), [0], 200, 20)
    assert sum(found.values()) <= 200 and min(found.values()) >= 20


def test_spare_columns_go_before_others_are_cut_for_them_the_last_first() -> None:
    assert uncramped(WANTED, {1, 2}, 600) == WANTED
    assert uncramped(WANTED, {1, 2}, 492) == WANTED, "a little is given by all"
    assert uncramped(WANTED, {1, 2}, 490) == {0: 300, 1: 80, 3: 120}
    assert uncramped(WANTED, {1, 2}, 360) == {0: 300, 3: 120}
    assert uncramped(WANTED, (), 100) == WANTED


def test_columns_at_the_right_go_before_all_of_them_are_stubs() -> None:
    wanted = {0: 200, 1: 100, 2: 100, 3: 100, 4: 100}
    assert bearable(wanted, {0}, 500) == wanted
    assert list(bearable(wanted, {0}, 400)) == [0, 1, 2, 3]
    assert list(bearable(wanted, {0, 4}, 400)) == [0, 1, 2, 4], "what the rows are ordered by stays"
    assert list(bearable(wanted, {0}, 50)) == [0, 1, 2], "and a few in any case"


@given(
    st.lists(st.tuples(*[st.integers(20, 600)] * 3), min_size=1, max_size=8),
    st.sets(st.integers(0, 7)),
    st.sets(st.integers(0, 7)),
)
def test_what_is_lent_is_spare_and_goes_to_what_is_cut(rows: list[tuple[int, int, int]], fixed: set[int], free: set[int]) -> None:
    widths, titles = ({place: row[at] for place, row in enumerate(rows)} for at in (0, 1))
    needs = {place: row[2] for place, row in enumerate(rows) if place not in free}
    found = lent(widths, needs, titles, fixed)

    assert sum(found.values()) == sum(widths.values()) and list(found) == list(widths)
    for place, width in found.items():
        if place in fixed or place not in needs:
            assert width == widths[place]
        elif needs[place] > widths[place]:
            assert widths[place] <= width <= needs[place]
        else:
            assert min(widths[place], max(needs[place], titles[place])) <= width <= widths[place]
    loose = [place for place in needs if place not in fixed]
    cut = [place for place in loose if found[place] < needs[place]]
    assert not cut or all(found[place] <= max(needs[place], titles[place], 0) or found[place] == 0 for place in loose)


def test_an_empty_column_lends_to_a_name_that_is_cut(qtbot: QtBot) -> None:
    columns = (Column("Name", lambda row: row[0], 100, stretch=True), Column("Tags", lambda row: row[1], 300))
    long = "a name that is much longer than the column"
    tables = [Table(columns, lends=lends) for lends in (False, True)]
    widths = []
    for table in tables:
        qtbot.addWidget(table)
        table.resize(440, 200)
        table.show()
        table.show_rows([(long, ""), ("b", "x")])
        widths.append((table.columnWidth(0), table.columnWidth(1)))
    need = theme.measure("body").horizontalAdvance(long)

    assert widths[0][0] < need <= widths[1][0] and sum(widths[0]) == sum(widths[1])
    tables[1].show_rows([("b", "y" * 60)])
    assert tables[1].columnWidth(1) >= widths[0][1]
