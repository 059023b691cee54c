"""How the programs are started from a checkout and frozen, and what they leave to the system's own programs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import paths, starting


def test_a_checkout_starts_itself_with_this_python() -> None:
    assert starting.command("a", "b") == [sys.executable, "-m", "app", "a", "b"]
    done = subprocess.run(starting.command("--version"), cwd=paths.program(), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout[:9]) == (0, "wardlight")
    done = subprocess.run(
        starting.inspector(),
        cwd=paths.program(),
        input='{"link": 1, "data": "0000000000000000000000000000000000000000"}\n',
        capture_output=True,
        text=True,
    )
    assert '"fields"' in done.stdout


def test_what_is_neither_a_command_nor_there_opens_no_window_and_a_window_needs_a_display() -> None:
    bare = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    for words, said in (
        (["analyse"], "wardlight: no such command, file or folder: analyse; did you mean analyze?\n"),
        (["whatif", "pyproject.toml"], "wardlight: no such command, file or folder: whatif; did you mean what-if?\n"),
        (["/no/such\nfile"], "wardlight: no such command, file or folder: /no/such\ufffdfile (see --help)\n"),
        ([], "wardlight: the window cannot be opened: there is no display here; `wardlight analyze PATH` works without one\n"),
    ):
        done = subprocess.run(
            starting.command(*words), cwd=paths.program(), capture_output=True, encoding="utf-8", env=bare, timeout=60
        )
        if words or sys.platform.startswith("linux"):
            assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


def test_a_frozen_program_starts_itself_and_what_lies_beside_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "wardlight"))
    own = str(tmp_path / "wardlight")
    assert starting.command("_source") == [own, "_source"]
    assert starting.log_readers() == [own, "--evtx"]
    inspector = starting.inspector("capture")
    assert (
        Path(inspector[0]).parent == tmp_path
        and Path(inspector[0]).stem == "wardlight-inspector"
        and inspector[1:] == ["capture"]
    )


def test_programs_of_the_system_find_their_own_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = {"LD_LIBRARY_PATH": "/bundle", "LD_LIBRARY_PATH_ORIG": "/opt/lib"}
    starting.give_back_libraries(theirs)
    assert theirs == {"LD_LIBRARY_PATH": "/opt/lib"}
    of_a_user = {"LD_LIBRARY_PATH": "/opt/lib"}
    starting.give_back_libraries(of_a_user)
    assert of_a_user == {"LD_LIBRARY_PATH": "/opt/lib"}
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    starting.give_back_libraries(of_a_user)
    assert of_a_user == {"PYINSTALLER_RESET_ENVIRONMENT": "1"}  # a child like us looks for its libraries itself


def test_what_ships_is_found_beside_the_code_and_inside_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (paths.resources() / "themes").is_dir() and (paths.documents() / "window.md").is_file()
    monkeypatch.setattr(paths, "program", lambda: tmp_path)
    assert paths.resources() == tmp_path / "resources"
    (tmp_path / "app" / paths.DATA).mkdir(parents=True)
    assert paths.resources() == tmp_path / "app" / paths.DATA / "resources"
    assert paths.data("README.md") == tmp_path / "app" / paths.DATA / "README.md"
    assert paths.detector_pages() == tmp_path / "app" / "engine" / "detectors"


def test_a_person_is_told_the_program_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/usr/bin/wardlight-sensor", "--config", "x"])
    assert starting.sensor_words() == "wardlight-sensor"
    monkeypatch.setattr("sys.argv", ["/srv/app/__main__.py"])
    assert starting.sensor_words() == "wardlight sensor"
