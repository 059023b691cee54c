"""What alerts are found by is known by its sources, whoever changes them."""

import json
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

from app import paths
from app.engine import detectors, sources
from app.model.ways import Ways, difference

FOUND_BY = ("app.engine.detecting", "app.engine.twins", "app.engine.knowledge", "app.engine.incidents")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the program whose sources may be changed."""
    for one in ("engine", "model"):
        shutil.copytree(paths.program() / "app" / one, tmp_path / "app" / one, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(paths, "program", lambda: tmp_path)
    yield tmp_path
    _forget()


def _forget() -> None:
    for one in (sources.ways, sources._from_sources, sources._written):
        one.cache_clear()


def _ways() -> Ways:
    _forget()
    return sources.ways()


@cache
def _beneath() -> frozenset[str]:
    graph = grimp.build_graph("app")
    found = {*FOUND_BY, *(one for one in graph.modules if one.startswith(sources.DETECTORS))}
    return frozenset(found.union(*(graph.find_upstream_modules(one) for one in found)))


def test_whatever_detectors_import_counts_or_is_said_to_change_no_alert() -> None:
    known = (*sources.SHARED, *sources.ASIDE, sources.DETECTORS, "app.__init__")
    strange = [one for one in _beneath() - {"app"} if not any(one == it or one.startswith(f"{it}.") for it in known)]
    assert not strange, f"name them in SHARED or ASIDE of app/engine/sources.py: {sorted(strange)}"


def test_every_detector_has_a_way() -> None:
    assert list(_ways().detectors) == sorted(one.id for one in detectors.DETECTORS)
    assert all(len(one) == 12 for one in (*_ways().detectors.values(), _ways().shared))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("engine/detectors/coercion.py", "coercion has changed"),
        ("engine/detectors/new_one.py", "new_one is new"),
        ("engine/running.py", "what all detectors rest on has changed"),
        ("engine/readings/deeds.py", "what all detectors rest on has changed"),
        ("engine/detectors/__init__.py", "what all detectors rest on has changed"),
        ("engine/queries/queries.py", ""),
    ],
)
def test_a_change_of_code_alone_is_a_change(program: Path, file: str, words: str) -> None:
    before = _ways()
    with (program / "app" / file).open("a", encoding="utf-8") as out:
        out.write("\nLIMIT = 7\n")
    assert difference(before, _ways()) == words
    assert (before.hash() == _ways().hash()) == (not words)


def test_line_ends_are_no_change(program: Path) -> None:
    before, file = _ways(), program / "app" / "engine" / "detectors" / "coercion.py"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert _ways() == before


def test_a_program_without_sources_tells_what_was_written_when_it_was_built(program: Path) -> None:
    before = _ways()
    (program / sources.TABLE).write_text(json.dumps(sources.table()), encoding="utf-8")
    shutil.rmtree(program / "app")
    assert _ways() == before


@pytest.mark.parametrize("damage", [lambda text: text[:40], lambda text: "[1]", lambda text: ""])
def test_a_damaged_table_is_none(program: Path, damage: Callable[[str], str]) -> None:
    before = _ways()
    (program / sources.TABLE).write_text(damage(json.dumps(sources.table())), encoding="utf-8")
    assert _ways() == before


def test_many_differences_are_one_short_clause() -> None:
    before = Ways(detectors=dict.fromkeys("abcdefg", "1"), shared="1")
    now = Ways(detectors={**dict.fromkeys("abcdef", "2"), "h": "1"}, shared="1")
    assert difference(before, now) == "a, b, c, d and 2 more have changed, h is new, g is gone"
    assert difference(None, now) == "an earlier program found them" and difference(now, now) == ""
