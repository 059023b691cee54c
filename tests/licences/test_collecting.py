"""Everything the program runs with here has a notice, and what has no text says so."""

import json
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

from app import __version__, licences, paths
from app.licences import collecting, find, parts
from app.licences.form import Notice, write


@pytest.fixture(scope="module")
def rows() -> tuple[Notice, ...]:
    return collecting.installed()


def test_the_program_comes_first_with_the_texts_of_both_licences(rows: tuple[Notice, ...]) -> None:
    program, inspector, python = rows[:3]

    assert (program.version, program.licence) == (__version__, "Apache-2.0")
    assert "Apache License" in program.texts[0][1]
    assert inspector.licence == "GPL-2.0-or-later" and "GNU GENERAL PUBLIC LICENSE" in inspector.texts[0][1]
    assert python.name == "Python" and python.version == ".".join(map(str, sys.version_info[:3]))


def test_every_package_has_a_notice_with_its_version(rows: tuple[Notice, ...]) -> None:
    named = {collecting.plain(one.name): one for one in rows if not one.part_of}

    for name in ("pyside6-essentials", "numpy", "scapy", "cryptography", "ldap3", "nats-py", "pysigma", "jinja2"):
        assert named[name].version == distribution(name).version
    assert {"pytest", "ruff", "hypothesis", "mypy"}.isdisjoint(named), "what only development needs is no part"


def test_what_has_no_text_says_so(rows: tuple[Notice, ...]) -> None:
    silent = [one.name for one in rows if not one.texts and not one.remark and one.name != "Python"]

    assert silent == []


def test_what_came_inside_a_package_is_told(rows: tuple[Notice, ...]) -> None:
    named = {one.name: one for one in rows if one.part_of}

    assert named["Qt"].version == distribution("PySide6-Essentials").version
    assert [name for name, _ in named["Qt"].texts] == ["LGPL-3.0.txt", "GPL-3.0.txt"]
    assert named["OpenSSL"].version[0].isdigit() and named["OpenBLAS and LAPACK"].version[0].isdigit()
    listed = named["Parts that cryptography lists"]
    assert listed.part_of == "cryptography" and "asn1" in "".join(text for _, text in listed.texts)


def test_every_standard_text_that_is_named_is_there() -> None:
    names = {name for one in parts.PARTS for name in one.standard} | {one for row in collecting.STANDARD.values() for one in row}

    assert {name for name in names if not collecting.standard(name)[0][1].strip()} == set()


def package(folder: Path, metadata: str, files: dict[str, str]) -> Distribution:
    info = folder / "thing-1.0.dist-info"
    for name, text in {"METADATA": f"Metadata-Version: 2.4\nName: thing\nVersion: 1.0\n{metadata}", **files}.items():
        (info / name).parent.mkdir(parents=True, exist_ok=True)
        (info / name).write_text(text)
    (info / "RECORD").write_text("".join(f"thing-1.0.dist-info/{name},,\n" for name in ("METADATA", *files)))
    return Distribution.at(info)


def test_a_package_without_text_says_so_and_gets_the_licences_own(tmp_path: Path) -> None:
    (apache,) = collecting.packages([package(tmp_path / "a", "License: Apache 2.0\n", {})])
    (mit,) = collecting.packages([package(tmp_path / "b", "Classifier: License :: OSI Approved :: MIT License\n", {})])
    (none,) = collecting.packages([package(tmp_path / "c", "", {})])

    assert apache.licence == "Apache-2.0" and apache.texts[0][0] == "Apache-2.0.txt"
    assert apache.remark == "The package carries no text; its metadata says Apache-2.0. The text here is the licence's own."
    assert (mit.licence, mit.texts, mit.remark) == ("MIT", (), "The package carries no text; its metadata says MIT.")
    assert none.licence == "" and "nor do its metadata name a licence" in none.remark


def test_texts_are_found_by_their_place_and_name_and_cleaned(tmp_path: Path) -> None:
    files = {"licenses/deep/LICENSE.txt": "One\r\nTwo\x0c\nThree  ", "COPYING": "Four", "sboms/it.json": json.dumps({
        "components": [{"name": "inner", "version": "2", "licenses": [{"expression": "MIT"}]}, {"name": "more"}],
    })}  # fmt: skip
    whole, listed = collecting.packages([package(tmp_path, "License-Expression: MIT\n", files)])

    assert whole.texts == (("COPYING", "Four"), ("deep/LICENSE.txt", "One\nTwo\n\nThree")) and whole.remark == ""
    assert listed.texts == (("it.json", "inner 2 MIT\nmore"),) and listed.remark.startswith("2 by name")


def test_a_list_of_parts_that_is_none_costs_nothing(tmp_path: Path) -> None:
    (only,) = collecting.packages([package(tmp_path, "License-Expression: MIT\n", {"sboms/it.json": '{"components": 3}'})])

    assert only.name == "thing"


def test_a_build_shows_what_its_file_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / licences.NOTICES).write_text(write([Notice("Wardlight", "9"), Notice("Thing", "1", "MIT")]))
    monkeypatch.setattr(paths, "data", lambda *parts: tmp_path.joinpath(*parts))
    licences.notices.cache_clear()
    try:
        assert [one.name for one in licences.notices()] == ["Wardlight", "Thing"]
    finally:
        licences.notices.cache_clear()


def test_a_search_finds_names_first_and_then_texts() -> None:
    rows = (Notice("one", texts=(("LICENSE", "as LGPL says"),)), Notice("two", licence="LGPL-3.0"), Notice("three"))

    assert [one.name for one in find(rows, "lgpl")] == ["two", "one"]
    assert find(rows, "lgpl nowhere") == () and find(rows, "  ") == rows
