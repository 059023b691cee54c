"""Rows of a table as cells: long ones as the standard reader tells short ones, and its limit left alone."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sensor.sources.table_rows import LARGEST, cells_of, rows_of

LIMIT = csv.field_size_limit()


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("size", [LIMIT - 1, LIMIT + 1, LARGEST - 100])
def test_a_cell_beyond_the_limit_of_the_process_is_read_which_stays(size: int, quoted: bool) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    wanted = [["a", "b"], ["1", "x" * size], ["2", "y"]]
    writer.writerows(wanted)

    assert [row for _, row in rows_of(out.getvalue().encode(), ",")] == wanted
    assert csv.field_size_limit() == LIMIT == 131_072


def test_a_long_cell_of_many_lines_is_one_and_what_follows_is_read() -> None:
    text = 'he said ""so""\r\n' * 20_000
    got = [row for _, row in rows_of(f'a,b\n1,"{text}",c\n2,d\n'.encode(), ",")]

    assert got == [["a", "b"], ["1", text.replace('""', '"'), "c"], ["2", "d"]]


def test_a_row_that_ends_nowhere_costs_itself_and_the_next_is_read() -> None:
    long = '"' + "x" * (LIMIT + 9)
    got = [row for _, row in rows_of(f"a\n{'y' * (LIMIT + 9)}\rz\n1\n{long}".encode(), ",")]

    assert got == [["a"], None, ["1"], ["x" * (LIMIT + 9)]]


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(["a", '"', '""', ",", ";", "\t", "\r", "\n", "\r\n", " ", "é"]), max_size=40),
    st.sampled_from(",;\t"),
)
def test_cells_are_those_of_the_standard_reader(pieces: list[str], between: str) -> None:
    lines = "".join(pieces).replace("\n", "\n\0").split("\0")
    theirs, ours = iter([one for one in lines if one]), iter([one for one in lines if one])
    reader = csv.reader(theirs, delimiter=between)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            with pytest.raises(csv.Error):
                cells_of(ours, between)
            return
        assert (cells_of(ours, between) or [""]) == (row or [""])
