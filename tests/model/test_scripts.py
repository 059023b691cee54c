"""Statements of a script: what runs, apart from what is defined, quoted or explained."""

import itertools
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.commands import READ
from app.model.scripts import continued, statements, still_open


def code(text: str, part: int = 1, parts: int = 1) -> list[str]:
    return [" ".join(one.code.split()) for one in statements(text, part, parts) if one.code.strip()]


def test_comments_are_left_out_and_texts_are_blanks() -> None:
    assert code('# Invoke-A\nGet-B \'Invoke-C\' <# Invoke-D\n#> -E "x`"y"; Get-F#g') == ["Get-B -E", "Get-F#g"]
    assert [one.said.strip() for one in statements("Get-B 'Invoke-C' # z")] == ["Get-B 'Invoke-C'"]


def test_texts_over_several_lines_are_texts() -> None:
    assert code("$a = @'\nInvoke-A\n'; Invoke-B\n'@\nGet-C") == ["$a =", "Get-C"]
    assert code('$a = @"\r\nInvoke-A "q"\r\n"@\r\nGet-C') == ["$a =", "Get-C"]


def test_bodies_of_functions_and_classes_are_left_out_but_blocks_are_not() -> None:
    text = "function A-B {\n if ($x) { Invoke-C }\n}\nif ($y) { Invoke-D }\nclass E { [void] F() { Invoke-G } }\n& { Invoke-H }"

    assert code(text) == ["if ($y)", "Invoke-D", "&", "Invoke-H"]


def test_a_line_that_goes_on_is_one_statement() -> None:
    assert code("Get-A `\n -B 1") == ["Get-A -B 1"]


def test_the_last_part_says_what_stands_behind_all_definitions() -> None:
    assert code("  Invoke-A\n }\n}\nInvoke-B -C", 3, 3) == ["Invoke-B -C"]
    assert code("Invoke-A\nfunction D {\n Invoke-E\n}\nInvoke-B", 2, 2) == ["Invoke-B"]
    assert code("Invoke-B", 2, 2) == ["Invoke-B"]


def test_a_last_part_that_begins_in_a_comment_is_read_from_its_end_on() -> None:
    assert code(".EXAMPLE\nInvoke-A\n#>\nfunction D {\n 1\n}\nInvoke-B <# x #>", 2, 2) == ["Invoke-B"]
    assert code("Invoke-A <# x #>\nInvoke-B", 2, 2) == ["Invoke-A", "Invoke-B"]


@pytest.mark.parametrize(("part", "parts"), [(2, 3), (5, 2), (0, 0)])
def test_parts_in_the_middle_and_wrong_numbers_say_nothing_that_is_not_sure(part: int, parts: int) -> None:
    assert code("Invoke-A\n", part, parts) == (["Invoke-A"] if part <= 1 else [])


def test_a_last_part_that_leaves_something_open_says_nothing() -> None:
    assert code("}\nInvoke-A {", 2, 2) == []
    assert statements("a\n" * READ, 2, 2) == ()


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="{}'\"`@#<>\n;$( function-A", max_size=300), st.integers(-1, 4), st.integers(-1, 4))
def test_whatever_a_script_holds_nothing_is_raised(text: str, part: int, parts: int) -> None:
    assert all(len(one.said) >= 0 for one in statements(text, part, parts))


@pytest.mark.parametrize("piece", ["{", "}", "'", '"', "`", "@'\n", "<#", "function a {", "#", "\n", "a" * 50 + ";", '"`'])
def test_long_scripts_of_one_piece_take_no_long_time(piece: str) -> None:
    began = time.monotonic()
    statements(piece * (2 * READ // len(piece)))

    assert time.monotonic() - began < 2


def in_parts(text: str, seams: list[int]) -> list[str]:
    """What a script does, read part by part."""
    places = [0, *sorted(one % (len(text) + 1) for one in seams), len(text)]
    said: list[str] = []
    before: str | None = ""
    for number, (begin, end) in enumerate(itertools.pairwise(places), 1):
        assert before is not None
        said += [one.said for one in continued(before, text[begin:end], number < len(places) - 1)]
        before = still_open(before + text[begin:end])
    return said


@settings(max_examples=600, deadline=None)
@given(st.text(alphabet="{}'\"`@#<>\r\n;$( function-A", max_size=200), st.lists(st.integers(0, 200), max_size=4))
def test_a_script_in_parts_does_what_it_does_in_one(text: str, seams: list[int]) -> None:
    text = re.sub(r"\}", lambda found: "}" if text[: found.start()].count("{") > text[: found.start()].count("}") else " ", text)

    assert in_parts(text, seams) == [one.said for one in continued("", text)]


@pytest.mark.parametrize("seam", range(1, 60))
def test_a_call_that_a_seam_cuts_is_read_once(seam: int) -> None:
    text = "function A {\n Invoke-B\n}\nInvoke-Mimikatz -Command 'lsadump::dcsync'\nGet-C"

    assert [" ".join(one.split()) for one in in_parts(text, [seam])] == ["Invoke-Mimikatz -Command 'lsadump::dcsync'", "Get-C"]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("$a = '" + "x" * 9_000, "Invoke-A'\nInvoke-B"),
        ('$a = "' + "x" * 9_000 + "`", '" Invoke-A"\nInvoke-B'),
        ("$a = @'\n" + "x\n" * 5_000, "'@\nInvoke-B"),
        ("$a = @'\n" + "x\n" * 5_000 + "'", "@\nInvoke-B"),
        ("<#" + "x\n" * 5_000, "Invoke-A #>\nInvoke-B"),
        ("<#" + "x\n" * 5_000 + "#", ">\nInvoke-B"),
        ("#" + "x" * 9_000, " Invoke-A\nInvoke-B"),
        ("$a = '" + "x" * 9_000 + "'", " + 'Invoke-A'\nInvoke-B"),
        ("function A {" * 9 + "$a = '" + "x" * 9_000, "' }" + "}" * 8 + "\nInvoke-B"),
    ],
)
def test_what_is_open_stays_short(text: str, rest: str) -> None:
    before = still_open(text)

    assert before is not None and len(before) < 5_000
    code = [one.code.strip() for one in continued(before, rest) if "Invoke" in one.code]
    assert code == ["Invoke-B"]


def test_what_is_too_deep_or_too_long_is_not_told() -> None:
    assert still_open("{" * 300) is None
    assert still_open("a" * (3 * READ)) is None
