"""Exclusions as text: written and read again, pasted, refused line by line, harmless in a spreadsheet."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.exclusion_lists import guess, moment, read_list, write_list
from app.model.exclusion import Exclusion, ExclusionError, exclusion, normal

NOW = 1_767_607_200_000_000


def some() -> list[Exclusion]:
    return [
        exclusion("dcsync", "account", "=cmd|' /C calc'!A0", reason='said "no", twice', added=NOW, by="ann"),
        exclusion("*", "subnet", "10.1.2.3/16", reason="scanner", expires=NOW, added=NOW, by="ann"),
        exclusion("dcsync", "computer", "'quoted", added=NOW, by="ann", on=False),
    ]


@pytest.mark.parametrize("form", ["csv", "json"])
def test_what_is_written_is_read_again(form: str) -> None:
    text = write_list(some(), form)
    found, refused = read_list(text, "*", "", "", 5, "bob")

    assert (found, refused) == (some(), [])
    assert write_list(found, form) == text


def test_no_cell_is_a_formula() -> None:
    rows = list(csv.reader(io.StringIO(write_list(some()))))
    assert rows[1][2] == "'=cmd|' /C calc'!A0"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_value_comes_back_as_it_was(value: str, reason: str) -> None:
    try:
        one = exclusion("dcsync", "account", value, reason=reason, added=NOW, by="ann")
    except ExclusionError:
        return
    if not one.value.isprintable() or any(0xD800 <= ord(c) < 0xE000 for c in one.reason):
        return
    found, refused = read_list(write_list([one]), "*", "", "", NOW, "")
    assert not refused and found[0].value == one.value and found[0].id == one.id


def test_a_pasted_list_is_taken_line_by_line() -> None:
    text = "10.0.0.1\n\n# ours\n10.2.0.0/24  # scanners\nCORP\\backup,\nfe80::1;\n10.0.0.300\nserver7\n"
    found, refused = read_list(text, "dns_reconnaissance", "", "ticket 12", NOW, "ann")

    assert [(one.kind, one.value) for one in found] == [
        ("address", "10.0.0.1"), ("subnet", "10.2.0.0/24"), ("account", "CORP\\backup"), ("address", "fe80::1"),
    ]  # fmt: skip
    assert {(one.detector, one.reason, one.by) for one in found} == {("dns_reconnaissance", "ticket 12", "ann")}
    assert [line.partition(":")[0] for line in refused] == ["Line 7", "Line 8"]


def test_a_kind_that_is_given_holds_for_every_line() -> None:
    found, refused = read_list("server7\nserver8\n*\n", "*", "computer", "", NOW, "ann")
    assert [one.value for one in found] == ["server7", "server8"] and len(refused) == 1 and "every computer" in refused[0]


@pytest.mark.parametrize(
    "text",
    ["", "[", "[1]", "{}", '{"a":1}', "value\n\x00", 'value,kind\n"', "[" * 5_000, "value\n" + "x" * 200_000, "\ufeffvalue\n,\n"],
)
def test_hostile_lists_are_refused_without_a_word_too_many(text: str) -> None:
    found, refused = read_list(text, "*", "account", "", NOW, "ann")
    assert found == [] and all(line.startswith("Line ") for line in refused)


@pytest.mark.parametrize(
    ("kind", "value"),
    [("address", "10.0.0.0/8"), ("subnet", "corp"), ("account", ""), ("account", "**"), ("account", "x" * 300), ("planet", "x"),
     ("account", "a\u202eb"), ("domain", "*.*")],
)  # fmt: skip
def test_what_cannot_be_an_exclusion(kind: str, value: str) -> None:
    with pytest.raises(ExclusionError):
        exclusion("*", kind, value)


def test_values_are_written_in_one_way() -> None:
    assert normal("subnet", " 10.1.2.3/16 ") == "10.1.0.0/16"
    assert normal("address", "2001:DB8:0::1") == "2001:db8::1"
    assert normal("domain", "Corp.TEST.") == "corp.test"
    assert exclusion("*", "account", "CORP\\Alice").id == exclusion(" * ", "Account", " corp\\alice ").id
    with pytest.raises(ExclusionError):
        exclusion("a b", "account", "x")


def test_dates_end_with_their_day() -> None:
    assert moment("2026-01-05") == moment("2026-01-06T00:00:00Z") == 1_767_657_600_000_000
    assert moment("") is None
    for text in ("tomorrow", "9999-12-31", "2026-13-01"):
        with pytest.raises(ExclusionError):
            moment(text)
    assert guess("a@b.c") == "account"
