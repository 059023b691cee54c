"""The command that says whose work the program is made of."""

import json

import pytest

from app.__main__ import main


def test_each_part_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["licences"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Wardlight ") and lines[0].endswith(": Apache-2.0")
    assert any(one.startswith("Qt 6") and "PySide6" in one and one.endswith("LGPL-3.0-only") for one in lines)
    assert any(one.startswith("evtx ") and one.endswith("(no text)") for one in lines)


def test_words_choose_and_the_text_follows(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["licences", "scapy", "gpl-2.0-only", "--text"]) == 0

    out = capsys.readouterr().out
    assert "Name: scapy\n" in out and "GNU GENERAL PUBLIC LICENSE" in out and "Name: numpy" not in out


def test_json_holds_the_texts(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["licences", "networkx", "--json"]) == 0

    (only,) = (one for one in json.loads(capsysbinary.readouterr().out)["notices"] if one["name"] == "networkx")
    assert only["licence"] == "BSD-3-Clause" and "NetworkX" in only["texts"][0][1]


def test_words_that_nothing_holds_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["licences", "nosuchword\x1b[31m"]) == 1
    assert capsys.readouterr().err.startswith("wardlight: no part holds nosuchword") is True
