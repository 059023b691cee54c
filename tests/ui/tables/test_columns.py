"""Widths of columns where there is room, where there is little, where there is none."""

import pytest

from app.ui.tables.columns import bearable, fitted, uncramped

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
