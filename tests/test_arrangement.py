"""How the window stood, in a file that may be damaged."""

from pathlib import Path

import pytest

from app.arrangement import (
    CASES,
    LAYOUTS,
    Arrangement,
    Panes,
    Place,
    Standing,
    TabWay,
    load,
    save,
    with_case,
    with_layout,
)

STOOD = Standing(
    tabs=(TabWay(way=(Place("alerts"), Place("activities", "", (("filter", "kind:ntlm"),))), position=1), TabWay()),
    current=1,
    panes=Panes(state="QQ==", inspector=False),
    pinned=Place("entity", "user:corp.test\\alice", (("kind", "user"),)),
    looks={"activities/packet": "AA=="},
)


def test_what_is_kept_is_found_again(tmp_path: Path) -> None:
    kept = with_layout(with_case(Arrangement(last="/cases/one.wardlight"), "/cases/one.wardlight", STOOD), "Mine", Panes())
    save(kept, tmp_path / "new")
    assert load(tmp_path / "new") == kept


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\xff\x00",
        b'{"last": "\xff"}',
        b"[]",
        b'{"version": 0}',
        b'{"version": 99, "cases": {}}',
        b'{"cases": {"a": {"tabs": 4}}}',
    ],
)
def test_a_damaged_file_stands_as_at_first(tmp_path: Path, damaged: bytes) -> None:
    (tmp_path / "arrangement.json").write_bytes(damaged)
    assert load(tmp_path) == Arrangement()


def test_nothing_kept_stands_as_at_first(tmp_path: Path) -> None:
    assert load(tmp_path) == Arrangement()


def test_a_file_with_too_much_in_it_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "arrangement.json").write_bytes(b'{"cases": {"a": {"tabs": [' + b",".join([b"{}"] * 500) + b"]}}}")
    assert load(tmp_path) == Arrangement()


def test_the_oldest_cases_and_layouts_give_way() -> None:
    held = Arrangement()
    for number in range(3 * CASES):
        held = with_case(held, f"/{number}", STOOD)
        held = with_layout(held, f"layout {number}", Panes())
    held = with_case(held, f"/{3 * CASES - CASES}", Standing())
    assert len(held.cases) == CASES and list(held.cases)[-1] == f"/{3 * CASES - CASES}"
    assert len(held.layouts) == LAYOUTS
    assert f"layout {3 * CASES - 1}" not in with_layout(held, f"layout {3 * CASES - 1}", None).layouts
