"""Rule files that are broken, hostile or of another kind."""

import os
import time
from pathlib import Path

import pytest

from app.engine.sigma import load_rules, load_text, run
from app.engine.sigma.documents import DEEPEST, MOST_ALIASES, MOST_BYTES
from tests.engine.sigma.made import event, ran, rule

GOOD = rule(selection={"A": "x"})
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{one}: &{one} [{', '.join(['*' + before] * 9)}]\n" for before, one in zip("abcdefghijkl", "bcdefghijklm", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "[" * 5_000,
        "a: " * 5_000,
        "- " * 5_000 + "x",
        "a: &a [*a]\n" * 3,
        "title: a\ndetection: &d {selection: {A: x}, more: *d, condition: selection}\nlogsource: {product: windows}",
        "!!python/object/apply:os.system ['true']",
        "title: " + "9" * 10_000,
        "when: 2026-99-99",
        "just text",
        "- a list\n- of things",
        "\x00\x01",
        "%YAML 9.9\n---\na: b",
        "title: a\nlogsource: 5\ndetection: 7",
        "title: a\nlogsource: {product: windows}\ndetection: {1: {2: 3}, condition: 5}",
        "title: [1]\nid: 5\ntags: {a: b}\nlevel: []\nlogsource: {product: [windows]}\ndetection: {s: {A: x}, condition: s}",
        "title: a\nlogsource: {product: windows}\ndetection: {s: {A: {B: {C: x}}}, condition: s}",
        "title: a\nlogsource: {product: windows}\ndetection: {s: [], condition: s}",
        "correlation: 5",
        "title: a\ncorrelation: {type: 5, rules: {}, timespan: [], condition: [], group-by: {}, aliases: 7}",
        "title: a\nfilter: 5\nlogsource: {product: windows}",
        "action: repeat\ntitle: x",
        "action: nonsense",
    ],
)
def test_hostile_text_is_a_rule_that_cannot_run(text: str) -> None:
    began = time.monotonic()
    result = ran(text, event(A="x"))

    assert result.rules
    assert all(one.state == "cannot" and one.reason for one in result.rules)
    assert time.monotonic() - began < 5


def test_limits() -> None:
    assert ran("x: " + "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), event()).rules[0].reason.endswith("aliases for a rule")
    many = "a: &a x\nb: [" + ", ".join(["*a"] * (MOST_ALIASES + 1)) + "]"
    assert ran(many, event()).rules[0].reason.endswith("aliases for a rule")


def test_a_few_aliases_are_fine() -> None:
    text = "title: made\nlogsource: {product: windows}\ndetection: {s: &s {A: x}, t: *s, condition: s and t}"

    assert ran(text, event(A="x")).rules[0].count == 1


def test_a_bad_document_does_not_take_the_good_ones_with_it() -> None:
    result = ran(f"{GOOD}\n---\ntitle: bad\nid: 5\nlogsource: 5\n---\n{GOOD}\n---\n", event(A="x"))

    assert [one.count for one in result.rules] == [1, 0, 1]
    assert result.rules[1].reason


def test_wrong_metadata_does_not_stop_a_rule() -> None:
    (result,) = ran(GOOD + "status: strange\ndate: yesterday\nid: no-uuid\n", event(A="x")).rules

    assert (result.state, result.count) == ("runs", 1)
    assert any("strange" in note for note in result.notes)


def test_a_global_document_is_part_of_those_that_follow() -> None:
    text = (
        "action: global\ntitle: both\nlogsource: {product: windows, service: security}\n---\n"
        "detection: {s: {A: x}, condition: s}\n---\ndetection: {s: {A: y}, condition: s}\n"
    )

    assert [one.count for one in ran(text, event(A="x")).rules] == [1, 0]


def test_a_filter_narrows_the_rules_that_it_names() -> None:
    without = (
        "title: without the administrator\nlogsource: {product: windows}\n"
        "filter: {rules: [only_this], selection: {User: Administrator}, condition: not selection}\n"
    )
    named = GOOD.replace("title: made", "title: made\nname: only_this")
    (first, second) = ran(
        f"{named}\n---\n{GOOD}\n---\n{without}", event(A="x", User="administrator"), event(A="x", User="b")
    ).rules

    assert (first.count, second.count) == (1, 2)


def test_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    (tmp_path / "a.yml").write_text(GOOD.replace("made", "first"))
    (tmp_path / "b" / "deep" / "c.YAML").write_text(GOOD.replace("made", "second"))
    (tmp_path / "b" / "notes.txt").write_text("no rule")
    (tmp_path / "b" / "z.yml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "big.yml").write_bytes(b"#" * (MOST_BYTES + 1))
    os.mkfifo(tmp_path / "pipe.yml")

    rules = load_rules([tmp_path, tmp_path / "a.yml"])
    result = run(rules, [event(A="x")])

    assert [(one.title, one.state) for one in result.rules] == [
        ("first", "runs"),
        ("second", "runs"),
        ("z.yml", "cannot"),
        ("big.yml", "cannot"),
        ("pipe.yml", "cannot"),
    ]


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_rules([tmp_path / "nothing"])


def test_nothing_given_is_nothing_run() -> None:
    assert load_text("").rules == ()
    assert run(load_text(""), [event()]).events == 1
